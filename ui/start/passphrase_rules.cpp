// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/start/passphrase_rules.h"

#include "ui/common/passphrase_edit.h"

#include <QCoreApplication>

namespace countersign::ui {

namespace {
struct PassphraseRules {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::PassphraseRules)
};
} // namespace

QString passphraseProblem(const PassphraseEdit& first, const PassphraseEdit& second)
{
    if (first.text().size() < kShortestPassphrase)
        return PassphraseRules::tr("That is too short: at least %1 characters.").arg(kShortestPassphrase);
    if (first.text() != second.text())
        return PassphraseRules::tr("The two are not the same. Type it twice.");
    return {};
}

} // namespace countersign::ui
