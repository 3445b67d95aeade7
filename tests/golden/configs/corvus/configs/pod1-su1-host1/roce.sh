#!/bin/sh
# RoCE settings of the NICs of pod1-su1-host1 on the fabric compute. Written by netgen.
#
#   roce.sh [NIC ...]           make them so; without a name on all NICs
#   roce.sh --check [NIC ...]   say what differs, change nothing
#   roce.sh --save [NIC ...]    print what --restore takes
#   roce.sh --restore           bring back what --save printed, from standard input
#
# A setting is read before it is written, and left alone if it is as it should be: mlx5 takes the link down and up
# when the set of paused priorities changes. Exit codes: 0 all is so; 1 something could not be set; 2 something
# differs (--check); 64 wrong usage.

set -uf
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

# The fabric has no RoCE policy: nothing is paused.
PRIO_PFC='0:off 1:off 2:off 3:off 4:off 5:off 6:off 7:off'

nics() { # NAME, RDMA DEVICE, METRES OF CABLE; in rail order
    :
}

# ------------------------------------------------------------------------------------------------------- tools

mode=apply
nic=
missing=
bounced=
faults=0
differences=0

note() { printf '%s: %s\n' "$nic" "$*" >&2; }

fault() {
    note "$*"
    faults=$((faults + 1))
}

# Add to $missing which of the words are not in a text that has a space around each, behind the parameter's name.
want() { # PARAMETER WORDS TEXT
    lacking=
    for word in $2; do
        case " $3" in *" $word "*) ;; *) lacking="$lacking $word" ;; esac
    done
    [ -z "$lacking" ] || missing="$missing${1:+ $1}$lacking"
}

# Put what dcb shows of a parameter into $has: its words, a space behind each.
read_dcb() { # OBJECT PARAMETER
    has=$(dcb -N "$1" show dev "$nic" "$2" 2>&1) || { fault "dcb $1 show dev $nic $2: $has" && return 1; }
    # shellcheck disable=SC2086 # to be split
    has=$(printf '%s ' ${has#"$2"})
}

put() { # FILE WORDS...
    path=$1
    shift
    printf '%s\n' "$*" >"$path"
}

# COMMAND followed by WANTED makes a setting as it should be; followed by HAS, as it is. It is so if nothing is missing.
settle() { # HAS WANTED COMMAND...
    had=$1 wanted=$2
    shift 2
    if [ "$mode" = save ]; then
        printf '%s\n' "$* $had"
    elif [ -n "$missing" ] && [ "$mode" = check ]; then
        printf '%s\n' "$nic: $*$missing"
        differences=$((differences + 1))
    elif [ -n "$missing" ]; then
        # shellcheck disable=SC2086 # to be split
        said=$("$@" $wanted 2>&1) || fault "$* $wanted: $said"
    fi
    missing=
}

settle_value() { # HAS WANTED COMMAND...
    [ "$1" = "$2" ] || missing=" $2"
    settle "$@"
}

settle_file() { # FILE WANTED
    has=$(cat "$1" 2>&1) || { fault "$has" && return; }
    settle_value "$has" "$2" put "$1"
}

# ---------------------------------------------------------------------------------------------------- settings

# mlx5 takes the delay for metres of cable.
set_pfc() {
    read_dcb pfc prio-pfc && prio_pfc=$has && read_dcb pfc delay || return
    wanted="prio-pfc $PRIO_PFC"
    want prio-pfc "$PRIO_PFC" "$prio_pfc"
    if [ "$cable_m" != 0 ]; then
        wanted="$wanted delay $cable_m"
        want delay "$cable_m" "$has"
    fi
    if [ "$mode" = apply ] && [ -n "$missing" ] && has_carrier "$nic"; then bounced="$bounced $nic"; fi
    settle "prio-pfc ${prio_pfc}delay $has" "$wanted" dcb pfc set dev "$nic"
}

has_carrier() { # NIC
    [ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]
}

# What begins by RDMA after this is to find links that are up.
wait_for_links() {
    waited=0
    for nic in $bounced; do
        until has_carrier "$nic"; do
            if [ $waited -ge 60 ]; then
                fault "its link has not come back $waited s after the change of PFC"
                break
            fi
            waited=$((waited + 1))
            sleep 1
        done
    done
}

# The driver of RDMA comes after the one of the interface.
find_rdma() {
    folder=/sys/class/net/$nic/device/infiniband
    waited=0
    while [ ! -d "$folder" ]; do
        if [ "$mode" != apply ] || [ $waited -ge 30 ]; then
            fault "it has no RDMA device: is mlx5_ib loaded?"
            return 1
        fi
        waited=$((waited + 1))
        sleep 1
    done
    [ -d "$folder/$rdma" ] || { fault "its RDMA device is called $(ls "$folder"), not $rdma" && return 1; }
}

nic() { # NAME RDMA_DEVICE CABLE_M
    nic=$1 rdma=$2 cable_m=$3
    known="$known$nic "
    case $chosen in ' ' | *" $nic "*) ;; *) return ;; esac
    [ -e "/sys/class/net/$nic" ] || { fault "there is no such interface" && return; }
    [ -e "/sys/class/net/$nic/device" ] || { note "a virtual link has no RDMA device: nothing to set" && return; }
    find_rdma || return
    set_pfc
}

restore() {
    nic=restore
    while read -r line; do
        # shellcheck disable=SC2086 # to be split
        case $line in
            'dcb '* | 'ethtool '* | 'put '*) said=$($line 2>&1) || fault "$line: $said" ;;
            *) fault "not a line of --save: $line" ;;
        esac
    done
}

case ${1-} in
    --check | --save | --restore)
        mode=${1#--}
        shift
        ;;
    -*)
        echo "usage: ${0##*/} [--check | --save] [NIC ...] | --restore" >&2
        exit 64
        ;;
esac
chosen=" $* "
[ $# -gt 0 ] || chosen=' '
known=' '
if [ "$mode" = restore ]; then restore; else nics; fi
wait_for_links
for nic in "$@"; do
    case $known in *" $nic "*) ;; *) fault "not one of this host's NICs:$known" ;; esac
done
[ $faults = 0 ] || exit 1
[ $differences = 0 ] || exit 2
