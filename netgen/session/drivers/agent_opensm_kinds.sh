# The kinds of artifacts that only subnet managers have; what a kind is stands in agent_kinds.sh, which comes first.
#
# OpenSM reads its files by their names, and again whenever it likes: so a candidate covers them by bind mounts, which
# a restart of OpenSM sees and a reboot does not, until it is confirmed. What OpenSM makes of its files it says in its
# log alone; with a partition file that it cannot read it makes every port a full member of the default partition
# (osm_prtn.c, osm_prtn_make_partitions). So nothing is kept that it has complained of.

# ---------------------------------------------------------------------------------------------- kind: smfile

# A file that OpenSM reads because its opensm.conf says so: that one artifact speaks to it for all of them.

smfile_check() { # FILE
    :
}

smfile_backup() { # FILE LIVE OLD
    :
}

smfile_activate() { # FILE BEFORE
    cover "$1"
}

smfile_restore() { # LIVE OLD NEW
    :
}

smfile_observe() { # FILE BASE
    :
}

# ---------------------------------------------------------------------------------------------- kind: opensm

OPENSM_SWEEP_S=150 # for a heavy sweep: that of 2,048 HCAs takes seconds
OPENSM_END_S=90    # for OpenSM to end, and to begin

# Touched whenever OpenSM is told to read its files.
OPENSM_READ=/run/netgen-opensm

# Keys of opensm.conf that a heavy sweep reads again: `can_update` of opt_tbl in osm_subnet.c. Others want a restart.
OPENSM_UPDATABLE='m_key sm_key sa_key m_key_lease_period m_key_protection_level m_key_lookup sweep_interval
    max_wire_smps max_wire_smps2 max_smps_timeout max_msg_fifo_timeout sm_priority max_op_vls force_link_speed
    force_link_speed_ext force_link_width fdr10 reassign_lids ignore_other_sm disable_multicast subnet_timeout
    packet_life_time vl_stall_count leaf_vl_stall_count head_of_queue_lifetime leaf_head_of_queue_lifetime
    local_phy_errors_threshold overrun_errors_threshold use_mfttop sminfo_polling_timeout polling_retry_number
    force_heavy_sweep port_profile_switch_nodes sweep_on_trap connect_roots log_max_size log_flags force_log_flush
    accum_log_file no_partition_enforcement part_enforce keep_pkey_indexes sm_assigned_guid qos
    suppress_sl2vl_mad_status_errors port_shifting scatter_ports sa_db_dump torus_config do_mesh_analysis
    exit_on_fatal honor_guid2lid_file sm_inactive babbling_port_policy drop_event_subscriptions
    ipoib_mcgroup_creation_validation mcgroup_join_validation use_original_extended_sa_rates_only max_rate_enum
    use_optimized_slvl fsync_high_avail_files congestion_control enable_quirks no_clients_rereg
    consolidate_ipv6_snm_req lash_start_vl sm_sl nue_max_num_vls log_prefix quasi_ftree_indexing'

# What OpenSM says of files that it does not take as they are meant: partitions (osm_prtn_config.c, osm_prtn.c), the
# QoS policy (osm_qos_parser_y.y), engines (osm_opensm.c), and lists of GUIDs (osm_ucast_ftree.c, osm_ucast_updn.c).
OPENSM_COMPLAINTS='PARSE (ERROR|WARN)|retrying with default config|ERR AC0[0-9]|setup of routing engine .* failed
|cannot find or setup routing engine|Failed to setup routing engine|ERR AB2[0-9A-F]|ERR AA0[0-9A-F]
|osm_subn_rescan_conf_file failed'

# The one OpenSM that reads this machine's files: one in a container reads its own.
opensm_find() {
    opensm_pid=
    for found in $(pgrep -x opensm); do
        [ "$(readlink "/proc/$found/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] || continue
        [ -z "$opensm_pid" ] || { say "several OpenSM run here ($opensm_pid, $found): one can be managed" && return 1; }
        opensm_pid=$found
    done
    [ -n "$opensm_pid" ] || { say "OpenSM does not run: start it, so that it can say what it makes of its files" && return 1; }
}

# One that has ended and that nobody has waited for still has a number, but no program.
opensm_lives() { [ -e "/proc/$1/exe" ]; } # PID

opensm_words() { tr '\0' '\n' <"/proc/$opensm_pid/cmdline" | tail -n +2; }

# The value of an option on OpenSM's command line, of which it has a short and a long form.
opensm_option() { # SHORT LONG
    opensm_words | awk -v short="$1" -v long="$2" '
        wanted { print; exit }
        $0 == short || $0 == long { wanted = 1 }
        index($0, long "=") == 1 { print substr($0, length(long) + 2); exit }'
}

# Options on its command line win over the file and are in no file: none but these may be there.
opensm_starts_by() { # FILE
    file=$(opensm_option -F --config)
    [ "${file:-/etc/opensm/opensm.conf}" = "$target" ] || { say "OpenSM was started with $file, not with $target" && return 1; }
    strange=$(opensm_words | awk '
        skip { skip = 0; next }
        /^(-F|--config|-g|--guid|-f|--log_file|--pidfile)$/ { skip = 1; next }
        /^(--config|--guid|--log_file|--pidfile)=/ || /^(-B|--daemon|-e|--erase_log_file)$/ { next }
        { print; exit }')
    [ -z "$strange" ] || { say "OpenSM was started with $strange, which wins over $target: start it without" && return 1; }
    guid=$(opensm_option -g --guid)
    [ -z "$guid" ] || [ "$(opensm_plain "$guid")" = "$(opensm_plain "$(opensm_value guid "$1")")" ] \
        || { say "OpenSM was started on the port $guid, $target names $(opensm_value guid "$1")" && return 1; }
}

opensm_plain() { printf '%s\n' "$1" | tr 'A-F' 'a-f' | sed 's/^0x0*//'; }

# The options that OpenSM would run with: it reads the file as it does at its start, writes them all down and ends.
# What it cannot use it mentions on its standard output, and goes on without.
opensm_effective() { # FILE OUT
    ask opensm -F "$1" -c "$2" >"$2.said" && [ -s "$2" ] || { say "opensm cannot read $1" && return 1; }
}

opensm_value() { # KEY FILE
    awk -v key="$1" '$1 == key { $1 = ""; sub(/^ /, ""); value = $0 } END { print value }' "$2"
}

opensm_has() { # KEY FILE
    awk -v key="$1" '$1 == key { found = 1 } END { exit !found }' "$2"
}

opensm_check() { # FILE
    for tool in opensm sminfo ibstat pgrep; do
        command -v $tool >/dev/null || { say "$tool is missing: install opensm, infiniband-diags and procps" && return 1; }
    done
    # fgets in osm_subn_rescan_conf_files has room for so many
    awk 'length > 1021 { bad = 1 } END { exit bad }' "$1" || { say "a line has more than 1021 characters, and would be cut" && return 1; }
    opensm_effective "$1" "$work/options" || return 1
    unused=$(grep -m 1 -E 'Unrecognized token|Invalid Cached Option|Warning:' "$work/options.said")
    [ -z "$unused" ] || { say "OpenSM does not take it as it is: $unused" && return 1; }
    opensm_speaks "$work/options" && opensm_warns "$1" "$work/options" && opensm_names "$1" || return 1
    opensm_find && opensm_starts_by "$work/options"
}

# Whether the end of a sweep, and the engine that it found, are in the log at once: only errors leave its buffer by
# themselves (osm_log.c).
opensm_speaks() { # OPTIONS
    [ $(($(opensm_value log_flags "$1") & 3)) = 3 ] || { say "log_flags must have 0x03, or OpenSM does not tell of its sweeps" && return 1; }
    [ "$(opensm_value force_log_flush "$1")" = TRUE ] || { say "force_log_flush must be TRUE, or the log comes late" && return 1; }
}

# Whether the log will have what OpenSM passes over in a partition file, which is "verbose": by its flags, or by those of
# the parser alone, in a file of its own.
opensm_warns() { # FILE OPTIONS
    [ $(($(opensm_value log_flags "$2") & 4)) = 0 ] || return 0
    modules=$(awk -v path="$(opensm_value per_module_logging_file "$1")" '$3 == path { print $1 }' "$candidate/manifest")
    flags=$([ -z "$modules" ] || awk -F= '$1 == "osm_prtn_config.c" { print $2 }' "$candidate/$modules")
    [ $((${flags:-0} & 4)) = 4 ] || { say "log_flags, or those of osm_prtn_config.c in per_module_logging_file, must have 0x04, or OpenSM does not tell what it passes over" && return 1; }
}

# Without its partition file OpenSM makes every port a full member of the default partition, without a word.
opensm_names() { # FILE
    manifest=$candidate/manifest
    named=$(opensm_value partition_config_file "$work/options")
    awk -v path="$named" '$3 == path { found = 1 } END { exit !found }' "$manifest" \
        || { say "partition_config_file is $named, which this change does not bring" && return 1; }
    for key in qos_policy_file root_guid_file cn_guid_file io_guid_file ids_guid_file node_name_map_name \
        per_module_logging_file; do
        named=$(opensm_value $key "$1")
        [ -z "$named" ] || [ "$named" = '(null)' ] || [ -f "$named" ] \
            || awk -v path="$named" '$3 == path { found = 1 } END { exit !found }' "$manifest" \
            || { say "$key is $named, which is not there" && return 1; }
    done
}

opensm_backup() { # FILE LIVE OLD
    :
}

opensm_activate() { # FILE BEFORE
    cover "$1"
}

opensm_restore() { # LIVE OLD NEW
    :
}

opensm_persisted() { # NEW OLD
    touch "$OPENSM_READ"
}

# All files are in their places: have them read, and hear what is said.
opensm_settle() { # NEW BEFORE
    opensm_read "$1" "$2" || return 1
    opensm_hear || return 1
    complaint=$(grep -m 1 -E "$(printf '%s' "$OPENSM_COMPLAINTS" | tr -d '\n')" "$work/sweep")
    [ -z "$complaint" ] || { say "OpenSM complains: ${complaint##*-> }" && return 1; }
    [ "$heard" != errors ] || { say "OpenSM had errors when it set the fabric up: $(opensm_errors)" && return 1; }
    [ "$heard" = up ] || return 0
    wanted=$(opensm_value routing_engine "$work/options.new" | sed 's/[ ,].*//')
    [ "$wanted" != '(null)' ] || wanted=minhop
    opensm_engine "$work/sweep"
    [ "$engine" = "$wanted" ] || { say "$wanted cannot route this fabric: ${engine:-nothing} is in force; $(opensm_errors)" && return 1; }
}

# What ran before was taken when it was put there; whoever wrote it may have wanted nothing to be heard.
opensm_resettle() { # OLD NEW
    opensm_read "$1" "$2" || return 1
    ! opensm_speaks "$work/options.new" || opensm_hear || return 0
}

# Set $heard_from, then have OpenSM read its files.
opensm_read() { # FILE BEFORE
    opensm_find && opensm_effective "$1" "$work/options.new" && opensm_effective "$2" "$work/options.before" || return 1
    opensm_log=$(opensm_option -f --log_file)
    opensm_log=${opensm_log:-$(opensm_value log_file "$work/options.new")}
    heard_from=$(wc -c <"$opensm_log" 2>/dev/null || echo 0)
    touch "$OPENSM_READ"
    state=
    how=$(opensm_way "$1")
    case $how in
        restart*) opensm_restart ;;
        *) opensm_state && kill -HUP "$opensm_pid" ;;
    esac 2>>"$log"
}

# Say how OpenSM is made to take the file: `restart`, and why, or `sweep`.
opensm_way() { # FILE
    if [ "$(opensm_value use_ucast_cache "$work/options.before")" = TRUE ]; then
        echo "restart for use_ucast_cache, which keeps routes" # osm_ucast_cache.c
        return 0
    fi
    for side in before new; do
        grep -v -e '^#' -e '^[[:space:]]*$' "$work/options.$side" | sort >"$work/options.$side.sorted"
    done
    for key in $(comm -3 "$work/options.before.sorted" "$work/options.new.sorted" | awk '{ print $1 }' | sort -u); do
        case $key in
            cc_key | cc_max_outstanding_mads | qos_policy_file) echo "restart for $key" && return 0 ;;
            qos_*) continue ;; # a sweep begins from their defaults: subn_init_qos_options
            cc_*) ;;
            *)
                case " $(echo $OPENSM_UPDATABLE) " in
                    *" $key "*) ;;
                    *) echo "restart for $key" && return 0 ;;
                esac
                ;;
        esac
        # A sweep reads what is there; of a key that is gone it keeps the value.
        opensm_has "$key" "$1" || { echo "restart for $key, which is gone" && return 0; }
    done
    echo sweep
}

# Run a tool as OpenSM sees its fabric: with its environment, in its folder.
opensm_tool() { # COMMAND...
    { cat "/proc/$opensm_pid/environ" && printf 'PATH=%s\0LC_ALL=C\0' "$PATH" && printf '%s\0' timeout 20 "$@"; } \
        | (cd "/proc/$opensm_pid/cwd" && exec xargs -0 env -i) 2>>"$log" 3<&- 9>&-
}

# Set $state to what the subnet manager of this port says of itself: MASTER, STANDBY, DISCOVERING or NOTACTIVE.
opensm_state() {
    port=
    guid=$(opensm_plain "$(opensm_option -g --guid)")
    guid=${guid:-$(opensm_plain "$(opensm_value guid "$work/options.before")")}
    [ -z "$guid" ] || port=$(opensm_tool ibstat | awk -v guid="$guid" '
        /^CA / { gsub(/\047/, ""); name = $2 }
        $1 == "Port" && $2 ~ /^[0-9]+:$/ { number = $2 + 0 }
        /Port GUID:/ { sub(/^0x0*/, "", $3); if ($3 == guid) print "-C", name, "-P", number }')
    state=$(opensm_tool sminfo $port -D 0 | sed -n 's/.* SMINFO_\([A-Z]*\).*/\1/p')
    [ -n "$state" ] || { say "sminfo does not reach the subnet manager of this machine" && return 1; }
}

# Set $heard to what became of the sweep: up, errors, or standby, in which OpenSM reads no file; what it said meanwhile
# is then in $work/sweep. A sweep that was under way had begun with the old files: the one that counts ends second.
opensm_hear() {
    heard=standby
    : >"$work/sweep"
    case $how:$state in
        sweep:STANDBY | sweep:NOTACTIVE) return 0 ;;
        sweep:*)
            opensm_await_end || return 1
            [ "$heard" != standby ] || return 0
            heard_from=$((heard_from + $(wc -c <"$work/sweep")))
            kill -HUP "$opensm_pid" 2>>"$log"
            ;;
    esac
    opensm_await_end
}

opensm_await_end() {
    until=$(($(date +%s) + OPENSM_SWEEP_S))
    while [ "$(date +%s)" -lt $until ]; do
        opensm_new_log >"$work/sweep"
        case $(tail -n 1 "$work/sweep") in
            *"-> SUBNET UP") heard=up && return 0 ;;
            *"Errors during initialization") heard=errors && return 0 ;;
            *"Entering STANDBY state") heard=standby && return 0 ;;
        esac
        opensm_lives "$opensm_pid" || { say "OpenSM has ended: $(tail -n 2 "$opensm_log")" && return 1; }
        sleep 0.2
    done
    say "after $OPENSM_SWEEP_S s OpenSM has not said that its sweep is over"
    return 1
}

# The log from $heard_from to the end of a sweep. What an ending OpenSM still has to say is not the new one's; a log that
# is shorter than it was has begun anew.
opensm_new_log() {
    [ "$(wc -c <"$opensm_log" 2>/dev/null || echo 0)" -ge "$heard_from" ] || heard_from=0
    tail -c "+$((heard_from + 1))" "$opensm_log" 2>/dev/null | awk -v how="$how" '
        how == "sweep" || /-> OpenSM [0-9]/ { on = 1 }
        on
        on && /(-> SUBNET UP|Errors during initialization|Entering STANDBY state)$/ { exit }'
}

opensm_errors() { grep -E '\] 0x01 ->' "$work/sweep" | tail -n 1 | sed 's/.*-> //'; }

# Set $engine to what the last sweep of a log routed with.
opensm_engine() { # LOG
    engine=$(sed -n 's/.* \([^ ]*\) tables configured on all switches$/\1/p' "$1" | tail -n 1)
}

# By systemd where it keeps OpenSM, else as it was started: with its own command line, environment and folder.
opensm_restart() {
    old_pid=$opensm_pid
    unit=$(sed -n 's|.*/\([^/]*\.service\)$|\1|p' "/proc/$opensm_pid/cgroup" | head -n 1)
    if has_own_systemd && [ -n "$unit" ]; then
        run systemctl restart "$unit" || return 1
    else
        folder=$(readlink "/proc/$opensm_pid/cwd")
        cat "/proc/$opensm_pid/environ" "/proc/$opensm_pid/cmdline" >"$work/start"
        kill -TERM "$opensm_pid" && opensm_await "ended" opensm_is_gone || return 1
        (cd "$folder" && exec xargs -0 -a "$work/start" /bin/sh -c 'exec setsid env -i "$@" >/dev/null 2>&1 3<&- 9>&- &' sh) || return 1
    fi
    opensm_await "begun" opensm_is_new
}

opensm_is_gone() { ! opensm_lives "$old_pid"; }

opensm_is_new() { pgrep -x opensm && opensm_find && [ "$opensm_pid" != "$old_pid" ]; }

opensm_await() { # WHAT FUNCTION
    until=$(($(date +%s) + OPENSM_END_S))
    until "$2" >/dev/null; do
        [ "$(date +%s)" -lt $until ] || { say "after $OPENSM_END_S s OpenSM has not $1" && return 1; }
        sleep 0.1
    done
}

# Beside the files: those which were changed after OpenSM last read them, and the engine, if it fell back to another.
opensm_observe() { # FILE BASE
    : >"$work/drift"
    base_options=/dev/null
    [ ! -f "$2" ] || base_options=$2
    opensm_find && opensm_effective "$base_options" "$work/options" || return 1
    opensm_last_read
    while read -r other word path rest <&4; do
        [ ! -f "$path" ] || [ ! "$path" -nt "$work/read" ] || printf '+read %s\n' "$path" >>"$work/drift"
    done 4<"$candidate/manifest"
    opensm_log=$(opensm_option -f --log_file)
    opensm_log=${opensm_log:-$(opensm_value log_file "$work/options")}
    wanted=$(opensm_value routing_engine "$work/options" | sed 's/[ ,].*//')
    if [ "$wanted" != '(null)' ] && opensm_engine "$opensm_log" 2>>"$log" && [ "${engine:-$wanted}" != "$wanted" ]; then
        printf -- '-routing_engine %s\n+routing_engine %s\n' "$engine" "$wanted" >>"$work/drift"
    fi
    emit drift "$work/drift"
}

# Make $work/read as old as what OpenSM knows of its files. Its age is in whole seconds, and so is the time: a file that
# was written as it began is no news.
opensm_last_read() {
    age=$(ask ps -o etimes= -p "$opensm_pid" | tr -d ' ')
    touch -d "@$(($(date +%s) - ${age:-0} + 2))" "$work/read"
    [ ! "$OPENSM_READ" -nt "$work/read" ] || touch -r "$OPENSM_READ" "$work/read"
}
