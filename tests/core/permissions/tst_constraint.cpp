// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/permissions/constraint.h"
#include "core/permissions/constraint_json.h"
#include "generated.h"

#include <QTest>

#include <string>

using namespace countersign;
using namespace countersign::permissions;
using countersign::testing::valueOf;

namespace {

Constraint constraintOf(const QByteArray& json)
{
    return parseConstraint(valueOf(json.toStdString()), Place()).value();
}

bool isNarrower(const Constraint& child, const Constraint& parent, std::size_t steps = 100'000)
{
    Effort effort(steps);
    return narrows(child, parent, effort);
}

} // namespace

class ConstraintTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_constraint_accepts_its_values_only_data()
    {
        QTest::addColumn<QByteArray>("constraint");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<bool>("accepts");
        const auto row = [](const char* constraint, const char* value, bool accepts) {
            QTest::addRow("%s %s", constraint, value) << QByteArray(constraint) << QByteArray(value) << accepts;
        };
        row("{'exact':1}", "1.00", true);
        row("{'exact':1}", "'1'", false);
        row("{'exact':1}", "true", false);
        row("{'exact':'1'}", "1", false);
        row("{'exact':null}", "null", true);
        row("{'exact':null}", "false", false);
        row("{'exact':{'a':[1,2]}}", "{'a':[1.0,2]}", true);
        row("{'exact':{'a':[1,2]}}", "{'a':[2,1]}", false);
        row("{'exact':{'a':1}}", "{'a':1,'b':2}", false);
        row("{'range':{'max':'500.00'}}", "500", true);
        row("{'range':{'max':'500.00'}}", "'500.00'", true);
        row("{'range':{'max':'500.00'}}", "500.01", false);
        row("{'range':{'max':'500.00'}}", "500.0000000000000000000000000000000001", false);
        row("{'range':{'max':'500.00'}}", "-1e40", true);
        row("{'range':{'max':'500.00'}}", "'500 EUR'", false);
        row("{'range':{'max':'500.00'}}", "null", false);
        row("{'range':{'max':'500.00'}}", "[1]", false);
        row("{'range':{'min':1,'max':2}}", "1", true);
        row("{'range':{'min':1,'max':2}}", "0.99", false);
        row("{'one_of':['acme','globex']}", "'globex'", true);
        row("{'one_of':['acme','globex']}", "'Globex'", false);
        row("{'one_of':['acme','globex']}", "['acme']", false);
        row("{'not_one_of':['evil']}", "'evil'", false);
        row("{'not_one_of':['evil']}", "'good'", true);
        row("{'not_one_of':['evil']}", "null", true);
        row("{'contains':['a','b']}", "['b','x','a']", true);
        row("{'contains':['a','b']}", "['a','a']", false);
        row("{'contains':['a']}", "'a'", false);
        row("{'subset':['a','b']}", "['b','b']", true);
        row("{'subset':['a','b']}", "[]", true);
        row("{'subset':['a','b']}", "['a','c']", false);
        row("{'subset':['a','b']}", "'a'", false);
        row("{'pattern':'INV-*'}", "'INV-2026'", true);
        row("{'pattern':'INV-*'}", "'INV-'", true);
        row("{'pattern':'INV-*'}", "'XINV-1'", false);
        row("{'pattern':'*'}", "5", false);
        row("{'pattern':'a\\\\*b'}", "'a*b'", true);
        row("{'pattern':'a\\\\*b'}", "'axb'", false);
        row("{'wildcard':true}", "null", true);
        row("{'all':[{'range':{'min':1}},{'range':{'max':2}}]}", "1.5", true);
        row("{'all':[{'range':{'min':1}},{'range':{'max':2}}]}", "3", false);
        row("{'any':[{'exact':1},{'pattern':'x*'}]}", "'xy'", true);
        row("{'any':[{'exact':1},{'pattern':'x*'}]}", "2", false);
    }
    void a_constraint_accepts_its_values_only()
    {
        QFETCH(QByteArray, constraint);
        QFETCH(QByteArray, value);
        QFETCH(bool, accepts);
        QCOMPARE(constraintOf(constraint).accepts(valueOf(value.toStdString())), accepts);
    }

    void narrower_is_told_kind_by_kind_data()
    {
        QTest::addColumn<QByteArray>("child");
        QTest::addColumn<QByteArray>("parent");
        QTest::addColumn<bool>("narrower");
        const auto row = [](const char* child, const char* parent, bool narrower) {
            QTest::addRow("%s in %s", child, parent) << QByteArray(child) << QByteArray(parent) << narrower;
        };
        row("{'range':{'max':499}}", "{'range':{'max':500}}", true);
        row("{'range':{'max':500}}", "{'range':{'max':'500.00'}}", true);
        row("{'range':{'max':500.01}}", "{'range':{'max':500}}", false);
        row("{'range':{'min':1}}", "{'range':{'max':500}}", false);
        row("{'range':{'min':0,'max':5}}", "{'range':{'min':1}}", false);
        row("{'exact':5}", "{'range':{'max':5}}", true);
        row("{'exact':'5'}", "{'range':{'max':5}}", true);
        row("{'exact':'x'}", "{'range':{'max':5}}", false);
        row("{'range':{'min':5,'max':5}}", "{'exact':5}", false); // it takes "5" too
        row("{'one_of':['a','b']}", "{'one_of':['a','b','c']}", true);
        row("{'one_of':['a','d']}", "{'one_of':['a','b','c']}", false);
        row("{'one_of':['ab','ac']}", "{'pattern':'a*'}", true);
        row("{'not_one_of':['a','b']}", "{'not_one_of':['a']}", true);
        row("{'not_one_of':['a']}", "{'not_one_of':['a','b']}", false);
        row("{'pattern':'b*'}", "{'not_one_of':['a','ab']}", true);
        row("{'pattern':'*b'}", "{'not_one_of':['a','ab']}", false);
        row("{'contains':['a','b']}", "{'contains':['a']}", true);
        row("{'contains':['a']}", "{'contains':['a','b']}", false);
        row("{'subset':['a']}", "{'subset':['a','b']}", true);
        row("{'subset':['a','b']}", "{'subset':['a']}", false);
        row("{'exact':['a']}", "{'contains':['a']}", true);
        row("{'pattern':'a*c'}", "{'pattern':'a*'}", true);
        row("{'pattern':'a*'}", "{'pattern':'a*c'}", false);
        row("{'pattern':'a\\\\*'}", "{'pattern':'a*'}", true);
        row("{'pattern':'a*'}", "{'pattern':'a\\\\*'}", false);
        row("{'pattern':'**'}", "{'pattern':'*'}", true);
        row("{'pattern':'ab'}", "{'one_of':['ab','c']}", true); // without a star it is one text
        row("{'pattern':'a\\\\*'}", "{'exact':'a*'}", true);
        row("{'pattern':'a*'}", "{'exact':'a*'}", false);
        row("{'exact':1}", "{'wildcard':true}", true);
        row("{'wildcard':true}", "{'not_one_of':['a']}", false);
        row("{'wildcard':true}", "{'any':[{'exact':1},{'wildcard':true}]}", true);
        row("{'any':[{'exact':1},{'exact':2}]}", "{'one_of':[1,2,3]}", true);
        row("{'any':[{'exact':1},{'exact':4}]}", "{'one_of':[1,2,3]}", false);
        row("{'all':[{'pattern':'a*'},{'pattern':'*b'}]}", "{'pattern':'a*'}", true);
        row("{'all':[{'pattern':'a*'},{'pattern':'*b'}]}", "{'all':[{'pattern':'*b'},{'pattern':'a*'}]}", true);
        row("{'pattern':'a*'}", "{'all':[{'pattern':'a*'},{'pattern':'*b'}]}", false);
        // True, but not told: where it can't be, the answer is no.
        row("{'range':{'max':5}}", "{'any':[{'range':{'max':3}},{'range':{'min':3}}]}", false);
    }
    void narrower_is_told_kind_by_kind()
    {
        QFETCH(QByteArray, child);
        QFETCH(QByteArray, parent);
        QFETCH(bool, narrower);
        QCOMPARE(isNarrower(constraintOf(child), constraintOf(parent)), narrower);
    }

    void two_constraints_meet_in_the_plainest_form_data()
    {
        QTest::addColumn<QByteArray>("a");
        QTest::addColumn<QByteArray>("b");
        QTest::addColumn<QByteArray>("both");
        const auto row = [](const char* a, const char* b, const char* both) {
            QTest::addRow("%s and %s", a, b) << QByteArray(a) << QByteArray(b) << QByteArray(both);
        };
        row("{'range':{'min':1,'max':5}}", "{'range':{'min':2}}", "{'range':{'min':2,'max':5}}");
        row("{'range':{'max':1}}", "{'range':{'min':2}}", "");
        row("{'one_of':['a','b']}", "{'one_of':['b','c']}", "{'exact':'b'}");
        row("{'one_of':['a','b']}", "{'one_of':['c','d']}", "");
        row("{'one_of':[1,2,3]}", "{'range':{'min':2}}", "{'one_of':[2,3]}");
        row("{'not_one_of':['a']}", "{'not_one_of':['b']}", "{'not_one_of':['a','b']}");
        row("{'contains':['a']}", "{'contains':['b']}", "{'contains':['a','b']}");
        row("{'subset':['a','b']}", "{'subset':['b','c']}", "{'subset':['b']}");
        row("{'subset':['a']}", "{'subset':['b']}", "{'all':[{'subset':['a']},{'subset':['b']}]}"); // both take []
        row("{'pattern':'a*'}", "{'pattern':'*b'}", "{'all':[{'pattern':'a*'},{'pattern':'*b'}]}");
        row("{'wildcard':true}", "{'exact':1}", "{'exact':1}");
    }
    void two_constraints_meet_in_the_plainest_form()
    {
        QFETCH(QByteArray, a);
        QFETCH(QByteArray, b);
        QFETCH(QByteArray, both);
        Effort effort(1000);
        const auto met = meet(constraintOf(a), constraintOf(b), effort);
        QCOMPARE(met.has_value(), !both.isEmpty());
        if (met)
            QCOMPARE(*met, constraintOf(both));
    }

    void what_would_take_too_many_steps_is_no()
    {
        const Constraint constraint = constraintOf("{'any':[{'pattern':'a*'},{'pattern':'b*'},{'pattern':'c*'}]}");
        QVERIFY(isNarrower(constraint, constraint, 100));
        QVERIFY(!isNarrower(constraint, constraint, 5));
        QVERIFY(!isNarrower(constraint, constraint, 0));
        std::string values = "'v'";
        for (int i = 1; i < 200; ++i)
            values += ",'v" + std::to_string(i) + "'";
        for (const char* kind : {"one_of", "not_one_of", "contains", "subset"}) {
            const Constraint many =
                constraintOf(QByteArray::fromStdString("{'" + std::string(kind) + "':[" + values + "]}"));
            QVERIFY2(isNarrower(many, many, 1000), kind);
            QVERIFY2(!isNarrower(many, many, 100), kind);
        }
        Effort effort(3);
        QVERIFY(effort.spend() && effort.spend() && !effort.spend() && !effort.spend());
    }

    void the_most_tangled_constraints_stay_within_their_steps()
    {
        // all in any in all in any, as wide as they come, and nothing in it fits.
        const auto tangled = [](const std::string& leaf) {
            const auto wide = [](const char* kind, const std::string& part, int times) {
                std::string parts = part;
                for (int i = 1; i < times; ++i)
                    parts += ',' + part;
                return std::string("{'") + kind + "':[" + parts + "]}";
            };
            return constraintOf(
                QByteArray::fromStdString(wide("all", wide("any", wide("all", wide("any", leaf, 2), 2), 2), 4)));
        };
        const Constraint child = tangled("{'pattern':'a*'}");
        const Constraint parent = tangled("{'pattern':'b*'}");
        QVERIFY(child.size() > 40 && child.size() <= 64);
        QVERIFY(!isNarrower(child, parent, 200'000));
        QVERIFY(isNarrower(child, child, 200'000));
    }

    void a_glob_of_stars_takes_no_longer_than_a_plain_one()
    {
        // A backtracking matcher would not come back from these.
        std::string glob;
        while (glob.size() + 2 < kMaxPatternBytes)
            glob += "a*";
        const std::string text = std::string(1'000'000, 'a');
        QVERIFY(matchesGlob(glob, text));
        QVERIFY(!matchesGlob(glob + "b", text));
        QVERIFY(!matchesGlob("*" + std::string(kMaxPatternBytes - 3, 'a') + "b*", text));
        QVERIFY(isNarrower({Pattern{glob}}, {Pattern{std::string(kMaxPatternBytes, '*')}}));
    }

    void a_glob_takes_its_own_bytes_only()
    {
        QVERIFY(matchesGlob("", "") && !matchesGlob("", "a") && matchesGlob("*", "") && matchesGlob("**", "x"));
        QVERIFY(matchesGlob("a*b*c", "a1b2b3c") && !matchesGlob("a*b*c", "acb"));
        QVERIFY(!matchesGlob("ab*ba", "aba")); // the ends may not overlap
        QVERIFY(matchesGlob("*aab*", "aaab") && matchesGlob("*abab", "ababab"));
        QVERIFY(matchesGlob("\\\\", "\\") && matchesGlob("\\a", "a"));
        QVERIFY(!matchesGlob("a\\", "a") && !matchesGlob("a\\", "a\\"));
        QVERIFY(!matchesGlob("*" + std::string(kMaxPatternBytes + 1, 'a'), std::string(kMaxPatternBytes + 1, 'a')));
    }

    void a_long_list_is_looked_at_once()
    {
        Value::List list(200'000, valueOf("'x'"));
        list.push_back(valueOf("'a'"));
        std::string values = "'a'";
        for (std::size_t i = 1; i < kMaxConstraintValues; ++i)
            values += ",'b" + std::to_string(i) + "'";
        QVERIFY(!constraintOf(QByteArray::fromStdString("{'contains':[" + values + "]}")).accepts(Value{list}));
        QVERIFY(constraintOf("{'contains':['a']}").accepts(Value{list}));
        QVERIFY(!constraintOf(QByteArray::fromStdString("{'subset':[" + values + "]}")).accepts(Value{list}));
    }
};

QTEST_GUILESS_MAIN(ConstraintTest)
#include "tst_constraint.moc"
