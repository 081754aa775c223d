// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One decision, from reading to deciding: the form, and below it how long it waits, what makes it risky, and the
// buttons. Decides at most once. Knows no authority: what a decision does is handed in. For an amendment, which nobody
// asked for, there is nothing to deny and nobody to block.
#pragma once

#include "core/authority/person_api.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "ui/common/decision_button.h"

#include <QLocale>
#include <QTimer>
#include <QWidget>

#include <functional>
#include <optional>

class QBoxLayout;

namespace countersign::ui {

class ConsentForm;
class DecisionGuard;
class Notice;
class PassphraseEdit;
class PlainLabel;

/// What the view can have done. Each answer arrives later, or never when the view is gone first.
struct ConsentDeeds {
    using Answer = std::function<void(Result<void>)>;
    std::function<void(authority::Decision, Answer)> approve;
    std::function<void(Answer)> deny;
    std::function<void(Answer)> block;
    std::function<void(QString& passphrase, Answer)> unlock; ///< checks the passphrase, also when already unlocked
    std::function<void()> later;
    /// What else to take care of with this edit, a sentence each; empty: nothing ever.
    std::function<QStringList(const consent::Edit&)> cautions;
};

class ConsentView final : public QWidget {
    Q_OBJECT
public:
    /// Whether the person's key has to be unlocked before anything can be signed.
    enum class Key : std::uint8_t { Unlocked, Sealed };

    struct Asked {
        consent::ScreenFacts facts;
        std::optional<UnixSeconds> expiresAt; ///< of the request; nullopt: nobody asked, so it waits for nothing
        std::optional<consent::Edit> edit; ///< what the person had left of it before the facts changed
    };

    ConsentView(Asked asked, ConsentDeeds deeds, DecisionGuard& guard, const Clock& clock, const QLocale& locale,
        QWidget* parent = nullptr);

    void setKey(Key key);
    /// The request ended without this view: says how, and takes the buttons away.
    void showEnded(consent::RequestState how);
    /// Something went wrong; the person may try again.
    void showProblem(const QString& title, const QString& body);
    /// The summary, where reading begins.
    void focusFirst();
    /// Where to go from a request that ended; stands where the decisions were.
    void setOnward(QWidget* button);
    [[nodiscard]] bool hasEnded() const { return m_stage == Stage::Ended; }
    /// A decision is on its way.
    [[nodiscard]] bool isBusy() const { return m_stage == Stage::Busy; }
    [[nodiscard]] const consent::ScreenFacts& facts() const;
    [[nodiscard]] const consent::Edit& edit() const;

Q_SIGNALS:
    void ended(); ///< the view shows how; nothing can be decided here any more
    void reopened(); ///< a decision failed; one can be taken again

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    enum class Stage : std::uint8_t { Open, Busy, Ended };
    /// Why a passphrase is asked for.
    enum class Proof : std::uint8_t { NotNeeded, KeySealed, NoInput };

    void addFooter();
    void addRisks();
    void addButtons();
    void nameButtons();
    [[nodiscard]] bool isAmendment() const;
    void setStage(Stage stage);
    void setProof(Proof proof);
    void judge();
    void tick();
    void approve(DecisionButton::Source source);
    void approveWithPassphrase();
    void sign(consent::Presence presence);
    void deny();
    void askToBlock();
    void settle(const Result<void>& result, consent::RequestState success);
    /// An answer that is heard only while this view is there and waits for it.
    [[nodiscard]] ConsentDeeds::Answer whenBusy(std::function<void(const Result<void>&)> then);

    Asked m_asked;
    ConsentDeeds m_deeds;
    DecisionGuard& m_guard;
    const Clock& m_clock;
    Stage m_stage = Stage::Open;
    Key m_key = Key::Unlocked;
    Proof m_proof = Proof::NotNeeded;
    QTimer m_ticker;

    ConsentForm* m_form;
    Notice* m_outcome;
    Notice* m_problem;
    QWidget* m_footer;
    QWidget* m_risksRow;
    PlainLabel* m_risks;
    PlainLabel* m_hint;
    QWidget* m_passphraseRow;
    PlainLabel* m_passphraseWhy;
    PassphraseEdit* m_passphrase;
    PlainLabel* m_countdown;
    QBoxLayout* m_buttons;
    DecisionButton* m_later;
    DecisionButton* m_deny;
    DecisionButton* m_approve;
    DecisionButton* m_block;
};

} // namespace countersign::ui
