// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/samples.h"
#include "ui/common/time_words.h"
#include "ui/consent/requests_model.h"
#include "ui/services/services_model.h"
#include "ui/timeline/timeline_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using samples::kNow;
using Mode = QAbstractItemModelTester::FailureReportingMode;

namespace {
/// A log of some size that answers when it is told to.
struct Log {
    TimelineModel::Fetch fetch()
    {
        return [this](
                   const audit::TimelineFilter& filter, std::optional<std::uint64_t> before, int count, auto answer) {
            filters.push_back(filter);
            answers.push_back([this, before, count, answer] { answer(samples::timelinePage(size, before, count)); });
        };
    }
    void answer()
    {
        while (!answers.empty()) {
            const auto next = answers.front();
            answers.erase(answers.begin());
            next();
        }
    }
    std::uint64_t size = 0;
    std::vector<audit::TimelineFilter> filters;
    std::vector<std::function<void()>> answers;
};

/// The indexes of the entries, in the order of the rows; −1 for headings.
QList<qint64> indexes(const TimelineModel& model)
{
    QList<qint64> found;
    for (int row = 0; row < model.rowCount(); ++row)
        found.append(model.entry(row) ? static_cast<qint64>(model.entry(row)->index) : -1);
    return found;
}

void verifyOrder(const TimelineModel& model, std::uint64_t newest)
{
    qint64 expected = static_cast<qint64>(newest);
    QString heading;
    for (int row = 0; row < model.rowCount(); ++row) {
        if (const authority::TimelineEntry* entry = model.entry(row)) {
            QCOMPARE(static_cast<qint64>(entry->index), expected--);
            const QDate day = localTime(entry->at).date();
            QCOMPARE(dayWords(day, localTime(kNow).date(), QLocale()), heading);
        } else {
            const QString next = model.index(row).data(TimelineModel::HeadingRole).toString();
            QVERIFY(next != heading);
            heading = next;
        }
    }
}
} // namespace

class ModelsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void requests_come_change_and_go()
    {
        ManualClock clock(kNow);
        RequestsModel model(clock);
        const QAbstractItemModelTester tester(&model, Mode::QtTest);
        model.put({"a", u"bot"_s, u"Let it?"_s, kNow, kNow + 300s, 1});
        model.put({"b", u"helper"_s, u"Let that?"_s, kNow, kNow + 100s, 1});
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(model.index(0).data().toString().contains(u"5:00"_s));
        model.put({"a", u"bot"_s, u"Let it?"_s, kNow, kNow + 300s, 5});
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(model.index(0).data().toString().contains(u"asked 5 times"_s));
        clock.advance(61s);
        model.refreshTimes();
        QVERIFY(model.index(1).data().toString().contains(u"0:39"_s));
        QVERIFY(model.index(1).data(Qt::AccessibleTextRole).toString().contains(u"Let that?"_s));
        model.remove("a");
        model.remove("nobody");
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.rowOf("b"), 0);
    }

    void the_timeline_fetches_older_pages_as_they_are_looked_at()
    {
        ManualClock clock(kNow);
        Log log{450, {}, {}};
        TimelineModel model(log.fetch(), clock);
        model.setFilter({});
        QVERIFY(!model.canFetchMore({})); // one at a time
        log.answer();
        QVERIFY(model.canFetchMore({}));
        verifyOrder(model, 449);
        model.fetchMore({});
        log.answer();
        model.fetchMore({});
        log.answer();
        QVERIFY(!model.canFetchMore({}));
        verifyOrder(model, 449);
        QCOMPARE(indexes(model).count(-1), 12); // 450 entries, 37 minutes apart
        QCOMPARE(indexes(model).constLast(), 0);
    }

    void new_entries_come_on_top_under_their_day_data()
    {
        QTest::addColumn<int>("before");
        QTest::addColumn<int>("added");
        QTest::newRow("one more today") << 30 << 1;
        QTest::newRow("a new day") << 5 << 60;
        QTest::newRow("more than a page") << 40 << 900;
        QTest::newRow("the first ones") << 0 << 3;
    }
    void new_entries_come_on_top_under_their_day()
    {
        QFETCH(int, before);
        QFETCH(int, added);
        ManualClock clock(kNow);
        // The log as it was: its entries keep their times when it grows.
        Log log{static_cast<std::uint64_t>(before + added), {}, {}};
        std::uint64_t visible = static_cast<std::uint64_t>(before);
        TimelineModel model(
            [&](const audit::TimelineFilter&, std::optional<std::uint64_t> from, int count, const auto& answer) {
                std::vector<authority::TimelineEntry> page;
                for (std::uint64_t index = std::min(from.value_or(visible), visible);
                    index > 0 && std::ssize(page) < count; --index)
                    page.push_back(samples::timelineEntry(index - 1, log.size));
                QTimer::singleShot(0, [answer, page = std::move(page)] { answer(page); });
            },
            clock);
        const QAbstractItemModelTester tester(&model, Mode::QtTest);
        model.setFilter({});
        QTRY_VERIFY(!model.isFetching());
        visible = log.size;
        model.fetchNewer();
        QTRY_VERIFY(!model.isFetching());
        QVERIFY(model.rowCount() > added / 6);
        verifyOrder(model, log.size - 1);
    }

    void answers_to_an_earlier_filter_are_not_heard()
    {
        ManualClock clock(kNow);
        Log log{50, {}, {}};
        TimelineModel model(log.fetch(), clock);
        model.setFilter({});
        TimelineModel::Filter one;
        one.stored.agent = ClientId{"agent-1"};
        model.setFilter(one);
        QCOMPARE(log.filters.back().agent, ClientId{"agent-1"});
        log.answer();
        QCOMPARE(indexes(model).count() - indexes(model).count(-1), 50);
    }

    void an_outcome_that_is_rare_is_looked_for_further_back()
    {
        ManualClock clock(kNow);
        std::uint64_t asked = 0;
        TimelineModel model(
            [&](const audit::TimelineFilter&, std::optional<std::uint64_t> from, int count, const auto& answer) {
                ++asked;
                std::vector<authority::TimelineEntry> page = samples::timelinePage(1000, from, count);
                for (authority::TimelineEntry& entry : page)
                    entry.outcome =
                        entry.index == 17 ? TimelineModel::Outcome::Refused : TimelineModel::Outcome::Neutral;
                answer(std::move(page));
            },
            clock);
        TimelineModel::Filter refused;
        refused.outcome = TimelineModel::Outcome::Refused;
        model.setFilter(refused);
        QCOMPARE(indexes(model), (QList<qint64>{-1, 17}));
        QVERIFY(asked >= 5);
    }

    void a_log_that_can_not_be_read_says_so_and_is_not_asked_again_and_again()
    {
        ManualClock clock(kNow);
        int asked = 0;
        TimelineModel model(
            [&](const audit::TimelineFilter&, std::optional<std::uint64_t>, int, const auto& answer) {
                ++asked;
                answer(fail(ErrorCode::StorageFailed, "The disk does not answer."));
            },
            clock);
        QSignalSpy failed(&model, &TimelineModel::failed);
        model.setFilter({});
        QCOMPARE(failed.count(), 1);
        QVERIFY(!model.canFetchMore({}));
        QCOMPARE(asked, 1);
    }

    void headings_can_not_be_chosen()
    {
        ManualClock clock(kNow);
        Log log{3, {}, {}};
        TimelineModel model(log.fetch(), clock);
        model.setFilter({});
        log.answer();
        QVERIFY(!model.flags(model.index(0)).testFlag(Qt::ItemIsSelectable));
        QVERIFY(model.flags(model.index(1)).testFlag(Qt::ItemIsSelectable));
        QCOMPARE(model.index(0).data().toString(), u"Today"_s);
    }

    void services_are_listed()
    {
        ServicesModel model;
        const QAbstractItemModelTester tester(&model, Mode::QtTest);
        model.reset({{ServiceId{"s"}, u"Payments"_s, u"https://payments.example/"_s, kNow}});
        QCOMPARE(model.index(0, ServicesModel::Location).data().toString(), u"https://payments.example/"_s);
        model.reset({});
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(ModelsTest)
#include "tst_models.moc"
