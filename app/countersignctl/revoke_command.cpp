// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/command.h"
#include "app/countersignctl/control_client.h"
#include "app/countersignctl/terminal_text.h"

namespace countersign::ctl {

namespace {
void describe(QCommandLineParser& parser)
{
    parser.addPositionalArgument(QStringLiteral("grant"),
        QStringLiteral("Ids of grants, as `countersignctl grants` lists them."), QStringLiteral("[grant…]"));
    parser.addOption({QStringLiteral("everything"), QStringLiteral("Stop everything: revoke all grants.")});
}

Answer<Outcome> stopEverything(const Surroundings& surroundings)
{
    auto answer = askControl(surroundings, "POST", "/stop");
    if (!answer)
        return std::unexpected(answer.error());
    return Outcome{*std::move(answer), "Everything is stopped: all grants are revoked.\n"};
}

Answer<Outcome> run(const QCommandLineParser& parser, const Surroundings& surroundings)
{
    const QStringList grants = parser.positionalArguments();
    const bool everything = parser.isSet(QStringLiteral("everything"));
    if (grants.isEmpty() != everything)
        return problem(ExitStatus::Usage, "usage", "Name the grants to revoke, or say --everything.");
    if (everything)
        return stopEverything(surroundings);

    json::Array revoked;
    std::string text;
    for (const QString& grant : grants) {
        auto answer = askControl(surroundings, "POST", "/grants/" + queryText(grant.toStdString()) + "/revoke");
        if (!answer) {
            Problem why = answer.error();
            why.text = "Grant " + grant.toStdString() + " was not revoked: " + why.text;
            if (!revoked.empty())
                why.text += " (Those named before it are revoked.)";
            return std::unexpected(std::move(why));
        }
        revoked.emplace_back(grant.toStdString());
        text += "Revoked " + shown(grant.toStdString()) + ".\n";
    }
    return Outcome{{{"revoked", std::move(revoked)}}, std::move(text)};
}
} // namespace

const Command kRevokeCommand{"revoke", "End grants at once.", describe, run, Arguments::Ids};

} // namespace countersign::ctl
