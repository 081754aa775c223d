// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/import_dialog.h"

#include "core/base/text_safety.h"
#include "core/consent/offer.h"
#include "core/services/openapi.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/text_direction.h"
#include "ui/services/operations_table.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {

using authority::CataloguePreview;

constexpr int kWide = 92; // widths of "m"
constexpr int kHigh = 30; // lines
constexpr std::size_t kMostAddresses = 3;

Notice* warn(const QString& title, const QString& body)
{
    auto* warning = new Notice(Tone::Caution);
    warning->setWords(title, body);
    return warning;
}

QString addressesOf(const services::Catalogue& catalogue)
{
    QStringList shown;
    for (std::size_t i = 0; i < std::min(catalogue.baseUrls.size(), kMostAddresses); ++i)
        shown.append(isolated(safeText(catalogue.baseUrls[i]).text));
    if (catalogue.baseUrls.size() > kMostAddresses)
        shown.append(u"…"_s);
    return shown.join(u", "_s);
}

int lessDemandedIn(const CataloguePreview& preview)
{
    return static_cast<int>(std::ranges::count_if(
        preview.changes, [](const services::OperationChange& change) { return change.demandsLess(); }));
}

} // namespace

ImportDialog::ImportDialog(const QString& service, CataloguePreview preview, Import import, QWidget* parent)
    : QDialog(parent)
    , m_preview(std::move(preview))
    , m_import(std::move(import))
    , m_problem(new Notice(Tone::Danger))
    , m_accept(new QPushButton(tr("Import")))
{
    setWindowTitle(tr("Import what a service offers – Countersign"));
    auto* column = new QVBoxLayout(this);
    m_problem->hide();
    column->addWidget(m_problem);
    //: %1: title of a document, %2: its version, both in its words, %3: name of a service
    const QString title =
        tr("%1, version %2, for %3")
            .arg(consent::quotedWords(m_preview.catalogue->title, services::kMaxTitleBytes),
                consent::quotedWords(m_preview.catalogue->version, services::kMaxVersionBytes), isolated(service));
    column->addWidget(new PlainLabel(title, PlainLabel::Size::Large));
    column->addWidget(new PlainLabel(summary()));
    addWarnings(*column);
    auto* table = new OperationsTable;
    table->showChanges(m_preview.changes);
    table->setVisible(!m_preview.changes.empty());
    column->addWidget(table, 1);
    if (m_preview.changes.empty())
        column->addStretch();
    addButtons(*column);
    updateState();
    resize(fontMetrics().horizontalAdvance(u'm') * kWide, fontMetrics().lineSpacing() * kHigh);
}

void ImportDialog::addWarnings(QVBoxLayout& column)
{
    if (m_preview.elsewhere == CataloguePreview::Elsewhere::Yes)
        addElsewhere(column);
    if (const int less = lessDemandedIn(m_preview); less > 0)
        column.addWidget(warn(tr("Operations that would demand less of agents: %n", nullptr, less),
            tr("An agent that falls short of what is demanded now may be let through then.")));
    if (!m_preview.held.empty())
        column.addWidget(warn(tr("Grants that will be held: %n", nullptr, static_cast<int>(m_preview.held.size())),
            tr("They were given for operations that are different now. Nothing is permitted under them until you have "
               "looked at them under Grants.")));
}

void ImportDialog::addElsewhere(QVBoxLayout& column)
{
    column.addWidget(warn(tr("It describes a service at another address."),
        tr("It names %1, which does not go with where this service is.").arg(addressesOf(*m_preview.catalogue))));
    m_isRight = new QCheckBox(tr("It is the right document all the same"));
    connect(m_isRight, &QCheckBox::toggled, this, &ImportDialog::updateState);
    column.addWidget(m_isRight);
}

void ImportDialog::addButtons(QVBoxLayout& column)
{
    auto* cancel = new QPushButton(tr("Cancel"));
    cancel->setAutoDefault(false);
    m_accept->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(cancel);
    row->addWidget(m_accept);
    column.addLayout(row);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_accept, &QPushButton::clicked, this, &ImportDialog::import);
}

QString ImportDialog::summary() const
{
    const QString offers = tr("Operations: %n.", nullptr, static_cast<int>(m_preview.catalogue->operations.size()));
    if (m_preview.before == 0)
        return offers;
    if (m_preview.changes.empty())
        return tr("%1 Nothing that agents may do, and nothing that is demanded of them, is different from what is "
                  "known already.")
            .arg(offers);
    return tr("%1 %2").arg(
        offers, tr("Different from what is known: %n.", nullptr, static_cast<int>(m_preview.changes.size())));
}

void ImportDialog::updateState()
{
    m_accept->setEnabled(m_state == State::Waiting && (m_isRight == nullptr || m_isRight->isChecked()));
}

void ImportDialog::import()
{
    m_state = State::Importing;
    updateState();
    m_import(m_preview, [guarded = QPointer(this)](const Result<void>& result) {
        ImportDialog* dialog = guarded;
        if (dialog == nullptr)
            return;
        if (result)
            return dialog->accept();
        dialog->m_problem->setWords(
            tr("The document was not imported; nothing was changed."), QString::fromStdString(result.error().message));
        dialog->m_problem->show();
        dialog->m_state = State::Waiting;
        dialog->updateState();
    });
}

} // namespace countersign::ui
