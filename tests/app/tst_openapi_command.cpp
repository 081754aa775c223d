// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the terminal program makes of OpenAPI documents, with no running program.
#include "tests/app/terminal.h"

#include "core/services/document.h"

#include <QTemporaryFile>
#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;

namespace {

Ran read(const QByteArray& document, const QStringList& options = {})
{
    QTemporaryFile file;
    if (!file.open() || file.write(document) != document.size() || !file.flush())
        return {};
    return run(QStringList{u"openapi"_s, file.fileName()} + options);
}

const QByteArray kDocument = "openapi: 3.1.0\n"
                             "info: {title: \"Pay\\u202Eyap\", version: '1'}\n"
                             "paths:\n"
                             "  /payments:\n"
                             "    post: {operationId: payments.create, x-agent-trust-required: L2}\n"
                             "    get: {operationId: payments.read}\n";

} // namespace

class OpenapiCommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void operations_are_listed_with_what_each_demands()
    {
        const Ran ran = read(kDocument);
        QCOMPARE(ran.status, 0);
        const QString text = QString::fromUtf8(ran.out).simplified();
        QVERIFY2(text.contains(u"payments.create POST /payments changes trust level L2 or higher"_s), ran.out);
        QVERIFY2(text.contains(u"payments.read GET /payments reads nothing"_s), ran.out);
        QVERIFY2(ran.out.contains("Pay⟨U+202E⟩yap"), ran.out);
        const Ran machine = read(kDocument, {u"--json"_s});
        QCOMPARE(machine.status, 0);
        QCOMPARE(machine.json().at("operations").as_array().size(), std::size_t{2});
    }

    void what_is_wrong_is_said_with_its_place()
    {
        QByteArray text = kDocument;
        text.replace("L2", "L9");
        const Ran ran = read(text);
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains("Line 5") && ran.err.contains("/paths/~1payments/post"), ran.err);
        QCOMPARE(read(text, {u"--json"_s}).text("error"), "invalid_document");
        QCOMPARE(read("{").status, 1);
        QCOMPARE(read({}).status, 1);
        QCOMPARE(run({u"openapi"_s, u"/nowhere"_s}).status, 1);
        QCOMPARE(run({u"openapi"_s}).status, 2);
    }

    void a_document_may_be_so_long_and_no_longer()
    {
        QByteArray text = kDocument;
        text += "#" + QByteArray(static_cast<qsizetype>(services::kMaxDocumentBytes) - text.size() - 1, 'x');
        QCOMPARE(read(text).status, 0);
        const Ran ran = read(text + 'x');
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains("8388608"), ran.err);
    }
};

QTEST_GUILESS_MAIN(OpenapiCommandTest)
#include "tst_openapi_command.moc"
