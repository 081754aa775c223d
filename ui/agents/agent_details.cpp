// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/agents/agent_details.h"

#include "core/base/text_safety.h"
#include "core/consent/trust_words.h"
#include "ui/agents/agents_model.h"
#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"
#include "ui/common/trust_part.h"

#include <QComboBox>
#include <QFormLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {

constexpr int kLevels = 5;
constexpr std::size_t kMaxProgramShown = 120;

QString claimedLevel(const agents::TrustEvidence& evidence)
{
    const std::string_view name = services::levelName(evidence.claimed);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

} // namespace

AgentDetails::AgentDetails(QWidget* parent)
    : QWidget(parent)
    , m_form(new QFormLayout(this))
    , m_name(new PlainLabel({}, PlainLabel::Size::Large))
    , m_trust(new TrustPart)
    , m_level(new QComboBox)
{
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_form->addRow(m_name);
    m_key = addLine(tr("Key"), u"agentKey"_s);
    m_program = addLine(tr("Program"), u"agentProgram"_s);
    m_form->addRow(makeCaption(tr("Trust")), m_trust);
    m_said = addLine(tr("Who says so"), u"agentSource"_s);
    m_until = addLine(tr("It holds until"), u"agentUntil"_s);
    m_capabilities = addLine(tr("It is said to do"), u"agentCapabilities"_s);
    m_digest = addLine(tr("Digest"), u"agentDigest"_s);
    addLevels();
}

PlainLabel* AgentDetails::addLine(const QString& caption, const QString& name)
{
    auto* line = new PlainLabel;
    line->setObjectName(name);
    line->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_form->addRow(makeCaption(caption), line);
    return line;
}

void AgentDetails::addLevels()
{
    m_level->setObjectName(u"assignedLevel"_s);
    m_level->addItem(tr("No word of mine: what is said counts"));
    for (int level = 0; level < kLevels; ++level)
        m_level->addItem(tr("L%1, by my own word").arg(level), level);
    m_level->setAccessibleName(tr("Your own word on its trust"));
    auto* column = new QWidget;
    column->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred); // for the hint below to fit
    auto* lines = new QVBoxLayout(column);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->addWidget(m_level, 0, Qt::AlignLeading);
    auto* hint = new PlainLabel(
        tr("Your word permits nothing and screens nobody. It counts where a service asks for a level, and "
           "caps what the agent may spend."));
    hint->setQuiet();
    lines->addWidget(hint);
    auto* caption = makeCaption(tr("Your word"));
    caption->setBuddy(m_level);
    m_form->addRow(caption, column);
    connect(m_level, &QComboBox::activated, this, [this](int chosen) {
        Q_EMIT levelChosen(chosen == 0 ? std::nullopt : std::optional(static_cast<agents::TrustLevel>(chosen - 1)));
    });
}

void AgentDetails::setAgent(const authority::AgentRow& row, UnixSeconds now)
{
    m_name->setText(row.ownName.isEmpty() ? nameOf(row) : tr("%1 (it calls itself “%2”)").arg(row.ownName, row.name));
    m_key->setText(QString::fromStdString(row.agent.key.value));
    m_program->setText(
        row.agent.executable.empty() ? tr("unknown") : safeText(row.agent.executable, kMaxProgramShown).text);
    const agents::TrustEvidence counts = row.trust.at(now);
    const QString owner = consent::ownerWords(counts);
    m_trust->setTrust({consent::trustLevelWords(counts, now), consent::screeningWords(counts, now), counts.screening,
        owner.isEmpty() ? QString() : tr("Owner, as it is said: %1").arg(owner)});
    setLines(row, counts, now);
    const auto& assigned = row.trust.assigned;
    m_level->setCurrentIndex(assigned ? std::to_underlying(assigned->level) + 1 : 0);
}

void AgentDetails::setLines(const authority::AgentRow& row, const agents::TrustEvidence& counts, UnixSeconds now)
{
    const agents::TrustEvidence& said = row.trust.evidence;
    const bool anything = said.fetchedAt.value != 0;
    const QString issuer = said.issuer.empty() ? tr("nobody") : safeText(said.issuer).text;
    m_said->setText(!anything
            ? tr("nobody was asked yet")
            : tr("%1: %2, asked %3").arg(issuer, claimedLevel(said), consent::agoWords(said.fetchedAt, now)));
    m_until->setText(!anything      ? tr("–")
            : now < said.validUntil ? momentWords(said.validUntil)
                                    : tr("ran out %1").arg(momentWords(said.validUntil)));
    const QString capabilities = consent::capabilityWords(counts);
    m_capabilities->setText(
        capabilities.isEmpty() ? tr("nothing is said") : tr("%1 (that permits nothing)").arg(capabilities));
    m_digest->setText(said.digest.empty() ? tr("–") : QString::fromStdString(said.digest));
}

} // namespace countersign::ui
