// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/input_file.h"
#include "app/countersignctl/terminal_text.h"

#include "core/base/text_safety.h"
#include "core/evidence/evidence.h"
#include "core/evidence/verify.h"

namespace countersign::ctl {

namespace {
using evidence::Report;
using evidence::Step;
using evidence::Verdict;

constexpr std::size_t kWholeSentence = 2000; ///< characters: a step's sentence is shown whole

void describe(QCommandLineParser& parser)
{
    parser.addPositionalArgument(QStringLiteral("file"), QStringLiteral("An evidence file, or - for standard input."));
    parser.addOption({QStringLiteral("trust"),
        QStringLiteral("A thumbprint that you got from the owner on another way: the device's, and the person's if you "
                       "have it. May be repeated."),
        QStringLiteral("thumbprint")});
    parser.addOption({QStringLiteral("witness"),
        QStringLiteral("The key of a witness that must have cosigned the log (name+id+key). May be repeated."),
        QStringLiteral("key")});
}

evidence::Trust trustOf(const QCommandLineParser& parser, UnixSeconds now)
{
    evidence::Trust trust{{}, {}, now};
    const QStringList keys = parser.values(QStringLiteral("trust"));
    for (const QString& key : keys)
        trust.keys.push_back(Thumbprint{key.toStdString()});
    const QStringList witnesses = parser.values(QStringLiteral("witness"));
    for (const QString& witness : witnesses)
        trust.witnesses.push_back(witness.toStdString());
    return trust;
}

std::string conclusion(const Report& report)
{
    switch (report.verdict) {
    case Verdict::Verified:
        return "Verified.";
    case Verdict::Consistent:
        return "Consistent, origin not established: everything in the file fits together, but anybody could have made "
               "it. Name the device's thumbprint with --trust.";
    case Verdict::Broken:
        break;
    }
    const Step* const failure = report.firstFailure();
    return "Broken at \"" + (failure != nullptr ? failure->name : std::string()) + "\".";
}

ExitStatus statusOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Verified:
        return ExitStatus::Done;
    case Verdict::Consistent:
        return ExitStatus::NotEstablished;
    case Verdict::Broken:
        break;
    }
    return ExitStatus::Broken;
}

std::string toText(const Report& report)
{
    std::string text;
    for (const Step& step : report.steps) {
        std::string name = step.name;
        name.resize(std::max<std::size_t>(name.size(), 12), ' ');
        std::string state(evidence::stepStateName(step.state));
        state.resize(8, ' ');
        text += name + state + safeText(step.sentence, kWholeSentence).text.toStdString() + '\n';
    }
    return text + '\n' + conclusion(report) + '\n';
}

json::Object toJson(const Report& report)
{
    json::Array steps;
    for (const Step& step : report.steps)
        steps.emplace_back(json::Object{
            {"step", step.name}, {"state", evidence::stepStateName(step.state)}, {"sentence", step.sentence}});
    json::Object object{{"verdict", evidence::verdictName(report.verdict)}, {"steps", std::move(steps)}};
    if (const Step* const failure = report.firstFailure())
        object["failed"] = failure->name;
    return object;
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    const QStringList files = parser.positionalArguments();
    if (files.size() != 1)
        return problem(ExitStatus::Usage, "usage", "Name one evidence file.");
    const auto content = readInput(files.constFirst(), evidence::kMaxEvidenceBytes);
    if (!content)
        return std::unexpected(content.error());
    const Report report = evidence::verify(*content, trustOf(parser, surroundings.clock.now()));
    return Outcome{toJson(report), toText(report), statusOf(report.verdict)};
}
} // namespace

const Command kVerifyCommand{"verify", "Check an evidence file, with nothing but the file.", describe, run};

} // namespace countersign::ctl
