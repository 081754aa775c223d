// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The check of the whole log. The running program does it, in the background; this command begins it, tells how far it
// is, and what came of it.
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/terminal_text.h"
#include "app/countersignctl/trouble_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

namespace countersign::ctl {

namespace {
constexpr std::chrono::milliseconds kFirstLook{20};
constexpr std::chrono::milliseconds kLongestWait{500};
constexpr std::int64_t kTenths = 10;

volatile std::sig_atomic_t isInterrupted = 0;

/// The first Ctrl-C cancels the check; the second one ends this program as ever.
class Interruption {
public:
    Interruption()
    {
        struct sigaction action{};
        action.sa_handler = [](int) { isInterrupted = 1; };
        action.sa_flags = SA_RESETHAND;
        isInterrupted = 0;
        ::sigaction(SIGINT, &action, &m_before);
    }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption() { ::sigaction(SIGINT, &m_before, nullptr); }
    [[nodiscard]] static bool happened() { return isInterrupted != 0; }

private:
    struct sigaction m_before{};
};

/// A line for each tenth of the way.
class Progress {
public:
    explicit Progress(const Surroundings& surroundings) : m_surroundings(surroundings) { }

    void tell(std::int64_t done, std::int64_t total)
    {
        const std::int64_t tenth =
            total > 0 ? std::clamp<std::int64_t>(done, 0, total) / std::max<std::int64_t>(total / kTenths, 1) : 0;
        if (tenth <= m_told)
            return;
        m_told = tenth;
        m_surroundings.progress("Checked " + std::to_string(done) + " of " + std::to_string(total) + " entries.");
    }

private:
    const Surroundings& m_surroundings;
    std::int64_t m_told = 0;
};

class Check {
public:
    explicit Check(const Surroundings& surroundings) : m_surroundings(surroundings), m_progress(surroundings) { }

    /// How it ended: any state but running.
    Answer<json::Object> run()
    {
        const Interruption interruption;
        auto state = ask("POST");
        if (!state)
            return state;
        const json::Value* began = state->if_contains("began");
        const bool isOurs = began != nullptr && *began == json::Value(true);
        const std::int64_t id = numberOf(*state, "id");
        if (!isOurs)
            m_surroundings.progress("A check runs already; this is how far it is.");
        std::chrono::milliseconds wait = kFirstLook;
        for (bool isCancelled = false; state && textOf(*state, "state") == "running";) {
            if (Interruption::happened() && !(isOurs && numberOf(*state, "id") == id))
                return problem(ExitStatus::Interrupted, "cancelled", "The check goes on; another program began it.");
            const bool cancelsNow = Interruption::happened() && !std::exchange(isCancelled, true);
            m_progress.tell(numberOf(*state, "done"), numberOf(*state, "total"));
            std::this_thread::sleep_for(wait);
            wait = std::min(wait * 2, kLongestWait);
            state = ask(cancelsNow ? "DELETE" : "GET");
        }
        return state;
    }

private:
    [[nodiscard]] Answer<json::Object> ask(std::string method) const
    {
        return askControl(m_surroundings, std::move(method), "/check");
    }

    const Surroundings& m_surroundings;
    Progress m_progress;
};

std::string meaning(std::string_view trouble)
{
    const TroubleText words = troubleText(trouble);
    return "What it means: " + words.what + ".\nWhat to do: " + words.toDo + ".\n";
}

Outcome broken(json::Object state)
{
    std::string text = "The log is BROKEN: " + shown(textOf(state, "found")) + ".\n";
    if (const json::Value* entry = state.if_contains("first_bad_entry"); entry != nullptr) {
        const std::string number = std::to_string(numberOf(state, "first_bad_entry"));
        text +=
            "From entry " + number + " on nothing in it can be relied upon; what stands before is as it was signed.\n";
    }
    state.erase("id");
    return {std::move(state), text + meaning("log_broken"), ExitStatus::Broken};
}

/// An old copy is whole as far as it goes.
Outcome older(json::Object state)
{
    std::string text =
        "The log is whole as far as it goes, but OLDER than it was.\n" + shown(textOf(state, "found")) + '\n';
    state.erase("id");
    return {std::move(state), text + meaning("database_rolled_back"), ExitStatus::Broken};
}

Outcome whole(json::Object state)
{
    const std::string entries = std::to_string(numberOf(state, "entries"));
    state.erase("id");
    return {std::move(state), "The log is whole: " + entries + " entries, each as it was signed.\n"};
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    if (!parser.positionalArguments().isEmpty())
        return problem(ExitStatus::Usage, "usage", "check takes no arguments.");
    auto state = Check(surroundings).run();
    if (!state)
        return std::unexpected(state.error());
    const std::string how = textOf(*state, "state");
    if (how == "whole")
        return whole(*std::move(state));
    if (how == "older")
        return older(*std::move(state));
    if (how == "broken")
        return broken(*std::move(state));
    if (how == "failed")
        return problem(ExitStatus::Failed, "check_failed", "The log could not be checked: " + textOf(*state, "found"));
    return problem(ExitStatus::Interrupted, "cancelled", "The check was cancelled. It says nothing about the log.");
}
} // namespace

const Command kCheckCommand{
    "check", "Check the whole log, with progress; Ctrl-C cancels.", [](QCommandLineParser&) { }, run};

} // namespace countersign::ctl
