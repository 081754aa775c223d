// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/catalogue_cases.h"
#include "core/base/try.h"

#include <algorithm>

namespace countersign::authority {

using permissions::AgentDelegation;
using permissions::Location;

bool isAt(const AgentDelegation& detail, const Location& place)
{
    return std::ranges::any_of(
        detail.locations, [&](const Location& each) { return each.covers(place) || place.covers(each); });
}

bool isAt(const permissions::Permission& permission, const Location& place)
{
    return std::ranges::any_of(permission.details, [&](const AgentDelegation& detail) { return isAt(detail, place); });
}

Result<std::vector<consent::Offer>> offersFor(const Context& context, const permissions::Permission& asked)
{
    std::vector<consent::Offer> offers;
    for (const OfferedService& service : TRY(context.catalogues.offered())) {
        for (std::size_t i = 0; i < asked.details.size(); ++i) {
            const AgentDelegation& detail = asked.details[i];
            for (std::size_t j = 0; isAt(detail, service.location) && j < detail.actions.size(); ++j)
                offers.push_back(consent::offerOf(service.kept.catalogue.get(), service.location, static_cast<int>(i),
                    static_cast<int>(j), detail.actions[j]));
        }
    }
    return offers;
}

Result<void> touchRequestsAt(Context& context, const Location& place)
{
    for (const StoredRequest& stored : TRY(context.requests.waiting())) {
        if (isAt(stored.request.asked, place))
            context.touched.requests.insert(stored.request.publicId);
    }
    return {};
}

} // namespace countersign::authority
