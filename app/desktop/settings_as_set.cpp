// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/settings_as_set.h"

#include "core/crypto/signed_note.h"
#include "settings.h"

#include <QFile>
#include <QStandardPaths>

#include <chrono>
#include <utility>

namespace countersign::desktop {

using namespace Qt::StringLiterals;

authority::KeepBodies bodiesAsSet()
{
    using Keep = authority::KeepBodies::Keep;
    const Settings settings;
    return {settings.keepBodies() ? Keep::Yes : Keep::No,
        std::chrono::days(static_cast<int>(settings.keepBodiesDays())), settings.keepBodiesBytes()};
}

std::unique_ptr<authority::Witnessing> witnessingAsSet(authority::Authority& authority)
{
    const Settings settings;
    audit::Witness witness{settings.witness().toStdString(), settings.witnessKey().toStdString()};
    if (witness.url.empty())
        return nullptr;
    if (const auto key = crypto::parseNoteVerifierKey(witness.key); !key) {
        qWarning("WitnessKey in the settings: %s", key.error().message.c_str());
        authority::Witnessing::tellUnusable(
            authority, witness.url, {key.error().code, "WitnessKey in the settings: " + key.error().message});
        return nullptr;
    }
    const auto reach = settings.witnessNearby() ? outbound::Reach::Anywhere : outbound::Reach::Public;
    return std::make_unique<authority::Witnessing>(authority, std::move(witness), reach);
}

Result<agents::TrustSettings> trustAsSet()
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    QFile file(folder + u"/countersign/trust.json"_s);
    if (!file.exists())
        return agents::TrustSettings();
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::InvalidInput, "trust.json can't be opened.");
    const QByteArray text = file.read(agents::kMaxTrustSettingsBytes + 1);
    return agents::readTrustSettings({text.constData(), static_cast<std::size_t>(text.size())});
}

} // namespace countersign::desktop
