// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/trouble_text.h"

#include <algorithm>
#include <array>

namespace countersign::ctl {

TroubleText troubleText(std::string_view trouble)
{
    struct Row {
        std::string_view name;
        std::string_view what;
        std::string_view toDo;
    };
    static constexpr std::array kRows{
        Row{"person_key_sealed", "your key is sealed: nothing can be approved yet",
            "open Countersign and give your passphrase"},
        Row{"clock_moved", "the clock was moved: live grants are held",
            "set the clock right, then confirm it in Countersign"},
        Row{"log_broken",
            "the log does not verify: nothing is granted and nothing that agents hold is honoured; revoking goes on",
            "end what agents hold (countersignctl revoke --everything), and keep a copy of the data folder, which "
            "shows "
            "what happened. Then look after the disk, quit Countersign, and put back the last good backup of the "
            "folder: Countersign says that it is older than the keychain remembers, and agents ask you again"},
        Row{"database_rolled_back", "an old copy of the database was put back: all grants were ended",
            "see the timeline in Countersign; let agents ask again"},
        Row{"witness_contradicts",
            "the witness has cosigned entries that are not in this log: an old copy may have been put back, or "
            "somebody else writes under your key",
            "put back the data folder that has them; if there is none, look for a program that uses your keychain"},
        Row{"disk_full", "the disk is full: nothing can be decided", "make room on the disk of the data folder"},
        Row{"trust_file_broken", "trust.json can't be read: nobody is asked about agents, and they may spend nothing",
            "mend the file, then start Countersign again"},
        Row{"stopped", "the database can't be written",
            "see what the system's log says of the disk, then start Countersign again"},
    };
    const auto* const row = std::ranges::find(kRows, trouble, &Row::name);
    if (row == kRows.end())
        return {std::string(trouble), "open Countersign"};
    return {std::string(row->what), std::string(row->toDo)};
}

} // namespace countersign::ctl
