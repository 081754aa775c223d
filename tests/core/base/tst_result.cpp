// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

#include <QTest>

#include <set>
#include <string>

using namespace countersign;

namespace {
std::string asText(std::string_view view)
{
    return std::string(view);
}
} // namespace

class ResultTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_wire_says_what_the_standards_say_data()
    {
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<std::string>("wire");
        QTest::addColumn<int>("status");

        using enum ErrorCode;
        QTest::newRow("RFC 6749 5.2, bad client") << InvalidClient << std::string("invalid_client") << 401;
        QTest::newRow("RFC 6749 5.2, bad grant") << InvalidGrant << std::string("invalid_grant") << 400;
        QTest::newRow("CIBA 11, pending") << AuthorizationPending << std::string("authorization_pending") << 400;
        QTest::newRow("CIBA 11, slow down") << SlowDown << std::string("slow_down") << 400;
        QTest::newRow("CIBA 11, expired") << ExpiredToken << std::string("expired_token") << 400;
        QTest::newRow("CIBA 11, denied") << AccessDenied << std::string("access_denied") << 400;
        QTest::newRow("CIBA 13, message") << InvalidBindingMessage << std::string("invalid_binding_message") << 400;
        QTest::newRow("CIBA 13, user") << UnknownUserId << std::string("unknown_user_id") << 400;
        QTest::newRow("RFC 7591") << InvalidClientMetadata << std::string("invalid_client_metadata") << 400;
        QTest::newRow("RFC 9396") << InvalidAuthorizationDetails << std::string("invalid_authorization_details") << 400;
        QTest::newRow("RFC 8707") << InvalidTarget << std::string("invalid_target") << 400;
        QTest::newRow("RFC 9449, proof") << InvalidDpopProof << std::string("invalid_dpop_proof") << 400;
        QTest::newRow("RFC 9449, nonce") << UseDpopNonce << std::string("use_dpop_nonce") << 400;
        QTest::newRow("RFC 6750") << InvalidToken << std::string("invalid_token") << 401;
        QTest::newRow("over a cap") << TemporarilyUnavailable << std::string("temporarily_unavailable") << 429;
        QTest::newRow("too large") << TooLarge << std::string("invalid_request") << 413;
        QTest::newRow("not found") << NotFound << std::string("not_found") << 404;
        QTest::newRow("our disk") << StorageFull << std::string("server_error") << 500;
        QTest::newRow("our keychain") << KeychainLocked << std::string("server_error") << 500;
    }

    void the_wire_says_what_the_standards_say()
    {
        QFETCH(ErrorCode, code);
        QFETCH(std::string, wire);
        QFETCH(int, status);
        QCOMPARE(asText(wireError(code).code), wire);
        QCOMPARE(wireError(code).httpStatus, status);
    }

    void every_code_has_a_name_of_its_own_and_an_error_status()
    {
        std::set<std::string_view> names;
        const int last = std::to_underlying(ErrorCode::Internal);
        for (int i = 0; i <= last; ++i) {
            const auto code = static_cast<ErrorCode>(i);
            QVERIFY2(names.insert(errorName(code)).second, asText(errorName(code)).c_str());
            QVERIFY(!errorName(code).empty());
            QVERIFY(wireError(code).httpStatus >= 400 && wireError(code).httpStatus < 600);
            QVERIFY(!wireError(code).code.empty());
        }
    }

    void a_failure_carries_its_code_and_sentence()
    {
        const Result<int> result = fail(ErrorCode::NotFound, "There is no such grant.");
        QVERIFY(!result);
        QCOMPARE(result.error(), (Error{ErrorCode::NotFound, "There is no such grant."}));
    }
};

QTEST_GUILESS_MAIN(ResultTest)
#include "tst_result.moc"
