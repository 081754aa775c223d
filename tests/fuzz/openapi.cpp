// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// OpenAPI documents: whatever comes in, each value can say where it stands, and what is imported keeps its promises.
#include "core/services/openapi.h"

#include "core/services/document.h"
#include "tests/fuzz/fuzz.h"

using namespace countersign;
using namespace countersign::services;

namespace {

constexpr std::size_t kLooked = 200; // values whose place is asked for; each answer costs the length of the text

void look(const Document& document)
{
    std::vector<Node> waiting = {document.root()};
    for (std::size_t looked = 0; !waiting.empty() && looked < kLooked; ++looked) {
        const Node node = waiting.back();
        waiting.pop_back();
        fuzz::require(node.refuse("why").error().message.starts_with("Line "), "a value knows its line");
        std::size_t children = 0;
        for (const Node child : node.children()) {
            ++children;
            fuzz::require(!node.isObject() || node.member(child.name())->index() == child.index(),
                "a member is found by its name");
            waiting.push_back(child);
        }
        fuzz::require(children == node.size(), "a value has as many children as it says");
    }
}

void check(const Catalogue& catalogue)
{
    fuzz::require(!catalogue.operations.empty(), "a catalogue has operations");
    for (const Operation& operation : catalogue.operations) {
        fuzz::require(permissions::Action::parse(operation.action.name()).has_value(), "an action has a name");
        fuzz::require(catalogue.find(operation.action) == &operation, "no two operations have one name");
        fuzz::require(catalogue.demandedFor(operation.action) == operation.requirements, "it demands what it demands");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = fuzz::textOf(data, size);
    const Result<Document> document = Document::read(text);
    const Result<Catalogue> catalogue = importOpenApi(text);
    fuzz::require(document || !catalogue, "what can't be read is not imported");
    if (document)
        look(*document);
    if (catalogue)
        check(*catalogue);
    return 0;
}
