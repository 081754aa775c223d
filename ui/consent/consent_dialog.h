// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The window in which a person decides: one request, and the others that wait, a click away. Escape and closing mean
// "decide later". Never opens by itself; the caller shows it when the person wants to look.
#pragma once

#include "core/authority/person_desk.h"

#include <QDialog>
#include <QTimer>

#include <optional>

class QListView;
class QStackedWidget;

namespace countersign::ui {

class ConsentView;
class DecisionGuard;
class RequestsModel;
class WindowMemory;

class ConsentDialog final : public QDialog {
    Q_OBJECT
public:
    /// `desk` outlives the dialog.
    explicit ConsentDialog(authority::PersonDesk& desk, QWidget* parent = nullptr);

    /// Shows this request; when it does not wait any more, the oldest that does.
    void showRequest(const QString& publicId);
    [[nodiscard]] QString shownRequest() const; ///< empty: none
    /// Its size as it was, and from now on kept. `memory` outlives the dialog.
    void remember(WindowMemory& memory);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    [[nodiscard]] QWidget* makeInbox();
    [[nodiscard]] ConsentView* makeView(
        const authority::WaitingRequest& waiting, const std::optional<consent::Edit>& edit);
    void open(const std::string& id);
    void present(const authority::WaitingRequest& waiting, const std::optional<consent::Edit>& edit);
    void refresh();
    void afterEnd(const std::string& id);
    void onEnded(const QString& publicId, consent::RequestState how);
    void onStatus();
    void updateInbox();

    authority::PersonDesk& m_desk;
    DecisionGuard* m_guard;
    RequestsModel* m_requests;
    QWidget* m_inbox;
    QListView* m_list;
    QStackedWidget* m_place;
    ConsentView* m_view = nullptr;
    QTimer m_ticker;
    WindowMemory* m_memory = nullptr;
};

} // namespace countersign::ui
