// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/operation_words.h"

#include "core/base/text_safety.h"
#include "core/consent/offer.h"

#include <QCoreApplication>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
struct OperationWords {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::OperationWords)
};
using Kind = services::OperationChange::Kind;
} // namespace

QString changeWords(const services::OperationChange& change)
{
    const bool isLess = change.demandsLess();
    switch (change.kind) {
    case Kind::Added:
        return OperationWords::tr("new");
    case Kind::Removed:
        return OperationWords::tr("gone");
    case Kind::Altered:
        return isLess ? OperationWords::tr("does or takes something else, ⚠ demands less")
                      : OperationWords::tr("does or takes something else");
    case Kind::Demands:
        return isLess ? OperationWords::tr("⚠ demands less") : OperationWords::tr("demands more");
    }
    return {};
}

QString changeSentence(const services::OperationChange& change)
{
    //: %1: an action ("payments.create"), %2: what changed ("new"), %3: the request ("POST /payments")
    return OperationWords::tr("%1: %2 (%3)")
        .arg(QString::fromStdString(change.operation.action.name()), changeWords(change),
            requestWords(change.operation));
}

QString requestWords(const services::Operation& operation)
{
    return u"%1 %2"_s.arg(safeText(operation.method).text, safeText(operation.path).text);
}

QString demandWords(const services::Requirements& demands)
{
    return demands.isNothing() ? OperationWords::tr("nothing") : consent::demandWords(demands, QLocale());
}

QString demandWords(const services::OperationChange& change)
{
    const QString now = demandWords(change.operation.requirements);
    if (change.kind == Kind::Added || change.operation.requirements == change.before)
        return now;
    //: what a service demands of agents now, and what it demanded before
    return OperationWords::tr("%1 – before: %2").arg(now, demandWords(change.before));
}

} // namespace countersign::ui
