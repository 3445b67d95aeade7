#!/bin/sh
# netgen's agent on a Linux device: changes several artifacts as one transaction, and undoes it by itself.
#
# A commit runs in this order:
#   check -> back up -> arm the timer -> activate each artifact -> (confirmed from outside) -> persist -> disarm
# The files that the device boots from are replaced only when the commit is confirmed, so that a reboot
# before that comes back with the old configuration. Unless confirmed, a timer on the device runs `revert`;
# it needs neither the connection nor netgen. What happens in which order is decided here and nowhere else.
#
#   agent.sh status
#   agent.sh check CANDIDATE
#   agent.sh compare CANDIDATE
#   agent.sh commit HOLDER WAIT CANDIDATE SECONDS MESSAGE    SECONDS 0: confirmed at once
#   agent.sh confirm HOLDER WAIT [COMMIT]                    COMMIT: its number or its candidate
#   agent.sh rollback HOLDER WAIT [COMMIT]                   the open commit, else the last confirmed one
#   agent.sh revert COMMIT                                   what the timer runs
#   agent.sh discard CANDIDATE
#
# /var/lib/netgen (root's, 0700) holds
#   candidate/NAME/  what was uploaded: the artifacts and their manifest
#   commits/NNNNNN/  one commit: manifest, new/ (what it activates), old/ (the files before), live/ (what ran
#                    before), state, deadline, boot, log.*, and this program as it was at the time
#   agent/VERSION/   this program
#
# A manifest has one line an artifact, in the order of activation: NAME KIND TARGET OWNER MODE.
# What a kind's tools are and how to trust them is in agent_*kinds.sh beside this file.

set -uf
umask 077
trap '' HUP PIPE
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

ROOT=/var/lib/netgen
TIMER_WAIT_S=1800      # the timer outwaits a commit that is still being activated
TIMER_LOOKS=200        # as often, a tenth of a second apart, is it looked whether the timer has started
TOOL_LIMIT_S=180       # no single tool may take longer
GUARD_S=900            # even a commit that needs no confirmation is undone if it is cut off in the middle
KEEP=10                # finished commits whose backups are kept
PROGRAM='agent.sh agent_kinds.sh agent_host_kinds.sh agent_opensm_kinds.sh'

# Exit codes; the reason is on standard error.
REFUSED=10 LOCKED=11 PENDING=12 NOTHING=13 UNDONE=20 BROKEN=21

die() {
    code=$1
    shift
    printf '%s\n' "$*" >&2
    exit "$code"
}

# ---------------------------------------------------------------------------------------------- small tools

# Run a tool with no standard input, bounded, its output in $log. The lock is held as long as it runs, even if this
# program is killed meanwhile: nothing is undone under its hands. What it leaves behind does not inherit the lock.
run() { timeout -k 5 "$TOOL_LIMIT_S" /bin/sh -c 'exec "$@" 9>&-' sh "$@" </dev/null >>"$log" 2>&1 3<&-; }

# The same for a tool whose standard output is wanted.
ask() { timeout -k 5 "$TOOL_LIMIT_S" "$@" </dev/null 2>>"$log" 3<&- 9>&-; }

say() { printf '%s\n' "$*" >>"$log"; }

# The last words of the tool that failed.
reason() { grep -v '^[[:space:]]*$' "$log" 2>/dev/null | tail -n 8; }

# Replace a file in one step, durably.
install_file() { # FROM TARGET OWNER MODE
    mkdir -p "$(dirname "$2")" && cp -f "$1" "$2.netgen" && chown "$3" "$2.netgen" && chmod "$4" "$2.netgen" \
        && sync "$2.netgen" && replace "$2.netgen" "$2"
}

# A cover goes in the same step: the kernel takes it away when the file below is replaced in another mount namespace,
# and refuses that in this one.
replace() { # FROM TARGET
    if covered "$2"; then
        unshare --mount --propagation private /bin/sh -c 'umount "$2" && mv -f "$1" "$2"' sh "$1" "$2"
    else
        mv -f "$1" "$2"
    fi
}

# Let every program see $1 in the place of $target, until the machine boots or `uncover`.
cover() { # FILE
    mkdir -p "${target%/*}" && chown "$owner" "$1" && chmod "$mode" "$1" || return 1
    [ -f "$target" ] || : >"$target" # a place to bind to
    uncover && run mount --bind "$1" "$target"
}

uncover() { while covered "$target"; do run umount --lazy "$target" || return 1; done; }

covered() { awk -v path="$1" '$5 == path { found = 1 } END { exit !found }' /proc/self/mountinfo; }

# Call a function for every artifact of a manifest; stops at the first that fails, whose name is then in $name.
each() { # FUNCTION MANIFEST
    while read -r name kind target owner mode <&3; do
        "$1" || return 1
    done 3<"$2"
}

state_of() { cat "$1/state" 2>/dev/null; }

set_state() { # DIR STATE
    printf '%s\n' "$2" >"$1/state.new" && sync "$1/state.new" && mv "$1/state.new" "$1/state"
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

of_this_boot() { [ "$(cat "$1/boot" 2>/dev/null)" = "$(boot_id)" ]; }

# The last commit of a number or a candidate.
named() { # NAME
    found=
    for id in $(commits); do
        if [ "$id" = "$1" ] || [ "$(cat "$ROOT/commits/$id/session")" = "$1" ]; then found=$id; fi
    done
    [ -n "$found" ] || die $NOTHING "no commit is called $1: nothing is changed"
    echo "$found"
}

commits() { ls "$ROOT/commits" 2>/dev/null; }

# ------------------------------------------------------------------------------------------- lock and states

# flock is the lock and dies with its holder; the holder's name is only for the reader of an error.
lock() { # HOLDER WAIT
    exec 9>>"$ROOT/lock"
    flock -w "$2" 9 || die $LOCKED "for more than $2 s by $(cat "$ROOT/holder" 2>/dev/null || echo 'an unknown session')"
    printf '%s\n' "$1" >"$ROOT/holder"
}

# The commit that is neither confirmed nor undone. A reboot closes it: the machine came back with its old files.
open_commit() {
    for id in $(commits); do
        case $(state_of "$ROOT/commits/$id") in
            applying | pending | confirming | broken) of_this_boot "$ROOT/commits/$id" && echo "$id" && return 0 ;;
        esac
    done
    return 1
}

# Write down what a reboot decided. Only a confirmation that it interrupted may have left new files behind.
settle_after_reboot() {
    for id in $(commits); do
        of_this_boot "$ROOT/commits/$id" && continue
        case $(state_of "$ROOT/commits/$id") in
            applying | pending | broken) set_state "$ROOT/commits/$id" reverted ;;
            confirming) undo "$ROOT/commits/$id" reverted ;;
        esac
    done
}

# ----------------------------------------------------------------------------------------------------- timer

# systemd keeps the timer only where it is this machine's own: in a container, /run may be another one's.
has_own_systemd() {
    [ -d /run/systemd/system ] || return 1
    for space in mnt net pid uts; do
        [ "$(readlink /proc/self/ns/$space)" = "$(readlink /proc/1/ns/$space)" ] || return 1
    done
}

arm() { # DIR COMMIT SECONDS
    if has_own_systemd; then
        run systemd-run --quiet --collect --unit="netgen-revert-$2" --on-active="$3s" \
            --timer-property=AccuracySec=1s /bin/sh "$1/agent.sh" revert "$2" || return 1
        echo "unit netgen-revert-$2.timer" >"$1/timer"
    else
        setsid /bin/sh -c 'sleep "$1"; exec /bin/sh "$2" revert "$3"' netgen-revert "$3" "$1/agent.sh" "$2" \
            </dev/null >/dev/null 2>&1 3<&- 9>&- &
        echo "pid $!" >"$1/timer"
        # It is there, and `disarm` can end it, once it leads a session of its own (proc(5), stat).
        looks=0
        until [ "$(awk '{ print $6 }' "/proc/$!/stat" 2>>"$log")" = "$!" ]; do
            [ $((looks += 1)) -le "$TIMER_LOOKS" ] && kill -0 $! 2>>"$log" || return 1
            sleep 0.1
        done
    fi
    echo $(($(date +%s) + $3)) >"$1/deadline"
}

disarm() { # DIR
    [ -f "$1/timer" ] || return 0
    read -r how which <"$1/timer"
    if [ "$how" = unit ]; then
        run systemctl stop "$which"
    # The number may have been given to another program since, so its command line must name this commit.
    elif [ "$which" != $$ ] && tr '\0' ' ' <"/proc/$which/cmdline" 2>/dev/null | grep -qF "$1/agent.sh"; then
        kill -- "-$which" 2>>"$log"
    fi
    rm -f "$1/timer"
}

# ------------------------------------------------------------------------- steps of one artifact of a commit

check_one() { log=$work/log.$name && "${kind}_check" "$candidate/$name"; }

backup_one() {
    log=$dir/log.$name
    if [ -f "$target" ]; then cp -p "$target" "$dir/old/$name"; else : >"$dir/old/$name" && : >"$dir/old/$name.absent"; fi \
        && "${kind}_backup" "$dir/new/$name" "$dir/live" "$dir/old/$name"
}

activate_one() { log=$dir/log.$name && : >"$log" && "${kind}_activate" "$dir/new/$name" "$dir/old/$name"; }

settle_one() {
    log=$dir/log.$name
    ! command -v "${kind}_settle" >/dev/null || "${kind}_settle" "$dir/new/$name" "$dir/old/$name"
}

persist_one() {
    log=$dir/log.$name
    install_file "$dir/new/$name" "$target" "$owner" "$mode" 2>>"$log" || return 1
    ! command -v "${kind}_persisted" >/dev/null || "${kind}_persisted" "$dir/new/$name" "$dir/old/$name"
}

# Put back the file that the device boots from.
unpersist_one() {
    log=$dir/log.$name
    uncover || return 1
    if [ -f "$dir/old/$name.absent" ]; then
        rm -f "$target"
    elif ! cmp -s "$dir/old/$name" "$target"; then
        install_file "$dir/old/$name" "$target" "$(stat -c %u:%g "$dir/old/$name")" "$(stat -c %a "$dir/old/$name")" 2>>"$log"
    fi
}

# One artifact that cannot be restored does not keep the others from being restored.
restore_one() {
    log=$dir/log.$name
    unpersist_one && "${kind}_restore" "$dir/live" "$dir/old/$name" "$dir/new/$name" && return 0
    unrestored="$unrestored $name: $(reason)"
}

resettle_one() {
    log=$dir/log.$name
    command -v "${kind}_resettle" >/dev/null || return 0
    "${kind}_resettle" "$dir/old/$name" "$dir/new/$name" || unrestored="$unrestored $name: $(reason)"
}

observe_one() {
    log=$work/log.$name
    base=$target
    [ -z "$opened" ] || [ ! -f "$ROOT/commits/$opened/new/$name" ] || base=$ROOT/commits/$opened/new/$name
    if [ -f "$base" ]; then emit base "$base"; fi
    "${kind}_observe" "$candidate/$name" "$base"
}

# A part of the answer to compare: a line "ARTIFACT PART BYTES", then so many bytes.
emit() { # PART FILE
    printf '%s %s %s\n' "$name" "$1" "$(wc -c <"$2")" && cat "$2"
}

# --------------------------------------------------------------------------------------------------- commits

undo() { # DIR STATE
    dir=$1
    unrestored=
    sed '1!G;h;$!d' "$dir/manifest" >"$work/reversed"
    each restore_one "$work/reversed"
    each resettle_one "$dir/manifest"
    log=$dir/log
    if [ -n "$unrestored" ]; then set_state "$dir" broken && return 1; fi
    set_state "$dir" "$2"
    disarm "$dir"
}

persist() { # DIR
    dir=$1
    set_state "$dir" confirming
    if each persist_one "$dir/manifest"; then
        log=$dir/log
        set_state "$dir" confirmed
        disarm "$dir"
        return 0
    fi
    why="$name: $(reason)"
    each unpersist_one "$dir/manifest"
    set_state "$dir" pending
    return 1
}

prune() {
    for id in $(commits | head -n -$KEEP); do
        case $(state_of "$ROOT/commits/$id") in
            confirmed | reverted | undone | rolled-back | '') rm -rf "${ROOT:?}/commits/$id" ;;
        esac
    done
    # What sessions that died left behind.
    find "$ROOT/candidate" "$ROOT" -mindepth 1 -maxdepth 1 -mmin +1440 \( -path '*/candidate/*' -o -name 'work.*' \) -exec rm -rf {} +
}

check() { # CANDIDATE
    candidate=$ROOT/candidate/$1
    [ -s "$candidate/manifest" ] || die $NOTHING "no candidate is loaded"
    each check_one "$candidate/manifest" || die $REFUSED "$name: $(reason)"
}

compare() { # CANDIDATE
    candidate=$ROOT/candidate/$1
    [ -s "$candidate/manifest" ] || die $NOTHING "no candidate is loaded"
    opened=$(open_commit)
    each observe_one "$candidate/manifest" || die $REFUSED "$name: $(reason)"
}

commit() { # HOLDER WAIT CANDIDATE SECONDS MESSAGE
    lock "$1" "$2"
    settle_after_reboot
    opened=$(open_commit) && die $PENDING "commit $opened ($(cat "$ROOT/commits/$opened/message")) is $(state_of "$ROOT/commits/$opened")"
    check "$3"
    prune
    last=$(commits | tail -n 1 | sed 's/^0*//')
    id=$(printf '%06d' $((${last:-0} + 1)))
    dir=$ROOT/commits/$id
    log=$dir/log
    mkdir -p "$dir/old" "$dir/live" && cp -R "$candidate" "$dir/new" && mv "$dir/new/manifest" "$dir/manifest" \
        && (cd "${0%/*}" && cp $PROGRAM "$dir") && boot_id >"$dir/boot" && printf '%s\n' "$3" >"$dir/session" \
        && printf '%s\n' "$5" >"$dir/message" || die $UNDONE "cannot write to $ROOT"
    set_state "$dir" preparing
    each backup_one "$dir/manifest" || { set_state "$dir" undone && die $UNDONE "backing up $name: $(reason)"; }
    log=$dir/log
    # The timer comes first: were this program killed between the two, nobody would ever close what is open.
    arm "$dir" "$id" "$([ "$4" -gt 0 ] && echo "$4" || echo $GUARD_S)" \
        || { set_state "$dir" undone && die $UNDONE "the timer cannot be set: $(reason)"; }
    set_state "$dir" applying
    if each activate_one "$dir/manifest" && each settle_one "$dir/manifest" && why= && set_state "$dir" pending && { [ "$4" -gt 0 ] || persist "$dir"; }; then
        return 0
    fi
    why="${why:-$name: $(reason)}"
    undo "$dir" undone || die $BROKEN "$why; and not everything could be undone:$unrestored"
    die $UNDONE "$why"
}

# A commit that was asked for by name is that one or none: the open one may be another session's.
insist() { # NAME COMMIT
    [ -n "$1" ] || return 0
    asked=$(named "$1") || exit $NOTHING
    [ "$asked" = "$2" ] || die $NOTHING "commit $asked is $(state_of "$ROOT/commits/$asked"): nothing is changed"
}

confirm() { # HOLDER WAIT [COMMIT]
    lock "$1" "$2"
    settle_after_reboot
    id=$(open_commit) || id=
    insist "${3-}" "$id"
    [ -n "$id" ] || die $NOTHING "no commit waits for a confirmation"
    [ "$(state_of "$ROOT/commits/$id")" = pending ] || die $NOTHING "commit $id is $(state_of "$ROOT/commits/$id")"
    persist "$ROOT/commits/$id" || die $BROKEN "$why"
}

rollback() { # HOLDER WAIT [COMMIT]
    lock "$1" "$2"
    settle_after_reboot
    chosen=$(open_commit) || chosen=
    final=reverted
    if [ -z "$chosen" ]; then
        final=rolled-back
        for id in $(commits); do
            [ "$(state_of "$ROOT/commits/$id")" != confirmed ] || chosen=$id
        done
    fi
    insist "${3-}" "$chosen"
    [ -n "$chosen" ] || die $NOTHING "no commit is left to roll back"
    undo "$ROOT/commits/$chosen" $final || die $BROKEN "commit $chosen:$unrestored"
}

revert() { # COMMIT
    for attempt in 1 2 3 4 5; do
        lock "the timer of commit $1" $TIMER_WAIT_S
        case $(state_of "$ROOT/commits/$1") in
            applying | pending | confirming | broken) undo "$ROOT/commits/$1" reverted && return 0 ;;
            *) return 0 ;;
        esac
        exec 9>&- # a person may try meanwhile
        sleep 10
    done
    return 1
}

status() {
    for id in $(commits); do
        dir=$ROOT/commits/$id
        state=$(state_of "$dir")
        case $state in
            applying | pending | confirming | broken) of_this_boot "$dir" || state=reverted ;;
        esac
        printf '%s %s %s %s %s\n' "$id" "${state:-preparing}" "$(cat "$dir/session")" \
            "$(cat "$dir/deadline" 2>/dev/null || echo 0)" "$(cat "$dir/message")"
    done
}

discard() { rm -rf "${ROOT:?}/candidate/$1"; }

. "${0%/*}/agent_kinds.sh"
. "${0%/*}/agent_host_kinds.sh"
. "${0%/*}/agent_opensm_kinds.sh"
work=$(mktemp -d "$ROOT/work.XXXXXX") || die $UNDONE "cannot write to $ROOT"
trap 'rm -rf "$work"' EXIT
log=$work/log
verb=$1
shift
case $verb in
    status | check | compare | commit | confirm | rollback | revert | discard) "$verb" "$@" ;;
    *) die 2 "unknown verb: $verb" ;;
esac
