// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/http_signature.h"

#include "signature_examples.h"

#include <QTest>

#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace countersign::crypto::test;
using namespace std::string_literals;

class HttpSignatureTest : public QObject {
    Q_OBJECT

    const PrivateKey m_p256 = PrivateKey::generate(KeyType::P256).value();
    const PrivateKey m_ed25519 = PrivateKey::generate(KeyType::Ed25519).value();
    const std::vector<Component> m_covered{
        {"@method"}, {"@target-uri"}, {"content-digest"}, {"content-type"}, {"content-length"}};
    const SignatureParameters m_parameters{.created = kExampleTime, .keyId = "k", .nonce = "n", .tag = "t"};

    HttpRequest signedRequest(const PrivateKey& key, const SignatureParameters& parameters)
    {
        const SignatureFields fields = signMessage(exampleRequest(), "sig", m_covered, parameters, key).value();
        return withSignature(exampleRequest(), fields.signatureInput, fields.signature);
    }

private Q_SLOTS:
    void other_algorithms_are_refused_by_name_data()
    {
        QTest::addColumn<std::string>("algorithm");
        for (const char* algorithm :
            {"rsa-pss-sha512", "rsa-v1_5-sha256", "hmac-sha256", "ecdsa-p384-sha384", "none", "", "ED25519"})
            QTest::addRow("'%s'", algorithm) << std::string(algorithm);
    }
    void other_algorithms_are_refused_by_name()
    {
        QFETCH(std::string, algorithm);
        const auto received = readSignature(withInput("s=(\"@method\");alg=\"" + algorithm + '"'));
        QVERIFY(!received);
        QCOMPARE(received.error().code, ErrorCode::NotSupported);
        QVERIFY(received.error().message.contains('\'' + algorithm + '\''));
    }

    void what_is_signed_verifies()
    {
        for (const PrivateKey& key : {m_p256, m_ed25519}) {
            for (const char* algorithm :
                {"", key.publicKey().type() == KeyType::P256 ? "ecdsa-p256-sha256" : "ed25519"}) {
                SignatureParameters parameters = m_parameters;
                if (*algorithm != '\0')
                    parameters.algorithm = algorithm;
                const auto result = verified(signedRequest(key, parameters), key.publicKey(),
                    {.components = m_covered,
                        .parameters = {"created", "nonce", "keyid", "tag"},
                        .keyId = "k",
                        .now = kExampleTime},
                    "t");
                QCOMPARE(whyNot(result), ""s);
                QCOMPARE(result->received.signature.size(), std::size_t{64});
                QCOMPARE(result->received.parameters.nonce, "n"s);
            }
        }
    }

    void the_algorithm_must_be_the_keys()
    {
        SignatureParameters parameters = m_parameters;
        parameters.algorithm = "ed25519";
        QCOMPARE(
            signMessage(exampleRequest(), "s", m_covered, parameters, m_p256).error().code, ErrorCode::NotSupported);
        QCOMPARE(whyNot(verified(signedRequest(m_ed25519, parameters), m_p256.publicKey())),
            "The signature's algorithm is not the key's, ecdsa-p256-sha256."s);
    }

    void a_component_that_is_needed_must_be_covered_as_it_is()
    {
        const HttpRequest request = signedRequest(m_p256, m_parameters);
        const auto why = [&](const Component& needed) {
            return whyNot(
                verified(request, m_p256.publicKey(), {.components = {needed}, .parameters = {}, .now = kExampleTime}));
        };
        QCOMPARE(why({"content-digest"}), ""s);
        QCOMPARE(why({"date"}), "The signature doesn't cover \"date\"."s);
        QCOMPARE(why({"@path"}), "The signature doesn't cover \"@path\"."s);
        QCOMPARE(why({"content-digest", {{"key", "sha-512"}}}),
            "The signature doesn't cover \"content-digest\";key=\"sha-512\"."s);
        // Nor does a part of a field stand for the whole.
        const auto part =
            signMessage(exampleRequest(), "s", {{"content-digest", {{"key", "sha-512"}}}}, m_parameters, m_p256);
        QVERIFY(part);
        QVERIFY(!verified(withInput(part->signatureInput, part->signature), m_p256.publicKey(),
            {.components = {{"content-digest"}}, .parameters = {}, .now = kExampleTime}));
    }

    void a_parameter_that_is_needed_must_be_there()
    {
        SignatureParameters parameters = m_parameters;
        parameters.nonce.reset();
        const HttpRequest request = signedRequest(m_p256, parameters);
        SignatureExpectation expected = atExampleTime();
        expected.parameters = {"created", "keyid"};
        QCOMPARE(whyNot(verified(request, m_p256.publicKey(), expected)), ""s);
        expected.parameters = {"created", "nonce"};
        QCOMPARE(whyNot(verified(request, m_p256.publicKey(), expected)), "The signature has no nonce."s);
        expected.parameters = {};
        expected.keyId = "other";
        QCOMPARE(whyNot(verified(request, m_p256.publicKey(), expected)), "The signature names another key (keyid)."s);
    }

    void it_holds_from_300_s_before_to_5_s_ahead_data()
    {
        QTest::addColumn<qint64>("age");
        QTest::addColumn<bool>("holds");
        QTest::newRow("301 s old") << qint64{301} << false;
        QTest::newRow("300 s old") << qint64{300} << true;
        QTest::newRow("now") << qint64{0} << true;
        QTest::newRow("5 s ahead") << qint64{-5} << true;
        QTest::newRow("6 s ahead") << qint64{-6} << false;
    }
    void it_holds_from_300_s_before_to_5_s_ahead()
    {
        QFETCH(qint64, age);
        QFETCH(bool, holds);
        const HttpRequest request = signedRequest(m_p256, m_parameters);
        SignatureExpectation expected = atExampleTime();
        expected.now = {kExampleTime.value + age};
        const auto result = verified(request, m_p256.publicKey(), expected);
        QCOMPARE(result.has_value(), holds);
        if (!holds)
            QCOMPARE(result.error().code, ErrorCode::BadSignature);
    }

    void it_ends_when_it_says()
    {
        SignatureParameters parameters = m_parameters;
        parameters.expires = kExampleTime + std::chrono::seconds(10);
        const HttpRequest request = signedRequest(m_p256, parameters);
        SignatureExpectation expected = atExampleTime();
        expected.now = *parameters.expires;
        QCOMPARE(whyNot(verified(request, m_p256.publicKey(), expected)), ""s);
        expected.now = *parameters.expires + std::chrono::seconds(1);
        QCOMPARE(whyNot(verified(request, m_p256.publicKey(), expected)), "The signature has expired (expires)."s);
        parameters.expires = kExampleTime - std::chrono::seconds(1);
        expected.now = kExampleTime - std::chrono::seconds(2);
        QCOMPARE(whyNot(verified(signedRequest(m_p256, parameters), m_p256.publicKey(), expected)),
            "The signature expired before it was made (created, expires)."s);
    }

    void the_extremes_of_time_are_refused()
    {
        for (const char* created : {"999999999999999", "-999999999999999"}) {
            const HttpRequest request = withInput("s=(\"@method\");created="s + created);
            QCOMPARE(verified(request, exampleP256()).error().code, ErrorCode::BadSignature);
        }
    }

    void every_single_change_of_what_is_covered_breaks_it()
    {
        const HttpRequest request = signedRequest(m_ed25519, m_parameters);
        const auto holds = [&](const HttpRequest& changed) {
            return verified(changed, m_ed25519.publicKey()).has_value();
        };
        QVERIFY(holds(request));
        const auto breaks = [&](std::string HttpRequest::* part) {
            for (std::size_t i = 0; i < (request.*part).size(); ++i) {
                HttpRequest changed = request;
                (changed.*part)[i] ^= 1;
                if (holds(changed))
                    return false;
            }
            return true;
        };
        QVERIFY(breaks(&HttpRequest::method));
        QVERIFY(breaks(&HttpRequest::targetUri));
        for (std::size_t line = 2; line < request.fields.size(); ++line) { // but Host and Date
            for (std::size_t i = 0; i < request.fields[line].value.size(); ++i) {
                HttpRequest changed = request;
                changed.fields[line].value[i] ^= 1;
                // The label is only a name: changed in one place it finds nothing.
                QVERIFY2(!holds(changed), changed.fields[line].value.c_str());
            }
        }
        HttpRequest twice = request;
        twice.fields.push_back({"content-type", "text/plain"});
        QVERIFY(!holds(twice));
    }

    void our_answer_is_bound_to_the_signed_request()
    {
        HttpResponse answer{.status = 200,
            .fields = {{"content-digest", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"}},
            .request = signedRequest(m_ed25519, m_parameters)};
        const std::vector<Component> covered{{"@status"}, {"content-digest"}, ofRequest("@method"),
            ofRequest("@target-uri"), ofRequest("content-digest"), ofRequest("signature"),
            ofRequest("signature-input")};
        const auto fields = signMessage(answer, "sig", covered,
            {.created = kExampleTime, .keyId = m_p256.publicKey().thumbprint().value, .tag = "fapi-2-response"},
            m_p256);
        QVERIFY(fields);
        answer = withSignature(answer, fields->signatureInput, fields->signature);
        SignatureExpectation expected = atExampleTime();
        expected.components = covered;
        QCOMPARE(whyNot(verified(answer, m_p256.publicKey(), expected, "fapi-2-response")), ""s);
        // The same request, signed once more
        SignatureParameters again = m_parameters;
        again.nonce = "another";
        answer.request = signedRequest(m_ed25519, again);
        QCOMPARE(whyNot(verified(answer, m_p256.publicKey(), expected)), "The signature is wrong."s);
    }

    void the_tag_chooses_among_several()
    {
        SignatureParameters other = m_parameters;
        other.tag = "other";
        const auto first = signMessage(exampleRequest(), "one", m_covered, m_parameters, m_p256);
        const auto second = signMessage(exampleRequest(), "two", {{"@method"}}, other, m_ed25519);
        const HttpRequest both = withInput(
            first->signatureInput + ", " + second->signatureInput, second->signature + ", " + first->signature);
        QCOMPARE(whyNot(verified(both, m_p256.publicKey(), atExampleTime(), "t")), ""s);
        QCOMPARE(whyNot(verified(both, m_ed25519.publicKey(), atExampleTime(), "other")), ""s);
        QVERIFY(!verified(both, m_ed25519.publicKey(), atExampleTime(), "t"));
        QCOMPARE(readSignature(both, "none").error().code, ErrorCode::NotFound);
        QCOMPARE(readSignature(both).error().code, ErrorCode::InvalidInput);
        // On lines of their own, as HTTP allows
        HttpRequest lines = withSignature(exampleRequest(), first->signatureInput, first->signature);
        lines = withSignature(lines, second->signatureInput, second->signature);
        QCOMPARE(whyNot(verified(lines, m_p256.publicKey(), atExampleTime(), "t")), ""s);
        // Two that have the tag are one too many.
        const auto third = signMessage(exampleRequest(), "three", {{"@method"}}, m_parameters, m_p256);
        lines = withSignature(lines, third->signatureInput, third->signature);
        QCOMPARE(readSignature(lines, "t").error().code, ErrorCode::InvalidInput);
    }

    void a_hostile_form_is_refused_data()
    {
        QTest::addColumn<std::string>("input");
        QTest::addColumn<std::string>("signature");
        const auto row = [](const char* name, const std::string& input, const std::string& signature = "s=:YQ==:") {
            QTest::newRow(name) << input << signature;
        };
        row("nothing", "");
        row("no list of components", "s=1");
        row("another is no list", "s=(\"@method\");tag=\"t\", x=1");
        row("a component is no string", "s=(date)");
        row("an unknown parameter", "s=(\"@method\");foo");
        row("created is a string", "s=(\"@method\");created=\"1\"");
        row("created is a decimal", "s=(\"@method\");created=1.0");
        row("created is a date", "s=(\"@method\");created=@1");
        row("created without a value", "s=(\"@method\");created");
        row("keyid is a token", "s=(\"@method\");keyid=a");
        row("nonce is bytes", "s=(\"@method\");nonce=:YQ==:");
        row("tag is a token", "s=(\"@method\");tag=t");
        row("a parameter twice", "s=(\"@method\");created=1;created=1");
        row("a parameter of a component twice", "s=(\"@query\";req;req)");
        row("a label twice", "s=(\"@method\"), s=(\"@method\")");
        row("a signature twice", "s=(\"@method\")", "s=:YQ==:, s=:YQ==:");
        row("a comma at the end", "s=(\"@method\"),");
        row("a label in upper case", "S=(\"@method\")");
        row("no signature", "s=(\"@method\")", "");
        row("no signature of that label", "s=(\"@method\")", "x=:YQ==:");
        row("a signature that is no bytes", "s=(\"@method\")", "s=\"YQ==\"");
        row("a signature that is a list", "s=(\"@method\")", "s=(:YQ==:)");
        row("a signature with a parameter", "s=(\"@method\")", "s=:YQ==:;a");
        row("base64 without padding", "s=(\"@method\")", "s=:YQ:");
    }
    void a_hostile_form_is_refused()
    {
        QFETCH(std::string, input);
        QFETCH(std::string, signature);
        QVERIFY(!readSignature(withInput(input, signature)));
    }

    void a_hostile_base_is_refused_data()
    {
        QTest::addColumn<std::string>("components");
        for (const char* components : {"\"@method\" \"@method\"", "\"@unknown\"", "\"x-missing\"", "\"@method\";req",
                 "\"@status\"", "\"@signature-params\"", "\"date\";tr", "\"Date\"", "\"date\";x", "\"\""})
            QTest::newRow(components) << std::string(components);
    }
    void a_hostile_base_is_refused()
    {
        QFETCH(std::string, components);
        const auto result = verified(withInput("s=(" + components + ")"), exampleP256());
        QVERIFY(!result);
        QVERIFY2(result.error().message.starts_with("Signed component "), result.error().message.c_str());
    }

    void fields_that_are_missing_are_said()
    {
        QCOMPARE(readSignature(exampleRequest()).error().code, ErrorCode::NotFound);
        HttpRequest request = exampleRequest();
        request.fields.push_back({"signature-input", "s=()"});
        QCOMPARE(readSignature(request).error().message, "The message has no signature."s);
    }

    void the_number_of_components_is_bounded()
    {
        const auto input = [](std::size_t count) {
            std::string text = "s=(";
            for (std::size_t i = 0; i < count; ++i)
                text += " \"x" + std::to_string(i) + '"';
            return text + ')';
        };
        QVERIFY(readSignature(withInput(input(kMaxCoveredComponents - 1))));
        QVERIFY(readSignature(withInput(input(kMaxCoveredComponents))));
        QCOMPARE(readSignature(withInput(input(kMaxCoveredComponents + 1))).error().code, ErrorCode::TooLarge);
    }

    void signing_what_can_not_be_read_back_fails()
    {
        QVERIFY(!signMessage(exampleRequest(), "Label", m_covered, m_parameters, m_p256));
        QVERIFY(!signMessage(exampleRequest(), "", m_covered, m_parameters, m_p256));
        QVERIFY(!signMessage(exampleRequest(), "s", {{"x-missing"}}, m_parameters, m_p256));
        QVERIFY(!signMessage(exampleRequest(), "s", m_covered, {.nonce = "\n"}, m_p256));
        QVERIFY(
            !signMessage(exampleRequest(), "s", m_covered, {.created = UnixSeconds{1'000'000'000'000'000}}, m_p256));
    }
};

QTEST_GUILESS_MAIN(HttpSignatureTest)
#include "tst_http_signature.moc"
