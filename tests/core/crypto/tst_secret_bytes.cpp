// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/secret_bytes.h"

#include "core/crypto/argon2.h"
#include "core/crypto/bytes.h"

#include <openssl/crypto.h>

#include <QByteArray>
#include <QString>
#include <QTest>

#include <algorithm>
#include <string>
#include <type_traits>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::string_literals;

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes> && std::is_nothrow_move_assignable_v<SecretBytes>);

namespace {
constexpr Argon2Cost kCheap{.memoryKib = 64, .passes = 1, .lanes = 1};
const std::string kSalt(16, 's');

bool isZeroed(const QByteArray& bytes)
{
    return std::ranges::all_of(bytes, [](char c) { return c == '\0'; });
}
} // namespace

class SecretBytesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const Result<void> made = initSecureHeap();
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QVERIFY(initSecureHeap()); // again: nothing to do
    }

    void a_secret_lives_in_the_secure_heap()
    {
        SecretBytes secret("passphrase");
        QCOMPARE(CRYPTO_secure_allocated(secret.data()), 1);
        QCOMPARE(std::string(secret.view()), "passphrase"s);
        QCOMPARE(secret.size(), 10U);
    }

    void a_sized_secret_starts_zeroed()
    {
        const SecretBytes secret(64);
        QCOMPARE(std::string(secret.view()), std::string(64, '\0'));
    }

    void an_empty_secret_is_fine()
    {
        const SecretBytes secret;
        QVERIFY(secret.isEmpty());
        QVERIFY(secret.clone().isEmpty());
        QVERIFY(SecretBytes(std::string_view()).isEmpty());
    }

    void moving_leaves_nothing_behind()
    {
        SecretBytes first("one");
        SecretBytes second(std::move(first));
        QVERIFY(first.isEmpty()); // NOLINT(bugprone-use-after-move): that is the promise
        QCOMPARE(std::string(second.view()), "one"s);
        SecretBytes third("three");
        third = std::move(second);
        QCOMPARE(std::string(third.view()), "one"s);
        QVERIFY(second.isEmpty()); // NOLINT(bugprone-use-after-move)
        SecretBytes& alias = third;
        third = std::move(alias);
        QCOMPARE(std::string(third.view()), "one"s);
    }

    void all_memory_is_given_back()
    {
        const std::size_t before = CRYPTO_secure_used();
        {
            SecretBytes a("a secret");
            SecretBytes b = a.clone();
            a = std::move(b);
            QVERIFY(CRYPTO_secure_used() > before);
        }
        QCOMPARE(CRYPTO_secure_used(), before);
    }

    void taking_a_byte_array_wipes_it_for_all_owners()
    {
        QByteArray bytes(24, 'x');
        const QByteArray shared = bytes;
        const SecretBytes secret = SecretBytes::takeFrom(bytes);
        QCOMPARE(std::string(secret.view()), std::string(24, 'x'));
        QVERIFY(bytes.isEmpty());
        QCOMPARE(shared.size(), 24);
        QVERIFY(isZeroed(shared));
    }

    void taking_a_string_encodes_it_and_wipes_it()
    {
        QString text = QStringLiteral("p\u00e4ss\U0001F511");
        text.detach();
        const QString shared = text;
        const SecretBytes secret = SecretBytes::takeFrom(text);
        QCOMPARE(std::string(secret.view()), "p\u00e4ss\U0001F511"s);
        QVERIFY(text.isEmpty());
        QCOMPARE(shared, QString(shared.size(), QChar()));
    }

    void taking_what_is_not_ours_to_write_leaves_it()
    {
        static const char literal[] = "literal";
        QByteArray bytes = QByteArray::fromRawData(literal, 7);
        QCOMPARE(std::string(SecretBytes::takeFrom(bytes).view()), "literal"s);
        QVERIFY(bytes.isEmpty());
        QCOMPARE(std::string(literal), "literal"s);
        QByteArray none;
        QVERIFY(SecretBytes::takeFrom(none).isEmpty());
        QString empty;
        QVERIFY(SecretBytes::takeFrom(empty).isEmpty());
    }

    void wiping_a_string_empties_it()
    {
        std::string text(100, 'x');
        const char* memory = text.data();
        wipe(text);
        QVERIFY(text.empty());
        QCOMPARE(text.data(), memory); // still the same memory, so what was there is what was overwritten
        QVERIFY(std::all_of(memory, memory + text.capacity(), [](char c) { return c == '\0'; }));
    }

    void argon2id_gives_what_other_implementations_give()
    {
        // $argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg
        // (the example in the documentation of argon2-cffi, which binds the reference implementation)
        const std::string salt = fromBase64("MIIRqgvgQbgj220jfp0MPA==").value();
        const auto key = argon2id(SecretBytes("correct horse battery staple"), salt, {65536, 3, 4});
        QVERIFY(key);
        QCOMPARE(base64(key->view()), "YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg="s);
    }

    void argon2id_depends_on_all_that_goes_in()
    {
        const auto key = [](std::string_view passphrase, std::string_view salt, const Argon2Cost& cost) {
            return std::string(argon2id(SecretBytes(passphrase), salt, cost).value().view());
        };
        const std::string base = key("passphrase", kSalt, kCheap);
        QCOMPARE(base.size(), 32U);
        QCOMPARE(key("passphrase", kSalt, kCheap), base);
        QVERIFY(key("passphrasf", kSalt, kCheap) != base);
        QVERIFY(key("passphrase", std::string(16, 't'), kCheap) != base);
        QVERIFY(key("passphrase", kSalt, {64, 2, 1}) != base);
        QVERIFY(key("passphrase", kSalt, {65, 1, 1}) != base);
        QVERIFY(key("passphrase", kSalt, {64, 1, 2}) != base);
    }

    void argon2id_refuses_what_is_out_of_bounds_data()
    {
        QTest::addColumn<std::string>("passphrase");
        QTest::addColumn<int>("saltBytes");
        QTest::addColumn<quint32>("memoryKib");
        QTest::addColumn<quint32>("passes");
        QTest::addColumn<quint32>("lanes");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("fine") << "p"s << 16 << 64U << 1U << 1U << true;
        QTest::newRow("salt too short") << "p"s << 15 << 64U << 1U << 1U << false;
        QTest::newRow("longer salt") << "p"s << 17 << 64U << 1U << 1U << true;
        QTest::newRow("no passphrase") << ""s << 16 << 64U << 1U << 1U << false;
        QTest::newRow("no pass") << "p"s << 16 << 64U << 0U << 1U << false;
        QTest::newRow("most passes") << "p"s << 16 << 64U << 64U << 1U << true;
        QTest::newRow("too many passes") << "p"s << 16 << 64U << 65U << 1U << false;
        QTest::newRow("no lane") << "p"s << 16 << 64U << 1U << 0U << false;
        QTest::newRow("most lanes") << "p"s << 16 << 128U << 1U << 16U << true;
        QTest::newRow("too many lanes") << "p"s << 16 << 1024U << 1U << 17U << false;
        QTest::newRow("least memory") << "p"s << 16 << 8U << 1U << 1U << true;
        QTest::newRow("too little memory") << "p"s << 16 << 7U << 1U << 1U << false;
        QTest::newRow("too little for the lanes") << "p"s << 16 << 15U << 1U << 2U << false;
        QTest::newRow("too much memory") << "p"s << 16 << 1024U * 1024U + 1 << 1U << 1U << false;
    }

    void argon2id_refuses_what_is_out_of_bounds()
    {
        QFETCH(std::string, passphrase);
        QFETCH(int, saltBytes);
        QFETCH(quint32, memoryKib);
        QFETCH(quint32, passes);
        QFETCH(quint32, lanes);
        QFETCH(bool, accepted);
        const std::string salt(static_cast<std::size_t>(saltBytes), 's');
        QCOMPARE(argon2id(SecretBytes(passphrase), salt, {memoryKib, passes, lanes}).has_value(), accepted);
    }
};

QTEST_GUILESS_MAIN(SecretBytesTest)
#include "tst_secret_bytes.moc"
