// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What importing an OpenAPI document would change, before it does.
#pragma once

#include "core/authority/person_api.h"

#include <QDialog>

#include <functional>

class QCheckBox;
class QPushButton;
class QVBoxLayout;

namespace countersign::ui {

class Notice;

class ImportDialog final : public QDialog {
    Q_OBJECT
public:
    using Answer = std::function<void(const Result<void>&)>;
    using Import = std::function<void(authority::CataloguePreview, Answer)>;
    ImportDialog(const QString& service, authority::CataloguePreview preview, Import import, QWidget* parent = nullptr);

private:
    void addWarnings(QVBoxLayout& column);
    void addElsewhere(QVBoxLayout& column);
    void addButtons(QVBoxLayout& column);
    void import();
    void updateState();
    [[nodiscard]] QString summary() const;

    authority::CataloguePreview m_preview;
    Import m_import;
    Notice* m_problem;
    QPushButton* m_accept;
    QCheckBox* m_isRight = nullptr; ///< a document of another address: the person says that it is the right one
    enum class State : std::uint8_t { Waiting, Importing } m_state = State::Waiting;
};

} // namespace countersign::ui
