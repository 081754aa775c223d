// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The next key of the device is in the keychain before it counts, the present one until it does, whatever is cut off.
#include "core/base/json.h"
#include "core/crypto/digest.h"
#include "core/keychain/device_rotation.h"
#include "tests/core/keychain/in_memory.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr UnixSeconds kNow{1'767'268'800};

std::string thumbprintOf(const crypto::PrivateKey& key)
{
    return key.publicKey().thumbprint().value;
}

NextDevice nextAfter(const Identity& now)
{
    auto key = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    std::string statement =
        json::serialize(json::Object{{"old", now.device.publicKey().toJwk()}, {"new", key.publicKey().toJwk()}});
    return {std::move(key), std::move(statement)};
}

/// As the log puts `next` in force.
Identity inForce(Identity now, const NextDevice& next)
{
    now.device = next.key;
    now.rotations.push_back(next.statement);
    now.next.reset();
    return now;
}

Identity made(Keychain& keychain)
{
    return createIdentity(keychain, secret(kPersonPassphrase)).value();
}

Identity loaded(Keychain& keychain)
{
    return loadIdentity(keychain, History::KeysWereMade).value().value();
}

Identity rotated(Keychain& keychain, const Identity& now)
{
    const NextDevice next = nextAfter(now);
    if (!stageDevice(keychain, now, next))
        qFatal("staging");
    Identity then = inForce(now, next);
    if (!adoptDevice(keychain, then))
        qFatal("adopting");
    return then;
}

} // namespace

class TestDeviceRotation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_staged_key_waits_beside_the_present_one();
    void an_adopted_key_is_the_devices_and_the_old_one_is_gone();
    void two_in_a_row_keep_both_statements_and_the_first_keys_name();
    void a_key_that_was_not_adopted_in_time_is_adopted_before_the_next();
    void another_attempt_replaces_what_was_staged();
    void a_half_staged_key_is_none();
    void whatever_write_fails_the_key_in_force_can_be_loaded_data();
    void whatever_write_fails_the_key_in_force_can_be_loaded();
    void a_kill_at_any_write_leaves_a_sealed_file_that_goes_on_data();
    void a_kill_at_any_write_leaves_a_sealed_file_that_goes_on();
    void keys_that_are_not_those_in_the_keychain_are_not_adopted();
    void there_is_a_last_rotation();
    void a_sealed_file_holds_the_last_rotation();
    void a_missing_statement_is_an_emptied_keychain();

    void successors_stand_by_until_they_are_settled();
    void what_is_left_of_lost_keys_stays_under_other_names();
    void successors_never_replace_whole_keys_of_another_device();
    void a_cut_off_succession_can_be_repeated_data();
    void a_cut_off_succession_can_be_repeated();
    void a_kill_at_any_write_of_a_succession_leaves_a_sealed_file_that_refuses_or_goes_on_data();
    void a_kill_at_any_write_of_a_succession_leaves_a_sealed_file_that_refuses_or_goes_on();
    void a_short_passphrase_starts_no_succession();
};

void TestDeviceRotation::a_staged_key_waits_beside_the_present_one()
{
    InMemory keychain;
    const Identity now = made(keychain);
    const NextDevice next = nextAfter(now);
    keychain.order.clear();
    QCOMPARE(outcome(stageDevice(keychain, now, next)), "ok");
    QCOMPARE(keychain.order, (std::vector<std::string>{"device-key-2", "rotation-2"}));
    const Identity found = loaded(keychain);
    QCOMPARE(thumbprintOf(found.device), thumbprintOf(now.device));
    QVERIFY(found.rotations.empty());
    QVERIFY(found.next);
    QCOMPARE(thumbprintOf(found.next->key), thumbprintOf(next.key));
    QCOMPARE(found.next->statement, next.statement);
}

void TestDeviceRotation::an_adopted_key_is_the_devices_and_the_old_one_is_gone()
{
    InMemory keychain;
    const Identity now = made(keychain);
    const std::string oldKey = keychain.entries["device-key"];
    const Identity then = rotated(keychain, now);
    QCOMPARE(keychain.order.back(), "device-key"); // only after "identity" names the new one
    for (const auto& [name, value] : keychain.entries)
        QVERIFY2(!value.contains(oldKey.substr(oldKey.size() - 32)), name.c_str());
    const Identity found = loaded(keychain);
    QCOMPARE(thumbprintOf(found.device), thumbprintOf(then.device));
    QCOMPARE(found.rotations, then.rotations);
    QVERIFY(!found.next);
    QCOMPARE(firstDevice(found).value().value, thumbprintOf(now.device));
    keychain.order.clear();
    QCOMPARE(outcome(adoptDevice(keychain, then)), "ok");
    QVERIFY(keychain.order.empty());
}

void TestDeviceRotation::two_in_a_row_keep_both_statements_and_the_first_keys_name()
{
    InMemory keychain;
    const Identity first = made(keychain);
    const Identity third = rotated(keychain, rotated(keychain, first));
    const Identity found = loaded(keychain);
    QCOMPARE(thumbprintOf(found.device), thumbprintOf(third.device));
    QCOMPARE(found.rotations, third.rotations);
    QCOMPARE(found.rotations.size(), std::size_t(2));
    QCOMPARE(firstDevice(found).value().value, thumbprintOf(first.device));
}

void TestDeviceRotation::a_key_that_was_not_adopted_in_time_is_adopted_before_the_next()
{
    InMemory keychain;
    const Identity first = made(keychain);
    const NextDevice second = nextAfter(first);
    QCOMPARE(outcome(stageDevice(keychain, first, second)), "ok");
    const Identity then = inForce(first, second); // the log says so, the keychain was not told
    const NextDevice third = nextAfter(then);
    QCOMPARE(outcome(stageDevice(keychain, then, third)), "ok");
    const Identity found = loaded(keychain);
    QCOMPARE(thumbprintOf(found.device), thumbprintOf(second.key));
    QVERIFY(found.next);
    QCOMPARE(thumbprintOf(found.next->key), thumbprintOf(third.key));
}

void TestDeviceRotation::another_attempt_replaces_what_was_staged()
{
    InMemory keychain;
    const Identity now = made(keychain);
    QCOMPARE(outcome(stageDevice(keychain, now, nextAfter(now))), "ok");
    const NextDevice again = nextAfter(now);
    QCOMPARE(outcome(stageDevice(keychain, now, again)), "ok");
    const Identity then = inForce(now, again);
    QCOMPARE(outcome(adoptDevice(keychain, then)), "ok");
    QCOMPARE(thumbprintOf(loaded(keychain).device), thumbprintOf(again.key));
}

void TestDeviceRotation::a_half_staged_key_is_none()
{
    InMemory keychain;
    const Identity now = made(keychain);
    keychain.writesLeft = 1;
    QCOMPARE(outcome(stageDevice(keychain, now, nextAfter(now))), "keychain_denied");
    QVERIFY(keychain.entries.contains("device-key-2"));
    QVERIFY(!loaded(keychain).next);
}

void TestDeviceRotation::whatever_write_fails_the_key_in_force_can_be_loaded_data()
{
    QTest::addColumn<int>("writes");
    for (int writes = 0; writes <= 4; ++writes)
        QTest::addRow("%d writes", writes) << writes;
}

void TestDeviceRotation::whatever_write_fails_the_key_in_force_can_be_loaded()
{
    QFETCH(int, writes);
    InMemory keychain;
    const Identity now = made(keychain);
    const NextDevice next = nextAfter(now);
    keychain.writesLeft = writes;
    const bool staged = stageDevice(keychain, now, next).has_value();
    QCOMPARE(staged, writes >= 2);
    const Identity then = staged ? inForce(now, next) : now; // the log takes the entry only then
    if (staged)
        QCOMPARE(adoptDevice(keychain, then).has_value(), writes >= 4);
    keychain.writesLeft = 1000;
    const Identity found = loaded(keychain);
    const bool isInForce = thumbprintOf(found.device) == thumbprintOf(then.device);
    QVERIFY(isInForce || (found.next && thumbprintOf(found.next->key) == thumbprintOf(then.device)));
    QCOMPARE(outcome(adoptDevice(keychain, then)), "ok");
    QCOMPARE(thumbprintOf(loaded(keychain).device), thumbprintOf(then.device));
    QCOMPARE(keychain.entries["device-key"] == "retired", staged);
}

void TestDeviceRotation::a_kill_at_any_write_leaves_a_sealed_file_that_goes_on_data()
{
    whatever_write_fails_the_key_in_force_can_be_loaded_data();
}

/// The probe's "rotate" stages, and adopts at once; the line is the device's, the number of rotations and the next key.
void TestDeviceRotation::a_kill_at_any_write_leaves_a_sealed_file_that_goes_on()
{
    QFETCH(int, writes);
    const QTemporaryDir folder;
    const auto first = probe(Backend::SealedFile, folder.path(), {u"create"_s});
    const auto ended = probe(Backend::SealedFile, folder.path(), {u"rotate-and-die"_s, QString::number(writes)});
    QCOMPARE(ended.empty(), writes < 4);
    const auto found = QString::fromStdString(probe(Backend::SealedFile, folder.path(), {u"keys"_s})).split(u' ');
    QCOMPARE(found.size(), 3);
    QCOMPARE(found[0].toStdString() == first, writes < 3);
    QCOMPARE(found[1], writes < 3 ? u"0"_s : u"1"_s);
    QCOMPARE(found[2] == u"none"_s, writes < 2 || writes > 2);
    if (writes == 2) // the log may have put it in force
        QCOMPARE(probe(Backend::SealedFile, folder.path(), {u"adopt"_s}), found[2].toStdString());
}

void TestDeviceRotation::keys_that_are_not_those_in_the_keychain_are_not_adopted()
{
    InMemory keychain;
    InMemory other;
    const Identity now = made(keychain);
    const Identity theirs = made(other);
    const auto before = keychain.entries;
    QCOMPARE(outcome(adoptDevice(keychain, inForce(theirs, nextAfter(theirs)))), "keychain_emptied");
    Identity ahead = inForce(now, nextAfter(now));
    ahead = inForce(ahead, nextAfter(ahead));
    QCOMPARE(outcome(adoptDevice(keychain, ahead)), "keychain_emptied");
    QVERIFY(keychain.entries == before);
    // One that comes late, after the next was adopted, changes nothing.
    const Identity second = rotated(keychain, now);
    rotated(keychain, second);
    const auto later = keychain.entries;
    QCOMPARE(outcome(adoptDevice(keychain, second)), "ok");
    QVERIFY(keychain.entries == later);
}

void TestDeviceRotation::there_is_a_last_rotation()
{
    InMemory keychain;
    Identity now = made(keychain);
    for (std::size_t i = 0; i < kMaxRotations; ++i)
        now = rotated(keychain, now);
    QCOMPARE(loaded(keychain).rotations.size(), kMaxRotations);
    QCOMPARE(outcome(stageDevice(keychain, now, nextAfter(now))), "too_large");
}

void TestDeviceRotation::a_sealed_file_holds_the_last_rotation()
{
    const QTemporaryDir folder;
    Answers answers{{std::string(kFilePassphrase)}, {}, {}};
    auto keychain = openKeychain(Backend::SealedFile, {folder.path(), answers.asker()}).value();
    Identity now = made(*keychain);
    for (std::size_t i = 0; i < kMaxRotations; ++i) {
        NextDevice next = nextAfter(now);
        next.statement.insert(1, "\"signatures\":\"" + std::string(1600, 's') + "\",");
        QCOMPARE(outcome(stageDevice(*keychain, now, next)), "ok");
        now = inForce(now, next);
        QCOMPARE(outcome(adoptDevice(*keychain, now)), "ok");
    }
    QCOMPARE(loaded(*keychain).rotations, now.rotations);
}

void TestDeviceRotation::a_missing_statement_is_an_emptied_keychain()
{
    InMemory keychain;
    rotated(keychain, made(keychain));
    keychain.entries.erase("rotation-2");
    QCOMPARE(outcome(loadIdentity(keychain, History::KeysWereMade)), "keychain_emptied");
    QCOMPARE(outcome(loadIdentity(keychain, History::FirstStart)), "keychain_emptied");
}

void TestDeviceRotation::successors_stand_by_until_they_are_settled()
{
    InMemory keychain;
    const Thumbprint lost{"lost"};
    const auto fresh = createSuccessor(keychain, secret(kPersonPassphrase), lost, kNow);
    QCOMPARE(outcome(fresh), "ok");
    const Identity found = loaded(keychain);
    QCOMPARE(thumbprintOf(found.device), thumbprintOf(fresh->device));
    QVERIFY(found.replaces == lost);
    QCOMPARE(readAnchor(keychain).value().value().treeSize, std::uint64_t(0));
    for (int i = 0; i < 2; ++i)
        QCOMPARE(outcome(settleSuccessor(keychain)), "ok");
    QVERIFY(!loaded(keychain).replaces);
    QCOMPARE(outcome(createSuccessor(keychain, secret(kPersonPassphrase), lost, kNow)), "keychain_denied");
}

void TestDeviceRotation::what_is_left_of_lost_keys_stays_under_other_names()
{
    InMemory keychain;
    const Identity lost = rotated(keychain, made(keychain));
    QCOMPARE(outcome(writeAnchor(keychain, {7, std::string(32, 'r')})), "ok");
    keychain.entries.erase("person-key");
    const auto before = keychain.entries;
    QCOMPARE(outcome(createSuccessor(keychain, secret(kPersonPassphrase), firstDevice(lost).value(), kNow)), "ok");
    for (const char* name : {"device-key-2", "log-key", "identity", "log-anchor"})
        QCOMPARE(keychain.entries["old-1767268800-" + std::string(name)], before.at(name));
    // And a second time, before they are settled, nothing of the keys that only stood by is kept.
    const auto size = keychain.entries.size();
    QCOMPARE(outcome(createSuccessor(keychain, secret(kPersonPassphrase), firstDevice(lost).value(), kNow + 1s)), "ok");
    QCOMPARE(keychain.entries.size(), size);
}

void TestDeviceRotation::successors_never_replace_whole_keys_of_another_device()
{
    InMemory keychain;
    made(keychain);
    const auto before = keychain.entries;
    QCOMPARE(
        outcome(createSuccessor(keychain, secret(kPersonPassphrase), Thumbprint{"lost"}, kNow)), "keychain_denied");
    QVERIFY(keychain.entries == before);
    keychain.failing = ErrorCode::KeychainLocked;
    QCOMPARE(
        outcome(createSuccessor(keychain, secret(kPersonPassphrase), Thumbprint{"lost"}, kNow)), "keychain_locked");
}

void TestDeviceRotation::a_cut_off_succession_can_be_repeated_data()
{
    QTest::addColumn<int>("writes");
    for (int writes = 0; writes <= 5; ++writes)
        QTest::addRow("%d writes", writes) << writes;
}

void TestDeviceRotation::a_cut_off_succession_can_be_repeated()
{
    QFETCH(int, writes);
    InMemory keychain;
    const Thumbprint lost{"lost"};
    keychain.writesLeft = writes;
    QCOMPARE(createSuccessor(keychain, secret(kPersonPassphrase), lost, kNow).has_value(), writes == 5);
    QCOMPARE(outcome(loadIdentity(keychain, History::KeysWereMade)), writes == 5 ? "ok" : "keychain_emptied");
    keychain.writesLeft = 1000;
    const auto again = createSuccessor(keychain, secret(kPersonPassphrase), lost, kNow);
    QCOMPARE(outcome(again), "ok");
    QCOMPARE(thumbprintOf(loaded(keychain).device), thumbprintOf(again->device));
}

void TestDeviceRotation::a_kill_at_any_write_of_a_succession_leaves_a_sealed_file_that_refuses_or_goes_on_data()
{
    a_cut_off_succession_can_be_repeated_data();
}

void TestDeviceRotation::a_kill_at_any_write_of_a_succession_leaves_a_sealed_file_that_refuses_or_goes_on()
{
    QFETCH(int, writes);
    const QTemporaryDir folder;
    const auto first =
        probe(Backend::SealedFile, folder.path(), {u"succeed-and-die"_s, u"lost"_s, QString::number(writes)});
    QCOMPARE(first.empty(), writes < 5);
    QCOMPARE(
        probe(Backend::SealedFile, folder.path(), {u"load"_s, u"made"_s}), writes < 5 ? "keychain_emptied" : first);
    const auto second = probe(Backend::SealedFile, folder.path(), {u"succeed"_s, u"lost"_s});
    QCOMPARE(second.size(), std::size_t(43));
    QCOMPARE(probe(Backend::SealedFile, folder.path(), {u"load"_s, u"made"_s}), second);
}

void TestDeviceRotation::a_short_passphrase_starts_no_succession()
{
    InMemory keychain;
    QCOMPARE(outcome(createSuccessor(keychain, secret("1234567"), Thumbprint{"lost"}, kNow)), "invalid_input");
    QVERIFY(keychain.entries.empty());
}

QTEST_GUILESS_MAIN(TestDeviceRotation)
#include "tst_device_rotation.moc"
