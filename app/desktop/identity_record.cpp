// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/identity_record.h"

#include "core/base/json.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>

namespace countersign::desktop {

namespace {

constexpr qint64 kMaxRecordBytes = 4096;

QString pathIn(const QString& folder)
{
    return folder + QStringLiteral("/identity.json");
}

std::unexpected<Error> unreadable(const QString& path, const std::string& why)
{
    return fail(ErrorCode::StorageCorrupt,
        path.toStdString() + " can't be read (" + why
            + "). It says where your keys rest. Nothing was changed; put the file back from a backup of this folder.");
}

} // namespace

Result<std::optional<IdentityRecord>> readIdentityRecord(const QString& folder)
{
    QFile file(pathIn(folder));
    if (!file.exists())
        return std::nullopt;
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxRecordBytes)
        return unreadable(file.fileName(), file.errorString().toStdString());
    const auto object = json::parseObject(file.readAll().toStdString());
    if (!object)
        return unreadable(file.fileName(), object.error().message);
    const auto name = json::requiredString(*object, "keychain");
    const auto device = json::requiredString(*object, "device");
    const auto person = json::requiredString(*object, "person");
    const auto backend = name ? keychain::backendFromName(*name) : std::nullopt;
    if (!backend || !device || !person)
        return unreadable(file.fileName(), "it lacks the keychain, the device or the person");
    return IdentityRecord{*backend, {*device}, {*person}};
}

Result<void> writeIdentityRecord(const QString& folder, const IdentityRecord& record)
{
    QSaveFile file(pathIn(folder));
    if (QFile::exists(file.fileName()))
        return fail(ErrorCode::Internal, "there is an identity record already");
    const json::Object object{{"keychain", keychain::backendName(record.backend)}, {"device", record.device.value},
        {"person", record.person.value}};
    if (!file.open(QIODevice::WriteOnly))
        return fail(ErrorCode::StorageFailed, file.errorString().toStdString());
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    file.write(QByteArray::fromStdString(json::serialize(object) + "\n"));
    if (!file.commit())
        return fail(ErrorCode::StorageFailed, file.errorString().toStdString());
    return {};
}

} // namespace countersign::desktop
