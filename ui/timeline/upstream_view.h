// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What other servers signed about the same action, in words, each with the way to say whose key that is, or to take
// that back.
#pragma once

#include "core/authority/story.h"

#include <QWidget>

namespace countersign::ui {

class UpstreamView final : public QWidget {
    Q_OBJECT
public:
    enum class Naming : std::uint8_t { Offered, NotOffered };
    UpstreamView(const std::vector<authority::StoryForeign>& upstream, Naming naming, QWidget* parent = nullptr);

Q_SIGNALS:
    void nameWanted(const QString& key, const QString& claimed);
    void forgetWanted(const QString& key);

private:
    void addNaming(const authority::StoryForeign& foreign);
};

} // namespace countersign::ui
