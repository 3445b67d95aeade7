"""A node looks like a Debian box with FRR, and touches nothing outside of itself."""

import json
import subprocess
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("zebra", "frr"),
    pytest.mark.needs("frr-reload.py", "frr-pythontools"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("ifreload", "ifupdown2"),
]


def test_a_node_is_somebody(shared_lab):
    assert shared_lab.output("leaf1", "hostname; cat /etc/hostname").split() == ["leaf1", "leaf1"]
    assert shared_lab.output("leaf1", "cat /sys/class/dmi/id/product_serial").strip() == "SN-LEAF1"
    assert shared_lab.output("host1", "cat /sys/class/dmi/id/product_name").strip() == "test-server"


def test_a_node_has_its_ports_and_no_others(shared_lab):
    assert shared_lab.output("leaf1", "ls /sys/class/net").split() == ["eth0", "lo", "swp1", "swp2", "swp3"]
    links = json.loads(shared_lab.output("leaf1", "ip -j link"))
    carrier = {link["ifname"]: "LOWER_UP" in link["flags"] for link in links}
    assert carrier == {"lo": True, "eth0": True, "swp1": True, "swp2": True, "swp3": False}


def test_a_node_sees_only_its_own_processes(shared_lab):
    commands = shared_lab.output("leaf1", "ps -eo comm=").split()
    assert commands.count("bgpd") == 1
    assert commands.count("zebra") == 1
    assert "bgpd" not in shared_lab.output("host1", "ps -eo comm=")


def test_a_strangers_host_key_is_refused(shared_lab):
    known = shared_lab.directory / "ssh/known_hosts"
    kept = known.read_text()
    first, second, *_ = kept.splitlines()
    swapped = [" ".join([first.split()[0], *second.split()[1:]]), *kept.splitlines()[1:]]
    try:
        known.write_text("\n".join(swapped) + "\n")
        done = shared_lab.ssh("leaf1", "true")
    finally:
        known.write_text(kept)
    assert done.returncode != 0
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in done.stderr


def test_another_key_does_not_open_it(shared_lab, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    config = (shared_lab.directory / "ssh/config").read_text()
    stranger = config.replace(str(shared_lab.directory / "ssh/id_ed25519"), str(tmp_path / "key"))
    (tmp_path / "config").write_text(stranger)
    done = subprocess.run(
        ["ssh", "-F", str(tmp_path / "config"), "-o", "BatchMode=yes", "leaf1", "true"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "Permission denied (publickey)" in done.stderr


def test_what_a_node_writes_stays_in_it(shared_lab):
    shared_lab.output("leaf1", "echo leaf1 > /etc/frr/marker; echo leaf1 > /etc/marker; echo leaf1 > /var/lib/marker")
    assert shared_lab.ssh("leaf2", "cat /etc/frr/marker /etc/marker /var/lib/marker").returncode != 0
    assert not Path("/etc/marker").exists()
    assert not Path("/var/lib/marker").exists()
    assert not Path("/etc/frr/marker").exists()


def test_a_node_cannot_harm_the_machine(shared_lab):
    before = Path("/proc/sys/kernel/printk").read_text()
    assert shared_lab.ssh("leaf1", "echo 1 > /usr/lib/marker").returncode != 0
    assert shared_lab.ssh("leaf1", "sysctl -w kernel.printk=1").returncode != 0
    assert shared_lab.ssh("leaf1", "date -s 2000-01-01").returncode != 0
    assert not Path("/usr/lib/marker").exists()
    assert Path("/proc/sys/kernel/printk").read_text() == before


def test_sysctl_acts_on_the_node_alone(shared_lab):
    key = "net.ipv4.fib_multipath_hash_policy"
    machine = Path("/proc/sys/net/ipv4/fib_multipath_hash_policy").read_text()
    other = "1" if machine.strip() == "0" else "0"
    shared_lab.output("leaf1", f"echo {key}={other} > /etc/sysctl.d/90-test.conf; sysctl -p /etc/sysctl.d/90-test.conf")
    assert shared_lab.output("leaf1", f"sysctl -n {key}").strip() == other
    assert Path("/proc/sys/net/ipv4/fib_multipath_hash_policy").read_text() == machine


def test_ifreload_configures_the_ports(shared_lab):
    stanza = "auto swp3\\niface swp3\\n    address 192.0.2.1/31\\n    mtu 9216\\n    alias spare\\n"
    shared_lab.output("leaf1", f"cp /etc/network/interfaces /tmp/kept; printf '{stanza}' >> /etc/network/interfaces")
    try:
        shared_lab.output("leaf1", "ifreload -a")
        (link,) = json.loads(shared_lab.output("leaf1", "ip -j addr show dev swp3"))
        assert link["mtu"] == 9216
        assert shared_lab.output("leaf1", "cat /sys/class/net/swp3/ifalias").strip() == "spare"
        assert [(a["local"], a["prefixlen"]) for a in link["addr_info"] if a["family"] == "inet"] == [("192.0.2.1", 31)]
    finally:
        shared_lab.output("leaf1", "cp /tmp/kept /etc/network/interfaces; ifreload -a")


def test_a_cable_carries_what_the_mtu_of_its_ports_lets_through(shared_lab):
    shared_lab.output("leaf1", "ip link set swp2 mtu 9000; ip addr add 192.0.2.0/31 dev swp2")
    shared_lab.output("host1", "ip link set eth1 mtu 9000; ip addr add 192.0.2.1/31 dev eth1")
    try:
        # 28 bytes of IP and ICMP headers
        assert shared_lab.ssh("host1", "ping -c 1 -W 30 -M do -s 8972 192.0.2.0").returncode == 0
        assert shared_lab.ssh("host1", "ping -c 1 -W 30 -M do -s 8973 192.0.2.0").returncode != 0
    finally:
        shared_lab.output("leaf1", "ip addr del 192.0.2.0/31 dev swp2; ip link set swp2 mtu 1500")
        shared_lab.output("host1", "ip addr del 192.0.2.1/31 dev eth1; ip link set eth1 mtu 1500")


def test_files_travel_by_sftp(shared_lab, tmp_path):
    (tmp_path / "sent").write_text("content\n")
    config = str(shared_lab.directory / "ssh/config")
    subprocess.run(["scp", "-q", "-F", config, str(tmp_path / "sent"), "leaf1:/etc/frr/got"], timeout=120, check=True)
    assert shared_lab.output("leaf1", "cat /etc/frr/got; rm /etc/frr/got") == "content\n"


def test_many_sessions_at_once(shared_lab):
    nodes = ["leaf1", "leaf2", "spine1", "host1"] * 5
    sessions = [
        subprocess.Popen(
            [*shared_lab.ssh_command(), node, "hostname; sleep 1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        for node in nodes
    ]
    assert [session.communicate(timeout=240)[0].strip() for session in sessions] == nodes


def test_frr_reload_applies_and_then_sees_no_difference(shared_lab):
    config = "frr version 8.4.4\\nfrr defaults traditional\\nhostname leaf2\\nip route 192.0.2.0/24 Null0\\n"
    reload = "/usr/lib/frr/frr-reload.py --stdout"
    shared_lab.output("leaf2", f"printf '{config}' > /etc/frr/new.conf; {reload} --reload /etc/frr/new.conf")
    assert "ip route 192.0.2.0/24 Null0" in shared_lab.output("leaf2", "vtysh -c 'show run'")
    assert "ip route" not in shared_lab.output("leaf1", "vtysh -c 'show run'")
    shared_lab.output("leaf2", "vtysh -c 'configure terminal' -c 'no ip route 192.0.2.0/24 Null0'")


def test_what_a_session_left_running_outlives_it(shared_lab, eventually):
    shared_lab.output("leaf1", "setsid sh -c 'sleep 1; touch /run/fired' > /dev/null 2>&1 < /dev/null &")
    eventually(lambda: shared_lab.ssh("leaf1", "test -e /run/fired").returncode == 0)


def test_lldp_shows_the_cabling_as_laid(shared_lab, eventually):
    eventually(
        lambda: (
            shared_lab.neighbours("leaf1") == {"swp1": ("spine1", "swp1"), "swp2": ("host1", "eth1")}
            and shared_lab.neighbours("host1") == {"eth1": ("leaf1", "swp2"), "eth2": ("leaf2", "swp2")}
        )
    )


def test_bgp_unnumbered_comes_up(shared_lab, eventually):
    routers = {"leaf1": (4200000001, "10.255.0.1"), "spine1": (4200000002, "10.255.0.2")}
    for node, (asn, router_id) in routers.items():
        lines = (
            f"router bgp {asn}",
            f"bgp router-id {router_id}",
            "neighbor swp1 interface remote-as external",
            "neighbor swp1 timers connect 1",
        )
        shared_lab.inject("drift", node, *lines)
    try:
        eventually(lambda: session(shared_lab, "leaf1", "swp1") == "Established")
    finally:
        for node, (asn, _) in routers.items():
            shared_lab.inject("drift", node, f"no router bgp {asn}")


def session(up, node, port):
    shown = json.loads(up.output(node, "vtysh -c 'show bgp summary json'"))
    return shown.get("ipv4Unicast", {}).get("peers", {}).get(port, {}).get("state")
