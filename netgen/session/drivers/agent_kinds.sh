# The kinds of artifacts on a Linux device: the tools of each, and what they have to be watched for.
#
# Read by agent.sh, whose $log, $work, $target, run, ask, say and emit are used here. A kind is these functions:
#   KIND_check FILE              whether the kind's own tools can read the file; changes nothing
#   KIND_backup FILE LIVE OLD    write to the folder LIVE what runs, as far as FILE or the file OLD can change it
#   KIND_activate FILE BEFORE    make FILE run; BEFORE is the file that was in force
#   KIND_restore LIVE OLD NEW    make run again what KIND_backup wrote; OLD and NEW are the files before and since
#   KIND_observe FILE BASE       emit what FILE is compared with; BASE is the file in force, which may be missing
# and, where there is more to do than to put a file into its place,
#   KIND_persisted NEW OLD       what must be done when the device boots from NEW, and no longer from OLD
# and, where one program reads several artifacts at once,
#   KIND_settle NEW BEFORE       after all are activated: have them read; fails if they are not taken as they are
#   KIND_resettle OLD NEW        after all are restored: have them read

FRR_RELOAD=/usr/lib/frr/frr-reload.py

# ------------------------------------------------------------------------------------------------- kind: frr

frr_check() { # FILE
    [ -x "$FRR_RELOAD" ] || { say "$FRR_RELOAD is missing: install frr-pythontools" && return 1; }
    checked=$(timeout "$TOOL_LIMIT_S" vtysh -C -f "$1" 2>&1 </dev/null) && return 0
    # Only the first complaint is a cause: the lines after it are then read in the wrong context.
    say "$(printf '%s\n' "$checked" | grep -m 1 .)"
    return 1
}

# vtysh adds a line of its own to what it shows when its vtysh.conf asks for it; ours asks when the file does.
frr_folder() { # FILE
    grep -x 'service integrated-vtysh-config' "$1" >"$(dirname "$1")/vtysh.conf" 2>>"$log"
    dirname "$1"
}

frr_running() { # FOLDER
    ask vtysh --config_dir "$1" -c 'show running-config no-header' | sed '/^end$/d'
}

frr_backup() { # FILE LIVE
    : >"$2/vtysh.conf"
    frr_running "$2" >"$2/frr.conf"
    [ -s "$2/frr.conf" ] || { say "vtysh shows no running configuration: is FRR running?" && return 1; }
}

# What frr-reload.py would do; nothing where nothing would be done. The exit code comes first: it prints lines for
# a file that it could not read as well.
frr_remains() { # FILE
    folder=$(frr_folder "$1")
    ask "$FRR_RELOAD" --test --stdout --log-level error --confdir "$folder" --rundir "$folder" "$1"
}

# With the file's own folder as --confdir, frr-reload.py leaves /etc/frr/frr.conf alone. Its exit code does not say
# whether the configuration was reached (it gives some lines twice, and they fail the second time): what remains does.
frr_activate() { # FILE
    attempts=0
    folder=$(frr_folder "$1")
    while remains=$(frr_remains "$1") || return 1; do
        [ -n "$remains" ] || return 0
        [ $attempts -lt 3 ] || break
        attempts=$((attempts + 1))
        run "$FRR_RELOAD" --reload --stdout --log-level error --confdir "$folder" --rundir "$folder" "$1"
    done
    say "FRR did not take these lines:"
    say "$(printf '%s\n' "$remains" | grep -v -e '^Lines To' -e '^=*$' | head -n 4)"
    return 1
}

frr_restore() { # LIVE
    frr_activate "$1/frr.conf"
}

frr_observe() { # FILE BASE
    frr_remains "$1" >"$work/remains" && frr_running "$(dirname "$1")" >"$work/running" || return 1
    emit running "$work/running"
    emit remains "$work/remains"
}

# ------------------------------------------------------------------------------------------ kind: interfaces

INTERFACES=/etc/network/interfaces

# Lets a tool of ifupdown2 see a file in the target's place, while the one that the device boots from stays.
IN_PLACE='mount --bind "$1" "$2" && shift 2 && exec "$@"'

interfaces_reload() { # FILE
    run unshare --mount --propagation private /bin/sh -c "$IN_PLACE" sh "$1" "$target" ifreload --all
}

interfaces_check() { # FILE
    command -v ifreload >/dev/null || { say "ifreload is missing: install ifupdown2" && return 1; }
    [ -f "$INTERFACES" ] || printf 'auto lo\niface lo inet loopback\n' >"$INTERFACES"
    if [ "$target" != "$INTERFACES" ]; then
        grep -qx -e "[[:space:]]*source[[:space:]]\{1,\}${target%/*}/\*[[:space:]]*" "$INTERFACES" \
            || { say "$INTERFACES does not read $target: give it the line \"source ${target%/*}/*\"" && return 1; }
        mkdir -p "${target%/*}"
        [ -f "$target" ] || : >"$target" # a place to bind to
    fi
    run ifup --all --syntax-check --interfaces "$1"
}

# What of links and addresses can be set by hand, and so is in no file: one line each, as arguments of ip.
interfaces_snapshot() { # FOLDER
    ask ip -o link show | sed -n 's/^[0-9]*: \([^:@]*\)[@:].* mtu \([0-9]*\) .*/link set dev \1 mtu \2/p' | sort >"$1/links"
    ask ip -o link show up | sed -n 's/^[0-9]*: \([^:@]*\)[@:].*/link set dev \1 up/p' | sort >>"$1/links"
    sort -o "$1/links" "$1/links"
    ask ip -o address show scope global | grep -v ' dynamic ' | awk '{print "address add", $4, "dev", $2}' | sort >"$1/addresses"
    { ask ip route show table all proto boot && ask ip route show table all proto static; } \
        | sed -e 's/ linkdown//g' -e 's/ dead//g' -e 's/^/route replace /' | sort >"$1/routes"
}

interfaces_backup() { # FILE LIVE
    interfaces_snapshot "$2"
}

# The `ip route` and `ip rule` commands of a file's `up` lines, without the word ip.
interfaces_ip_commands() { # FILE
    awk '
        $1 == "iface" { device = $2 }
        $1 == "up" || $1 == "post-up" {
            sub(/^[ \t]*[a-z-]+[ \t]+/, "")
            gsub(/\$IFACE/, device)
            count = split($0, commands, ";")
            for (i = 1; i <= count; i++) {
                command = commands[i]
                gsub(/^[ \t]+|[ \t]+$/, "", command)
                if (command ~ /^([a-z\/]*\/)?ip( -[46])? (route|rule) (add|append|replace) [A-Za-z0-9 .:\/_-]+$/) {
                    sub(/^[^ ]+ /, "", command)
                    print command
                }
            }
        }' "$1" | sort -u
}

# ifreload runs the `up` lines of the new file; nobody takes back what those of the old one did.
interfaces_forget() { # OLD NEW
    interfaces_ip_commands "$1" >"$work/commands.old"
    interfaces_ip_commands "$2" >"$work/commands.new"
    comm -23 "$work/commands.old" "$work/commands.new" | sed 's/ \(add\|append\|replace\) / del /' >"$work/commands"
    interfaces_ip "$work/commands"
}

# Pass on what is about an interface of these files, or about none: others may have changed by other hands meanwhile.
interfaces_ours() { # FILE...
    awk '
        BEGIN {
            for (i = 1; i < ARGC; i++)
                while ((getline line <ARGV[i]) > 0)
                    if (split(line, words) > 1 && words[1] == "iface") ours[words[2]]
            ARGC = 1
        }
        {
            for (i = 1; i < NF && $i != "dev"; i++);
            if (i >= NF || $(i + 1) in ours) print
        }' "$@"
}

# Run ip once a line. The words are left unquoted to become its arguments; no pattern is expanded (set -f).
interfaces_ip() { # FILE
    while read -r words <&4; do run ip $words; done 4<"$1"
    return 0
}

interfaces_activate() { # FILE BEFORE
    interfaces_forget "$2" "$1"
    interfaces_reload "$1" || return 1
    # ifreload only warns of an interface that it does not find.
    for device in $(sed -n 's/^[[:space:]]*auto[[:space:]]\{1,\}//p' "$1"); do
        case $device in
            *[!A-Za-z0-9._-]*) ;; # a pattern
            *) [ -e "/sys/class/net/$device" ] || { say "the device has no interface $device" && return 1; } ;;
        esac
    done
}

# Put back what was set by hand on the interfaces of two files, and take away what was not there.
interfaces_bring_back() { # LIVE OLD NEW
    mkdir -p "$work/now"
    for part in links addresses routes; do
        interfaces_snapshot "$work/now"
        comm -23 "$work/now/$part" "$1/$part" | sed -n -e 's/^\(address\|route\) \(add\|replace\) /\1 del /p' >"$work/gone"
        interfaces_ours "$2" "$3" <"$work/gone" >"$work/ours"
        interfaces_ip "$work/ours"
        comm -13 "$work/now/$part" "$1/$part" >"$work/back"
        interfaces_ours "$2" "$3" <"$work/back" >"$work/ours"
        interfaces_ip "$work/ours"
    done
}

interfaces_restore() { # LIVE OLD NEW
    interfaces_forget "$3" "$2"
    interfaces_reload "$2"
    result=$?
    interfaces_bring_back "$1" "$2" "$3"
    return $result
}

interfaces_observe() { # FILE BASE
    : >"$work/checked"
    # ifquery fails where anything differs, which is an answer.
    [ ! -f "$2" ] || ask unshare --mount --propagation private /bin/sh -c "$IN_PLACE" sh "$2" "$target" \
        ifquery --all --check --format json >"$work/checked"
    ask ip -j route show table all >"$work/routes" && ask ip -j rule show >"$work/rules" || return 1
    emit checked "$work/checked"
    emit routes "$work/routes"
    emit rules "$work/rules"
}

# ---------------------------------------------------------------------------------------------- kind: sysctl

sysctl_keys() { # FILE...
    sed -n 's/^[[:space:]]*-\{0,1\}[[:space:]]*\([A-Za-z0-9][A-Za-z0-9._/-]*\)[[:space:]]*=.*/\1/p' "$@" 2>/dev/null | sort -u
}

sysctl_values() { # FILE...
    sysctl_keys "$@" >"$work/keys"
    while read -r key <&4; do ask sysctl --ignore "$key"; done 4<"$work/keys"
}

sysctl_check() { # FILE
    wrong=$(grep -n -v -e '^[[:space:]]*[#;]' -e '^[[:space:]]*$' \
        -e '^[[:space:]]*-\{0,1\}[[:space:]]*[A-Za-z0-9][A-Za-z0-9._/-]*[[:space:]]*=[[:space:]]*[^[:space:]]' "$1") || return 0
    say "not a line NAME = VALUE: $(printf '%s\n' "$wrong" | head -n 1)"
    return 1
}

sysctl_backup() { # FILE LIVE OLD
    sysctl_values "$1" "$3" >"$2/sysctl"
}

sysctl_activate() { # FILE
    run sysctl --quiet --load="$1"
}

sysctl_restore() { # LIVE
    run sysctl --quiet --load="$1/sysctl"
}

sysctl_observe() { # FILE BASE
    sysctl_values "$1" >"$work/values"
    emit values "$work/values"
}
