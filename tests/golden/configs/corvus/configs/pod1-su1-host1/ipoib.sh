#!/bin/sh
# IP over InfiniBand on pod1-su1-host1: an interface for every partition that speaks IP, beside the HCA's main one. Written by netgen.
#
#   ipoib.sh [HCA ...]           make them so; without a name on all HCAs
#   ipoib.sh --check [HCA ...]   say what differs, change nothing
#   ipoib.sh --save [HCA ...]    print what --restore takes
#   ipoib.sh --restore           bring back what --save printed, from standard input
#
# Addresses are the host's own: an interface appears, is up, and whoever configures its name finds it. Its MTU is that
# of the partition's broadcast group. Exit codes: 0 all is so; 1 something could not be done; 2 something differs
# (--check); 64 wrong usage.

set -uf
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

hcas() { # NAME, P_KEYS of its partitions
    hca ib0 0x8200 0xffff
    hca ib1 0x8200 0xffff
    hca ib2 0x8200 0xffff
    hca ib3 0x8200 0xffff
    hca ib4 0x8200 0xffff
    hca ib5 0x8200 0xffff
    hca ib6 0x8200 0xffff
    hca ib7 0x8200 0xffff
    :
}

mode=apply
hca=
faults=0
differences=0

fault() {
    printf '%s: %s\n' "$hca" "$*" >&2
    faults=$((faults + 1))
}

# Make a difference vanish by a command, or say it.
settle() { # COMMAND...
    if [ "$mode" = check ]; then
        printf '%s\n' "$hca: $*"
        differences=$((differences + 1))
    else
        said=$("$@" 2>&1) || fault "$*: $said"
    fi
}

# The kernel calls them by the HCA and the P_Key.
child() { # HCA P_KEY
    printf '%s\n' "$1.${2#0x}"
}

children() { # HCA
    set +f
    for path in "/sys/class/net/$1".[89a-f][0-9a-f][0-9a-f][0-9a-f]; do
        [ ! -e "$path" ] || printf '%s\n' "${path##*/}"
    done
    set -f
}

# The lowest flag of an interface is IFF_UP.
is_up() { # INTERFACE
    flags=$(cat "/sys/class/net/$1/flags" 2>/dev/null) && [ $((flags & 1)) = 1 ]
}

hca() { # NAME P_KEY...
    hca=$1
    shift
    known="$known$hca "
    case $chosen in ' ' | *" $hca "*) ;; *) return ;; esac
    [ -e "/sys/class/net/$hca" ] || { fault 'there is no such interface: is ib_ipoib loaded?' && return; }
    if [ "$mode" = save ]; then
        printf '%s' "$hca"
        for name in $(children "$hca"); do printf ' 0x%s' "${name##*.}"; done
        echo
        return
    fi
    due=' '
    for pkey in "$@"; do
        name=$(child "$hca" "$pkey")
        due="$due$name "
        if [ ! -e "/sys/class/net/$name" ]; then
            settle ip link add link "$hca" name "$name" type ipoib pkey "$pkey" mode datagram
        fi
        is_up "$name" || settle ip link set dev "$name" up
    done
    for name in $(children "$hca"); do
        case $due in *" $name "*) ;; *) settle ip link delete dev "$name" ;; esac
    done
}

restore() {
    while read -r line; do
        # shellcheck disable=SC2086 # to be split
        hca $line
    done
}

case ${1-} in
    --check | --save | --restore)
        mode=${1#--}
        shift
        ;;
    -*)
        echo "usage: ${0##*/} [--check | --save] [HCA ...] | --restore" >&2
        exit 64
        ;;
esac
chosen=" $* "
[ $# -gt 0 ] || chosen=' '
known=' '
if [ "$mode" = restore ]; then restore; else hcas; fi
for hca in "$@"; do
    case $known in *" $hca "*) ;; *) fault "not one of this host's HCAs:$known" ;; esac
done
[ $faults = 0 ] || exit 1
[ $differences = 0 ] || exit 2
