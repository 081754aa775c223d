# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program on a desktop of its own, as its first user meets it. Used inside tests/support/desktop-session."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

from person import Person, run

PASSPHRASE = "correct horse battery"
HOLD = 1.9  # seconds; a risky decision is held for 1.5


def check(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok: {what}", flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Desktop:
    """What a desktop has besides us: a window manager, notifications, a tray, the accessibility bus, colours."""

    def __init__(self, colours="BreezeLight"):
        self.started = []
        self.choose_colours(colours)
        os.environ["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        os.environ["NO_AT_BRIDGE"] = "0"
        os.environ.setdefault("QT_STYLE_OVERRIDE", "breeze")
        os.environ["LANG"] = os.environ["LC_ALL"] = "en_GB.UTF-8"
        subprocess.run(["display", "-window", "root", "-size", "1400x1000", "xc:#5b6b7b"], check=False)
        self.start("/usr/libexec/at-spi-bus-launcher", "--launch-immediately")
        self.start("openbox")
        self.start("dunst")
        time.sleep(0.5)

    @staticmethod
    def choose_colours(name):
        """As KDE's system settings do it; Qt reads them itself."""
        os.environ.update(QT_QPA_PLATFORMTHEME="kde", XDG_CURRENT_DESKTOP="KDE", KDE_SESSION_VERSION="6")
        icons = "breeze-dark" if name.endswith("Dark") else "breeze"
        config = pathlib.Path(os.environ["XDG_CONFIG_HOME"])
        config.mkdir(parents=True, exist_ok=True)
        scheme = pathlib.Path(f"/usr/share/color-schemes/{name}.colors").read_text()
        (config / "kdeglobals").write_text(f"{scheme}\n[Icons]\nTheme={icons}\n")

    def start(self, *command):
        with open(pathlib.Path(os.environ["HOME"]) / (pathlib.Path(command[0]).name + ".log"), "ab") as log:
            self.started.append(subprocess.Popen(command, stdout=log, stderr=log))

    def end(self):
        for process in reversed(self.started):
            process.terminate()
        for process in reversed(self.started):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


class Program:
    """countersign itself, with its own home, and the person in front of it."""

    def __init__(self, folder, pictures=None):
        self.folder = pathlib.Path(folder).resolve()
        self.person = Person(pictures)
        self.process = None
        os.environ["XDG_DATA_DIRS"] = f"{self.folder.parent / 'share'}:/usr/local/share:/usr/share"
        config = pathlib.Path(os.environ["XDG_CONFIG_HOME"])
        config.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        (config / "countersignrc").write_text(f"[Server]\nPort={self.port}\n")

    def first_start(self):
        """Through the four pages of the first start, as its first user goes."""
        person = self.person
        self.start()
        person.find("label", "You decide what agents may do", 30)
        person.picture("first-start")
        person.press("button", "Next")
        person.find("label", "Where your keys will rest")
        person.picture("where-keys-rest")
        person.press("button", "Next")
        for field in ("New passphrase", "The same once more"):
            person.write_into(field, PASSPHRASE)
        person.picture("passphrase")
        person.press("button", "Make the keys")
        person.find("label", "Connect an agent", 30)
        person.picture("connect-an-agent")
        person.press("button", "Done")
        person.find("frame|window|filler", "Countersign")

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        log = open(pathlib.Path(os.environ["HOME"]) / "countersign.log", "ab")
        self.process = subprocess.Popen([self.folder / "countersign"], stdout=log, stderr=log)

    def wait_serving(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"countersign ended with {self.process.returncode}:\n{self.log()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"countersign does not serve on {self.port}:\n{self.log()}")

    def log(self):
        return (pathlib.Path(os.environ["HOME"]) / "countersign.log").read_text(errors="replace")[-4000:]

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def ctl(self, *arguments):
        done = subprocess.run([self.folder / "countersignctl", *arguments], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"countersignctl {' '.join(arguments)} gave {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def ctl_json(self, *arguments):
        return json.loads(self.ctl(*arguments, "--json"))

    def add_service(self, name, address):
        """In the window; the id and the secret that is shown once, as the environment of what plays the service."""
        person = self.person
        person.press("page tab", "Services")
        person.press("button", "Add a service…")
        person.write_into("Name", name)
        person.write_into("Address", address)
        person.press("button", "Add")
        shown = {field: person.text_of(f"Service {field}") for field in ("ID", "secret")}
        person.press("button", "Done")
        return {"COUNTERSIGN_SERVICE_ID": shown["ID"], "COUNTERSIGN_SERVICE_SECRET": shown["secret"]}

    def start_agent(self, *arguments):
        """The sample agent, in a process of its own."""
        return subprocess.Popen([self.folder / "countersignctl", "ask", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
