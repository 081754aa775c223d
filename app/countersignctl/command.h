// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the terminal program's commands have in common: what they get, and what they give back. A command prints nothing
// itself but progress; main() prints its outcome, as text for people or as JSON.
#pragma once

#include "core/base/clock.h"
#include "core/base/json.h"

#include <QCommandLineParser>

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace countersign::ctl {

/// The program's exit statuses; `--help` lists them.
enum class ExitStatus : std::uint8_t {
    Done = 0,
    Failed = 1, ///< refused, or (doctor) something needs doing
    Usage = 2,
    NotRunning = 3,
    Denied = 4,
    Expired = 5,
    NotEstablished = 6, ///< evidence that fits together; who made it is not known
    Broken = 7, ///< evidence, or a log, that does not
    Interrupted = 130, ///< by SIGINT, as shells have it
};

inline constexpr std::string_view kExitStatusHelp =
    "Exit status: 0 done; 1 refused or failed (doctor: something needs doing); 2 wrong usage; "
    "3 Countersign is not running; 4 the person denied the request; "
    "5 the request expired undecided; verify: 6 consistent, but its origin is not established; verify and check: 7 "
    "broken; check: 130 interrupted.";

/// Why a command did not do what it was told.
struct Problem {
    ExitStatus status = ExitStatus::Failed;
    std::string code; ///< as an OAuth `error`, for `--json`
    std::string text; ///< a sentence for a person; not yet fit for a screen
};

template <typename T> using Answer = std::expected<T, Problem>;

[[nodiscard]] inline std::unexpected<Problem> problem(ExitStatus status, std::string code, std::string text)
{
    return std::unexpected(Problem{status, std::move(code), std::move(text)});
}

struct Outcome {
    json::Object machine; ///< for `--json`
    std::string text; ///< for people; fit for a screen; ends with a line break
    ExitStatus status = ExitStatus::Done;
};

/// Where things are, and which time it is.
struct Surroundings {
    std::string runtimeFolder; ///< $XDG_RUNTIME_DIR/countersign
    std::string ownFolder; ///< where the sample agent keeps its keys
    const Clock& clock;
    std::function<void(std::string_view line)> progress; ///< one line for people while a command runs

    [[nodiscard]] std::string controlSocket() const { return runtimeFolder + "/control.sock"; }
    [[nodiscard]] std::string agentsSocket() const { return runtimeFolder + "/agents.sock"; }
};

/// What a command's positional arguments are.
enum class Arguments : std::uint8_t {
    Words,
    Ids, ///< of ours; those of old databases may begin with '-', and are no options then
};

struct Command {
    const char* name;
    const char* summary;
    void (*describe)(QCommandLineParser& parser); ///< its options and arguments
    Answer<Outcome> (*run)(const QCommandLineParser& parser, const Surroundings& surroundings);
    Arguments arguments = Arguments::Words;
};

// One file each.
extern const Command kStatusCommand;
extern const Command kAskCommand;
extern const Command kDelegateCommand;
extern const Command kChainCommand;
extern const Command kGrantsCommand;
extern const Command kRevokeCommand;
extern const Command kTimelineCommand;
extern const Command kCheckCommand;
extern const Command kExportCommand;
extern const Command kVerifyCommand;
extern const Command kImportCommand;
extern const Command kOpenapiCommand;
extern const Command kDoctorCommand;

} // namespace countersign::ctl
