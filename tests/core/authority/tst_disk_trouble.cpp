// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A disk that is full: what extends authority is refused, revoking goes on. A small tmpfs of our own where the system
// allows that, and a limit on the size of files everywhere.

#include "core/authority/use_cases.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/small_disk.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <csignal>

using namespace countersign;
using namespace countersign::testing;
using authority::Trouble;
using grants::GrantState;

namespace {

constexpr int kSmallDiskMebibytes = 24;

template <typename T> ErrorCode codeOf(const Result<T>& result)
{
    return result ? ErrorCode::Internal : result.error().code;
}

/// Asks until the disk refuses.
ErrorCode askUntilRefused(AuthorityFixture& fixture, const TestAgent& agent)
{
    for (int i = 0; i < 2000; ++i) {
        const auto accepted = fixture.ask(fixture.request(agent, payments(fixture.clock().now()), std::to_string(i)));
        if (!accepted && accepted.error().code != ErrorCode::TemporarilyUnavailable)
            return accepted.error().code;
    }
    return ErrorCode::Internal;
}

} // namespace

class DiskTroubleTest : public QObject {
    Q_OBJECT
public:
    explicit DiskTroubleTest(SmallDisk disk) : m_disk(disk) { }

private Q_SLOTS:
    void a_full_disk_refuses_decisions_and_never_revocation()
    {
        if (m_disk != SmallDisk::Mounted)
            QSKIP("no file system of our own can be mounted here");
        const QString disk = QString::fromLocal8Bit(smallDiskPath());
        AuthorityFixture fixture(disk + QStringLiteral("/data"), makeIdentity());
        QVERIFY(fixture.start());
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto other = fixture.tokensFor(agent);
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "waits")));
        const auto decision = approvalOf(fixture.waiting().front());

        const QString filler = disk + QStringLiteral("/filler");
        QVERIFY(fillDisk(filler));
        QCOMPARE(askUntilRefused(fixture, agent), ErrorCode::StorageFull);
        QCOMPARE(codeOf(fixture.approve(decision)), ErrorCode::StorageFull);
        QCOMPARE(codeOf(fixture.refresh(agent, tokens.refreshToken)), ErrorCode::StorageFull);
        QVERIFY(fixture.isActive(other.accessToken));
        QVERIFY(fillDisk(filler)); // what the first refusal gave back is gone too
        const auto revoked = fixture.revoke(tokens.grant);
        QVERIFY2(revoked, revoked ? "" : revoked.error().message.c_str());
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);

        QVERIFY(QFile::remove(filler));
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.has(Trouble::DiskFull), 10'000);
        QVERIFY(fixture.approve(approvalOf(fixture.waiting().front())));
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
        QVERIFY(fixture.isActive(other.accessToken));
    }

    void a_revocation_that_can_not_be_written_acts_and_stops_everything_until_it_is()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto other = fixture.tokensFor(agent);
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "waits")));
        const auto decision = approvalOf(fixture.waiting().front());
        std::atomic<int> answers = 0;
        {
            const FileSizeLimit limit(4096);
            fixture.authority().revokeGrant(tokens.grant, [&](const Result<void>& done) { answers += done ? 1 : 100; });
            QTRY_VERIFY_WITH_TIMEOUT(!fixture.isActive(tokens.accessToken), 10'000);
            QTRY_VERIFY_WITH_TIMEOUT(!fixture.isActive(other.accessToken), 10'000);
            QVERIFY(!fixture.approve(decision));
            QVERIFY(!fixture.refresh(agent, other.refreshToken));
            QVERIFY(fixture.has(Trouble::DiskFull));
            QCOMPARE(answers.load(), 0);
        }
        QTRY_COMPARE_WITH_TIMEOUT(answers.load(), 1, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isActive(other.accessToken), 10'000);
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.has(Trouble::DiskFull), 10'000);
        QVERIFY(fixture.refresh(agent, other.refreshToken));
        QVERIFY(fixture.approve());
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
        QVERIFY(fixture.status().troubles.empty());
    }

    void a_revocation_that_never_became_durable_is_answered_with_the_error()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        std::atomic<int> errors = 0;
        {
            const FileSizeLimit limit(4096);
            fixture.authority().revokeGrant(tokens.grant, [&](const Result<void>& done) { errors += done ? 100 : 1; });
            QTRY_VERIFY_WITH_TIMEOUT(!fixture.isActive(tokens.accessToken), 10'000);
            fixture.stop();
        }
        QCOMPARE(errors.load(), 1);
    }

private:
    SmallDisk m_disk;
};

int main(int argc, char** argv)
{
    std::signal(SIGXFSZ, SIG_IGN);
    const SmallDisk disk = mountSmallDisk(kSmallDiskMebibytes);
    QCoreApplication app(argc, argv);
    DiskTroubleTest test(disk);
    return QTest::qExec(&test, argc, argv);
}

#include "tst_disk_trouble.moc"
