// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agents/trust_settings_json.h"

#include <QTest>

using namespace countersign;
using namespace countersign::agents;

class TestTrustSettings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_empty_file_names_nobody()
    {
        const auto settings = readTrustSettings("{}");
        QVERIFY(settings);
        QCOMPARE(*settings, TrustSettings());
        QCOMPARE(settings->caps, LevelCaps::defaults());
    }

    void all_can_be_said()
    {
        const auto settings = readTrustSettings(
            R"({"issuers": [{"issuer": "https://issuer.example/"},)"
            R"({"issuer": "http://127.0.0.1:9999", "issuerKeysUrl": "http://127.0.0.1:9999/keys",)"
            R"("maxScreeningAgeHours": 1, "nearby": true}],)"
            R"("registries": [{"name": "acme", "url": "https://registry.example/api/"}],)"
            R"("program": {"name": "chain", "path": "/usr/bin/resolver", "arguments": ["--net", "main"]},)"
            R"("ownerSites": true, "levelCaps": {"EUR": {"L1": {"perAction": "10.00", "perDay": "50"}}}})");
        QVERIFY2(settings, settings ? "" : settings.error().message.c_str());
        QCOMPARE(settings->issuers.at(0).keysUrl, std::string("https://issuer.example/.well-known/agent-trust-keys"));
        QCOMPARE(settings->issuers.at(0).issuer, std::string("https://issuer.example/"));
        QCOMPARE(settings->issuers.at(0).maxScreeningAge, std::chrono::seconds(kDefaultScreeningAge));
        QCOMPARE(settings->issuers.at(0).reach, outbound::Reach::Public);
        QCOMPARE(settings->issuers.at(1).keysUrl, std::string("http://127.0.0.1:9999/keys"));
        QCOMPARE(settings->issuers.at(1).maxScreeningAge, std::chrono::seconds(3600));
        QCOMPARE(settings->issuers.at(1).reach, outbound::Reach::Anywhere);
        QCOMPARE(settings->registries.at(0).url, std::string("https://registry.example/api"));
        QCOMPARE(settings->program->arguments, (std::vector<std::string>{"--net", "main"}));
        QVERIFY(settings->ownerSites == outbound::Reach::Public);
        const Currency euro = *Currency::parse("EUR");
        QCOMPARE(settings->caps.of(services::TrustLevel::L1, euro).perDay, *Amount::parse("50"));
        QCOMPARE(settings->caps.of(services::TrustLevel::L2, euro), SpendCaps());
        QCOMPARE(settings->caps.of(services::TrustLevel::L2, *Currency::parse("USD")).perDay, *Amount::parse("500"));
    }

    void what_is_wrong_is_an_error_that_names_it_data()
    {
        // Slashes are escaped because moc would take two of them for the start of a comment.
        QTest::addColumn<QString>("member");
        const auto row = [](const char* json, const char* member) {
            QTest::newRow(json) << QString::fromLatin1(member);
        };
        row("", "");
        row("[]", "");
        row(R"({"more": 1})", "more");
        row(R"({"issuers": {}})", "issuers");
        row(R"({"issuers": [1]})", "issuers");
        row(R"({"issuers": [{}]})", "issuer");
        row(R"({"issuers": [{"issuer": "issuer.example"}]})", "issuer");
        row(R"({"issuers": [{"issuer": "http:\/\/issuer.example"}]})", "issuer");
        row(R"({"issuers": [{"issuer": "https:\/\/u@issuer.example"}]})", "issuer");
        row(R"({"issuers": [{"issuer": "https:\/\/issuer.example?x"}]})", "issuer");
        row(R"({"issuers": [{"issuer": "https:\/\/issuer.example", "issuerKeysUrl": "ftp:\/\/issuer.example"}]})",
            "issuerKeysUrl");
        row(R"({"issuers": [{"issuer": "https:\/\/issuer.example", "maxScreeningAgeHours": 0}]})",
            "maxScreeningAgeHours");
        row(R"({"issuers": [{"issuer": "https:\/\/issuer.example", "maxScreeningAgeHours": 2161}]})",
            "maxScreeningAgeHours");
        row(R"({"issuers": [{"issuer": "https:\/\/issuer.example", "nearby": "yes"}]})", "nearby");
        row(R"({"issuers": [{"issuer": "https:\/\/issuer.example"}, {"issuer": "https:\/\/issuer.example"}]})", "name");
        row(R"({"registries": [{"name": "", "url": "https:\/\/registry.example"}]})", "name");
        row(R"({"registries": [{"name": "a\u202eb", "url": "https:\/\/registry.example"}]})", "name");
        row(R"({"registries": [{"url": "https:\/\/registry.example"}]})", "name");
        row(R"({"program": {"name": "chain", "path": "resolver"}})", "path");
        row(R"({"program": {"name": "chain", "path": "/usr/bin/re\u0000solver"}})", "path");
        row(R"({"program": {"name": "chain", "path": "/usr/bin/resolver", "arguments": "x"}})", "arguments");
        row(R"({"ownerSites": 1})", "ownerSites");
        row(R"({"levelCaps": []})", "levelCaps");
        row(R"({"levelCaps": {"EUR": {"L5": {"perAction": "1", "perDay": "1"}}}})", "");
        row(R"({"levelCaps": {"euro": {}}})", "");
        row(R"({"levelCaps": {"EUR": {"L1": {"perAction": 1, "perDay": "1"}}}})", "perAction");
        row(R"({"levelCaps": {"EUR": {"L1": {"perAction": "-1", "perDay": "1"}}}})", "");
        row(R"({"levelCaps": {"EUR": {"L1": {"perAction": "1"}}}})", "perDay");
    }
    void what_is_wrong_is_an_error_that_names_it()
    {
        QFETCH(QString, member);
        const auto settings = readTrustSettings(QTest::currentDataTag());
        QVERIFY(!settings);
        QVERIFY2(settings.error().message.contains(member.toStdString()), settings.error().message.c_str());
    }

    void the_number_of_sources_is_bounded()
    {
        const auto issuers = [](std::size_t count) {
            std::string list;
            for (std::size_t i = 0; i < count; ++i)
                list +=
                    (i == 0 ? "" : ",") + std::string("{\"issuer\": \"https://i") + std::to_string(i) + ".example\"}";
            return readTrustSettings("{\"issuers\": [" + list + "]}");
        };
        QCOMPARE(issuers(kMaxTrustIssuers)->issuers.size(), kMaxTrustIssuers);
        QVERIFY(!issuers(kMaxTrustIssuers + 1));
    }
};

QTEST_GUILESS_MAIN(TestTrustSettings)
#include "tst_trust_settings.moc"
