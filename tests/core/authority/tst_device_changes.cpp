// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The device gets another key while agents act: nothing is forked, nothing is lost, and what the old key signed stays
// good for as long as it was meant to.

#include "core/audit/receipt.h"
#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "tests/core/authority/rotation_scene.h"

#include <QTest>

#include <atomic>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using authority::Context;
using keychain::Identity;

class TestDeviceChanges : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_new_key_signs_from_its_entry_on();
    void tokens_of_the_old_key_stay_good_until_they_end();
    void two_in_a_row_and_a_restart_leave_one_log();
    void only_the_persons_passphrase_rotates();
    void two_at_once_make_one_or_two_and_never_a_fork();
    void actions_that_race_a_rotation_are_all_in_one_log();
    void a_keychain_that_fails_to_stage_changes_nothing();
    void a_failed_commit_is_tried_with_the_same_key();
    void nothing_rotates_over_a_broken_log();
    void the_story_of_an_old_payment_is_checked_with_its_own_key();
};

void TestDeviceChanges::the_new_key_signs_from_its_entry_on()
{
    RotationScene scene;
    const std::string before = scene.pay();
    QCOMPARE(signerOf(before), scene.first.value);
    const auto rotated = scene.fixture.rotateDevice();
    QVERIFY2(rotated, rotated ? "" : rotated.error().message.c_str());
    QVERIFY(scene.device() != scene.first);
    const std::string after = scene.pay();
    QCOMPARE(signerOf(after), scene.device().value);
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), 1);
    const authority::DeskStatus status = scene.fixture.status();
    QCOMPARE(status.deviceRotations, 1);
    QCOMPARE(status.logOrigin, "countersign/" + scene.first.value);
    QCOMPARE(scene.checked(), "right");
    // Both verify, with the keys that are published.
    for (const std::string& receipt : {before, after}) {
        const auto read = audit::verifyReceipt(receipt, scene.published());
        QVERIFY(read);
        QCOMPARE(read->origin, status.logOrigin);
    }
    const Identity kept = scene.keys.load();
    QCOMPARE(thumbprintOf(kept.device).value, scene.device().value);
    QCOMPARE(scene.fixture.anchor()->treeSize, scene.fixture.status().logSize - 1); // kept with the rotation's entry
}

void TestDeviceChanges::tokens_of_the_old_key_stay_good_until_they_end()
{
    RotationScene scene;
    QCOMPARE(signerOf(scene.tokens.accessToken), scene.first.value);
    QVERIFY(scene.fixture.rotateDevice());
    QVERIFY(scene.fixture.isActive(scene.tokens.accessToken));
    QVERIFY(!scene.pay().empty());
    QVERIFY(grants::verifyAccessToken(scene.tokens.accessToken, scene.published(), scene.fixture.clock().now()));
    const auto next = scene.fixture.refresh(*scene.agent, scene.tokens.refreshToken);
    QVERIFY(next);
    QCOMPARE(signerOf(next->accessToken), scene.device().value);
    QVERIFY(scene.restart());
    QVERIFY(scene.fixture.isActive(next->accessToken));
}

void TestDeviceChanges::two_in_a_row_and_a_restart_leave_one_log()
{
    RotationScene scene;
    for (int i = 0; i < 2; ++i) {
        QVERIFY(scene.fixture.rotateDevice());
        QVERIFY(!scene.pay().empty());
    }
    const Thumbprint third = scene.device();
    QVERIFY(scene.restart());
    QVERIFY(scene.fixture.status().troubles.empty());
    QCOMPARE(scene.device().value, third.value);
    QCOMPARE(signerOf(scene.pay()), third.value);
    const auto terms = scene.fixture.authority().deviceKeys();
    QCOMPARE(terms.size(), std::size_t(3));
    QVERIFY(terms[0].until && terms[1].until && !terms[2].until);
    QVERIFY(terms[0].first < terms[1].first && terms[1].first < terms[2].first);
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceChanges::only_the_persons_passphrase_rotates()
{
    RotationScene scene;
    const auto refused = scene.fixture.rotateDevice(QStringLiteral("not the passphrase"));
    QVERIFY(!refused && refused.error().code == ErrorCode::WrongPassphrase);
    QCOMPARE(scene.device().value, scene.first.value);
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), 0);
    QVERIFY(!scene.keys.load().next);
}

void TestDeviceChanges::two_at_once_make_one_or_two_and_never_a_fork()
{
    RotationScene scene;
    std::vector<std::future<Result<void>>> answers;
    for (int i = 0; i < 6; ++i) // more than there are threads to wait on
        answers.push_back(std::async(std::launch::async, [&] { return scene.fixture.rotateDevice(); }));
    int done = 0;
    for (auto& answer : answers) {
        const Result<void> result = answer.get();
        done += result ? 1 : 0;
        QVERIFY2(result || result.error().code == ErrorCode::TemporarilyUnavailable,
            result ? "" : result.error().message.c_str());
    }
    QVERIFY(done >= 1);
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), done);
    QVERIFY(scene.restart());
    QVERIFY(!scene.pay().empty());
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceChanges::actions_that_race_a_rotation_are_all_in_one_log()
{
    RotationScene scene;
    std::atomic<bool> stop = false;
    std::vector<std::future<int>> agents;
    for (int i = 0; i < 4; ++i) {
        agents.push_back(std::async(std::launch::async, [&] {
            int paid = 0;
            while (!stop)
                paid += scene.pay().empty() ? 0 : 1;
            return paid;
        }));
    }
    for (int i = 0; i < 3; ++i)
        QVERIFY(scene.fixture.rotateDevice());
    stop = true;
    int paid = 0;
    for (auto& agent : agents)
        paid += agent.get();
    QVERIFY(paid > 0);
    QCOMPARE(scene.fixture.count(LeafKind::ActionPermitted), paid);
    QCOMPARE(scene.checked(), "right"); // each receipt by the key that was in force at its entry
}

void TestDeviceChanges::a_keychain_that_fails_to_stage_changes_nothing()
{
    RotationScene scene;
    scene.keys.cut = SealedKeys::Cut::BeforeStaging;
    const auto refused = scene.fixture.rotateDevice();
    QVERIFY(!refused && refused.error().code == ErrorCode::KeychainLocked);
    QCOMPARE(signerOf(scene.pay()), scene.first.value);
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), 0);
    scene.keys.cut = SealedKeys::Cut::Never;
    QVERIFY(scene.fixture.rotateDevice());
    QCOMPARE(signerOf(scene.pay()), scene.device().value);
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceChanges::a_failed_commit_is_tried_with_the_same_key()
{
    RotationScene scene;
    const auto begin = [&] {
        return must(scene.fixture.run<authority::BegunRotation>(
                        [](Context& context) { return authority::beginRotation(context); }),
            "begin");
    };
    const authority::BegunRotation first = begin();
    QVERIFY(scene.fixture.run<void>([](Context& context) -> Result<void> {
        authority::abandonRotation(context); // as where the entry could not be written
        return {};
    }));
    QCOMPARE(thumbprintOf(begin().next.key).value, thumbprintOf(first.next.key).value);
    const auto second =
        scene.fixture.run<authority::BegunRotation>([](Context& context) { return authority::beginRotation(context); });
    QVERIFY(!second && second.error().code == ErrorCode::TemporarilyUnavailable);
}

void TestDeviceChanges::nothing_rotates_over_a_broken_log()
{
    RotationScene scene;
    QVERIFY(scene.fixture.run<void>([](Context& context) -> Result<void> {
        authority::breakLog(context, {ErrorCode::StorageCorrupt, "entry 3: changed"});
        return {};
    }));
    const auto refused = scene.fixture.rotateDevice();
    QVERIFY(!refused && refused.error().code == ErrorCode::StorageCorrupt);
    QVERIFY(!scene.keys.load().next);
}

void TestDeviceChanges::the_story_of_an_old_payment_is_checked_with_its_own_key()
{
    RotationScene scene;
    QVERIFY(!scene.pay().empty());
    const std::uint64_t old = newestEntry(scene.fixture).index;
    QVERIFY(scene.fixture.rotateDevice());
    QVERIFY(!scene.pay().empty());
    const std::uint64_t fresh = newestEntry(scene.fixture).index;
    for (const std::uint64_t entry : {old, fresh}) {
        const auto story = AuthorityFixture::wait<authority::Story>(
            [&](auto reply) { scene.fixture.authority().story(entry, std::move(reply)); });
        QVERIFY(story);
        QCOMPARE(story->proof.receipt, authority::Finding::Right);
        QVERIFY2(story->proof.problem.isEmpty(), qPrintable(story->proof.problem));
    }
}

QTEST_GUILESS_MAIN(TestDeviceChanges)
#include "tst_device_changes.moc"
