# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Part of packaging/dev: the Debian root for hosts that are older than the baseline. It is made once for each content
# of packaging/debian/control, under the user's cache folder, and entered with bubblewrap. Inside one sees the root
# (read-only), the project, the cache, the test vectors, and nothing else of the host.
# Uses of packaging/dev: say, die and these.
: "${project:?}" "${cache:?}" "${vectors:?}" "${control:?}" "${jobs:?}"

suite=trixie
recipe=1 # raise when what is in the root changes without packaging/debian/control changing
rootNeedsMegabytes=5000
rootKeptUnusedDays=14

rootPath() {
    printf '%s/root-%s' "$cache" "$(cat "$control" <(echo "$suite $recipe") | sha256sum | cut -c1-16)"
}

# ---- what the host must have -------------------------------------------------------------------------

needOnHost() { # needOnHost (COMMAND|/FILE PACKAGE)…: installs what is missing if we may, else says what to install
    local missing=()
    while [ $# -gt 0 ]; do
        if [[ $1 == /* ]]; then [ -e "$1" ] || missing+=("$2"); else command -v "$1" >/dev/null || missing+=("$2"); fi
        shift 2
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        die "this machine lacks: ${missing[*]} (Debian's package names). An administrator can install them with
    apt-get install --no-install-recommends ${missing[*]}
(on other systems: with their package manager). Nothing else on the machine needs to change."
    fi
    say "installing ${missing[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
        die "these could not be installed: ${missing[*]}; apt's own words are above"
}

needNamespaces() {
    local words
    words=$(bwrap --ro-bind / / --dev /dev --proc /proc true 2>&1) && return
    printf '%s\n' "$words" >&2
    if [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
        die "AppArmor forbids bubblewrap's user namespaces here (Ubuntu 23.10 and newer do). An administrator can allow
them with: sysctl kernel.apparmor_restrict_unprivileged_userns=0   (or with an AppArmor profile for bwrap)"
    elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ] ||
        [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
        die "this kernel is set to forbid user namespaces, which bubblewrap needs. An administrator can allow them with:
    sysctl user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1"
    fi
    die "bubblewrap can't make namespaces here; its own words are above. In a container, start that with the rights to
mount (for docker: --privileged), or use a Debian 13 container as root, which needs no namespaces."
}

needSubordinateIds() { # an ordinary user makes the root as the root of a user namespace
    [ "$(id -u)" != 0 ] || return 0
    unshare --help | grep -q -e --map-auto || die "the 'unshare' of this machine is too old (util-linux 2.38 is needed to make the root as an ordinary user)"
    local file
    for file in /etc/subuid /etc/subgid; do
        grep -qE "^($(id -un)|$(id -u)):" "$file" 2>/dev/null ||
            die "$file has no line for $(id -un). An administrator can add one with: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)"
    done
    unshare --map-auto --map-root-user true || needNamespaces
}

needSpace() {
    local free
    free=$(df --output=avail -BM "$cache" | tail -n 1 | tr -dc 0-9)
    [ "$free" -ge "$rootNeedsMegabytes" ] ||
        die "the root needs $rootNeedsMegabytes MB in $cache, where $free MB are free. Make room, or set COUNTERSIGN_CACHE to a folder on another disk"
}

# ---- making the root ---------------------------------------------------------------------------------

asOwner=() # before a command: with rights over all files of the root
[ "$(id -u)" = 0 ] || asOwner=(unshare --map-auto --map-root-user)

removeTree() {
    [ ! -e "$1" ] || "${asOwner[@]}" rm -rf --one-file-system "$1"
}

aptOptions() { # what the host's apt was told about proxies and old mirrors holds for the root too
    command -v apt-config >/dev/null || return 0
    apt-config dump | grep -iE '^Acquire::(https?::(Proxy|CAInfo)|Check-Valid-Until|Check-Date|Retries)' || true
}

mirror() { # where packages come from: what the person says, or what the host itself uses if it is a Debian
    if [ -n "${COUNTERSIGN_MIRROR:-}" ]; then
        echo "$COUNTERSIGN_MIRROR"
    elif command -v apt-get >/dev/null; then
        # shellcheck disable=SC2016 # $(SITE) is apt's
        apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sort -u | head -n 1
    fi
}

tellProgress() { # reads what mmdebstrap and apt say, so far, and tells the stages
    local line
    while IFS= read -r line; do
        case $line in
            'I: running apt-get update'*) echo "   reading the package lists" ;;
            'I: downloading packages'*) echo "   fetching the base system" ;;
            'I: installing essential'*) echo "   installing the base system" ;;
            'Need to get '*) echo "   fetching ${line#Need to get }" ;;
            'Get:'*) line=${line#Get:} line=${line%% *} && { [ $((line % 100)) != 0 ] || echo "   fetched $line packages"; } ;;
            'Setting up '*) installed=$((installed + 1)) && { [ $((installed % 100)) != 0 ] || echo "   installed $installed packages"; } ;;
        esac
    done
    return 0
} >&2

makeRoot() { # makeRoot ROOT: with the lock held
    local root=$1 partial=$1.partial log=$1.log options=() line builder installed=0 source
    removeTree "$partial" # of a run that was cut off
    needSpace
    cp "$control" "$root.control" # the file may change before apt reads it, and the root is named after what it holds
    [ "$(control=$root.control rootPath)" = "$root" ] || die "packaging/debian/control has changed just now; start again"
    while IFS= read -r line; do [ -z "$line" ] || options+=("--aptopt=${line%;}"); done < <(aptOptions)
    source=$(mirror)
    if [ "$(id -u)" != 0 ]; then # programs ask who they run as
        options+=(--customize-hook="echo '$(id -un):x:$(id -u):$(id -g)::$cache/home:/bin/bash' >>\"\$1/etc/passwd\"; echo '$(id -gn):x:$(id -g):' >>\"\$1/etc/group\"")
    fi
    say "making a Debian $suite root in $root (once for each change of packaging/debian/control; about two minutes)"
    : >"$log"
    # The last step gives the root its name, so what has the name is whole. All runs in a process namespace of its own,
    # so that ending it leaves neither processes nor mounts behind.
    # shellcheck disable=SC2016
    "${asOwner[@]}" unshare --mount --pid --fork --kill-child --mount-proc sh -c 'partial=$1 root=$2 && shift 2 && "$@" && mv -T "$partial" "$root"' \
        makeRoot "$partial" "$root" mmdebstrap --mode=root --variant=minbase --include=ca-certificates,locales-all "${options[@]}" \
        --aptopt='APT::Install-Recommends "false"' --aptopt='APT::Sandbox::User "root"' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --customize-hook='mkdir -p "$1/build-deps/debian"' \
        --customize-hook="upload '$root.control' /build-deps/debian/control" \
        --customize-hook='chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get build-dep -y --build-profiles lint -o Dpkg::Use-Pty=0 /build-deps' \
        --customize-hook='rm -rf "$1/build-deps"' \
        --customize-hook='chroot "$1" dbus-uuidgen --ensure=/etc/machine-id' \
        --customize-hook='touch "$1/etc/resolv.conf" "$1/etc/hosts"' \
        "$suite" "$partial" ${source:+"$source"} >"$log" 2>&1 </dev/null &
    builder=$!
    trap 'kill -KILL "$builder" 2>/dev/null; wait "$builder" 2>/dev/null || true; removeTree "$partial"; die "stopped; the root was not made"' INT TERM HUP
    while kill -0 "$builder" 2>/dev/null; do tellProgress; sleep 1; done <"$log"
    if ! wait "$builder"; then
        grep -vE '^(Get:|Setting up|Unpacking|Selecting|Preparing)' "$log" | tail -n 20 >&2
        removeTree "$partial"
        ! grep -qiE 'could not resolve|could not connect|connection (refused|timed out)|failed to fetch|network is unreachable' "$log" ||
            die "packages could not be fetched from ${source:-the Debian mirror}: is there a network, and is this the right mirror?
COUNTERSIGN_MIRROR=URL names another one. The whole log is $log"
        ! grep -qi 'no space left' "$log" || die "the disk with $cache is full. The whole log is $log"
        die "the root could not be made. The whole log is $log"
    fi
    trap - INT TERM HUP
}

removeOldRoots() { # those of earlier states of packaging/debian/control
    local stamp
    find "$cache" -maxdepth 1 -name 'root-*.used' -mtime "+$rootKeptUnusedDays" | while IFS= read -r stamp; do
        removeTree "${stamp%.used}" && rm -f "$stamp" "${stamp%.used}".{log,control}
    done
}

needRoot() { # makes the root unless it is there; of several runs at once, one makes it
    local root=$1
    local tools=(bwrap bubblewrap)
    [ -d "$root" ] || tools+=(mmdebstrap mmdebstrap /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring)
    [ -d "$root" ] || [ "$(id -u)" = 0 ] || tools+=(newuidmap uidmap)
    needOnHost "${tools[@]}"
    needNamespaces
    if [ ! -d "$root" ]; then
        needSubordinateIds
        exec 9>"$cache/root.lock"
        flock --nonblock 9 || { say "another run is making the root; waiting for it" && flock 9; }
        [ -d "$root" ] || makeRoot "$root"
        removeOldRoots
        exec 9>&-
    fi
    touch "$root.used"
}

# ---- working in it -----------------------------------------------------------------------------------

bindAround() { # bindAround ROOT FOLDER: binds what ROOT has in FOLDER, but leaves a way to the `ours` folders
    local entry path folder way
    for entry in "$1$2"/*; do
        path=$2/${entry##*/} way=
        case $path in /dev | /proc | /run | /sys | /tmp | /var/tmp) continue ;; esac
        for folder in "${ours[@]}"; do [[ $folder != "$path" && $folder != "$path"/* ]] || way=yes; done
        if [ -L "$entry" ]; then
            binds+=(--symlink "$(readlink "$entry")" "$path")
        elif [ -n "$way" ] || [ "$path" = /var ]; then
            bindAround "$1" "$path"
        elif [ -e "$entry" ]; then
            binds+=(--ro-bind "$entry" "$path")
        fi
    done
}

inRoot() { # inRoot CMD…: becomes CMD in the root
    local root home=$cache/home binds=() ours=("$project" "$cache") folder name registry
    root=$(rootPath)
    needRoot "$root"
    mkdir -p "$home"
    [ ! -d "$vectors" ] || ours+=("$vectors")
    if [ -n "${COUNTERSIGN_WITH_DISPLAY:-}" ]; then # the person's own desktop, and their agents' processes
        home=$HOME
        ours+=("$HOME")
    fi
    bindAround "$root" ''
    binds+=(--dev /dev --proc /proc --perms 1777 --tmpfs /tmp --perms 1777 --dir /tmp/.X11-unix --perms 1777 --tmpfs /var/tmp --tmpfs /run)
    for folder in "${ours[@]}"; do [ "$folder" = "$vectors" ] || binds+=(--bind "$folder" "$folder"); done
    binds+=(--ro-bind-try "$vectors" "$vectors" --ro-bind-try "$(readlink -f /etc/resolv.conf)" /etc/resolv.conf --ro-bind-try /etc/hosts /etc/hosts)
    # A site's own certificate authorities and npm registry hold in the root too.
    [ ! -s /etc/ssl/certs/ca-certificates.crt ] || binds+=(--ro-bind "$(readlink -f /etc/ssl/certs/ca-certificates.crt)" /etc/ssl/certs/ca-certificates.crt)
    registry=$(sed -n 's/^registry *= *//p' "$HOME/.npmrc" 2>/dev/null || true)
    [ -z "$registry" ] || binds+=(--setenv npm_config_registry "$registry")
    if [ -n "${COUNTERSIGN_WITH_DISPLAY:-}" ]; then
        binds+=(--ro-bind-try /tmp/.X11-unix /tmp/.X11-unix --ro-bind-try /sys /sys --dev-bind-try /dev/dri /dev/dri)
        for name in XDG_RUNTIME_DIR XAUTHORITY; do [ -z "${!name:-}" ] || binds+=(--bind-try "${!name}" "${!name}"); done
    else
        binds+=(--unshare-pid) # what a test leaves running ends with the run
    fi
    for name in LIBRARY_PATH LD_LIBRARY_PATH LD_PRELOAD CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH CFLAGS CXXFLAGS LDFLAGS CC CXX \
        QT_PLUGIN_PATH QT_QPA_PLATFORMTHEME PYTHONPATH PYTHONHOME NODE_PATH GTK_MODULES; do binds+=(--unsetenv "$name"); done
    exec bwrap "${binds[@]}" --remount-ro / --chdir "$project" --die-with-parent --setenv HOME "$home" \
        --setenv PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --setenv LANG C.UTF-8 \
        --setenv COUNTERSIGN_CACHE "$cache" --setenv COUNTERSIGN_VECTORS "$vectors" --setenv COUNTERSIGN_JOBS "$jobs" --setenv COUNTERSIGN_INSIDE 1 \
        --setenv NODE_EXTRA_CA_CERTS /etc/ssl/certs/ca-certificates.crt -- "$@"
}
