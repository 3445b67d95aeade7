"""Commits of the FRR driver on a node of the lab: timers, confirmations, rollbacks, locks, and what is cut off."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from napalm.base.exceptions import (
    CommitConfirmException,
    CommitError,
    ConnectionException,
    LockError,
    SessionLockedException,
)

from tests.frr_leaf import CHANGED, FILES, FRR, SYSCTL, configure, running, saved, shell

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("bgpd", "frr"),
    pytest.mark.needs("frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
]


@pytest.mark.parametrize(
    ("artifact", "text", "said"),
    [
        # right in grammar, refused by bgpd: a second AS number
        ("frr.conf", FRR.replace("end\n", "router bgp 65001\n bgp router-id 10.0.0.1\nexit\n"), "65001"),
        ("sysctl.conf", SYSCTL + "net.ipv4.no_such_key = 1\n", "no_such_key"),
    ],
)
@pytest.mark.parametrize("revert_in", [None, 600])
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
    leaf.commit_config("try", revert_in=600)
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
    leaf.commit_config("try", revert_in=600)
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
        leaf.commit_config("again", revert_in=600)
        other.rollback()
    assert leaf.commits()[-1].state == "reverted"
    assert (running(leaf), saved(leaf)) == state


def test_what_was_not_committed_is_not_rolled_back(leaf):
    state = running(leaf), saved(leaf)
    leaf.load_replace_artifacts(CHANGED)
    with pytest.raises(CommitConfirmException, match="nothing is changed"):
        leaf.rollback()
    assert (running(leaf), saved(leaf)) == state


def test_another_sessions_pending_commit_blocks(leaf, bench):
    leaf.load_replace_artifacts(CHANGED)
    leaf.commit_config("the first", revert_in=600)
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


SETSID = "/usr/local/sbin/setsid"
IFRELOAD = """\
#!/bin/sh
# The first of its kind waits until it is let go.
if mkdir /run/held 2>/dev/null; then
    until [ -e /run/held/go ]; do sleep 0.1; done
fi
exec /usr/sbin/ifreload "$@"
"""


@pytest.fixture
def held(leaf):
    """Hold the next commit to leaf1 in its middle, until /run/held/go is there."""
    shell(leaf, f"mount -t tmpfs tmpfs /usr/local/sbin && cat > /usr/local/sbin/ifreload <<'END'\n{IFRELOAD}END\n")
    shell(leaf, "chmod 755 /usr/local/sbin/ifreload")
    yield leaf
    shell(leaf, "umount --lazy /usr/local/sbin; rm -rf /run/held")


def test_cut_off_in_mid_commit_it_is_finished_and_then_reverted(held, bench, eventually):
    before = running(held), saved(held)
    with committing(bench, 8) as process:
        assert process.stdout.readline() == "go\n"
        eventually(lambda: is_held(held))
        assert held.commits()[-1].state == "applying"
        process.send_signal(signal.SIGKILL)
    shell(held, "touch /run/held/go")
    eventually(lambda: held.commits()[-1].state == "reverted")
    assert (running(held), saved(held)) == before


def test_an_agent_killed_in_mid_commit_is_undone_by_the_timer_once_its_tool_has_ended(held, bench, eventually):
    before = running(held), saved(held)
    with committing(bench, 5) as process:
        assert process.stdout.readline() == "go\n"
        eventually(lambda: is_held(held))
        shell(held, "pkill -KILL -f '[a]gent.sh commit'")
        process.send_signal(signal.SIGKILL)
    assert held.has_pending_commit()
    eventually(lambda: reverting(held) or held.commits()[-1].state == "reverted")
    # Long enough for a timer that does not wait: what the tool still does would be done to what has gone back already.
    for _ in range(20):
        if held.commits()[-1].state == "reverted":
            break
        time.sleep(0.2)
    shell(held, "touch /run/held/go; while pgrep -f '[i]freload --all' >/dev/null; do sleep 0.1; done")
    eventually(lambda: held.commits()[-1].state == "reverted")
    assert (running(held), saved(held)) == before


def is_held(driver):
    return shell(driver, "ls -d /run/held 2>/dev/null || true") != ""


def reverting(driver):
    return shell(driver, "pgrep -f '[a]gent.sh revert' || true") != ""


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
    leaf.commit_config("try", revert_in=600)
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
    leaf.commit_config("try", revert_in=600)
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
    leaf.commit_config("confirmed", revert_in=600)
    leaf.confirm_commit()
    assert shell(leaf, "cat /run/systemd/asked").splitlines()[-1] == f"stop netgen-revert-{leaf.commits()[-1].id}.timer"
    assert timers(leaf) == ""


@pytest.mark.needs("systemd-run", "systemd")
def test_the_real_systemd_run_knows_the_options():
    options = ["--quiet", "--collect", "--unit=netgen-test", "--timer-property=AccuracySec=1s", "--on-active=1s"]
    done = subprocess.run(["systemd-run", *options, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "--on-active" in done.stdout) == (0, True)
    bad = subprocess.run(
        ["systemd-run", "--no-such", "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert bad.returncode != 0


def test_the_lock_names_its_holder_and_dies_with_it(leaf, bench):
    leaf.load_replace_artifacts(CHANGED)
    holder = "echo somebody else > /var/lib/netgen/holder; exec sleep 600"
    shell(
        leaf,
        f"setsid flock /var/lib/netgen/lock sh -c '{holder}' >/dev/null 2>&1 </dev/null & echo $! > /run/holder;"
        " until grep -q somebody /var/lib/netgen/holder; do sleep 0.1; done",
    )
    with bench.driver("leaf1", lock_timeout=1) as impatient:
        impatient.load_replace_artifacts(CHANGED)
        with pytest.raises(LockError, match="somebody else"):
            impatient.commit_config()
    assert leaf.compare_config() != ""
    shell(leaf, "pkill -KILL -s $(cat /run/holder)")
    assert shell(leaf, "cat /var/lib/netgen/holder").strip() == "somebody else"
    leaf.commit_config()
    assert leaf.compare_config() == ""


def test_a_timer_that_is_slow_to_start_is_waited_for_and_ended(leaf):
    slow = '#!/bin/sh\nsleep 2\nexec /usr/bin/setsid "$@"\n'
    shell(leaf, f"mount -t tmpfs tmpfs /usr/local/sbin; printf '{slow}' >/usr/local/sbin/setsid; chmod 755 {SETSID}")
    try:
        leaf.load_replace_artifacts({"sysctl.conf": SYSCTL + "net.ipv4.no_such_key = 1\n"})
        with pytest.raises(CommitError, match="no_such_key"):
            leaf.commit_config(revert_in=600)
        assert timers(leaf) == ""
        shell(leaf, f"printf '#!/bin/sh\nexit 1\n' >{SETSID}")
        with pytest.raises(CommitError, match="the timer cannot be set"):
            leaf.commit_config(revert_in=600)
    finally:
        shell(leaf, "umount --lazy /usr/local/sbin")
    assert not leaf.has_pending_commit()


def test_of_two_sessions_at_once_exactly_one_applies(leaf, bench):
    outcomes = []

    def commit(paths):
        with bench.driver("leaf1") as driver:
            driver.load_replace_candidate(config=FRR.replace("64", paths))
            ready.wait(120)
            try:
                driver.commit_config(f"paths {paths}", revert_in=600)
                outcomes.append(paths)
            except (LockError, SessionLockedException):
                outcomes.append(None)

    ready = threading.Barrier(2)
    threads = [threading.Thread(target=commit, args=(paths,)) for paths in ("8", "16")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    (winner,) = [paths for paths in outcomes if paths]
    assert len(outcomes) == 2
    assert f"maximum-paths {winner}\n" in leaf.get_config("running")["running"]
    leaf.commit_id = ""  # the pending one, whoever's it is
    leaf.rollback()
    assert not leaf.has_pending_commit()
