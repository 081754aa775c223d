// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A salted commitment is opened by its salt and its text, and by no other cut between the two.
#include "core/crypto/commitment.h"
#include "core/crypto/digest.h"

#include <QTest>

using namespace countersign;

class CommitmentTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void only_one_cut_opens_it()
    {
        const std::string both = crypto::randomBytes(crypto::kCommitmentSaltBytes) + "Pay 500 EUR to acme";
        const std::string commitment = crypto::sha256Base64url(both);
        for (std::size_t cut = 0; cut <= both.size(); ++cut) {
            const bool opened = crypto::opensCommitment(commitment, both.substr(0, cut), both.substr(cut));
            QCOMPARE(opened, cut == crypto::kCommitmentSaltBytes);
        }
    }
    void another_text_or_salt_does_not_open_it()
    {
        const std::string salt(crypto::kCommitmentSaltBytes, 's');
        const std::string commitment = crypto::sha256Base64url(salt + "text");
        QVERIFY(crypto::opensCommitment(commitment, salt, "text"));
        QVERIFY(!crypto::opensCommitment(commitment, salt, "texT"));
        QVERIFY(!crypto::opensCommitment(commitment, std::string(crypto::kCommitmentSaltBytes, 't'), "text"));
        QVERIFY(!crypto::opensCommitment({}, salt, "text"));
        QVERIFY(crypto::opensCommitment(crypto::sha256Base64url(salt), salt, {}));
    }
};

QTEST_GUILESS_MAIN(CommitmentTest)
#include "tst_commitment.moc"
