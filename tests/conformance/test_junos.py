"""The table of Junos takes what Juniper publishes, refuses what is wrong, and almost every slip of a word."""

from pathlib import Path

import pytest

from tests.conformance.junos import junos_problems
from tests.conformance.mutation import escaped

LEAF = (Path(__file__).parent / "samples/leaf.junos.conf").read_text(encoding="utf-8")
"""A whole leaf, put together from statements of the sources of `junos.yaml`."""

GOLDEN = sorted((Path(__file__).parents[1] / "golden/configs").rglob("junos.conf"))

PUBLISHED = {
    "Juniper/jvd rdma-rocev2-lossless.conf and leaf1_qfx5240-64od.conf": """\
class-of-service {
    classifiers {
        dscp mydscp {
            forwarding-class CNP {
                loss-priority low code-points 110000;
            }
            forwarding-class NO-LOSS {
                loss-priority low code-points 011010;
            }
        }
    }
    drop-profiles {
        dp1 {
            interpolate {
                fill-level [ 55 90 ];
                drop-probability [ 0 100 ];
            }
        }
    }
    shared-buffer {
        ingress {
            buffer-partition lossless {
                percent 66;
                dynamic-threshold 10;
            }
            buffer-partition lossless-headroom {
                percent 24;
            }
            buffer-partition lossy {
                percent 10;
            }
        }
    }
    forwarding-classes {
        class CNP queue-num 3;
        class NO-LOSS queue-num 4 no-loss pfc-priority 3;
    }
    congestion-notification-profile {
        cnp {
            pfc-watchdog;
            input {
                dscp {
                    code-point 011010 {
                        pfc;
                    }
                }
            }
            output {
                ieee-802.1 {
                    code-point 011 {
                        flow-control-queue 4;
                    }
                }
            }
        }
    }
    interfaces {
        et-* {
            congestion-notification-profile cnp;
            scheduler-map sm1;
            unit * {
                classifiers {
                    dscp mydscp;
                }
            }
        }
    }
    scheduler-maps {
        sm1 {
            forwarding-class CNP scheduler s2-cnp;
            forwarding-class NO-LOSS scheduler s1;
        }
    }
    schedulers {
        s1 {
            drop-profile-map loss-priority any protocol any drop-profile dp1;
            explicit-congestion-notification;
        }
        s2-cnp {
            transmit-rate percent 5;
            priority strict-high;
        }
    }
}
""",
    "Juniper/jvd leaf1_qfx5240-64od.conf: policies": """\
policy-options {
    policy-statement AllPodNetworks {
        term AllPodNetworks-10 {
            from {
                family inet;
                protocol direct;
            }
            then {
                community add DEFAULT_DIRECT_V4;
                accept;
            }
        }
        term AllPodNetworks-100 {
            then reject;
        }
    }
    policy-statement BGP-AOS-Policy {
        term BGP-AOS-Policy-10 {
            from policy AllPodNetworks;
            then accept;
        }
        term BGP-AOS-Policy-60 {
            from {
                protocol evpn;
                route-filter 0::0/0 prefix-length-range /128-/128;
            }
            then accept;
        }
    }
    policy-statement PFE-LB {
        then {
            load-balance per-packet;
        }
    }
    community DEFAULT_DIRECT_V4 members [ 5:20007 21001:26000 ];
    community FROM_SPINE_FABRIC_TIER members 0:15;
}
routing-options {
    router-id 10.0.1.9;
    autonomous-system 208;
    graceful-restart;
    forwarding-table {
        export PFE-LB;
        ecmp-fast-reroute;
        chained-composite-next-hop {
            ingress {
                evpn;
            }
        }
    }
}
""",
    "Juniper/jvd spine1_qfx5240-64od.conf and leaf1: overlay": """\
protocols {
    bgp {
        group l3clos-s-evpn {
            type external;
            multihop {
                ttl 1;
                no-nexthop-change;
            }
            family evpn {
                signaling {
                    loops 2;
                }
            }
            multipath {
                multiple-as;
            }
            bfd-liveness-detection {
                minimum-interval 3000;
                multiplier 3;
            }
            vpn-apply-export;
        }
        log-updown;
        graceful-restart {
            dont-help-shared-fate-bfd-down;
        }
        multipath;
    }
    rstp {
        disable;
    }
}
""",
    "Juniper/yang junos-conf-policy-options, junos-conf-protocols: neighbours by discovery": """\
interfaces {
    et-0/0/0:0 {
        unit 0 {
            family inet;
            family inet6;
        }
    }
}
policy-options {
    as-list AS-FABRIC members 65000-65999;
}
protocols {
    router-advertisement {
        interface et-0/0/0:0.0;
    }
    bgp {
        group UNDERLAY {
            family inet {
                unicast {
                    extended-nexthop;
                }
            }
            family inet6 {
                unicast;
            }
            multipath {
                multiple-as;
            }
            dynamic-neighbor FABRIC {
                peer-auto-discovery {
                    family inet6 {
                        ipv6-nd;
                    }
                    interface et-0/0/0:0.0;
                }
            }
            peer-as-list AS-FABRIC;
        }
    }
}
""",
}

REFUSED = [
    # wrong words
    ("        speed 400g;\n", "        speeed 400g;\n", "no statement here begins so"),
    ("no-loss pfc-priority 3;", "no-loss priority-flow 3;", "in the place of 'priority-flow'"),
    ("buffer-partition lossless-headroom {", "buffer-partition headroom {", "in the place of 'headroom'"),
    ("priority strict-high;", "priority strict;", "in the place of 'strict'"),
    ("explicit-congestion-notification;", "ecn;", "no statement here begins so"),
    ("family inet6;", "family ipv6;", "in the place of 'ipv6'"),
    ("watchdog-action drop;", "watchdog-action discard;", "<drop|forward> should stand"),
    ("fec fec91;", "fec rs-fec;", "in the place of 'rs-fec'"),
    ("load-balance per-packet;", "load-balance per-frame;", "in the place of 'per-frame'"),
    ("route-filter 10.0.0.0/12 orlonger;", "route-filter 10.0.0.0/12 longest;", "in the place of 'longest'"),
    ("type external;", "type ebgp;", "<internal|external> should stand"),
    ("port-id-subtype interface-name;", "port-id-subtype ifname;", "in the place of 'ifname'"),
    # wrong order of words
    ("loss-priority low code-points 110000;", "code-points 110000 loss-priority low;", "no statement here begins so"),
    ("class CNP queue-num 3;", "class queue-num 3 CNP;", "queue-num should stand in the place of '3'"),
    ("forwarding-class CNP scheduler CNP;", "scheduler CNP forwarding-class CNP;", "no statement here begins so"),
    (
        "drop-profile-map loss-priority any protocol any",
        "drop-profile-map protocol any loss-priority any",
        "loss-priority",
    ),
    ("community add LEAF;", "community LEAF add;", "in the place of 'LEAF'"),
    ("transmit-rate percent 5;", "transmit-rate 5 percent;", "in the place of '5'"),
    # wrong place
    ("scheduler-map FABRIC;\n", "scheduler-map FABRIC;\n            priority low;\n", "in 'et-*': no statement here"),
    ("                code-point 011010 {\n", "                code-point 011 {\n", "<code-point-6> should stand"),
    ("\nvlans {", "\nvlan {", "no statement here begins so"),
    (
        "        number-of-sub-ports 2;\n",
        "        number-of-sub-ports 2;\n        address 10.0.0.0/31;\n",
        "no statement",
    ),
    (
        "            multiplier 3;\n            }\n",
        "            multiplier 3;\n                mtu 9216;\n            }\n",
        "in 'bfd-liveness-detection'",
    ),
    # out of range
    ("queue-num 4", "queue-num 10", "<0..9> should stand in the place of '10'"),
    ("pfc-priority 3", "pfc-priority 8", "<0..7> should stand in the place of '8'"),
    ("dynamic-threshold 10;", "dynamic-threshold 11;", "<0..10> should stand in the place of '11'"),
    ("percent 15;", "percent 14;", "<15..100> should stand in the place of '14'"),
    ("code-points 110000;", "code-points 48;", "<many code-point-6> should stand in the place of '48'"),
    ("flow-control-queue 4;", "flow-control-queue 8;", "in the place of '8'"),
    ("fill-level [ 55 90 ];", "fill-level [ 55 101 ];", "<many 0..100> should stand"),
    ("number-of-sub-ports 2;", "number-of-sub-ports 9;", "<1..8> should stand in the place of '9'"),
    ("flowset-table-size 2048;", "flowset-table-size 2000;", "in the place of '2000'"),
    ("quality-delta 6;", "quality-delta 8;", "<0..7> should stand in the place of '8'"),
    ("minimum-interval 1000;", "minimum-interval 255001;", "<1..255000> should stand"),
    ("router-id 10.255.0.1;", "router-id 10.255.0.1/32;", "<ipv4> should stand"),
    ("address 10.0.0.0/31;", "address 10.0.0.0;", "<ipv4-interface> should stand"),
    ("10.0.0.0/24;\n", "10.0.0.1/24;\n", "no statement here begins so"),
    ("autonomous-system 4200000001;", "autonomous-system 4294967296;", "<asn> should stand"),
    ("uid 2000;", "uid 99;", "<100..64000> should stand in the place of '99'"),
    ("maximum 12000;", "maximum 0;", "in the place of '0'"),
    ('encrypted-password "$6$aBcD$hGTO4cZyGKb4mJrGNtd7";', 'encrypted-password "plain";', "<crypt> should stand"),
    # incomplete
    ("        speed 400g;\n", "        speed;\n", "incomplete"),
    ("scheduler REST;", "scheduler;", "incomplete, <name> should follow"),
    (
        "            family inet {\n                mtu 9170;\n",
        "            family {\n                mtu 9170;\n",
        "'mtu 9170' in 'family': no",
    ),
    # what the models and Juniper's guides ask of a whole
    ("percent 24;", "percent 25;", "the ingress partitions add up to 101 percent, not to 100"),
    (
        "            buffer-partition lossless-headroom {\n                percent 24;\n            }\n",
        "",
        "['lossless-headroom'] are missing",
    ),
    ("drop-probability [ 0 100 ];", "drop-probability [ 0 50 100 ];", "make no rising curve"),
    ("fill-level [ 55 90 ]", "fill-level [ 90 55 ]", "make no rising curve"),
    ("    management-instance;\n", "", "needs 'system management-instance'"),
    ("            family inet6;\n", "", "et-0/0/32.0 has router advertisement and no family inet6"),
    ("et-0/0/0:1 {", "et-0/0/0:2 {", "is no channel of et-0/0/0, which has 2"),
    ("log-updown;\n", "log-updown;\n        log-updown;\n", "stands already in line"),
    # names
    (
        "forwarding-class NO-LOSS scheduler",
        "forwarding-class LOSSLESS scheduler",
        "forwarding class 'LOSSLESS' is used",
    ),
    ("scheduler REST;", "scheduler OTHER;", "scheduler 'OTHER' is used and not defined"),
    ("drop-profile ECN;", "drop-profile WRED;", "drop profile 'ECN' is defined and not used"),
    ("scheduler-map FABRIC;", "scheduler-map CORE;", "scheduler map 'CORE' is used and not defined"),
    ("congestion-notification-profile PFC;", "congestion-notification-profile CNP;", "profile 'CNP' is used and not"),
    ("dscp ROCE;", "dscp RDMA;", "classifier 'dscp.RDMA' is used and not defined"),
    ("import SPINE-IN;", "import SPINE;", "policy 'SPINE' is used and not defined"),
    ("( SPINE-OUT && STATIC )", "( SPINE-OUT && OTHERS )", "policy 'OTHERS' is used and not defined"),
    ("prefix-list OWN;", "prefix-list OTHER;", "prefix list 'OTHER' is used and not defined"),
    ("community add LEAF;", "community add SPINE;", "community 'SPINE' is used and not defined"),
    ("from as-path LONG;", "from as-path SHORT;", "as-path 'SHORT' is used and not defined"),
    ("peer-as-list SPINES;", "peer-as-list LEAVES;", "as-list 'LEAVES' is used and not defined"),
    ("export LOAD-BALANCE;", "export PFE-LB;", "policy 'LOAD-BALANCE' is defined and not used"),
    ("class super-user;", "class admins;", "login class 'admins' is used and not defined"),
    ("802.3ad ae0;", "802.3ad ae1;", "aggregated interface 'ae1' is used and not defined"),
    ("interface et-0/0/32.0;", "interface et-0/0/31.0;", "interface 'et-0/0/31.0' is used and not defined"),
    ("l3-interface irb.100;", "l3-interface irb.101;", "interface 'irb.101' is used and not defined"),
    ("members hosts;", "members guests;", "vlan 'guests' is used and not defined"),
    # layout
    ("    host-name rail1-leaf1;\n", "    host-name rail1-leaf1\n", "';' or '{' is missing"),
    ("            pfc-watchdog {\n", "            pfc-watchdog\n            {\n", "';' or '{' is missing"),
    ("    lldp {\n", "    lldp\n", "';' or '{' is missing"),
    (
        "        unit 0 {\n            family inet;\n",
        "        unit 0 {\n          family inet;\n",
        "at its level's column",
    ),
]
"""What stands in the leaf, what stands there instead, and what is said of it."""


@pytest.mark.parametrize("source", PUBLISHED)
def test_what_is_published_passes(source: str):
    assert junos_problems(PUBLISHED[source], whole=False) == []


def test_a_whole_leaf_passes():
    assert junos_problems(LEAF) == []


@pytest.mark.parametrize(("right", "wrong", "reason"), REFUSED)
def test_what_is_wrong_is_refused(right: str, wrong: str, reason: str):
    assert right in LEAF
    problems = junos_problems(LEAF.replace(right, wrong, 1))
    assert any(reason in problem for problem in problems), problems


def test_a_problem_names_its_line():
    number = LEAF.splitlines().index("    autonomous-system 4200000001;") + 1
    assert junos_problems(LEAF.replace("autonomous-system 4200000001", "autonomous-system 0")) == [
        f"line {number}: 'autonomous-system 0' in 'routing-options': <asn> should stand in the place of '0'"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("system {\n    host-name a;\n", "the text ends with 1 open braces"),
        ("system {\n    host-name a;\n}\n}\n", "a '}' that closes nothing"),
        ("system {\n}\n", "braces around nothing"),
        ("system {\n    ;\n}\n", "nothing stands before ';'"),
        ("system {\n    host-name a\n}\n", "';' is missing before '}'"),
        ('system {\n    host-name "a;\n}\n', "cannot be read"),
        ("system {\n    host-name a", "the text ends before the statement does"),
        ("system;\n", "something must stand below it"),
    ],
)
def test_what_is_no_tree_is_refused(text: str, reason: str):
    assert reason in junos_problems(text)[0]


@pytest.mark.slow
def test_slips_in_the_leaf_are_refused():
    passed, tried = escaped(LEAF, junos_problems, at_most=800, seed=0)
    assert tried > 600
    assert len(passed) <= 0.05 * tried, passed


@pytest.mark.slow
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: "-".join(path.parts[-4:-1:2]))
def test_slips_in_a_rendered_configuration_are_refused(path: Path):
    passed, tried = escaped(path.read_text(encoding="utf-8"), junos_problems, at_most=100, seed=0)
    assert tried == 100
    assert len(passed) <= 0.05 * tried, passed
