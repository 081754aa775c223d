// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an entry costs, with its part of a commit, in a log of very many entries and in one of ten thousand. The many
// are small, of as many agents and grants as a long life brings, and put there past the log, which computes their tree
// when it is opened.
//
// usage: bench_log_append [ENTRIES]. Ten million (10000000), which the target is about, take several minutes to make
// and 3 GB in the folder for temporary files; without an argument it is one million.

#include "tests/bench/bench_log.h"

#include <QCoreApplication>

using namespace countersign;

namespace {

constexpr int kFew = 10'000;
constexpr int kMany = 1'000'000;
constexpr int kAtOnce = 500'000; ///< rows a transaction, while the log is made
constexpr double kTarget = 1.5;

void fill(bench::BenchLog& log, int entries)
{
    store::Database& database = log.database();
    for (int first = 0; first < entries; first += kAtOnce) {
        bench::must(database.begin());
        store::Query query(database,
            "WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n LIMIT ?)"
            " INSERT INTO log_leaves SELECT i, 24, 1767300000 + i / 10, 'agent-' || (i % 50), 'grant-' || (i % 5000),"
            " NULL, NULL, CAST('{\"number\":' || i || '}' AS BLOB) FROM n");
        bench::must(query.bind(first).bind(std::min(kAtOnce, entries - first)).run());
        bench::must(database.commit());
    }
    bench::must(store::Query(database, "INSERT INTO meta (key, value) VALUES ('log_nodes', 'due')").run());
    log.reopen();
    bench::require(log.log().size() == static_cast<std::uint64_t>(entries), "entries are missing");
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication app(argc, argv);
    bench::BenchLog few;
    bench::BenchLog many;
    fill(few, kFew);
    fill(many, argc > 1 ? std::atoi(argv[1]) : kMany);
    const auto appendTo = [](bench::BenchLog& log) {
        log.grow(bench::kBatch, bench::Details::Kept, bench::Receipts::None);
    };
    bench::compare("append_growth", kTarget, [&] { appendTo(many); }, [&] { appendTo(few); });
}
