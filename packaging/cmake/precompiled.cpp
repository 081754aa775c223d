// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Nothing of its own: it is compiled so that the headers that most units include are compiled once (see
// CountersignHelpers.cmake).
