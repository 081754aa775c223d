// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/consent/offer.h"

#include "core/base/text_safety.h"
#include "core/consent/screen_words.h"
#include "core/crypto/digest.h"
#include "core/permissions/words.h"

#include <algorithm>
#include <array>

namespace countersign::consent {

namespace {

constexpr std::size_t kMaxShownSummary = 120;
constexpr std::size_t kMaxShownCapability = 60;
constexpr auto kQuotationMarks = std::to_array<char16_t>(
    {0x22, 0xAB, 0xBB, 0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0x2036, 0x275D, 0x275E, 0x301D, 0x301E, 0x301F, 0xFF02});
constexpr char16_t kFirstStrongIsolate = 0x2068;
constexpr char16_t kPopDirectionalIsolate = 0x2069;

void addLimits(QStringList& words, const services::SpendLimit& limit, const QLocale& locale)
{
    if (limit.allowsNothing()) {
        //: %1: the code of a currency
        words.append(translate("nothing in %1").arg(QString::fromStdString(limit.currency.code())));
        return;
    }
    if (limit.perAction)
        words.append(
            translate("at most %1 each").arg(permissions::moneyLabel(*limit.perAction, limit.currency, locale)));
    if (limit.perDay)
        words.append(translate("at most %1 a day").arg(permissions::moneyLabel(*limit.perDay, limit.currency, locale)));
}

QString ofOne(const Offer& offer, const QString& place)
{
    const QString effect = offer.changing == 0 ? translate("it only reads") : translate("it changes something");
    const QString method = safeText(offer.method).text;
    if (offer.summaries.empty())
        //: %1: the service, %2: POST, %3: it changes something
        return translate("%1 lists it (%2: %3)").arg(place, method, effect);
    //: %1: the service, %2: its words, quoted, %3: POST, %4: it changes something
    return translate("%1 calls it %2 (%3: %4)")
        .arg(place, quotedWords(offer.summaries.front(), kMaxShownSummary), method, effect);
}

QString ofMany(const Offer& offer, const QString& place)
{
    const QString changing = offer.changing == 0 ? translate("none of them changes anything")
        : offer.changing == 1                    ? translate("one of them changes something")
                                                 : translate("%n of them change something", offer.changing);
    const QString counted = translate("%n operations of %1, %2", offer.operations).arg(place, changing);
    if (offer.summaries.empty())
        return counted;
    QStringList quoted;
    for (const std::string& summary : offer.summaries)
        quoted.append(quotedWords(summary, kMaxShownSummary));
    const bool isAll = static_cast<int>(offer.summaries.size()) == offer.operations;
    //: %1: "5 operations of payments.example, 3 of them change something", %2: what some of them are called, quoted
    return (isAll ? translate("%1: %2") : translate("%1: %2 and others"))
        .arg(counted, quoted.join(QStringLiteral(", ")));
}

} // namespace

Offer offerOf(const services::Catalogue* catalogue, const permissions::Location& service, int detail, int action,
    const permissions::Action& asked)
{
    Offer offer{.detail = detail, .action = action, .place = service.place()};
    if (catalogue == nullptr) {
        offer.known = Offer::Known::Unreadable;
        return offer;
    }
    const std::vector<const services::Operation*> covered = catalogue->coveredBy(asked);
    std::string digests;
    for (const services::Operation* operation : covered) {
        ++offer.operations;
        digests += operation->action.name() + '\n' + operation->digest() + '\n';
        offer.changing += operation->effect == services::Effect::Changes ? 1 : 0;
        if (!operation->summary.empty() && offer.summaries.size() < kMaxOfferedSummaries)
            offer.summaries.push_back(operation->summary);
    }
    if (covered.size() == 1)
        offer.method = covered.front()->method;
    offer.digest = crypto::sha256Base64url(digests);
    return offer;
}

QStringList offerWords(const Offer& offer)
{
    const QString place = safeText(offer.place).text;
    if (offer.known == Offer::Known::Unreadable)
        return {translate("What %1 offers can't be read any more: import its document again").arg(place)};
    if (offer.operations == 0)
        return {translate("%1 does not list this").arg(place)};
    QStringList words{offer.operations == 1 ? ofOne(offer, place) : ofMany(offer, place)};
    if (std::ranges::any_of(offer.summaries, [](const std::string& summary) { return safeText(summary).mixedScripts; }))
        words.append(
            translate("These words mix letters of different scripts, which can be made to look like other words."));
    return words;
}

QString demandWords(const services::Requirements& demands, const QLocale& locale)
{
    QStringList words;
    if (demands.minimumLevel != services::TrustLevel::L0)
        words.append(translate("trust level %1 or higher")
                .arg(QString::fromStdString(std::string(services::levelName(demands.minimumLevel)))));
    if (demands.screening == services::Screening::Required)
        words.append(translate("screened against sanctions lists"));
    if (demands.identity == services::IdentityMethod::ChallengeResponse)
        words.append(translate("a signed challenge at first contact"));
    if (demands.agentSignature == services::AgentSignature::Asked)
        words.append(translate("an Agent-Signature with each request"));
    for (const std::string& capability : demands.capabilities)
        words.append(translate("the capability %1").arg(quotedWords(capability, kMaxShownCapability)));
    for (const services::SpendLimit& limit : demands.spendLimits)
        addLimits(words, limit, locale);
    return words.join(QStringLiteral(", "));
}

QString quotedWords(const std::string& words, std::size_t maxCharacters)
{
    QString shown = safeText(words, maxCharacters).text;
    for (const char16_t mark : kQuotationMarks)
        shown.replace(QChar(mark), u'\'');
    return translate("“%1”").arg(kFirstStrongIsolate + shown + kPopDirectionalIsolate);
}

} // namespace countersign::consent
