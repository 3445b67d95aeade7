"""The driver of subnet managers against real OpenSM on a simulated fabric, inside a node of the lab."""

import re

import pytest
import yaml
from napalm.base.exceptions import CommitError, ReplaceConfigException

from netgen.lab import lab
from netgen.lab.spec import LabNode, LabSpec
from netgen.session.drivers.registry import driver_class
from tests.session.drivers.conftest import Bench

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("opensm", "opensm"),
    pytest.mark.needs("ibsim", "ibsim-utils"),
    pytest.mark.needs("sminfo", "infiniband-diags"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
]

MANAGER, OTHER_MANAGER = 0x1070FD0300A00001, 0x1070FD0300A10001
HOSTS = tuple(0x1070FD0300B00001 + (index << 16) for index in range(4))
LEAVES = (0x1070FD0300C00010, 0x1070FD0300C00020)
SPINES = (0x1070FD0300D00010, 0x1070FD0300D00020)

PARTITIONS = f"""\
Default=0x7fff, defmember=limited : ALL=limited, ALL_SWITCHES=full,
    0x{MANAGER:016x}=full, 0x{OTHER_MANAGER:016x}=full ;
train-a=0x0101, ipoib, mtu=5, defmember=full :
    0x{HOSTS[0]:016x}=full, 0x{HOSTS[2]:016x}=full ;
"""
MOVED = PARTITIONS.replace(f"0x{HOSTS[2]:016x}=full", f"0x{HOSTS[3]:016x}=full")
ROOTS = "".join(f"0x{guid:016x}\n" for guid in SPINES)
OPTIONS = f"""\
guid 0x{MANAGER:016x}
sm_priority 14
routing_engine ftree
root_guid_file /etc/opensm/root-guids.conf
partition_config_file /etc/opensm/partitions.conf
log_file /var/log/opensm.log
log_flags 0x07
force_log_flush TRUE
"""
FILES = {"partitions.conf": PARTITIONS, "root-guids.conf": ROOTS, "opensm.conf": OPTIONS}
# As the package leaves it: OpenSM runs, and nothing is configured.
FRESH = "log_file /var/log/opensm.log\n"
SAVED = tuple(f"/etc/opensm/{name}" for name in FILES)
SIMULATOR = "/usr/lib/$(uname -m)-linux-gnu/umad2sim/libumad2sim.so"


def fabric():
    """Return a fat tree of two leaves and two spines, in ibnetdiscover's form; both managers are on the first leaf."""
    cas = [(MANAGER, 0), (OTHER_MANAGER, 0), (HOSTS[0], 0), (HOSTS[1], 0), (HOSTS[2], 1), (HOSTS[3], 1)]
    switches = {guid: [] for guid in (*LEAVES, *SPINES)}
    text = ""
    for port_guid, leaf in cas:
        node, port = port_guid - 1, len(switches[LEAVES[leaf]]) + 1
        switches[LEAVES[leaf]].append(f'[{port}]\t"H-{node:016x}"[1]')
        text += (
            f"vendid=0x2c9\ndevid=0x1021\nsysimgguid=0x{node:016x}\ncaguid=0x{node:016x}\n"
            f'Ca\t1 "H-{node:016x}"\t\t# "ca {node:x}"\n[1]({port_guid:x})\t"S-{LEAVES[leaf]:016x}"[{port}]\n\n'
        )
    for number, spine in enumerate(SPINES):
        for index, leaf in enumerate(LEAVES):
            port = 9 + number
            switches[leaf].append(f'[{port}]\t"S-{spine:016x}"[{index + 1}]')
            switches[spine].append(f'[{index + 1}]\t"S-{leaf:016x}"[{port}]')
    for guid, links in switches.items():
        text += (
            f"vendid=0x2c9\ndevid=0xd2f0\nsysimgguid=0x{guid:016x}\nswitchguid=0x{guid:016x}({guid:x})\n"
            f'Switch\t12 "S-{guid:016x}"\t\t# "sw {guid:x}" enhanced port 0 lid 0 lmc 0\n' + "\n".join(links) + "\n\n"
        )
    return text


def shell(driver, command):
    return driver._ask("/bin/sh", "-c", command)


def start_opensm(driver, port=MANAGER, options="", wrapped=""):
    """Start OpenSM as an init system would, with a port of the simulated fabric."""
    shell(
        driver,
        f"cd /run && LD_PRELOAD={SIMULATOR} IBSIM_SOCKNAME=fabric SIM_HOST=H-{port - 1:016x}"
        f" setsid {wrapped} /usr/sbin/opensm -g 0x{port:016x} {options} >/run/opensm.said 2>&1 </dev/null &",
    )


def end_opensm(driver):
    shell(driver, "kill -9 $(pgrep -x opensm); while pgrep -x -r S,R,D opensm; do sleep 0.1; done")


def await_state(driver, port, state):
    simulated = f"LD_PRELOAD={SIMULATOR} IBSIM_SOCKNAME=fabric SIM_HOST=H-{port - 1:016x}"
    asked = f"cd /run && {simulated} timeout 20 sminfo -D 0 2>&1 | grep -q {state}"
    driver._ask("/bin/sh", "-c", f"until ({asked}); do sleep 0.2; done", timeout_s=180)


@pytest.fixture(scope="module")
def manager_bench(tmp_path_factory):
    directory = tmp_path_factory.mktemp("opensm") / "lab"
    try:
        lab.up(LabSpec("opensm", (LabNode("sm-1", "host", "SN-SM1", "12", "test-server", ("eth1",)),), ()), directory)
        yield Bench(directory, yaml.safe_load((directory / "inventory/connections.yaml").read_text()))
    finally:
        lab.down(directory)


@pytest.fixture(scope="module")
def node(manager_bench):
    """The node with a simulated fabric and an OpenSM that nobody has configured."""
    with manager_bench.driver("sm-1") as driver:
        shell(driver, f"cat >/run/fabric <<'END'\n{fabric()}END\n")
        shell(driver, "IBSIM_SOCKNAME=fabric setsid ibsim -s -n -N 16 -S 16 -P 128 /run/fabric >/run/ibsim.log 2>&1 &")
        shell(driver, f"rm -rf /etc/opensm/* /var/log/opensm*; printf '{FRESH}' >/etc/opensm/opensm.conf")
        start_opensm(driver)
        await_state(driver, MANAGER, "MASTER")
        yield manager_bench


def manager_driver(bench, **options):
    return driver_class("opensm")(*bench.arguments("sm-1", **options))


@pytest.fixture
def manager(node):
    """A driver of sm-1, which runs and boots `FILES`."""
    with manager_driver(node, lock_timeout=60) as driver:
        if driver.has_pending_commit():  # of a test that failed
            driver.rollback()
        driver.load_replace_artifacts(FILES)
        driver.commit_config("start of a test")
        yield driver


def tables(driver):
    """Return the P_Keys of each host's port, as they are in the fabric."""
    shown = {guid: driver.ask("smpquery", "-G", "pkeys", f"0x{guid:016x}") for guid in HOSTS}
    return {guid: {int(key, 16) for key in re.findall("0x([0-9a-f]{4})", text)} - {0} for guid, text in shown.items()}


def pid(driver):
    return shell(driver, "pgrep -x -r S,R,D opensm").strip()


def state(driver):
    """Return everything that a change could change: files, covers, tables, and the process."""
    covers = re.findall("/etc/opensm/[^ ]*", shell(driver, "cat /proc/self/mountinfo"))
    return [shell(driver, f"cat {path}") for path in SAVED], covers, tables(driver), pid(driver)


def changed_lines(diff):
    return [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_from_a_fresh_host_and_then_nothing_differs(node):
    with manager_driver(node) as driver:
        driver.load_replace_artifacts(FILES)
        assert "+routing_engine ftree" in driver.compare_config()
        driver.commit_config("from fresh", revert_in=600)
        assert driver.compare_config() == ""
        assert shell(driver, "cat /etc/opensm/opensm.conf") == OPTIONS  # it covers the file
        driver.confirm_commit()
        assert driver.compare_config() == ""
        files, covers, keys, _ = state(driver)
        assert (files, covers) == (list(FILES.values()), [])
        assert keys == {HOSTS[0]: {0x7FFF, 0x8101}, HOSTS[1]: {0x7FFF}, HOSTS[2]: {0x7FFF, 0x8101}, HOSTS[3]: {0x7FFF}}


def test_a_host_that_moves_changes_its_line_and_its_tables(manager):
    _, _, before, process = state(manager)
    manager.load_replace_artifacts({**FILES, "partitions.conf": MOVED})
    line = "    0x1070fd0300b00001=full, 0x{:016x}=full"
    assert changed_lines(manager.compare_config()) == [f"-{line.format(HOSTS[2])}", f"+{line.format(HOSTS[3])}"]
    manager.commit_config("move", revert_in=600)
    manager.confirm_commit()
    assert tables(manager) == {**before, HOSTS[2]: {0x7FFF}, HOSTS[3]: {0x7FFF, 0x8101}}
    assert pid(manager) == process  # no more than a sweep
    assert manager.compare_config() == ""


def test_what_is_not_confirmed_goes_back_by_itself(manager, eventually):
    before = state(manager)
    manager.load_replace_artifacts({**FILES, "partitions.conf": MOVED})
    manager.commit_config("reverts itself", revert_in=3)
    manager.close()
    manager.open()
    eventually(lambda: not manager.has_pending_commit())
    assert manager.commits()[-1].state == "reverted"
    assert state(manager) == before


def test_a_reboot_comes_back_with_what_was_confirmed(manager):
    before = state(manager)
    manager.load_replace_artifacts({**FILES, "partitions.conf": MOVED})
    manager.commit_config("try", revert_in=600)
    assert shell(manager, "cat /etc/opensm/partitions.conf") == MOVED
    # what a reboot does: mounts and timers are gone, OpenSM begins anew
    shell(manager, "pkill -f '[n]etgen-revert'; for f in /etc/opensm/*; do umount $f 2>/dev/null; done; true")
    shell(manager, "echo another-boot > $(ls -d /var/lib/netgen/commits/* | tail -n 1)/boot")
    shell(manager, "kill -HUP $(pgrep -x opensm)")
    assert not manager.has_pending_commit()
    assert state(manager)[:2] == before[:2]


@pytest.mark.parametrize(
    ("options", "restarts"),
    [
        (OPTIONS + "sm_priority 13\n", False),
        (OPTIONS + "transaction_retries 4\n", True),
        (OPTIONS.replace("sm_priority 14\n", ""), True),  # a sweep would keep what the key was
        (OPTIONS + "qos TRUE\nqos_max_vls 4\n", False),
        (OPTIONS.replace("ftree", "updn"), True),
    ],
)
def test_what_a_sweep_does_not_read_again_takes_a_restart(manager, options, restarts):
    process = pid(manager)
    manager.load_replace_artifacts({**FILES, "opensm.conf": options})
    manager.commit_config("options", revert_in=600)
    assert (pid(manager) != process) is restarts
    assert manager.compare_config() == ""
    manager.rollback()
    manager.load_replace_artifacts(FILES)
    assert manager.compare_config() == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("partitions.conf", PARTITIONS.replace("300b00001", "300b0000g"), "PARSE ERROR: line 4: bad PortGUID"),
        ("partitions.conf", PARTITIONS.replace(" ;", "", 1), "PARSE WARN: line 3: unrecognized port flag '0x0101'"),
        ("partitions.conf", PARTITIONS.replace("full ;", "ful1 ;"), "PARSE WARN: line 2: unrecognized port flag"),
        ("partitions.conf", PARTITIONS.replace("ipoib", "ipiob"), "PARSE WARN: line 3: unrecognized partition flag"),
        ("partitions.conf", "# nothing\n", "retrying with default config"),
        ("root-guids.conf", "0xabcdefg\n", "ERR AB2"),
        ("opensm.conf", OPTIONS.replace("ftree", "fttree"), "cannot find or setup routing engine 'fttree'"),
        ("opensm.conf", OPTIONS.replace("ftree", "torus-2QoS"), "torus-2QoS cannot route this fabric"),
        ("opensm.conf", OPTIONS + "qos TRUE\nqos_policy_file /run/policy\n", "ERR AC0"),
    ],
)
def test_what_opensm_complains_of_is_undone(manager, monkeypatch, name, text, said):
    # netgen finds most of this itself; what if it did not
    monkeypatch.setattr("netgen.session.drivers.opensm.complaints", lambda _: [])
    shell(manager, "echo qos-ulps default 0 end > /run/policy")
    before = state(manager)
    manager.load_replace_artifacts({**FILES, "partitions.conf": MOVED, name: text})
    with pytest.raises(CommitError, match=re.escape(said)):
        manager.commit_config("broken", revert_in=600)
    after = state(manager)
    assert after[:3] == before[:3]
    assert not manager.has_pending_commit()
    manager.load_replace_artifacts(FILES)
    assert manager.compare_config() == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (OPTIONS + "rooting_engine ftree\n", 'Unrecognized token: "rooting_engine"'),
        (OPTIONS.replace("14", "99"), "Invalid Cached Option Value:sm_priority = 99"),
        (OPTIONS.replace("0x07", "0x03"), "must have 0x04"),
        (OPTIONS.replace("0x07", "0x01"), "must have 0x03"),
        (OPTIONS.replace("force_log_flush TRUE", ""), "force_log_flush must be TRUE"),
        (OPTIONS.replace("opensm/partitions", "opensm/others"), "which this change does not bring"),
        (
            OPTIONS.replace("opensm/root", "opensm/trunk"),
            "root_guid_file is /etc/opensm/trunk-guids.conf, which is not",
        ),
        (OPTIONS.replace("guid 0x1070fd0300a00001", "guid 0x1070fd0300a10001"), "was started on the port"),
        (OPTIONS + f"log_prefix {'x' * 1100}\n", "more than 1021 characters"),
    ],
)
def test_options_that_opensm_would_not_take_are_refused(manager, options, said):
    with pytest.raises(ReplaceConfigException, match=re.escape(said)):
        manager.load_replace_artifacts({**FILES, "opensm.conf": options})


def test_partitions_that_opensm_would_misread_never_reach_it(manager):
    with pytest.raises(ReplaceConfigException, match=r"partitions.conf:4: the port '0x1070fd0300b0000g'"):
        manager.load_replace_artifacts({**FILES, "partitions.conf": PARTITIONS.replace("b00001", "b0000g")})
    with pytest.raises(ReplaceConfigException, match=r"opensm\.conf must be part of every change"):
        manager.load_replace_artifacts({"partitions.conf": PARTITIONS})


def test_what_was_changed_by_hand_shows_and_is_mended(manager):
    shell(manager, "echo '# by hand' >> /etc/opensm/partitions.conf; touch /etc/opensm/root-guids.conf")
    assert changed_lines(manager.compare_config()) == [
        "-# by hand",
        "+read /etc/opensm/partitions.conf",
        "+read /etc/opensm/root-guids.conf",
    ]
    manager.commit_config()
    assert manager.compare_config() == ""


def test_it_must_run_once(manager):
    # another program of its name: ibsim would leave requests to one that is gone without answer
    shell(manager, "cp /bin/sleep /run/opensm; setsid /run/opensm 600 >/dev/null 2>&1 </dev/null &")
    try:
        with pytest.raises(ReplaceConfigException, match="several OpenSM run here"):
            manager.load_replace_artifacts(FILES)
    finally:
        shell(manager, "kill $(pgrep -f '^/run/opensm')")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("-F /run/opensm.conf", "OpenSM was started with /run/opensm.conf, not with /etc/opensm/opensm.conf"),
        ("-F /etc/opensm/opensm.conf -R minhop", "OpenSM was started with -R, which wins over /etc/opensm/opensm.conf"),
        ("--part_enforce off", "OpenSM was started with --part_enforce, which wins"),
    ],
)
def test_what_it_was_started_with_must_not_win_over_its_file(manager, options, said):
    end_opensm(manager)
    start_opensm(manager, options=options)
    try:
        with pytest.raises(ReplaceConfigException, match=said):
            manager.load_replace_artifacts(FILES)
    finally:
        end_opensm(manager)
        with pytest.raises(ReplaceConfigException, match="OpenSM does not run"):
            manager.load_replace_artifacts(FILES)
        start_opensm(manager)
        await_state(manager, MANAGER, "MASTER")


def test_one_in_standby_has_the_files_for_when_it_takes_over(manager):
    # The higher one comes first: one that is to take over hangs on ibsim, which answers no TrapRepress.
    end_opensm(manager)
    start_opensm(manager, OTHER_MANAGER, "-p 15 -f /run/other.log -F /dev/null", wrapped="unshare --mount")
    try:
        await_state(manager, OTHER_MANAGER, "MASTER")
        start_opensm(manager)
        await_state(manager, MANAGER, "STANDBY")
        before = tables(manager)
        manager.load_replace_artifacts({**FILES, "partitions.conf": MOVED})
        manager.commit_config("while another one manages", revert_in=600)
        assert manager.compare_config() == ""
        assert tables(manager) == before
        manager.confirm_commit()
        assert shell(manager, "cat /etc/opensm/partitions.conf") == MOVED
    finally:
        end_opensm(manager)
        start_opensm(manager)
        await_state(manager, MANAGER, "MASTER")
    assert tables(manager)[HOSTS[3]] == {0x7FFF, 0x8101}
