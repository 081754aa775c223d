// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// SIGTERM, SIGINT and SIGHUP as a Qt signal, so that the program ends in order: the last checkpoint written, the log's
// size in the keychain.
#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace countersign::desktop {

/// First thing in main(): threads inherit what is blocked, and libraries start some of their own.
void blockEndSignals();

class EndSignals final : public QObject {
    Q_OBJECT
public:
    EndSignals(); ///< after blockEndSignals(); one per process
    ~EndSignals() override;

Q_SIGNALS:
    void endWanted();

private:
    int m_descriptor = -1;
    QSocketNotifier m_notifier;
};

} // namespace countersign::desktop
