"""The Ubuntu driver against a host of the lab: netplan reads and generates, a stand-in does systemd-networkd's part."""

import pytest
from napalm.base.exceptions import CommitError, ReplaceConfigException

from netgen.session.drivers.registry import driver_class

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("netplan", "netplan.io"),
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("bgpd", "frr"),
]

# Netplan without the daemon behind it: `apply` lets the real generator read /etc/netplan, and sets up what it made.
STAND_IN = r"""#!/usr/bin/python3
import configparser, glob, os, subprocess, sys
GENERATE = "/usr/libexec/netplan/generate"
if sys.argv[1] == "generate":
    os.execv(GENERATE, [GENERATE, *sys.argv[2:]])
def ip(*words, check=True):
    subprocess.run(["ip", *words], check=check, stderr=None if check else subprocess.DEVNULL)
OURS = "/run/networkd-managed"
for line in (open(OURS).read().split() if os.path.exists(OURS) else ()):
    nic, rules = line.split(":")
    ip("address", "flush", "dev", nic, "scope", "global")
    for pref in filter(None, rules.split(",")):
        ip("rule", "del", "pref", pref, check=False)
subprocess.run("rm -rf /run/systemd/network", shell=True, check=True)
subprocess.run([GENERATE], check=True)
managed = []
for path in sorted(glob.glob("/run/systemd/network/*.network")):
    sections = []
    for part in open(path).read().split("\n\n"):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.read_string(part)
        sections += [(name, parser[name]) for name in parser.sections()]
    nic = next(section["name"] for name, section in sections if name == "Match")
    rules = [section["priority"] for name, section in sections if name == "RoutingPolicyRule"]
    managed.append(nic + ":" + ",".join(rules))
    down = any("activationpolicy" in section for _, section in sections)
    ip("link", "set", nic, "down" if down else "up")
    for name, section in [] if down else sections:
        if name == "Link" and "mtubytes" in section:
            ip("link", "set", nic, "mtu", section["mtubytes"])
        if name == "Network" and "address" in section:
            ip("address", "replace", section["address"], "dev", nic)
        if name == "Route":
            more = [word for key, word in (("metric", "metric"), ("table", "table")) if key in section
                    for word in (word, section[key])]
            ip("route", "replace", section["destination"], "via", section["gateway"], "dev", nic,
               "src", section["preferredsource"], "proto", "static", *more)
        if name == "RoutingPolicyRule":
            ip("rule", "add", "pref", section["priority"], "from", section["from"], "lookup", section["table"])
open(OURS, "w").write("\n".join(managed))
# Where this folder is, systemd runs (sd_booted(3)); here it does not, though the generator leaves a unit there.
subprocess.run("rm -rf /run/systemd/system", shell=True, check=True)
"""
TARGET = "/etc/netplan/90-netgen.yaml"
NETPLAN = """\
network:
  version: 2
  ethernets:
    eth1:
      renderer: networkd
      accept-ra: false
      optional: true
      mtu: 9000
      addresses: [10.1.0.1/31]
      routes:
        - {to: 10.0.0.0/12, via: 10.1.0.0, from: 10.1.0.1, metric: 1}
        - {to: 10.0.0.0/12, via: 10.1.0.0, from: 10.1.0.1, table: 1001}
      routing-policy:
        - {from: 10.1.0.1/32, table: 1001, priority: 1001}
    eth2:
      renderer: networkd
      accept-ra: false
      optional: true
      mtu: 9000
      activation-mode: "off"
"""
FILES = {"netplan.yaml": NETPLAN, "sysctl.conf": "net.ipv4.conf.all.arp_ignore = 1\n", "nccl.conf": "NCCL_IB_TC=106\n"}
RENUMBERED = {**FILES, "netplan.yaml": NETPLAN.replace("10.0.0.0/12", "10.16.0.0/12").replace("1001", "1007")}


def shell(driver, command, **given):
    return driver._ask("/bin/sh", "-c", command, **given)


def kernel(driver):
    routing = "ip rule; ip route show table 1001; ip route show table 1007; ip route"
    return shell(driver, f"{routing}; ip -br address show scope global; ip -o link | cut -d' ' -f2-5")


@pytest.fixture(scope="module")
def prepared(bench):
    """The lab's host with the stand-in in netplan's place."""
    driver = driver_class("ubuntu")(*bench.arguments("host1"))
    with driver:
        driver._connection.run(["/bin/sh", "-c", "cat >/run/stand-in"], stdin=STAND_IN.encode())
        shell(
            driver,
            "chmod 755 /run/stand-in"
            " && mount --bind /run/stand-in /usr/sbin/netplan && rm -rf /etc/netplan && mkdir -p /etc/netplan"
            " && ip link set eth1 mtu 1500 up",
        )
    return bench


@pytest.fixture
def host(prepared):
    with driver_class("ubuntu")(*prepared.arguments("host1")) as driver:
        driver.load_replace_artifacts(FILES)
        driver.commit_config()
        yield driver


def test_what_netplan_refuses_is_refused_with_its_words(host):
    before = kernel(host)
    with pytest.raises(ReplaceConfigException, match=r"netplan\.yaml"):
        host.load_replace_artifacts({**FILES, "netplan.yaml": NETPLAN.replace("10.1.0.1/31", "10.1.0.1/33")})
    assert kernel(host) == before


def test_a_second_look_finds_nothing(host):
    assert host.compare_config() == ""
    assert host.get_kernel_next_hops("10.0.0.0/12") == {"10.0.0.0/12": [{"gateway": "10.1.0.0", "interface": "eth1"}]}
    assert host.get_interfaces()["eth2"]["is_enabled"] is False
    assert shell(host, f"cat {TARGET}; stat -c %a {TARGET}") == NETPLAN + "600\n"
    assert shell(host, "cat /etc/nccl.conf") == FILES["nccl.conf"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ip link set eth1 mtu 1500", ["-  mtu: 1500", "+  mtu: 9000"]),
        ("ip link set eth2 up", ["-  up"]),
        ("ip address add 10.9.0.1/24 dev eth1", ["-  address: 10.9.0.1/24"]),
        ("ip route del 10.0.0.0/12 metric 1", ["+  route: to 10.0.0.0/12 via 10.1.0.0 from 10.1.0.1 metric 1"]),
        ("ip rule del pref 1001", ["+  rule: from 10.1.0.1/32 table 1001 priority 1001"]),
    ],
)
def test_what_was_changed_by_hand_shows_and_is_mended(host, command, expected):
    shell(host, command)
    diff = host.compare_config().splitlines()
    assert [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")] == expected
    host.commit_config()
    assert host.compare_config() == ""


def test_an_unconfirmed_commit_leaves_the_file_and_is_undone(host):
    shell(host, "ip address add 10.9.0.1/24 dev eth1")
    before = kernel(host)
    host.load_replace_artifacts(RENUMBERED)
    host.commit_config(revert_in=600)
    assert shell(host, f"cat {TARGET}") == NETPLAN
    assert "10.16.0.0/12" in kernel(host)
    assert "1001:" not in kernel(host)
    assert host.compare_config() == ""
    host.rollback()
    assert kernel(host) == before
    shell(host, "ip address del 10.9.0.1/24 dev eth1")


def test_the_first_commit_that_is_undone_leaves_no_file(host):
    shell(host, f"rm {TARGET} /etc/nccl.conf; netplan apply")
    before = kernel(host)
    host.load_replace_artifacts(FILES)
    host.commit_config(revert_in=600)
    assert kernel(host) != before
    host.rollback()
    assert kernel(host) == before
    assert shell(host, f"ls {TARGET} /etc/nccl.conf 2>/dev/null || true") == ""


def test_an_interface_that_is_not_there_is_an_error(host):
    before = kernel(host)
    missing = NETPLAN + "    eth9:\n      renderer: networkd\n      mtu: 9000\n"
    host.load_replace_artifacts({**FILES, "netplan.yaml": missing})
    with pytest.raises(CommitError, match="the device has no interface eth9"):
        host.commit_config()
    assert kernel(host) == before
