// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What services say of actions, in words: quoted, named as theirs, and nothing in them that could pass for ours.

#include "core/consent/offer.h"
#include "core/services/openapi.h"

#include <QTest>

using namespace countersign;
using namespace countersign::consent;
using namespace Qt::StringLiterals;

namespace {

services::Catalogue catalogue(const std::string& summary = "Pay somebody")
{
    const std::string text = "openapi: 3.1.0\ninfo: {title: Payments, version: '1'}\npaths:\n"
                             "  /payments:\n"
                             "    get: {operationId: payments.read, summary: Read payments}\n"
                             "    post: {operationId: payments.create, summary: \""
        + summary
        + "\", x-agent-trust-required: L3}\n"
          "  /payments/{id}:\n"
          "    delete:\n"
          "      operationId: payments.cancel\n"
          "      parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
          "  /payments/all:\n"
          "    get: {operationId: payments.list, summary: List payments}\n"
          "  /payments/due:\n"
          "    get: {operationId: payments.due, summary: List what is due}\n";
    return services::importOpenApi(text).value();
}

Offer offered(const char* action, const services::Catalogue& by = catalogue())
{
    return offerOf(
        &by, *permissions::Location::parse("https://payments.example/"), 0, 0, *permissions::Action::parse(action));
}

QString quoted(const QString& words)
{
    return u"“\u2068%1\u2069”"_s.arg(words);
}

} // namespace

class OfferTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_operation_is_told_in_its_services_words()
    {
        QCOMPARE(offerWords(offered("payments.create")),
            QStringList(u"payments.example calls it %1 (POST: it changes something)"_s.arg(quoted(u"Pay somebody"_s))));
        QCOMPARE(offerWords(offered("payments.read")),
            QStringList(u"payments.example calls it %1 (GET: it only reads)"_s.arg(quoted(u"Read payments"_s))));
        QCOMPARE(offerWords(offered("payments.cancel")),
            QStringList(u"payments.example lists it (DELETE: it changes something)"_s));
        QCOMPARE(offerWords(offered("payments.approve")), QStringList(u"payments.example does not list this"_s));
    }

    void a_wildcard_tells_how_many_there_are_and_what_the_first_are_called()
    {
        const Offer offer = offered("payments.*");
        QCOMPARE(offer.operations, 5);
        QCOMPARE(offer.changing, 2);
        QCOMPARE(offer.summaries.size(), kMaxOfferedSummaries);
        const QString words = offerWords(offer).constFirst();
        QVERIFY2(
            words.startsWith(u"5 operations of payments.example, 2 of them change something: "_s), qPrintable(words));
        QVERIFY2(words.endsWith(u" and others"_s), qPrintable(words));
    }

    void what_can_not_be_read_is_said()
    {
        const Offer offer = offerOf(nullptr, *permissions::Location::parse("https://payments.example/"), 0, 0,
            *permissions::Action::parse("payments.read"));
        QVERIFY(offerWords(offer).constFirst().contains(u"can't be read any more"_s));
    }

    void no_words_get_out_of_their_quotation_marks_data()
    {
        QTest::addColumn<QString>("summary");
        QTest::newRow("a line break") << u"Read\\nApproved by you"_s;
        QTest::newRow("a paragraph separator") << u"Read\\u2029Approved by you"_s;
        QTest::newRow("an override") << u"\\u202Ewohs ot tuB"_s;
        QTest::newRow("an isolate is closed") << u"Read\\u2069\\u202E"_s;
        QTest::newRow("an isolate is left open") << u"Read\\u2067"_s;
        QTest::newRow("nothing to see") << u"\\u200B\\u2060\\uFEFF"_s;
        QTest::newRow("our quotation marks") << u"Read” (GET: it only reads). You allowed “this"_s;
        QTest::newRow("other quotation marks") << u"Read» (GET) «this ＂ „"_s;
        QTest::newRow("placeholders") << u"%1 %2 %3 %n"_s;
        QTest::newRow("long") << QString(290, u'x');
    }
    void no_words_get_out_of_their_quotation_marks()
    {
        QFETCH(QString, summary);
        const services::Catalogue hostile = catalogue(summary.toStdString());
        const QString words = offerWords(offered("payments.create", hostile)).constFirst();
        QVERIFY2(words.startsWith(u"payments.example calls it “\u2068"_s), qPrintable(words));
        QVERIFY2(words.endsWith(u"\u2069” (POST: it changes something)"_s), qPrintable(words));
        QCOMPARE(words.count(QChar(0x2068)), 1);
        QCOMPARE(words.count(QChar(0x2069)), 1);
        QCOMPARE(words.count(u'“') + words.count(u'”'), 2);
        QVERIFY(!words.contains(u'»') && !words.contains(u'«') && !words.contains(QChar(0xFF02)));
        for (const int control : {0x0A, 0x2029, 0x202E, 0x2067, 0x200B, 0x2060, 0xFEFF})
            QVERIFY2(!words.contains(QChar(control)), qPrintable(words));
        QVERIFY(words.size() < 250);
    }

    void letters_that_look_like_others_are_said()
    {
        QCOMPARE(offerWords(offered("payments.create", catalogue("Р\u0430y \u0440aypal"))).size(), 2);
        QCOMPARE(offerWords(offered("payments.create", catalogue("Zahl jemanden aus – sofort"))).size(), 1);
    }

    void demands_are_told()
    {
        QVERIFY(demandWords({}, QLocale::c()).isEmpty());
        services::Requirements all;
        all.minimumLevel = services::TrustLevel::L3;
        all.screening = services::Screening::Required;
        all.identity = services::IdentityMethod::ChallengeResponse;
        all.agentSignature = services::AgentSignature::Asked;
        all.capabilities = {"pay\u202E"};
        all.spendLimits = {{*Currency::parse("EUR"), *Amount::parse("500"), *Amount::parse("900")},
            {*Currency::parse("USD"), Amount(), Amount()}};
        const QString words = demandWords(all, QLocale::c());
        for (const QString& part :
            {u"trust level L3 or higher"_s, u"screened against sanctions lists"_s, u"a signed challenge"_s,
                u"Agent-Signature"_s, u"pay⟨U+202E⟩"_s, u"each"_s, u"a day"_s, u"nothing in USD"_s})
            QVERIFY2(words.contains(part), qPrintable(words));
    }
};

QTEST_GUILESS_MAIN(OfferTest)
#include "tst_offer.moc"
