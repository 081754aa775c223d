// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/used_up.h"

#include "core/permissions/words.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace countersign::ui {

namespace {
using authority::GrantRow;
using authority::Meter;

struct UsedUp {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::UsedUp)
};

/// The places of the details in force, which are the ones that can be edited.
std::vector<int> placesInForce(const grants::Grant& grant)
{
    std::vector<int> places;
    for (int place = 0; place < std::ssize(grant.permission.details); ++place) {
        const auto at = static_cast<std::size_t>(place);
        if (at >= grant.pairing.size() || grant.pairing[at] >= 0)
            places.push_back(place);
    }
    return places;
}

std::optional<std::int64_t> limitIn(const consent::DetailEdit& edit, Meter::Kind kind)
{
    const auto units = [](const std::optional<Amount>& amount) {
        return amount ? std::optional(amount->millionths()) : std::nullopt;
    };
    switch (kind) {
    case Meter::Kind::Uses:
        return edit.uses;
    case Meter::Kind::PerDay:
        return units(edit.perDay);
    case Meter::Kind::Total:
        return units(edit.total);
    }
    return std::nullopt;
}

bool isKept(const consent::DetailEdit& edit)
{
    return std::find(edit.keptActions.begin(), edit.keptActions.end(), true) != edit.keptActions.end();
}

QString sentenceFor(const Meter& meter)
{
    if (meter.kind == Meter::Kind::Uses)
        return UsedUp::tr("It was used %n time(s) already: with this limit it is used up.", nullptr,
            static_cast<int>(std::min<std::int64_t>(meter.used, permissions::kMaxUses)));
    const QString spent = permissions::moneyLabel(Amount::ofMillionths(meter.used), meter.currency, QLocale());
    return meter.kind == Meter::Kind::PerDay
        ? UsedUp::tr("%1 are spent today already: with this limit nothing more can be spent before tomorrow.")
              .arg(spent)
        : UsedUp::tr("%1 are spent already: with this limit nothing more can be spent.").arg(spent);
}
} // namespace

QStringList usedUpBy(const GrantRow& grant, const consent::Edit& edit)
{
    const std::vector<int> places = placesInForce(grant.grant);
    QStringList sentences;
    for (std::size_t i = 0; i < std::min(places.size(), edit.details.size()); ++i) {
        for (const Meter& meter : grant.meters) {
            const auto limit = limitIn(edit.details[i], meter.kind);
            if (meter.detail == places[i] && isKept(edit.details[i]) && limit && *limit < meter.limit
                && *limit <= meter.used)
                sentences.append(sentenceFor(meter));
        }
    }
    sentences.removeDuplicates();
    return sentences;
}

} // namespace countersign::ui
