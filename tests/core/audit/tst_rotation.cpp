// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes of the device's key: what three signatures say, and that the check holds every entry and receipt to the key
// that was in force there.

#include "core/audit/check.h"
#include "core/audit/device_terms.h"
#include "core/audit/receipt.h"
#include "core/audit/rotation.h"
#include "core/base/try.h"
#include "core/crypto/jws.h"
#include "tests/core/audit/log_fixture.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::audit;

namespace {

constexpr UnixSeconds kNow{1'767'300'000};

crypto::PrivateKey freshKey()
{
    return crypto::PrivateKey::generate(crypto::KeyType::P256).value();
}

/// A log of a device that can change its key, in a database on disk.
struct RotatingLog {
    QTemporaryDir folder;
    crypto::PrivateKey first = freshKey();
    crypto::PrivateKey person = freshKey();
    crypto::PrivateKey device = first;
    std::unique_ptr<store::Database> database = store::Database::open(folder.path(), store::Access::ReadWrite).value();
    Log log = Log::open(*database, {device.publicKey().thumbprint(), person.publicKey().thumbprint()}, test::logKey())
                  .value();
    std::string origin = originOf(first.publicKey().thumbprint());

    RotatingLog()
    {
        add({.kind = LeafKind::LogStarted});
        receipt();
    }

    void in(const std::function<Result<void>()>& work)
    {
        if (!database->begin() || !work() || !database->commit())
            qFatal("the log can't be written");
    }
    void add(const LeafDraft& draft)
    {
        in([&]() -> Result<void> {
            TRY(log.append(draft, kNow));
            return {};
        });
    }
    /// An action with a receipt, signed by `signer` (nullptr: the device).
    void receipt(const crypto::PrivateKey* signer = nullptr)
    {
        in([&]() -> Result<void> {
            const crypto::PrivateKey& by = signer == nullptr ? device : *signer;
            TRY(rememberDeviceKey(*database, by.publicKey()));
            LeafDraft draft{.kind = LeafKind::ActionPermitted};
            draft.claims["jti"] = newReceiptId(log.size());
            const Appended leaf = TRY(log.append(draft, kNow));
            TRY(writeReceipt(*database, leaf, origin, by));
            return {};
        });
    }
    json::Object rotationTo(const crypto::PrivateKey& next) const
    {
        return signRotation(origin, device, next, person, kNow).value();
    }
    void write(const json::Object& rotation)
    {
        LeafDraft draft{.kind = LeafKind::KeyRotated};
        draft.claims["rotation"] = rotation;
        add(draft);
    }
    void rotate()
    {
        const crypto::PrivateKey next = freshKey();
        write(rotationTo(next));
        use(next);
    }
    void use(const crypto::PrivateKey& key)
    {
        device = key;
        log.setDevice(key.publicKey().thumbprint());
    }
    [[nodiscard]] std::string checked(const crypto::PrivateKey* key = nullptr)
    {
        CheckExpectation expected{origin, test::logKey().publicKey()};
        expected.person = person.publicKey().thumbprint();
        if (key != nullptr)
            expected.device = key->publicKey().thumbprint();
        const auto report = checkLog(*database, expected);
        return report ? "right" : report.error().message;
    }
};

using Change = std::function<void(json::Object& rotation, RotatingLog& log)>;

} // namespace
Q_DECLARE_METATYPE(Change)

class TestRotation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void three_keys_say_the_same_and_it_reads_back();
    void a_forged_rotation_is_refused_data();
    void a_forged_rotation_is_refused();
    void a_log_with_two_rotations_is_right();
    void the_key_of_each_entry_is_found();
    void the_log_keeps_the_name_of_its_first_key();
    void a_log_that_never_had_the_devices_key_lacks_an_entry();
    void a_receipt_by_the_old_key_after_its_rotation_is_wrong();
    void a_receipt_by_the_next_key_before_its_rotation_is_wrong();
    void an_entry_by_the_old_key_after_its_rotation_is_wrong();
    void an_entry_by_a_stranger_is_wrong();
    void a_key_that_was_replaced_does_not_come_back();
    void a_forged_rotation_in_the_log_is_wrong_data();
    void a_forged_rotation_in_the_log_is_wrong();
    void a_rotation_of_another_log_is_wrong();
    void a_rotation_that_another_key_hands_over_is_wrong();
    void a_rotation_by_another_person_is_wrong();
    void a_log_named_after_nothing_is_wrong();
};

void TestRotation::three_keys_say_the_same_and_it_reads_back()
{
    const RotatingLog log;
    const crypto::PrivateKey next = freshKey();
    const json::Object rotation = log.rotationTo(next);
    const auto read = readRotation(rotation);
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(read->before == log.first.publicKey() && read->after == next.publicKey());
    QVERIFY(read->person == log.person.publicKey());
    QCOMPARE(read->origin, log.origin);
    QCOMPARE(read->at.value, kNow.value);
    // Anybody's JOSE library reads it: an ordinary JWS with the key's thumbprint in its header.
    const auto jws = crypto::parseJws(std::string(rotation.at("by_new").as_string())).value();
    QCOMPARE(jws.type(), std::string(kRotationType));
    QCOMPARE(jws.keyId(), next.publicKey().thumbprint().value);
}

void TestRotation::a_forged_rotation_is_refused_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, Change change) { QTest::newRow(name) << std::move(change); };
    const auto resigned = [](const RotatingLog& log, const crypto::PrivateKey& next, const crypto::PrivateKey& by,
                              const char* type = "device-rotation+jwt") {
        json::Object words = json::parseObject(
            crypto::parseJws(std::string(log.rotationTo(next).at("by_old").as_string())).value().payload)
                                 .value();
        return crypto::signJwt(type, words, by).value();
    };
    for (const char* name : {"old", "new", "person", "by_old", "by_new", "by_person"})
        row(qPrintable(QStringLiteral("without %1").arg(QLatin1StringView(name))),
            [name](json::Object& rotation, RotatingLog&) { rotation.erase(name); });
    row("one member more", [](json::Object& rotation, RotatingLog&) { rotation["more"] = 1; });
    row("another new key",
        [](json::Object& rotation, RotatingLog&) { rotation["new"] = freshKey().publicKey().toJwk(); });
    row("another old key",
        [](json::Object& rotation, RotatingLog&) { rotation["old"] = freshKey().publicKey().toJwk(); });
    row("another person",
        [](json::Object& rotation, RotatingLog&) { rotation["person"] = freshKey().publicKey().toJwk(); });
    row("a key with more than it needs",
        [](json::Object& rotation, RotatingLog&) { rotation["new"].as_object()["kid"] = "x"; });
    row("a key of another kind", [](json::Object& rotation, RotatingLog&) {
        rotation["new"] = crypto::PrivateKey::generate(crypto::KeyType::Ed25519).value().publicKey().toJwk();
    });
    row("the old key's signature twice",
        [](json::Object& rotation, RotatingLog&) { rotation["by_new"] = rotation.at("by_old"); });
    row("the new key's signature twice",
        [](json::Object& rotation, RotatingLog&) { rotation["by_old"] = rotation.at("by_new"); });
    row("the signatures the other way round",
        [](json::Object& rotation, RotatingLog&) { std::swap(rotation["by_old"], rotation["by_new"]); });
    row("the keys the other way round",
        [](json::Object& rotation, RotatingLog&) { std::swap(rotation["old"], rotation["new"]); });
    row("no person asked", [](json::Object& rotation, RotatingLog&) { rotation["by_person"] = rotation.at("by_old"); });
    row("a person that signed another one", [](json::Object& rotation, RotatingLog& log) {
        rotation["by_person"] = log.rotationTo(freshKey()).at("by_person");
    });
    row("a new key that signed another one", [](json::Object& rotation, RotatingLog& log) {
        const crypto::PrivateKey next = freshKey();
        const json::Object other = log.rotationTo(next);
        rotation["new"] = other.at("new");
        rotation["by_new"] = other.at("by_new");
    });
    row("words of another kind", [resigned](json::Object& rotation, RotatingLog& log) {
        const crypto::PrivateKey next = freshKey();
        rotation = log.rotationTo(next);
        rotation["by_new"] = resigned(log, next, next, "action-receipt+jwt");
    });
    row("the key that it is already",
        [](json::Object& rotation, RotatingLog& log) { rotation = log.rotationTo(log.first); });
}

void TestRotation::a_forged_rotation_is_refused()
{
    QFETCH(Change, change);
    RotatingLog log;
    json::Object rotation = log.rotationTo(freshKey());
    QVERIFY(readRotation(rotation));
    change(rotation, log);
    QVERIFY(!readRotation(rotation));
}

void TestRotation::a_log_with_two_rotations_is_right()
{
    RotatingLog log;
    for (int i = 0; i < 2; ++i) {
        log.rotate();
        log.receipt();
    }
    QCOMPARE(log.checked(), "right");
    for (const auto* device : {&log.first, &log.device})
        QCOMPARE(log.checked(device), "right");
    const auto rotations = readRotations(*log.database);
    QVERIFY(rotations && rotations->size() == 2);
    QCOMPARE(rotations->front().index, 2U);
    QCOMPARE(rotations->back().index, 4U);
    QVERIFY(rotations->back().rotation.after == log.device.publicKey());
}

void TestRotation::the_key_of_each_entry_is_found()
{
    const crypto::PublicKey a = freshKey().publicKey();
    const crypto::PublicKey b = freshKey().publicKey();
    const DeviceTerms one{{a}};
    const DeviceTerms two{{a, 0, kNow}, {b, 5}};
    QVERIFY(keyAt(one, 0) == a && keyAt(one, 1'000'000) == a);
    QVERIFY(keyAt(two, 4) == a && keyAt(two, 5) == b && keyAt(two, 6) == b);
    QCOMPARE(keysOf(two).size(), std::size_t(2));
}

void TestRotation::the_log_keeps_the_name_of_its_first_key()
{
    RotatingLog log;
    log.rotate();
    QCOMPARE(log.log.origin(), log.origin);
    log.in([&]() -> Result<void> {
        TRY(log.log.writeCheckpoint());
        return {};
    });
    QCOMPARE(log.checked(), "right");
    auto again = Log::open(*log.database,
        {log.device.publicKey().thumbprint(), log.person.publicKey().thumbprint(), log.origin}, test::logKey());
    QVERIFY(again);
    QVERIFY(!Log::open(
        *log.database, {log.device.publicKey().thumbprint(), log.person.publicKey().thumbprint()}, test::logKey()));
}

void TestRotation::a_log_that_never_had_the_devices_key_lacks_an_entry()
{
    RotatingLog log;
    const crypto::PrivateKey other = freshKey();
    QCOMPARE(log.checked(&other), "entry 2: it is missing; with it the device got the key that it has now");
}

void TestRotation::a_receipt_by_the_old_key_after_its_rotation_is_wrong()
{
    RotatingLog log;
    log.rotate();
    log.receipt(&log.first);
    QCOMPARE(log.checked(), "entry 3: its receipt is signed by another device than it names");
}

void TestRotation::a_receipt_by_the_next_key_before_its_rotation_is_wrong()
{
    RotatingLog log;
    const crypto::PrivateKey next = freshKey();
    log.receipt(&next);
    log.write(log.rotationTo(next));
    QCOMPARE(log.checked(), "entry 2: its receipt is signed by another device than it names");
}

void TestRotation::an_entry_by_the_old_key_after_its_rotation_is_wrong()
{
    RotatingLog log;
    log.rotate();
    log.use(log.first);
    log.receipt();
    QCOMPARE(log.checked(), "entry 3: it is by a key of the device that had been replaced");
}

void TestRotation::an_entry_by_a_stranger_is_wrong()
{
    RotatingLog log;
    log.use(freshKey());
    log.receipt();
    QCOMPARE(log.checked(), "entry 2: it is by another device than the log's");
}

void TestRotation::a_key_that_was_replaced_does_not_come_back()
{
    RotatingLog log;
    log.rotate();
    log.write(log.rotationTo(log.first));
    QCOMPARE(log.checked(), "entry 3: it brings a key of the device back that had been replaced");
}

void TestRotation::a_forged_rotation_in_the_log_is_wrong_data()
{
    a_forged_rotation_is_refused_data();
}

void TestRotation::a_forged_rotation_in_the_log_is_wrong()
{
    QFETCH(Change, change);
    RotatingLog log;
    const crypto::PrivateKey next = freshKey();
    json::Object rotation = log.rotationTo(next);
    change(rotation, log);
    log.write(rotation);
    log.use(next);
    log.receipt();
    QVERIFY2(log.checked().starts_with("entry 2: the change of the device's key in it is not right: "),
        log.checked().c_str());
    const auto read = readRotations(*log.database);
    QVERIFY(!read && read.error().code == ErrorCode::StorageCorrupt && read.error().message.starts_with("entry 2: "));
}

void TestRotation::a_rotation_of_another_log_is_wrong()
{
    RotatingLog log;
    const crypto::PrivateKey next = freshKey();
    log.write(signRotation("countersign/another", log.device, next, log.person, kNow).value());
    QCOMPARE(log.checked(), "entry 2: the change of the device's key in it is another log's");
}

void TestRotation::a_rotation_that_another_key_hands_over_is_wrong()
{
    RotatingLog log;
    const crypto::PrivateKey stranger = freshKey();
    log.write(signRotation(log.origin, stranger, freshKey(), log.person, kNow).value());
    QVERIFY2(log.checked().contains("another key than the one that hands over"), log.checked().c_str());
    RotatingLog other;
    other.write(signRotation(other.origin, other.device, freshKey(), stranger, kNow).value());
    QVERIFY2(other.checked().contains("Another person than the log's"), other.checked().c_str());
}

void TestRotation::a_rotation_by_another_person_is_wrong()
{
    RotatingLog log;
    log.rotate();
    QCOMPARE(log.checked(), "right");
    const crypto::PrivateKey stranger = freshKey();
    const crypto::PrivateKey next = freshKey();
    // Who writes the entry can write into it whose log it is.
    log.log = Log::open(*log.database,
        {log.device.publicKey().thumbprint(), stranger.publicKey().thumbprint(), log.origin}, test::logKey())
                  .value();
    log.write(signRotation(log.origin, log.device, next, stranger, kNow).value());
    log.use(next);
    QCOMPARE(log.checked(), "entry 3: another person than the log's signed the change of the device's key in it");
}

void TestRotation::a_log_named_after_nothing_is_wrong()
{
    RotatingLog log;
    const auto report = checkLog(*log.database, {"elsewhere/x", test::logKey().publicKey()});
    QVERIFY(!report);
    QCOMPARE(report.error().message, "entry 0: it is by another device than the log's");
}

QTEST_GUILESS_MAIN(TestRotation)
#include "tst_rotation.moc"
