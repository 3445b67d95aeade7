"""The table of NX-OS takes what Cisco publishes, refuses what is wrong, and almost every slip of a word."""

from pathlib import Path

import pytest

from tests.conformance.mutation import escaped
from tests.conformance.nxos import nxos_problems

LEAF = (Path(__file__).parent / "samples/leaf.nxos.cfg").read_text(encoding="utf-8")
"""A whole leaf, put together from lines of the sources of `nxos.yaml`."""

GOLDEN = sorted((Path(__file__).parents[1] / "golden/configs").rglob("nxos.cfg"))

PUBLISHED = {
    "paregupt/nx-os nxos_config_roce.py": """\
priority-flow-control watch-dog-interval on
class-map type qos match-any CNP
  match dscp 48
class-map type qos match-any ROCEv2
  match dscp 24-31
policy-map type qos QOS_CLASSIFICATION
  class ROCEv2
    set qos-group 3
  class CNP
    set qos-group 7
  class class-default
    set qos-group 0
policy-map type queuing QOS_EGRESS_PORT
  class type queuing c-out-8q-q6
    bandwidth remaining percent 0
  class type queuing c-out-8q-q3
    bandwidth remaining percent 50
    random-detect minimum-threshold 950 kbytes maximum-threshold 3000 kbytes drop-probability 7 weight 0 ecn
  class type queuing c-out-8q-q-default
    bandwidth remaining percent 50
  class type queuing c-out-8q-q7
    priority level 1
policy-map type network-qos qos_network
  class type network-qos c-8q-nq3
    mtu 9216
    pause pfc-cos 3
  class type network-qos c-8q-nq-default
    mtu 9216
system qos
  service-policy type queuing output QOS_EGRESS_PORT
  service-policy type network-qos qos_network
interface Ethernet1/1
  priority-flow-control mode on
  priority-flow-control watch-dog-interval on
  mtu 9216
  service-policy type qos input QOS_CLASSIFICATION
  no shutdown
""",
    "paregupt/nx-os nxos_config_bgp_auto_fabric.py": """\
feature bgp
interface Ethernet1/33
  ip address 10.2.0.0/31
interface loopback0
  ip address 10.0.1.1/32 tag 12345
route-map redis-map permit 10
  match tag 12345
router bgp 64601
  router-id 10.0.1.1
  address-family ipv4 unicast
    redistribute direct route-map redis-map
    maximum-paths 128
  address-family ipv6 unicast
    redistribute direct route-map redis-map
    maximum-paths 128
  neighbor 10.2.0.1
    remote-as 65001
    update-source Ethernet1/33
    address-family ipv4 unicast
      allowas-in 1
    address-family ipv6 unicast
      disable-peer-as-check
""",
    "paregupt/nx-os, release 0.50: neighbours by link-local address": """\
feature bgp
interface Ethernet1/33
  ipv6 address use-link-local-only
  ip forward
router bgp 64601
  neighbor Ethernet1/33
    remote-as 65001
    address-family ipv4 unicast
    address-family ipv6 unicast
""",
    "genielibs conf dlb/nxos tests: policy-driven": """\
hardware profile dlb
  mode policy-driven per-packet
  dlb-interface Ethernet1/1 , Ethernet1/2 , Ethernet1/3 , Ethernet1/4
  mac-address 00:cc:cc:cc:cc:cd
  flowlet-aging 1024
  static-pinning
    source Ethernet1/5 destination Ethernet1/6
""",
    "genielibs conf dlb/nxos tests: optional parameters": """\
hardware profile dlb
  mode flowlet
  dlb-interface all
  flowlet-aging 600
  decay-factor 2
  sampling-interval 32000 nsecs
  load-awareness
""",
    "genieparser ShowRunningConfigInterface": """\
interface Ethernet1/1
  description genie test
  no switchport
  mtu 9216
  vrf member TEST
  ip address 10.1.1.1/30
  ip address 10.2.1.1/30 secondary
vrf context TEST
""",
    "Interfaces Configuration Guide 10.6(x): media type and MTU of the management port": """\
version 9.3(1) Bios:version 07.65
interface mgmt0
  mtu 9216
  vrf member management
  ip address 172.29.149.188/24
""",
    "ansible-collections/cisco.nxos: logging, NTP, SNMP, users": """\
username ansible password 5 $5$JEMHMK$aGSG0.VkCiq4wf3.Ssj4P4yA1aZ6JNqcKoP.hYSTf2A role network-admin
ip name-server 192.168.0.1 192.168.0.2 use-vrf management
snmp-server source-interface traps Ethernet1/2
snmp-server host 192.0.2.1 traps version 1 public
snmp-server community public group network-operator
ntp server 198.51.100.1 use-vrf default key 2
ntp peer 192.0.2.1 use-vrf default key 1 minpoll 5 maxpoll 15
logging server 203.0.113.100 1 use-vrf management
logging server 203.0.113.101 3 use-vrf default facility local6
""",
    "microsoft/Azure_Local_Physical_Network_Config_Tool: shares of the whole beside shares of the rest": """\
policy-map type queuing QOS_EGRESS_PORT
  class type queuing c-out-8q-q3
    bandwidth remaining percent 50
    random-detect minimum-threshold 300 kbytes maximum-threshold 300 kbytes drop-probability 100 weight 0 ecn
  class type queuing c-out-8q-q-default
    bandwidth remaining percent 48
  class type queuing c-out-8q-q7
    bandwidth percent 2
system qos
  service-policy type queuing output QOS_EGRESS_PORT
""",
    "microsoft/SDN Nexus 3132: a pause buffer": """\
policy-map type queuing INPUT_QUEUING
  class type queuing c-in-q3
    pause buffer-size 101920 pause-threshold 46800 resume-threshold 34320
interface Ethernet1/1
  priority-flow-control mode on
  service-policy type queuing input INPUT_QUEUING
""",
}

REFUSED = [
    # wrong words
    ("  priority-flow-control mode on\n", "  pfc mode on\n", "no statement here begins so"),
    ("feature lldp\n", "feature dcbx\n", "should stand in the place of 'dcbx'"),
    ("priority-flow-control mode on\n", "priority-flow-control mode enable\n", "in the place of 'enable'"),
    ("  pause pfc-cos 3\n", "  pause no-drop pfc-cos 3\n", "pfc-cos should stand in the place of 'no-drop'"),
    ("map 400g-2x\n", "map 2x400g\n", "in the place of '2x400g'"),
    ("bfd interval 300 min_rx 300", "bfd interval 300 min-rx 300", "min_rx should stand in the place of 'min-rx'"),
    ("role network-admin\n", "role admin\n", "in the place of 'admin'"),
    ("  bestpath as-path multipath-relax\n", "  bgp bestpath as-path multipath-relax\n", "no statement here begins so"),
    ("fec rs-fec\n", "fec reed-solomon\n", "in the place of 'reed-solomon'"),
    # wrong order of words
    ("drop-probability 7 weight 0 ecn", "weight 0 drop-probability 7 ecn", "drop-probability should stand"),
    (
        "ntp server 192.0.2.123 prefer use-vrf management",
        "ntp server use-vrf management 192.0.2.123 prefer",
        "<host> should stand in the place of 'use-vrf'",
    ),
    (
        "logging server 192.0.2.51 6 use-vrf management facility local6",
        "logging server 192.0.2.51 use-vrf management 6 facility local6",
        "in the place of '6'",
    ),
    ("redistribute direct route-map CONNECTED", "redistribute route-map CONNECTED direct", "<direct|static>"),
    ("service-policy type qos input QOS-IN", "service-policy input type qos QOS-IN", "type should stand"),
    ("ip prefix-list OWN seq 5 permit", "ip prefix-list seq 5 OWN permit", "in the place of '5'"),
    # wrong place
    (
        "  bandwidth remaining percent 60\n",
        "  bandwidth remaining percent 60\n    pause pfc-cos 3\n",
        "in 'class type queuing c-out-8q-q3': no",
    ),
    (
        "    maximum-paths 64\n",
        "    maximum-paths 64\n    bfd\n",
        "in 'address-family ipv4 unicast': no statement here",
    ),
    (
        "  vrf member management\n",
        "  vrf member management\n  service-policy type qos input QOS-IN\n",
        "'interface mgmt0'",
    ),
    ("system qos\n", "system qos\n  mtu 9216\n", "in 'system qos': no statement here begins so"),
    ("hostname rail1-leaf1\n", "hostname rail1-leaf1\n  mtu 9216\n", "nothing can stand below it"),
    ("    remote-as 4200001000\n", "    remote-as 4200001000\n      bfd\n", "nothing can stand below it"),
    # out of range
    ("  mtu 9216\n  speed", "  mtu 9217\n  speed", "<576..9216> should stand in the place of '9217'"),
    ("  match dscp 48\n", "  match dscp 64\n", "<numbers 0..63> should stand in the place of '64'"),
    ("    set qos-group 7\n", "    set qos-group 8\n", "in the place of '8'"),
    ("class type queuing c-out-8q-q7", "class type queuing c-out-8q-q8", "in the place of 'c-out-8q-q8'"),
    ("watch-dog interval 200", "watch-dog interval 2000", "in the place of '2000'"),
    ("pause buffer-size 303104", "pause buffer-size 4999", "in the place of '4999'"),
    ("router-id 10.255.0.1", "router-id 10.255.0.256", "<ipv4> should stand in the place of '10.255.0.256'"),
    ("ip address 10.0.0.0/31", "ip address 10.0.0.0", "<ipv4-interface> should stand"),
    ("ip route 0.0.0.0/0 192.0.2.1", "ip route 0.0.0.1/0 192.0.2.1", "<ipv4-prefix> should stand"),
    ("router bgp 4200000001", "router bgp 4294967296", "<asn> should stand"),
    ("port 1-16 map", "port 16-1 map", "<numbers 1..64> should stand in the place of '16-1'"),
    ("interface Ethernet1/33\n", "interface Ethernet1/0\n", "in the place of 'Ethernet1/0'"),
    ('permit "^$"\n', 'permit "^(65000$"\n', "<regex> should stand"),
    ("    maximum-prefix 12000 80", "    maximum-prefix 0 80", "in the place of '0'"),
    # incomplete
    ("remote-as 4200001000\n", "remote-as\n", "incomplete, <asn> or route-map should follow"),
    ("  exec-timeout 15\nline vty", "  exec-timeout\nline vty", "incomplete"),
    # what must be on
    ("feature bfd\n", "", "needs 'feature bfd'"),
    ("feature bgp\n", "", "needs 'feature bgp'"),
    ("feature lacp\n", "", "needs 'feature lacp'"),
    ("feature interface-vlan\n", "", "needs 'feature interface-vlan'"),
    ("feature grpc\n", "", "needs 'feature grpc'"),
    ("feature nxapi\n", "", "needs 'feature nxapi'"),
    # what does not go together
    ("minimum-threshold 950", "minimum-threshold 9500", "before it begins at 9500000"),
    ("remaining percent 40", "remaining percent 41", "add up to 101, not to 100"),
    (
        "  class type queuing c-in-q3\n    pause buffer-size 303104 pause-threshold 152000 resume-threshold 132000\n",
        "  class type queuing c-in-q3\n    bandwidth percent 101\n",
        "<0..100> should stand in the place of '101'",
    ),
    ("resume-threshold 132000", "resume-threshold 152001", "must ascend"),
    (
        "  class type queuing c-in-q3\n",
        "  class type queuing c-in-q-default\n    bandwidth percent 50\n  class type queuing c-in-q3\n",
        "cannot stand in a policy with a pause buffer",
    ),
    ("10.0.0.0/12 ge 24 le 26", "10.0.0.0/12 ge 26 le 24", "do not ascend"),
    ("feature nxapi\nusername", "feature nxapi\nfeature nxapi\nusername", "stands already in line"),
    # names
    ("service-policy type qos input QOS-IN", "service-policy type qos input QOS", "qos policy 'QOS' is used and not"),
    ("  class ROCE\n", "  class RDMA\n", "class map 'RDMA' is used and not defined"),
    ("policy-map type queuing QUEUING-IN", "policy-map type queuing QUEUE-IN", "queuing policy 'QUEUE-IN' is defined"),
    ("network-qos NETWORK-QOS\nvlan", "network-qos NETWORK\nvlan", "network-qos policy 'NETWORK-QOS' is defined and"),
    ("route-map SPINE-IN permit", "route-map SPINE-INPUT permit", "route map 'SPINE-IN' is used and not defined"),
    ("match ip address prefix-list OWN", "match ip address prefix-list OWNS", "prefix list 'OWNS' is used"),
    ("match as-path LOCAL", "match as-path LOCALS", "as-path list 'LOCALS' is used and not defined"),
    ("template peer SPINE", "template peer SPINES", "peer template 'SPINE' is used and not defined"),
    (
        "ntp server 192.0.2.123 prefer use-vrf management\n",
        "ntp server 192.0.2.123 prefer use-vrf MGMT\n",
        "vrf 'MGMT' is used and not defined",
    ),
    ("channel-group 10 mode", "channel-group 11 mode", "port channel '11' is used and not defined"),
    ("  neighbor Ethernet1/33\n", "  neighbor Ethernet1/36\n", "interface 'Ethernet1/36' is used and not defined"),
    ("update-source Ethernet1/34", "update-source loopback1", "interface 'loopback1' is used and not defined"),
    # layout
    ("  speed 400000\n", "   speed 400000\n", "a level is 2 blanks"),
    ("  no shutdown\ninterface Ethernet1/33", "  no shutdown \ninterface Ethernet1/33", "blanks at the end"),
]
"""What stands in the leaf, what stands there instead, and what is said of it."""


@pytest.mark.parametrize("source", PUBLISHED)
def test_what_is_published_passes(source: str):
    assert nxos_problems(PUBLISHED[source], whole=False) == []


def test_a_whole_leaf_passes():
    assert nxos_problems(LEAF) == []


@pytest.mark.parametrize(("right", "wrong", "reason"), REFUSED)
def test_what_is_wrong_is_refused(right: str, wrong: str, reason: str):
    assert right in LEAF
    problems = nxos_problems(LEAF.replace(right, wrong, 1))
    assert any(reason in problem for problem in problems), problems


def test_a_problem_names_its_line():
    lines = LEAF.splitlines()
    number = lines.index("  speed 400000")
    changed = LEAF.replace("  mtu 9216\n  speed", "  mtu 68\n  speed", 1)
    assert nxos_problems(changed) == [
        f"line {number}: 'mtu 68' in 'interface Ethernet1/1/1': <576..9216> should stand in the place of '68'"
    ]


@pytest.mark.slow
def test_slips_in_the_leaf_are_refused():
    passed, tried = escaped(LEAF, nxos_problems, at_most=800, seed=0)
    assert tried > 600
    assert len(passed) <= 0.05 * tried, passed


@pytest.mark.slow
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: "-".join(path.parts[-4:-1:2]))
def test_slips_in_a_rendered_configuration_are_refused(path: Path):
    passed, tried = escaped(path.read_text(encoding="utf-8"), nxos_problems, at_most=100, seed=0)
    assert tried == 100
    assert len(passed) <= 0.05 * tried, passed
