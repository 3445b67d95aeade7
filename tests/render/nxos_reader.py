"""Reads facts back from an NX-OS configuration: written from NX-OS's syntax, knowing nothing of the templates."""

import re

from tests.render.eos_reader import Block, number
from tests.render.eos_reader import read as read_indented

QUEUE = r"class type queuing c-out-8q-q(\d|-default)"
MARKING = (
    r"random-detect minimum-threshold (\d+) kbytes maximum-threshold (\d+) kbytes "
    r"drop-probability (\d+) weight 0 ecn"
)


def read(text: str) -> Block:
    """Read the tree of a configuration; NX-OS indents by two."""
    return read_indented(text, step=2)


def ports(top: Block) -> dict[str, dict[str, object]]:
    """Ethernet interfaces by name; the speed in Gb/s is what their own line or the breakout of their cage says."""
    maps = {match[1]: int(match[2]) for match, _ in top.find(r"interface breakout module 1 port (\d+) map (\d+)g-\d+x")}
    found = {}
    for match, block in top.find(r"interface (Ethernet1/(\d+)(?:/\d+)?)"):
        address, speed = block.one(r"ip address (\S+)/(\d+)"), block.one(r"speed (\d+)")
        description, vlan = block.one(r"description (.+)"), block.one(r"switchport access vlan (\d+)")
        assert (block.one("no switchport") is None) is (vlan is not None)
        assert (block.one("shutdown") is None) is not (block.one("no shutdown") is None)
        found[match[1]] = {
            "description": description and description[1],
            "enabled": block.one("no shutdown") is not None,
            "mtu_bytes": int(block.one(r"mtu (\d+)")[1]),
            "speed_gbps": int(speed[1]) // 1000 if speed else maps[match[2]],
            "ipv4": (number(address[1]), int(address[2])) if address else None,
            "unnumbered": {line.line for line in block.inner} >= {"ip forward", "ipv6 address use-link-local-only"},
            "vlan": vlan and int(vlan[1]),
            "classified": block.one(r"service-policy type qos input QOS_CLASSIFICATION") is not None,
            "paused": block.one("priority-flow-control mode on") is not None,
            "watched": block.one("priority-flow-control watch-dog-interval on") is not None,
        }
    return found


def queue_of(top: Block) -> dict[int, int]:
    """Code point → queue, over class maps and qos-groups; what no class names is in the default class's queue."""
    policy = top.block("policy-map type qos QOS_CLASSIFICATION")
    rest = policy.find("class class-default")
    default = int(rest[0][1].one(r"set qos-group (\d)")[1]) if rest else 0
    found = dict.fromkeys(range(64), default)
    for match, block in policy.find(r"class (?!class-default)(\S+)"):
        points = top.block(rf"class-map type qos match-any {match[1]}").one(r"match dscp ([\d,]+)")[1]
        found |= dict.fromkeys(map(int, points.split(",")), int(block.one(r"set qos-group (\d)")[1]))
    return found


def queues(top: Block, policy: str) -> dict[int, dict[str, object]]:
    """Queues of an egress policy: level of strict priority, share, and marking in kilobytes and percent."""
    found = {}
    for match, block in top.block(rf"policy-map type queuing {re.escape(policy)}").find(QUEUE):
        level, share = block.one(r"priority level (\d)"), block.one(r"bandwidth remaining percent (\d+)")
        marking = block.one(MARKING)
        found[0 if match[1] == "-default" else int(match[1])] = {
            "level": level and int(level[1]),
            "share": share and int(share[1]),
            "ecn": marking and tuple(map(int, marking.groups())),
        }
    return found


def paused(top: Block) -> dict[int, int]:
    """Queue → PFC priority, of the no-drop classes."""
    found = {}
    for match, block in top.block("policy-map type network-qos QOS_NETWORK").find(
        r"class type network-qos c-8q-nq(\d|-default)"
    ):
        assert block.one("mtu 9216")
        if pause := block.one(r"pause pfc-cos (\d)"):
            found[0 if match[1] == "-default" else int(match[1])] = int(pause[1])
    return found


def watchdog_ms(top: Block) -> dict[str, int]:
    """The watchdog's times."""
    interval = int(top.one(r"priority-flow-control watch-dog interval (\d+)")[1])
    stuck = int(top.one(r"priority-flow-control watch-dog shutdown-multiplier (\d+)")[1])
    given_back = int(top.one(r"priority-flow-control auto-restore multiplier (\d+)")[1])
    return {"poll": interval, "detect": stuck * interval, "restore": given_back * interval}


def neighbors(bgp: Block) -> dict[object, tuple[str, int, str]]:
    """Sessions: the neighbour's address or the own port → template, remote AS and description."""
    found: dict[object, tuple[str, int, str]] = {}
    for match, block in bgp.find(r"neighbor (\S+)"):
        who = match[1] if match[1].startswith("Ethernet") else number(match[1])
        words = (block.one(r"inherit peer (\S+)"), block.one(r"remote-as (\d+)"), block.one(r"description (.+)"))
        found[who] = (words[0][1], int(words[1][1]), words[2][1])
    return found


def groups(top: Block, bgp: Block) -> dict[str, dict[str, object]]:
    """Templates: what their route maps let through, and their limits."""
    found = {}
    for match, block in bgp.find(r"template peer (\S+)"):
        family = block.block("address-family ipv4 unicast")
        maps = {way: family.one(rf"route-map (\S+) {way}")[1] for way in ("in", "out")}
        incoming, outgoing = (top.block(rf"route-map {maps[way]} permit 10") for way in ("in", "out"))
        paths = outgoing.one(r"match as-path (\S+)")
        found[match[1]] = {
            "import_list": incoming.one(r"match ip address prefix-list (\S+)")[1],
            "export_list": outgoing.one(r"match ip address prefix-list (\S+)")[1],
            "own_routes_only": bool(paths and top.one(rf'ip as-path access-list {paths[1]} seq 10 permit "\^\$"')),
            "hosts_routes_too": bool(
                paths and top.one(rf'ip as-path access-list {paths[1]} seq 20 permit "\^\[0-9\]\+\$"')
            ),
            "maximum_prefixes": int(family.one(r"maximum-prefix (\d+)")[1]),
            "bfd": block.one("bfd") is not None,
        }
    return found


def prefix_lists(top: Block) -> dict[str, list[tuple[int, bool, int, int, int, int]]]:
    """Prefix lists: sequence, permit, address, length, shortest and longest length that match."""
    found: dict[str, list[tuple[int, bool, int, int, int, int]]] = {}
    rule = r"ip prefix-list (\S+) seq (\d+) (permit|deny) (\S+)/(\d+)(?: eq (\d+))?(?: ge (\d+))?(?: le (\d+))?"
    for match, _ in top.find(rule):
        length = int(match[5])
        low = int(match[6] or match[7] or length)
        high = int(match[6] or match[8] or (32 if match[7] else length))
        one = (int(match[2]), match[3] == "permit", number(match[4]), length, low, high)
        found.setdefault(match[1], []).append(one)
    assert sum(map(len, found.values())) == len(top.find(r"ip prefix-list .*"))
    return found
