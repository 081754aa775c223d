// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/upstream_view.h"

#include "ui/common/plain_label.h"
#include "ui/timeline/story_words.h"

#include <QPushButton>
#include <QVBoxLayout>

#include <set>

using namespace Qt::StringLiterals;

namespace countersign::ui {

UpstreamView::UpstreamView(const std::vector<authority::StoryForeign>& upstream, Naming naming, QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    std::set<Thumbprint> offered;
    for (const authority::StoryForeign& foreign : upstream) {
        auto* words = new PlainLabel(foreignWords(foreign).join(u'\n'));
        words->setObjectName(u"storyLine"_s);
        words->setAccessibleName(tr("Elsewhere: %1").arg(words->text()));
        words->setTextInteractionFlags(Qt::TextSelectableByMouse);
        column->addWidget(words);
        if (naming == Naming::Offered && offered.insert(foreign.key).second)
            addNaming(foreign);
    }
}

void UpstreamView::addNaming(const authority::StoryForeign& foreign)
{
    const QString key = QString::fromStdString(foreign.key.value);
    auto* button = new QPushButton(
        foreign.acceptedAs ? tr("I do not know any more whose key this is") : tr("I know whose key this is…"));
    button->setAutoDefault(false);
    button->setAccessibleDescription(tr("The key %1, of %2").arg(key, serverName(foreign)));
    layout()->addWidget(button);
    layout()->setAlignment(button, Qt::AlignLeading);
    if (foreign.acceptedAs)
        connect(button, &QPushButton::clicked, this, [this, key] { Q_EMIT forgetWanted(key); });
    else
        connect(button, &QPushButton::clicked, this,
            [this, key, claimed = serverName(foreign)] { Q_EMIT nameWanted(key, claimed); });
}

} // namespace countersign::ui
