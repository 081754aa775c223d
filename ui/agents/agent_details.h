// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One agent: its key and program, what others say of it with source, age and digest, and the person's own word.
#pragma once

#include "core/authority/person_api.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QFormLayout;

namespace countersign::ui {

class PlainLabel;
class TrustPart;

class AgentDetails final : public QWidget {
    Q_OBJECT
public:
    explicit AgentDetails(QWidget* parent = nullptr);
    void setAgent(const authority::AgentRow& row, UnixSeconds now);

Q_SIGNALS:
    void levelChosen(std::optional<countersign::agents::TrustLevel> level);

private:
    PlainLabel* addLine(const QString& caption, const QString& name);
    void addLevels();
    void setLines(const authority::AgentRow& row, const agents::TrustEvidence& counts, UnixSeconds now);

    QFormLayout* m_form;
    PlainLabel* m_name;
    PlainLabel* m_key;
    PlainLabel* m_program;
    TrustPart* m_trust;
    PlainLabel* m_said;
    PlainLabel* m_until;
    PlainLabel* m_capabilities;
    PlainLabel* m_digest;
    QComboBox* m_level;
};

} // namespace countersign::ui
