// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/reader_pool.h"

#include "core/base/try.h"

namespace countersign::authority {

ReaderPool::ReaderPool(QString folder)
    : m_folder(std::move(folder)), m_workers(kReaders, [this](std::size_t reader) { m_databases[reader].reset(); })
{
}

void ReaderPool::post(Work work)
{
    m_workers.post([this, work = std::move(work)](std::size_t reader) mutable { work(databaseOf(reader)); });
}

Result<store::Database*> ReaderPool::databaseOf(std::size_t reader)
{
    auto& database = m_databases[reader];
    if (!database)
        database = TRY(store::Database::open(m_folder, store::Access::ReadOnly));
    return database.get();
}

} // namespace countersign::authority
