// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/requests_page.h"

#include "ui/common/plain_label.h"
#include "ui/consent/request_delegate.h"

#include <QHBoxLayout>
#include <QListView>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

RequestsPage::RequestsPage(const Clock& clock, QWidget* parent)
    : QWidget(parent)
    , m_model(new RequestsModel(clock, this))
    , m_list(new QListView)
    , m_empty(new PlainLabel(tr("Nothing waits for you.\nWhen an agent asks for something, it is listed here until you "
                                "decide, or until its time runs out.")))
    , m_refused(new PlainLabel)
    , m_review(new QPushButton(tr("Review…")))
{
    m_list->setObjectName(u"requests"_s);
    m_list->setAccessibleName(tr("Waiting requests"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new RequestDelegate(m_list));
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_empty->setAlignment(Qt::AlignCenter);
    m_refused->setQuiet();
    m_refused->hide();
    m_review->setAutoDefault(false);
    auto* place = new QWidget;
    m_place = new QStackedLayout(place);
    m_place->addWidget(m_list);
    m_place->addWidget(m_empty);
    auto* row = new QHBoxLayout;
    row->addWidget(m_review);
    row->addWidget(m_refused, 1);
    row->addStretch();
    auto* column = new QVBoxLayout(this);
    column->addWidget(place, 1);
    column->addLayout(row);

    connect(m_list, &QListView::activated, this, &RequestsPage::review);
    connect(m_review, &QPushButton::clicked, this,
        [this] { review(m_list->currentIndex().isValid() ? m_list->currentIndex() : m_model->index(0)); });
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &RequestsPage::updateState);
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &RequestsPage::updateState);
    m_ticker.setInterval(std::chrono::seconds(1));
    connect(&m_ticker, &QTimer::timeout, m_model, &RequestsModel::refreshTimes);
    updateState();
}

void RequestsPage::setRefused(std::uint64_t count)
{
    m_refused->setText(tr("Refused since the start, because an agent is blocked or asked too often: %1").arg(count));
    m_refused->setVisible(count > 0);
}

void RequestsPage::review(const QModelIndex& index)
{
    if (index.isValid())
        Q_EMIT reviewWanted(QString::fromStdString(m_model->at(index.row()).id));
}

void RequestsPage::updateState()
{
    const int count = m_model->rowCount();
    m_review->setEnabled(count > 0);
    m_place->setCurrentWidget(count == 0 ? static_cast<QWidget*>(m_empty) : m_list);
    Q_EMIT countChanged(count);
}

void RequestsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_ticker.start();
}

void RequestsPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_ticker.stop();
}

} // namespace countersign::ui
