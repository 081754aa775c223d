// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keychain/seal.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QTest>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;

namespace {

constexpr crypto::Argon2Cost kCheap{.memoryKib = 64, .passes = 1, .lanes = 1};
constexpr std::size_t kHeaderBytes = 6 + 12 + 16 + 32 + 12;
constexpr std::size_t kTagBytes = 16;

std::string sealed(std::string_view text, std::string_view purpose = "test")
{
    return seal(secret(text), secret("correct horse"), purpose, kCheap).value_or("not sealed");
}

std::string unsealed(
    std::string_view box, std::string_view passphrase = "correct horse", std::string_view purpose = "test")
{
    const auto opened = unseal(box, secret(passphrase), purpose);
    return opened ? std::string(opened->view()) : std::string(errorName(opened.error().code));
}

} // namespace

class TestSeal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_was_sealed_opens_with_the_same_passphrase_and_purpose();
    void the_box_shows_nothing_of_what_is_in_it_and_no_two_are_alike();
    void another_passphrase_or_purpose_does_not_open_it();
    void a_flip_of_any_bit_is_refused();
    void a_box_cut_anywhere_is_refused();
    void a_box_that_asks_for_too_much_work_is_refused_before_the_work();
    void a_passphrase_needs_eight_characters_data();
    void a_passphrase_needs_eight_characters();
    void sizes_are_limited();
    void the_default_cost_is_that_of_the_design();
    void a_kept_key_seals_again_with_fresh_salt_and_nonce();
};

void TestSeal::what_was_sealed_opens_with_the_same_passphrase_and_purpose()
{
    for (const std::string& text :
        {std::string("a secret"), std::string(), std::string("\0\xFF\0", 3), std::string(5000, 'x')}) {
        QCOMPARE(unsealed(sealed(text)), text);
    }
}

void TestSeal::the_box_shows_nothing_of_what_is_in_it_and_no_two_are_alike()
{
    const auto one = sealed("a secret that is long enough to be found");
    const auto two = sealed("a secret that is long enough to be found");
    QVERIFY(one.find("secret") == std::string::npos);
    QCOMPARE(one.size(), two.size());
    for (std::size_t at = kHeaderBytes - 12 - 32 - 16; at + 16 <= one.size();
        at += 16) { // salts, nonce, ciphertext, tag
        QVERIFY(one.substr(at, 16) != two.substr(at, 16));
    }
}

void TestSeal::another_passphrase_or_purpose_does_not_open_it()
{
    const auto box = sealed("a secret");
    QCOMPARE(unsealed(box, "correct horsf"), "wrong_passphrase");
    QCOMPARE(unsealed(box, ""), "wrong_passphrase");
    QCOMPARE(unsealed(box, "correct horse", "tess"), "wrong_passphrase");
    QCOMPARE(unsealed(box, "correct horse", ""), "wrong_passphrase");
}

void TestSeal::a_flip_of_any_bit_is_refused()
{
    const auto box = sealed("a secret");
    QCOMPARE(box.size(), kHeaderBytes + 8 + kTagBytes);
    for (std::size_t at = 0; at < box.size(); ++at) {
        for (const int bit : {0, 3, 7}) {
            auto changed = box;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            const auto outcome = unsealed(changed);
            QVERIFY2(outcome == "wrong_passphrase" || outcome == "invalid_input", outcome.c_str());
        }
    }
}

void TestSeal::a_box_cut_anywhere_is_refused()
{
    const auto box = sealed("a secret");
    for (std::size_t size = 0; size < box.size(); ++size) {
        const auto outcome = unsealed(std::string_view(box).substr(0, size));
        QVERIFY2(outcome == (size < kHeaderBytes + kTagBytes ? "invalid_input" : "wrong_passphrase"), outcome.c_str());
    }
    QCOMPARE(unsealed(box + "x"), "wrong_passphrase");
}

void TestSeal::a_box_that_asks_for_too_much_work_is_refused_before_the_work()
{
    auto box = sealed("a secret");
    box[6] = '\x7F'; // 2 TiB of memory
    QCOMPARE(unsealed(box), "invalid_input");
    for (const auto& cost : {crypto::Argon2Cost{kMaxSealMemoryKib + 1, 1, 1},
             crypto::Argon2Cost{64, kMaxSealPasses + 1, 1}, crypto::Argon2Cost{64 * 8, 1, kMaxSealLanes + 1},
             crypto::Argon2Cost{7, 1, 1}, crypto::Argon2Cost{64, 0, 1}, crypto::Argon2Cost{64, 1, 0}}) {
        QCOMPARE(outcome(seal(secret("x"), secret("correct horse"), "test", cost)), "invalid_input");
    }
    QCOMPARE(outcome(seal(secret("x"), secret("correct horse"), "test", {64, kMaxSealPasses, 1})), "ok");
    QCOMPARE(outcome(seal(secret("x"), secret("correct horse"), "test", {8, 1, 1})), "ok");
}

void TestSeal::a_passphrase_needs_eight_characters_data()
{
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<bool>("accepted");
    QTest::newRow("empty") << QString() << false;
    QTest::newRow("seven") << QStringLiteral("1234567") << false;
    QTest::newRow("eight") << QStringLiteral("12345678") << true;
    QTest::newRow("seven of two bytes each") << QStringLiteral("äöüäöüä") << false;
    QTest::newRow("eight of two bytes each") << QStringLiteral("äöüäöüäö") << true;
}

void TestSeal::a_passphrase_needs_eight_characters()
{
    QFETCH(QString, passphrase);
    QFETCH(bool, accepted);
    const auto key = SealKey::make(secret(passphrase.toStdString()), kCheap);
    QCOMPARE(outcome(key), accepted ? "ok" : "invalid_input");
}

void TestSeal::sizes_are_limited()
{
    QCOMPARE(unsealed(sealed(std::string(kMaxSealedBytes, 'x'))).size(), kMaxSealedBytes);
    QCOMPARE(outcome(seal(secret(std::string(kMaxSealedBytes + 1, 'x')), secret("correct horse"), "test", kCheap)),
        "too_large");
    QCOMPARE(unsealed(sealed(std::string(kMaxSealedBytes, 'x')) + "x"), "invalid_input");
}

void TestSeal::the_default_cost_is_that_of_the_design()
{
    const auto box = seal(secret("a secret"), secret("correct horse"), "test").value_or("");
    QCOMPARE(box.substr(6, 12), std::string("\0\1\0\0\0\0\0\3\0\0\0\1", 12)); // 64 MiB, 3 passes, 1 lane
    QCOMPARE(unsealed(box), "a secret");
}

void TestSeal::a_kept_key_seals_again_with_fresh_salt_and_nonce()
{
    const auto key = SealKey::make(secret("correct horse"), kCheap);
    QVERIFY(key);
    const auto one = key->seal(secret("a secret"), "test").value_or("");
    const auto two = key->seal(secret("a secret"), "test").value_or("");
    QCOMPARE(one.substr(0, 34), two.substr(0, 34)); // cost and Argon2's salt
    QVERIFY(one.substr(34, 32) != two.substr(34, 32));
    QVERIFY(one.substr(66, 12) != two.substr(66, 12));
    QCOMPARE(unsealed(one), "a secret");
    QCOMPARE(unsealed(two), "a secret");
    const auto other = SealKey::make(secret("correct horse"), kCheap);
    QVERIFY(other);
    QCOMPARE(outcome(other->unseal(one, "test")), "wrong_passphrase");
}

QTEST_GUILESS_MAIN(TestSeal)
#include "tst_seal.moc"
