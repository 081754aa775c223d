// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every byte of a real evidence file bears meaning: whichever is changed, the file is not verified any more. (The
// writer puts no white space into it but the newline at its end.) With COUNTERSIGN_ALL_FLIPS: each bit of each.
#include "tests/core/evidence/evidence_scene.h"

#include <QTest>

#include <algorithm>
#include <functional>
#include <future>
#include <thread>

using namespace countersign;
using namespace countersign::testing;
using evidence::Verdict;

namespace {

/// One action under two hops, with everything that a file can hold: consent and screen, amendment, token, link,
/// outcome, body, receipts of other servers, a change of the device's key.
std::string richFile(EvidenceScene& scene)
{
    const TestAgent second = scene.fixture.registerAgent("second");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    must(scene.fixture.rotateDevice(), "rotation");
    const auto answer = scene.act(sentPayment("12.50"), second, scene.tokens.accessToken, {link});
    const ForeignServer server;
    const GivenReceipt passedOn = scene.alsoDecidedBy(server, answer);
    scene.reportDone(answer,
        {passedOn,
            server.receipt({.text = "{\"a\":1}", .upstream = {passedOn.leafHash}, .at = scene.fixture.clock().now()})});
    return textOf(
        must(scene.evidenceOf(evidence::ReceiptWanted{answer.receipt->id}, evidence::Details::WithBodies), "evidence"));
}

/// What stands around the first place whose change leaves the file verified; empty: none. Verifying is pure, so all
/// processors take part.
using Change = std::function<void(std::string&, std::size_t)>;
std::string survivor(const std::string& file, const evidence::Trust& trust, std::size_t step, const Change& change)
{
    const std::size_t workers = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::future<std::string>> parts;
    for (std::size_t first = 0; first < workers; ++first) {
        parts.push_back(std::async(std::launch::async, [&, first] {
            for (std::size_t at = first * step; at + 1 < file.size(); at += workers * step) {
                std::string changed = file;
                change(changed, at);
                if (evidence::verify(changed, trust).verdict == Verdict::Verified)
                    return std::to_string(at) + ": " + changed.substr(at < 40 ? 0 : at - 40, 80);
            }
            return std::string();
        }));
    }
    std::string found;
    for (auto& part : parts)
        found += part.get();
    return found;
}

} // namespace

class EvidenceFlipsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void no_changed_byte_is_verified_data();
    void no_changed_byte_is_verified();
    void no_missing_byte_is_verified();
    void no_cut_file_is_verified();

private:
    EvidenceScene m_scene;
    std::string m_file = richFile(m_scene);
};

void EvidenceFlipsTest::no_changed_byte_is_verified_data()
{
    // 0x01 makes a neighbour of every letter and digit, 0x20 the other case.
    QTest::addColumn<int>("mask");
    QTest::addColumn<int>("step");
    if (qEnvironmentVariableIsSet("COUNTERSIGN_ALL_FLIPS")) {
        for (int bit = 0; bit < 8; ++bit)
            QTest::addRow("bit %d", bit) << (1 << bit) << 1;
        return;
    }
    QTest::newRow("neighbour") << 0x01 << 1;
    QTest::newRow("case") << 0x20 << 5; // of every fifth
}

void EvidenceFlipsTest::no_changed_byte_is_verified()
{
    QFETCH(int, mask);
    QFETCH(int, step);
    const evidence::Trust trust = m_scene.trust();
    QVERIFY(evidence::verify(m_file, trust).verdict == Verdict::Verified);
    const std::string survived = survivor(m_file, trust, static_cast<std::size_t>(step),
        [mask](std::string& file, std::size_t at) { file[at] = static_cast<char>(file[at] ^ mask); });
    QVERIFY2(survived.empty(), survived.c_str());
}

void EvidenceFlipsTest::no_missing_byte_is_verified()
{
    const std::string survived =
        survivor(m_file, m_scene.trust(), 17, [](std::string& file, std::size_t at) { file.erase(at, 1); });
    QVERIFY2(survived.empty(), survived.c_str());
}

void EvidenceFlipsTest::no_cut_file_is_verified()
{
    const evidence::Trust trust = m_scene.trust();
    for (std::size_t size = 0; size + 1 < m_file.size(); size += 7)
        QVERIFY(evidence::verify(m_file.substr(0, size), trust).verdict == Verdict::Broken);
}

QTEST_GUILESS_MAIN(EvidenceFlipsTest)
#include "tst_evidence_flips.moc"
