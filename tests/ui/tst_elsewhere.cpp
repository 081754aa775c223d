// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What other servers decided, and the content of requests, as the person meets them in a story.
#include "tests/ui/timeline_desk.h"
#include "ui/timeline/chain_path.h"
#include "ui/timeline/evidence_dialog.h"
#include "ui/timeline/proof_words.h"
#include "ui/timeline/server_dialog.h"
#include "ui/timeline/story_words.h"

#include <QCheckBox>
#include <QTemporaryDir>

using namespace countersign;
using namespace countersign::ui;

class ElsewhereTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_path_goes_on_over_other_servers_and_says_what_is_not_established()
    {
        Timeline timeline;
        timeline.change = [](Story& story) { story = samples::storyElsewhere(story.entry.index); };
        timeline.open(1);
        const auto paths = walk::all<ChainPath>(timeline.story());
        QCOMPARE(paths.size(), 2); // one branches off
        QVERIFY2(
            paths[0]->accessibleDescription().endsWith(
                u"permitted: POST /payments, then permitted: Payment gateway, then permitted (origin not established): "
                "https://bank.example"_s),
            qPrintable(paths[0]->accessibleDescription()));
        QCOMPARE(paths[1]->accessibleDescription(),
            u"Payment gateway, then refused (origin not established): https://screening.example"_s);
        QVERIFY(paths[1]->isVisible());
        const QString told = words(timeline.story());
        for (const QString& part : {u"✓ Signed with the key that you know as its own: 0vx7agoebGc"_s,
                 u"? Signed; whose key this is, is not established: NzbLsXh8uDCcd"_s, u"same content, byte for byte"_s,
                 u"POST https://bank.example/sepa"_s})
            QVERIFY2(told.contains(part), qPrintable(part + u" is not in\n"_s + told));
        QCOMPARE(walk::namelessControls(timeline.page), QStringList());
        QCOMPARE(walk::labelsThatReadMarkup(timeline.page), QStringList());
        timeline.change = [](Story&) { };
        timeline.open(2);
        QCOMPARE(walk::all<ChainPath>(timeline.story()).size(), 1);
    }

    void what_another_server_did_before_stands_before_the_action()
    {
        Story story = samples::storyElsewhere(1);
        story.upstream.resize(1);
        story.upstream[0].tie = audit::Tie::IsNamed;
        const auto path = storyPaths(story).front();
        QCOMPARE(path[path.size() - 2].name, u"Payment gateway"_s);
        QCOMPARE(path.back().name, u"POST /payments"_s);
        story.upstream.push_back(story.upstream[0]); // two were
        QCOMPARE(storyPaths(story).size(), 2U);
    }

    void what_a_server_calls_itself_never_stands_for_the_erased_name_of_its_key()
    {
        Timeline timeline;
        timeline.change = [](Story& story) {
            story = samples::storyElsewhere(story.entry.index);
            story.upstream[0].acceptedAs = QString(); // as it is once its details were erased
        };
        timeline.open(1);
        const auto paths = walk::all<ChainPath>(timeline.story());
        const QString told = words(timeline.story()) + paths[0]->accessibleDescription();
        QVERIFY2(told.contains(u"then permitted: a server whose key you know"_s), qPrintable(told));
        QVERIFY2(told.contains(u"✓ Signed with the key that you know as its own: 0vx7agoebGc"_s), qPrintable(told));
        QString without = told; // where the request was sent to is another thing
        without.remove(u"POST https://gateway.example/transfers"_s);
        QVERIFY2(!without.contains(u"gateway.example"_s), qPrintable(told));
    }

    void what_hangs_nowhere_or_is_signed_wrong_is_a_broken_proof()
    {
        for (const auto& spoil : std::initializer_list<void (*)(authority::StoryForeign&)>{
                 [](authority::StoryForeign& foreign) { foreign.tie.reset(); },
                 [](authority::StoryForeign& foreign) { foreign.signature = Finding::Wrong; }}) {
            Story story = samples::storyElsewhere(1);
            QVERIFY(!isWrong(story));
            spoil(story.upstream[1]);
            QVERIFY(isWrong(story));
        }
        Story story = samples::storyElsewhere(1);
        story.sent->body->digest = Finding::Wrong;
        QVERIFY(isWrong(story));
        QVERIFY(bodySentence(*story.sent->body).startsWith(u'✗'));
    }

    void whose_a_key_is_is_said_with_the_thumbprint_from_its_owner()
    {
        Timeline timeline;
        timeline.change = [](Story& story) { story = samples::storyElsewhere(story.entry.index); };
        timeline.open(1);
        QTest::mouseClick(buttonThatSays(timeline.story(), u"I know whose key this is"_s), Qt::LeftButton);
        auto* dialog = qobject_cast<ServerDialog*>(QApplication::activeModalWidget());
        QVERIFY(dialog);
        QPushButton* accept = buttonThatSays(*dialog, u"It is this server's key"_s);
        auto* thumbprint = dialog->findChild<QLineEdit*>(u"serverThumbprint"_s);
        QVERIFY(thumbprint->text().isEmpty() && !words(*dialog).contains(u"NzbLsXh8"_s)); // not to be copied from here
        dialog->findChild<QLineEdit*>(u"serverName"_s)->setText(u" The bank "_s);
        QVERIFY(!accept->isEnabled());
        const QString key = QString::fromStdString(samples::storyElsewhere(1).upstream[1].key.value);
        thumbprint->setText(key.chopped(1) + u"t"_s);
        QVERIFY(!accept->isEnabled());
        QVERIFY(words(*dialog).contains(u"✗ The receipt was signed with another key."_s));
        thumbprint->setText(u" "_s + key);
        QVERIFY(accept->isEnabled());
        timeline.naming = fail(ErrorCode::InvalidInput, "Not that name.");
        QTest::mouseClick(accept, Qt::LeftButton);
        QVERIFY(dialog->isVisible() && words(*dialog).contains(u"Not that name."_s));
        timeline.naming = {};
        QTest::mouseClick(accept, Qt::LeftButton);
        QCOMPARE(timeline.named.size(), 2U);
        QVERIFY(timeline.named.back() == std::pair(Thumbprint{key.toStdString()}, u"The bank"_s));
        QVERIFY(!dialog->isVisible());
        QCOMPARE(timeline.storiesRead, 2); // told anew
    }

    void what_is_known_of_a_key_can_be_taken_back()
    {
        Timeline timeline;
        timeline.change = [](Story& story) { story = samples::storyElsewhere(story.entry.index); };
        timeline.open(1);
        QTest::mouseClick(buttonThatSays(timeline.story(), u"I do not know any more"_s), Qt::LeftButton);
        QVERIFY(timeline.named.back() == std::pair(samples::storyElsewhere(1).upstream[0].key, QString()));
        QCOMPARE(timeline.storiesRead, 2);
    }

    void receipts_of_other_servers_are_taken_in_from_a_file()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath(u"gateway.evidence.json"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        Timeline timeline;
        timeline.open(1);
        timeline.importing = fail(ErrorCode::InvalidRequest, "None of these receipts is about this action.");
        for (int round = 0; round < 2; ++round) {
            QTest::mouseClick(buttonThatSays(timeline.story(), u"Add receipts of other servers"_s), Qt::LeftButton);
            auto* dialog = timeline.story().findChild<QFileDialog*>();
            QVERIFY(dialog);
            Q_EMIT dialog->fileSelected(file.fileName());
            dialog->reject();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
            QCOMPARE(words(timeline.story()).contains(u"None of these receipts"_s), round == 0);
            timeline.importing = authority::ImportedReceipts{};
        }
        QCOMPARE(timeline.imported.size(), 2U);
        QVERIFY(timeline.imported.back() == std::pair(std::uint64_t{19}, file.fileName()));
        QCOMPARE(timeline.storiesRead, 2); // again once something came in
    }

    void the_content_goes_into_evidence_only_where_the_person_ticks_it()
    {
        using Bodies = TimelineFiles::Evidence::Bodies;
        Timeline timeline;
        timeline.change = [](Story& story) { story = samples::storyElsewhere(story.entry.index); };
        timeline.open(5);
        for (const bool ticked : {false, true}) {
            QTest::mouseClick(buttonThatSays(timeline.story(), u"Save evidence"_s), Qt::LeftButton);
            auto* dialog = timeline.story().findChild<EvidenceDialog*>();
            QVERIFY(dialog);
            auto* box = dialog->findChild<QCheckBox*>(u"withBodies"_s);
            QVERIFY(box->isVisible() && !box->isChecked());
            box->setChecked(ticked);
            Q_EMIT dialog->fileSelected(u"/tmp/x.html"_s);
            dialog->reject();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
            QVERIFY(timeline.saved.back().bodies == (ticked ? Bodies::Included : Bodies::LeftOut));
        }
        timeline.change = [](Story&) { };
        timeline.open(6); // nothing was kept of it
        QTest::mouseClick(buttonThatSays(timeline.story(), u"Save evidence"_s), Qt::LeftButton);
        QVERIFY(!timeline.story().findChild<EvidenceDialog*>()->findChild<QCheckBox*>(u"withBodies"_s));
    }
};

QTEST_MAIN(ElsewhereTest)
#include "tst_elsewhere.moc"
