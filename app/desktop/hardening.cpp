// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/hardening.h"

#include "core/crypto/secret_bytes.h"

#include <cerrno>
#include <cstring>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace countersign::desktop {

Result<void> hardenProcess()
{
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return fail(ErrorCode::Internal,
            std::string("The system does not let Countersign protect its memory: ") + std::strerror(errno));
    return crypto::initSecureHeap();
}

} // namespace countersign::desktop
