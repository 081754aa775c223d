// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/trouble_words.h"

#include <QCoreApplication>

namespace countersign::ui {

namespace {
struct TroubleText {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::TroubleText)
};
using Remedy = TroubleWords::Remedy;
} // namespace

TroubleWords troubleWords(authority::Trouble trouble)
{
    using enum authority::Trouble;
    switch (trouble) {
    case None:
        break;
    case PersonKeySealed:
        return {TroubleText::tr("Your key is locked."),
            TroubleText::tr(
                "Nothing can be approved until you unlock it with your passphrase. Live grants and revoking go on."),
            Tone::Calm, Remedy::Unlock, TroubleText::tr("Unlock…")};
    case ClockMoved:
        return {TroubleText::tr("The clock of this computer was changed."),
            TroubleText::tr("Live grants are held, so that none lasts longer than you meant. Look at the clock; if it "
                            "is right, say so, and they go on."),
            Tone::Caution, Remedy::ConfirmClock, TroubleText::tr("The clock is right")};
    case LogBroken:
        return {TroubleText::tr("The log is broken."),
            TroubleText::tr("Something changed what was recorded. Nothing is granted any more, and what agents hold "
                            "is not honoured; revoking goes on. Keep a copy of the data folder, which shows what "
                            "happened, and find out who could write to it. Then put back the folder's last good "
                            "backup; agents may ask again."),
            Tone::Danger, Remedy::CheckLog, TroubleText::tr("Check the whole log")};
    case DatabaseRolledBack:
        return {TroubleText::tr("An old copy of the database was put back."),
            TroubleText::tr("What happened since is not in it, so all grants were ended. If you restored a backup, go "
                            "on from it; agents may then ask again. If you did not, find out who did."),
            Tone::Danger, Remedy::ConfirmRollback, TroubleText::tr("Go on from the old copy")};
    case WitnessContradicts:
        return {TroubleText::tr("The witness of your log contradicts it."),
            TroubleText::tr(
                "It has cosigned entries that this log doesn't have. An old copy may have been put back, or "
                "somebody else writes under your key. Keep a copy of the data folder and find out."),
            Tone::Danger, Remedy::None, {}};
    case TrustFileBroken:
        return {TroubleText::tr("The file that says whom you trust to speak of agents can't be read."),
            TroubleText::tr(
                "Until it can, nobody is asked, each agent counts as unknown, and agents may spend nothing. "
                "Mend the file and start Countersign again."),
            Tone::Danger, Remedy::None, {}};
    case DiskFull:
        return {TroubleText::tr("The disk is full."),
            TroubleText::tr("Nothing can be recorded, so nothing is granted; revoking goes on. Make room on the disk "
                            "of your data folder."),
            Tone::Danger, Remedy::None, {}};
    case Stopped:
        return {TroubleText::tr("The database can't be written."),
            TroubleText::tr("Nothing is decided until Countersign was started again. Agents are refused meanwhile."),
            Tone::Danger, Remedy::None, {}};
    }
    return {};
}

} // namespace countersign::ui
