# The kinds of artifacts that only hosts have; what a kind is stands in agent_kinds.sh, which comes first.

# --------------------------------------------------------------------------------------------- kind: netplan

NETPLAN_WAIT_S=20 # for systemd-networkd, to which `netplan apply` only hands over

netplan_check() { # FILE
    command -v netplan >/dev/null || { say "netplan is missing: install netplan.io" && return 1; }
    mkdir -p "$work/tree/etc/netplan" && cp "$1" "$work/tree/etc/netplan/${target##*/}" || return 1
    run netplan generate --root-dir "$work/tree"
}

# The interfaces of a file, each as a line that interfaces_ours reads.
netplan_names() { # FILE
    sed -n 's/^    "\{0,1\}\([A-Za-z0-9][A-Za-z0-9_.-]*\)"\{0,1\}:$/iface \1/p' "$1"
}

netplan_addresses() { # FILE
    awk '
        /^    "?[A-Za-z0-9][A-Za-z0-9_.-]*"?:$/ { gsub(/[":]/, "", $1); device = $1 }
        $1 == "activation-mode:" { device = "" }
        $1 == "addresses:" && device { gsub(/[][,]/, " "); for (i = 2; i <= NF; i++) print device, $i }' "$1"
}

# Whether every interface of a file that has carrier has its addresses.
netplan_is_settled() { # FILE
    netplan_addresses "$1" >"$work/expected"
    while read -r device address <&4; do
        [ "$(cat "/sys/class/net/$device/carrier" 2>/dev/null)" = 1 ] || continue
        ask ip -o address show dev "$device" | grep -qF " $address " || return 1
    done 4<"$work/expected"
}

netplan_apply() { # FILE
    if [ -s "$1" ]; then
        [ -f "$target" ] || { mkdir -p "${target%/*}" && : >"$target" && placed=yes; } # a place to bind to
        run unshare --mount --propagation private /bin/sh -c "$IN_PLACE" sh "$1" "$target" netplan apply
        result=$?
        # Of a file that is not confirmed nothing may be left, not even an empty one.
        [ -z "${placed:-}" ] || { rm -f "$target" && placed=; }
        [ $result = 0 ] || return 1
    else
        run netplan apply || return 1
    fi
    waited=0
    until netplan_is_settled "$1"; do
        [ $waited -lt $NETPLAN_WAIT_S ] || { say "after $waited s interfaces still lack addresses" && return 1; }
        waited=$((waited + 1))
        sleep 1
    done
}

netplan_backup() { # FILE LIVE
    interfaces_snapshot "$2"
}

netplan_activate() { # FILE BEFORE
    netplan_names "$1" >"$work/names"
    while read -r word device <&4; do
        [ -e "/sys/class/net/$device" ] || { say "the device has no interface $device" && return 1; }
    done 4<"$work/names"
    netplan_apply "$1"
}

netplan_restore() { # LIVE OLD NEW
    netplan_apply "$2"
    result=$?
    netplan_names "$2" >"$work/names.old"
    netplan_names "$3" >"$work/names.new"
    interfaces_bring_back "$1" "$work/names.old" "$work/names.new"
    return $result
}

netplan_observe() { # FILE BASE
    ask ip -j address show >"$work/addresses" && ask ip -j route show table all >"$work/routes" \
        && ask ip -j rule show >"$work/rules" || return 1
    emit addresses "$work/addresses"
    emit routes "$work/routes"
    emit rules "$work/rules"
}

# ------------------------------------------------------------------------------------------------ kind: tool

# The file is the tool: it knows what to set, how to tell whether it is so, and how to bring back what was.

tool_check() { # FILE
    run sh -n "$1"
}

tool_backup() { # FILE LIVE
    ask sh "$1" --save >"$2/$name"
}

tool_activate() { # FILE
    run sh "$1"
}

tool_restore() { # LIVE OLD NEW
    timeout -k 5 "$TOOL_LIMIT_S" sh "$3" --restore <"$1/$name" >>"$log" 2>&1 3<&- 9>&-
}

# Where the files differ, what runs is told by them already.
tool_observe() { # FILE BASE
    : >"$work/drift"
    if cmp -s "$1" "$2"; then
        ask sh "$1" --check >"$work/drift"
        [ $? != 1 ] || return 1
    fi
    emit drift "$work/drift"
}

# ------------------------------------------------------------------------------------------------ kind: unit

# A template of units, target NAME@.service. Its file lists its instances in lines `Also=`. What it starts runs by
# another artifact already; the unit is for the next boot, and so it is enabled once it is persisted.

unit_instances() { # FILE...
    sed -n -e 's/\\\\/\\/g' -e 's/^Also=//p' "$@" 2>/dev/null | sort -u
}

unit_check() { # FILE
    others=$(unit_instances "$1" | grep -v -x -e "$(basename "$target" .service)[A-Za-z0-9:_.\\\\-]\{1,\}\.service") || return 0
    say "not an instance of $(basename "$target"): $(printf '%s\n' "$others" | head -n 1)"
    return 1
}

unit_backup() { # FILE LIVE
    :
}

unit_activate() { # FILE
    :
}

# Without a systemd of its own, as in a container, a machine has nobody to start units.
unit_persisted() { # NEW OLD
    has_own_systemd || { say "systemd does not run here: $(basename "$target") is not enabled" && return 0; }
    unit_instances "$1" >"$work/units.new"
    unit_instances "$2" >"$work/units.old"
    for unit in $(comm -13 "$work/units.new" "$work/units.old"); do run systemctl disable "$unit"; done
    run systemctl daemon-reload || return 1
    for unit in $(cat "$work/units.new"); do run systemctl enable "$unit" || return 1; done
    for unit in $(cat "$work/units.new"); do run systemctl start --no-block "$unit" || return 1; done
}

unit_restore() { # LIVE OLD NEW
    unit_persisted "$2" "$3"
}

unit_observe() { # FILE BASE
    : >"$work/drift"
    if has_own_systemd && cmp -s "$1" "$2"; then
        for unit in $(unit_instances "$1"); do
            systemctl --quiet is-enabled "$unit" 2>>"$log" || printf '%s enabled\n' "$unit" >>"$work/drift"
        done
    fi
    emit drift "$work/drift"
}

# ------------------------------------------------------------------------------------------------ kind: text

# A file that programs read when they start: there is nothing to check it with, and nothing that runs by it.

text_check() { # FILE
    :
}

text_backup() { # FILE LIVE
    :
}

text_activate() { # FILE
    :
}

text_restore() { # LIVE OLD NEW
    :
}

text_observe() { # FILE BASE
    :
}
