// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: evidence_sample FOLDER   writes real evidence there for other people's programs (tests/peers): grant.json and
// grant.html of a grant with a payment (about which other servers gave receipts), a refusal and a hop, and the bodies,
// during which the device got two new keys; changed.html with one digit of its details changed, upstream.html with one
// of another server's receipt.
#include "core/evidence/html.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

using namespace countersign;
using namespace countersign::testing;

namespace {

void write(const QString& name, const std::string& text)
{
    QFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray::fromStdString(text)) < 0)
        qFatal("can't write %s", qPrintable(name));
}

std::string sample()
{
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("</script><script>document.title='taken over'</script>");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    const auto first = scene.pay("12.50");
    const ForeignServer gateway;
    const GivenReceipt passedOn = scene.alsoDecidedBy(gateway, first);
    const UnixSeconds now = scene.fixture.clock().now();
    const GivenReceipt farther = ForeignServer("https://bank.example/</script>")
                                     .receipt({.text = "{}", .upstream = {passedOn.leafHash}, .at = now});
    scene.reportDone(first, {passedOn, farther, gateway.outcome(passedOn, now)});
    must(scene.fixture.rotateDevice(), "rotation");
    scene.pay("51.00", "</script><!--");
    must(scene.fixture.rotateDevice(), "rotation");
    scene.act(sentPayment("7.25", "globex"), second, scene.tokens.accessToken, {link});
    return textOf(
        must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}, evidence::Details::WithBodies), "evidence"));
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QDir folder(QCoreApplication::arguments().value(1));
    const std::string file = sample();
    write(folder.filePath(QStringLiteral("grant.json")), file);
    write(folder.filePath(QStringLiteral("grant.html")), must(evidence::toHtml(file), "page"));
    std::string changed = file;
    const std::string amount = "\\\"amount\\\":\\\"12.50\\\"";
    changed.replace(changed.find(amount), amount.size(), "\\\"amount\\\":\\\"12.51\\\"");
    write(folder.filePath(QStringLiteral("changed.html")), must(evidence::toHtml(changed), "page"));
    std::string renamed = file; // what another server signed is no other's word
    const std::string name = "\"upstream\":[{\"receipt\":\"";
    renamed[renamed.find(name) + name.size() + 100] ^= 1;
    write(folder.filePath(QStringLiteral("upstream.html")), must(evidence::toHtml(renamed), "page"));
    return 0;
}
