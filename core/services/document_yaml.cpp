// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// YAML by yaml-cpp's parser, which tells events; its own tree keeps no types and expands nothing.
#include "core/base/try.h"
#include "core/permissions/place.h"
#include "core/services/document_builder.h"
#include "core/services/yaml_scalar.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <format>
#include <spanstream>

namespace countersign::services {

namespace {

/// The one way out of the parser's midst; caught in readYaml().
struct Refused {
    Error error;
};

constexpr std::string_view kPlainTag = "?"; // as yaml-cpp says it
constexpr std::string_view kQuotedTag = "!";
constexpr std::string_view kCoreTags = "tag:yaml.org,2002:";

/// Of the core schema, by its short name: "str".
bool isCoreTag(std::string_view tag, std::string_view name)
{
    return tag.starts_with(kCoreTags) && tag.substr(kCoreTags.size()) == name;
}

LineAndColumn placeOf(const YAML::Mark& mark)
{
    return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

class Events final : public YAML::EventHandler {
public:
    explicit Events(DocumentBuilder& builder) : m_builder(&builder) { }

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (m_builder->size() != 0)
            refuse(mark, "the text holds more than one YAML document, or something after it");
    }
    void OnDocumentEnd() override { }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        if (isNameNext())
            refuse(mark, "a name must be a text");
        enter(mark, anchor);
        m_builder->add(ValueKind::Null, {}, placeOf(mark));
        left();
    }

    void OnScalar(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override
    {
        if (isNameNext())
            return name(mark, tag, anchor, value);
        enter(mark, anchor);
        const Scalar scalar = scalarOf(mark, tag, value);
        m_builder->add(scalar.kind, scalar.text, placeOf(mark));
        left();
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        if (isNameNext())
            refuse(mark, "a name must be a text");
        if (++m_aliases > kMaxDocumentAliases)
            refuse(mark, std::format("more than {} aliases", kMaxDocumentAliases));
        const std::uint32_t index = m_anchors.at(anchor); // the parser knows those that exist
        if (!m_builder->isComplete(index))
            refuse(mark, "the alias stands inside of what it names");
        if (m_builder->size() + m_builder->sizeOf(index) > kMaxDocumentValues)
            throw Refused{m_builder->tooMany(placeOf(mark)).error()};
        if (m_builder->depth() + m_builder->depthOf(index) > kMaxDocumentDepth)
            tooDeep(mark);
        m_builder->repeat(index);
        left();
    }

    void OnSequenceStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override
    {
        open(mark, tag, anchor, ValueKind::List);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override
    {
        open(mark, tag, anchor, ValueKind::Object);
    }
    void OnMapEnd() override { close(); }

private:
    enum class Next : std::uint8_t { Element, Name, Value };

    [[noreturn]] void refuse(const YAML::Mark& mark, std::string_view why) const
    {
        throw Refused{m_builder->refuse(placeOf(mark), why).error()};
    }
    [[noreturn]] void tooDeep(const YAML::Mark& mark) const
    {
        refuse(mark, std::format("lists and objects are nested deeper than {}", kMaxDocumentDepth));
    }
    [[nodiscard]] bool isNameNext() const { return !m_next.empty() && m_next.back() == Next::Name; }

    /// Before a value is added.
    void enter(const YAML::Mark& mark, YAML::anchor_t anchor)
    {
        if (m_builder->size() >= kMaxDocumentValues)
            throw Refused{m_builder->tooMany(placeOf(mark)).error()};
        if (anchor != 0)
            m_anchors[anchor] = static_cast<std::uint32_t>(m_builder->size());
    }
    /// After one.
    void left()
    {
        if (!m_next.empty() && m_next.back() == Next::Value)
            m_next.back() = Next::Name;
    }

    void name(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value)
    {
        if (anchor != 0)
            refuse(mark, "a name can't be given an anchor");
        if (tag != kPlainTag && tag != kQuotedTag)
            refuse(mark, "a name can't be given a tag");
        if (tag == kPlainTag && value == "<<")
            refuse(mark, "merge keys are not of YAML 1.2");
        m_builder->name(value);
        m_next.back() = Next::Value;
    }

    [[nodiscard]] Scalar scalarOf(const YAML::Mark& mark, const std::string& tag, const std::string& value) const
    {
        const bool isText = tag == kQuotedTag || isCoreTag(tag, "str");
        const Result<Scalar> scalar = isText ? Scalar{ValueKind::Text, value} : plainScalar(value);
        if (!scalar)
            refuse(mark, scalar.error().message);
        if (!isText && tag != kPlainTag && !isTagOf(tag, *scalar))
            refuse(mark, "the value is not what its tag says, or the tag is not of the core schema");
        return *scalar;
    }
    [[nodiscard]] static bool isTagOf(std::string_view tag, const Scalar& scalar)
    {
        const bool isWhole = scalar.text.find_first_of(".eE") == std::string::npos;
        const bool isNumber = scalar.kind == ValueKind::Number;
        return (isCoreTag(tag, "null") && scalar.kind == ValueKind::Null)
            || (isCoreTag(tag, "bool") && scalar.kind == ValueKind::Bool) || (isCoreTag(tag, "float") && isNumber)
            || (isCoreTag(tag, "int") && isNumber && isWhole);
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, ValueKind kind)
    {
        if (isNameNext())
            refuse(mark, "a name must be a text");
        const std::string_view ownTag = kind == ValueKind::List ? "seq" : "map";
        if (tag != kPlainTag && tag != kQuotedTag && !isCoreTag(tag, ownTag))
            refuse(mark, "the value is not what its tag says, or the tag is not of the core schema");
        if (m_builder->depth() >= kMaxDocumentDepth)
            tooDeep(mark);
        enter(mark, anchor);
        m_builder->open(kind, placeOf(mark));
        m_next.push_back(kind == ValueKind::List ? Next::Element : Next::Name);
    }
    void close()
    {
        m_builder->close();
        m_next.pop_back();
        left();
    }

    DocumentBuilder* m_builder;
    std::vector<Next> m_next; // in each that is open
    std::unordered_map<YAML::anchor_t, std::uint32_t> m_anchors;
    std::size_t m_aliases = 0;
};

/// Alone it is a line's end for YAML 1.2, and for some parsers none, so that they would find other comments and
/// directives than we do.
Result<void> checkLineEnds(std::string_view text)
{
    for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
        if (!text.substr(at + 1).starts_with('\n'))
            return refuseAt(placeOfOffset(text, at), {}, "a carriage return stands there without a line feed");
    }
    return {};
}

/// %YAML 1.1 would read other types out of the same text, and yaml-cpp tells nobody of directives.
Result<void> checkDirectives(std::string_view text)
{
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size(); ++line) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view words = text.substr(at, end - at);
        words = words.substr(0, words.find_last_not_of(" \t\r") + 1);
        if (words.starts_with('%') && words != "%YAML 1.2")
            return refuseAt({static_cast<std::uint32_t>(line), 1}, {}, "of directives only %YAML 1.2 is known");
        if (!words.empty() && !words.starts_with('%') && !words.starts_with('#'))
            return {};
        at = end + 1;
    }
    return {};
}

} // namespace

Result<Document> readYaml(std::string_view text)
{
    TRY(checkLineEnds(text));
    TRY(checkDirectives(text));
    DocumentBuilder builder(text);
    Events events(builder);
    try {
        std::ispanstream stream(text);
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(events) || builder.size() == 0)
            return refuseAt(placeOfOffset(text, 0), {}, "the document is empty");
        if (parser && parser.HandleNextDocument(events)) // which says where it begins
            return refuseAt(placeOfOffset(text, text.size()), {}, "something stands after the document");
    } catch (const Refused& refused) {
        return std::unexpected(refused.error);
    } catch (const YAML::Exception& exception) {
        return builder.refuse(placeOf(exception.mark), "not valid YAML: " + permissions::shownStep(exception.msg));
    } catch (const std::exception& exception) {
        return builder.refuse(placeOfOffset(text, 0), std::format("the YAML text can't be read: {}", exception.what()));
    }
    return builder.finish();
}

} // namespace countersign::services
