// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What Database and Query share.
#pragma once

#include "core/store/connection.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace countersign::store {

enum class Creation : std::uint8_t { WasThere, MadeNow };

struct FinishStatement {
    void operator()(sqlite3_stmt* statement) const;
};
using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;
using IdleStatements = std::vector<Statement>;

struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
};

struct Database::Data {
    DataFolder folder;
    Access access;
    Creation creation = Creation::WasThere;
    std::unique_ptr<Connection> connection = nullptr;
    std::unordered_map<std::string, IdleStatements, TextHash, std::equal_to<>> idleStatements =
        {}; ///< by their text; goes before the connection
    bool inTransaction = false;
    std::optional<std::int64_t> othersVersion = std::nullopt; ///< as changedByOthers() saw it last
    /// Why the running transaction is gone. Until rollback(), nothing runs: a statement now would commit by itself.
    std::optional<Error> lost = std::nullopt;

    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> make();
    [[nodiscard]] Result<void> checkPresent() const;
    [[nodiscard]] sqlite3* sqlite() const { return connection->sqlite(); }
    [[nodiscard]] IdleStatements& idleFor(std::string_view sql);
    [[nodiscard]] Result<void> control(const char* sql); ///< BEGIN, COMMIT, …
    [[nodiscard]] Error remember(const SqlFailure& failure); ///< returns its error
};

} // namespace countersign::store
