#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, end to end, in real windows: first start, an agent asks, a person narrows and approves, the grant counts
down, is paused, narrowed and revoked, and all of it stands in the timeline; then a night of payments by two agents, one below
the other (delegation.py). Leaves a picture of each step; fails at the first that doesn't hold.

usage, inside desktop-session and with-kwallet: walkthrough.py FOLDER-OF-THE-PROGRAMS FOLDER-FOR-PICTURES COLOURS"""

import json
import pathlib
import sys
import time

import delegation
from program import HOLD, Desktop, Program, check


def an_agent_asks(program):
    agent = program.start_agent("--name", "reconcile-bot", "--location", "https://payments.example/", "--action", "payments.create",
                                "--action", "payments.read", "--action", "payments.cancel", "--for", "6h",
                                "--message", "Reconcile last week's invoices", "--then", "introspect")
    person = program.person
    person.find("list item", "reconcile-bot, .*", 30)
    person.picture("an-agent-asks")
    check(not person.sees("dialog", "A request.*"), "no window took the focus by itself")
    return agent


def the_person_reads(program):
    person = program.person
    person.review_from_notification()
    person.find("dialog", "A request.*")
    person.find("label", "“reconcile-bot” \\(what it calls itself\\)")
    person.picture("consent")
    person.key("Return")
    person.key("space")
    time.sleep(0.3)
    check(len(program.ctl_json("grants")["grants"]) == 0, "neither Enter nor Space approves")


def the_person_narrows_and_approves(program, agent):
    person = program.person
    person.press("check box", "cancel payments at payments.example.*")
    person.press("radio button", "15 minutes")
    person.find("label", "until .* \\(15 min\\)")
    person.press("check box", "Exactly what you would sign")
    person.picture("narrowed")
    time.sleep(1)
    person.press("button", "Hold to approve")
    time.sleep(0.3)
    check(len(program.ctl_json("grants")["grants"]) == 0, "a short press does not approve a risky grant")
    person.hold("button", "Hold to approve", HOLD)
    output, _ = agent.communicate(timeout=60)
    print(output)
    check(agent.returncode == 0, "the agent got its tokens")
    grants = program.ctl_json("grants")["grants"]
    check(len(grants) == 1, "there is one grant")
    check("cancel" not in json.dumps(grants[0]), "what was left out was not granted")
    return grants[0]


CELL = "tree item|table cell"


def the_grant_counts_down(program):
    person = program.person
    person.close_window("A request.*")
    person.press("page tab", "Grants")
    person.find(CELL, "You")
    person.find(CELL, "create and read payments at payments.example")
    person.press(CELL, "reconcile-bot")
    person.picture("grant-live")


def it_is_paused_and_goes_on(program):
    person = program.person
    person.press("button", "Pause")
    person.find(CELL, "paused by you")
    check(program.ctl_json("grants", "--all")["grants"][0]["state"] == "held", "a paused grant permits nothing")
    person.picture("grant-paused")
    person.press("button", "Resume")
    person.find(CELL, "live")


def a_part_of_it_is_taken_back(program):
    person = program.person
    person.press("button", "Narrow…")
    person.find("dialog", "Narrow a grant.*")
    person.press("check box", "create payments at payments.example.*")
    person.find("label", "create payments and read payments → read payments")
    person.picture("narrowing")
    time.sleep(1)
    person.press("button", "Take back")
    person.wait_gone("dialog", "Narrow a grant.*")
    person.find(CELL, "read payments at payments.example")
    check("payments.create" not in json.dumps(program.ctl_json("grants")["grants"][0]), "what was taken back is gone")


def it_is_revoked(program):
    person = program.person
    person.press(CELL, "Revoke what reconcile-bot may do.*")
    person.wait_gone(CELL, "Revoke what reconcile-bot may do.*")
    person.find("label", "No agent may do anything now.*")
    person.picture("grant-revoked")
    grants = program.ctl_json("grants", "--all")["grants"]
    check(grants[0]["state"] == "revoked", "the grant is revoked")


def the_timeline_has_it_all(program):
    person = program.person
    person.press("page tab", "Timeline")
    person.find("list item", ".*revoked.*")
    person.picture("timeline")
    kinds = [entry["kind"] for entry in program.ctl_json("timeline")["entries"]]
    for kind in ("log_started", "agent_registered", "request_received", "consent_given", "key_bound", "token_issued", "grant_held",
                 "grant_resumed", "grant_narrowed", "grant_revoked"):
        check(kind in kinds, f"the log has {kind}")


def another_is_denied(program):
    person = program.person
    person.press("page tab", "Requests.*")
    agent = program.start_agent("--name", "unknown-helper", "--action", "mail.send", "--location", "https://mail.example/", "--ephemeral")
    person.find("list item", "unknown-helper, .*", 30)
    person.press("button", "Review.*")
    time.sleep(1)
    person.press("button", "Deny")
    output, _ = agent.communicate(timeout=60)
    check(agent.returncode == 4, "the other agent was told that the person denied it")
    person.picture("denied")
    person.press("button", "Close")
    person.wait_gone("dialog", "A request.*")


def main():
    desktop = Desktop(sys.argv[3])
    program = Program(sys.argv[1], pathlib.Path(sys.argv[2]))
    try:
        program.first_start()
        agent = an_agent_asks(program)
        the_person_reads(program)
        the_person_narrows_and_approves(program, agent)
        the_grant_counts_down(program)
        it_is_paused_and_goes_on(program)
        a_part_of_it_is_taken_back(program)
        it_is_revoked(program)
        the_timeline_has_it_all(program)
        another_is_denied(program)
        delegation.play(program)
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
