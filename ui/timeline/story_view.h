// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The story of one entry: the chain as a path, what was sent, the decision and why, what the person read, what proves
// it; and what can be done from here.
#pragma once

#include "core/authority/story.h"
#include "ui/timeline/timeline_deeds.h"

#include <QFrame>

#include <optional>

class QGridLayout;
class QLayout;
class QPushButton;
class QScrollArea;

namespace countersign::ui {

class ChainPath;
class Notice;
class PlainLabel;

class StoryView final : public QFrame {
    Q_OBJECT
public:
    /// `deeds` outlives the view.
    explicit StoryView(const TimelineDeeds& deeds, QWidget* parent = nullptr);

    /// Shows what the line says at once, and the story when it was read.
    void setEntry(const authority::TimelineEntry& entry);
    void clear();

    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void erased(quint64 entry);

private:
    void addActions();
    QPushButton* addAction(const QString& text, const QString& description, void (StoryView::*pressed)());
    void read();
    void tell(const authority::Story& story);
    void tellPaths(const authority::Story& story);
    void tellRequest(QGridLayout& grid, const authority::Story& story);
    void tellChain(QGridLayout& grid, const authority::Story& story);
    void tellConsents(QGridLayout& grid, const authority::Story& story);
    void tellUpstream(QGridLayout& grid, const authority::Story& story);
    void updateActions();
    void copyReceipt();
    void narrow();
    void askToErase();
    void erase();
    void chooseEvidenceFile();
    void saveEvidence(const QString& path, TimelineFiles::Evidence::Bodies bodies);
    void chooseReceipts();
    void importReceipts(const QString& path);
    void nameServer(const Thumbprint& key, const QString& claimed);
    /// An answer that shows what it changed of the story, or why it did not.
    [[nodiscard]] TimelineDeeds::Answer<void> readAgainOr(const QString& failure);
    void report(const QString& what, const Result<void>& result);

    const TimelineDeeds& m_deeds;
    PlainLabel* m_sentence;
    PlainLabel* m_about;
    Notice* m_problem;
    ChainPath* m_path;
    QWidget* m_branches; ///< further paths, over other servers
    QScrollArea* m_scroll;
    QLayout* m_actions = nullptr;
    QPushButton* m_narrow = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_save = nullptr;
    QPushButton* m_import = nullptr;
    QPushButton* m_erase = nullptr;
    std::optional<authority::TimelineEntry> m_entry;
    std::optional<authority::Story> m_story;
    quint64 m_generation = 0; ///< stories of entries that were left are not shown
};

} // namespace countersign::ui
