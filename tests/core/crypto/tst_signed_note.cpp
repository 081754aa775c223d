// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/signed_note.h"

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <QTest>

#include <cstdint>
#include <limits>
#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::string_literals;

namespace {
// The example in the documentation of Go's golang.org/x/mod/sumdb/note.
const std::string kVerifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kName = "PeterNeumann";
const std::string kText = "If you think cryptography is the answer to your problem,\n"
                          "then you don't know what your problem is.\n";
const std::string kSignature =
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

PublicKey publishedKey()
{
    const std::string encoded = kVerifier.substr(kVerifier.rfind('+') + 1);
    return PublicKey::fromEd25519(fromBase64(encoded).value().substr(1)).value();
}

PrivateKey newKey()
{
    return PrivateKey::generate(KeyType::Ed25519).value();
}

// What a witness does (C2SP tlog-cosignature, written out by its text).
struct Witness {
    std::string name;
    PrivateKey key;

    std::string typedKey() const { return '\x04' + key.publicKey().rawEd25519(); }
    std::string keyId() const { return sha256(name + '\n' + typedKey()).substr(0, 4); }
    std::string verifier() const { return name + '+' + hex(keyId()) + '+' + base64(typedKey()); }
    std::string line(const std::string& text, std::uint64_t time) const
    {
        std::string timestamp;
        for (int shift = 56; shift >= 0; shift -= 8)
            timestamp += static_cast<char>(time >> static_cast<unsigned>(shift));
        const std::string message = "cosignature/v1\ntime " + std::to_string(time) + '\n' + text;
        return "\u2014 " + name + ' ' + base64(keyId() + timestamp + key.sign(message).value()) + '\n';
    }
};
} // namespace

class SignedNoteTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_published_note_opens()
    {
        QCOMPARE(noteVerifierKey(kName, publishedKey()), kVerifier);
        QCOMPARE(openNote(kText + "\n" + kSignature, kName, publishedKey()).value(), kText);
    }

    void what_is_signed_opens_with_its_name_and_key_only()
    {
        const PrivateKey key = newKey();
        const std::string note = signNote("origin\n7\nroot\n", "countersign/x", key).value();
        QCOMPARE(openNote(note, "countersign/x", key.publicKey()).value(), "origin\n7\nroot\n"s);
        QVERIFY(!openNote(note, "countersign/y", key.publicKey()));
        QVERIFY(!openNote(note, "countersign/x", newKey().publicKey()));
    }

    void a_text_with_empty_lines_stays_whole()
    {
        const PrivateKey key = newKey();
        for (const std::string& text : {"a\n\nb\n"s, "a\n\n"s, "\n"s, "\n\n\n"s})
            QCOMPARE(openNote(signNote(text, "n", key).value(), "n", key.publicKey()).value(), text);
    }

    void signatures_of_others_are_passed_over()
    {
        const PrivateKey key = newKey();
        const std::string note = signNote("text\n", "ours", key).value();
        const std::string other = signNote("text\n", "theirs", newKey()).value();
        const std::string otherLine = other.substr(other.find("\n\n") + 2);
        QCOMPARE(openNote(note + otherLine, "ours", key.publicKey()).value(), "text\n"s);
        QVERIFY(!openNote("text\n\n" + otherLine, "ours", key.publicKey()));
    }

    void a_changed_or_malformed_note_is_refused_data()
    {
        QTest::addColumn<std::string>("note");
        const std::string good = kText + "\n" + kSignature;
        std::string changedText = good;
        changedText[3] = 'w';
        std::string changedSignature = good;
        changedSignature[good.size() - 20] = changedSignature[good.size() - 20] == 'A' ? 'B' : 'A';
        std::string many;
        for (int i = 0; i < 101; ++i)
            many += "\u2014 other AAAAAAAAAAA=\n";

        QTest::newRow("changed text") << changedText;
        QTest::newRow("changed signature") << changedSignature;
        QTest::newRow("one right, one wrong signature")
            << good + changedSignature.substr(changedSignature.rfind("\u2014 "));
        QTest::newRow("no signature") << kText;
        QTest::newRow("no signature after the empty line") << kText + "\n";
        QTest::newRow("no last newline") << good.substr(0, good.size() - 1);
        QTest::newRow("hyphen for the dash") << kText + "\n- PeterNeumann AAAAAAAAAAA=\n";
        QTest::newRow("line without a space") << good + "\u2014 PeterNeumann\n";
        QTest::newRow("bad base64") << good + "\u2014 other !!!!\n";
        QTest::newRow("too short a signature") << good + "\u2014 other AAAAAA==\n";
        QTest::newRow("name with a plus") << good + "\u2014 a+b AAAAAAAAAAA=\n";
        QTest::newRow("too many signatures") << good + many;
        QTest::newRow("control character") << "a\tb\n\n" + kSignature;
        QTest::newRow("bad UTF-8") << "a\xFF\n\n" + kSignature;
        QTest::newRow("empty") << ""s;
        QTest::newRow("only newlines") << "\n\n"s;
    }

    void a_changed_or_malformed_note_is_refused()
    {
        QFETCH(std::string, note);
        QVERIFY(!openNote(note, kName, publishedKey()));
    }

    void a_verifier_key_is_read_as_it_is_written()
    {
        const auto published = parseNoteVerifierKey(kVerifier);
        QVERIFY(published);
        QCOMPARE(published->name, kName);
        QCOMPARE(published->key, publishedKey());
        QVERIFY(published->algorithm == NoteAlgorithm::Ed25519);
        for (int i = 0; i < 50; ++i) { // some have a plus in their base64
            const Witness witness{.name = "w.example/1", .key = newKey()};
            const auto key = parseNoteVerifierKey(witness.verifier());
            QVERIFY(key);
            QCOMPARE(key->name, witness.name);
            QCOMPARE(key->key, witness.key.publicKey());
            QVERIFY(key->algorithm == NoteAlgorithm::Cosignature);
        }
    }

    void a_malformed_verifier_key_is_refused()
    {
        const std::string key = kVerifier.substr(kVerifier.rfind('+') + 1);
        for (const std::string& text :
            {""s, "name"s, "name+c74f20a3"s, "+c74f20a3+" + key, "a b+c74f20a3+" + key, "PeterNeumann+c74f20a4+" + key,
                "PeterNeumann+C74F20A3+" + key, "Other+c74f20a3+" + key, "PeterNeumann+c74f20a3+" + key.substr(4),
                kVerifier + " ", kVerifier + "AAAA", "PeterNeumann+c74f20a3+"s, "PeterNeumann+c74f20a3+!!!!"s})
            QVERIFY2(!parseNoteVerifierKey(text), text.c_str());
        const std::string otherAlgorithm = '\x06' + publishedKey().rawEd25519();
        QCOMPARE(
            parseNoteVerifierKey("n+" + hex(sha256("n\n" + otherAlgorithm).substr(0, 4)) + '+' + base64(otherAlgorithm))
                .error()
                .code,
            ErrorCode::NotSupported);
    }

    void a_witness_says_when_it_saw_the_note()
    {
        const std::string note = signNote("origin\n7\nroot\n", "log", newKey()).value();
        const Witness witness{.name = "w.example", .key = newKey()};
        const Witness other{.name = "w.example", .key = newKey()};
        const std::string text = "origin\n7\nroot\n";
        const std::string cosigned = note + other.line(text, 5) + witness.line(text, 1'767'300'000);
        QCOMPARE(verifyCosignature(cosigned, witness.verifier()).value(), UnixSeconds{1'767'300'000});
        QCOMPARE(verifyCosignature(cosigned, other.verifier()).value(), UnixSeconds{5});
        const auto latest = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
        QVERIFY(verifyCosignature(note + witness.line(text, latest), witness.verifier()));
    }

    void what_a_witness_did_not_sign_is_refused()
    {
        const PrivateKey key = newKey();
        const std::string text = "origin\n7\nroot\n";
        const std::string note = signNote(text, "log", key).value();
        const Witness witness{.name = "w.example", .key = newKey()};
        const std::string vkey = witness.verifier();
        const std::string line = witness.line(text, 9);
        QVERIFY(!verifyCosignature(note, vkey));
        QVERIFY(!verifyCosignature(note + witness.line("origin\n8\nroot\n", 9), vkey));
        QVERIFY(!verifyCosignature(note + line + witness.line(text, 10), vkey));
        QVERIFY(!verifyCosignature(note + witness.line(text, std::uint64_t{1} << 63U), vkey));
        QVERIFY(!verifyCosignature(note + line, noteVerifierKey("log", key.publicKey()))); // no witness's key
        const std::string prefix = "\u2014 w.example ";
        std::string bytes = fromBase64(line.substr(prefix.size(), line.size() - prefix.size() - 1)).value();
        for (std::size_t at = 4; at < bytes.size(); ++at) {
            bytes[at] ^= 1;
            QVERIFY(!verifyCosignature(note + prefix + base64(bytes) + '\n', vkey));
            bytes[at] ^= 1;
        }
        for (std::size_t length = 5; length < bytes.size(); ++length)
            QVERIFY(!verifyCosignature(note + prefix + base64(bytes.substr(0, length)) + '\n', vkey));
        QVERIFY(verifyCosignature(note + prefix + base64(bytes) + '\n', vkey));
    }

    void what_is_no_note_is_not_signed()
    {
        const PrivateKey key = newKey();
        QVERIFY(!signNote("no newline", "n", key));
        QVERIFY(!signNote("", "n", key));
        QVERIFY(!signNote("tab\t\n", "n", key));
        QVERIFY(!signNote("bad \xFF\n", "n", key));
        QVERIFY(!signNote("text\n", "", key));
        QVERIFY(!signNote("text\n", "two words", key));
        QVERIFY(!signNote("text\n", "a+b", key));
        QVERIFY(!signNote("text\n", "a\nb", key));
        QVERIFY(!signNote("text\n", "n", PrivateKey::generate(KeyType::P256).value()));
    }
};

QTEST_GUILESS_MAIN(SignedNoteTest)
#include "tst_signed_note.moc"
