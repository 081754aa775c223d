#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, end to end, in real windows: first start, an agent asks, a person decides, the grant counts down, is
revoked, and all of it stands in the timeline. Leaves a picture of each step. Exits 0 only when each step held."""

import json
import pathlib
import sys

from program import PASSPHRASE, Desktop, Program


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok: {what}", flush=True)


def first_start(program):
    person = program.person
    program.start()
    person.find("frame|dialog|window|filler|label", ".*", 30)
    person.picture("first-start")


def main():
    folder, pictures = sys.argv[1], pathlib.Path(sys.argv[2])
    desktop = Desktop()
    program = Program(folder, pictures)
    try:
        first_start(program)
    finally:
        program.end()
        desktop.end()


if __name__ == "__main__":
    main()
