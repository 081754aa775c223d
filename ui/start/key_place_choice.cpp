// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/start/key_place_choice.h"

#include "ui/common/plain_label.h"

#include <QButtonGroup>
#include <QRadioButton>
#include <QVBoxLayout>

namespace countersign::ui {

KeyPlaceChoice::KeyPlaceChoice(std::vector<KeyPlace> places, Proposal proposal, QWidget* parent)
    : QWidget(parent), m_places(std::move(places)), m_buttons(new QButtonGroup(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(fontMetrics().height() * 2 / 3);
    for (std::size_t i = 0; i < m_places.size(); ++i)
        add(m_places[i], static_cast<int>(i), proposal);
    connect(m_buttons, &QButtonGroup::idToggled, this, &KeyPlaceChoice::changed);
}

void KeyPlaceChoice::add(const KeyPlace& place, int number, Proposal proposal)
{
    const bool here = place.here == KeyPlace::Here::Yes;
    auto* radio = new QRadioButton(here ? place.name : tr("%1 (not running)").arg(place.name));
    radio->setEnabled(here);
    radio->setChecked(here && proposal == Proposal::Best && !m_buttons->checkedButton());
    radio->setAccessibleDescription(place.about);
    radio->setObjectName(place.id);
    m_buttons->addButton(radio, number);
    auto* about = new PlainLabel(place.about);
    about->setQuiet();
    about->setEnabled(here);
    about->setContentsMargins(fontMetrics().height() * 3 / 2, 0, 0, 0);
    auto* choice = new QWidget;
    auto* column = new QVBoxLayout(choice);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(radio);
    column->addWidget(about);
    layout()->addWidget(choice);
}

QString KeyPlaceChoice::chosen() const
{
    const int number = m_buttons->checkedId();
    return number < 0 ? QString() : m_places[static_cast<std::size_t>(number)].id;
}

} // namespace countersign::ui
