// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/control_client.h"

#include "app/countersignctl/http_client.h"

#include <QUrl>

namespace countersign::ctl {

namespace {
Problem refusalIn(const json::Object& body)
{
    return {ExitStatus::Failed, textOf(body, "error"), textOf(body, "error_description")};
}

Problem problemOf(const Error& error)
{
    if (error.code == ErrorCode::NotFound)
        return {ExitStatus::NotRunning, "not_running",
            "Countersign is not running for this user. Start it from the menu, or with: countersign"};
    return {ExitStatus::Failed, std::string(errorName(error.code)), error.message};
}
} // namespace

Answer<json::Object> askControl(
    const Surroundings& surroundings, std::string method, std::string path, std::string body)
{
    HttpCall request;
    request.method = std::move(method);
    request.path = std::move(path);
    if (!body.empty())
        request.fields.push_back({"Content-Type", "application/json"});
    request.body = std::move(body);
    const auto answer = call(SocketPath{surroundings.controlSocket()}, request);
    if (!answer)
        return std::unexpected(problemOf(answer.error()));
    auto told = json::parseObject(answer->body, {.maxBytes = kMaxAnswerBytes});
    if (!told)
        return problem(
            ExitStatus::Failed, "server_error", "Countersign's answer can't be read: " + told.error().message);
    if (answer->status != 200)
        return std::unexpected(refusalIn(*told));
    return *std::move(told);
}

Answer<std::string> fetchFromControl(const Surroundings& surroundings, std::string path, const AnswerLimits& limits)
{
    HttpCall request;
    request.path = std::move(path);
    request.maxAnswerBytes = limits.bytes;
    auto answer = call(SocketPath{surroundings.controlSocket()}, request, limits.time);
    if (!answer)
        return std::unexpected(problemOf(answer.error()));
    if (answer->status == 200)
        return std::move(answer->body);
    return std::unexpected(refusalIn(json::parseObject(answer->body).value_or(json::Object())));
}

std::string issuerOr(const Surroundings& surroundings, const std::string& given)
{
    if (!given.empty())
        return given;
    const auto status = askControl(surroundings, "GET", "/status");
    return status ? textOf(*status, "issuer") : "http://127.0.0.1:7317";
}

std::string textOf(const json::Object& object, std::string_view name)
{
    return json::requiredString(object, name).value_or(std::string());
}

std::int64_t numberOf(const json::Object& object, std::string_view name)
{
    return json::requiredInteger(object, name).value_or(0);
}

UnixSeconds timeOf(const json::Object& object, std::string_view name)
{
    return {numberOf(object, name)};
}

std::vector<std::string> textsOf(const json::Object& object, std::string_view name)
{
    return json::requiredStrings(object, name).value_or(std::vector<std::string>());
}

std::vector<json::Object> objectsOf(const json::Object& object, std::string_view name)
{
    std::vector<json::Object> out;
    const json::Value* value = object.if_contains(name);
    if (!value || !value->is_array())
        return out;
    for (const json::Value& element : value->get_array()) {
        if (element.is_object())
            out.push_back(element.get_object());
    }
    return out;
}

std::string queryText(std::string_view text)
{
    return QUrl::toPercentEncoding(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))).toStdString();
}

} // namespace countersign::ctl
