#!/bin/sh
# RoCE settings of the NICs of pod1-su1-host1 on the fabrics compute and storage. Written by netgen.
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

# Code point:802.1p priority. With a map of code points a NIC trusts them, not the VLAN tag.
DSCP_PRIO='
    0:0 1:0 2:0 3:0 4:0 5:0 6:0 7:0
    8:0 9:0 10:0 11:0 12:0 13:0 14:0 15:0
    16:0 17:0 18:0 19:0 20:0 21:0 22:0 23:0
    24:0 25:0 26:3 27:0 28:0 29:0 30:0 31:0
    32:0 33:0 34:0 35:0 36:0 37:0 38:0 39:0
    40:0 41:0 42:0 43:0 44:0 45:0 46:0 47:0
    48:6 49:0 50:0 51:0 52:0 53:0 54:0 55:0
    56:7 57:0 58:0 59:0 60:0 61:0 62:0 63:0
'

# Priority:traffic class of the NIC, which is what the switches call egress queue. Of these classes:
#   default, priority 0
#   gpu, priority 3
#   cnp, priority 6
#   control, priority 7
PRIO_TC='0:0 1:0 2:0 3:3 4:0 5:0 6:6 7:7'

# Scheduling. Shares of weighted classes make 100; a strict class has a ceiling instead, or none (0bit).
TC_TSA='0:ets 1:ets 2:ets 3:ets 4:ets 5:ets 6:strict 7:strict'
TC_BW='0:10 3:90'
TC_MAXRATE='0:0bit 1:0bit 2:0bit 3:0bit 4:0bit 5:0bit 6:20Gbit 7:0bit'

# PFC: both ends of a link pause the same priorities.
PRIO_PFC='0:off 1:off 2:off 3:on 4:off 5:off 6:off 7:off'

# A NIC that cannot receive stops pausing its switch after so many milliseconds; 0: never. The time is that of the
# switches' watchdog, as near as mlx5 takes it.
STALL_MS=200

# What librdmacm sends unless a program says otherwise: gpu, DSCP 26, ECN-capable.
ROCE_TOS=106

# Congestion notifications.
CNP_DSCP=48
CNP_PRIO=6

# DCQCN of the lossless priorities.
DCQCN='3:1'

nics() { # NAME, RDMA DEVICE, METRES OF CABLE; in rail order
    nic rail1 mlx5_0 5
    nic rail2 mlx5_1 5
    nic rail3 mlx5_2 5
    nic rail4 mlx5_3 5
    nic rail5 mlx5_4 5
    nic rail6 mlx5_5 5
    nic rail7 mlx5_6 5
    nic rail8 mlx5_7 5
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

# shellcheck disable=SC2086 # to be split
DSCP_PRIO=$(printf '%s ' $DSCP_PRIO)

# Who decides is the host, not the firmware's LLDP agent. It stays so after --restore: dcb has no way back.
set_dcbx() {
    [ "$mode" != save ] || return 0
    has=$(dcb dcbx show dev "$nic" 2>&1) || { fault "dcb dcbx show dev $nic: $has" && return; }
    # shellcheck disable=SC2086 # to be split
    want '' 'host ieee' "$(printf '%s ' $has)"
    settle "$has" 'host ieee' dcb dcbx set dev "$nic"
}

# On mlx5 `add` replaces, and `replace` fails, because the driver has deleted the old entry by then.
set_dscp() {
    read_dcb app dscp-prio || return
    if [ "$mode" = save ]; then
        echo "dcb app flush dev $nic dscp-prio"
        [ -n "${has% }" ] || return 0
    fi
    want dscp-prio "$DSCP_PRIO" "$has"
    settle "dscp-prio $has" "dscp-prio $DSCP_PRIO" dcb app add dev "$nic"
}

# At once, for shares are checked against the kinds of all classes. What mlx5 shows for a strict class is no share.
set_ets() {
    read_dcb ets prio-tc && prio_tc=$has && read_dcb ets tc-tsa && tc_tsa=$has && read_dcb ets tc-bw || return
    want prio-tc "$PRIO_TC" "$prio_tc"
    want tc-tsa "$TC_TSA" "$tc_tsa"
    want tc-bw "$TC_BW" "$has"
    settle "prio-tc ${prio_tc}tc-tsa ${tc_tsa}tc-bw $has" "prio-tc $PRIO_TC tc-tsa $TC_TSA tc-bw all:0 $TC_BW" \
        dcb ets set dev "$nic"
}

set_maxrate() {
    read_dcb maxrate tc-maxrate || return
    want tc-maxrate "$TC_MAXRATE" "$has"
    settle "tc-maxrate $has" "tc-maxrate $TC_MAXRATE" dcb maxrate set dev "$nic"
}

set_stall() {
    has=$(ethtool --get-tunable "$nic" pfc-prevention-tout 2>&1) || { fault "ethtool --get-tunable $nic: $has" && return; }
    settle_value "${has##*[!0-9]}" "$STALL_MS" ethtool --set-tunable "$nic" pfc-prevention-tout
}

# As cma_roce_mode and cma_roce_tos do; the folder of a device appears when it is made.
set_rdma_cm() {
    cm=/sys/kernel/config/rdma_cm
    [ -d $cm ] || modprobe rdma_cm 2>/dev/null
    [ -d "$cm/$rdma" ] || said=$(mkdir "$cm/$rdma" 2>&1) || { fault "rdma_cm does not know $rdma: $said" && return; }
    settle_file "$cm/$rdma/ports/1/default_roce_mode" 'RoCE v2'
    settle_file "$cm/$rdma/ports/1/default_roce_tos" $ROCE_TOS
}

# NVIDIA's driver shows congestion control by priority below the interface; the kernel's own shows its numbers only.
set_congestion() {
    ecn=/sys/class/net/$nic/ecn
    if [ -d "$ecn" ]; then
        settle_file "$ecn/roce_np/cnp_dscp" $CNP_DSCP
        settle_file "$ecn/roce_np/cnp_802p_prio" $CNP_PRIO
        for each in $DCQCN; do
            settle_file "$ecn/roce_np/enable/${each%:*}" "${each#*:}"
            settle_file "$ecn/roce_rp/enable/${each%:*}" "${each#*:}"
        done
        return
    fi
    device=$(readlink -f "/sys/class/net/$nic/device")
    cc=/sys/kernel/debug/mlx5/${device##*/}/cc_params
    # Where Secure Boot locks the kernel down, debugfs is closed. NICs are shipped with code point 48 and priority 6.
    if [ $CNP_DSCP:$CNP_PRIO = 48:6 ] && ! said=$(cat "$cc/np_cnp_dscp" 2>&1 >/dev/null); then
        [ "$mode" != apply ] || note "notifications are taken to be as shipped, code point 48 and priority 6: $said"
    else
        settle_file "$cc/np_cnp_dscp" $CNP_DSCP
        settle_file "$cc/np_cnp_prio" $CNP_PRIO
    fi
    [ "$mode" != apply ] || note "this driver does not switch DCQCN by priority: ROCE_CC_PRIO_MASK_P1 of the firmware does"
}

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
    set_dcbx
    set_dscp
    set_ets
    set_maxrate
    set_pfc
    set_stall
    set_rdma_cm
    set_congestion
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
