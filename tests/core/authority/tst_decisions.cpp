// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Approving and denying: what was shown is what is signed, and a late answer never overrides.

#include "core/authority/use_cases.h"
#include "core/consent/record.h"
#include "core/crypto/digest.h"
#include "tests/support/authority_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using authority::Decision;

namespace {
template <typename T> ErrorCode codeOf(const Result<T>& result)
{
    return result ? ErrorCode::Internal : result.error().code;
}

void compose(Decision& decision)
{
    const auto screen = consent::composeScreen(decision.facts, decision.edit, QLocale(decision.locale));
    decision.shownText = screen.text(decision.edit);
}
} // namespace

class TestDecisions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_signed_is_what_was_shown()
    {
        AuthorityFixture fixture;
        QVERIFY(fixture.ask(fixture.registerAgent()));
        const Decision decision = approvalOf(fixture.waiting().front());
        const auto grant = fixture.approve(decision);
        QVERIFY(grant);
        const auto kept =
            fixture.run<std::vector<std::string>>([&](authority::Context& context) -> Result<std::vector<std::string>> {
                store::Query query(
                    context.database, "SELECT record, screen_text, salt FROM consents WHERE grant_id = ?");
                query.bind(grant->value);
                if (const auto row = query.next(); !row || !*row)
                    return fail(ErrorCode::NotFound, "no consent");
                return std::vector<std::string>{query.text(0), query.text(1), query.blob(2)};
            });
        QVERIFY(kept);
        const auto record = consent::verifyConsent(kept->at(0), fixture.identity().person);
        QVERIFY(record);
        QCOMPARE(kept->at(1), decision.shownText.toStdString());
        QCOMPARE(record->screenDigest, crypto::sha256Base64url(kept->at(2) + kept->at(1)));
        QCOMPARE(record->granted, fixture.grant(*grant).permission);
        QCOMPARE(record->device, fixture.identity().device.publicKey().thumbprint());
        QCOMPARE(record->renderer, consent::kScreenRenderer);
    }

    void the_person_narrows_and_the_narrowed_is_granted()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        Decision decision = approvalOf(fixture.waiting().front());
        decision.edit.details.front().keptActions.front() = false;
        decision.edit.duration = consent::Duration::FifteenMinutes;
        compose(decision);
        QVERIFY(fixture.approve(decision));
        const auto tokens = fixture.poll(agent, accepted->id);
        QVERIFY(tokens);
        QCOMPARE(tokens->granted.details.front().actions.size(), 1U);
        QCOMPARE(tokens->granted.details.front().actions.front().name(), std::string("payments.read"));
        QCOMPARE(fixture.grant(tokens->grant).expiresAt, kTestStart + 900s);
    }

    void another_text_than_the_screens_is_refused()
    {
        AuthorityFixture fixture;
        QVERIFY(fixture.ask(fixture.registerAgent()));
        Decision decision = approvalOf(fixture.waiting().front());
        decision.shownText.append(u' ');
        QCOMPARE(codeOf(fixture.approve(decision)), ErrorCode::InvalidInput);
        decision = approvalOf(fixture.waiting().front());
        decision.edit.duration = consent::Duration::AsAsked; // longer than what stood on the screen
        QCOMPARE(codeOf(fixture.approve(decision)), ErrorCode::InvalidInput);
        QVERIFY(fixture.grants().empty());
        QCOMPARE(fixture.count(LeafKind::ConsentGiven), 0);
        QVERIFY(fixture.approve());
    }

    void made_up_facts_are_refused_data()
    {
        QTest::addColumn<int>("what");
        for (int i = 0; i < 6; ++i)
            QTest::addRow("%d", i) << i;
    }
    void made_up_facts_are_refused()
    {
        QFETCH(int, what);
        AuthorityFixture fixture;
        QVERIFY(fixture.ask(fixture.registerAgent()));
        Decision decision = approvalOf(fixture.waiting().front());
        consent::ScreenFacts& facts = decision.facts;
        switch (what) {
        case 0:
            facts.asked.details.front().actions.push_back(*permissions::Action::parse("transfers.create"));
            decision.edit = consent::initialEdit(facts);
            break;
        case 1:
            facts.agentName.text = QStringLiteral("somebody else");
            break;
        case 2:
            facts.holdsNow.push_back(payments());
            break;
        case 3:
            facts.at = kTestStart + 3600s; // a later start makes a later end
            break;
        case 4:
            facts.timesAsked = 2;
            break;
        default:
            facts.bindingMessage = "Another reason.";
        }
        compose(decision);
        QCOMPARE(codeOf(fixture.approve(decision)), ErrorCode::InvalidInput);
        QVERIFY(fixture.grants().empty());
    }

    void a_screen_opened_later_counts_from_when_it_opened()
    {
        AuthorityFixture fixture;
        QVERIFY(fixture.ask(fixture.registerAgent()));
        fixture.clock().advance(200s);
        Decision decision = approvalOf(fixture.waiting().front());
        decision.facts.at = fixture.clock().now();
        compose(decision);
        fixture.clock().advance(60s);
        const auto grant = fixture.approve(decision);
        QVERIFY(grant);
        QCOMPARE(fixture.grant(*grant).expiresAt, kTestStart + 200s + 3600s);
    }

    void asking_again_does_not_take_the_screen_away()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QVERIFY(fixture.ask(agent));
        const Decision decision = approvalOf(fixture.waiting().front());
        QVERIFY(fixture.ask(agent));
        QVERIFY(fixture.approve(decision));
    }

    void what_the_agent_got_meanwhile_is_shown_before_it_gets_more()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "one")));
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "two")));
        const auto waiting = fixture.waiting();
        QVERIFY(fixture.approve(approvalOf(waiting.at(0))));
        QCOMPARE(codeOf(fixture.approve(approvalOf(waiting.at(1)))), ErrorCode::InvalidInput);
        QCOMPARE(fixture.waiting().front().facts.holdsNow.size(), 1U);
        QVERIFY(fixture.approve());
    }

    void nothing_is_approved_while_the_persons_key_is_sealed()
    {
        AuthorityFixture fixture(AuthorityFixture::PersonKey::Sealed);
        QVERIFY(fixture.has(authority::Trouble::PersonKeySealed));
        QVERIFY(fixture.ask(fixture.registerAgent()));
        QCOMPARE(codeOf(fixture.approve()), ErrorCode::KeychainLocked);
        const auto unlock = [&](const char* passphrase) {
            return fixture.wait<void>([&](auto reply) {
                fixture.authority().unlockPersonKey(
                    crypto::SecretBytes(std::string_view(passphrase)), std::move(reply));
            });
        };
        QCOMPARE(codeOf(unlock("not the passphrase")), ErrorCode::WrongPassphrase);
        QCOMPARE(codeOf(fixture.approve()), ErrorCode::KeychainLocked);
        QVERIFY(unlock(passphrase().toStdString().c_str()));
        QVERIFY(!fixture.has(authority::Trouble::PersonKeySealed));
        QVERIFY(fixture.approve());
    }

    void a_late_answer_never_overrides_data()
    {
        QTest::addColumn<int>("how");
        QTest::addColumn<ErrorCode>("polled");
        QTest::newRow("expired") << 0 << ErrorCode::ExpiredToken;
        QTest::newRow("denied") << 1 << ErrorCode::AccessDenied;
        QTest::newRow("cancelled") << 2 << ErrorCode::InvalidGrant;
    }
    void a_late_answer_never_overrides()
    {
        QFETCH(int, how);
        QFETCH(ErrorCode, polled);
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        const Decision decision = approvalOf(fixture.waiting().front());
        if (how == 0)
            fixture.clock().advance(300s);
        else if (how == 1)
            QVERIFY(fixture.deny(decision.requestId));
        else
            QVERIFY(fixture.revokeToken(agent, accepted->id.value));
        QCOMPARE(codeOf(fixture.approve(decision)), ErrorCode::InvalidGrant);
        QCOMPARE(codeOf(fixture.deny(decision.requestId)), ErrorCode::InvalidGrant);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), polled);
        QVERIFY(fixture.grants().empty());
    }

    void a_request_is_approved_once()
    {
        AuthorityFixture fixture;
        QVERIFY(fixture.ask(fixture.registerAgent()));
        const Decision decision = approvalOf(fixture.waiting().front());
        QVERIFY(fixture.approve(decision));
        QCOMPARE(codeOf(fixture.approve(decision)), ErrorCode::InvalidGrant);
        QCOMPARE(fixture.grants().size(), 1U);
    }

    void nothing_is_granted_for_longer_than_a_year()
    {
        AuthorityFixture fixture;
        permissions::Permission asked = payments();
        asked.details.front().expiresAt = kTestStart + permissions::kMaxGrantLife + 1s;
        QVERIFY(fixture.ask(fixture.request(fixture.registerAgent(), asked)));
        Decision decision = approvalOf(fixture.waiting().front());
        decision.edit.duration = consent::Duration::AsAsked;
        compose(decision);
        QCOMPARE(codeOf(fixture.approve(decision)), ErrorCode::InvalidInput);
        fixture.clock().advance(1s);
        decision.facts.at = fixture.clock().now();
        compose(decision);
        QVERIFY(fixture.approve(decision));
    }

    void the_keychain_learns_of_every_consent_and_revocation()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto kept = fixture.anchor();
        QVERIFY(kept);
        QCOMPARE(kept->treeSize, 4U); // up to the consent, not the tokens after it
        QVERIFY(fixture.revoke(tokens.grant));
        QCOMPARE(fixture.anchor()->treeSize, fixture.status().logSize);
    }
};

QTEST_GUILESS_MAIN(TestDecisions)
#include "tst_decisions.moc"
