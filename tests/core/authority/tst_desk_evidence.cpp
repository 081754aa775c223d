// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is said of agents and what services demand, through the façade that the windows see, and with the real
// authority.
#include "tests/core/authority/catalogue_scene.h"
#include "tests/core/authority/desk_calls.h"
#include "tests/core/authority/trust_house.h"

#include <QFile>
#include <QTemporaryDir>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using grants::GrantState;

class TestDeskEvidence : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_said_of_an_agent_reaches_its_row()
    {
        TrustHouse house;
        const TestAgent agent = house.fixture.registerAgent();
        (void)house.askRegistry(agent, 0ms);
        PersonDesk desk(house.fixture.authority());
        waitUntilReady(desk);
        QSignalSpy changed(&desk, &PersonDesk::agentChanged);
        const auto row = [&]() -> const authority::AgentRow& { return desk.agents().front(); };
        house.show(agent, house.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(row().trust.evidence.level, TrustLevel::L3);
        QVERIFY(!changed.isEmpty());

        // The person's own word, and that it is taken back.
        const auto assign = [&](const ClientId& id, std::optional<TrustLevel> level) {
            return await<void>([&](auto done) { desk.assignTrust(id, level, std::move(done)); });
        };
        QVERIFY(assign(agent.id(), TrustLevel::L1));
        QTRY_VERIFY(row().trust.assigned.has_value());
        QCOMPARE(row().trust, house.of(agent));
        QCOMPARE(row().trust.at(kTestStart).level, TrustLevel::L1);
        QCOMPARE(row().trust.evidence.level, TrustLevel::L3);
        QVERIFY(assign(agent.id(), std::nullopt));
        QTRY_VERIFY(!row().trust.assigned.has_value());
        QCOMPARE(codeOf(assign(ClientId{"nobody"}, TrustLevel::L1)), ErrorCode::NotFound);

        // What the sources say meanwhile is known once they are asked again.
        house.peer.pages[TrustHouse::registryPath(agent)].body =
            json::serialize(json::Object{{"agent_id", agent.key.publicKey().thumbprint().value},
                {"agent_trust_level", 2}, {"agent_sanctions_clear", false}});
        QVERIFY(await<void>([&](auto done) { desk.askTrustAgain(agent.id(), std::move(done)); }));
        QTRY_COMPARE(row().trust.evidence.screening, Screening::Hit);
        QCOMPARE(codeOf(await<void>([&](auto done) { desk.askTrustAgain(ClientId{"nobody"}, std::move(done)); })),
            ErrorCode::NotFound);

        QVERIFY(await<void>([&](auto done) { desk.block(agent.id(), std::move(done)); }));
        QTRY_COMPARE(row().agent.standing, agents::Standing::Blocked);
        QSignalSpy gone(&desk, &PersonDesk::agentGone);
        QVERIFY(await<void>([&](auto done) { desk.forget(agent.id(), std::move(done)); }));
        QTRY_COMPARE(gone.size(), 1);
        QVERIFY(desk.agents().empty());
    }

    void a_document_is_previewed_then_imported_and_changes_what_it_says()
    {
        CatalogueScene scene;
        const auto grant = grantTo(scene.fixture, scene.agent, paymentsWith({})).grant;
        const auto paying = grantTo(scene.fixture, scene.agent,
            permissionOf("[{\"type\":\"agent_delegation\",\"locations\":[\"https://payments.example/\"],"
                         "\"actions\":[\"payments.create\"],\"expires_at\":1767297600}]"))
                                .grant;
        PersonDesk desk(scene.fixture.authority());
        waitUntilReady(desk);
        QSignalSpy servicesChanged(&desk, &PersonDesk::servicesChanged);
        QSignalSpy grantsChanged(&desk, &PersonDesk::grantChanged);
        const QTemporaryDir home;
        const auto preview = [&](const ServiceId& service, const QByteArray& text) {
            QFile file(home.filePath(QStringLiteral("document.yaml")));
            if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
                qFatal("the document was not written");
            file.close();
            return await<authority::CataloguePreview>(
                [&](auto done) { desk.previewCatalogue(service, file.fileName(), std::move(done)); });
        };
        QVERIFY(!desk.services().front().catalogue);
        const auto bad = preview(scene.service, document() + "\n  /payments: {}\n");
        QCOMPARE(codeOf(bad), ErrorCode::InvalidInput);
        QVERIFY2(bad.error().message.starts_with("Line "), bad.error().message.c_str());
        QCOMPARE(codeOf(preview(ServiceId{"none"}, document())), ErrorCode::NotFound);
        const auto shown = preview(scene.service, document());
        QVERIFY2(shown, shown ? "" : shown.error().message.c_str());
        QTest::qWait(50);
        QVERIFY(servicesChanged.isEmpty() && grantsChanged.isEmpty()); // so far it was only shown
        QVERIFY(!desk.services().front().catalogue);

        QVERIFY(await<void>([&](auto done) { desk.importCatalogue(*shown, std::move(done)); }));
        QTRY_VERIFY(!servicesChanged.isEmpty());
        QCOMPARE(*desk.services().front().catalogue, *shown->catalogue);
        const auto rowOf = [&](const GrantId& id) {
            return *std::ranges::find(desk.grants(), id, [](const authority::GrantRow& row) { return row.grant.id; });
        };
        QTRY_COMPARE(rowOf(paying).grant.reason, grants::EndReason::WaitingForEvidence); // the document demands L2
        QVERIFY(!rowOf(paying).waitsFor.isEmpty());
        QCOMPARE(rowOf(grant).grant.state, GrantState::Live); // reading goes on
        QVERIFY(await<void>(
            [&](auto done) { desk.assignTrust(scene.agent.id(), services::TrustLevel::L2, std::move(done)); }));
        QTRY_COMPARE(rowOf(paying).grant.state, GrantState::Live);
    }
};

QTEST_GUILESS_MAIN(TestDeskEvidence)
#include "tst_desk_evidence.moc"
