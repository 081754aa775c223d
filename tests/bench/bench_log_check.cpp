// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Checking a log against its physical limit. Leaves, their private texts, nodes, checkpoints and the order in each
// grant are held against a loop that only reads the same leaves and hashes them with SHA-256. Receipts are apart: each
// needs an ECDSA verification, so that whole check is held against as many bare ones.

#include "core/audit/leaf_codec.h"
#include "core/crypto/merkle.h"
#include "tests/bench/bench_log.h"

#include <QCoreApplication>

using namespace countersign;

namespace {

constexpr int kEntries = 20'000;
constexpr int kEntriesWithReceipts = 500;
constexpr double kTarget = 2.0; ///< half the speed
constexpr double kReceiptTarget = 1.25;

void readAndHash(store::Database& database)
{
    store::Query query(database, "SELECT leaf FROM log_leaves ORDER BY idx");
    std::size_t read = 0;
    for (; bench::must(query.next()); ++read)
        bench::require(crypto::leafHash(bench::must(audit::unpackLeaf(query.blob(0)))).size() == crypto::kSha256Bytes,
            "a hash is missing");
    bench::require(read == kEntries, "entries are missing");
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication app(argc, argv);
    bench::BenchLog plain;
    plain.grow(kEntries, bench::Details::Kept, bench::Receipts::None);
    const audit::CheckExpectation expected = plain.expectation();
    bench::compare(
        "log_check_ratio", kTarget,
        [&] { bench::require(bench::must(audit::checkLog(plain.database(), expected)).leaves == kEntries, "entries"); },
        [&] { readAndHash(plain.database()); });

    bench::BenchLog proven;
    proven.grow(kEntriesWithReceipts, bench::Details::Kept, bench::Receipts::Written);
    const bench::P256Verification verification;
    bench::compare(
        "receipt_check_vs_p256_verify", kReceiptTarget,
        [&] { bench::must(audit::checkLog(proven.database(), proven.expectation())); },
        [&] {
            for (int i = 0; i < kEntriesWithReceipts; ++i)
                verification();
        });
}
