// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_questions.h"

#include "ui/grants/grant_words.h"
#include "ui/services/operation_words.h"

#include <QCoreApplication>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>

namespace countersign::ui {

namespace {
struct GrantQuestions {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::GrantQuestions)
};
constexpr std::size_t kMostShown = 12;

struct Question {
    QString title;
    QString text;
    QString more;
    QString yes;
    QMessageBox::ButtonRole role = QMessageBox::AcceptRole;
};

void ask(const Question& asked, QWidget* parent, const std::function<void()>& yes)
{
    auto* box = new QMessageBox(QMessageBox::Question, asked.title, asked.text, QMessageBox::Cancel, parent);
    box->setInformativeText(asked.more);
    const QList<QLabel*> labels = box->findChildren<QLabel*>();
    for (QLabel* label : labels)
        label->setTextFormat(Qt::PlainText); // QMessageBox::setTextFormat() is not for what is informative
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* button = box->addButton(asked.yes, asked.role);
    QObject::connect(button, &QPushButton::clicked, parent, yes);
    box->setDefaultButton(QMessageBox::Cancel);
    box->open();
}

} // namespace

void askToRevokeAll(const authority::GrantRow& row, QWidget* parent, const std::function<void()>& yes)
{
    ask({GrantQuestions::tr("Revoke all of this agent?"),
            GrantQuestions::tr("Revoke everything that “%1” may do?").arg(agentWords(row)),
            GrantQuestions::tr("All its grants, and what it handed on, end at once. It may ask again."),
            GrantQuestions::tr("Revoke all"), QMessageBox::DestructiveRole},
        parent, yes);
}

void askWhatChanged(const authority::GrantRow& row, QWidget* parent, const std::function<void()>& yes)
{
    if (row.changedOperations.empty())
        return yes();
    QStringList lines;
    for (std::size_t i = 0; i < row.changedOperations.size() && i < kMostShown; ++i)
        lines.append(changeSentence(row.changedOperations[i]));
    if (row.changedOperations.size() > kMostShown)
        lines.append(
            GrantQuestions::tr("and %n more", nullptr, static_cast<int>(row.changedOperations.size() - kMostShown)));
    ask({GrantQuestions::tr("Go on with what changed?"),
            GrantQuestions::tr("Since you allowed “%1” this, the service has changed what it covers:")
                .arg(agentWords(row)),
            lines.join(QLatin1Char('\n')), GrantQuestions::tr("Resume")},
        parent, yes);
}

} // namespace countersign::ui
