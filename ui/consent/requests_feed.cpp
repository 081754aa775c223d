// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/requests_feed.h"

#include <algorithm>

namespace countersign::ui {

using authority::PersonDesk;

RequestItem itemOf(const authority::WaitingRequest& waiting)
{
    const consent::Screen screen =
        consent::composeScreen(waiting.facts, consent::initialEdit(waiting.facts), QLocale());
    return {waiting.request.publicId, waiting.facts.agentName.text, screen.summary, waiting.request.receivedAt,
        waiting.request.expiresAt, waiting.request.timesAsked};
}

void follow(RequestsModel& model, PersonDesk& desk)
{
    const auto put = [&model, &desk](const QString& id) {
        if (const authority::WaitingRequest* waiting = desk.findRequest(id.toStdString()))
            model.put(itemOf(*waiting));
    };
    const auto putAll = [&model, &desk] {
        while (model.rowCount() > 0)
            model.remove(model.at(0).id);
        for (const authority::WaitingRequest& waiting : desk.waitingRequests())
            model.put(itemOf(waiting));
    };
    QObject::connect(&desk, &PersonDesk::ready, &model, putAll);
    QObject::connect(&desk, &PersonDesk::requestArrived, &model, put);
    QObject::connect(&desk, &PersonDesk::requestChanged, &model, put);
    QObject::connect(
        &desk, &PersonDesk::requestEnded, &model, [&model](const QString& id) { model.remove(id.toStdString()); });
    putAll();
}

} // namespace countersign::ui
