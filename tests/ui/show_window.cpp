// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: show_window SCENE: shows one window with sample data until it is closed, to look at it and take pictures.
#include "core/authority/person_desk.h"
#include "tests/core/authority/tampering.h"
#include "tests/support/authority_fixture.h"
#include "tests/ui/key_scenes.h"
#include "tests/ui/samples.h"
#include "tests/ui/service_scenes.h"
#include "tests/ui/trust_scenes.h"
#include "tests/ui/walk.h"
#include "ui/common/decision_guard.h"
#include "ui/common/icons.h"
#include "ui/common/main_window.h"
#include "ui/common/money_edit.h"
#include "ui/consent/consent_dialog.h"
#include "ui/consent/consent_view.h"
#include "ui/consent/requests_page.h"
#include "ui/grants/grants_model.h"
#include "ui/grants/grants_page.h"
#include "ui/start/passphrase_dialog.h"
#include "ui/start/start_dialog.h"
#include "ui/timeline/evidence_dialog.h"
#include "ui/timeline/server_dialog.h"
#include "ui/timeline/timeline_page.h"

#include <QApplication>
#include <QCheckBox>
#include <QDialog>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QRegularExpression>
#include <QTableView>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <cstdio>
#include <map>

using namespace countersign;
using namespace countersign::ui;
using namespace countersign::ui::key_scenes;
using namespace countersign::ui::service_scenes;
using namespace Qt::StringLiterals;

namespace {

const SystemClock kClock;

QWidget* consentWindow(consent::ScreenFacts facts, const std::function<void(ConsentView&)>& then = {})
{
    auto* window = new QDialog;
    window->setWindowTitle(u"A request – Countersign"_s);
    ConsentDeeds deeds;
    deeds.later = [window] { window->close(); };
    deeds.deny = [](const ConsentDeeds::Answer& answer) { answer({}); };
    deeds.block = deeds.deny;
    deeds.approve = [](const authority::Decision&, const ConsentDeeds::Answer& answer) { answer({}); };
    deeds.unlock = [](QString&, const ConsentDeeds::Answer& answer) { answer({}); };
    auto* guard = new DecisionGuard(*window, kClock);
    auto* view = new ConsentView(
        {std::move(facts), kClock.now() + std::chrono::seconds(252), {}}, deeds, *guard, kClock, QLocale());
    auto* column = new QVBoxLayout(window);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(view);
    view->focusFirst();
    if (then)
        then(*view);
    window->resize(window->fontMetrics().horizontalAdvance(u'm') * 62, window->fontMetrics().lineSpacing() * 46);
    return window;
}

QWidget* grantsWindow()
{
    auto* page = new GrantsPage(kClock, {});
    page->model().reset(samples::grantRows(kClock.now()));
    return page;
}

QWidget* grantTreeWindow()
{
    auto* page = new GrantsPage(kClock, {});
    std::vector<authority::GrantRow> rows = samples::grantTree(kClock.now());
    rows[0].agentName = u"calendar-agent"_s; // so says the one above
    rows[0].naming = authority::Naming::Claimed;
    rows[1].meters.push_back({authority::Meter::Kind::PerDay, 0, 500'000'000, rows[1].meters.front().currency});
    rows[1].grant.pairing = {0};
    page->model().reset(rows);
    QTimer::singleShot(100, page, [page] {
        auto* tree = page->findChild<QTreeView*>(u"grants"_s);
        const QModelIndex first = tree->model()->index(1, 0, tree->model()->index(0, 0));
        tree->setCurrentIndex(tree->model()->index(0, 0, first));
    });
    return page;
}

QWidget* endedGrantsWindow()
{
    auto* page = new GrantsPage(kClock, {});
    std::vector<authority::GrantRow> rows = samples::grantRows(kClock.now());
    rows.erase(rows.begin(), rows.end() - 1);
    rows[0].grant.endedAt = kClock.now();
    page->model().reset(rows);
    return page;
}

QWidget* timelineWindow(authority::Story (*story)(std::uint64_t, UnixSeconds))
{
    TimelineDeeds deeds;
    deeds.fetch = [](const audit::TimelineFilter&, std::optional<std::uint64_t> before, int count, const auto& answer) {
        QTimer::singleShot(0, [=] { answer(samples::timelinePage(90, before, count, kClock.now())); });
    };
    deeds.story = [story](std::uint64_t entry, const auto& answer) { answer(story(entry, kClock.now())); };
    deeds.files.saveEvidence = [](const auto&, const auto& answer) { answer({}); };
    deeds.files.importReceipts = [](std::uint64_t, const QString&, const auto& answer) {
        answer(authority::ImportedReceipts{});
    };
    deeds.nameServer = [](const Thumbprint&, const QString&, const auto& answer) { answer({}); };
    auto* page = new TimelinePage(std::move(deeds), kClock);
    QTimer::singleShot(300, page, [page] {
        auto* list = page->findChild<QListView*>(u"timeline"_s);
        list->setCurrentIndex(list->model()->index(2, 0));
    });
    return page;
}

QWidget* serverWindow()
{
    const authority::StoryForeign foreign = samples::storyElsewhere(1).upstream.back();
    auto* dialog =
        new ServerDialog(foreign.key, foreign.server, [](const QString&, const auto& answer) { answer({}); });
    dialog->findChild<QLineEdit*>(u"serverThumbprint"_s)->setText(QString::fromStdString(foreign.key.value));
    dialog->findChild<QLineEdit*>(u"serverName"_s)->setText(u"The bank"_s);
    return dialog;
}

QWidget* evidenceWindow()
{
    auto* dialog = new EvidenceDialog(u"countersign-17"_s, EvidenceDialog::Bodies::Kept);
    dialog->setAttribute(Qt::WA_DeleteOnClose, false);
    return dialog;
}

QWidget* erasingWindow()
{
    QWidget* page = timelineWindow(samples::story);
    QTimer::singleShot(600, page, [page] {
        for (QPushButton* button : walk::all<QPushButton>(*page)) {
            if (button->text().startsWith(u"Erase"_s))
                button->click();
        }
    });
    return page;
}

QWidget* requestsWindow()
{
    auto* page = new RequestsPage(kClock);
    int number = 0;
    for (const consent::ScreenFacts& facts : {samples::familiar(), samples::unknown(), samples::crowded()}) {
        const consent::Screen screen = consent::composeScreen(facts, consent::initialEdit(facts), QLocale());
        page->model().put(
            {facts.requestId, facts.agentName.text, screen.summary, kClock.now() - std::chrono::seconds(130 * number),
                kClock.now() + std::chrono::seconds(200 - 40 * number), 1 + 2 * number});
        ++number;
    }
    page->setRefused(7);
    return page;
}

QWidget* startWindow(int steps)
{
    using Here = StartDialog::KeyPlace::Here;
    StartDialog::Facts facts;
    facts.places = {{u"kwallet"_s, u"KWallet"_s, u"The wallet of this KDE desktop, opened at login."_s, Here::Yes},
        {u"secret-service"_s, u"Secret Service"_s, u"The keyring of GNOME and others."_s, Here::No},
        {u"file"_s, u"A sealed file"_s, u"In the data folder, under a passphrase that is asked for at each start."_s,
            Here::Yes}};
    facts.issuer = u"http://127.0.0.1:7317"_s;
    facts.connectLine = u"countersignctl ask --location https://payments.example/ --action payments.read"_s;
    auto* dialog = new StartDialog(facts, [](StartDialog::Choice&, const StartDialog::Answer& answer) { answer({}); });
    for (int i = 0; i < steps; ++i) {
        for (QLineEdit* edit : walk::all<QLineEdit>(*dialog, QRegularExpression(u"^passphrase"_s)))
            edit->setText(u"correct horse"_s);
        dialog->findChild<QPushButton*>(u"next"_s)->click();
    }
    return dialog;
}

/// The windows with a real authority; its clock stands still.
struct Home {
    testing::AuthorityFixture fixture;
    authority::PersonDesk desk{fixture.authority()};

    Home()
    {
        const auto bot = fixture.registerAgent("reconcile-bot");
        (void)fixture.tokensFor(bot);
        (void)fixture.ask(fixture.request(bot, testing::payments(), "The rest of them."));
        const auto helper = fixture.registerAgent("ledger-helper", "/usr/bin/python3");
        (void)fixture.tokensFor(helper);
        (void)fixture.ask(fixture.registerAgent("calendar-agent", "/usr/bin/node"));
        (void)QTest::qWaitFor([&] { return desk.waitingRequests().size() == 2; });
    }
};

QWidget* mainWindow(MainWindow::Page page)
{
    auto* home = new Home;
    auto* window = new MainWindow(home->desk);
    window->showPage(page);
    return window;
}

/// Somebody wrote into the log while nothing ran.
struct BrokenHome {
    testing::AuthorityFixture fixture;
    std::unique_ptr<authority::PersonDesk> desk;

    BrokenHome()
    {
        (void)fixture.tokensFor(fixture.registerAgent("reconcile-bot"));
        fixture.stop();
        testing::tamperWithoutTriggers(fixture.folder(), {u"UPDATE log_leaves SET at = at + 1 WHERE idx = 3"_s});
        if (!fixture.start(testing::AuthorityFixture::PersonKey::Sealed))
            qFatal("no start");
        desk = std::make_unique<authority::PersonDesk>(fixture.authority());
        (void)QTest::qWaitFor([&] { return !desk->grants().empty(); });
    }
};

QWidget* brokenWindow()
{
    auto* home = new BrokenHome;
    auto* window = new MainWindow(*home->desk);
    window->showPage(MainWindow::Page::Grants);
    return window;
}

QWidget* dialogWindow()
{
    auto* home = new Home;
    auto* dialog = new ConsentDialog(home->desk);
    dialog->showRequest({});
    return dialog;
}

QWidget* passphraseWindow()
{
    return new PassphraseDialog(PassphraseDialog::sealedFile(PassphraseDialog::Task::Choose),
        [](QString&, const PassphraseDialog::Answer& answer) {
            answer(fail(ErrorCode::WrongPassphrase, "That is not the passphrase."));
        });
}

std::map<QString, std::function<QWidget*()>> scenes()
{
    const UnixSeconds now = kClock.now();
    return {
        {u"consent"_s, [now] { return consentWindow(samples::familiar(now)); }},
        {u"consent-unknown"_s, [now] { return consentWindow(samples::unknown(now)); }},
        {u"consent-hostile"_s, [now] { return consentWindow(samples::hostile(now)); }},
        {u"consent-crowded"_s, [now] { return consentWindow(samples::crowded(now)); }},
        {u"consent-exact"_s,
            [now] {
                return consentWindow(samples::unknown(now), [](ConsentView& view) {
                    view.findChild<QToolButton*>(u"showExact"_s)->click();
                    view.setKey(ConsentView::Key::Sealed);
                });
            }},
        {u"consent-ended"_s,
            [now] {
                return consentWindow(
                    samples::unknown(now), [](ConsentView& view) { view.showEnded(consent::RequestState::Expired); });
            }},
        {u"consent-demands"_s, [now] { return consentWindow(samples::demanding(now)); }},
        {u"consent-payer"_s, [now] { return consentWindow(samples::payer(now)); }},
        {u"consent-attested"_s,
            [now] { return consentWindow(trust_scenes::withTrust(samples::payer(now), samples::attested(now))); }},
        {u"consent-hit"_s,
            [now] { return consentWindow(trust_scenes::withTrust(samples::payer(now), samples::hit(now))); }},
        {u"agents"_s, [] { return trust_scenes::agentsWindow(0, kClock); }},
        {u"agents-own-word"_s, [] { return trust_scenes::agentsWindow(1, kClock); }},
        {u"agents-hit"_s, [] { return trust_scenes::agentsWindow(3, kClock); }},
        {u"consent-extending"_s, [now] { return consentWindow(samples::extending(now)); }},
        {u"consent-action"_s, [now] { return consentWindow(samples::onePayment(now)); }},
        {u"narrowing"_s,
            [now] {
                return consentWindow(samples::narrowing(now), [](ConsentView& view) {
                    view.findChild<QCheckBox*>()->click();
                    const QList<MoneyEdit*> edits = view.findChildren<MoneyEdit*>();
                    MoneyEdit* total = edits.last();
                    total->setText(u"5000.00"_s);
                    Q_EMIT total->textEdited(total->text());
                });
            }},
        {u"grants"_s, grantsWindow},
        {u"grant-tree"_s, grantTreeWindow},
        {u"grants-ended"_s, endedGrantsWindow},
        {u"grants-waiting"_s, [] { return trust_scenes::waitingGrantsWindow(kClock); }},
        {u"timeline"_s, [] { return timelineWindow(samples::story); }},
        {u"timeline-elsewhere"_s, [] { return timelineWindow(samples::storyElsewhere); }},
        {u"erasing"_s, erasingWindow},
        {u"main-broken"_s, brokenWindow},
        {u"server"_s, serverWindow},
        {u"evidence"_s, evidenceWindow},
        {u"requests"_s, requestsWindow},
        {u"services"_s, servicesWindow},
        {u"services-import"_s, importWindow},
        {u"services-import-hostile"_s, hostileImportWindow},
        {u"grants-changed"_s, [] { return changedGrantWindow(kClock); }},
        {u"consent-offered"_s, [now] { return consentWindow(samples::offered(now)); }},
        {u"start-1"_s, [] { return startWindow(0); }},
        {u"start-2"_s, [] { return startWindow(1); }},
        {u"start-3"_s, [] { return startWindow(2); }},
        {u"start-4"_s, [] { return startWindow(3); }},
        {u"recovery-1"_s, [] { return recoveryWindow(0); }},
        {u"recovery-2"_s, [] { return recoveryWindow(1); }},
        {u"recovery-3"_s, [] { return recoveryWindow(2); }},
        {u"recovery-4"_s, [] { return recoveryWindow(3); }},
        {u"keys"_s, [] { return keysWindow(0); }},
        {u"keys-replaced"_s, [] { return keysWindow(2); }},
        {u"passphrase"_s, passphraseWindow},
        {u"dialog"_s, dialogWindow},
        {u"main-requests"_s, [] { return mainWindow(MainWindow::Page::Requests); }},
        {u"main-grants"_s, [] { return mainWindow(MainWindow::Page::Grants); }},
        {u"main-timeline"_s, [] { return mainWindow(MainWindow::Page::Timeline); }},
    };
}

/// Breeze's dark colours, for desktops whose palette can't be asked for.
QPalette darkPalette()
{
    QPalette palette(QColor(0x29, 0x2c, 0x30), QColor(0x20, 0x23, 0x26));
    palette.setColor(QPalette::Base, QColor(0x14, 0x16, 0x18));
    palette.setColor(QPalette::Text, QColor(0xfc, 0xfc, 0xfc));
    palette.setColor(QPalette::WindowText, QColor(0xfc, 0xfc, 0xfc));
    palette.setColor(QPalette::ButtonText, QColor(0xfc, 0xfc, 0xfc));
    palette.setColor(QPalette::PlaceholderText, QColor(0xa1, 0xa9, 0xb1));
    palette.setColor(QPalette::Highlight, QColor(0x3d, 0xae, 0xe9));
    return palette;
}

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    QIcon::setThemeName(app.arguments().contains(u"dark"_s) ? u"breeze-dark"_s : u"breeze"_s);
    if (app.arguments().contains(u"dark"_s))
        QApplication::setPalette(darkPalette());
    const auto all = scenes();
    const auto scene = all.find(app.arguments().value(1));
    if (scene == all.end()) {
        std::fputs("usage: show_window SCENE [dark]\n", stderr);
        for (const auto& [name, make] : all)
            std::fprintf(stderr, "  %s\n", qPrintable(name));
        return 2;
    }
    const std::unique_ptr<QWidget> window(scene->second());
    if (!qobject_cast<QDialog*>(window.get()))
        window->resize(window->fontMetrics().horizontalAdvance(u'm') * 84, window->fontMetrics().lineSpacing() * 34);
    window->show();
    return QApplication::exec();
}
