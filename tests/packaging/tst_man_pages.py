#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual pages and the completion say what the programs' own --help says: all of it, and nothing else.

usage: tst_man_pages.py COUNTERSIGN COUNTERSIGNCTL
"""
import os
import re
import shutil
import subprocess
import sys
import unittest

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
MAN = os.path.join(PROJECT, "packaging/man")
COMPLETION = os.path.join(PROJECT, "packaging/completion/countersignctl.bash")
OF_ALL_COMMANDS = {("-h", ""), ("--help", ""), ("--json", "")}


def said_by(program, *arguments):
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True, env=environment).stdout


def options_in_help(text):
    """{(name, value)} of "  -o, --output <file>  Where to write it."; value is empty where there is none."""
    options = set()
    for line in re.findall(r"^  (-[^ ].*)$", text, re.M):
        names = re.match(r"((?:-[\w-]+(?:, )?)+)(?: <([^>]+)>)?", line)
        options |= {(name, names.group(2) or "") for name in names.group(1).split(", ") if name}
    return options


def options_in_item(line):
    """{(name, value)} of ".It Fl o Ar file , Fl Fl output Ar file"."""
    options = set()
    for dashes, name, value in re.findall(r"((?:Fl )+)(\S+)(?: Ar (\S+))?", line):
        options.add(("-" * dashes.count("Fl") + name, value))
    return options


class Page:
    """Commands and options of a page: {command: {(name, value)}}; "" has those that stand before all commands."""

    def __init__(self, name):
        with open(os.path.join(MAN, name), encoding="utf-8") as file:
            self.text = file.read()
        self.commands = {"": set()}
        section = command = ""
        for line in self.text.splitlines():
            if line.startswith((".Sh ", ".Ss ")):
                section, command = line[4:], ""
            elif line.startswith(".It Cm ") and section in ("Seeing and ending", "The log, and proof for others", "A sample agent"):
                command = line.split()[2]
                self.commands.setdefault(command, set())
            elif line.startswith(".It Fl "):
                self.commands[command] |= options_in_item(line)

    def exit_statuses(self):
        section = re.search(r"^\.Sh EXIT STATUS$(.*?)^\.Sh", self.text, re.M | re.S).group(1)
        return set(re.findall(r"^\.It (\d+)$", section, re.M))


class ManPages(unittest.TestCase):
    countersign = countersignctl = ""

    @classmethod
    def setUpClass(cls):
        cls.page = Page("countersignctl.1")
        cls.overview = said_by(cls.countersignctl, "--help")
        cls.commands = re.findall(r"^  ([a-z]+) ", cls.overview, re.M)
        assert len(cls.commands) > 5, cls.overview

    def test_the_pages_are_sound(self):
        self.assertTrue(shutil.which("mandoc"), "mandoc is needed")
        for page in sorted(os.listdir(MAN)):
            lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", page], cwd=MAN, capture_output=True, text=True, check=False)
            self.assertEqual((lint.returncode, lint.stdout + lint.stderr), (0, ""))

    def test_each_command_has_its_item_and_the_other_way_round(self):
        self.assertEqual(sorted(self.page.commands), sorted(["", *self.commands]))

    def test_each_option_has_its_item_and_the_other_way_round(self):
        for command in self.commands:
            told = options_in_help(said_by(self.countersignctl, command, "--help"))
            self.assertLessEqual(OF_ALL_COMMANDS, told)
            self.assertEqual(self.page.commands[command], told - OF_ALL_COMMANDS, command)
        self.assertEqual(self.page.commands[""], OF_ALL_COMMANDS | {("--version", "")})

    def test_each_exit_status_has_its_item_and_the_other_way_round(self):
        line = re.search(r"^Exit status: .*", self.overview, re.M).group(0)
        self.assertEqual(self.page.exit_statuses(), set(re.findall(r"(?:[:;,] )(\d+) ", line)))

    def test_the_desktop_program_has_its_page_too(self):
        told = options_in_help(said_by(self.countersign, "--help"))
        self.assertIn(("--background", ""), told)
        self.assertEqual(Page("countersign.1").commands, {"": told})

    def completed(self, *words):
        script = f'. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _countersignctl; printf "%s\\n" "${{COMPREPLY[@]}}"'
        run = subprocess.run(["bash", "-c", script, "bash", COMPLETION, *words], capture_output=True, text=True, check=True)
        self.assertEqual(run.stderr, "")
        return set(run.stdout.split())

    def test_completion_knows_the_commands_and_options(self):
        self.assertEqual(self.completed("countersignctl", ""), {*self.commands, "help", "--help", "--version"})
        for command in self.commands:
            told = {name for name, _ in options_in_help(said_by(self.countersignctl, command, "--help")) if name.startswith("--")}
            self.assertEqual(self.completed("countersignctl", command, "--"), told, command)
            for name, value in options_in_help(said_by(self.countersignctl, command, "--help")):
                if value and name.startswith("--"):
                    self.assertNotIn("--json", self.completed("countersignctl", command, name, "--j"), f"{command} {name}: its value is due")
                elif name.startswith("--") and name != "--help":
                    self.assertIn("--json", self.completed("countersignctl", command, name, "--j"), f"{command} {name}")
        self.assertEqual(self.completed("countersignctl", "ask", "--then", "re"), {"refresh", "revoke"})


if __name__ == "__main__":
    ManPages.countersign, ManPages.countersignctl = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
