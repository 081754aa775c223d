#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys through the years, in real windows and a real wallet: the device's key is replaced while a grant is in force, evidence
from before and after is verified by the first thumbprint and by the present one, the program is killed and goes on; then the
wallet is lost, the program refuses, and the person starts anew. Leaves a picture of each step; fails at the first that doesn't
hold.

usage, inside desktop-session and with-kwallet: keys.py FOLDER-OF-THE-PROGRAMS FOLDER-FOR-PICTURES COLOURS"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

from program import HOLD, PASSPHRASE, Desktop, Program, check

SUPPORT = pathlib.Path(__file__).resolve().parent.parent / "support"
DATA = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "countersign"


def published(program):
    with urllib.request.urlopen(f"{program.issuer}/jwks") as answer:
        return json.load(answer)["keys"]


def status(program):
    return program.ctl_json("status")


def a_grant(program):
    person = program.person
    agent = program.start_agent("--name", "reconcile-bot", "--location", "https://payments.example/", "--action", "payments.read",
                                "--for", "1h", "--message", "Reconcile last week's invoices")
    person.find("list item", "reconcile-bot, .*", 30)
    person.press("button", "Review.*")
    person.find("dialog", "A request.*")
    time.sleep(1)
    person.hold("button", "(Hold to a|A)pprove", HOLD)
    agent.communicate(timeout=60)
    check(agent.returncode == 0, "an agent holds a grant")
    if person.sees("button", "Close", 1):
        person.press("button", "Close")


def evidence_of_all(program, name):
    """Of the whole log; the file."""
    time.sleep(11)  # until it is signed
    file = pathlib.Path(os.environ["HOME"]) / name
    program.ctl("export", "--from", "0", "--to", str(int(time.time())), "--output", str(file))
    return file


def verdict(program, file, *trusted):
    arguments = [part for key in trusted for part in ("--trust", key)]
    return subprocess.run([program.folder / "countersignctl", "verify", file, *arguments], capture_output=True, text=True).returncode


def the_key_is_replaced(program):
    person = program.person
    before = status(program)
    person.press("button", "Keys…")
    person.find("label", "The keys that others know you by")
    person.picture("keys")
    check(person.text_of("Thumbprint of this computer's key") == before["device"], "the window shows the device's thumbprint")
    person.press("button", "Replace this computer's key…")
    person.write_into("Passphrase", "not the passphrase")
    person.press("button", "Replace the key")
    person.find("label", ".*assphrase.*")
    time.sleep(1)
    check(status(program)["device"] == before["device"], "a wrong passphrase replaces nothing")
    person.write_into("Passphrase", PASSPHRASE)
    person.picture("replace-the-key")
    person.press("button", "Replace the key")
    person.find("label", "This computer has a new key", 30)
    person.picture("replaced")
    after = status(program)
    check(after["device"] != before["device"], "the device has a new key")
    check(after["log_origin"] == before["log_origin"], "the log keeps its name")
    check(after["live_grants"] == 1, "the grant goes on")
    keys = published(program)
    check([key["kid"] for key in keys] == [after["device"], before["device"]], "both keys are published, the present one first")
    check("exp" in keys[1] and "exp" not in keys[0], "the old one says since when nothing is signed with it")
    person.press("button", "Close")
    return before["device"], after["device"]


def it_outlives_a_kill(program, first, second):
    program.process.kill()
    program.process.wait()
    program.start()
    program.wait_serving()
    check(status(program)["device"] == second, "killed and started again, the new key is the device's")
    check(status(program)["troubles"] in ([], ["person_key_sealed"]), "and the log is right")
    file = evidence_of_all(program, "all.evidence.json")
    check(verdict(program, file, first) == 0, "evidence over the change is verified by the first key")
    check(verdict(program, file, second) == 6, "a later key establishes nothing from before it")
    check(verdict(program, file, "A" * 43) == 6, "and another key nothing at all")
    return file


def the_wallet_is_lost(program):
    program.end()
    ask = ["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
           "org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.kde.kwalletd6"]
    os.kill(int(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.split()[-1]), signal.SIGKILL)
    time.sleep(1)
    wallet = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "kwalletd"
    for file in wallet.glob("kdewallet.*"):
        file.rename(wallet.parent / f"lost-{file.name}")
    subprocess.run([SUPPORT / "with-kwallet", "--open"], check=True)


def it_refuses(program, old):
    person = program.person
    program.start()
    person.find("label", "Countersign can't start", 30)
    person.picture("keys-are-gone")
    check(not (DATA / "recovery.json").exists(), "nothing was decided")
    doctor = subprocess.run([program.folder / "countersignctl", "doctor"], capture_output=True, text=True)
    check("start anew from that window" in doctor.stdout, "doctor says what to do")
    program.process.kill()  # and again: it stays so
    program.process.wait()
    program.start()
    person.find("label", "Countersign can't start", 30)


def the_person_starts_anew(program):
    person = program.person
    person.press("button", "The keys are lost for good…")
    person.find("label", "Start anew without the old keys\\?")
    person.picture("start-anew")
    person.write_into("Type “start anew” to go on", "start anew")
    person.press("button", "Next")
    person.find("label", "Where the new keys will rest")
    person.press("radio button", "KWallet")
    person.picture("where-the-new-keys-rest")
    person.press("button", "Next")
    for field in ("New passphrase", "The same once more"):
        person.write_into(field, PASSPHRASE)
    person.picture("new-passphrase")
    person.press("button", "Start anew")
    person.find("label", "A new log has begun", 60)
    person.picture("a-new-log")
    shown = person.text_of("New thumbprint of this computer's key")
    person.press("button", "Done")
    return shown


def a_new_log_says_what_it_follows(program, shown, old, first, file):
    now = status(program)
    check(now["device"] == shown and shown != old["device"], "the thumbprint that was shown is the device's")
    check(now["live_grants"] == 0, "no grant is left")
    archives = sorted(DATA.glob("set-aside-*"))
    check(len(archives) == 1 and (archives[0] / "countersign.sqlite").exists(), "the old data is set aside, whole")
    lines = program.ctl_json("timeline")
    check(any("keys of the one before were lost" in json.dumps(entry) for entry in lines["entries"]), "the log says so")
    check("set aside in" in program.ctl("doctor"), "and so does doctor")
    again = file.with_name("old.evidence.json")
    program.ctl("export", "--archive", str(archives[0]), "--from", "0", "--to", str(int(time.time())), "-o", str(again))
    check(verdict(program, again, first) == 0, "the old data gives evidence without its keys")
    check(verdict(program, file, first) == 0, "evidence of the old log is verified as before")
    person = program.person
    person.press("page tab", "Timeline")
    person.picture("the-new-timeline")
    program.end()
    program.start()
    program.wait_serving()
    check(status(program)["device"] == shown, "started again, it goes on")


def main():
    desktop = Desktop(sys.argv[3])
    program = Program(sys.argv[1], pathlib.Path(sys.argv[2]))
    try:
        program.first_start()
        a_grant(program)
        first, second = the_key_is_replaced(program)
        file = it_outlives_a_kill(program, first, second)
        old = status(program)
        the_wallet_is_lost(program)
        it_refuses(program, old)
        shown = the_person_starts_anew(program)
        a_new_log_says_what_it_follows(program, shown, old, first, file)
        program.end()
        check(program.process.returncode == 0, "the program ended in order")
    except Exception:
        program.person.picture("failed")
        print(program.person.described(), program.log(), sep="\n", flush=True)
        raise
    finally:
        program.end()
        desktop.end()


if __name__ == "__main__":
    main()
