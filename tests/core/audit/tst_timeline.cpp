// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/audit/timeline.h"

#include "tests/core/audit/log_fixture.h"
#include "tests/core/store/raw_database.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace countersign;
using audit::LeafKind;
using audit::TimelineFilter;
using audit::timelinePage;
using store::Access;
using store::Database;

namespace {

constexpr int kLeaves = 100'000;
constexpr qint64 kFastEnough = 250; // milliseconds a page, also unoptimised, on a busy machine
constexpr qint64 kCheckFastEnough = 120'000;

bool matches(const TimelineFilter& filter, int i)
{
    const audit::LeafDraft draft = test::draftNumber(i);
    return (!filter.agent || draft.agent == *filter.agent) && (!filter.grant || draft.grant == *filter.grant)
        && (!filter.from || test::timeOf(i) >= *filter.from) && (!filter.to || test::timeOf(i) <= *filter.to)
        && (filter.kinds.empty() || std::ranges::contains(filter.kinds, draft.kind));
}

std::vector<std::uint64_t> expectedPage(const TimelineFilter& filter, int before, int count)
{
    std::vector<std::uint64_t> page;
    for (int i = before - 1; i >= 0 && static_cast<int>(page.size()) < count; --i) {
        if (matches(filter, i))
            page.push_back(static_cast<std::uint64_t>(i));
    }
    return page;
}

std::vector<std::uint64_t> indexesOf(const std::vector<audit::Leaf>& page)
{
    std::vector<std::uint64_t> indexes;
    for (const audit::Leaf& leaf : page)
        indexes.push_back(leaf.index);
    return indexes;
}

} // namespace

class TimelineTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QElapsedTimer timer;
        timer.start();
        {
            auto test = test::openLog(m_home.path());
            QVERIFY2(test, test ? "" : test.error().message.c_str());
            QVERIFY(test::growTo(*test, kLeaves, 500));
        }
        qInfo("%d leaves written: %lld ms", kLeaves, static_cast<long long>(timer.restart()));
        auto opened = Database::open(m_home.path(), Access::ReadWrite);
        QVERIFY(opened);
        qInfo("opened, with the integrity check: %lld ms", static_cast<long long>(timer.elapsed()));
        opened->reset();
        auto reader = Database::open(m_home.path(), Access::ReadOnly);
        QVERIFY(reader);
        m_db = std::move(*reader);
    }
    void cleanupTestCase() { m_db.reset(); }

    void a_page_shows_leaves_as_they_were_written()
    {
        const auto page = timelinePage(*m_db, {}, std::nullopt, 20);
        QVERIFY2(page, page ? "" : page.error().message.c_str());
        QCOMPARE(page->size(), 20u);
        int i = kLeaves;
        for (const audit::Leaf& leaf : *page) {
            const audit::LeafDraft draft = test::draftNumber(--i);
            QCOMPARE(leaf.index, static_cast<std::uint64_t>(i));
            QCOMPARE(leaf.kind, draft.kind);
            QCOMPARE(leaf.at, test::timeOf(i));
            QCOMPARE(leaf.agent, draft.agent);
            QCOMPARE(leaf.grant, draft.grant);
            QCOMPARE(leaf.privateText, draft.privateText);
            QVERIFY(leaf.bytes.contains("\"number\":" + std::to_string(i)));
        }
    }

    void a_page_is_as_long_as_asked_within_its_limit_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("length");
        QTest::newRow("negative") << -1 << 0;
        QTest::newRow("none") << 0 << 0;
        QTest::newRow("one") << 1 << 1;
        QTest::newRow("below the limit") << 499 << 499;
        QTest::newRow("at the limit") << 500 << 500;
        QTest::newRow("above the limit") << 501 << 500;
    }
    void a_page_is_as_long_as_asked_within_its_limit()
    {
        QFETCH(int, count);
        QFETCH(int, length);
        QCOMPARE(timelinePage(*m_db, {}, std::nullopt, count)->size(), static_cast<std::size_t>(length));
    }

    void pages_join_without_gap_or_repetition()
    {
        const TimelineFilter filter{
            .agent = ClientId{"agent-1"}, .grant = {}, .kinds = {LeafKind::TokenIssued}, .from = {}, .to = {}};
        std::vector<std::uint64_t> all;
        std::optional<std::uint64_t> before;
        for (;;) {
            const auto page = timelinePage(*m_db, filter, before, 333);
            QVERIFY(page);
            if (page->empty())
                break;
            std::ranges::copy(indexesOf(*page), std::back_inserter(all));
            before = page->back().index;
        }
        QCOMPARE(all, expectedPage(filter, kLeaves, kLeaves));
        QCOMPARE(all.size(), 5000u);
    }

    void the_ends_are_reached()
    {
        QCOMPARE(timelinePage(*m_db, {}, 0, 10)->size(), 0u);
        QCOMPARE(indexesOf(*timelinePage(*m_db, {}, 1, 10)), std::vector<std::uint64_t>{0});
        const auto newest = static_cast<std::uint64_t>(kLeaves - 1);
        QCOMPARE(timelinePage(*m_db, {}, kLeaves, 1)->front().index, newest);
        QCOMPARE(timelinePage(*m_db, {}, ~std::uint64_t{0}, 1)->front().index, newest);
    }

    void a_kind_named_twice_counts_once()
    {
        TimelineFilter filter;
        filter.kinds = std::vector<LeafKind>(40'000, LeafKind::GrantResumed);
        QCOMPARE(indexesOf(*timelinePage(*m_db, filter, std::nullopt, 5)), expectedPage(filter, kLeaves, 5));
    }

    void a_filter_of_the_unknown_finds_nothing()
    {
        TimelineFilter filter;
        filter.agent = ClientId{"' OR 1=1 --"};
        QCOMPARE(timelinePage(*m_db, filter, std::nullopt, 5)->size(), 0u);
    }

    void filters_of_every_sort_agree_with_a_plain_search()
    {
        const auto seed = QRandomGenerator::system()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        for (int round = 0; round < 100; ++round) {
            TimelineFilter filter;
            if (random.bounded(2) == 0)
                filter.agent = ClientId{"agent-" + std::to_string(random.bounded(1, 4))};
            if (random.bounded(2) == 0)
                filter.grant = GrantId{"grant-" + std::to_string(random.bounded(1, 7))};
            const int middle = random.bounded(kLeaves);
            if (random.bounded(2) == 0)
                filter.from = test::timeOf(middle);
            if (random.bounded(2) == 0)
                filter.to = test::timeOf(middle) + std::chrono::seconds(random.bounded(3000));
            for (int kinds = random.bounded(3); kinds > 0; --kinds)
                filter.kinds.push_back(static_cast<LeafKind>(random.bounded(21)));
            const int before = random.bounded(kLeaves);
            const int count = random.bounded(1, 60);
            const auto page = timelinePage(*m_db, filter, static_cast<std::uint64_t>(before), count);
            QVERIFY2(page, page ? "" : page.error().message.c_str());
            QCOMPARE(indexesOf(*page), expectedPage(filter, before, count));
        }
    }

    void a_page_of_a_long_log_is_fast_data()
    {
        QTest::addColumn<QString>("agent");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("fromLeaf");
        QTest::addColumn<int>("toLeaf");
        QTest::newRow("the newest") << QString() << -1 << -1 << -1;
        QTest::newRow("one agent") << QStringLiteral("agent-1") << -1 << -1 << -1;
        QTest::newRow("an agent that there is not") << QStringLiteral("agent-9") << -1 << -1 << -1;
        QTest::newRow("one kind") << QString() << int(LeafKind::ConsentGiven) << -1 << -1;
        QTest::newRow("the kind of the oldest leaf alone") << QString() << int(LeafKind::LogStarted) << -1 << -1;
        QTest::newRow("a kind that there is not") << QString() << int(LeafKind::StateRejected) << -1 << -1;
        QTest::newRow("a minute long ago") << QString() << -1 << 1000 << 1120;
        QTest::newRow("one agent's minute long ago") << QStringLiteral("agent-1") << -1 << 1000 << 1120;
        QTest::newRow("the last minute") << QString() << -1 << kLeaves - 120 << -1;
    }
    void a_page_of_a_long_log_is_fast()
    {
        QFETCH(QString, agent);
        QFETCH(int, kind);
        QFETCH(int, fromLeaf);
        QFETCH(int, toLeaf);
        TimelineFilter filter;
        if (!agent.isEmpty())
            filter.agent = ClientId{agent.toStdString()};
        if (kind >= 0)
            filter.kinds = {static_cast<LeafKind>(kind)};
        if (fromLeaf >= 0)
            filter.from = test::timeOf(fromLeaf);
        if (toLeaf >= 0)
            filter.to = test::timeOf(toLeaf);
        QElapsedTimer timer;
        timer.start();
        const auto page = timelinePage(*m_db, filter, std::nullopt, 100);
        const qint64 took = timer.elapsed();
        qInfo("%lld ms", static_cast<long long>(took));
        QVERIFY(page);
        QCOMPARE(indexesOf(*page), expectedPage(filter, kLeaves, 100));
        QVERIFY2(took < kFastEnough, qPrintable(QString::number(took)));
    }

    void a_long_log_is_checked_in_reasonable_time()
    {
        QElapsedTimer timer;
        timer.start();
        const auto report = audit::checkLog(*m_db, test::expectation(), {});
        const qint64 took = timer.elapsed();
        qInfo("%d leaves checked: %lld ms", kLeaves, static_cast<long long>(took));
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->leaves, static_cast<std::uint64_t>(kLeaves));
        QVERIFY(took < kCheckFastEnough);
    }

    void a_leaf_of_no_known_kind_is_said_not_shown()
    {
        {
            const test::RawDatabase raw(m_home.path());
            QVERIFY(raw.executeAgainst(
                QStringLiteral("log_leaves_stay"), QStringLiteral("UPDATE log_leaves SET kind = 99 WHERE idx = 5")));
        }
        const auto page = timelinePage(*m_db, {}, 10, 10);
        QVERIFY(!page);
        QCOMPARE(page.error().code, ErrorCode::StorageCorrupt);
        QVERIFY(page.error().message.starts_with("entry 5: "));
        QVERIFY(timelinePage(*m_db, {}, 5, 10));
    }

private:
    QTemporaryDir m_home;
    std::unique_ptr<Database> m_db;
};

QTEST_GUILESS_MAIN(TimelineTest)
#include "tst_timeline.moc"
