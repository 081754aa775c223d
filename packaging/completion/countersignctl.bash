# SPDX-FileCopyrightText: 2026 The Countersign contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Completion of countersignctl for bash (and for zsh, through bashcompinit). tests/packaging holds it to `--help`.

_countersignctl_options() { # _countersignctl_options COMMAND: what it takes beside the options of all commands
    case $1 in
        ask) echo "--name --location --action --for --authorization-details --chain --message --then --withdraw-after --expires-after --ephemeral --keep-tokens --issuer" ;;
        delegate) echo "--name --to --to-key --authorization-details --for --chain --issuer" ;;
        chain) echo "--jwks --status" ;;
        grants) echo "--all" ;;
        revoke) echo "--everything" ;;
        timeline) echo "--count --before --agent --grant --kind --from --to --story" ;;
        export) echo "--action --grant --from --to --without-details --with-bodies --html --archive --output" ;;
        import) echo "--action" ;;
        verify) echo "--trust --witness" ;;
    esac
}

_countersignctl_grants() { # the ids of the grants that run
    countersignctl grants 2>/dev/null | sed -n '2,$ s/  .*//p'
}

_countersignctl() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words
    words="$(_countersignctl_options "$command") --json --help"
    if [ "$COMP_CWORD" = 1 ]; then
        words="status ask delegate chain grants revoke timeline check export verify import openapi doctor help --help --version"
        before=
    fi
    case $before in
        --json | --help | --all | --everything | --ephemeral | --keep-tokens | --without-details | --with-bodies | --html) before= ;;
    esac
    case $before in
        --then) words="introspect refresh revoke" ;;
        --grant) words=$(_countersignctl_grants) ;;
        --jwks | --status | --to-key | --authorization-details | --chain | --archive | --output | -o)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --*) words= ;; # a value of which nothing is known
        *)
            case $command$word in
                revoke-* | verify-* | import-* | openapi-* | chain-*) ;;
                revoke*) [ "$COMP_CWORD" = 1 ] || words=$(_countersignctl_grants) ;;
                verify* | import* | openapi* | chain*)
                    if [ "$COMP_CWORD" != 1 ]; then
                        mapfile -t COMPREPLY < <(compgen -f -- "$word")
                        return
                    fi
                    ;;
            esac
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o filenames -F _countersignctl countersignctl
