// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What Database and Query share.
#pragma once

#include "core/store/connection.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"

#include <QSqlQuery>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace countersign::store {

enum class Creation : std::uint8_t { WasThere, MadeNow };

struct Database::Data {
    DataFolder folder;
    Access access;
    Creation creation = Creation::WasThere;
    std::unique_ptr<Connection> connection = nullptr;
    std::map<std::string, std::vector<QSqlQuery>, std::less<>> idleStatements =
        {}; ///< by their text; goes before the connection
    bool inTransaction = false;
    std::optional<std::int64_t> othersVersion = std::nullopt; ///< as changedByOthers() saw it last
    /// Why the running transaction is gone. Until rollback(), nothing runs: a statement now would commit by itself.
    std::optional<Error> lost = std::nullopt;

    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> make();
    [[nodiscard]] Result<void> checkPresent() const;
    [[nodiscard]] Result<void> control(const QString& sql); ///< BEGIN, COMMIT, …
    [[nodiscard]] Error remember(const SqlFailure& failure); ///< returns its error
};

} // namespace countersign::store
