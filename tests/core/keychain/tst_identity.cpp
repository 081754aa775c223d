// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/digest.h"
#include "core/keychain/identity.h"
#include "tests/core/keychain/in_memory.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <map>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;
using namespace Qt::StringLiterals;

namespace {

const std::vector<std::string> kEntries{"device-key", "log-key", "person-key", "identity"};

std::string loaded(Keychain& keychain, History history)
{
    const auto identity = loadIdentity(keychain, history);
    if (!identity) {
        return std::string(errorName(identity.error().code));
    }
    return *identity ? (*identity)->device.publicKey().thumbprint().value : "none";
}

Result<Identity> made(Keychain& keychain)
{
    return createIdentity(keychain, secret(kPersonPassphrase));
}

} // namespace

class TestIdentity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void keys_are_made_once_and_load_as_they_were_made();
    void the_keys_work_and_are_of_the_right_kinds();
    void no_entry_shows_the_persons_key();
    void the_persons_key_opens_with_its_passphrase_only();
    void a_swapped_sealed_key_is_refused();
    void a_short_passphrase_makes_nothing();
    void an_empty_keychain_is_a_first_start_only_where_no_keys_were_made();
    void any_missing_entry_is_an_emptied_keychain_data();
    void any_missing_entry_is_an_emptied_keychain();
    void any_damaged_or_replaced_entry_is_an_emptied_keychain_data();
    void any_damaged_or_replaced_entry_is_an_emptied_keychain();
    void nothing_is_made_over_keys_that_may_have_signed();
    void a_keychain_that_fails_is_not_an_empty_one();
    void a_first_start_killed_between_any_two_writes_can_be_repeated_data();
    void a_first_start_killed_between_any_two_writes_can_be_repeated();
    void a_half_made_identity_over_a_history_is_an_emptied_keychain();
    void the_anchor_reads_back_as_written();
    void an_anchor_that_cant_be_read_is_not_none_data();
    void an_anchor_that_cant_be_read_is_not_none();
    void an_emptied_keychain_says_what_to_do();

private:
    std::map<std::string, std::string, std::less<>> m_one; // what two complete identities left in their keychains
    std::map<std::string, std::string, std::less<>> m_other;
};

void TestIdentity::initTestCase()
{
    for (auto* entries : {&m_one, &m_other}) {
        InMemory keychain;
        QVERIFY(made(keychain));
        *entries = keychain.entries;
    }
}

void TestIdentity::keys_are_made_once_and_load_as_they_were_made()
{
    InMemory keychain;
    const auto identity = made(keychain);
    QVERIFY(identity);
    QCOMPARE(keychain.order, kEntries); // the one that makes the others count comes last
    for (const auto history : {History::FirstStart, History::KeysWereMade}) {
        const auto again = loadIdentity(keychain, history);
        QVERIFY(again && *again);
        QVERIFY((*again)->device.publicKey() == identity->device.publicKey());
        QVERIFY((*again)->log.publicKey() == identity->log.publicKey());
        QVERIFY((*again)->person == identity->person);
        QCOMPARE((*again)->sealedPersonKey, identity->sealedPersonKey);
    }
    InMemory other;
    QVERIFY(made(other)->device.publicKey() != identity->device.publicKey());
}

void TestIdentity::the_keys_work_and_are_of_the_right_kinds()
{
    InMemory keychain;
    const auto identity = made(keychain);
    QVERIFY(identity);
    QCOMPARE(identity->device.publicKey().type(), crypto::KeyType::P256);
    QCOMPARE(identity->log.publicKey().type(), crypto::KeyType::Ed25519);
    QCOMPARE(identity->person.type(), crypto::KeyType::P256);
    const auto person = unsealPersonKey(identity->sealedPersonKey, secret(kPersonPassphrase));
    QVERIFY(person);
    for (const auto* key : {&identity->device, &identity->log, &*person}) {
        const auto signature = key->sign("what is said");
        QVERIFY(signature && key->publicKey().verify("what is said", *signature));
        QVERIFY(!key->publicKey().verify("what is not said", *signature));
    }
    QVERIFY(person->publicKey() == identity->person);
}

void TestIdentity::no_entry_shows_the_persons_key()
{
    InMemory keychain;
    const auto identity = made(keychain);
    QVERIFY(identity);
    const auto person = unsealPersonKey(identity->sealedPersonKey, secret(kPersonPassphrase));
    QVERIFY(person);
    const auto der = person->toPkcs8();
    QVERIFY(der);
    for (const auto& [name, value] : keychain.entries) {
        QVERIFY2(value.find(der->view().substr(36, 32)) == std::string::npos, name.c_str()); // the private number
    }
    QVERIFY(keychain.entries["person-key"].find("\"d\"") == std::string::npos);
}

void TestIdentity::the_persons_key_opens_with_its_passphrase_only()
{
    InMemory keychain;
    const auto identity = made(keychain);
    QVERIFY(identity);
    QCOMPARE(
        outcome(unsealPersonKey(identity->sealedPersonKey, secret("the person's passphrasE"))), "wrong_passphrase");
    QCOMPARE(outcome(unsealPersonKey(identity->sealedPersonKey, secret(""))), "wrong_passphrase");
    QCOMPARE(outcome(unsealPersonKey("", secret(kPersonPassphrase))), "invalid_input");
    QCOMPARE(outcome(unsealPersonKey("{}", secret(kPersonPassphrase))), "invalid_input");
    QCOMPARE(outcome(unsealPersonKey(identity->sealedPersonKey, secret(kPersonPassphrase))), "ok");
}

void TestIdentity::a_swapped_sealed_key_is_refused()
{
    InMemory keychain;
    InMemory other;
    const auto identity = made(keychain);
    const auto swapped = made(other);
    QVERIFY(identity && swapped);
    // The other one's box under this one's public key.
    const auto boxOf = [](const std::string& text) { return text.substr(text.find("\"sealed\"")); };
    auto mixed = identity->sealedPersonKey;
    mixed.replace(mixed.find("\"sealed\""), std::string::npos, boxOf(swapped->sealedPersonKey));
    QCOMPARE(outcome(unsealPersonKey(mixed, secret(kPersonPassphrase))), "keychain_denied");
}

void TestIdentity::a_short_passphrase_makes_nothing()
{
    InMemory keychain;
    QCOMPARE(outcome(createIdentity(keychain, secret("1234567"))), "invalid_input");
    QVERIFY(keychain.entries.empty());
}

void TestIdentity::an_empty_keychain_is_a_first_start_only_where_no_keys_were_made()
{
    InMemory keychain;
    QCOMPARE(loaded(keychain, History::FirstStart), "none");
    QCOMPARE(loaded(keychain, History::KeysWereMade), "keychain_emptied");
    QVERIFY(keychain.entries.empty() && keychain.order.empty());
}

void TestIdentity::any_missing_entry_is_an_emptied_keychain_data()
{
    QTest::addColumn<QString>("name");
    for (const auto& name : kEntries) {
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
}

void TestIdentity::any_missing_entry_is_an_emptied_keychain()
{
    QFETCH(QString, name);
    InMemory keychain;
    keychain.entries = m_one;
    keychain.entries.erase(name.toStdString());
    QCOMPARE(loaded(keychain, History::KeysWereMade), "keychain_emptied");
    // Without the entry that makes them count they are of a first start that was cut off, unless the log has an anchor.
    QCOMPARE(loaded(keychain, History::FirstStart), name == "identity"_L1 ? "none" : "keychain_emptied");
    QCOMPARE(outcome(writeAnchor(keychain, {1, std::string(32, 'r')})), "ok");
    QCOMPARE(loaded(keychain, History::FirstStart), "keychain_emptied");
    QCOMPARE(keychain.order, std::vector<std::string>{"log-anchor"});
}

void TestIdentity::any_damaged_or_replaced_entry_is_an_emptied_keychain_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("how");
    for (const auto& name : kEntries) {
        for (const auto& how : {u"emptied"_s, u"damaged"_s, u"another's"_s}) {
            QTest::newRow(qPrintable(QString::fromStdString(name) + u' ' + how)) << QString::fromStdString(name) << how;
        }
    }
}

void TestIdentity::any_damaged_or_replaced_entry_is_an_emptied_keychain()
{
    QFETCH(QString, name);
    QFETCH(QString, how);
    InMemory keychain;
    InMemory other;
    keychain.entries = m_one;
    other.entries = m_other;
    auto& value = keychain.entries[name.toStdString()];
    if (how == "emptied"_L1) {
        value.clear();
    } else if (how == "damaged"_L1) {
        value = value.substr(0, value.size() / 2);
    } else {
        value = other.entries[name.toStdString()];
    }
    QCOMPARE(loaded(keychain, History::KeysWereMade), "keychain_emptied");
    QCOMPARE(loaded(keychain, History::FirstStart), "keychain_emptied");
}

void TestIdentity::nothing_is_made_over_keys_that_may_have_signed()
{
    InMemory keychain;
    QVERIFY(made(keychain));
    const auto before = keychain.entries;
    QCOMPARE(outcome(made(keychain)), "keychain_denied");
    QVERIFY(keychain.entries == before);
    InMemory anchorOnly;
    QCOMPARE(outcome(writeAnchor(anchorOnly, {1, std::string(32, 'r')})), "ok");
    QCOMPARE(outcome(made(anchorOnly)), "keychain_denied");
    QCOMPARE(anchorOnly.entries.size(), std::size_t(1));
}

void TestIdentity::a_keychain_that_fails_is_not_an_empty_one()
{
    InMemory keychain;
    keychain.failing = ErrorCode::KeychainLocked;
    QCOMPARE(loaded(keychain, History::FirstStart), "keychain_locked");
    QCOMPARE(loaded(keychain, History::KeysWereMade), "keychain_locked");
    QCOMPARE(outcome(made(keychain)), "keychain_locked");
    QCOMPARE(outcome(readAnchor(keychain)), "keychain_locked");
    QVERIFY(keychain.order.empty());
}

void TestIdentity::a_first_start_killed_between_any_two_writes_can_be_repeated_data()
{
    QTest::addColumn<int>("writes");
    for (int writes = 0; writes <= 4; ++writes) {
        QTest::addRow("killed after %d writes", writes) << writes;
    }
}

void TestIdentity::a_first_start_killed_between_any_two_writes_can_be_repeated()
{
    QFETCH(int, writes);
    const QTemporaryDir folder;
    const auto first = probe(Backend::SealedFile, folder.path(), {u"create-and-die"_s, QString::number(writes)});
    const auto found = probe(Backend::SealedFile, folder.path(), {u"load"_s, u"first"_s});
    if (writes < 4) {
        QCOMPARE(first, "");
        QCOMPARE(found, "none");
        const auto second = probe(Backend::SealedFile, folder.path(), {u"create"_s});
        QCOMPARE(second.size(), std::size_t(43));
        QCOMPARE(probe(Backend::SealedFile, folder.path(), {u"load"_s, u"made"_s}), second);
    } else { // complete: it outlived the four writes
        QCOMPARE(found, first);
    }
    QCOMPARE(probe(Backend::SealedFile, folder.path(), {u"create"_s}), "keychain_denied");
}

void TestIdentity::a_half_made_identity_over_a_history_is_an_emptied_keychain()
{
    for (int writes = 0; writes < 4; ++writes) {
        InMemory keychain;
        keychain.writesLeft = writes;
        QCOMPARE(outcome(made(keychain)), "keychain_denied");
        QCOMPARE(loaded(keychain, History::KeysWereMade), "keychain_emptied");
        QCOMPARE(loaded(keychain, History::FirstStart), "none");
    }
}

void TestIdentity::the_anchor_reads_back_as_written()
{
    InMemory keychain;
    QCOMPARE(outcome(readAnchor(keychain)), "ok");
    QVERIFY(!*readAnchor(keychain));
    for (const std::uint64_t size : {std::uint64_t(0), std::uint64_t(1), std::uint64_t(9'223'372'036'854'775'807)}) {
        const LogAnchor anchor{size, crypto::randomBytes(32)};
        QCOMPARE(outcome(writeAnchor(keychain, anchor)), "ok");
        QVERIFY(*readAnchor(keychain) == std::optional(anchor));
    }
    QCOMPARE(outcome(writeAnchor(keychain, {1, std::string(31, 'r')})), "invalid_input");
    QCOMPARE(outcome(writeAnchor(keychain, {9'223'372'036'854'775'808U, std::string(32, 'r')})), "invalid_input");
}

void TestIdentity::an_anchor_that_cant_be_read_is_not_none_data()
{
    QTest::addColumn<QString>("text");
    const auto root = QString(43, u'A');
    QTest::newRow("empty") << QString();
    QTest::newRow("not JSON") << u"7"_s;
    QTest::newRow("no size") << u"{\"root\":\""_s + root + u"\"}"_s;
    QTest::newRow("negative size") << u"{\"tree_size\":-1,\"root\":\""_s + root + u"\"}"_s;
    QTest::newRow("size twice") << u"{\"tree_size\":1,\"tree_size\":2,\"root\":\""_s + root + u"\"}"_s;
    QTest::newRow("short root") << u"{\"tree_size\":1,\"root\":\"AAAA\"}"_s;
    QTest::newRow("no root") << u"{\"tree_size\":1}"_s;
}

void TestIdentity::an_anchor_that_cant_be_read_is_not_none()
{
    QFETCH(QString, text);
    InMemory keychain;
    keychain.entries["log-anchor"] = text.toStdString();
    QCOMPARE(outcome(readAnchor(keychain)), "keychain_emptied");
}

void TestIdentity::an_emptied_keychain_says_what_to_do()
{
    InMemory keychain;
    const auto message = messageOf(loadIdentity(keychain, History::KeysWereMade));
    for (const char* words :
        {"KWallet", "makes no new keys", "switch it back", "backup", "try again", "lost for good", "start anew"}) {
        QVERIFY2(message.contains(words), message.constData());
    }
}

QTEST_GUILESS_MAIN(TestIdentity)
#include "tst_identity.moc"
