// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/server/oauth/form.h"

#include <QTest>

using namespace countersign;
using namespace countersign::server;
using namespace std::string_literals;

namespace {
HttpRequest formRequest(std::string body)
{
    HttpRequest request;
    request.method = "POST";
    request.fields = {{"content-type", std::string(kFormType)}};
    request.body = std::move(body);
    return request;
}
} // namespace

class FormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void names_and_values_are_decoded();
    void a_value_that_is_empty_counts_as_missing();
    void what_is_not_a_form_is_refused_data();
    void what_is_not_a_form_is_refused();
    void the_number_of_parameters_is_bounded();
    void the_length_of_names_is_bounded();
    void a_content_type_is_matched_exactly_data();
    void a_content_type_is_matched_exactly();
    void an_encoded_body_is_refused();
    void parameters_in_the_url_are_refused();
};

void FormTest::names_and_values_are_decoded()
{
    const auto form = Form::parse("a%20b=c+d&%C3%A4=%e2%82%ac&plain=1%2B1%3d2&bare");
    QVERIFY(form);
    QCOMPARE(form->parameters(), (Form::Parameters{{"a b", "c d"}, {"ä", "€"}, {"plain", "1+1=2"}, {"bare", ""}}));
    QVERIFY(Form::parse("")->parameters().empty());
}

void FormTest::a_value_that_is_empty_counts_as_missing()
{
    const auto form = Form::parse("scope=&token=t");
    QVERIFY(form);
    QVERIFY(!form->value("scope"));
    QVERIFY(!form->value("other"));
    QCOMPARE(form->required("token"), "t");
    QCOMPARE(form->required("scope").error().code, ErrorCode::InvalidRequest);
    QVERIFY(form->required("scope").error().message.contains("scope"));
}

void FormTest::what_is_not_a_form_is_refused_data()
{
    QTest::addColumn<std::string>("text");
    const auto row = [](const char* name, std::string text) { QTest::newRow(name) << std::move(text); };
    row("a name twice", "token=a&token=b");
    row("a name twice, once encoded", "token=a&%74oken=b");
    row("a name twice, once empty", "token=&token=b");
    row("one digit after the percent sign", "a=%4");
    row("no digits after the percent sign", "a=%");
    row("not hexadecimal", "a=%zz");
    row("a sign is no digit", "a=%+1");
    row("overlong UTF-8", "a=%c0%80");
    row("a surrogate", "a=%ed%a0%80");
    row("cut UTF-8", "a=%e2%82");
    row("bytes that are no UTF-8", "a=\xff");
    row("NUL, encoded", "a=%00");
    row("NUL", "a=\0"s);
    row("a line break", "a=b\r\nc");
    row("no name", "=a");
    row("an empty pair", "a=1&&b=2");
    row("ends in the middle", "a=1&");
}

void FormTest::what_is_not_a_form_is_refused()
{
    QFETCH(std::string, text);
    const auto form = Form::parse(text);
    QVERIFY(!form);
    QCOMPARE(form.error().code, ErrorCode::InvalidRequest);
}

void FormTest::the_number_of_parameters_is_bounded()
{
    std::string text = "p0=0";
    for (std::size_t i = 1; i < kMaxFormParameters; ++i)
        text += "&p" + std::to_string(i) + "=0";
    QVERIFY(Form::parse(text));
    QVERIFY(!Form::parse(text + "&more=0"));
}

void FormTest::the_length_of_names_is_bounded()
{
    QVERIFY(Form::parse(std::string(kMaxFormNameBytes, 'n') + "=1"));
    QVERIFY(!Form::parse(std::string(kMaxFormNameBytes + 1, 'n') + "=1"));
}

void FormTest::a_content_type_is_matched_exactly_data()
{
    QTest::addColumn<std::vector<std::string>>("values");
    QTest::addColumn<bool>("fits");
    const auto row = [](const char* name, std::vector<std::string> values, bool fits) {
        QTest::newRow(name) << std::move(values) << fits;
    };
    row("plain", {"application/x-www-form-urlencoded"}, true);
    row("case and charset", {"Application/X-WWW-Form-Urlencoded ; Charset=UTF-8"}, true);
    row("another charset", {"application/x-www-form-urlencoded; charset=utf-16"}, false);
    row("longer", {"application/x-www-form-urlencoded2"}, false);
    row("multipart", {"multipart/form-data; boundary=x"}, false);
    row("JSON", {"application/json"}, false);
    row("missing", {}, false);
    row("twice", {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded"}, false);
}

void FormTest::a_content_type_is_matched_exactly()
{
    QFETCH(std::vector<std::string>, values);
    QFETCH(bool, fits);
    HttpRequest request = formRequest("a=1");
    request.fields.clear();
    for (const std::string& value : values)
        request.fields.push_back({"content-type", value});
    QCOMPARE(Form::of(request).has_value(), fits);
}

void FormTest::an_encoded_body_is_refused()
{
    HttpRequest request = formRequest("a=1");
    QVERIFY(Form::of(request));
    request.fields.push_back({"content-encoding", "gzip"});
    QVERIFY(!Form::of(request));
}

void FormTest::parameters_in_the_url_are_refused()
{
    HttpRequest request = formRequest("a=1");
    request.query = "client_assertion=x";
    QVERIFY(!Form::of(request));
}

QTEST_GUILESS_MAIN(FormTest)
#include "tst_form.moc"
