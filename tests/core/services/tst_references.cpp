// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where references lead, also into lists.
#include "core/services/references.h"

#include <QTest>

using namespace countersign;
using namespace countersign::services;

class ReferencesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_element_is_named_by_its_number_data()
    {
        QTest::addColumn<std::string>("reference");
        QTest::addColumn<std::string>("text"); // empty: it leads nowhere
        const auto row = [](const char* reference, const char* text) {
            QTest::newRow(reference) << std::string(reference) << std::string(text);
        };
        row("#/list/0", "a");
        row("#/list/2", "c");
        row("#/list/3/1", "e");
        row("#/list/4", "");
        row("#/list/00", "");
        row("#/list/01", "");
        row("#/list/-", "");
        row("#/list/-1", "");
        row("#/list/", "");
        row("#/list/18446744073709551616", "");
        row("#/none/0", "");
    }
    void an_element_is_named_by_its_number()
    {
        QFETCH(std::string, reference);
        QFETCH(std::string, text);
        const std::string source =
            "{\"list\":[\"a\",\"b\",\"c\",[\"d\",\"e\"]],\"none\":[],\"$ref\":\"" + reference + "\"}";
        const auto document = Document::read(source);
        QVERIFY(document);
        References references(*document);
        for (int i = 0; i < 2; ++i) { // and again
            const auto target = references.target(*document->root().member("$ref"));
            QCOMPARE(target.has_value(), !text.empty());
            if (target)
                QCOMPARE(std::string(target->node.text()), text);
        }
    }

    /// Walking the list for each would take minutes, and the test would not end in its time.
    void many_into_a_long_list_take_no_longer_than_it_is_long()
    {
        constexpr int kElements = 400'000;
        constexpr int kReferences = 100'000;
        std::string source = "{\"list\":[";
        for (int i = 0; i < kElements; ++i)
            source += "0,";
        source.back() = ']';
        source += ",\"refs\":[";
        for (int i = 0; i < kReferences; ++i)
            source += "\"#/list/" + std::to_string(kElements - 1 - i) + "\",";
        source.back() = ']';
        const auto document = Document::read(source += '}');
        QVERIFY(document);
        References references(*document);
        for (const Node reference : document->root().member("refs")->children())
            QVERIFY(references.target(reference));
    }
};

QTEST_GUILESS_MAIN(ReferencesTest)
#include "tst_references.moc"
