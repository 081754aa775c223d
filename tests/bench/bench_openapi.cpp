// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A document of 5 MB imported, against only parsing it: JSON by the strict reader into its values, YAML by yaml-cpp's
// parser with nobody who listens.

#include "core/services/openapi.h"

#include "tests/bench/bench.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <format>
#include <spanstream>

using namespace countersign;

namespace {

constexpr double kTarget = 3;
constexpr std::size_t kBytes = 5'000'000;
constexpr int kMoreProperties = 20; // of each schema

class Deaf final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark&) override { }
    void OnDocumentEnd() override { }
    void OnNull(const YAML::Mark&, YAML::anchor_t) override { }
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override { }
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override { }
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override { }
    void OnSequenceEnd() override { }
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override { }
    void OnMapEnd() override { }
};

json::Value parsed(const std::string& text)
{
    auto value = json::parse(text);
    bench::require(value.has_value(), value ? "" : value.error().message);
    return *std::move(value);
}

json::Value schemaOf(std::size_t index)
{
    json::Value schema = parsed(std::format(
        R"({{"type":"object","description":"The {0}th thing that can be sent, with what is known of it so far.",)"
        R"("required":["id","amount"],"properties":{{"id":{{"type":"string","pattern":"^[a-z0-9-]{{1,40}}$","example":"a-{0}"}},)"
        R"("amount":{{"type":"string","description":"In main units","pattern":"^[0-9]+[.][0-9]{{2}}$"}},)"
        R"("count":{{"type":"integer","minimum":0,"maximum":{0}}},"kind":{{"type":"string","enum":["one","two","three"]}},)"
        R"("above":{{"$ref":"#/components/schemas/Thing{1}"}},"parts":{{"type":"array","items":{{"$ref":"#/components/schemas/Thing{2}"}}}}}}}})",
        index, index / 2, index / 3));
    json::Object& properties = schema.as_object()["properties"].as_object();
    for (int i = 0; i < kMoreProperties; ++i)
        properties[std::format("field{}", i)] = json::Object{{"type", "string"},
            {"description", std::format("What is said about the {}th field of it, in a sentence.", i)},
            {"maxLength", i + 10}};
    return schema;
}

json::Value pathOf(std::size_t index)
{
    return parsed(std::format(
        R"({{"parameters":[{{"name":"id","in":"path","required":true,"schema":{{"type":"string"}}}}],)"
        R"("get":{{"operationId":"readThing{0}","summary":"Read the {0}th thing","tags":["things"],"parameters":[)"
        R"({{"name":"since","in":"query","description":"Only what is newer","schema":{{"type":"string","format":"date-time"}}}},)"
        R"({{"$ref":"#/components/parameters/Limit"}}],"responses":{{"200":{{"description":"The thing","content":)"
        R"({{"application/json":{{"schema":{{"$ref":"#/components/schemas/Thing{0}"}}}}}}}},"404":{{"description":"There is none"}}}}}},)"
        R"("put":{{"operationId":"changeThing{0}","summary":"Change the {0}th thing","security":[{{"Agent":["L3"]}}],"requestBody":)"
        R"({{"required":true,"content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/Thing{0}"}}}}}}}},)"
        R"("responses":{{"200":{{"description":"It was changed"}}}}}}}})",
        index));
}

json::Value document()
{
    json::Value root =
        parsed(R"({"openapi":"3.1.0","info":{"title":"Things","version":"1"},"security":[{"Agent":["L1"]}],
        "servers":[{"url":"https://things.example/"}],"paths":{},"components":{"schemas":{},
        "parameters":{"Limit":{"name":"limit","in":"query","schema":{"type":"integer"}}},
        "securitySchemes":{"Agent":{"type":"apiKey","in":"header","name":"Agent-Signature",
        "x-agent-trust":{"algorithm":"ES256","trustLevels":["L0","L1","L2","L3","L4"]}}}}})");
    json::Object& paths = root.as_object()["paths"].as_object();
    json::Object& schemas = root.as_object()["components"].as_object()["schemas"].as_object();
    for (std::size_t index = 0, bytes = 0; bytes < kBytes; ++index) {
        const json::Value& path = paths[std::format("/v1/things{}/{{id}}", index)] = pathOf(index);
        const json::Value& schema = schemas[std::format("Thing{}", index)] = schemaOf(index);
        bytes += json::serialize(path).size() + json::serialize(schema).size();
        bench::require(2 * index < services::kMaxOperations, "too many operations for the size");
    }
    return root;
}

/// In block style, texts in double quotes where they need it: JSON's are YAML's.
void writeYaml(std::string& out, const json::Value& value, std::size_t indent)
{
    const auto isEmpty = [](const json::Value& v) {
        return (v.is_object() && v.get_object().empty()) || (v.is_array() && v.get_array().empty());
    };
    const auto below = [&](const json::Value& v) {
        if (isEmpty(v) || !v.is_structured()) {
            out += ' ' + json::serialize(v) + '\n';
        } else {
            out += '\n';
            writeYaml(out, v, indent + 2);
        }
    };
    if (value.is_object()) {
        for (const auto& [name, member] : value.get_object()) {
            out += std::string(indent, ' ') + json::serialize(json::Value(name)) + ':';
            below(member);
        }
    } else {
        for (const json::Value& element : value.get_array()) {
            out += std::string(indent, ' ') + '-';
            below(element);
        }
    }
}

void import(const std::string& text)
{
    const auto catalogue = services::importOpenApi(text);
    bench::require(catalogue.has_value(), catalogue ? "" : catalogue.error().message);
    bench::require(catalogue->operations.size() > 1000, "operations are missing");
}

} // namespace

int main()
{
    const json::Value root = document();
    const std::string json = json::serialize(root);
    std::string yaml;
    writeYaml(yaml, root, 0);
    bench::require(json.size() >= kBytes && yaml.size() >= kBytes, "the documents are smaller than they should be");
    const auto parseJson = [&] {
        bench::require(json::parse(json, {.maxDepth = 64, .maxBytes = json.size()}).has_value(), "no JSON");
    };
    const auto parseYaml = [&] {
        std::ispanstream stream(yaml);
        YAML::Parser parser(stream);
        Deaf deaf;
        bench::require(parser.HandleNextDocument(deaf), "no YAML");
    };
    bench::compare("openapi_import_vs_parse", kTarget, [&] { import(json); }, parseJson);
    bench::compare("openapi_import_vs_parse_yaml", kTarget, [&] { import(yaml); }, parseYaml);
    return EXIT_SUCCESS;
}
