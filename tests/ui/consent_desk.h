// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A window with one request, for tests of what it shows and of how one decides.
#pragma once

#include "tests/ui/samples.h"
#include "ui/common/decision_guard.h"
#include "ui/consent/consent_view.h"

#include <QDialog>
#include <QLabel>
#include <QTest>
#include <QVBoxLayout>

#include <vector>

namespace countersign::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

inline constexpr auto kPassphrase = "correct horse"_L1;

/// A window with one request, and an authority that only remembers what it was told.
struct ConsentDesk {
    explicit ConsentDesk(consent::ScreenFacts facts = samples::familiar())
    {
        ConsentDeeds deeds;
        deeds.approve = [this](authority::Decision decision, ConsentDeeds::Answer answer) {
            approved.push_back(std::move(decision));
            approving = std::move(answer);
        };
        deeds.deny = [this](ConsentDeeds::Answer answer) {
            ++denied;
            denying = std::move(answer);
        };
        deeds.block = [this](const ConsentDeeds::Answer&) { ++blocked; };
        deeds.unlock = [](QString& passphrase, const ConsentDeeds::Answer& answer) {
            answer(passphrase == kPassphrase ? Result<void>()
                                             : fail(ErrorCode::WrongPassphrase, "That is not the passphrase."));
        };
        deeds.later = [this] { ++later; };
        view = new ConsentView(
            {std::move(facts), samples::kNow + 300s, {}}, std::move(deeds), *guard, clock, QLocale(QLocale::English));
        (new QVBoxLayout(&window))->addWidget(view);
        window.resize(900, 900);
        window.show();
        window.activateWindow();
        ready = QTest::qWaitForWindowActive(&window);
        view->focusFirst();
        clock.advance(kGuardDelay);
    }

    template <typename T = DecisionButton> T& child(const QString& name)
    {
        auto* found = window.findChild<T*>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return *found;
    }
    DecisionButton& approve() { return child(u"approve"_s); }
    QString textOf(const QString& label) { return child<QLabel>(label).text(); }
    void holdPointer(DecisionButton& button, std::chrono::milliseconds time = kHoldTime)
    {
        QTest::mousePress(&button, Qt::LeftButton);
        clock.advance(time);
        QTest::mouseRelease(&button, Qt::LeftButton);
    }
    [[nodiscard]] bool nothingHappened() const { return approved.empty() && denied == 0 && blocked == 0 && later == 0; }

    ManualClock clock{samples::kNow};
    QDialog window;
    DecisionGuard* guard = new DecisionGuard(window, clock);
    ConsentView* view = nullptr;
    bool ready = false;
    std::vector<authority::Decision> approved;
    ConsentDeeds::Answer approving;
    ConsentDeeds::Answer denying;
    int denied = 0;
    int blocked = 0;
    int later = 0;
};

} // namespace countersign::ui
