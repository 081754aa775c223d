// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/process.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

namespace countersign::agents {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxProcFile = 4096; // stat and status are far smaller

/// What /proc/PID/stat says (proc_pid_stat(5)).
struct ProcessStat {
    pid_t parent = 0;
    std::uint64_t started = 0;
    std::string name;
};

/// A process that was seen, and when it started, so that a look at it later can tell whether it is still the same.
struct SeenProcess {
    Process process;
    std::uint64_t started = 0;
};

fs::path procPath(pid_t pid, std::string_view file)
{
    return fs::path("/proc") / std::to_string(pid) / file;
}

std::string readProcFile(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text(kMaxProcFile, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return text;
}

std::string readLink(const fs::path& path)
{
    std::error_code error;
    const auto target = fs::read_symlink(path, error);
    return error ? std::string() : target.string();
}

std::optional<ProcessStat> readStat(pid_t pid)
{
    const auto text = readProcFile(procPath(pid, "stat"));
    const auto open = text.find('(');
    const auto close = text.rfind(')'); // the name may hold parentheses itself
    if (open == std::string::npos || close == std::string::npos || close < open)
        return std::nullopt;
    ProcessStat stat;
    stat.name = text.substr(open + 1, close - open - 1);
    std::istringstream rest(text.substr(close + 1));
    std::string skipped;
    rest >> skipped >> stat.parent; // fields 3 (state) and 4
    for (int field = 5; field < 22; ++field)
        rest >> skipped;
    rest >> stat.started;
    return rest ? std::optional(stat) : std::nullopt;
}

/// Whether `uid` is one of the process's user ids.
bool runsAs(pid_t pid, uid_t uid)
{
    std::istringstream status(readProcFile(procPath(pid, "status")));
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with("Uid:"))
            continue;
        std::istringstream ids(line.substr(4));
        for (uid_t id = 0; ids >> id;) {
            if (id == uid)
                return true;
        }
        return false;
    }
    return false;
}

/// The process's look, all of it taken from one process: the start time is the same before and after.
std::optional<SeenProcess> look(pid_t pid)
{
    const auto before = readStat(pid);
    if (!before)
        return std::nullopt;
    SeenProcess seen{{pid, readLink(procPath(pid, "exe")), before->name}, before->started};
    return processStartTime(pid) == before->started ? std::optional(seen) : std::nullopt;
}

std::optional<pid_t> pidFromName(const fs::path& entry)
{
    const auto name = entry.filename().string();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    return error == std::errc() && end == name.data() + name.size() ? std::optional(pid) : std::nullopt;
}

bool holdsSocket(pid_t pid, const std::string& link)
{
    std::error_code error;
    for (fs::directory_iterator it(procPath(pid, "fd"), error), end; !error && it != end; it.increment(error)) {
        if (readLink(it->path()) == link)
            return true;
    }
    return false;
}

/// The oldest process that holds the socket. None where the holders' executables differ: a socket can be handed to a
/// program of better repute, so that then nothing is known.
std::optional<SeenProcess> findHolder(std::uint64_t inode)
{
    const auto link = "socket:[" + std::to_string(inode) + "]";
    std::optional<SeenProcess> oldest;
    std::error_code error;
    for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
        const auto pid = pidFromName(it->path());
        if (!pid || !holdsSocket(*pid, link))
            continue;
        const auto seen = look(*pid);
        if (!seen || !holdsSocket(*pid, link)) // looked at twice: the pid was not another's in between
            continue;
        if (oldest && oldest->process.executable != seen->process.executable)
            return std::nullopt;
        if (!oldest || seen->started < oldest->started)
            oldest = seen;
    }
    return oldest;
}

std::optional<SeenProcess> findClient(const PeerSocket& peer)
{
    if (!peer.pid)
        return peer.inode == 0 ? std::nullopt : findHolder(peer.inode);
    auto seen = look(*peer.pid);
    if (!seen || !runsAs(*peer.pid, peer.uid))
        return std::nullopt;
    if (peer.pidStarted && *peer.pidStarted != seen->started)
        return std::nullopt; // the client ended, and its pid is another process's now
    return seen;
}

} // namespace

std::optional<std::uint64_t> processStartTime(pid_t pid)
{
    const auto stat = readStat(pid);
    return stat ? std::optional(stat->started) : std::nullopt;
}

ProcessEvidence findProcess(const PeerSocket& peer)
{
    ProcessEvidence evidence;
    auto seen = findClient(peer);
    while (seen) {
        evidence.chain.push_back(seen->process);
        const auto stat = readStat(seen->process.pid);
        if (!stat || stat->started != seen->started || stat->parent <= 0 || evidence.chain.size() > kMaxProcessParents)
            break;
        const auto parent = look(stat->parent);
        if (!parent || parent->started > seen->started)
            break; // a parent is older than its child, or it is not the parent
        seen = parent;
    }
    return evidence;
}

} // namespace countersign::agents
