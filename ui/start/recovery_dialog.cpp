// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/start/recovery_dialog.h"

#include "ui/common/copy_line.h"
#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/passphrase_edit.h"
#include "ui/common/plain_label.h"
#include "ui/start/passphrase_rules.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kWide = 58; // widths of "m"
constexpr int kHigh = 26; // lines
} // namespace

RecoveryDialog::RecoveryDialog(std::vector<KeyPlace> places, Begin begin, QWidget* parent)
    : QDialog(parent)
    , m_begin(std::move(begin))
    , m_pages(new QStackedWidget)
    , m_problem(new Notice(Tone::Danger))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_next(new QPushButton)
{
    setWindowTitle(tr("Start anew without the old keys – Countersign"));
    setWindowIcon(appIcon());
    const int space = fontMetrics().height();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space * 3 / 2, space * 3 / 2, space * 3 / 2, space);
    column->setSpacing(space);
    for (QWidget* page : {makeLoss(), makeKeys(std::move(places)), makePassphrase(), makeMade()})
        m_pages->addWidget(page);
    m_problem->hide();
    column->addWidget(m_pages, 1);
    column->addWidget(m_problem);
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_cancel);
    row->addWidget(m_next);
    column->addLayout(row);
    for (QPushButton* button : {m_cancel, m_next})
        button->setAutoDefault(false); // Enter decides nothing here
    m_next->setObjectName(u"next"_s);
    m_cancel->setObjectName(u"cancel"_s);
    connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_next, &QPushButton::clicked, this, &RecoveryDialog::next);
    go(Step::Loss);
}

QSize RecoveryDialog::sizeHint() const
{
    return QSize(fontMetrics().horizontalAdvance(u'm') * kWide, fontMetrics().lineSpacing() * kHigh)
        .expandedTo(QDialog::sizeHint());
}

void RecoveryDialog::reject()
{
    if (step() == Step::Made)
        accept();
    else if (m_cancel->isEnabled())
        QDialog::reject();
}

QWidget* RecoveryDialog::makePage(const QString& title, const std::vector<QWidget*>& parts)
{
    auto* page = new QWidget;
    page->setAccessibleName(title);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() * 2 / 3);
    auto* heading = new PlainLabel(title, PlainLabel::Size::Heading);
    heading->setFocusable();
    column->addWidget(heading);
    for (QWidget* part : parts)
        column->addWidget(part);
    column->addStretch();
    return page;
}

QWidget* RecoveryDialog::makeLoss()
{
    auto* backup = new Notice(Tone::Caution);
    backup->setWords(tr("If there is a backup of your keychain, put it back instead"),
        tr("Cancel, put it back and try again: then nothing is lost."));
    m_word = new QLineEdit;
    m_word->setObjectName(u"word"_s);
    const QString word = tr("start anew");
    m_word->setAccessibleName(tr("Type “%1” to go on").arg(word));
    connect(m_word, &QLineEdit::textChanged, this, &RecoveryDialog::check);
    return makePage(tr("Start anew without the old keys?"),
        {backup, new PlainLabel(tr("• All permissions are over. Agents must be registered again, and ask you again.")),
            new PlainLabel(tr("• Nothing can be added to the old log. It is set aside whole and stays readable; a new "
                              "one begins, and says which one it follows.")),
            new PlainLabel(tr("• This computer and you get new keys. Services and auditors must be given the new "
                              "thumbprint, and services must be added again.")),
            new PlainLabel(tr("• Receipts and evidence of the past stay valid; they are checked with the old "
                              "thumbprint.")),
            makeCaption(tr("Type “%1” to go on:").arg(word)), m_word});
}

QWidget* RecoveryDialog::makeKeys(std::vector<KeyPlace> places)
{
    m_places = new KeyPlaceChoice(std::move(places), KeyPlaceChoice::Proposal::None);
    connect(m_places, &KeyPlaceChoice::changed, this, &RecoveryDialog::check);
    return makePage(tr("Where the new keys will rest"),
        {new PlainLabel(tr("What is left of the old keys stays where it is, under other names.")), m_places});
}

QWidget* RecoveryDialog::makePassphrase()
{
    m_first = new PassphraseEdit(tr("New passphrase"));
    m_second = new PassphraseEdit(tr("The same once more"));
    m_first->setObjectName(u"passphrase"_s);
    m_second->setObjectName(u"passphraseAgain"_s);
    for (PassphraseEdit* edit : {m_first, m_second})
        connect(edit, &QLineEdit::textChanged, this, &RecoveryDialog::check);
    return makePage(tr("Your passphrase"),
        {new PlainLabel(tr("It locks the new key that signs what you approve. At least %1 characters. It can't be "
                           "recovered.")
                 .arg(kShortestPassphrase)),
            m_first, m_second,
            new PlainLabel(tr("With the next button the old log ends for good. There is no way back from it."))});
}

QWidget* RecoveryDialog::makeMade()
{
    m_device = new CopyLine(tr("New thumbprint of this computer's key"), {});
    m_archive = new CopyLine(tr("Folder with the old data"), {});
    m_device->setObjectName(u"newDevice"_s);
    return makePage(tr("A new log has begun"),
        {new PlainLabel(tr("Give this new thumbprint to your services and auditors yourself. Until they have it, what "
                           "is signed from now on counts for nothing with them.")),
            m_device,
            new PlainLabel(tr("The old data is here. Keep it for as long as somebody may ask about it; "
                              "“countersignctl export --archive” writes evidence from it:")),
            m_archive,
            new PlainLabel(tr("Next: add your services again, and let your agents register and ask again."))});
}

RecoveryDialog::Step RecoveryDialog::step() const
{
    return static_cast<Step>(m_pages->currentIndex());
}

bool RecoveryDialog::mayGoOn() const
{
    switch (step()) {
    case Step::Loss:
        return m_word->text().simplified().compare(tr("start anew"), Qt::CaseInsensitive) == 0;
    case Step::Keys:
        return !m_places->chosen().isEmpty();
    case Step::Passphrase:
        return !m_first->text().isEmpty() && !m_second->text().isEmpty();
    case Step::Made:
        break;
    }
    return true;
}

void RecoveryDialog::check()
{
    m_next->setEnabled(mayGoOn());
}

void RecoveryDialog::go(Step to)
{
    m_problem->hide();
    m_pages->setCurrentIndex(static_cast<int>(to));
    m_cancel->setVisible(to != Step::Made);
    m_cancel->setEnabled(true);
    m_next->setText(to == Step::Made ? tr("Done") : to == Step::Passphrase ? tr("Start anew") : tr("Next"));
    check();
    m_pages->currentWidget()->findChild<PlainLabel*>()->setFocus();
}

void RecoveryDialog::next()
{
    switch (step()) {
    case Step::Loss:
        return go(Step::Keys);
    case Step::Keys:
        return go(Step::Passphrase);
    case Step::Passphrase:
        return begin();
    case Step::Made:
        return accept();
    }
}

void RecoveryDialog::begin()
{
    if (const QString problem = passphraseProblem(*m_first, *m_second); !problem.isEmpty()) {
        m_problem->setWords(problem);
        m_problem->show();
        return;
    }
    m_problem->hide();
    m_next->setEnabled(false);
    m_cancel->setEnabled(false);
    Choice choice{m_places->chosen(), m_first->take()};
    m_second->setText({});
    m_begin(choice, [guarded = QPointer(this)](const Result<Made>& made) {
        if (guarded)
            guarded->tell(made);
    });
    wipe(choice.passphrase);
}

void RecoveryDialog::tell(const Result<Made>& made)
{
    if (made) {
        m_device->setText(made->device);
        m_archive->setText(made->archive);
        return go(Step::Made);
    }
    go(Step::Passphrase);
    m_problem->setWords(tr("The new start did not succeed."), QString::fromStdString(made.error().message));
    m_problem->show();
}

} // namespace countersign::ui
