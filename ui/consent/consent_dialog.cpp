// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/consent_dialog.h"

#include "ui/common/decision_guard.h"
#include "ui/common/icons.h"
#include "ui/common/plain_label.h"
#include "ui/common/row_delegate.h"
#include "ui/common/window_memory.h"
#include "ui/consent/consent_view.h"
#include "ui/consent/requests_feed.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListView>
#include <QPointer>
#include <QPushButton>
#include <QScreen>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kWide = 62; // widths of "m"
constexpr int kInboxWide = 20;
constexpr int kHigh = 54; // lines
constexpr auto kGeometry = "request/geometry"_L1;

int wide(const QWidget& widget, int count)
{
    return widget.fontMetrics().horizontalAdvance(u'm') * count;
}
} // namespace

ConsentDialog::ConsentDialog(authority::PersonDesk& desk, QWidget* parent)
    : QDialog(parent)
    , m_desk(desk)
    , m_guard(new DecisionGuard(*this, desk.clock()))
    , m_requests(new RequestsModel(desk.clock(), this))
    , m_place(new QStackedWidget)
{
    setWindowTitle(tr("A request – Countersign"));
    setWindowIcon(appIcon());
    follow(*m_requests, desk);
    m_inbox = makeInbox();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_inbox);
    row->addWidget(m_place, 1);

    connect(&desk, &authority::PersonDesk::requestEnded, this, &ConsentDialog::onEnded);
    connect(&desk, &authority::PersonDesk::requestChanged, this, [this](const QString& id) {
        if (m_view && id == shownRequest())
            refresh();
    });
    connect(&desk, &authority::PersonDesk::statusChanged, this, &ConsentDialog::onStatus);
    connect(m_requests, &QAbstractItemModel::rowsInserted, this, &ConsentDialog::updateInbox);
    connect(m_requests, &QAbstractItemModel::rowsRemoved, this, &ConsentDialog::updateInbox);
    m_ticker.setInterval(std::chrono::seconds(1));
    connect(&m_ticker, &QTimer::timeout, m_requests, &RequestsModel::refreshTimes);
    updateInbox();
}

QWidget* ConsentDialog::makeInbox()
{
    const int space = fontMetrics().height();
    auto* inbox = new QWidget;
    auto* column = new QVBoxLayout(inbox);
    column->setContentsMargins(space, space, 0, space);
    column->addWidget(makeCaption(tr("Waiting")));
    m_list = new QListView;
    m_list->setModel(m_requests);
    m_list->setItemDelegate(new RowDelegate(m_list));
    m_list->setAccessibleName(tr("Waiting requests"));
    m_list->setObjectName(u"inbox"_s);
    m_list->setWordWrap(true);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setSpacing(space / 6);
    column->addWidget(m_list);
    inbox->setFixedWidth(wide(*this, kInboxWide));
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (current.isValid() && shownRequest().toStdString() != m_requests->at(current.row()).id)
            open(m_requests->at(current.row()).id);
    });
    return inbox;
}

void ConsentDialog::showRequest(const QString& publicId)
{
    const auto& waiting = m_desk.waitingRequests();
    if (m_desk.findRequest(publicId.toStdString()))
        open(publicId.toStdString());
    else if (!waiting.empty())
        open(waiting.front().request.publicId);
    if (!isVisible() && !testAttribute(Qt::WA_Resized))
        resize(sizeHint()); // Qt itself would take two thirds of the screen at most
}

QString ConsentDialog::shownRequest() const
{
    return m_view ? QString::fromStdString(m_view->facts().requestId) : QString();
}

void ConsentDialog::open(const std::string& id)
{
    const authority::WaitingRequest* waiting = m_desk.findRequest(id);
    if (!waiting || (m_view && !m_view->hasEnded() && shownRequest().toStdString() == id))
        return;
    present(*waiting, std::nullopt);
}

/// The shown request was asked again, or the agent's grants changed: other facts make another screen.
void ConsentDialog::refresh()
{
    const authority::WaitingRequest* waiting = m_desk.findRequest(shownRequest().toStdString());
    if (!waiting || m_view->isBusy())
        return;
    consent::ScreenFacts now = waiting->facts;
    now.at = m_view->facts().at;
    if (now == m_view->facts())
        return;
    present(*waiting, m_view->edit());
    m_view->showProblem(tr("What is known of this agent has changed."), tr("Look at it again before you decide."));
}

void ConsentDialog::present(const authority::WaitingRequest& waiting, const std::optional<consent::Edit>& edit)
{
    if (m_view)
        m_view->deleteLater();
    m_view = makeView(waiting, edit);
    m_place->addWidget(m_view);
    m_place->setCurrentWidget(m_view);
    onStatus();
    m_guard->restart(); // other words stand where the person was looking
    m_view->focusFirst();
    updateInbox();
}

ConsentView* ConsentDialog::makeView(const authority::WaitingRequest& waiting, const std::optional<consent::Edit>& edit)
{
    const std::string id = waiting.request.publicId;
    const ClientId agent = waiting.agent.id;
    ConsentDeeds deeds;
    deeds.approve = [this](authority::Decision decision, ConsentDeeds::Answer answer) {
        m_desk.approve(std::move(decision), [answer = std::move(answer)](const Result<GrantId>& grant) {
            answer(grant ? Result<void>() : std::unexpected(grant.error()));
        });
    };
    deeds.deny = [this, id](ConsentDeeds::Answer answer) { m_desk.deny(id, std::move(answer)); };
    deeds.block = [this, agent](ConsentDeeds::Answer answer) { m_desk.block(agent, std::move(answer)); };
    deeds.unlock = [this](QString& passphrase, ConsentDeeds::Answer answer) {
        m_desk.unlockPersonKey(passphrase, std::move(answer));
    };
    deeds.later = [this] { close(); };
    consent::ScreenFacts facts = waiting.facts;
    facts.at = m_desk.clock().now(); // "1 hour" is one hour from now
    auto* view = new ConsentView(
        {std::move(facts), waiting.request.expiresAt, edit}, std::move(deeds), *m_guard, m_desk.clock(), QLocale());
    connect(view, &ConsentView::ended, this, [this, id] { afterEnd(id); });
    connect(view, &ConsentView::reopened, this, &ConsentDialog::refresh);
    return view;
}

/// How it ended stays readable; the next request, or closing, is one press away.
void ConsentDialog::afterEnd(const std::string& id)
{
    auto next = std::ranges::find_if(m_desk.waitingRequests(),
        [&](const authority::WaitingRequest& waiting) { return waiting.request.publicId != id; });
    auto* button = new QPushButton(next == m_desk.waitingRequests().end() ? tr("Close") : tr("Next request"));
    button->setAutoDefault(false);
    button->setObjectName(u"onward"_s);
    connect(button, &QPushButton::clicked, this, [this] {
        if (m_desk.waitingRequests().empty())
            close();
        else
            open(m_desk.waitingRequests().front().request.publicId);
    });
    m_view->setOnward(button);
}

void ConsentDialog::onEnded(const QString& publicId, consent::RequestState how)
{
    if (m_view && shownRequest() == publicId)
        m_view->showEnded(how);
}

void ConsentDialog::onStatus()
{
    if (!m_view)
        return;
    const bool sealed = std::ranges::contains(m_desk.status().troubles, authority::Trouble::PersonKeySealed);
    m_view->setKey(sealed ? ConsentView::Key::Sealed : ConsentView::Key::Unlocked);
}

void ConsentDialog::updateInbox()
{
    m_inbox->setVisible(m_requests->rowCount() > 1);
    const int row = m_requests->rowOf(shownRequest().toStdString());
    if (row >= 0)
        m_list->setCurrentIndex(m_requests->index(row));
    else
        m_list->setCurrentIndex({});
}

QSize ConsentDialog::sizeHint() const
{
    const int inbox = m_requests->rowCount() > 1 ? kInboxWide : 0;
    // High enough that a request of a few actions is read without scrolling, where the screen has the room.
    const int room = screen()->availableGeometry().height() * 9 / 10;
    return {wide(*this, kWide + inbox), std::min(fontMetrics().lineSpacing() * kHigh, room)};
}

void ConsentDialog::remember(WindowMemory& memory)
{
    m_memory = &memory;
    restoreGeometry(memory.recall(kGeometry));
}

void ConsentDialog::keyPressEvent(QKeyEvent* event)
{
    // QDialog would look for a default button.
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        return;
    QDialog::keyPressEvent(event);
}

void ConsentDialog::showEvent(QShowEvent* event)
{
    QDialog::showEvent(event);
    m_ticker.start();
    if (m_view)
        m_view->focusFirst();
}

void ConsentDialog::hideEvent(QHideEvent* event)
{
    QDialog::hideEvent(event);
    m_ticker.stop();
    if (m_memory)
        m_memory->remember(kGeometry, saveGeometry());
}

} // namespace countersign::ui
