#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads all windows of the running program, as a screen reader in a hurry: everything of each thing, without a pause, while
requests and grants come and go, pages change and windows open and close. The program must live through it, and so must what
it guards.

usage, inside desktop-session and with-kwallet: read_all.py FOLDER-OF-THE-PROGRAMS SECONDS
       read_all.py --read   reads until its input ends, then says how many things it has read (starts itself so)"""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "walkthrough"))
from person import Atspi, GLib, Person, walk  # noqa: E402
from program import HOLD, Desktop, Program, check  # noqa: E402

MAY_HAND_ON = [{"type": "agent_delegation", "locations": ["https://payments.example/"], "actions": ["payments.read"], "uses": 100,
                "max_depth": 1}]
CELL = "tree item|table cell"


def read_one(node):
    """All that a screen reader may ask of a thing, some of which it keeps while the thing goes away."""
    node.get_role_name()
    node.get_name()
    node.get_description()
    node.get_state_set()
    node.get_index_in_parent()
    node.get_parent()
    place = node.get_component_iface()
    if place:
        place.get_extents(Atspi.CoordType.SCREEN)
        place.get_accessible_at_point(5, 5, Atspi.CoordType.WINDOW)


def read_until_told():
    told = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), told.set()), daemon=True).start()
    person, read = Person(), 0
    while not told.is_set():
        for application in person.applications():
            for node in walk(application):
                try:
                    read_one(node)
                    read += 1
                except GLib.Error:
                    continue  # gone since
    print(read)


class Crowd:
    """Agents that ask. Most lose patience at once."""

    def __init__(self, program):
        self.program = program
        self.agents = []

    def ask(self, name, *options):
        agent = self.program.start_agent("--name", name, *options)
        self.agents.append(agent)
        return agent

    def end(self):
        for agent in self.agents:
            agent.kill()
            agent.communicate()


def approve_what_waits(person):
    person.press("button", "Review.*")
    time.sleep(0.8)  # the buttons are off for 0.7 s
    person.hold("button", "Hold to approve|Approve", HOLD)


def open_windows_of_a_grant(person, name):
    person.press("page tab", "Grants")
    person.press(CELL, name)
    person.press("button", "Narrow…")
    person.close_window("Narrow a grant.*")
    person.press("button", "Stop everything…")
    person.key("Escape")


def one_round(program, crowd, number):
    program.person.press("page tab", "Requests.*")
    boss = crowd.ask(f"boss-{number}", "--keep-tokens", "--authorization-details", json.dumps(MAY_HAND_ON))
    program.person.find("list item", f"boss-{number}, .*")
    for impatient in range(3):
        crowd.ask(f"impatient-{number}-{impatient}", "--ephemeral", "--withdraw-after", "1s")
    approve_what_waits(program.person)
    check(boss.wait(30) == 0, f"agent {number} has its grant")
    program.person.close_window("A request.*")
    if number % 2 == 1:  # in the other rounds the page of the grants is hidden while they change
        open_windows_of_a_grant(program.person, f"boss-{number}")
    for helper in range(10):  # rows that need no person
        chain = program.ctl("delegate", "--name", f"boss-{number}", "--to", f"helper-{number}-{helper}").strip()
        program.ctl("ask", "--name", f"helper-{number}-{helper}", "--chain", chain)
    for grant in program.ctl_json("grants")["grants"][::3]:
        program.ctl("revoke", "--", grant["id"])


def main(folder, seconds):
    os.environ["MALLOC_PERTURB_"] = "165"  # what is used after it was freed is rubbish at once
    desktop = Desktop()
    program = Program(folder)
    crowd = Crowd(program)
    reader = None
    try:
        program.first_start()
        reader = subprocess.Popen([sys.executable, __file__, "--read"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        end, number = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            number += 1
            one_round(program, crowd, number)
        read = int(reader.communicate(timeout=30)[0])
        check(read > 100 * seconds, f"{read} things were read in {number} rounds")
        check(program.process.poll() is None, "the program runs")
        program.ctl("status")
    except Exception:
        print(f"the program: {program.process.poll()}", program.log(), sep="\n", flush=True)
        raise
    finally:
        if reader:
            reader.kill()
        crowd.end()
        program.end()
        desktop.end()


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        read_until_told()
    else:
        main(sys.argv[1], float(sys.argv[2]))
