#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs other people's OAuth clients, unmodified, against the running program, and plays the person who decides: in the real
window, with a real pointer, whatever a line "PERSON: approve|deny|ignore <binding message>" asks for.

usage, inside desktop-session and with-kwallet: drive.py FOLDER-OF-THE-PROGRAMS WORK-FOLDER"""

import os
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "walkthrough"))
from program import HOLD, Desktop, Program  # noqa: E402

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
LIMIT = 420  # seconds for all of it


def open_request(person, message):
    """Opens the waiting request that gives this reason, whichever place it has in the list."""
    reason = f"“{re.escape(message)}”"
    for _ in range(40):
        for item in list(person.all("list item", ".*Let an agent .*")):
            person.point_at(item)
            subprocess.run(["xdotool", "click", "1"], check=True)
            person.press("button", "Review.*")
            if person.sees("label", reason, 3):
                return
            person.close_window("A request.*")
        time.sleep(0.2)
    raise AssertionError(f"no request gives the reason {message!r}")


def wait_decided(person, message):
    """The window may show the next request already, with the same buttons."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not person.sees("button", "Hold to approve|Approve") or not person.sees("label", f"“{re.escape(message)}”"):
            return
    raise AssertionError(f"the request {message!r} is still open")


def decide(person, decision, message):
    if decision == "ignore":
        return
    open_request(person, message)
    time.sleep(0.9)  # the buttons are off for 0.7 s
    if decision == "approve":
        person.hold("button", "Hold to approve|Approve", HOLD)
    else:
        person.press("button", "Deny")
    wait_decided(person, message)
    person.close_window("A request.*")


def run_peers(program, work):
    command = [pathlib.Path(__file__).resolve().parent / "run", work]
    service = program.add_service("Payments", "https://payments.example/")
    program.person.press("page tab", "Requests.*")
    peers = subprocess.Popen(command, env={**os.environ, **service, "COUNTERSIGN_ISSUER": program.issuer}, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    killer = threading.Timer(LIMIT, peers.kill)
    killer.start()
    try:
        for line in peers.stdout:
            print(line, end="", flush=True)
            asked = re.match(r"(?:# )?PERSON: (approve|deny|ignore) (.*)", line.strip())
            if asked:
                decide(program.person, *asked.groups())
        return peers.wait()
    finally:
        killer.cancel()
        peers.kill()


def run_readme(program, work):
    """What the README tells an agent's developer to type, typed."""
    text = README.read_text()
    example = re.search(r"```js\n(.*?)```", text, re.S).group(1).replace(":7317", f":{program.port}")
    (work / "readme.mjs").write_text(example)
    line = re.search(r"^    (countersignctl ask .*)$", text, re.M).group(1)
    environment = {**os.environ, "PATH": f"{program.folder}:{os.environ['PATH']}"}
    for command, message in ((["node", "readme.mjs"], "Reconcile last week"), (["bash", "-c", line], "Reconcile last week's invoices")):
        agent = subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        decide(program.person, "approve", message)
        output, _ = agent.communicate(timeout=60)
        print(output, flush=True)
        if agent.returncode != 0 or "payments.read" not in output.replace("read payments", "payments.read"):
            raise AssertionError(f"the README's example does not work: {command}")


def run_readme_delegation(program, work):
    """The lines by which the sample agents delegate, in their order."""
    text = README.read_text().replace(":7317", f":{program.port}")
    (work / "boss.json").write_text(re.search(r"```json\n(.*?)```", text, re.S).group(1))
    part = text.split("## Agents that delegate to agents")[1].split("\n## ")[0]
    environment = {**os.environ, "PATH": f"{program.folder}:{os.environ['PATH']}"}
    output = ""
    for line in re.findall(r"^    (\S.*)$", part, re.M):
        agent = subprocess.Popen(["bash", "-c", line], cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        asks = re.search(r'--message "(.*?)"', line)
        if asks:
            decide(program.person, "approve", asks.group(1))
        output, _ = agent.communicate(timeout=60)
        print(f"$ {line}\n{output}", flush=True)
        if agent.returncode != 0:
            raise AssertionError(f"the README's line does not work: {line}")
    if "The chain holds." not in output:
        raise AssertionError("the README's chain does not hold")


def main():
    desktop = Desktop()
    program = Program(sys.argv[1])
    try:
        program.first_start()
        failed = run_peers(program, sys.argv[2])
        run_readme(program, pathlib.Path(sys.argv[2]))
        run_readme_delegation(program, pathlib.Path(sys.argv[2]))
        return failed
    except Exception:
        print(program.person.described(), program.log(), sep="\n", flush=True)
        raise
    finally:
        program.end()
        desktop.end()


if __name__ == "__main__":
    sys.exit(main())
