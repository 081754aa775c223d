#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of packaging/lint/floors bites where it should, at the line where it should, and nowhere else."""
import os
import subprocess
import sys
import tempfile
import unittest

FLOORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packaging/lint/floors")


def breaches(files):
    """What floors says of a project of these files (path: text)."""
    with tempfile.TemporaryDirectory() as project:
        for path, text in files.items():
            os.makedirs(os.path.join(project, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(project, path), "w", encoding="utf-8") as file:
                file.write(text)
        run = subprocess.run([sys.executable, FLOORS, project], capture_output=True, text=True, check=False)
        lines = run.stdout.splitlines()[:-1]
        assert run.stderr == "" and run.returncode == (1 if lines else 0), run
        return lines


def include(*headers):
    return "".join(f"#include {header}\n" if header[0] == "<" else f'#include "{header}"\n' for header in headers)


class Floors(unittest.TestCase):
    def breaks(self, files, line, rule):
        found = breaches(files)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(line + ": "), found[0])
        self.assertTrue(found[0].endswith(rule), found[0])

    def keeps(self, files):
        self.assertEqual(breaches(files), [])

    def test_a_floor_may_use_itself_and_those_below(self):
        self.keeps({"core/grants/ledger.cpp": include("core/grants/grant.h", "core/store/database.h", "core/base/result.h", "<string>")})

    def test_a_floor_may_not_use_one_above(self):
        self.breaks({"core/store/database.cpp": include("core/base/result.h", "core/audit/log.h")},
                    "core/store/database.cpp:2", "core/store is below core/audit")

    def test_every_floor_keeps_its_place(self):
        order = ["server", "evidence", "authority", "decision", "consent", "grants", "agents", "services", "audit",
                 "permissions", "outbound", "store", "keychain", "crypto", "base"]
        for above, below in zip(order, order[1:]):
            self.breaks({f"core/{below}/x.h": include(f"core/{above}/y.h")}, f"core/{below}/x.h:1", f"core/{below} is below core/{above}")

    def test_a_folder_that_the_house_does_not_have_is_no_floor(self):
        self.breaks({"core/utils/x.cpp": include("core/base/result.h")}, "core/utils/x.cpp:1", "core/utils is not a floor of the house")

    def test_core_does_not_know_the_programs(self):
        self.breaks({"core/authority/a.cpp": include("ui/grants/table.h")}, "core/authority/a.cpp:1", "core stands on its own")
        self.breaks({"core/keychain/kwallet_keychain.cpp": include("app/desktop/tray.h")}, "core/keychain/kwallet_keychain.cpp:1", "core stands on its own")

    def test_ui_knows_the_facade_and_values_only(self):
        self.keeps({"ui/grants/table.cpp": include("core/authority/person_api.h", "core/grants/grant.h", "core/base/clock.h", "<QTableView>")})
        for room in ("server", "store", "keychain", "crypto"):
            self.breaks({"ui/grants/table.cpp": include(f"core/{room}/x.h")}, "ui/grants/table.cpp:1", "ui knows core/authority and plain values")

    def test_core_knows_no_gui(self):
        for header in ("<QIcon>", "<QtGui/QIcon>", "<QWidget>", "<QtWidgets>", "<qwidget.h>"):
            self.breaks({"core/authority/a.cpp": include("<QObject>", header)}, "core/authority/a.cpp:2", "know no QtGui and no QtWidgets")
        self.keeps({"core/authority/a.cpp": include("<QObject>", "<QTimer>", "<QSqlQuery>", "<QDBusConnection>")})

    def test_core_knows_no_gui_through_a_header_either(self):
        self.breaks({"core/keychain/kwallet_window.h": include("<QWindow>"), "core/keychain/open.cpp": include("core/keychain/kwallet_window.h")},
                    "core/keychain/open.cpp:1", "know no QtGui and no QtWidgets")

    def test_only_the_kwallet_files_see_kwallet(self):
        self.keeps({"core/keychain/kwallet_keychain.cpp": include("<KWallet>")})
        self.breaks({"core/keychain/open.cpp": include("<KWallet>")}, "core/keychain/open.cpp:1", "sees KWallet")
        self.breaks({"app/desktop/main.cpp": include("<kwallet.h>")}, "app/desktop/main.cpp:1", "sees KWallet")

    def test_countersignctl_has_no_gui(self):
        self.keeps({"app/countersignctl/main.cpp": include("core/base/json.h", "<QCoreApplication>"), "app/desktop/main.cpp": include("<QApplication>")})
        self.breaks({"app/countersignctl/main.cpp": include("<QApplication>")}, "app/countersignctl/main.cpp:1", "know no QtGui and no QtWidgets")
        self.breaks({"app/countersignctl/main.cpp": include("ui/common/text.h")}, "app/countersignctl/main.cpp:1", "countersignctl has no GUI")
        self.breaks({"app/countersignctl/CMakeLists.txt": "\ntarget_link_libraries(countersignctl PRIVATE Qt6::Widgets)\n"},
                    "app/countersignctl/CMakeLists.txt:2", "countersignctl has no GUI")

    def test_beast_and_asio_stay_in_three_translation_units(self):
        units = {"core/server/net.h": include("<boost/asio.hpp>"), "core/server/a.cpp": include("core/server/net.h"),
                 "core/server/b.cpp": include("<boost/beast/http.hpp>"), "app/countersignctl/c.cpp": include("<boost/asio/ip/tcp.hpp>")}
        self.keeps(units)
        found = breaches(units | {"tests/core/server/tst_d.cpp": include("core/server/net.h")})
        self.assertEqual(len(found), 4, found)
        self.assertIn("at most 3 translation units do, here are 4", found[0])

    def test_no_json_types_in_headers_of_plain_values(self):
        rule = "no JSON types in the headers of rooms of plain values"
        for room in ("permissions", "grants", "consent", "decision", "authority"):
            self.breaks({f"core/{room}/x.h": include("<boost/json/value.hpp>")}, f"core/{room}/x.h:1", rule)
        self.breaks({"core/grants/x.h": include("core/base/json.h")}, "core/grants/x.h:1", rule)
        self.breaks({"core/grants/x.h": "\nvoid f(const boost::json::value& v);\n"}, "core/grants/x.h:2", rule)
        self.keeps({"core/grants/x_json.h": include("core/base/json.h"), "core/grants/x.cpp": include("core/grants/x_json.h"),
                    "core/audit/leaf.h": include("core/base/json.h")})

    def test_time_comes_from_the_clock(self):
        for call in ("std::chrono::system_clock::now()", "std::chrono::steady_clock::now()", "QDateTime::currentDateTimeUtc()",
                     "QDateTime::currentMSecsSinceEpoch()", "time(nullptr)", "std::time(&t)", "clock_gettime(CLOCK_REALTIME, &t)"):
            self.breaks({"core/grants/x.cpp": f"\nauto t = {call};\n"}, "core/grants/x.cpp:2", "time comes from Clock (core/base)")
        self.keeps({"core/base/clock.cpp": "auto t = std::chrono::system_clock::now();\n", "core/grants/x.cpp": "UnixSeconds time() const; auto t = row.time(0);\n"})

    def test_no_nested_event_loops(self):
        self.breaks({"ui/consent/x.cpp": "QCoreApplication::processEvents();\n"}, "ui/consent/x.cpp:1", "no nested event loops")
        self.breaks({"core/keychain/x.cpp": "QEventLoop loop;\n"}, "core/keychain/x.cpp:1", "no nested event loops")

    def test_exec_is_for_main_and_sql(self):
        self.breaks({"ui/consent/x.cpp": "dialog->exec();\n"}, "ui/consent/x.cpp:1", "exec() only in main (and for SQL in core/store)")
        self.breaks({"app/desktop/tray.cpp": "menu.exec(at);\n"}, "app/desktop/tray.cpp:1", "exec() only in main (and for SQL in core/store)")
        self.keeps({"app/desktop/main.cpp": "return app.exec();\n", "core/store/x.cpp": "query.exec();\n", "tests/ui/x.cpp": "app.exec();\n"})

    def test_a_file_has_at_most_400_lines(self):
        self.keeps({"core/base/x.cpp": "\n" * 400, "tests/peers/fixture.json": "\n" * 900})
        self.breaks({"core/base/x.cpp": "\n" * 401}, "core/base/x.cpp:401", "a file has at most 400")
        self.breaks({"tests/peers/x.mjs": "\n" * 401}, "tests/peers/x.mjs:401", "a file has at most 400")

    def test_includes_start_at_the_top(self):
        self.breaks({"core/base/x.cpp": include("../crypto/keys.h")}, "core/base/x.cpp:1", "includes start at the top of the project")

    def test_comments_and_strings_are_not_code(self):
        self.keeps({"core/grants/x.cpp": '// system_clock::now()\n/* QEventLoop\n #include <QIcon>\n*/ auto s = "time(nullptr)"; auto r = R"(a.exec())";\n'})
        self.breaks({"core/grants/x.cpp": '/* a\n b */ auto s = R"(c\n d)"; auto n = 1\'000;\nauto t = time(nullptr);\n'},
                    "core/grants/x.cpp:4", "time comes from Clock (core/base)")


if __name__ == "__main__":
    unittest.main(verbosity=2)
