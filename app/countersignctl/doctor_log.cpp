// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the doctor says of the log, and of those who remember how far it goes: the keychain and the witness.
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/doctor_checks.h"
#include "app/countersignctl/terminal_text.h"
#include "app/countersignctl/trouble_text.h"

#include <algorithm>

namespace countersign::ctl {

namespace {
bool hasTrouble(const json::Object& facts, std::string_view trouble)
{
    return std::ranges::contains(textsOf(facts, "troubles"), trouble);
}

/// "all of it was last checked on 2026-11-22 16:05:00"
std::string lastCheck(const json::Object& facts)
{
    const UnixSeconds at = timeOf(facts, "log_checked_at");
    return at.value == 0 ? "all of it was not checked yet: countersignctl check"
                         : "all of it was last checked on " + localTime(at);
}

/// "it has cosigned 120 of 130 entries"
std::string cosigned(const json::Object& facts)
{
    return "it has cosigned " + std::to_string(numberOf(facts, "witnessed_size")) + " of "
        + std::to_string(numberOf(facts, "log_size")) + " entries";
}

json::Object memberOf(const json::Object& facts, std::string_view name)
{
    const json::Value* value = facts.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : json::Object();
}
} // namespace

Check checkKeychain(const json::Object& facts)
{
    const std::string where = textOf(facts, "keychain");
    const json::Object missed = memberOf(facts, "anchor_missed");
    if (missed.empty())
        return good("keychain", "the keys rest in " + where + ", which remembers how far the log goes");
    return bad("keychain",
        "since " + localTime(timeOf(missed, "since")) + ' ' + where + " does not remember how far the log goes ("
            + textOf(missed, "problem") + "): an old copy of the data that is put back now may not be noticed",
        "open " + where
            + "; it is written there again with the next consent or revocation. If this is told again after that, quit "
              "Countersign and start it again");
}

Check checkLog(const json::Object& facts)
{
    const std::string size = std::to_string(numberOf(facts, "log_size"));
    if (hasTrouble(facts, "log_broken")) {
        const TroubleText words = troubleText("log_broken");
        return bad("log", words.what + " (found: " + textOf(facts, "log_problem") + ')', words.toDo);
    }
    if (hasTrouble(facts, "database_rolled_back")) {
        const TroubleText words = troubleText("database_rolled_back");
        return bad("log", words.what, words.toDo);
    }
    return good("log", "the log verifies, " + size + " entries; " + lastCheck(facts));
}

Check checkWitness(const json::Object& facts)
{
    if (hasTrouble(facts, "witness_contradicts")) {
        const TroubleText words = troubleText("witness_contradicts");
        return bad("witness", words.what, words.toDo);
    }
    const json::Object witness = memberOf(facts, "witness");
    if (witness.empty())
        return good("witness", "no witness is set: nobody else can tell whether this log was rewritten");
    const std::string name = "the witness " + textOf(witness, "name");
    const std::string problem = textOf(witness, "problem");
    if (!problem.empty())
        return bad("witness", name + " does not cosign the log (" + problem + "); " + cosigned(facts),
            "see whether it can be reached, and what Witness and WitnessKey in countersignrc say. Nothing is hindered "
            "meanwhile, and it is asked again by itself");
    if (timeOf(witness, "answered_at").value == 0)
        return good("witness", name + " was not asked since the start; " + cosigned(facts));
    return good("witness", name + " answered on " + localTime(timeOf(witness, "answered_at")) + "; " + cosigned(facts));
}

} // namespace countersign::ctl
