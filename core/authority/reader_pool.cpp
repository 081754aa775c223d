// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/reader_pool.h"

#include <algorithm>

namespace countersign::authority {

ReaderPool::ReaderPool(QString folder) : m_folder(std::move(folder))
{
    for (int i = 0; i < kReaders; ++i) {
        auto reader = std::make_unique<Reader>();
        reader->thread.setObjectName(QStringLiteral("reader"));
        reader->mailbox->moveToThread(&reader->thread);
        // finished() is emitted on the thread itself, so what is its own dies where it lived.
        const auto end = [each = reader.get()] {
            each->database.reset();
            each->mailbox.reset();
            each->ended.count_down();
        };
        QObject::connect(&reader->thread, &QThread::finished, &reader->thread, end, Qt::DirectConnection);
        reader->thread.start();
        m_readers.push_back(std::move(reader));
    }
}

ReaderPool::~ReaderPool()
{
    for (const auto& reader : m_readers)
        reader->mailbox->post([thread = &reader->thread] { thread->quit(); });
    for (const auto& reader : m_readers) {
        reader->ended.wait();
        reader->thread.wait();
    }
}

void ReaderPool::post(Work work)
{
    const auto least = std::ranges::min_element(m_readers, {}, [](const auto& each) { return each->waiting.load(); });
    Reader& reader = **least;
    ++reader.waiting;
    reader.mailbox->post([&reader, folder = m_folder, work = std::move(work)]() mutable {
        if (!reader.database) {
            auto opened = store::Database::open(folder, store::Access::ReadOnly);
            if (opened)
                reader.database = std::move(*opened);
            else
                work(std::unexpected(opened.error()));
        }
        if (reader.database)
            work(reader.database.get());
        --reader.waiting;
    });
}

} // namespace countersign::authority
