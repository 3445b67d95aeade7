"""The FRR driver against real FRR, ifupdown2 and sysctl on a node of the lab."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from napalm.base.exceptions import (
    CommitConfirmException,
    CommitError,
    ConnectionException,
    LockError,
    ReplaceConfigException,
    SessionLockedException,
)

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("bgpd", "frr"),
    pytest.mark.needs("frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
]

FRR = """\
frr version 8.4.4
frr defaults datacenter
hostname leaf1
log syslog informational
!
router bgp 4200000101
 bgp router-id 10.255.0.1
 no bgp default ipv4-unicast
 bgp bestpath as-path multipath-relax
 neighbor SPINES peer-group
 neighbor SPINES remote-as external
 neighbor SPINES bfd
 neighbor swp1 interface peer-group SPINES
 neighbor swp1 description spine1:swp1
 !
 address-family ipv4 unicast
  redistribute connected route-map CONNECTED
  neighbor SPINES activate
  maximum-paths 64
 exit-address-family
exit
!
ip prefix-list LOOPBACKS seq 5 permit 10.255.0.0/16 ge 32
!
route-map CONNECTED permit 10
 match ip address prefix-list LOOPBACKS
exit
!
end
"""
INTERFACES = """\
auto lo
iface lo inet loopback
    address 10.255.0.1/32

auto swp1
iface swp1
    alias spine1:swp1
    mtu 9216

auto swp2
iface swp2

auto swp3
iface swp3
    address 10.1.0.0/31
    mtu 9000
"""
SYSCTL = """\
# A router.
net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
net.ipv4.fib_multipath_hash_policy = 1
"""
FILES = {"frr.conf": FRR, "interfaces": INTERFACES, "sysctl.conf": SYSCTL}
CHANGED = {**FILES, "interfaces": INTERFACES.replace("mtu 9000", "mtu 8000"), "frr.conf": FRR.replace("64", "32")}
SAVED = ("/etc/frr/frr.conf", "/etc/network/interfaces", "/etc/sysctl.d/90-netgen.conf")


def shell(driver, command):
    return driver._ask("/bin/sh", "-c", command)


def configure(driver, *lines):
    driver._ask("vtysh", *(word for line in ("configure terminal", *lines) for word in ("-c", line)))


def saved(driver):
    return [shell(driver, f"cat {path}") for path in SAVED]


def running(driver):
    return driver.get_config("running")["running"] + shell(
        driver, "ip -o address show scope global; ip -o link show; sysctl net.ipv4.ip_forward"
    )


def changed_lines(diff):
    return [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


@pytest.fixture
def leaf(bench):
    """A driver of leaf1, which runs and boots `FILES`."""
    driver = bench.driver("leaf1", lock_timeout=2)
    driver.open()
    if driver.has_pending_commit():  # of a test that failed
        driver.rollback()
    driver.load_replace_artifacts(FILES)
    driver.commit_config("start of a test")
    yield driver
    driver.close()


def test_from_empty_and_then_nothing_differs(bench):
    with bench.driver("spine1") as spine:
        files = {**FILES, "frr.conf": FRR.replace("leaf1", "spine1")}
        files["interfaces"] = INTERFACES.replace("swp3", "swp2")
        spine.load_replace_artifacts(files)
        first = spine.compare_config()
        assert "+router bgp 4200000101" in first
        assert "+  maximum-paths 64" in first
        assert "+    mtu 9000" in first
        assert "+net.ipv4.fib_multipath_hash_policy = 1" in first
        spine.commit_config("from empty")
        assert spine.compare_config() == ""
        assert saved(spine) == [files["frr.conf"], files["interfaces"], files["sysctl.conf"]]
        assert shell(spine, "stat -c '%U:%G %a' /etc/frr/frr.conf").strip() == "frr:frr 640"
        assert shell(spine, "stat -c '%u %a' /var/lib/netgen").strip() == "0 700"


def test_a_line_by_hand_is_the_only_line_of_the_diff(leaf):
    configure(leaf, "router bgp 4200000101", "neighbor 10.9.9.9 remote-as 65999")
    diff = leaf.compare_config()
    assert changed_lines(diff) == ["- neighbor 10.9.9.9 remote-as 65999"]
    assert " router bgp 4200000101" in diff.splitlines()
    leaf.commit_config()
    assert leaf.compare_config() == ""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["ip prefix-list LOOPBACKS seq 10 permit any"], ["-ip prefix-list LOOPBACKS seq 10 permit any"]),
        (["no ip prefix-list LOOPBACKS seq 5"], ["+ip prefix-list LOOPBACKS seq 5 permit 10.255.0.0/16 ge 32"]),
        (["route-map CONNECTED permit 10", "set metric 5"], ["- set metric 5"]),
        (
            ["router bgp 4200000101", "neighbor swp1 description wrong"],
            ["- neighbor swp1 description wrong", "+ neighbor swp1 description spine1:swp1"],
        ),
        # FRR then no longer shows what the default implies
        (
            ["router bgp 4200000101", "bgp default ipv4-unicast"],
            ["+ no bgp default ipv4-unicast", "+  neighbor SPINES activate"],
        ),
        (
            ["router bgp 4200000101", "address-family ipv4 unicast", "neighbor SPINES route-map CONNECTED out"],
            ["-  neighbor SPINES route-map CONNECTED out"],
        ),
        (
            ["router bgp 4200000101", "neighbor swp2 interface peer-group SPINES", "neighbor swp2 description x"],
            ["- neighbor swp2 interface peer-group SPINES", "- neighbor swp2 description x"],
        ),
        (["ip route 10.77.0.0/16 blackhole"], ["-ip route 10.77.0.0/16 blackhole"]),
        (["interface swp2", "description x"], ["- description x"]),
    ],
)
def test_what_was_typed_is_what_differs(leaf, lines, expected):
    configure(leaf, *lines)
    assert changed_lines(leaf.compare_config()) == expected


def test_what_was_changed_in_the_kernel_shows(leaf):
    shell(leaf, "ip link set swp3 mtu 1400; ip address add 10.99.0.1/24 dev swp2; ip address del 10.1.0.0/31 dev swp3")
    shell(leaf, "sysctl -qw net.ipv4.fib_multipath_hash_policy=0")
    diff = leaf.compare_config()
    assert sorted(changed_lines(diff)) == sorted(
        [
            "-    mtu 1400",
            "+    mtu 9000",
            "-    address 10.99.0.1/24",
            "+    address 10.1.0.0/31",
            "-net.ipv4.fib_multipath_hash_policy = 0",
            "+net.ipv4.fib_multipath_hash_policy = 1",
        ]
    )
    leaf.commit_config()
    assert leaf.compare_config() == ""


def test_an_edited_file_that_was_not_loaded_shows(leaf):
    shell(
        leaf, "echo 'ip route 10.88.0.0/16 blackhole' >> /etc/frr/frr.conf; echo '# by hand' >> /etc/network/interfaces"
    )
    assert changed_lines(leaf.compare_config()) == ["-# by hand", "-ip route 10.88.0.0/16 blackhole"]


@pytest.mark.parametrize(
    ("artifact", "text", "said"),
    [
        ("frr.conf", FRR.replace(" bgp router-id", " bgp ruoter-id"), "ruoter-id"),
        ("interfaces", "bogus line\n" + INTERFACES, "bogus"),
        ("sysctl.conf", SYSCTL + "net.ipv4.ip_forward\n", "net.ipv4.ip_forward"),
    ],
)
def test_a_syntax_error_is_refused_and_nothing_changes(leaf, artifact, text, said):
    before = running(leaf), saved(leaf)
    with pytest.raises(ReplaceConfigException, match=said) as refusal:
        leaf.load_replace_artifacts({**CHANGED, artifact: text})
    assert artifact in str(refusal.value)
    assert (running(leaf), saved(leaf)) == before
    with pytest.raises(ReplaceConfigException, match="no candidate"):
        leaf.commit_config()


def test_an_unknown_artifact_is_refused(leaf):
    with pytest.raises(
        ReplaceConfigException, match=r"no artifact daemons: there are interfaces, sysctl.conf, frr.conf"
    ):
        leaf.load_replace_artifacts({"daemons": "bgpd=yes\n"})


@pytest.mark.parametrize(
    ("artifact", "text", "said"),
    [
        # right in grammar, refused by bgpd: a second AS number
        ("frr.conf", FRR.replace("end\n", "router bgp 65001\n bgp router-id 10.0.0.1\nexit\n"), "65001"),
        ("sysctl.conf", SYSCTL + "net.ipv4.no_such_key = 1\n", "no_such_key"),
    ],
)
@pytest.mark.parametrize("revert_in", [None, 60])
def test_what_fails_late_undoes_all(leaf, artifact, text, said, revert_in):
    before = running(leaf), saved(leaf)
    leaf.load_replace_artifacts({**CHANGED, artifact: text})
    with pytest.raises(CommitError, match=said) as failure:
        leaf.commit_config(revert_in=revert_in)
    assert artifact in str(failure.value)
    assert (running(leaf), saved(leaf)) == before
    assert not leaf.has_pending_commit()
    assert timers(leaf) == ""


def timers(driver):
    return shell(driver, "pgrep -af '[n]etgen-revert' || true").strip()


def test_until_it_is_confirmed_the_device_boots_what_it_did(leaf):
    before = saved(leaf)
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("try", revert_in=60)
    assert leaf.compare_config() == ""
    assert "maximum-paths 32" in leaf.get_config("running")["running"]
    assert saved(leaf) == before
    assert leaf.has_pending_commit()
    leaf.confirm_commit()
    assert saved(leaf) == [CHANGED["frr.conf"], CHANGED["interfaces"], CHANGED["sysctl.conf"]]
    assert leaf.compare_config() == ""
    assert not leaf.has_pending_commit()
    assert timers(leaf) == ""


def test_a_new_connection_confirms(leaf, bench):
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("try", revert_in=60)
    leaf.close()
    with bench.driver("leaf1") as other:
        assert other.has_pending_commit()
        other.confirm_commit()
        assert not other.has_pending_commit()
        with pytest.raises(CommitConfirmException, match="no commit waits"):
            other.confirm_commit()
    leaf.open()


def test_a_second_process_settles_that_commit_or_none(leaf, bench, eventually):
    leaf.load_replace_artifacts(CHANGED)
    name = leaf.commit_id
    leaf.commit_config("reverts itself", revert_in=1)
    eventually(lambda: not leaf.has_pending_commit())
    state = running(leaf), saved(leaf)
    with bench.driver("leaf1") as other:
        other.commit_id = name
        with pytest.raises(CommitConfirmException, match="is reverted: nothing is changed"):
            other.rollback()  # not the one before, which was confirmed
        with pytest.raises(CommitConfirmException, match="is reverted: nothing is changed"):
            other.confirm_commit()
        assert (running(leaf), saved(leaf)) == state
        leaf.commit_config("again", revert_in=60)
        other.rollback()
    assert leaf.commits()[-1].state == "reverted"
    assert (running(leaf), saved(leaf)) == state


def test_what_was_not_committed_is_not_rolled_back(leaf):
    state = running(leaf), saved(leaf)
    leaf.load_replace_artifacts(CHANGED)
    with pytest.raises(CommitConfirmException, match="nothing is changed"):
        leaf.rollback()
    assert (running(leaf), saved(leaf)) == state


def test_what_runs_can_be_loaded_again(leaf):
    configure(leaf, "ip route 10.66.0.0/16 blackhole")
    leaf.load_replace_artifacts(leaf.get_artifacts())
    assert leaf.compare_config().splitlines()[2:] == ["+ip route 10.66.0.0/16 blackhole"]  # it runs, but was not saved


def test_another_sessions_pending_commit_blocks(leaf, bench):
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("the first", revert_in=60)
    with bench.driver("leaf1") as other:
        other.load_replace_artifacts(FILES)
        with pytest.raises(SessionLockedException, match=r"the first.*is pending"):
            other.commit_config("the second")
    assert leaf.compare_config() == ""
    leaf.rollback()
    assert not leaf.has_pending_commit()


COMMIT = """
import sys
from netgen.session.drivers.frr import FrrDriver
driver = FrrDriver(*eval(sys.argv[1]))
driver.open()
driver.load_replace_artifacts(eval(sys.argv[2]))
print("go", flush=True)
driver.commit_config("will be killed", revert_in=int(sys.argv[3]))
print("committed", flush=True)
sys.stdin.read()
"""


def committing(bench, revert_in):
    arguments = [sys.executable, "-c", COMMIT, repr(bench.arguments("leaf1")), repr(CHANGED), str(revert_in)]
    return subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    )


def test_netgen_and_the_link_are_gone_and_the_device_reverts(leaf, bench, eventually):
    shell(leaf, "sysctl -qw net.ipv4.ip_forward=0")  # not in any file: must come back as well
    configure(leaf, "ip route 10.66.0.0/16 blackhole")
    before = running(leaf), saved(leaf)
    leaf.close()
    with committing(bench, 12) as process:
        assert process.stdout.readline() == "go\n"
        assert process.stdout.readline() == "committed\n"
        bench.inject("management-down", "leaf1")
        process.send_signal(signal.SIGKILL)
    try:
        with pytest.raises(ConnectionException):
            leaf.open()
    finally:
        bench.inject("management-up", "leaf1")
    leaf.open()
    eventually(lambda: not leaf.has_pending_commit())
    assert [commit.state for commit in leaf.commits()][-1] == "reverted"
    assert (running(leaf), saved(leaf)) == before
    assert timers(leaf) == ""


def test_cut_off_in_mid_commit_it_is_finished_and_then_reverted(leaf, bench, eventually):
    before = running(leaf), saved(leaf)
    with committing(bench, 8) as process:
        assert process.stdout.readline() == "go\n"
        eventually(lambda: leaf.commits()[-1].state == "applying")
        process.send_signal(signal.SIGKILL)
    eventually(lambda: leaf.commits()[-1].state == "reverted")
    assert (running(leaf), saved(leaf)) == before


def test_an_agent_killed_in_mid_commit_is_undone_by_the_timer(leaf, bench, eventually):
    before = running(leaf), saved(leaf)
    with committing(bench, 5) as process:
        assert process.stdout.readline() == "go\n"
        eventually(lambda: leaf.commits()[-1].state == "applying")
        shell(leaf, "pkill -KILL -f '[a]gent.sh commit'")
        process.send_signal(signal.SIGKILL)
    assert leaf.has_pending_commit()
    eventually(lambda: leaf.commits()[-1].state == "reverted")
    assert (running(leaf), saved(leaf)) == before


def test_rollback_restores_what_ran_though_it_was_not_saved(leaf):
    configure(leaf, "ip route 10.66.0.0/16 blackhole")
    shell(leaf, "ip link set swp2 mtu 1777; ip address add 10.99.0.1/24 dev swp3")
    before = running(leaf), saved(leaf)
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("a change")
    assert "10.66" not in running(leaf)
    leaf.rollback()
    assert (running(leaf), saved(leaf)) == before
    assert leaf.commits()[-1].state == "rolled-back"


def test_rollbacks_go_back_one_commit_each(leaf):
    for paths in (8, 16):
        leaf.load_replace_candidate(config=FRR.replace("64", str(paths)))
        leaf.commit_config()
    leaf.rollback()
    assert "maximum-paths 8\n" in leaf.get_config("running")["running"]
    leaf.rollback()
    assert "maximum-paths 64" in leaf.get_config("running")["running"]
    assert saved(leaf)[0] == FRR


def test_what_a_reboot_ended_is_no_longer_pending(leaf):
    before = saved(leaf)
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("try", revert_in=60)
    shell(leaf, "echo another-boot > $(ls -d /var/lib/netgen/commits/* | tail -n 1)/boot")
    assert not leaf.has_pending_commit()
    assert leaf.commits()[-1].state == "reverted"
    with pytest.raises(CommitConfirmException, match="is reverted: nothing is changed"):
        leaf.confirm_commit()
    assert saved(leaf) == before
    leaf.load_replace_artifacts(FILES)
    leaf.commit_config("go on")
    assert leaf.compare_config() == ""
    shell(leaf, "pkill -f '[n]etgen-revert'")  # what the reboot would have ended


def test_a_reboot_in_the_middle_of_a_confirmation_is_undone(leaf):
    before = running(leaf), saved(leaf)
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("try", revert_in=60)
    folder = "$(ls -d /var/lib/netgen/commits/* | tail -n 1)"
    shell(
        leaf,
        f"echo another-boot > {folder}/boot; echo confirming > {folder}/state; cp {folder}/new/interfaces /etc/network",
    )
    assert not leaf.has_pending_commit()
    leaf.load_replace_artifacts(FILES)
    leaf.commit_config("go on")
    assert [commit.state for commit in leaf.commits()][-2:] == ["reverted", "confirmed"]
    assert (running(leaf), saved(leaf)) == before


SYSTEMD_RUN = """\
#!/bin/sh
# Stands in for systemd: knows these options only, keeps the timer as a process.
for word; do
    shift
    case $word in
        --quiet | --collect | --timer-property=AccuracySec=1s) ;;
        --unit=*) unit=${word#*=} ;;
        --on-active=*s) seconds=${word#*=}; seconds=${seconds%s} ;;
        -*) echo "unknown option $word" >&2; exit 1 ;;
        *) set -- "$word" "$@"; break ;;
    esac
done
echo "$unit $seconds $*" >> /run/systemd/asked
setsid sh -c 'sleep "$1"; shift; exec "$@"' "$unit" "$seconds" "$@" >/dev/null 2>&1 </dev/null &
echo $! > "/run/systemd/$unit.timer"
"""
SYSTEMCTL = """\
#!/bin/sh
echo "$*" >> /run/systemd/asked
[ "$1" = stop ] && pkill -s "$(cat "/run/systemd/$2")"
"""


@pytest.fixture
def with_systemd(leaf):
    """Let leaf1 look as if systemd ran it; the real program is asked below whether it knows the options."""
    shell(leaf, "mkdir -p /run/systemd/system && mount -t tmpfs tmpfs /usr/local/sbin")
    for name, text in (("systemd-run", SYSTEMD_RUN), ("systemctl", SYSTEMCTL)):
        shell(leaf, f"cat > /usr/local/sbin/{name} <<'END'\n{text}END\nchmod 755 /usr/local/sbin/{name}")
    yield leaf
    shell(leaf, "umount /usr/local/sbin; rm -r /run/systemd")


def test_where_systemd_runs_it_keeps_the_timer(with_systemd, eventually):
    leaf = with_systemd
    before = running(leaf), saved(leaf)
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("reverted by systemd", revert_in=4)
    commit = leaf.commits()[-1].id
    agent = f"/var/lib/netgen/commits/{commit}/agent.sh"
    assert shell(leaf, "cat /run/systemd/asked").strip() == f"netgen-revert-{commit} 4 /bin/sh {agent} revert {commit}"
    eventually(lambda: not leaf.has_pending_commit())
    assert (running(leaf), saved(leaf)) == before
    leaf.commit_config("confirmed", revert_in=60)
    leaf.confirm_commit()
    assert shell(leaf, "cat /run/systemd/asked").splitlines()[-1] == f"stop netgen-revert-{leaf.commits()[-1].id}.timer"
    assert timers(leaf) == ""


@pytest.mark.needs("systemd-run", "systemd")
def test_the_real_systemd_run_knows_the_options():
    options = ["--quiet", "--collect", "--unit=netgen-test", "--timer-property=AccuracySec=1s", "--on-active=1s"]
    done = subprocess.run(["systemd-run", *options, "--help"], capture_output=True, text=True, timeout=10, check=False)
    assert (done.returncode, "--on-active" in done.stdout) == (0, True)
    bad = subprocess.run(
        ["systemd-run", "--no-such", "--help"], capture_output=True, text=True, timeout=10, check=False
    )
    assert bad.returncode != 0


def test_a_refused_secret_is_not_repeated(leaf):
    text = FRR.replace(" neighbor SPINES bfd\n", " neighbor SPINES password canary-7f3a extra\n")
    with pytest.raises(ReplaceConfigException) as refusal:
        leaf.load_replace_artifacts({"frr.conf": text})
    assert "canary-7f3a" not in str(refusal.value)
    leaf.load_replace_artifacts(
        {"frr.conf": FRR.replace(" neighbor SPINES bfd\n", " neighbor SPINES password canary-7f3a\n")}
    )
    assert "canary-7f3a" in leaf.compare_config()
    assert "canary-7f3a" not in shell(leaf, "ps ax")
    leaf.commit_config()
    assert "canary-7f3a" not in leaf.get_config(sanitized=True)["running"]
    assert shell(leaf, "grep -rl canary-7f3a /var/log /run || true").strip() == ""


def test_the_lock_names_its_holder_and_dies_with_it(leaf):
    leaf.load_replace_artifacts(CHANGED)
    holder = "echo somebody else > /var/lib/netgen/holder; exec sleep 60"
    shell(
        leaf, f"setsid flock /var/lib/netgen/lock sh -c '{holder}' >/dev/null 2>&1 </dev/null & echo $! > /run/holder"
    )
    with pytest.raises(LockError, match="somebody else"):
        leaf.commit_config()
    assert leaf.compare_config() != ""
    shell(leaf, "pkill -KILL -s $(cat /run/holder)")
    assert shell(leaf, "cat /var/lib/netgen/holder").strip() == "somebody else"
    leaf.commit_config()
    assert leaf.compare_config() == ""


def test_of_two_sessions_at_once_exactly_one_applies(leaf, bench):
    outcomes = []

    def commit(paths):
        with bench.driver("leaf1") as driver:
            driver.load_replace_candidate(config=FRR.replace("64", paths))
            ready.wait(30)
            try:
                driver.commit_config(f"paths {paths}", revert_in=60)
                outcomes.append(paths)
            except (LockError, SessionLockedException):
                outcomes.append(None)

    ready = threading.Barrier(2)
    threads = [threading.Thread(target=commit, args=(paths,)) for paths in ("8", "16")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (winner,) = [paths for paths in outcomes if paths]
    assert len(outcomes) == 2
    assert f"maximum-paths {winner}\n" in leaf.get_config("running")["running"]
    leaf.commit_id = ""  # the pending one, whoever's it is
    leaf.rollback()
    assert not leaf.has_pending_commit()


def test_a_strangers_host_key_is_refused(bench, tmp_path):
    known = (bench.directory / "ssh/known_hosts").read_text().splitlines()
    places, keys = [line.split()[0] for line in known], [line.split()[1:] for line in known]
    swapped = tmp_path / "swapped"
    swapped.write_text(
        "".join(f"{place} {' '.join(key)}\n" for place, key in zip(places, keys[1:] + keys[:1], strict=True))
    )
    with pytest.raises(ConnectionException, match="host key is not the one"):
        bench.driver("leaf1", known_hosts=str(swapped)).open()
    empty = tmp_path / "empty"
    empty.write_text("")
    with pytest.raises(ConnectionException, match="host key is not in"):
        bench.driver("leaf1", known_hosts=str(empty)).open()
    with pytest.raises(ConnectionException, match="no file of known hosts"):
        bench.driver("leaf1", known_hosts=str(tmp_path / "absent")).open()
    with bench.driver("leaf1", known_hosts=str(empty), insecure_host_key=True) as driver:
        assert driver.is_alive()["is_alive"]


def test_a_lost_connection_says_so(leaf, bench):
    bench.inject("management-down", "leaf1")
    try:
        with pytest.raises(ConnectionException, match="connection"):
            leaf.compare_config()
        leaf.close()
    finally:
        bench.inject("management-up", "leaf1")
    leaf.open()


def test_what_it_says_of_itself(leaf, eventually, bench):
    facts = leaf.get_facts()
    assert (facts["hostname"], facts["serial_number"], facts["model"]) == ("leaf1", "SN-LEAF1", "test-switch")
    assert facts["os_version"] == "8.4.4"
    assert {"swp1", "swp2", "swp3"} < set(facts["interface_list"])
    assert leaf.get_interfaces()["swp3"]["mtu"] == 9000
    assert leaf.get_interfaces()["swp1"]["description"] == "spine1:swp1"
    assert leaf.get_interfaces_ip()["swp3"]["ipv4"] == {"10.1.0.0": {"prefix_length": 31}}
    eventually(lambda: leaf.get_lldp_neighbors().get("swp1") == [{"hostname": "spine1", "port": "swp1"}])
    with bench.driver("spine1") as spine:
        spine_frr = (
            FRR.replace("leaf1", "spine1").replace("4200000101", "4200000001").replace("10.255.0.1", "10.255.1.1")
        )
        interfaces = INTERFACES.split("auto swp2", maxsplit=1)[0].replace("10.255.0.1", "10.255.1.1")
        spine.load_replace_artifacts({"frr.conf": spine_frr, "interfaces": interfaces, "sysctl.conf": SYSCTL})
        spine.commit_config()
    eventually(lambda: leaf.get_bgp_neighbors()["global"]["peers"]["swp1"]["is_up"])
    peer = leaf.get_bgp_neighbors()["global"]["peers"]["swp1"]
    assert (peer["local_as"], peer["remote_as"], peer["remote_id"]) == (4200000101, 4200000001, "10.255.1.1")
    assert peer["description"] == "spine1:swp1"
    eventually(lambda: "10.255.1.1/32" in leaf.get_kernel_next_hops())
    assert [hop["interface"] for hop in leaf.get_kernel_next_hops("10.255.1.1")["10.255.1.1/32"]] == ["swp1"]
    (route,) = leaf.get_route_to("10.255.1.1/32")["10.255.1.1/32"]
    assert (route["protocol"], route["outgoing_interface"], route["current_active"]) == ("BGP", "swp1", True)
    assert peer["address_family"]["ipv4"]["received_prefixes"] in {0, 1}
    assert "BGP router identifier" in leaf.cli(["show bgp summary"])["show bgp summary"]
    assert leaf.ping("127.0.0.1", count=2)["success"]["packet_loss"] == 0
