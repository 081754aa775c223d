// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Values from JSON text and back. Numbers never pass through a floating-point number.
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/permissions/value.h"

#include <algorithm>

namespace countersign::permissions {

namespace {

/// Builds values from the inside out: what is open stands on a stack, with the name of the member that comes next.
class Builder final : public json::Events {
public:
    [[nodiscard]] Value release() { return std::move(m_root); }

    void objectBegin() override { m_open.push_back({Value{Value::Members{}}, {}}); }
    void name(std::string name) override { m_open.back().name = std::move(name); }
    void objectEnd() override
    {
        Value done = close();
        std::ranges::sort(std::get<Value::Members>(done.is), {},
            [](const auto& member) -> const std::string& { return member.name; });
        add(std::move(done));
    }
    void arrayBegin() override { m_open.push_back({Value{Value::List{}}, {}}); }
    void arrayEnd() override { add(close()); }
    void text(std::string text) override { add(Value{std::move(text)}); }
    Result<void> number(std::string text) override
    {
        add(Value{TRY(Decimal::parse(text))});
        return {};
    }
    void boolean(bool value) override { add(Value{value}); }
    void null() override { add(Value{}); }

private:
    struct Open {
        Value value;
        std::string name;
    };

    Value close()
    {
        Value done = std::move(m_open.back().value);
        m_open.pop_back();
        return done;
    }
    // Not inlined: GCC 14, when it optimises, then takes what the variant doesn't hold for uninitialised memory.
    [[gnu::noinline]] void add(Value value)
    {
        if (m_open.empty()) {
            m_root = std::move(value);
            return;
        }
        Open& open = m_open.back();
        if (auto* list = std::get_if<Value::List>(&open.value.is))
            list->push_back(std::move(value));
        else if (auto* members = std::get_if<Value::Members>(&open.value.is))
            members->emplace_back(std::move(open.name), std::move(value));
    }

    Value m_root;
    std::vector<Open> m_open;
};

std::string quoted(const std::string& text)
{
    return json::serialize(json::Value(text));
}

void write(std::string& out, const Value& value)
{
    if (const auto* boolean = std::get_if<bool>(&value.is)) {
        out += *boolean ? "true" : "false";
    } else if (const auto* number = std::get_if<Decimal>(&value.is)) {
        out += number->text();
    } else if (const std::string* text = value.text()) {
        out += quoted(*text);
    } else if (const Value::List* list = value.list()) {
        out += '[';
        for (std::size_t i = 0; i < list->size(); ++i) {
            out += i == 0 ? "" : ",";
            write(out, (*list)[i]);
        }
        out += ']';
    } else if (const Value::Members* members = value.members()) {
        out += '{';
        for (std::size_t i = 0; i < members->size(); ++i) {
            out += (i == 0 ? "" : ",") + quoted((*members)[i].name) + ':';
            write(out, (*members)[i].value);
        }
        out += '}';
    } else {
        out += "null";
    }
}

} // namespace

Result<Value> parseValue(std::string_view json)
{
    Builder builder;
    TRY(json::read(json, builder));
    return builder.release();
}

std::string valueJson(const Value& value)
{
    std::string out;
    write(out, value);
    return out;
}

} // namespace countersign::permissions
