// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/main_window.h"

#include "core/authority/weekly_check.h"
#include "ui/agents/agents_page.h"
#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/trouble_words.h"
#include "ui/common/window_memory.h"
#include "ui/consent/requests_feed.h"
#include "ui/consent/requests_page.h"
#include "ui/grants/grants_page.h"
#include "ui/services/services_page.h"
#include "ui/settings/keys_dialog.h"
#include "ui/start/passphrase_dialog.h"
#include "ui/timeline/timeline_page.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QScreen>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

using authority::PersonDesk;
using authority::Trouble;

namespace {
constexpr int kWide = 100; // widths of "m"
constexpr int kHigh = 40; // lines
constexpr auto kGeometry = "window/geometry"_L1;
} // namespace

MainWindow::MainWindow(PersonDesk& desk, TimelineFiles files, QWidget* parent)
    : QMainWindow(parent)
    , m_desk(desk)
    , m_files(std::move(files))
    , m_banners(new QVBoxLayout)
    , m_problem(new Notice(Tone::Danger))
    , m_tabs(new QTabWidget)
    , m_stop(new QPushButton(tr("Stop everything…")))
    , m_where(new PlainLabel)
{
    setWindowTitle(tr("Countersign"));
    setWindowIcon(appIcon());
    const int space = fontMetrics().height();
    auto* contents = new QWidget;
    auto* column = new QVBoxLayout(contents);
    column->setSpacing(space / 2);
    m_problem->hide();
    m_where->setQuiet();
    m_where->setObjectName(u"where"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Pages"));
    m_stop->setIcon(icon(Glyph::Stop, palette()));
    m_stop->setAutoDefault(false);
    m_stop->setObjectName(u"stopEverything"_s);
    m_stop->setAccessibleDescription(tr("Ends all grants of all agents at once, after one question."));
    m_tabs->setCornerWidget(m_stop);
    column->addLayout(m_banners);
    column->addWidget(m_problem);
    column->addWidget(m_tabs, 1);
    auto* foot = new QHBoxLayout;
    auto* keys = new QPushButton(tr("Keys…"));
    keys->setAutoDefault(false);
    keys->setObjectName(u"keys"_s);
    keys->setAccessibleDescription(tr("Shows the keys that services and auditors know you by."));
    foot->addWidget(m_where, 1);
    foot->addWidget(keys);
    column->addLayout(foot);
    setCentralWidget(contents);
    resize(sizeHint().boundedTo(screen()->availableSize() * 9 / 10)); // Qt itself would take two thirds of it at most

    addRequests();
    addGrants();
    addTimeline();
    addAgents();
    addServices();
    connect(keys, &QPushButton::clicked, this, &MainWindow::showKeys);
    connect(m_stop, &QPushButton::clicked, this, &MainWindow::askToStopEverything);
    connect(&desk, &PersonDesk::statusChanged, this, &MainWindow::onStatus);
    connect(&desk, &PersonDesk::ready, this, &MainWindow::onStatus);
    onStatus();
}

void MainWindow::showPage(Page page)
{
    m_tabs->setCurrentIndex(static_cast<int>(page));
}

void MainWindow::remember(WindowMemory& memory)
{
    m_memory = &memory;
    restoreGeometry(memory.recall(kGeometry));
    m_grants->remember(memory);
    m_timeline->remember(memory);
}

void MainWindow::hideEvent(QHideEvent* event)
{
    QMainWindow::hideEvent(event);
    if (m_memory)
        m_memory->remember(kGeometry, saveGeometry());
}

QSize MainWindow::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(u'm') * kWide, fontMetrics().lineSpacing() * kHigh};
}

void MainWindow::addRequests()
{
    m_requests = new RequestsPage(m_desk.clock());
    const int tab = m_tabs->addTab(m_requests, tr("Requests"));
    connect(m_requests, &RequestsPage::countChanged, this, [this, tab](int count) {
        m_tabs->setTabText(tab, count == 0 ? tr("Requests") : tr("Requests (%1)").arg(QLocale().toString(count)));
    });
    connect(m_requests, &RequestsPage::reviewWanted, this, &MainWindow::reviewWanted);
    follow(m_requests->model(), m_desk);
}

void MainWindow::addGrants()
{
    GrantDeeds deeds;
    deeds.revoke = [this](const GrantId& grant, GrantDeeds::Answer answer) { m_desk.revoke(grant, std::move(answer)); };
    deeds.revokeAllOf = [this](const ClientId& agent, GrantDeeds::Answer answer) {
        m_desk.revokeAllOf(agent, std::move(answer));
    };
    deeds.pause = [this](const GrantId& grant, GrantDeeds::Answer answer) { m_desk.pause(grant, std::move(answer)); };
    deeds.resume = [this](const GrantId& grant, GrantDeeds::Answer answer) { m_desk.resume(grant, std::move(answer)); };
    deeds.nameAgent = [this](const ClientId& agent, const QString& name, GrantDeeds::Answer answer) {
        m_desk.nameAgent(agent, name, std::move(answer));
    };
    addNarrowing(deeds);
    m_grants = new GrantsPage(m_desk.clock(), std::move(deeds));
    m_tabs->addTab(m_grants, tr("Grants"));
    follow(*m_grants, m_desk);
    connect(m_grants, &GrantsPage::timelineWanted, this, [this](const QString& grant) {
        showPage(Page::Timeline);
        m_timeline->showGrant(GrantId{grant.toStdString()});
    });
}

void MainWindow::addNarrowing(GrantDeeds& deeds)
{
    deeds.prepareNarrowing = [this](const GrantId& grant, GrantDeeds::Facts facts) {
        m_desk.prepareNarrowing(grant, std::move(facts));
    };
    deeds.narrowing.narrow = [this](authority::Narrowing narrowing, NarrowDeeds::Answer answer) {
        m_desk.narrow(std::move(narrowing), std::move(answer));
    };
    deeds.narrowing.unlock = [this](QString& passphrase, NarrowDeeds::Answer answer) {
        m_desk.unlockPersonKey(passphrase, std::move(answer));
    };
    deeds.key = [this] {
        return std::ranges::contains(m_desk.status().troubles, Trouble::PersonKeySealed) ? ConsentView::Key::Sealed
                                                                                         : ConsentView::Key::Unlocked;
    };
}

TimelineDeeds MainWindow::timelineDeeds()
{
    TimelineDeeds deeds;
    deeds.fetch = [this](audit::TimelineFilter filter, std::optional<std::uint64_t> before, int count, auto answer) {
        m_desk.timeline(std::move(filter), before, count, std::move(answer));
    };
    deeds.story = [this](std::uint64_t entry, TimelineDeeds::Answer<authority::Story> answer) {
        m_desk.story(entry, std::move(answer));
    };
    deeds.exportLines = [this](authority::TimelineFile file, authority::LongWork work,
                            TimelineDeeds::Answer<std::uint64_t> answer) {
        m_desk.exportTimeline(std::move(file), std::move(work), std::move(answer));
    };
    deeds.checkLog = [this](authority::LongWork work, TimelineDeeds::Answer<std::uint64_t> answer) {
        m_desk.checkLog(std::move(work), std::move(answer));
    };
    deeds.cancelWeeklyCheck = [this] { m_desk.weeklyCheck().cancel(); };
    deeds.erase = [this](std::uint64_t entry, TimelineDeeds::Answer<void> answer) {
        m_desk.eraseDetails(entry, std::move(answer));
    };
    deeds.narrow = [this](const GrantId& grant) {
        showPage(Page::Grants); // where the person sees what becomes of it
        m_grants->narrowGrant(grant);
    };
    deeds.nameServer = [this](const Thumbprint& server, const QString& name, TimelineDeeds::Answer<void> answer) {
        if (name.isEmpty())
            m_desk.forgetServer(server, std::move(answer));
        else
            m_desk.acceptServer(server, name, std::move(answer));
    };
    deeds.files = m_files;
    return deeds;
}

void MainWindow::addTimeline()
{
    m_timeline = new TimelinePage(timelineDeeds(), m_desk.clock());
    m_tabs->addTab(m_timeline, tr("Timeline"));
    connect(&m_desk, &PersonDesk::timelineGrew, m_timeline, &TimelinePage::logGrew);
    authority::WeeklyCheck& weekly = m_desk.weeklyCheck();
    connect(&weekly, &authority::WeeklyCheck::changed, m_timeline,
        [this, &weekly] { m_timeline->setWeeklyCheck(weekly.progress()); });
    const auto addAgents = [this] {
        for (const authority::GrantRow& row : m_desk.grants())
            m_timeline->addAgent({row.grant.agent, row.agentName});
        for (const authority::WaitingRequest& waiting : m_desk.waitingRequests())
            m_timeline->addAgent({waiting.agent.id, waiting.facts.agentName.text});
    };
    connect(&m_desk, &PersonDesk::ready, m_timeline, addAgents);
    connect(&m_desk, &PersonDesk::grantsReset, m_timeline, addAgents);
    connect(&m_desk, &PersonDesk::requestArrived, m_timeline, [this](const QString& id) {
        if (const authority::WaitingRequest* waiting = m_desk.findRequest(id.toStdString()))
            m_timeline->addAgent({waiting->agent.id, waiting->facts.agentName.text});
    });
    addAgents();
}

void MainWindow::addAgents()
{
    AgentDeeds deeds;
    deeds.assignTrust = [this](const ClientId& agent, std::optional<agents::TrustLevel> level,
                            AgentDeeds::Answer answer) { m_desk.assignTrust(agent, level, std::move(answer)); };
    deeds.askAgain = [this](const ClientId& agent, AgentDeeds::Answer answer) {
        m_desk.askTrustAgain(agent, std::move(answer));
    };
    deeds.name = [this](const ClientId& agent, const QString& name, AgentDeeds::Answer answer) {
        m_desk.nameAgent(agent, name, std::move(answer));
    };
    deeds.block = [this](const ClientId& agent, AgentDeeds::Answer answer) { m_desk.block(agent, std::move(answer)); };
    deeds.unblock = [this](
                        const ClientId& agent, AgentDeeds::Answer answer) { m_desk.unblock(agent, std::move(answer)); };
    deeds.forget = [this](
                       const ClientId& agent, AgentDeeds::Answer answer) { m_desk.forget(agent, std::move(answer)); };
    m_agents = new AgentsPage(std::move(deeds), m_desk.clock());
    m_tabs->addTab(m_agents, tr("Agents"));
    AgentsModel& model = m_agents->model();
    const auto put = [this, &model](int row) { model.put(row, m_desk.agents()[static_cast<std::size_t>(row)]); };
    const auto reset = [this, &model] { model.reset(m_desk.agents()); };
    connect(&m_desk, &PersonDesk::agentsReset, &model, reset);
    connect(&m_desk, &PersonDesk::agentAdded, &model, put);
    connect(&m_desk, &PersonDesk::agentChanged, &model, put);
    connect(&m_desk, &PersonDesk::agentGone, &model, &AgentsModel::remove);
    reset();
}

void MainWindow::addServices()
{
    ServiceDeeds deeds;
    deeds.add = [this](const QString& name, const QString& location, ServiceDeeds::Added added) {
        m_desk.addService(name, location, std::move(added));
    };
    deeds.remove = [this](const ServiceId& service, ServiceDeeds::Answer answer) {
        m_desk.removeService(service, std::move(answer));
    };
    deeds.preview = [this](const ServiceId& service, const QString& path, ServiceDeeds::Previewed previewed) {
        m_desk.previewCatalogue(service, path, std::move(previewed));
    };
    deeds.import = [this](authority::CataloguePreview preview, ServiceDeeds::Answer answer) {
        m_desk.importCatalogue(std::move(preview), std::move(answer));
    };
    m_services = new ServicesPage(std::move(deeds));
    m_tabs->addTab(m_services, tr("Services"));
    const auto update = [this] { m_services->setServices(m_desk.services()); };
    connect(&m_desk, &PersonDesk::ready, m_services, update);
    connect(&m_desk, &PersonDesk::servicesChanged, m_services, update);
    update();
}

void MainWindow::onStatus()
{
    const authority::DeskStatus& status = m_desk.status();
    m_requests->setRefused(status.refusedRequests);
    m_timeline->setLastCheck(status.logCheckedAt);
    if (m_keys)
        m_keys->setStatus(status);
    m_where->setText(status.issuer.empty()
            ? QString()
            : tr("Agents reach Countersign at %1. Keys rest in: %2.")
                  .arg(QString::fromStdString(status.issuer), QString::fromStdString(status.keychain)));
    if (status.troubles != m_shownTroubles || status.detail != m_shownDetail) {
        m_shownDetail = status.detail;
        showTroubles(status.troubles);
    }
}

void MainWindow::showTroubles(const std::vector<Trouble>& troubles)
{
    while (QLayoutItem* item = m_banners->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const Tone tone : {Tone::Danger, Tone::Caution, Tone::Calm}) { // what is worst stands first
        for (const Trouble trouble : troubles) {
            if (trouble != Trouble::None && troubleWords(trouble).tone == tone)
                addBanner(trouble);
        }
    }
    m_shownTroubles = troubles;
}

/// What was found, in a line of its own; empty: the words say it all.
QString MainWindow::detailOf(Trouble trouble, Tone tone) const
{
    const QString found = trouble == Trouble::LogBroken ? QString::fromStdString(m_desk.status().logProblem)
        : tone == Tone::Danger                          ? m_shownDetail
                                                        : QString();
    return found.isEmpty() ? QString() : u'\n' + tr("Found: %1").arg(found);
}

void MainWindow::addBanner(Trouble trouble)
{
    using Remedy = TroubleWords::Remedy;
    const TroubleWords words = troubleWords(trouble);
    auto* banner = new Notice(words.tone);
    banner->setWords(words.title, words.body + detailOf(trouble, words.tone));
    if (words.remedy == Remedy::Unlock)
        banner->addButton(words.remedyLabel, [this] { unlock(); });
    if (words.remedy == Remedy::ConfirmClock)
        banner->addButton(
            words.remedyLabel, [this] { m_desk.confirmClock(reporting(tr("The grants are still held."))); });
    if (words.remedy == Remedy::CheckLog)
        banner->addButton(words.remedyLabel, [this] {
            m_tabs->setCurrentWidget(m_timeline);
            m_timeline->checkLog();
        });
    if (words.remedy == Remedy::ConfirmRollback)
        banner->addButton(
            words.remedyLabel, [this] { m_desk.confirmRollback(reporting(tr("The old copy is not accepted yet."))); });
    m_banners->addWidget(banner);
}

void MainWindow::unlock()
{
    auto* dialog = new PassphraseDialog(
        PassphraseDialog::personKey(PassphraseDialog::Task::Enter),
        [this](QString& passphrase, PassphraseDialog::Answer answer) {
            m_desk.unlockPersonKey(passphrase, std::move(answer));
        },
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showKeys()
{
    if (!m_keys) {
        KeysDeeds deeds;
        deeds.replaceDevice = [this](QString& passphrase, std::function<void(const Result<void>&)> answer) {
            m_desk.rotateDevice(passphrase, std::move(answer));
        };
        m_keys = new KeysDialog(m_desk.status(), std::move(deeds), this);
        m_keys->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_keys->show();
    m_keys->raise();
}

void MainWindow::askToStopEverything()
{
    auto* question = new QMessageBox(QMessageBox::Warning, tr("Stop everything?"),
        tr("End all grants of all agents now?"), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(
        tr("What agents were allowed ends at once and does not come back. They may ask again."));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDefaultButton(QMessageBox::Cancel);
    QPushButton* stop = question->addButton(tr("Stop everything"), QMessageBox::DestructiveRole);
    stop->setObjectName(u"confirmStop"_s);
    connect(stop, &QPushButton::clicked, this,
        [this] { m_desk.stopEverything(reporting(tr("Not everything was stopped."))); });
    question->open();
}

authority::Done<void> MainWindow::reporting(const QString& failure)
{
    return [window = QPointer(this), failure](const Result<void>& result) {
        const MainWindow* shown = window;
        if (shown == nullptr)
            return;
        shown->m_problem->setVisible(!result);
        if (!result)
            shown->m_problem->setWords(failure, QString::fromStdString(result.error().message));
    };
}

} // namespace countersign::ui
