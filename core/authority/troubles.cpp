// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/use_cases.h"

#include <QCoreApplication>

namespace countersign::authority {

Result<void> mayExtend(const Context& context)
{
    if (context.has(Trouble::LogBroken))
        return fail(ErrorCode::StorageCorrupt, "The log is broken; nothing is granted.");
    if (context.has(Trouble::DatabaseRolledBack))
        return fail(ErrorCode::StorageRolledBack, "An old copy of the data was put back; nothing is granted.");
    if (context.has(Trouble::DiskFull))
        return fail(ErrorCode::StorageFull, "The disk is full; nothing is granted.");
    if (context.has(Trouble::Stopped))
        return fail(ErrorCode::StorageFailed, "The database can't be written; nothing is granted.");
    return {};
}

void breakLog(Context& context, const Error& error)
{
    context.troubles[Trouble::LogBroken] =
        troubleText(Trouble::LogBroken) + QLatin1Char(' ') + QString::fromStdString(error.message);
    context.logProblem = error.message;
    context.view.setGate(ReadView::Gate::Closed);
}

void AnchorKeeping::note(const Result<void>& kept, UnixSeconds due)
{
    const std::scoped_lock lock(m_mutex);
    if (kept)
        m_missed.reset();
    else
        m_missed = AnchorMissed{m_missed ? m_missed->since : due, kept.error().message};
}

std::optional<AnchorMissed> AnchorKeeping::missed() const
{
    const std::scoped_lock lock(m_mutex);
    return m_missed;
}

QString troubleText(Trouble trouble)
{
    switch (trouble) {
    case Trouble::PersonKeySealed:
        return QCoreApplication::translate("authority", "Enter your passphrase before you approve anything.");
    case Trouble::ClockMoved:
        return QCoreApplication::translate("authority",
            "The computer's clock was changed. All permissions that were in force are held until you confirm that the "
            "time is right.");
    case Trouble::LogBroken:
        return QCoreApplication::translate("authority",
            "The log of what was decided is damaged. Nothing can be approved and no permission is honoured; revoking "
            "works.");
    case Trouble::DatabaseRolledBack:
        return QCoreApplication::translate("authority",
            "The data is older than what the keychain remembers: an old copy was put back. All permissions in it have "
            "ended. Nothing can be approved until you confirm this.");
    case Trouble::DiskFull:
        return QCoreApplication::translate(
            "authority", "The disk is full. Nothing can be approved until there is room; revoking works.");
    case Trouble::Stopped:
        return QCoreApplication::translate("authority", "The data can't be written. Nothing can be approved.");
    case Trouble::WitnessContradicts:
        return QCoreApplication::translate("authority",
            "The witness of your log has seen entries that are not in it. An old copy may have been put back, or "
            "somebody "
            "else writes under your key.");
    case Trouble::TrustFileBroken:
        return QCoreApplication::translate("authority",
            "The file that says whom you trust to speak of agents can't be read. Nobody is asked, and agents may spend "
            "nothing.");
    case Trouble::None:
        break;
    }
    return {};
}

} // namespace countersign::authority
