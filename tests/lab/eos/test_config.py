"""What the simulated switch accepts, and how it shows it."""

import contextlib
import random
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.lab.eos.config import Editor, InvalidLine, clean, render
from netgen.lab.eos.grammar import grammar
from netgen.lab.eos.patterns import Attempt, checker, parse
from netgen.lab.eos.reading import read

PORTS = ("Ethernet1/1", "Ethernet1/5", "Ethernet10/1", "Ethernet9/1", "Management1")

# Each section in the shape and the place that pyavd 6.4.0, Arista's own generator, gives it.
CANONICAL = dedent("""\
    !
    username netops privilege 15 role network-admin secret sha512 $6$salt$hash
    username netops ssh-key ssh-ed25519 AAAA comment
    !
    service routing protocols model multi-agent
    !
    queue-monitor length
    !
    queue-monitor length log 5
    !
    lldp timer 10
    !
    logging vrf MGMT host 172.20.0.11 514
    logging vrf MGMT source-interface Management1
    !
    platform trident mmu queue profile ROCE
        ingress headroom bytes 612140
        ingress priority-group 3 threshold 1
        egress unicast queue 3 threshold 8
        egress unicast queue 3 drop-precedence 1 drop-threshold 3/4
    !
    hostname leaf1
    !
    qos profile ROCE
       qos trust dscp
       priority-flow-control on
       priority-flow-control priority 3 no-drop
       priority-flow-control pause watchdog
       priority-flow-control pause watchdog port timer timeout 0.2 polling-interval auto recovery-time 0.4 forced
       priority-flow-control pause watchdog port action drop
       !
       tx-queue 3
          no priority
          bandwidth percent 90
          random-detect ecn minimum-threshold 500 kbytes maximum-threshold 2000 kbytes max-mark-probability 20 weight 0
          random-detect ecn count
       !
       tx-queue 6
          priority strict
          shape rate 5 percent
    !
    snmp-server location row 1
    snmp-server vrf MGMT
    !
    vrf instance MGMT
    !
    management api http-commands
       protocol https
       no shutdown
       !
       vrf MGMT
          no shutdown
    !
    management api gnmi
       transport grpc default
          vrf MGMT
       provider eos-native
    !
    interface Ethernet1/1
       description host
       load-interval 5
       mtu 9214
       flowcontrol receive off
       speed 400g-4
       error-correction encoding reed-solomon
       no switchport
       ip address 10.1.1.0/31
       service-profile ROCE
       !
       uc-tx-queue 3
          random-detect ecn count
    !
    interface Ethernet1/5
       shutdown
    !
    interface Ethernet9/1
    !
    interface Ethernet10/1
       mtu 9214
       speed 800g-8
       no switchport
       bfd interval 300 min-rx 300 multiplier 3
       ipv6 enable
    !
    interface Loopback0
       ip address 10.255.0.1/32
    !
    interface Management1
       vrf MGMT
       ip address 172.20.0.101/24
    !
    load-balance cluster
       forwarding type routed
       destination grouping bgp field-set
       load-balance method flow round-robin
       !
       flow source learning
          aging timeout 300 seconds
       !
       port group host RAIL0
          interface Ethernet1/1
          flow limit 8
    !
    ip routing ipv6 interfaces
    ip hardware fib load-balance distribution dynamic
    no ip routing vrf MGMT
    !
    ip as-path access-list OWN permit ^$ any
    ip as-path access-list OWN deny .* any
    !
    ip prefix-list PL-LOOPBACKS
       seq 10 permit 10.255.0.0/16 eq 32
    !
    ipv6 unicast-routing
    !
    ip route vrf MGMT 0.0.0.0/0 172.20.0.1
    !
    ntp local-interface vrf MGMT Management1
    ntp server vrf MGMT 172.20.0.10 prefer iburst
    !
    qos map dscp 8 9 48 to traffic-class 6
    qos map dscp 26 to traffic-class 3
    qos map traffic-class 3 to tx-queue 3
    priority-flow-control pause watchdog default timeout 0.2
    priority-flow-control pause watchdog default recovery-time 0.4
    priority-flow-control pause watchdog default polling-interval 0.1
    priority-flow-control pause watchdog action drop
    !
    route-map RM-CONNECTED permit 10
       match ip address prefix-list PL-LOOPBACKS
    !
    route-map RM-CONNECTED deny 20
    !
    router bfd
       interval 300 min-rx 300 multiplier 3 default
    !
    router bgp 4200000001
       router-id 10.255.0.1
       no bgp default ipv4-unicast
       graceful-restart
       maximum-paths 64 ecmp 64
       neighbor HOSTS peer group
       neighbor HOSTS remote-as 65000
       neighbor SPINES peer group
       neighbor SPINES bfd
       neighbor SPINES route-map RM-CONNECTED out
       neighbor SPINES send-community
       neighbor SPINES maximum-routes 12000
       neighbor 10.2.0.1 peer group SPINES
       neighbor 10.2.0.1 remote-as 65001
       neighbor 10.2.0.1 description spine1
       aggregate-address 10.1.0.0/16 summary-only
       redistribute connected route-map RM-CONNECTED
       neighbor interface Ethernet10/1 peer-group SPINES remote-as 65001
       !
       address-family ipv4
          neighbor SPINES activate
          neighbor SPINES next-hop address-family ipv6 originate
    !
    platform trident mmu queue profile ROCE apply
    !
    platform trident mmu headroom-pool limit bytes 29423360
    !
    management ssh
       idle-timeout 60
       !
       vrf MGMT
          no shutdown
    !
""")


def enter(text: str) -> list[str]:
    config = clean(PORTS, grammar())
    editor = Editor(grammar(), config, PORTS)
    for line in text.splitlines():
        editor.enter(line)
    return render(config)


def shown(text: str) -> str:
    return "\n".join(enter(text)) + "\n"


def sections(text: str) -> list[str]:
    return [section.strip("\n") for section in text.split("\n!\n")]


def test_what_is_shown_can_be_entered_again_and_shows_the_same():
    assert shown(CANONICAL) == CANONICAL


def test_indents_and_separators_do_not_matter():
    lines = [line.strip() for line in CANONICAL.splitlines()]
    assert shown("\n".join(line for line in lines if line != "!")) == CANONICAL


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_sections_is_the_switchs_own(seed: int):
    parts = sections("\n" + CANONICAL)
    # one list's entries keep the order of entry, and a port group takes the `interface` lines that follow it
    fixed = [part for part in parts if part.startswith(("load-balance", "ip as-path"))]
    shuffled = [part for part in parts if part not in fixed]
    random.Random(seed).shuffle(shuffled)
    assert shown("\n!\n".join([*shuffled, *fixed, ""])) == CANONICAL


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("frobnicate", "Invalid input (at token 0: 'frobnicate')"),
        ("router bgp 4294967296", "Invalid input (at token 2: '4294967296')"),
        ("router bgp 0", "Invalid input (at token 2: '0')"),
        ("qos map dscp 64 to traffic-class 3", "Invalid input (at token 3: '64')"),
        ("qos map dscp 26 to traffic-class 8", "Invalid input (at token 6: '8')"),
        ("qos map dscp", "Incomplete command"),
        ("interface Ethernet77/1", "Invalid input (at token 1: 'Ethernet77/1')"),
        ("interface Ethernet1/1\nmtu 67", "Invalid input (at token 1: '67')"),
        ("interface Ethernet1/1\nmtu 9215", "Invalid input (at token 1: '9215')"),
        ("interface Ethernet1/1\nip address 10.0.0.1", "Invalid input (at token 2: '10.0.0.1')"),
        ("interface Ethernet1/1\nspeed 400G", "Invalid input (at token 1: '400G')"),
        ("priority-flow-control pause watchdog default timeout 61", "Invalid input (at token 5: '61')"),
        ("priority-flow-control pause watchdog default polling-interval 0.001", "Invalid input (at token 5: '0.001')"),
        ("ip prefix-list X\nseq 10 permit 10.0.0.1/8", "Invalid input (at token 3: '10.0.0.1/8')"),
        ("qos profile X\npriority-flow-control priority 8 no-drop", "Invalid input (at token 2: '8')"),
        ("qos profile X\ntx-queue 3\nbandwidth percent 101", "Invalid input (at token 2: '101')"),
        ("router bgp " + "9" * 5000, f"Invalid input (at token 2: '{'9' * 5000}')"),
        ("qos map dscp 3-1 to traffic-class 3", "Invalid input (at token 3: '3-1')"),
        ("ip as-path access-list X permit [ any", "Invalid input (at token 5: '[')"),
        (
            "interface Ethernet1/1\nip address 10.0.0.1/255.255.255.0",
            "Invalid input (at token 2: '10.0.0.1/255.255.255.0')",
        ),
        ("mls qos", "Invalid input (at token 0: 'mls')"),
        ("username x secret sha512 plaintext", "Invalid input (at token 2: 'secret')"),
        ("bandwidth percent 10", "Invalid input (at token 0: 'bandwidth')"),
    ],
)
def test_a_line_outside_the_grammar_is_refused_by_name(line: str, reason: str):
    with pytest.raises(InvalidLine) as refused:
        enter(line)
    assert (refused.value.line, refused.value.reason) == (line.splitlines()[-1], reason)


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ("interface Ethernet1/1\nmtu 9214\nmtu 1500", "interface Ethernet1/1"),
        ("interface Ethernet1/1\nmtu 9214\nno mtu", "interface Ethernet1/1"),
        ("interface Ethernet1/1\nshutdown\nno shutdown", "interface Ethernet1/1"),
        ("interface Ethernet1/1\ndescription a\ndescription  b  c", "interface Ethernet1/1\n   description b c"),
        ("interface Ethernet1/1\nno switchport\nswitchport", "interface Ethernet1/1"),
        ("qos map dscp 24-25,26 to traffic-class 3", "qos map dscp 24 25 26 to traffic-class 3"),
        ("qos map dscp 26 24 to traffic-class 3", "qos map dscp 24 26 to traffic-class 3"),
        (
            "qos map dscp 24 26 to traffic-class 3\nqos map dscp 24 to traffic-class 4",
            "qos map dscp 24 to traffic-class 4\nqos map dscp 26 to traffic-class 3",
        ),
        (
            "priority-flow-control pause watchdog default timeout 0.20",
            "priority-flow-control pause watchdog default timeout 0.2",
        ),
        ("vrf instance A", "vrf instance A\n!\ninterface Ethernet1/1"),
        ("vrf instance A\nip routing vrf A", "ip routing vrf A"),
        ("router bgp 64086.59904", "router bgp 4200000000"),
        (
            "router bgp 65001\nneighbor 10.0.0.1 remote-as 1\nneighbor 10.0.0.1 remote-as 2",
            "router bgp 65001\n   neighbor 10.0.0.1 remote-as 2",
        ),
        (
            "router bgp 65001\nneighbor 10.0.0.10 remote-as 1\nneighbor 10.0.0.9 remote-as 2",
            "   neighbor 10.0.0.9 remote-as 2\n   neighbor 10.0.0.10 remote-as 1",
        ),
        ("route-map X permit 10\nmatch tag 1\nroute-map X deny 10", "route-map X deny 10\n   match tag 1"),
    ],
)
def test_normal_form(entered: str, expected: str):
    assert f"\n{expected}\n!" in shown(entered) or f"\n{expected}\n" in shown(entered)


@pytest.mark.parametrize(
    ("entered", "absent"),
    [
        ("interface Loopback0\nno interface Loopback0", "Loopback0"),
        ("vrf instance A\nno vrf instance A", "A"),
        ("hostname a\nno hostname", "hostname"),
        ("router bgp 65001\nrouter-id 10.0.0.1\nno router bgp 65001", "bgp"),
        ("ip as-path access-list A permit ^$ any\nno ip as-path access-list A", "as-path"),
        ("qos map dscp 24 26 to traffic-class 3\nno qos map dscp 24 26", "dscp"),
        ("router bgp 65001\nneighbor A peer group\nneighbor A bfd\nno neighbor A bfd", " bfd\n   n"),
    ],
)
def test_no_takes_away(entered: str, absent: str):
    assert absent not in shown(entered).replace("no neighbor A bfd", "")


def test_a_line_that_the_mode_does_not_know_is_tried_in_the_modes_around_it():
    entered = "load-balance cluster\nport group host A\ninterface Ethernet1/1\nflow limit 3\nhostname x"
    assert "   port group host A\n      interface Ethernet1/1\n      flow limit 3\n" in shown(entered)
    assert "\nhostname x\n" in shown(entered)


def test_a_mode_comment_is_kept_above_the_lines():
    assert "interface Ethernet1/1\n   !! look\n   !! here\n   mtu 9000\n" in shown(
        "interface Ethernet1/1\nmtu 9000\n!! look\n!! here"
    )


def test_every_line_of_the_grammar_names_its_source():
    for rows in grammar().rows.values():
        assert rows
        for row in rows:
            assert row.source in grammar().sources.values()


def test_every_mode_can_be_reached_and_every_opened_mode_exists():
    rows = [row for rows in grammar().rows.values() for row in rows]
    opened = {row.enters for row in rows if row.enters}
    assert opened | {"config"} == set(grammar().rows)


@given(st.integers(-1, 5000))
def test_a_range_takes_its_bounds_and_nothing_beyond(number: int):
    accepted = checker("68..4097")(str(number)) is not None
    assert accepted == (68 <= number <= 4097)


@pytest.mark.parametrize("text", ["١٢", "1²", "", " 1", "1 ", "+1", "1_0", "0x10"])
def test_only_plain_digits_are_a_number(text: str):
    assert checker("0..100000")(text) is None


@pytest.mark.parametrize("bad", ["a [b", "a ]", "a [b]", "a <x:nonsense>"])
def test_a_broken_pattern_is_found_when_the_table_is_read(bad: str):
    with pytest.raises(ValueError, match=r"\S"):
        parse(bad)


def test_optional_parts_are_shown_only_when_given():
    pattern = parse("ntp server <+s:name> [<p:=prefer>] [version <v:1..4>]")
    for line in ("ntp server a", "ntp server a prefer", "ntp server a version 4", "ntp server a prefer version 4"):
        values = pattern.match(tuple(line.split()), Attempt())
        assert values is not None
        assert pattern.render(values) == line
    assert pattern.match(("ntp", "server", "a", "version", "5"), Attempt()) is None


_VOCABULARY = {word for rows in grammar().rows.values() for row in rows for word in row.pattern.text.split()}
_VALUES = "no exit end ! !! 10.0.0.1 10.0.0.0/8 Ethernet1/1 Loopback0 A 0 1 7 65001"
_WORDS = st.sampled_from(sorted(_VOCABULARY | set(_VALUES.split())))
_ENTERED = st.lists(st.lists(_WORDS, min_size=1, max_size=8).map(" ".join) | st.text(max_size=30), max_size=20)
_REAL = st.lists(st.sampled_from([line.strip() for line in CANONICAL.splitlines()]), max_size=60)


@given(_ENTERED)
def test_whatever_is_entered_is_taken_or_refused(entered: list[str]):
    config = clean(PORTS, grammar())
    editor = Editor(grammar(), config, PORTS)
    for line in entered:
        with contextlib.suppress(InvalidLine):
            editor.enter(line)
    read(config)
    render(config)


@given(_REAL)
def test_any_lines_that_are_taken_show_a_normal_form(entered: list[str]):
    config = clean(PORTS, grammar())
    editor = Editor(grammar(), config, PORTS)
    for line in entered:
        with contextlib.suppress(InvalidLine):
            editor.enter(line)
    once = render(config)
    assert enter("\n".join(once)) == once
