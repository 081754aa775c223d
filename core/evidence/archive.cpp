// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/evidence/archive.h"

#include "core/audit/checkpoint.h"
#include "core/audit/log_identity.h"
#include "core/base/try.h"
#include "core/evidence/html.h"
#include "core/evidence/verify.h"
#include "core/store/data_folder.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <fcntl.h>
#include <sys/file.h>

namespace countersign::evidence {

namespace {

using namespace Qt::StringLiterals;

QString pathIn(const QString& folder, QLatin1StringView file)
{
    return folder + u'/' + file;
}

/// Held while the copy is made; not open where there is no lock to hold, as in an archive.
Result<store::FileDescriptor> keepOthersOut(const QString& folder)
{
    const QString path = pathIn(folder, QLatin1StringView(store::kLockFile));
    store::FileDescriptor lock(
        ::open(QFile::encodeName(path).constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (lock.isOpen() && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0)
        return fail(ErrorCode::StorageInUse,
            "Countersign is running on “" + folder.toStdString() + "”. Ask it, without naming the folder.");
    return lock;
}

/// The database with what SQLite keeps beside it: where a program was killed, the newest entries are only there.
Result<void> copyDatabase(const QString& from, const QString& to)
{
    const auto lock = TRY(keepOthersOut(from));
    const QString name = QString::fromLatin1(store::kDatabaseFile);
    if (!QFile::exists(from + u'/' + name))
        return fail(ErrorCode::NotFound, "There is no database of Countersign in “" + from.toStdString() + "”.");
    for (const QLatin1StringView suffix : {""_L1, "-wal"_L1, "-journal"_L1}) {
        QFile file(from + u'/' + name + suffix);
        if (!file.exists())
            continue;
        if (!QFileInfo(file).isFile()) // reading a pipe would wait for ever
            return fail(ErrorCode::StorageCorrupt, "“" + file.fileName().toStdString() + "” is not a file.");
        const QString copy = to + u'/' + name + suffix;
        // The copy is ours to change, however the other is protected.
        if (!file.copy(copy) || !QFile::setPermissions(copy, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
            return fail(ErrorCode::StorageFailed,
                "“" + file.fileName().toStdString() + "” can't be copied to “" + to.toStdString()
                    + "”: " + file.errorString().toStdString() + ".");
    }
    return {};
}

Result<std::unique_ptr<store::Database>> openCopy(const QString& folder)
{
    TRY(store::Database::open(folder, store::Access::ReadWrite)); // checks it, and brings it up to date
    return store::Database::open(folder, store::Access::ReadOnly);
}

Result<audit::LogIdentity> ownerOf(store::Database& database)
{
    auto owner = TRY(audit::keptLogIdentity(database));
    if (!owner)
        return fail(ErrorCode::NotSupported,
            "The data does not say whose log it is: it was last used by an older version of Countersign, which did not "
            "keep that. Without its keys there is no evidence to be had from it.");
    return *std::move(owner);
}

Result<std::uint64_t> unsignedEntries(store::Database& database)
{
    store::Query leaves(database, "SELECT coalesce(max(idx) + 1, 0) FROM log_leaves");
    TRY(leaves.next());
    const auto size = static_cast<std::uint64_t>(leaves.integer(0));
    const auto last = TRY(audit::lastCheckpoint(database));
    const std::uint64_t proven = last ? last->size : 0;
    return size > proven ? size - proven : 0;
}

/// Nobody has looked whether the data is whole since it was set aside; what is handed out is.
Result<void> holdTogether(std::string_view text, UnixSeconds now)
{
    const Report report = verify(text, {{}, {}, now});
    const Step* const failure = report.firstFailure();
    if (failure == nullptr)
        return {};
    return fail(ErrorCode::StorageCorrupt,
        "The data was changed or damaged, and there is no such evidence to be had from it (" + failure->name + ": "
            + failure->sentence + ')');
}

} // namespace

Result<FromArchive> exportFromArchive(
    const QString& folder, const Wanted& wanted, const ExportOptions& options, UnixSeconds now)
{
    const QTemporaryDir copy;
    if (!copy.isValid())
        return fail(ErrorCode::StorageFailed,
            "There is no place for a copy of the data: " + copy.errorString().toStdString() + '.');
    TRY(copyDatabase(folder, copy.path()));
    const auto database = TRY(openCopy(copy.path()));
    const audit::LogIdentity owner = TRY(ownerOf(*database));
    const Evidence evidence = TRY(assemble(*database, owner, wanted, options.details, Unsigned::LeftOut));
    std::string text = TRY(toJson(evidence));
    TRY(holdTogether(text, now));
    if (options.form == Form::Html)
        text = TRY(toHtml(text));
    return FromArchive{std::move(text), owner.device.thumbprint(), TRY(unsignedEntries(*database))};
}

} // namespace countersign::evidence
