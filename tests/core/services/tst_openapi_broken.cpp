// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Documents that somebody, or something, broke. What is surely broken is refused; whatever else comes of a change, the
// importer answers, and its answer keeps what it promises.

#include "core/services/openapi.h"
#include "tests/core/services/outline.h"

#include <QTest>

#include <format>
#include <random>
#include <set>

using namespace countersign;
using namespace countersign::services;

namespace {

constexpr int kRoundsEach = 150; // of each document and kind of change

class Breaker {
public:
    explicit Breaker(unsigned seed) : m_random(seed) { }

    [[nodiscard]] std::size_t below(std::size_t end)
    {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(m_random);
    }
    /// One of the places where `what` stands; npos: nowhere.
    [[nodiscard]] std::size_t placeOf(std::string_view text, std::string_view what)
    {
        std::vector<std::size_t> places;
        for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
            places.push_back(at);
        return places.empty() ? std::string_view::npos : places[below(places.size())];
    }
    /// nullopt: it does not stand there.
    [[nodiscard]] std::optional<std::string> replaced(std::string text, std::string_view what, std::string_view with)
    {
        const std::size_t at = placeOf(text, what);
        if (at == std::string::npos)
            return std::nullopt;
        return text.replace(at, what.size(), with);
    }

private:
    std::mt19937 m_random;
};

bool isJson(const test::NamedDocument& document)
{
    return document.name.ends_with(".json");
}

std::optional<std::string> surelyBroken(const test::NamedDocument& document, int kind, Breaker& breaker)
{
    const std::string& text = document.text;
    switch (kind) {
    case 0: // cut off; only JSON tells
        return isJson(document) ? std::optional(text.substr(0, breaker.below(text.rfind('}')))) : std::nullopt;
    case 1: { // a character that is none
        const std::size_t at = breaker.below(text.size());
        return std::string(text).insert(at, 1, "\x00\x01\x04\x1b\x7f\xff\xc0"[breaker.below(7)]);
    }
    case 2: // a member twice
        return isJson(document) ? breaker.replaced(text, R"("paths":)", R"("paths": {}, "paths":)")
                                : breaker.replaced(text, "\npaths:", "\npaths: {}\npaths:");
    case 3: // something behind the end
        return text + (isJson(document) ? "{}" : "\n---\nmore: 1\n");
    case 4: // no such level
        return breaker.replaced(text, "[L3]", "[L7]");
    case 5: // a reference into nothing; those of answers are not followed
        return document.name == "library.json" ? std::nullopt
                                               : breaker.replaced(text, "#/components/", "#/komponents/");
    case 6: // a reference out of the document
        return document.name == "library.json"
            ? std::nullopt
            : breaker.replaced(text, "#/components/", "https://a.example/#/components/");
    case 7: // a demand with a typing error
        return breaker.replaced(text, "minimumTrustLevel", "minimumTrustlevel");
    case 8:
        return breaker.replaced(text, "ES256", "HS256");
    case 9: { // a path that could be read in two ways
        const std::size_t paths = text.find("paths");
        const auto broken = isJson(document) ? breaker.replaced(text.substr(paths), "\"/", "\"/./")
                                             : breaker.replaced(text.substr(paths), "\n  /", "\n  /./");
        return broken ? std::optional(text.substr(0, paths) + *broken) : std::nullopt;
    }
    default:
        return std::nullopt;
    }
}
constexpr int kKinds = 10;

std::string changed(const std::string& text, Breaker& breaker)
{
    static constexpr auto kSnippets = std::to_array<std::string_view>({"{", "}", "[", "]", ",", ":", "\"", "'", "\n",
        " ", "- ", "? ", "& ", "&a ", "*a", "!!str ", "<<: ", "---\n", "...\n", "%YAML 1.1\n", "#", "|", ">", "~",
        "null", "true", "0x", ".inf", "$ref", "#/", "#/paths", "{}", "[]", "L9", "security", "x-agent-auth", "\\u0000",
        "\\", "\t", "9999999999999999999999", "1e999", "-", "\xe2\x80\xae", "\xf0\x9f\x92\xb8"});
    std::string out = text;
    for (std::size_t times = breaker.below(4) + 1; times > 0; --times) {
        const std::size_t at = breaker.below(out.size());
        const std::size_t size = breaker.below(std::min<std::size_t>(out.size() - at, 40)) + 1;
        const std::string part = out.substr(at, size);
        switch (breaker.below(5)) {
        case 0:
            out.erase(at, size);
            break;
        case 1:
            out.insert(at, kSnippets[breaker.below(kSnippets.size())]);
            break;
        case 2:
            out.insert(breaker.below(out.size()), part);
            break;
        case 3:
            out[at] = static_cast<char>(breaker.below(256));
            break;
        default: { // two lines change places
            const std::size_t line = out.find('\n', at);
            const std::size_t next = line == std::string::npos ? line : out.find('\n', line + 1);
            if (next != std::string::npos)
                out = out.substr(0, at) + out.substr(line, next - line) + out.substr(at, line - at) + out.substr(next);
        }
        }
        if (out.empty())
            return " ";
    }
    return out;
}

void keepsItsPromises(const Catalogue& catalogue)
{
    QVERIFY(!catalogue.operations.empty() && catalogue.operations.size() <= kMaxOperations);
    QVERIFY(!catalogue.baseUrls.empty() && catalogue.baseUrls.size() <= kMaxBaseUrls);
    std::set<std::pair<std::string, std::string>> places;
    for (std::size_t i = 0; i < catalogue.operations.size(); ++i) {
        const Operation& operation = catalogue.operations[i];
        QVERIFY(i == 0 || catalogue.operations[i - 1].action < operation.action);
        QVERIFY(permissions::Action::parse(operation.action.name()));
        QVERIFY(!operation.action.isWildcard());
        QVERIFY(operation.path.starts_with('/'));
        QVERIFY(places.emplace(operation.method, operation.path).second);
        QCOMPARE(operation.effect == Effect::Reads, operation.method == "GET" || operation.method == "HEAD");
        QCOMPARE(operation.digest().size(), std::size_t{43});
        QVERIFY(operation.summary.size() <= kMaxSummaryBytes + 3);
        QVERIFY(std::ranges::is_sorted(operation.requirements.capabilities));
    }
}

} // namespace

class OpenApiBrokenTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_seed = qEnvironmentVariableIsSet("COUNTERSIGN_SEED") ? qEnvironmentVariable("COUNTERSIGN_SEED").toUInt()
                                                               : std::random_device{}();
        qInfo("seed %u (COUNTERSIGN_SEED)", m_seed);
    }

    void what_is_surely_broken_is_refused_with_a_place()
    {
        Breaker breaker(m_seed);
        std::array<int, kKinds> times{};
        for (const test::NamedDocument& document : test::documents()) {
            for (int kind = 0; kind < kKinds; ++kind) {
                for (int round = 0; round < 20; ++round) {
                    const std::optional<std::string> text = surelyBroken(document, kind, breaker);
                    if (!text)
                        continue;
                    ++times[static_cast<std::size_t>(kind)];
                    const Result<Catalogue> catalogue = importOpenApi(*text);
                    const std::string what = std::format("{} changed by {}:\n{}", document.name, kind, *text);
                    QVERIFY2(!catalogue, what.c_str());
                    QVERIFY2(catalogue.error().message.starts_with("Line "), what.c_str());
                }
            }
        }
        for (const int each : times)
            QVERIFY(each > 0);
    }

    void whatever_was_changed_gets_an_answer_that_holds()
    {
        Breaker breaker(m_seed);
        int refused = 0;
        for (const test::NamedDocument& document : test::documents()) {
            for (int round = 0; round < kRoundsEach; ++round) {
                const std::string text = changed(document.text, breaker);
                const Result<Catalogue> catalogue = importOpenApi(text);
                if (catalogue) {
                    keepsItsPromises(*catalogue);
                    QVERIFY(*importOpenApi(text) == *catalogue);
                } else {
                    ++refused;
                    const std::set<ErrorCode> codes = {
                        ErrorCode::InvalidInput, ErrorCode::NotSupported, ErrorCode::TooLarge};
                    QVERIFY2(codes.contains(catalogue.error().code), catalogue.error().message.c_str());
                    QVERIFY2(catalogue.error().message.starts_with("Line "), catalogue.error().message.c_str());
                }
                if (QTest::currentTestFailed())
                    qFatal("the document:\n%s", text.c_str());
            }
        }
        QVERIFY(refused > 0);
    }

private:
    unsigned m_seed = 0;
};

QTEST_GUILESS_MAIN(OpenApiBrokenTest)
#include "tst_openapi_broken.moc"
