// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the person is told of grants that evidence or a service's document holds or ends, as the desktop's own service
// of notifications (dunst) got it.
#include "app/desktop/notifier.h"
#include "tests/core/authority/floor_scene.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <optional>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;

namespace {

/// The real service, on the test's own bus and display.
class Dunst {
public:
    Dunst()
    {
        m_process.start(u"dunst"_s, QStringList());
        m_isThere = m_process.waitForStarted()
            && QTest::qWaitFor(isOnTheBus, 10'000); // asked for earlier, the bus would start another
    }
    ~Dunst()
    {
        m_process.terminate();
        m_process.waitForFinished();
    }
    Dunst(const Dunst&) = delete;
    Dunst& operator=(const Dunst&) = delete;

    [[nodiscard]] bool isThere() const { return m_isThere; }
    [[nodiscard]] static int shown() { return ask({u"count"_s, u"displayed"_s}).trimmed().toInt(); }
    /// Closes what is shown, and tells what that was and what was shown before: newest first, title and text.
    [[nodiscard]] static QStringList told()
    {
        ask({u"close-all"_s});
        const QJsonObject history = QJsonDocument::fromJson(ask({u"history"_s})).object();
        const QJsonArray lists = history.value(u"data").toArray();
        QStringList all;
        for (const QJsonValue& list : lists) {
            const QJsonArray entries = list.toArray();
            for (const QJsonValue& entry : entries)
                all.append(textOf(entry, u"summary"_s) + u": "_s + textOf(entry, u"body"_s));
        }
        return all;
    }

private:
    static bool isOnTheBus()
    {
        const auto* bus = QDBusConnection::sessionBus().interface();
        return bus->isServiceRegistered(u"org.freedesktop.Notifications"_s).value();
    }
    static QByteArray ask(const QStringList& arguments)
    {
        QProcess control;
        control.start(u"dunstctl"_s, arguments);
        control.waitForFinished();
        return control.readAllStandardOutput();
    }
    static QString textOf(const QJsonValue& entry, const QString& member)
    {
        return entry.toObject().value(member).toObject().value(u"data").toString();
    }

    QProcess m_process;
    bool m_isThere = false;
};

/// Another path: what grants there were given for is something else.
services::Catalogue changedCatalogue()
{
    services::Catalogue other = catalogue(screenedAt(TrustLevel::L2));
    other.operations.front().path = "/elsewhere";
    return other;
}

} // namespace

class NotificationsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        qputenv("XDG_DATA_DIRS", COUNTERSIGN_BUILT_SHARE ":/usr/local/share:/usr/share");
        QVERIFY(m_dunst.emplace().isThere());
    }
    void cleanupTestCase() { m_dunst.reset(); }

    void what_holds_or_ends_grants_is_told()
    {
        FloorScene scene;
        const TestAgent other = scene.fixture.registerAgent("other", "/usr/bin/other");
        scene.say(scene.agent, TrustLevel::L2);
        scene.say(other, TrustLevel::L2);
        const auto second = grantTo(scene.fixture, other, scene.grant().permission);
        QVERIFY(scene.isLive(scene.tokens.grant) && scene.isLive(second.grant));
        authority::PersonDesk desk(scene.fixture.authority());
        QSignalSpy ready(&desk, &authority::PersonDesk::ready);
        QVERIFY(ready.wait());
        const desktop::Notifier notifier(desk);
        QCOMPARE(Dunst::shown(), 0);

        scene.say(scene.agent, TrustLevel::L1);
        QTRY_COMPARE(Dunst::shown(), 1);
        QStringList told = Dunst::told();
        QCOMPARE(told.size(), 1);
        QVERIFY2(told[0].startsWith(u"A grant is held: “reconcile-bot”"_s), qPrintable(told[0]));
        QVERIFY2(told[0].contains(u"does not show what the service demands"_s), qPrintable(told[0]));

        // What a service changed is told once for all grants that it holds, and again after they were looked at.
        scene.say(scene.agent, TrustLevel::L2);
        offer(scene.fixture, scene.service, changedCatalogue());
        QTRY_COMPARE(Dunst::shown(), 1);
        told = Dunst::told();
        QCOMPARE(told.size(), 2);
        QVERIFY2(told[0].startsWith(u"Grants are held: "_s), qPrintable(told[0]));
        QVERIFY2(told[0].contains(u"changed what they cover"_s), qPrintable(told[0]));
        for (const GrantId& grant : {scene.tokens.grant, second.grant})
            QVERIFY(scene.fixture.run<void>([&](Context& context) { return authority::resumeGrant(context, grant); }));
        offer(scene.fixture, scene.service, catalogue(screenedAt(TrustLevel::L2)));
        QTRY_COMPARE(Dunst::shown(), 1);
        QCOMPARE(Dunst::told().size(), 3);

        scene.say(scene.agent, TrustLevel::L2, Screening::Hit);
        QTRY_COMPARE(Dunst::shown(), 1);
        told = Dunst::told();
        QCOMPARE(told.size(), 4);
        QVERIFY2(told[0].startsWith(u"What an agent was granted has ended: "_s), qPrintable(told[0]));
        QVERIFY2(told[0].contains(u"screening of “reconcile-bot” had a hit"_s), qPrintable(told[0]));
    }

private:
    std::optional<Dunst> m_dunst;
};

QTEST_MAIN(NotificationsTest)
#include "tst_notifications.moc"
