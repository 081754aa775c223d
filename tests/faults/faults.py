#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on a desktop, done to the running program: killed, started twice, its port taken, its keys gone, its
database cut or replaced by an old copy, no session bus. It must say so, lose nothing, and permit nothing by it.

usage, inside desktop-session and with-kwallet: faults.py FOLDER-OF-THE-PROGRAMS"""

import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "walkthrough"))
from program import PASSPHRASE, Desktop, Program  # noqa: E402

HOLD = 1.9


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok: {what}", flush=True)


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*")) if path.is_file()}


def data_folder():
    return pathlib.Path(os.environ["XDG_DATA_HOME"]) / "countersign"


def restart(program):
    program.start()
    program.wait_serving()


def approve_one(program, name, *, unlock):
    """An agent asks, the person approves; after a restart the key's passphrase is asked for first."""
    person = program.person
    agent = program.start_agent("--name", name, "--action", "files.read", "--for", "30m")
    person.find("list item", f"{name}, .*", 30)
    person.press("button", "Review.*")
    time.sleep(1)
    person.hold("button", "Hold to approve|Approve", HOLD)
    if unlock:
        person.write_into("Passphrase|Your passphrase", PASSPHRASE)
        time.sleep(1)
        person.hold("button", "Hold to approve|Approve", HOLD)
    output, _ = agent.communicate(timeout=60)
    check(agent.returncode == 0, f"{name} got its grant")
    person.close_window("A request.*")


def states(program):
    return sorted(grant["state"] for grant in program.ctl_json("grants", "--all")["grants"])


def two_at_once(program):
    both = [subprocess.Popen([program.folder / "countersign"]) for _ in range(2)]
    end = time.monotonic() + 30
    while time.monotonic() < end and all(process.poll() is None for process in both):
        time.sleep(0.1)
    ended = [process for process in both if process.poll() is not None]
    check(len(ended) == 1 and ended[0].returncode == 0, "of two starts at the same moment one stays, the other ends")
    for process in both:
        process.terminate()
        process.wait(20)


def started_twice(program):
    second = subprocess.run([program.folder / "countersign"], timeout=30, check=False)
    check(second.returncode == 0 and program.process.poll() is None, "a second start raises the first and ends")


def killed(program):
    program.process.send_signal(signal.SIGKILL)
    program.process.wait()
    restart(program)
    check(states(program) == ["live"], "a grant outlives kill -9")
    grant = program.ctl_json("grants")["grants"][0]
    program.ctl("revoke", grant["id"])
    program.process.send_signal(signal.SIGKILL)
    program.process.wait()
    restart(program)
    check(states(program) == ["revoked"], "a revocation outlives kill -9 right after it was acknowledged")


def port_taken(program):
    program.end()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", program.port))
        other.listen()
        program.start()
        program.person.find("label", f".*{program.port}.*", 30)
        check(True, "a taken port is said, by number")
    program.person.press("button", "Try again")
    program.wait_serving()
    check(states(program) == ["revoked"], "it goes on when the port is free")


def database_cut(program):
    program.end()
    database = data_folder() / "countersign.sqlite"
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    before = digests(data_folder())["countersign.sqlite"]
    program.start()
    program.person.find("button", "Try again", 30)
    check(digests(data_folder())["countersign.sqlite"] == before, "a cut database is refused and left as it is")
    database.write_bytes(whole)
    program.person.press("button", "Try again")
    program.wait_serving()
    check(states(program) == ["revoked"], "with the database back, it goes on")


def old_copy(program):
    program.end()
    copy = data_folder().with_name("copy")
    shutil.copytree(data_folder(), copy)
    restart(program)
    approve_one(program, "after-the-copy", unlock=True)
    program.end()
    shutil.rmtree(data_folder())
    copy.rename(data_folder())
    restart(program)
    troubles = program.ctl_json("status")["troubles"]
    check(any("rolled" in str(trouble) for trouble in troubles), "an old copy of the database is noticed")
    check("live" not in states(program), "and nothing is live after it")


def keys_gone(program):
    program.end()
    before = digests(data_folder())
    for path in (pathlib.Path(os.environ["XDG_DATA_HOME"]) / "kwalletd").glob("*"):
        path.unlink()
    owner = subprocess.run(["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
                            "org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.kde.kwalletd6"], capture_output=True, text=True, check=True)
    os.kill(int(owner.stdout.split()[-1]), signal.SIGKILL)
    time.sleep(1)
    subprocess.run([HERE.parent / "support" / "with-kwallet", "--open"], check=True)
    program.start()
    program.person.find("button", "Try again", 30)
    check(digests(data_folder())["identity.json"] == before["identity.json"], "without its keys it does not start, and makes no others")
    program.process.send_signal(signal.SIGTERM)
    check(program.process.wait(20) == 0, "it still ends in order")


def without_a_bus(program):
    home = pathlib.Path(os.environ["HOME"]) / "no-bus"
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "XDG_DATA_HOME": str(home / "data"),
                   "XDG_CONFIG_HOME": str(home / "config")}
    process = subprocess.Popen([program.folder / "countersign"], env=environment)
    try:
        found = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", "Welcome to Countersign"], timeout=30,
                               capture_output=True, text=True, check=False)
        check(found.stdout.strip() != "" and process.poll() is None, "without a session bus it still opens its window")
    finally:
        process.terminate()
        check(process.wait(20) == 0, "and ends in order")


def main():
    desktop = Desktop()
    program = Program(sys.argv[1])
    try:
        two_at_once(program)
        program.first_start()
        started_twice(program)
        approve_one(program, "first-agent", unlock=False)
        for fault in (killed, port_taken, database_cut, old_copy, keys_gone, without_a_bus):
            fault(program)
    except Exception:
        print(program.person.described(), program.log(), sep="\n", flush=True)
        raise
    finally:
        program.end()
        desktop.end()


if __name__ == "__main__":
    main()
