"""The driver of subnet managers against real OpenSM on a simulated fabric, inside a node of the lab."""

import pytest
import yaml

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


def start_opensm(driver, port=MANAGER, options=""):
    """Start OpenSM as an init system would, with a port of the simulated fabric."""
    shell(
        driver,
        f"cd /run && LD_PRELOAD={SIMULATOR} IBSIM_SOCKNAME=fabric SIM_HOST=H-{port - 1:016x}"
        f" setsid /usr/sbin/opensm -g 0x{port:016x} {options} >/run/opensm.said 2>&1 </dev/null &",
    )


def await_master(driver):
    is_master = f"cd /run && LD_PRELOAD={SIMULATOR} IBSIM_SOCKNAME=fabric sminfo -D 0 2>&1 | grep -q MASTER"
    shell(driver, f"for i in $(seq 100); do ({is_master}) && exit 0; sleep 0.2; done; exit 1")


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
        await_master(driver)
        yield manager_bench


def manager_driver(bench, **options):
    return driver_class("opensm")(*bench.arguments("sm-1", **options))


@pytest.fixture
def manager(node):
    """A driver of sm-1, which runs and boots `FILES`."""
    with manager_driver(node, lock_timeout=2) as driver:
        if driver.has_pending_commit():  # of a test that failed
            driver.rollback()
        driver.load_replace_artifacts(FILES)
        driver.commit_config("start of a test")
        yield driver


def tables(driver):
    """Return the P_Keys of each host's port, as they are in the fabric."""
    return {guid: driver.ask("smpquery", "-G", "pkeys", f"0x{guid:016x}") for guid in HOSTS}


def saved(driver):
    return [shell(driver, f"cat {path}") for path in SAVED]


def pid(driver):
    return shell(driver, "pgrep -x opensm").strip()


def test_from_a_fresh_host_and_then_nothing_differs(node):
    with manager_driver(node) as driver:
        driver.load_replace_artifacts(FILES)
        assert "+routing_engine ftree" in driver.compare_config()
        driver.commit_config("from fresh", revert_in=60)
        assert driver.compare_config() == ""
        assert shell(driver, "cat /etc/opensm/opensm.conf") == OPTIONS  # it covers the file
        driver.confirm_commit()
        assert driver.compare_config() == ""
        assert saved(driver) == list(FILES.values())
        assert "/etc/opensm" not in shell(driver, "cat /proc/self/mountinfo")
        assert "0x8101" in tables(driver)[HOSTS[0]]
