// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an entry with its receipt takes on the disk, everything counted that finds and proves it: leaf, receipt,
// indexes, nodes, checkpoints. A hundred thousand entries as real actions write them, without the private details
// beside them, which the person erases or lets be erased; the limit is a GiB for a million.

#include "tests/bench/bench_log.h"

#include <QCoreApplication>
#include <QFileInfo>

using namespace countersign;

namespace {

constexpr int kEntries = 100'000;
constexpr double kLimit = 1024.0 * 1024 * 1024 / 1'000'000; ///< bytes an entry

double bytesOf(bench::BenchLog& log)
{
    store::Query checkpoint(log.database(), "PRAGMA wal_checkpoint(TRUNCATE)");
    bench::require(bench::must(checkpoint.next()) && checkpoint.integer(0) == 0, "the write-ahead log stays");
    return static_cast<double>(QFileInfo(log.folder() + QStringLiteral("/countersign.sqlite")).size());
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication app(argc, argv);
    bench::BenchLog log;
    const double empty = bytesOf(log);
    log.grow(kEntries, bench::Details::Erased, bench::Receipts::Written);
    const double entry = (bytesOf(log) - empty) / kEntries;
    bench::report({"log_bytes_per_entry", entry, "B", kLimit, entry / kLimit, 1.0});
}
