// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The signed list from which others learn that a token was revoked.

#include "core/authority/status_list.h"

#include "core/authority/use_cases.h"
#include "core/crypto/bytes.h"
#include "core/crypto/jws.h"
#include "tests/core/authority/family.h"
#include "tests/core/authority/tampering.h"

#include <QTest>

#include <set>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using authority::TokenStatus;

namespace {

constexpr auto kIssuer = "http://127.0.0.1:7317";

Result<std::string> listOf(AuthorityFixture& fixture, std::int64_t number)
{
    return fixture.wait<std::string>([&](auto reply) { fixture.authority().statusList(number, std::move(reply)); });
}

json::Object claimsOf(const AuthorityFixture& fixture, std::string_view jwt, std::string_view type)
{
    auto claims = crypto::verifyJwt(jwt, type, fixture.identity().device.publicKey());
    if (!claims)
        qFatal("%s", claims.error().message.c_str());
    return std::move(*claims);
}

/// As a service would find it: by what stands in the token, with zlib alone.
int statusOf(AuthorityFixture& fixture, const std::string& token)
{
    const auto place = claimsOf(fixture, token, "at+jwt").at("status").at("status_list").as_object();
    const std::string prefix = std::string(kIssuer) + "/status/";
    const std::string uri(place.at("uri").as_string());
    if (!uri.starts_with(prefix))
        return -1;
    const auto jwt = listOf(fixture, std::stoll(uri.substr(prefix.size())));
    if (!jwt)
        return -2;
    const json::Object claims = claimsOf(fixture, *jwt, "statuslist+jwt");
    if (claims.at("sub").as_string() != uri || claims.at("status_list").at("bits").as_int64() != 2)
        return -3;
    const auto packed = crypto::fromBase64url(std::string_view(claims.at("status_list").at("lst").as_string()));
    const QByteArray bits = qUncompress(QByteArray::fromHex("00000400") + QByteArray::fromStdString(*packed));
    if (bits.size() != authority::kStatusListSize / 4)
        return -4;
    const auto index = place.at("idx").as_int64();
    return static_cast<unsigned char>(bits.at(index / 4)) >> (index % 4 * 2) & 3;
}

} // namespace

class TestStatusList : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void each_token_has_a_place_and_its_status_there()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        std::set<std::int64_t> places;
        for (const Member* member : family.all()) {
            QCOMPARE(statusOf(fixture, member->tokens.accessToken), 0);
            const auto seen = fixture.authority().introspect(member->tokens.accessToken);
            places.insert(seen->statusIndex.value());
        }
        QCOMPARE(places.size(), 6U);
        QVERIFY(!fixture.authority().introspect(family.a.tokens.refreshToken)->statusIndex);

        const auto pause = [&](const Member& of) {
            return fixture.run<void>(
                [&](authority::Context& context) { return authority::pauseGrant(context, of.tokens.grant); });
        };
        QVERIFY(pause(family.a));
        QCOMPARE(statusOf(fixture, family.root.tokens.accessToken), 0);
        QCOMPARE(statusOf(fixture, family.a.tokens.accessToken), 2);
        QCOMPARE(statusOf(fixture, family.a2.tokens.accessToken), 2);
        QVERIFY(fixture.revoke(family.root.tokens.grant));
        for (const Member* member : family.all())
            QCOMPARE(statusOf(fixture, member->tokens.accessToken), 1);
    }

    void a_list_is_good_for_a_minute()
    {
        AuthorityFixture fixture;
        const auto list = listOf(fixture, 0); // the first is there before any token
        QVERIFY(list);
        const json::Object claims = claimsOf(fixture, *list, "statuslist+jwt");
        QCOMPARE(claims.at("iat").as_int64(), kTestStart.value);
        QCOMPARE(claims.at("exp").as_int64(), kTestStart.value + 60);
        QCOMPARE(claims.at("ttl").as_int64(), 30);
        QCOMPARE(std::string(claims.at("sub").as_string()), std::string("http://127.0.0.1:7317/status/0"));
        QCOMPARE(codeOf(listOf(fixture, 1)), ErrorCode::NotFound);
        QCOMPARE(codeOf(listOf(fixture, -1)), ErrorCode::NotFound);
    }

    void a_list_is_signed_again_when_something_changed_or_half_a_minute_went_by()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto first = listOf(fixture, 0);
        QVERIFY(first);
        fixture.clock().advance(authority::kStatusListRest - 1s);
        QCOMPARE(listOf(fixture, 0), first); // byte for byte, and an ES256 signature is another each time
        fixture.clock().advance(1s);
        const auto second = listOf(fixture, 0);
        QVERIFY(second && second != first);
        QCOMPARE(claimsOf(fixture, *second, "statuslist+jwt").at("iat").as_int64(), fixture.clock().now().value);
        QCOMPARE(listOf(fixture, 0), second);
        QVERIFY(fixture.revoke(tokens.grant));
        QVERIFY(listOf(fixture, 0) != second);
        QCOMPARE(statusOf(fixture, tokens.accessToken), 1);
        QVERIFY(listOf(fixture, 0));
        fixture.clock().advance(-1h); // a clock that was set back says nothing of what is good still
        QVERIFY(listOf(fixture, 0));
        QCOMPARE(codeOf(listOf(fixture, 1)), ErrorCode::NotFound);
    }

    void a_token_that_was_taken_back_alone_is_invalid()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto next = fixture.refresh(agent, tokens.refreshToken);
        QVERIFY(fixture.revokeToken(agent, tokens.accessToken));
        QCOMPARE(statusOf(fixture, tokens.accessToken), 1);
        QCOMPARE(statusOf(fixture, next->accessToken), 0);
    }

    void a_place_is_given_again_only_after_the_token_and_its_last_list()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.revoke(tokens.grant));
        const auto taken = [&] {
            return *fixture.run<int>([](authority::Context& context) -> Result<int> {
                store::Query query(context.database, "SELECT count(*) FROM statuses");
                if (const auto row = query.next(); !row)
                    return std::unexpected(row.error());
                return static_cast<int>(query.integer(0));
            });
        };
        fixture.clock().advance(659s);
        fixture.tokensFor(agent);
        QCOMPARE(taken(), 2);
        fixture.clock().advance(1s);
        fixture.tokensFor(agent);
        QCOMPARE(taken(), 2); // the first one's is free
    }

    void when_a_list_fills_up_the_next_one_begins()
    {
        AuthorityFixture fixture;
        QVERIFY(fixture.run<void>([](authority::Context& context) -> Result<void> {
            for (std::int64_t place = 0; place < authority::kStatusListFill - 1; ++place) {
                grants::Token token;
                token.hash = "hash " + std::to_string(place);
                token.grant.value = "some grant";
                token.expiresAt = kTestStart + 3600s;
                if (auto taken = authority::takeStatusPlace(context, place, token); !taken)
                    return taken;
            }
            return {};
        }));
        const TestAgent agent = fixture.registerAgent();
        const auto last = fixture.tokensFor(agent);
        const auto first = fixture.tokensFor(agent);
        const auto indexOf = [&](const authority::TokenSet& tokens) {
            return fixture.authority().introspect(tokens.accessToken)->statusIndex.value();
        };
        QVERIFY(indexOf(last) < authority::kStatusListSize);
        QVERIFY(indexOf(first) >= authority::kStatusListSize);
        QCOMPARE(statusOf(fixture, last.accessToken), 0);
        QCOMPARE(statusOf(fixture, first.accessToken), 0);
    }

    void rows_that_say_otherwise_are_put_right_from_the_log_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::newRow("gone") << QStringLiteral("DELETE FROM statuses");
        QTest::newRow("another's place") << QStringLiteral("UPDATE statuses SET idx = idx + 1");
        QTest::newRow("ends early") << QStringLiteral("UPDATE statuses SET expires_at = 0");
        QTest::newRow("another grant") << QStringLiteral(
            "UPDATE statuses SET grant_id = (SELECT grant_id FROM grants WHERE state = 0)");
    }
    void rows_that_say_otherwise_are_put_right_from_the_log()
    {
        QFETCH(QString, statement);
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto revoked = fixture.tokensFor(agent);
        const auto good = fixture.tokensFor(agent);
        QVERIFY(fixture.revoke(revoked.grant));
        fixture.stop();
        tamper(fixture.folder(), {statement});
        QVERIFY(fixture.start());
        QCOMPARE(statusOf(fixture, revoked.accessToken), 1);
        QCOMPARE(statusOf(fixture, good.accessToken), 0);
        QVERIFY(fixture.authority().introspect(good.accessToken)->statusIndex);
    }

    void of_a_broken_log_nothing_is_signed()
    {
        AuthorityFixture fixture;
        fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        tamperWithoutTriggers(fixture.folder(), {QStringLiteral("UPDATE log_leaves SET leaf = x'00' WHERE idx = 1")});
        QVERIFY(fixture.start());
        QCOMPARE(codeOf(listOf(fixture, 0)), ErrorCode::StorageCorrupt);
    }
};

QTEST_GUILESS_MAIN(TestStatusList)
#include "tst_status_list.moc"
