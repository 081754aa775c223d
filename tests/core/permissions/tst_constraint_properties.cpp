// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/permissions/constraint.h"
#include "core/permissions/constraint_json.h"
#include "generated.h"

#include <QTest>

#include <algorithm>

using namespace countersign;
using namespace countersign::permissions;
using countersign::testing::allValues;
using countersign::testing::Generator;

namespace {

const int kRounds = testing::roundsOf(10'000);

bool isNarrower(const Constraint& child, const Constraint& parent)
{
    Effort effort(100'000);
    return narrows(child, parent, effort);
}

std::string text(const Constraint& constraint)
{
    return json::serialize(constraintJson(constraint));
}

/// By trying each place where a star may end: slow, and plainly right.
bool plainMatch(std::string_view glob, std::string_view text)
{
    if (glob.empty())
        return text.empty();
    if (glob.front() == '*')
        return plainMatch(glob.substr(1), text) || (!text.empty() && plainMatch(glob, text.substr(1)));
    if (glob.front() == '\\')
        glob.remove_prefix(1);
    return !glob.empty() && !text.empty() && glob.front() == text.front() && plainMatch(glob.substr(1), text.substr(1));
}

std::string randomText(Generator& generator, std::string_view letters, std::size_t longest)
{
    std::string made;
    for (std::size_t i = generator.below(longest + 1); i > 0; --i)
        made += letters[generator.below(letters.size())];
    return made;
}

} // namespace

class ConstraintPropertiesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatever_a_narrower_constraint_accepts_the_wider_one_accepts()
    {
        Generator generator(testing::seedOf("constraints"));
        int narrower = 0;
        for (int round = 0; round < kRounds; ++round) {
            const Constraint child = generator.constraint();
            const Constraint parent =
                generator.oneIn(4) ? Constraint{Any{{generator.constraint(1), child}}} : generator.constraint();
            const Constraint third = generator.constraint();
            if (!isNarrower(child, child))
                QFAIL(text(child).c_str());
            if (!isNarrower(child, parent))
                continue;
            narrower += std::holds_alternative<Wildcard>(parent.form) ? 0 : 1;
            for (const Value& value : allValues()) {
                if (child.accepts(value) && !parent.accepts(value))
                    QFAIL((text(child) + " in " + text(parent) + " with " + valueJson(value)).c_str());
            }
            if (isNarrower(parent, third) && !isNarrower(child, third))
                QFAIL((text(child) + " in " + text(parent) + " in " + text(third)).c_str());
        }
        QVERIFY2(narrower > kRounds / 50, "the generator made too few that are narrower");
    }

    void a_meet_accepts_what_both_accept_and_nothing_else()
    {
        Generator generator(testing::seedOf("meets of constraints"));
        for (int round = 0; round < kRounds / 2; ++round) {
            const Constraint a = generator.constraint();
            const Constraint b = generator.constraint();
            Effort effort(100'000);
            const std::optional<Constraint> both = meet(a, b, effort);
            for (const Value& value : allValues()) {
                if ((both && both->accepts(value)) != (a.accepts(value) && b.accepts(value)))
                    QFAIL((text(a) + " and " + text(b) + " with " + valueJson(value)).c_str());
            }
            if (both && !(isNarrower(*both, a) && isNarrower(*both, b)))
                QFAIL((text(a) + " and " + text(b)).c_str());
        }
    }

    void a_glob_matches_what_trying_every_way_matches()
    {
        Generator generator(testing::seedOf("globs"));
        for (int round = 0; round < kRounds * 4; ++round) {
            std::string glob = randomText(generator, "ab**\\", 7);
            if (glob.ends_with('\\'))
                glob += 'a';
            const std::string subject = randomText(generator, "ab*\\", 8);
            if (matchesGlob(glob, subject) != plainMatch(glob, subject))
                QFAIL((glob + " with " + subject).c_str());
        }
    }

    void a_narrower_glob_matches_no_text_that_the_wider_does_not()
    {
        Generator generator(testing::seedOf("narrower globs"));
        std::vector<std::string> texts{""};
        for (std::size_t i = 0; texts[i].size() < 5; ++i) {
            for (const char letter : {'a', 'b', 'c'})
                texts.push_back(texts[i] + letter);
        }
        int yes = 0;
        for (int round = 0; round < kRounds / 20; ++round) {
            const std::string child = randomText(generator, "ab*", 4);
            const std::string parent = randomText(generator, "ab**", 4);
            // 'c' stands in neither, and a star may be as long as what is left: so the texts decide both ways.
            const bool byTexts = std::ranges::none_of(
                texts, [&](const std::string& each) { return matchesGlob(child, each) && !matchesGlob(parent, each); });
            const bool answer = isNarrower({Pattern{child}}, {Pattern{parent}});
            QVERIFY2(!answer || byTexts, (child + " in " + parent).c_str());
            if (child.size() + parent.size() <= 5)
                QVERIFY2(answer == byTexts, (child + " in " + parent).c_str());
            yes += answer ? 1 : 0;
        }
        QVERIFY(yes > 100);
    }
};

QTEST_GUILESS_MAIN(ConstraintPropertiesTest)
#include "tst_constraint_properties.moc"
