// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "generated.h"

#include "core/permissions/permission_json.h"

#include <QtEnvironmentVariables>
#include <QtLogging>

#include <algorithm>
#include <utility>

namespace countersign::testing {

using namespace countersign::permissions;

namespace {

constexpr std::int64_t kDay = 86400;

std::vector<Value> valuesOf(std::initializer_list<const char*> texts)
{
    std::vector<Value> all;
    for (const char* text : texts)
        all.push_back(valueOf(text));
    return all;
}

/// What may be left out of a detail, one after the other; false: there is no such thing in it.
bool leaveOut(AgentDelegation& detail, std::size_t what)
{
    const auto drop = [&](auto& optional) {
        const bool had = optional.has_value();
        optional.reset();
        return had;
    };
    switch (what) {
    case 0:
        return drop(detail.expiresAt);
    case 1:
        return drop(detail.spend);
    case 2:
        return drop(detail.uses);
    case 3:
        return drop(detail.rate);
    case 4:
        return drop(detail.notBefore);
    case 5:
        return drop(detail.dailyWindow);
    case 6:
        return std::exchange(detail.maxDepth, 0) != 0;
    case 7:
        return std::exchange(detail.stepUp, {}).isSet();
    case 8:
        return std::exchange(detail.signedReads, SignedReads::No) == SignedReads::Yes;
    default:
        break;
    }
    const std::size_t index = what - 9;
    const auto eraseFrom = [&](auto& list, std::size_t least, std::size_t at) {
        if (at >= list.size() || list.size() <= least)
            return false;
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
        return true;
    };
    if (index % 3 == 0)
        return eraseFrom(detail.constraints, 0, index / 3);
    return index % 3 == 1 ? eraseFrom(detail.locations, 1, index / 3) : eraseFrom(detail.actions, 1, index / 3);
}

} // namespace

unsigned seedOf(std::string_view test)
{
    bool isSet = false;
    const int wanted = qEnvironmentVariableIntValue("COUNTERSIGN_SEED", &isSet);
    const unsigned seed = isSet ? static_cast<unsigned>(wanted) : std::random_device{}() & 0x7FFFFFFFU;
    qInfo("%s: COUNTERSIGN_SEED=%u", std::string(test).c_str(), seed);
    return seed;
}

int roundsOf(int usual)
{
    return usual * std::max(1, qEnvironmentVariableIntValue("COUNTERSIGN_ROUNDS"));
}

Value valueOf(std::string_view json)
{
    std::string text(json);
    std::ranges::replace(text, '\'', '"');
    return parseValue(text).value();
}

const std::vector<Value>& allValues()
{
    static const std::vector<Value> all =
        valuesOf({"null", "true", "false", "0", "1", "1.5", "2", "3", "-1", "'0'", "'1'", "'1.50'", "'2'", "'3'", "''",
            "'a'", "'b'", "'ab'", "'ba'", "'aa'", "'aba'", "'abb'", "'a*'", "'*'", "'c'", "'acb'", "[]", "[1]", "[1,2]",
            "[2,1,1]", "['a']", "['a','b']", "['a',1]", "[1,2,3]", "{}", "{'k':1}", "{'k':1,'j':'a'}", "[[1]]"});
    return all;
}

const std::vector<Value>& allArguments()
{
    static const std::vector<Value> all = [] {
        std::vector<Value> made;
        const auto put = [](Value::Members members, const char* name, const Value* value) {
            if (value != nullptr)
                members.emplace_back(name, *value);
            return members;
        };
        const auto choices = [](std::initializer_list<const char*> texts) {
            std::vector<std::optional<Value>> values{std::nullopt};
            for (const char* text : texts)
                values.emplace_back(valueOf(text));
            return values;
        };
        const auto pointer = [](const std::optional<Value>& value) { return value ? &*value : nullptr; };
        for (const auto& amount : choices({"0", "1", "'1.5'", "3", "-1", "'x'"})) {
            for (const auto& currency : choices({"'EUR'", "'USD'"})) {
                for (const auto& order : choices({"{}", "{'k':1}", "{'j':2,'k':'a'}"})) {
                    for (const auto& tags : choices({"[]", "['a']", "['b',1]"})) {
                        for (const auto& to : choices({"'a'", "'ab'", "2"})) {
                            Value::Members members = put({}, "amt", pointer(amount));
                            members = put(std::move(members), "cur", pointer(currency));
                            members = put(std::move(members), "o", pointer(order));
                            members = put(std::move(members), "tags", pointer(tags));
                            made.push_back(Value{put(std::move(members), "to", pointer(to))});
                        }
                    }
                }
            }
        }
        return made;
    }();
    return all;
}

const std::vector<Location>& allLocations()
{
    static const std::vector<Location> all = parsed<Location>({"https://a.example/", "https://a.example/x",
        "https://a.example/x/", "https://a.example/x/y", "https://a.example/xy", "https://b.example/"});
    return all;
}

const std::vector<Action>& allActions()
{
    static const std::vector<Action> all = parsed<Action>({"a.r", "a.w", "a.x.r", "a.x.y.r", "b.r", "ab.r"});
    return all;
}

const std::vector<UnixSeconds>& allTimes()
{
    static const std::vector<UnixSeconds> all{
        {50}, {100}, {150}, {200}, {3600}, {kDay / 2}, {kDay - 1}, {kDay}, {3 * kDay + 7200}};
    return all;
}

std::string shrunk(AgentDelegation child, AgentDelegation parent, const Fails& fails)
{
    constexpr std::size_t kThings = 9 + 3 * 8;
    bool smaller = true;
    while (smaller) {
        smaller = false;
        for (std::size_t what = 0; what < 2 * kThings; ++what) {
            AgentDelegation lessOfChild = child;
            AgentDelegation lessOfParent = parent;
            const bool left = leaveOut(what % 2 == 0 ? lessOfChild : lessOfParent, what / 2);
            if (left && fails(lessOfChild, lessOfParent)) {
                child = std::move(lessOfChild);
                parent = std::move(lessOfParent);
                smaller = true;
            }
        }
    }
    return "child " + permissionJson(Permission{{child}}) + " parent " + permissionJson(Permission{{parent}});
}

} // namespace countersign::testing
