// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/naming.h"

#include "core/base/try.h"

#include <QCoreApplication>

namespace countersign::authority {

Result<Naming> namingOf(store::Database& database, const GrantId& grant)
{
    store::Query query(database,
        "SELECT 1 FROM grants g JOIN links l ON l.grant_id = g.grant_id JOIN agents a ON a.client_id = g.client_id "
        "WHERE g.grant_id = ? AND l.exchanged_at IS NULL AND g.bound_jkt <> a.jkt");
    return TRY(query.bind(grant.value).next()) ? Naming::Claimed : Naming::Shown;
}

QString namedAs(const QString& name, Naming naming)
{
    if (name.isEmpty())
        return QCoreApplication::translate("timeline", "an unknown agent");
    //: %1: the name of an agent
    return (naming == Naming::Claimed
            ? QCoreApplication::translate("timeline", "an agent of which another says that it is “%1”")
            : QCoreApplication::translate("timeline", "“%1”"))
        .arg(name);
}

} // namespace countersign::authority
