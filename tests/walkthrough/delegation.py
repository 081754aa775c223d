# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent that pays within limits, and hands a part of it to another: the person sees who has what from whom and how much of
it is used up, pauses one and so holds the other, narrows both at once, and stops everything."""

import json
import os
import pathlib
import subprocess
import time

from program import HOLD, check

CELL = "tree item|table cell"
PLACE = "https://payments.example/"
NIGHT_SHIFT = [{
    "type": "agent_delegation",
    "locations": [PLACE],
    "actions": ["payments.create", "payments.read", "payments.cancel"],
    "constraints": {"/recipient": {"one_of": ["acme", "globex", "initech"]}},
    "spend": {"amount_at": "/amount", "currency": "EUR", "per_action": "500.00", "per_day": "5000.00", "zone": "Europe/Berlin",
              "total": "20000.00"},
    "uses": 200,
    "max_depth": 1,
}]
GATEWAY = [{
    "type": "agent_delegation",
    "locations": [PLACE],
    "actions": ["payments.create"],
    "constraints": {"/recipient": {"one_of": ["acme"]}},
    "spend": {"amount_at": "/amount", "currency": "EUR", "per_action": "450.00", "per_day": "800.00", "zone": "Europe/Berlin",
              "total": "800.00"},
    "uses": 3,
    "max_depth": 0,
}]


class Payments:
    """A service at which agents pay, and which asks Countersign first."""

    def __init__(self, program):
        self.program = program
        self.environment = {**os.environ, **program.add_service("Payments", PLACE), "COUNTERSIGN_ISSUER": program.issuer}

    def pay(self, agent_file, recipient, amount):
        """Whether it was permitted, and the reason why not."""
        command = ["node", pathlib.Path(__file__).resolve().parent / "pay.mjs", agent_file, recipient, amount]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"pay.mjs gave {done.returncode}: {done.stderr}")
        answer = json.loads(done.stdout)
        if "decision" not in answer:
            raise RuntimeError(f"the service was refused: {answer}")
        return answer["decision"], answer.get("context", {}).get("reason")


def agent_files():
    return set((pathlib.Path(os.environ["XDG_DATA_HOME"]) / "countersignctl").glob("agent-*.json"))


def an_agent_asks_with_limits(program):
    """The file that holds its key and tokens."""
    before = agent_files()
    person = program.person
    person.press("page tab", "Requests.*")
    agent = program.start_agent("--name", "night-shift", "--keep-tokens", "--message", "Pay what is due tonight",
                                "--authorization-details", json.dumps(NIGHT_SHIFT))
    person.find("list item", "night-shift, .*", 30)
    person.press("button", "Review.*")
    person.find("dialog", "A request.*")
    person.picture("limits-asked")
    person.press("check box", "cancel payments at payments.example.*")
    person.press("check box", "recipient: initech")
    person.write_over("in all at most, in EUR", "1000.00")
    person.write_over("a day at most, in EUR", "900.00")
    person.press("radio button", "at most so often:")
    person.write_over("At most so often", "20", role="spin button")
    person.picture("limits-narrowed")
    time.sleep(1)
    person.hold("button", "Hold to approve", HOLD)
    agent.communicate(timeout=60)
    check(agent.returncode == 0, "the agent with limits got its tokens")
    granted = json.dumps(program.ctl_json("grants")["grants"][0])
    check("1000" in granted and "initech" not in granted and "cancel" not in granted, "the limits are those that the person set")
    person.close_window("A request.*")
    return (agent_files() - before).pop()


def it_delegates(program):
    """The file of the agent below."""
    before = agent_files()
    chain = pathlib.Path(os.environ["HOME"]) / "chain"
    chain.write_text(program.ctl("delegate", "--name", "night-shift", "--to", "gateway", "--for", "30m",
                                 "--authorization-details", json.dumps(GATEWAY)))
    agent = program.start_agent("--name", "gateway", "--chain", str(chain), "--keep-tokens")
    output, _ = agent.communicate(timeout=60)
    check(agent.returncode == 0, f"the agent below exchanged its link\n{output}")
    person = program.person
    person.press("page tab", "Grants")
    person.press(CELL, "gateway")
    person.find("label", "Way: You → night-shift → gateway")
    person.find("label", "Narrowed here: .*")
    person.picture("tree")
    check(len(program.ctl_json("grants")["grants"]) == 2, "what was delegated is a grant of its own")
    return (agent_files() - before).pop()


def both_pay(program, payments, parent, child):
    person = program.person
    check(payments.pay(child, "acme", "412.50") == (True, None), "the agent below pays")
    check(payments.pay(parent, "globex", "290.00") == (True, None), "the agent above pays")
    check(payments.pay(child, "globex", "10.00")[0] is False, "the agent below pays nobody but whom it may")
    check(payments.pay(child, "acme", "451.00") == (False, "per_action"), "nor more than it may")
    person.find(CELL, ".*; 18 of 20 uses; 197.50 of 900.00 EUR today; 297.50 of 1,000.00 EUR")
    rest = ": night-shift has no more left"
    person.find(CELL, f".*; 2 of 3 uses; 197.50 of 800.00 EUR today{rest}; 297.50 of 800.00 EUR{rest}")
    person.picture("bars")
    check(payments.pay(child, "acme", "300.00") == (False, "per_day"), "what is spent below counts above")


def pausing_one_holds_the_other(program, payments, child):
    person = program.person
    person.press(CELL, "night-shift")
    person.press("button", "Pause")
    person.find(CELL, "paused by you")
    person.find(CELL, "held with the one above")
    person.picture("both-paused")
    check(payments.pay(child, "acme", "1.00")[0] is False, "a held grant pays nothing")
    person.press("button", "Resume")
    person.wait_gone(CELL, "held with the one above")
    check(payments.pay(child, "acme", "1.00") == (True, None), "and goes on when the one above does")


def narrowing_one_narrows_the_other(program):
    person = program.person
    person.press("button", "Narrow…")
    person.find("dialog", "Narrow a grant.*")
    person.write_over("in all at most, in EUR", "750.00")
    person.picture("narrowing-a-limit")
    time.sleep(1)
    person.press("button", "Take back")
    person.wait_gone("dialog", "Narrow a grant.*")
    person.find(CELL, ".*; 46.50 of 750.00 EUR")
    person.find(CELL, ".*; 46.50 of 750.00 EUR: night-shift has no more left")
    person.picture("both-narrowed")


def everything_is_stopped(program, payments, child):
    person = program.person
    person.press("button", "Stop everything…")
    person.find("dialog|alert", ".*")
    person.picture("stop-everything")
    person.press("button", "Stop everything")
    person.find("label", "No agent may do anything now.*")
    person.picture("everything-stopped")
    check(program.ctl_json("grants")["grants"] == [], "no grant is left")
    check(payments.pay(child, "acme", "1.00")[0] is False, "nothing is paid any more")
    person.press("page tab", "Timeline")
    person.picture("timeline-of-the-night")


def play(program):
    payments = Payments(program)
    program.person.picture("service")
    parent = an_agent_asks_with_limits(program)
    child = it_delegates(program)
    both_pay(program, payments, parent, child)
    pausing_one_holds_the_other(program, payments, child)
    narrowing_one_narrows_the_other(program)
    everything_is_stopped(program, payments, child)
