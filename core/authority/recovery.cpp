// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/recovery.h"

#include "core/audit/checkpoint.h"
#include "core/audit/log.h"
#include "core/audit/log_nodes.h"
#include "core/authority/recovery_json.h"
#include "core/base/try.h"
#include "core/keychain/durable_file.h"
#include "core/store/data_folder.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QTimeZone>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace countersign::authority {

namespace {

using namespace Qt::StringLiterals;

constexpr std::size_t kMaxFileBytes = 16 * 1024;
constexpr auto kDecisionFile = "recovery.json"_L1;
constexpr auto kSealedFile = "keychain.sealed"_L1;
constexpr auto kLostSealedFile = "keychain.sealed.lost"_L1;
/// What stays where it is.
constexpr std::array kStaying{kDecisionFile, kSealedFile, "keychain.sealed.lock"_L1, "countersign.lock"_L1};

std::string pathIn(const QString& folder, QAnyStringView name)
{
    return QFile::encodeName(folder + u'/' + name.toString()).toStdString();
}

std::unexpected<Error> failed(const std::string& path, int error)
{
    return fail(ErrorCode::StorageFailed, path + ": " + std::generic_category().message(error) + ".");
}

Result<void> syncFolder(const QString& folder)
{
    const std::string path = QFile::encodeName(folder).toStdString();
    const store::FileDescriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.isOpen() || ::fsync(opened.get()) != 0)
        return failed(path, errno);
    return {};
}

bool exists(const std::string& path)
{
    struct stat about = {};
    return ::lstat(path.c_str(), &about) == 0;
}

/// Under its own name, or that with a number; never over something that is there. (Nobody else writes here: the folder
/// is ours and locked.)
Result<void> moveInto(const QString& archive, const QString& folder, const QString& name)
{
    const std::string from = pathIn(folder, name);
    std::string to = pathIn(archive, name);
    for (int number = 2; exists(to); ++number)
        to = pathIn(archive, name) + '.' + std::to_string(number);
    return ::rename(from.c_str(), to.c_str()) == 0 ? Result<void>() : failed(from, errno);
}

/// What is not there stays not there.
Result<void> renameIn(const QString& folder, QAnyStringView from, QAnyStringView to)
{
    const std::string path = pathIn(folder, from);
    if (::rename(path.c_str(), pathIn(folder, to).c_str()) != 0)
        return errno == ENOENT ? Result<void>() : failed(path, errno);
    return syncFolder(folder);
}

/// In the tables as they are; nothing of it is believed.
Result<void> readTree(const QString& folder, LostLog& lost)
{
    const auto database = TRY(store::Database::open(folder, store::Access::ReadOnly));
    store::Query leaves(*database, "SELECT coalesce(max(idx) + 1, 0) FROM log_leaves");
    TRY(leaves.next());
    const auto size = static_cast<std::uint64_t>(leaves.integer(0));
    lost.root = TRY(audit::readFrontier(*database, size)).root();
    lost.size = size;
    const auto checkpoint = TRY(audit::lastCheckpoint(*database));
    if (checkpoint && isCheckpointText(checkpoint->note))
        lost.checkpoint = checkpoint->note;
    return {};
}

Result<Recovery> parseRecovery(std::string_view text)
{
    const json::Object object = TRY(json::parseObject(text));
    TRY(json::onlyMembers(object, {"lost", "keychain", "device", "person"}));
    const json::Value* lost = object.if_contains("lost");
    const std::string name = TRY(json::requiredString(object, "keychain"));
    const auto backend = keychain::backendFromName(name);
    if (lost == nullptr || !lost->is_object() || !backend)
        return fail(ErrorCode::InvalidInput, "It lacks the lost log, or the keychain.");
    return Recovery{TRY(readLostLogClaims(lost->get_object())), *backend, {TRY(json::requiredString(object, "device"))},
        {TRY(json::requiredString(object, "person"))}};
}

QString stamp(UnixSeconds now)
{
    return QDateTime::fromSecsSinceEpoch(now.value, QTimeZone::UTC).toString(u"yyyy-MM-dd'T'HHmmss'Z'");
}

} // namespace

LostLog readLostLog(const QString& folder, const Thumbprint& device, const Thumbprint& person, UnixSeconds now)
{
    LostLog lost;
    lost.origin = audit::originOf(device);
    lost.device = device;
    lost.person = person;
    lost.archive = (QLatin1StringView(kArchivePrefix) + stamp(now)).toStdString();
    // One that can't be read is set aside all the same, and the new log says less of it.
    if (const auto read = readTree(folder, lost); !read)
        qWarning("The old log could not be read: %s", read.error().message.c_str());
    return lost;
}

Result<std::optional<Recovery>> readRecovery(const QString& folder)
{
    const std::string path = pathIn(folder, kDecisionFile);
    const auto text = TRY(keychain::readWholeFile(path, kMaxFileBytes));
    if (!text)
        return std::nullopt;
    auto recovery = parseRecovery(*text);
    if (!recovery)
        return fail(ErrorCode::StorageCorrupt,
            path + " can't be read (" + recovery.error().message
                + "). It says how Countersign starts anew after keys were lost. Nothing was changed; put the file back "
                  "from a backup of this folder.");
    return *std::move(recovery);
}

Result<void> decideRecovery(const QString& folder, const Recovery& recovery)
{
    const json::Object object{{"lost", lostLogClaims(recovery.lost)},
        {"keychain", keychain::backendName(recovery.backend)}, {"device", recovery.device.value},
        {"person", recovery.person.value}};
    return keychain::replaceFile(pathIn(folder, kDecisionFile), json::serialize(object) + '\n');
}

Result<void> setAside(const QString& folder, const Recovery& recovery)
{
    store::DataFolder data = TRY(store::DataFolder::open(folder, store::Access::ReadWrite));
    TRY(data.lockForWriting());
    const QString archive = folder + u'/' + QString::fromStdString(recovery.lost.archive);
    if (::mkdir(QFile::encodeName(archive).constData(), 0700) != 0 && errno != EEXIST)
        return failed(archive.toStdString(), errno);
    const QStringList names =
        QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    for (const QString& name : names) {
        const bool stays = std::ranges::any_of(kStaying, [&](QLatin1StringView each) { return each == name; });
        if (!stays && !name.startsWith(QLatin1StringView(kArchivePrefix)))
            TRY(moveInto(archive, folder, name));
    }
    TRY(syncFolder(archive));
    return syncFolder(folder);
}

Result<void> endRecovery(const QString& folder)
{
    const std::string path = pathIn(folder, kDecisionFile);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return failed(path, errno);
    return syncFolder(folder);
}

Result<void> setSealedFileAside(const QString& folder)
{
    TRY(takeSealedFileBack(folder));
    return renameIn(folder, kSealedFile, kLostSealedFile);
}

Result<void> takeSealedFileBack(const QString& folder)
{
    return renameIn(folder, kLostSealedFile, kSealedFile);
}

} // namespace countersign::authority
