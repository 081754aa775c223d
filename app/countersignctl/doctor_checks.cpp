// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/doctor_checks.h"

#include "app/countersignctl/control_client.h"
#include "app/countersignctl/http_client.h"
#include "app/countersignctl/trouble_text.h"

#include <QUrl>

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>
#include <sys/stat.h>
#include <unistd.h>

namespace countersign::ctl {

namespace {
constexpr std::uint16_t kUsualPort = 7317;
constexpr std::string_view kSetAside = "set-aside-"; // core/authority/recovery.h
/// What checkLog() and checkWitness() tell of.
constexpr std::array<std::string_view, 3> kLogTroubles{"log_broken", "database_rolled_back", "witness_contradicts"};

/// What is wrong with a file's kind, owner or mode; empty: nothing.
std::string whatIsWrong(const std::string& path, mode_t kind, mode_t mode)
{
    struct stat facts{};
    if (::lstat(path.c_str(), &facts) != 0)
        return path + " is missing";
    if ((facts.st_mode & S_IFMT) != kind)
        return path + " is of another kind than it should be";
    if (facts.st_uid != ::geteuid())
        return path + " belongs to another user";
    if ((facts.st_mode & 07777U) != mode)
        return std::format("{} has the mode {:04o}, not {:04o}", path, facts.st_mode & 07777U, mode);
    return {};
}

Check checkStrangerOnPort()
{
    const auto answer = call(LoopbackPort{kUsualPort}, {}, std::chrono::seconds(3));
    if (!answer && answer.error().code == ErrorCode::NotFound)
        return good("port", std::format("nothing listens on 127.0.0.1:{}", kUsualPort));
    return bad("port", std::format("another program listens on 127.0.0.1:{}", kUsualPort),
        "end that program, or start Countersign once with another port if it was never started");
}
} // namespace

Check good(std::string name, std::string found)
{
    return {std::move(name), Verdict::Good, std::move(found), {}};
}

Check bad(std::string name, std::string found, std::string toDo)
{
    return {std::move(name), Verdict::Bad, std::move(found), std::move(toDo)};
}

Check checkProgram(const std::optional<json::Object>& facts, const std::optional<Problem>& why)
{
    if (facts)
        return good("program", "Countersign runs (process " + std::to_string(numberOf(*facts, "pid")) + ')');
    return bad("program", why ? why->text : std::string("Countersign is not running"),
        "start Countersign; should it say that its keys are gone, put the keychain's backup back, or, if they are lost "
        "for good, start anew from that window");
}

Check checkSockets(const Surroundings& surroundings)
{
    for (const std::string& wrong : {whatIsWrong(surroundings.runtimeFolder, S_IFDIR, 0700),
             whatIsWrong(surroundings.agentsSocket(), S_IFSOCK, 0600),
             whatIsWrong(surroundings.controlSocket(), S_IFSOCK, 0600)}) {
        if (!wrong.empty())
            return bad(
                "sockets", wrong, "quit Countersign, remove " + surroundings.runtimeFolder + " and start it again");
    }
    return good("sockets", surroundings.runtimeFolder + ": only you can use its sockets");
}

Check checkPort(const std::optional<json::Object>& facts)
{
    if (!facts)
        return checkStrangerOnPort();
    const std::string issuer = textOf(*facts, "issuer");
    const auto port = static_cast<std::uint16_t>(QUrl(QString::fromStdString(issuer)).port(0));
    HttpCall request;
    request.path = "/.well-known/oauth-authorization-server";
    const auto answer = call(LoopbackPort{port}, request, std::chrono::seconds(5));
    const auto metadata = answer ? json::parseObject(answer->body) : Result<json::Object>(json::Object());
    if (!answer || !metadata || textOf(*metadata, "issuer") != issuer)
        return bad("port", issuer + " does not answer as it should",
            "quit Countersign and start it again; it says when its port is taken");
    return good("port", issuer + " answers");
}

Check checkDataFolder(const std::string& folder)
{
    const std::string toDo =
        "quit Countersign and set the modes right: chmod 700 on the folder, chmod 600 on the files in it";
    if (const std::string wrong = whatIsWrong(folder, S_IFDIR, 0700); !wrong.empty())
        return bad("data_folder", wrong, toDo);
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (!entry.is_regular_file(error))
            continue;
        if (const std::string wrong = whatIsWrong(entry.path().string(), S_IFREG, 0600); !wrong.empty())
            return bad("data_folder", wrong, toDo);
    }
    if (error)
        return bad("data_folder", folder + " can't be read", toDo);
    return good("data_folder", folder + ": only you can read it");
}

std::vector<Check> checkEarlierLogs(const std::string& folder)
{
    std::vector<Check> checks;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.is_directory(error) && entry.path().filename().string().starts_with(kSetAside))
            checks.push_back(good("earlier_log",
                "keys were lost once: the log before this one is set aside in " + entry.path().string()
                    + "; keep it for as long as somebody may ask about it. Evidence from it: countersignctl export "
                      "--archive FOLDER --action RECEIPT -o FILE"));
    }
    return checks;
}

std::vector<Check> checkTroubles(const json::Object& facts)
{
    std::vector<Check> checks;
    for (const std::string& trouble : textsOf(facts, "troubles")) {
        if (std::ranges::contains(kLogTroubles, trouble))
            continue;
        const TroubleText words = troubleText(trouble);
        checks.push_back(bad(trouble, words.what, words.toDo));
    }
    return checks;
}

} // namespace countersign::ctl
