// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: evidence_sample FOLDER   writes real evidence there for other people's programs (tests/peers): grant.json and
// grant.html of a grant with a payment, a refusal and a hop, during which the device got two new keys; changed.html
// with one digit of its details changed.
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
    scene.reportDone(scene.pay("12.50"));
    must(scene.fixture.rotateDevice(), "rotation");
    scene.pay("51.00", "</script><!--");
    must(scene.fixture.rotateDevice(), "rotation");
    const SentRequest sent = sentPayment("7.25", "globex");
    const auto last = scene.act(sent, second, scene.tokens.accessToken, {link});
    auto evidence = must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "evidence");
    for (evidence::Entry& entry : evidence.entries) {
        if (entry.index == last.leaf)
            entry.body = sent.body;
    }
    return textOf(evidence);
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
    return 0;
}
