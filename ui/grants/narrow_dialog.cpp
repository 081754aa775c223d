// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/narrow_dialog.h"

#include "ui/common/decision_guard.h"
#include "ui/common/icons.h"
#include "ui/grants/used_up.h"

#include <QKeyEvent>
#include <QScreen>
#include <QVBoxLayout>

#include <algorithm>

namespace countersign::ui {

namespace {
constexpr int kWide = 62; // widths of "m"
constexpr int kHigh = 40; // lines

authority::Narrowing narrowingOf(const GrantId& grant, authority::Decision decision)
{
    authority::Narrowing narrowing;
    narrowing.grant = grant;
    narrowing.edit = std::move(decision.edit);
    narrowing.locale = std::move(decision.locale);
    narrowing.shownText = std::move(decision.shownText);
    narrowing.facts = std::move(decision.facts);
    narrowing.presence = decision.presence;
    return narrowing;
}
} // namespace

NarrowDialog::NarrowDialog(const authority::GrantRow& grant, consent::ScreenFacts facts, ConsentView::Key key,
    const NarrowDeeds& deeds, const Clock& clock, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Narrow a grant – Countersign"));
    setWindowIcon(appIcon());
    auto* guard = new DecisionGuard(*this, clock);
    ConsentDeeds view;
    view.approve = [grant = grant.grant.id, narrow = deeds.narrow](
                       authority::Decision decision, ConsentDeeds::Answer answer) {
        narrow(narrowingOf(grant, std::move(decision)), std::move(answer));
    };
    view.unlock = [unlock = deeds.unlock](
                      QString& passphrase, ConsentDeeds::Answer answer) { unlock(passphrase, std::move(answer)); };
    view.later = [this] { close(); };
    view.cautions = [grant](const consent::Edit& edit) { return usedUpBy(grant, edit); };
    m_view = new ConsentView({std::move(facts), std::nullopt, {}}, std::move(view), *guard, clock, QLocale());
    m_view->setKey(key);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view);
    resize(sizeHint()); // Qt itself would take two thirds of the screen at most
    connect(m_view, &ConsentView::ended, this, &QDialog::accept); // the tree shows what is left
}

QSize NarrowDialog::sizeHint() const
{
    const int room = screen()->availableGeometry().height() * 9 / 10;
    return {
        fontMetrics().horizontalAdvance(QLatin1Char('m')) * kWide, std::min(fontMetrics().lineSpacing() * kHigh, room)};
}

void NarrowDialog::keyPressEvent(QKeyEvent* event)
{
    // QDialog would look for a default button.
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        return;
    QDialog::keyPressEvent(event);
}

void NarrowDialog::showEvent(QShowEvent* event)
{
    QDialog::showEvent(event);
    m_view->focusFirst();
}

} // namespace countersign::ui
