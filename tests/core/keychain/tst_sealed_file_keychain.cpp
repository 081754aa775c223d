// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/digest.h"
#include "core/keychain/sealed_file_keychain.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;
using namespace Qt::StringLiterals;

class TestSealedFileKeychain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void entries_are_stored_and_read_back();
    void entries_survive_a_restart();
    void opening_an_empty_folder_asks_nothing_and_writes_nothing();
    void the_passphrase_is_chosen_at_the_first_write_and_asked_for_once_an_opening();
    void a_chosen_passphrase_that_is_too_short_is_asked_for_again();
    void a_wrong_passphrase_is_asked_for_again_three_times_in_all();
    void a_cancelled_question_is_a_refusal();
    void the_file_is_private_and_shows_no_secret();
    void each_write_is_sealed_anew();
    void a_change_of_any_byte_is_damage_and_nothing_is_overwritten();
    void a_file_cut_anywhere_is_damage_and_nothing_is_overwritten();
    void a_change_with_a_recomputed_digest_is_refused();
    void a_file_that_vanishes_or_changes_while_open_is_not_overwritten();
    void a_file_that_cant_be_read_is_a_refusal();
    void a_second_process_is_kept_out();
    void a_killed_process_leaves_no_lock();
    void names_and_sizes_are_limited();
    void a_write_that_fails_keeps_the_old_file();

private:
    [[nodiscard]] Result<std::unique_ptr<Keychain>> open(Answers& answers) const
    {
        return openSealedFile({m_folder->path(), answers.asker()});
    }
    [[nodiscard]] Result<std::unique_ptr<Keychain>> open() const
    {
        Answers answers{{std::string(kFilePassphrase)}, {}, {}};
        return open(answers);
    }
    void makeFile();
    [[nodiscard]] QString path() const { return m_folder->filePath(u"keychain.sealed"_s); }
    [[nodiscard]] QByteArray bytes() const;
    void put(const QByteArray& content) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestSealedFileKeychain::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

QByteArray TestSealedFileKeychain::bytes() const
{
    QFile file(path());
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
}

void TestSealedFileKeychain::put(const QByteArray& content) const
{
    QFile file(path());
    QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
    QCOMPARE(file.write(content), content.size());
}

void TestSealedFileKeychain::makeFile()
{
    Answers answers{{std::string(kFilePassphrase)}, {}, {}};
    const auto keychain = open(answers);
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
}

void TestSealedFileKeychain::entries_are_stored_and_read_back()
{
    Answers answers{{std::string(kFilePassphrase)}, {}, {}};
    const auto keychain = open(answers);
    QVERIFY(keychain);
    QCOMPARE((*keychain)->backend(), Backend::SealedFile);
    QCOMPARE(entry(**keychain, "one"), "none");
    for (const std::string& value :
        {std::string("first"), std::string("second"), std::string(), std::string("\0\xFF", 2)}) {
        QCOMPARE(outcome((*keychain)->write("one", secret(value))), "ok");
        QCOMPARE(entry(**keychain, "one"), value);
    }
    QCOMPARE(outcome((*keychain)->write("another-1", secret("beside it"))), "ok");
    QCOMPARE(entry(**keychain, "one"), std::string("\0\xFF", 2));
    QCOMPARE(entry(**keychain, "another-1"), "beside it");
    QCOMPARE(entry(**keychain, "another"), "none");
}

void TestSealedFileKeychain::entries_survive_a_restart()
{
    QCOMPARE(probe(Backend::SealedFile, m_folder->path(), {u"write"_s, u"one"_s, u"kept"_s}), "ok");
    QCOMPARE(probe(Backend::SealedFile, m_folder->path(), {u"read"_s, u"one"_s}), "kept");
    const auto keychain = open();
    QVERIFY(keychain);
    QCOMPARE(entry(**keychain, "one"), "kept");
}

void TestSealedFileKeychain::opening_an_empty_folder_asks_nothing_and_writes_nothing()
{
    Answers answers;
    const auto folder = m_folder->filePath(u"not/made"_s);
    QCOMPARE(outcome(openSealedFile({folder, answers.asker()})), "keychain_denied"); // its parent is missing
    const auto keychain = openSealedFile({m_folder->filePath(u"made"_s), answers.asker()});
    QVERIFY(keychain);
    QCOMPARE(entry(**keychain, "one"), "none");
    QVERIFY(answers.purposes.empty());
    QVERIFY(!QFile::exists(m_folder->filePath(u"made/keychain.sealed"_s)));
    QCOMPARE(QFile::permissions(m_folder->filePath(u"made"_s)), QFileDevice::Permissions(0x7700)); // 0700
}

void TestSealedFileKeychain::the_passphrase_is_chosen_at_the_first_write_and_asked_for_once_an_opening()
{
    Answers answers{{std::string(kFilePassphrase), std::string(kFilePassphrase)}, {}, {}};
    {
        const auto keychain = open(answers);
        QVERIFY(keychain);
        QCOMPARE(outcome((*keychain)->write("one", secret("1"))), "ok");
        QCOMPARE(outcome((*keychain)->write("two", secret("2"))), "ok");
        QCOMPARE(answers.purposes, std::vector{PassphrasePurpose::NewSealedFile});
    }
    const auto keychain = open(answers);
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("3"))), "ok");
    QCOMPARE(entry(**keychain, "two"), "2");
    QCOMPARE(answers.purposes, (std::vector{PassphrasePurpose::NewSealedFile, PassphrasePurpose::OpenSealedFile}));
    QVERIFY(answers.reasons.at(0).isEmpty() && answers.reasons.at(1).isEmpty());
}

void TestSealedFileKeychain::a_chosen_passphrase_that_is_too_short_is_asked_for_again()
{
    Answers answers{{"short", "1234567", std::string(kFilePassphrase)}, {}, {}};
    const auto keychain = open(answers);
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("1"))), "ok");
    QVERIFY2(answers.reasons.at(2).contains(u"8 characters"_s), qPrintable(answers.reasons.at(2)));

    init();
    Answers shortOnes{{"1", "2", "3", std::string(kFilePassphrase)}, {}, {}};
    const auto another = open(shortOnes);
    QVERIFY(another);
    QCOMPARE(outcome((*another)->write("one", secret("1"))), "keychain_denied");
    QVERIFY(!QFile::exists(path()));
}

void TestSealedFileKeychain::a_wrong_passphrase_is_asked_for_again_three_times_in_all()
{
    makeFile();
    const auto before = bytes();
    Answers third{{"wrong one", "wrong two", std::string(kFilePassphrase)}, {}, {}};
    {
        const auto keychain = open(third);
        QVERIFY(keychain);
        QCOMPARE(entry(**keychain, "one"), "a secret");
    }
    QVERIFY(third.reasons.at(0).isEmpty());
    QVERIFY2(third.reasons.at(2).contains(u"Tries left: 1"_s), qPrintable(third.reasons.at(2)));

    Answers fourth{{"wrong one", "wrong two", "wrong three", std::string(kFilePassphrase)}, {}, {}};
    const auto refused = open(fourth);
    QCOMPARE(outcome(refused), "wrong_passphrase");
    QCOMPARE(fourth.purposes.size(), std::size_t(3));
    QVERIFY2(messageOf(refused).contains("can't be reset"), messageOf(refused).constData());
    QCOMPARE(bytes(), before);
}

void TestSealedFileKeychain::a_cancelled_question_is_a_refusal()
{
    makeFile();
    Answers none;
    QCOMPARE(outcome(open(none)), "keychain_denied");
    QCOMPARE(outcome(openSealedFile({m_folder->path(), {}})), "keychain_locked"); // nobody can ask

    init();
    const auto fresh = open(none);
    QVERIFY(fresh);
    QCOMPARE(outcome((*fresh)->write("one", secret("1"))), "keychain_denied");
    QCOMPARE(entry(**fresh, "one"), "none");
}

void TestSealedFileKeychain::the_file_is_private_and_shows_no_secret()
{
    makeFile();
    const QStringList names = QDir(m_folder->path()).entryList(QDir::Files);
    for (const QString& name : names) {
        QCOMPARE(QFile::permissions(m_folder->filePath(name)), QFileDevice::Permissions(0x6600)); // 0600
    }
    QVERIFY(!bytes().contains("a secret") && !bytes().contains("one"));
    QCOMPARE(
        QDir(m_folder->path()).entryList(QDir::Files), (QStringList{u"keychain.sealed"_s, u"keychain.sealed.lock"_s}));
}

void TestSealedFileKeychain::each_write_is_sealed_anew()
{
    makeFile();
    const auto before = bytes();
    const auto keychain = open();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
    QCOMPARE(bytes().size(), before.size());
    QVERIFY(bytes().sliced(34, 32) != before.sliced(34, 32)); // HKDF's salt
    QVERIFY(bytes().sliced(66, 12) != before.sliced(66, 12)); // the nonce
}

void TestSealedFileKeychain::a_change_of_any_byte_is_damage_and_nothing_is_overwritten()
{
    makeFile();
    const auto good = bytes();
    for (qsizetype at = 0; at < good.size(); ++at) {
        auto changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 0x20);
        put(changed);
        Answers answers{{std::string(kFilePassphrase)}, {}, {}};
        QCOMPARE(outcome(open(answers)), "keychain_emptied");
        QVERIFY(answers.purposes.empty()); // no passphrase is tried on a damaged file
        QCOMPARE(bytes(), changed);
    }
    put(good);
    QCOMPARE(outcome(open()), "ok");
}

void TestSealedFileKeychain::a_file_cut_anywhere_is_damage_and_nothing_is_overwritten()
{
    makeFile();
    const auto good = bytes();
    for (qsizetype size = 0; size < good.size(); ++size) {
        put(good.first(size));
        QCOMPARE(outcome(open()), "keychain_emptied");
        QCOMPARE(bytes(), good.first(size));
    }
    put(good + 'x');
    QCOMPARE(outcome(open()), "keychain_emptied");
    put(QByteArray(4 * 1024 * 1024, 'x'));
    QCOMPARE(outcome(open()), "keychain_emptied");
}

void TestSealedFileKeychain::a_change_with_a_recomputed_digest_is_refused()
{
    makeFile();
    const auto box = bytes().chopped(32).toStdString();
    const auto withDigest = [](const std::string& changed) {
        return QByteArray::fromStdString(changed + crypto::sha256(changed));
    };
    for (const std::size_t at : {std::size_t(18), std::size_t(34), std::size_t(66), std::size_t(78),
             box.size() - 1}) { // salts, nonce, ciphertext, tag
        auto changed = box;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        put(withDigest(changed));
        Answers answers{
            {std::string(kFilePassphrase), std::string(kFilePassphrase), std::string(kFilePassphrase)}, {}, {}};
        QCOMPARE(outcome(open(answers)), "wrong_passphrase");
        QCOMPARE(bytes(), withDigest(changed));
    }
    auto version = box;
    version[5] = '\2';
    put(withDigest(version));
    QCOMPARE(outcome(open()), "keychain_emptied");
}

void TestSealedFileKeychain::a_file_that_vanishes_or_changes_while_open_is_not_overwritten()
{
    makeFile();
    const auto good = bytes();
    const auto keychain = open();
    QVERIFY(keychain);
    QVERIFY(QFile::remove(path()));
    QCOMPARE(entry(**keychain, "one"), "keychain_emptied");
    QCOMPARE(outcome((*keychain)->write("one", secret("new"))), "keychain_emptied");
    QVERIFY(!QFile::exists(path()));
    put("something else");
    QCOMPARE(outcome((*keychain)->write("one", secret("new"))), "keychain_emptied");
    QCOMPARE(bytes(), "something else");
    put(good);
    QCOMPARE(entry(**keychain, "one"), "a secret");

    init();
    Answers answers{{std::string(kFilePassphrase)}, {}, {}};
    const auto fresh = open(answers);
    QVERIFY(fresh);
    put(good); // somebody put a backup back after we found none
    QCOMPARE(outcome((*fresh)->write("one", secret("new"))), "keychain_emptied");
    QCOMPARE(bytes(), good);
}

void TestSealedFileKeychain::a_file_that_cant_be_read_is_a_refusal()
{
    QVERIFY(QDir(m_folder->path()).mkdir(u"keychain.sealed"_s));
    QCOMPARE(outcome(open()), "keychain_denied");
    init();
    QVERIFY(QFile::link(u"/nonexistent"_s, path()));
    const auto refused = open();
    QCOMPARE(outcome(refused), "keychain_denied");
    QVERIFY2(messageOf(refused).contains("permissions"), messageOf(refused).constData());
}

void TestSealedFileKeychain::a_second_process_is_kept_out()
{
    const auto keychain = open();
    QVERIFY(keychain);
    QCOMPARE(probe(Backend::SealedFile, m_folder->path(), {u"open"_s}), "storage_in_use");
    QCOMPARE(outcome(open()), "storage_in_use");
}

void TestSealedFileKeychain::a_killed_process_leaves_no_lock()
{
    const auto holder = startProbe(Backend::SealedFile, m_folder->path(), {u"hold"_s});
    QVERIFY(holder->waitForReadyRead(30'000));
    QCOMPARE(holder->readAll().trimmed(), "ok");
    QCOMPARE(outcome(open()), "storage_in_use");
    holder->kill();
    QVERIFY(holder->waitForFinished(30'000));
    QCOMPARE(outcome(open()), "ok");
}

void TestSealedFileKeychain::names_and_sizes_are_limited()
{
    Answers answers{{std::string(kFilePassphrase)}, {}, {}};
    const auto keychain = open(answers);
    QVERIFY(keychain);
    for (const std::string& name :
        {std::string(), std::string("Upper"), std::string("with space"), std::string("slash/ed"), std::string("dot."),
            std::string("n\0l", 3), std::string(kMaxEntryNameBytes + 1, 'a')}) {
        QCOMPARE(outcome((*keychain)->write(name, secret("x"))), "invalid_input");
        QCOMPARE(entry(**keychain, name), "invalid_input");
    }
    QCOMPARE(outcome((*keychain)->write(std::string(kMaxEntryNameBytes, 'a'), secret("x"))), "ok");
    QCOMPARE(outcome((*keychain)->write("big", secret(std::string(kMaxEntryBytes, 'x')))), "ok");
    QCOMPARE(outcome((*keychain)->write("big", secret(std::string(kMaxEntryBytes + 1, 'x')))), "too_large");
    QCOMPARE(entry(**keychain, "big").size(), kMaxEntryBytes);
    QCOMPARE(outcome((*keychain)->write("big-2", secret(std::string(kMaxEntryBytes, 'x')))), "ok");
    QCOMPARE(outcome((*keychain)->write("big-3", secret(std::string(kMaxEntryBytes, 'x')))), "ok");
    QCOMPARE(
        outcome((*keychain)->write("big-4", secret(std::string(kMaxEntryBytes, 'x')))), "too_large"); // all together
    QCOMPARE(entry(**keychain, "big-4"), "none");
    QCOMPARE(entry(**keychain, "big-3").size(), kMaxEntryBytes);
}

void TestSealedFileKeychain::a_write_that_fails_keeps_the_old_file()
{
    makeFile();
    const auto before = bytes();
    const auto keychain = open();
    QVERIFY(keychain);
    QVERIFY(QDir(m_folder->path()).mkdir(u"keychain.sealed.new"_s)); // the new file can't be made
    const auto refused = (*keychain)->write("one", secret("new"));
    QCOMPARE(outcome(refused), "keychain_denied");
    QVERIFY2(messageOf(refused).contains("free space"), messageOf(refused).constData());
    QCOMPARE(bytes(), before);
    QCOMPARE(entry(**keychain, "one"), "a secret");
    QVERIFY(QDir(m_folder->path()).rmdir(u"keychain.sealed.new"_s));
    QCOMPARE(outcome((*keychain)->write("one", secret("new"))), "ok");
    QCOMPARE(entry(**keychain, "one"), "new");
}

QTEST_GUILESS_MAIN(TestSealedFileKeychain)
#include "tst_sealed_file_keychain.moc"
