// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/json_fault.h"
#include "core/services/document_builder.h"

namespace countersign::services {

namespace {

/// Stops to take anything in once there are too many values.
class Events final : public json::Events {
public:
    explicit Events(DocumentBuilder& builder) : m_builder(&builder) { }

    [[nodiscard]] bool isFull() const { return m_isFull; }

    void objectBegin() override { open(ValueKind::Object); }
    void name(std::string name) override
    {
        if (!m_isFull)
            m_builder->name(name);
    }
    void objectEnd() override { close(); }
    void arrayBegin() override { open(ValueKind::List); }
    void arrayEnd() override { close(); }
    void text(std::string text) override { add(ValueKind::Text, text); }
    Result<void> number(std::string text) override
    {
        add(ValueKind::Number, text);
        return {};
    }
    void boolean(bool value) override { add(ValueKind::Bool, value ? "true" : "false"); }
    void null() override { add(ValueKind::Null, {}); }

private:
    bool hasRoom()
    {
        m_isFull = m_isFull || m_builder->size() >= kMaxDocumentValues;
        return !m_isFull;
    }
    void open(ValueKind kind)
    {
        if (hasRoom())
            m_builder->open(kind);
    }
    void close()
    {
        if (!m_isFull)
            m_builder->close();
    }
    void add(ValueKind kind, std::string_view text)
    {
        if (hasRoom())
            m_builder->add(kind, text);
    }

    DocumentBuilder* m_builder;
    bool m_isFull = false;
};

} // namespace

Result<Document> readJson(std::string_view text)
{
    DocumentBuilder builder(text);
    Events events(builder);
    const auto read = json::readOrFault(text, events, {.maxDepth = kMaxDocumentDepth, .maxBytes = kMaxDocumentBytes});
    if (events.isFull())
        return builder.tooMany();
    if (!read)
        return builder.refuse(placeOfOffset(text, read.error().offset), read.error().reason);
    return builder.finish();
}

} // namespace countersign::services
