# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at the desktop: sees the windows as a screen reader does, and presses with a real pointer and keyboard (XTEST)."""

import re
import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

APPLICATION = "Countersign"


class NotThere(Exception):
    pass


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def children(node):
    try:
        count = node.get_child_count()
    except GLib.Error:
        return
    for index in range(count):
        try:
            child = node.get_child_at_index(index)
        except GLib.Error:
            continue
        if child is not None:
            yield child


def is_showing(node):
    states = node.get_state_set()
    return states.contains(Atspi.StateType.SHOWING) and states.contains(Atspi.StateType.VISIBLE)


def walk(node):
    yield node
    for child in children(node):
        yield from walk(child)


class Person:
    def __init__(self, pictures=None):
        self.pictures = pictures
        self.taken = 0

    # -- seeing --------------------------------------------------------------------------------------------

    def applications(self):
        desktop = Atspi.get_desktop(0)
        return [app for app in children(desktop) if app.get_name() == APPLICATION]

    def all(self, role=None, name=None):
        """Everything that shows, of a role ("button", or "frame|dialog"), whose name matches the pattern whole."""
        for application in self.applications():
            for node in walk(application):
                try:
                    if role is not None and node.get_role_name() not in role.split("|"):
                        continue
                    if name is not None and not re.fullmatch(name, node.get_name() or "", re.S):
                        continue
                    if is_showing(node):
                        yield node
                except GLib.Error:
                    continue

    def find(self, role=None, name=None, seconds=20.0, enabled=False):
        """Waits until it is there (and, if asked, can be pressed)."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for node in self.all(role, name):
                if not enabled or node.get_state_set().contains(Atspi.StateType.ENABLED):
                    return node
            time.sleep(0.1)
        raise NotThere(f"no {role} named {name!r} within {seconds} s; what shows:\n{self.described()}")

    def sees(self, role=None, name=None, seconds=0.0):
        try:
            self.find(role, name, seconds or 0.2)
        except NotThere:
            return False
        return True

    def wait_gone(self, role=None, name=None, seconds=20.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not any(True for _ in self.all(role, name)):
                return
            time.sleep(0.1)
        raise NotThere(f"{role} named {name!r} still shows after {seconds} s")

    def text_of(self, name, seconds=20.0):
        """What stands in a field."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            node = self.find("text", name, seconds)
            length = Atspi.Text.get_character_count(node)
            if length > 0:
                return Atspi.Text.get_text(node, 0, length)
            time.sleep(0.1)
        raise NotThere(f"the field {name!r} stays empty")

    def described(self):
        lines = []
        for application in self.applications():
            for node in walk(application):
                try:
                    if is_showing(node) and node.get_name():
                        lines.append(f"  {node.get_role_name()}: {node.get_name()[:100]!r}")
                except GLib.Error:
                    continue
        return "\n".join(lines[:120])

    def picture(self, name):
        if self.pictures is None:
            return
        self.taken += 1
        time.sleep(0.4)  # whatever was painted last is on the screen
        self.pictures.mkdir(parents=True, exist_ok=True)
        path = self.pictures / f"{self.taken:02}-{name}.png"
        run("import", "-window", "root", path)
        print(f"picture: {path}", flush=True)

    # -- doing ---------------------------------------------------------------------------------------------

    def centre(self, node):
        extents = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
        return extents.x + extents.width // 2, extents.y + extents.height // 2

    def point_at(self, node):
        x, y = self.centre(node)
        run("xdotool", "mousemove", x, y)
        time.sleep(0.05)

    def scroll_to(self, node):
        """In a window that asks: turns the wheel until the node lies above the row of buttons."""
        footer = next(self.all("button", "Decide later|Leave it as it is"), None)
        if footer is None or node.get_role_name() == "button":
            return
        edge = self.centre(footer)[1] - 60
        x, y = self.centre(node)
        for _ in range(30):
            if y < edge:
                return
            run("xdotool", "mousemove", x, edge - 60, "click", 5)
            time.sleep(0.15)
            x, y = self.centre(node)

    def press(self, role, name, seconds=20.0):
        """A click as a hand makes it, once the thing can be pressed."""
        self.hold(role, name, 0.08, seconds)

    def hold(self, role, name, held_for, seconds=20.0):
        node = self.find(role, name, seconds, enabled=True)
        self.scroll_to(node)
        self.point_at(node)
        run("xdotool", "mousedown", 1)
        time.sleep(held_for)
        run("xdotool", "mouseup", 1)
        time.sleep(0.2)

    def type(self, text):
        run("xdotool", "type", "--delay", "12", "--", text)
        time.sleep(0.1)

    def key(self, *keys):
        run("xdotool", "key", *keys)
        time.sleep(0.1)

    def write_into(self, name, text):
        for role in ("password text", "text"):
            if self.sees(role, name):
                self.press(role, name)
                self.type(text)
                return
        raise NotThere(f"no field named {name!r}; what shows:\n{self.described()}")

    def write_over(self, name, text, role="text"):
        """In place of what stands in a field."""
        self.press(role, name)
        self.key("ctrl+a")
        self.type(text)

    def review_from_notification(self):
        """The notification's default action, with the middle button, as dunst has it."""
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", "Dunst"], capture_output=True, text=True, check=True)
        window = found.stdout.split()[-1]
        run("xdotool", "mousemove", "--window", window, 60, 20)
        run("xdotool", "click", 2)
        time.sleep(0.5)

    def close_window(self, name):
        """Esc in a window: decide later, or done."""
        if self.sees("dialog", name):
            self.key("Escape")
            self.wait_gone("dialog", name)
