// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The person takes back a part of a grant: the form of a consent, on the grant as it is. Escape and closing change
// nothing.
#pragma once

#include "core/authority/person_api.h"
#include "core/base/clock.h"
#include "ui/consent/consent_view.h"

#include <QDialog>

#include <functional>

namespace countersign::ui {

/// What the dialog can have done; answers come later.
struct NarrowDeeds {
    using Answer = std::function<void(const Result<void>&)>;
    std::function<void(authority::Narrowing, Answer)> narrow;
    std::function<void(QString& passphrase, Answer)> unlock;
};

class NarrowDialog final : public QDialog {
    Q_OBJECT
public:
    /// `facts`: PersonDesk::prepareNarrowing() of `grant`, which says what is used up. `clock` outlives the dialog.
    NarrowDialog(const authority::GrantRow& grant, consent::ScreenFacts facts, ConsentView::Key key,
        const NarrowDeeds& deeds, const Clock& clock, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    ConsentView* m_view;
};

} // namespace countersign::ui
