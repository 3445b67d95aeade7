"""A reader of what is rendered for Cumulus Linux, which knows nothing of how it is written."""

import json
import re
import shlex
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import yaml

Tree = dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """YAML with texts and whole numbers only: to NVUE, `on` and `off` are words; and a key is always a text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"line {node.start_mark.line + 1}: a key stands twice"
        values = [self.construct_object(value, deep=True) for _, value in node.value]
        return dict(zip(keys, values, strict=True))


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), None)


def startup(text: str) -> Tree:
    """Read `startup.yaml`."""
    [entry] = yaml.load(text, _Loader)
    assert set(entry) == {"set"}
    return entry["set"]


def patch(text: str) -> Tree:
    """Read `patch.json`."""
    return json.loads(text)


def commands(text: str) -> list[tuple[str, ...]]:
    """Read `nv-set.txt`: the words of each line behind `nv set`."""
    lines = [tuple(shlex.split(line)) for line in text.splitlines()]
    assert all(line[:2] == ("nv", "set") for line in lines)
    return [line[2:] for line in lines]


def words(tree: Tree) -> Iterator[tuple[str, ...]]:
    """Yield what is typed for each leaf of a tree: its keys, and its value if it has one."""
    for key, value in tree.items():
        if not isinstance(value, dict):
            yield key, str(value)
        elif value:
            yield from ((key, *rest) for rest in words(value))
        else:
            yield (key,)


def sample() -> Tree:
    """Return the vendor's own sample."""
    return startup((Path(__file__).parents[1] / "conformance/samples/leaf.cumulus.yaml").read_text(encoding="utf-8"))


def number(address: str) -> int:
    """Return an address as an integer."""
    return int(IPv4Address(address))


def ports(tree: Tree) -> dict[str, dict[str, Any]]:
    """Return what is said of each port of the front panel; cages that are only broken out are none."""
    return {
        name: _port(one)
        for name, one in tree["interface"].items()
        if one["type"] == "swp" and "breakout" not in one.get("link", {})
    }


def _port(one: Tree) -> dict[str, Any]:
    link = one["link"]
    addresses = [address.split("/") for address in one.get("ip", {}).get("address", {})]
    [state] = link["state"]
    return {
        "description": one.get("description"),
        "enabled": {"up": True, "down": False}[state],
        "mtu_bytes": link["mtu"],
        "speed_gbps": int(link["speed"].removesuffix("G")),
        "autoneg": {"on": True, "off": False}[link["auto-negotiate"]],
        "fec": link["fec"],
        "ipv4": [(number(address), int(length)) for address, length in addresses],
        "adaptive": one.get("router", {}).get("adaptive-routing", {}).get("enable") == "on",
    }


def breakouts(tree: Tree) -> dict[str, str]:
    """Return how each cage is broken out."""
    found = {name: one.get("link", {}).get("breakout") for name, one in tree["interface"].items()}
    return {name: "".join(modes) for name, modes in found.items() if modes}


def priority_of(tree: Tree, dscp: int) -> int:
    """Return the switch priority of a packet of a port, with or without VLAN tag."""
    mapping = tree["qos"]["mapping"]["default-global"]
    assert mapping["trust"] == "l3"
    return mapping["dscp"][str(dscp)]["switch-priority"]


def queue_of(tree: Tree, priority: int) -> int:
    """Return the queue of a switch priority."""
    return tree["qos"]["egress-queue-mapping"]["default-global"]["switch-priority"][str(priority)]["traffic-class"]


def queues(tree: Tree, port: str) -> dict[int, dict[str, Any]]:
    """Return how a port serves, caps and marks its queues."""
    of_port = tree["interface"][port]["qos"]

    def told(kind: str) -> Tree:
        profile = of_port.get(kind, {}).get("profile", "default-global")
        return tree["qos"].get(kind, {}).get(profile, {}).get("traffic-class", {})

    shaped, marked = told("egress-shaper"), told("congestion-control")
    # By default, queue 0 of a port without a profile marks.
    by_default = {} if "congestion-control" in of_port else {"0": {"ecn": "enable"}}
    return {
        int(queue): {
            "strict": one["mode"] == "strict",
            "bandwidth_percent": one.get("bw-percent"),
            "cap_kbps": shaped.get(queue, {}).get("max-rate"),
            "ecn": _marks({**by_default, **marked}.get(queue, {"ecn": "disable"})),
        }
        for queue, one in told("egress-scheduler").items()
    }


def _marks(told: Tree) -> tuple[int, int, int] | None:
    if told["ecn"] == "disable":
        return None
    assert told["red"] == "disable"
    return told["min-threshold"], told["max-threshold"], told["probability"]


def paused(tree: Tree, port: str) -> tuple[list[int], int | None]:
    """Return the switch priorities that a port pauses, and the length of its cable."""
    profile = tree["interface"][port].get("qos", {}).get("pfc", {}).get("profile")
    if profile is None:
        return [], None
    one = tree["qos"]["pfc"][profile]
    assert one["rx"] == one["tx"] == "enable"
    return sorted(map(int, one["switch-priority"])), one["cable-length"]


def guarded(tree: Tree) -> dict[str, tuple[int, int]]:
    """Return the ports with a watchdog, and how often it looks and when it acts, in milliseconds."""
    times = tree.get("qos", {}).get("pfc-watchdog", {})
    return {
        name: (times["polling-interval"], times["polling-interval"] * times["robustness"])
        for name, one in tree["interface"].items()
        if one.get("qos", {}).get("pfc-watchdog", {}).get("state") == "enable"
    }


def neighbors(tree: Tree) -> dict[str | int, tuple[str, int]]:
    """Return the sessions: by port or address, group and AS number."""
    found = tree["vrf"]["default"]["router"]["bgp"]["neighbor"]
    return {
        name if one["type"] == "unnumbered" else number(name): (one["peer-group"], one["remote-as"])
        for name, one in found.items()
    }


def groups(tree: Tree) -> dict[str, dict[str, Any]]:
    """Return the groups of sessions, with what their route maps ask for."""
    found = tree["vrf"]["default"]["router"]["bgp"]["peer-group"]
    return {name: _group(tree, one) for name, one in found.items()}


def _group(tree: Tree, one: Tree) -> dict[str, Any]:
    family = one["address-family"]["ipv4-unicast"]
    inbound, outbound = (_matched(tree, family["policy"][way]["route-map"]) for way in ("inbound", "outbound"))
    paths = tree["router"]["policy"].get("as-path-list", {})
    own = outbound.get("as-path-list")
    permitted = [] if own is None else [rule["aspath-exp"] for rule in paths[own]["rule"].values()]
    return {
        "import_list": inbound["ip-prefix-list"],
        "export_list": outbound["ip-prefix-list"],
        "own_routes_only": "^$" in permitted,
        "hosts_routes_too": permitted == ["^$", "^[0-9]+$"],
        "maximum_prefixes": family["prefix-limits"]["inbound"]["maximum"],
        "bfd": one.get("bfd"),
        "active": family["enable"] == "on",
    }


def _matched(tree: Tree, route_map: str) -> Tree:
    """Return what the only rule of a route map matches; all else it denies."""
    [rule] = tree["router"]["policy"]["route-map"][route_map]["rule"].values()
    assert rule["action"] == {"permit": {}}
    assert rule["match"]["type"] == "ipv4"
    return {key: value for key, value in rule["match"].items() if key != "type"}


def originated(tree: Tree) -> tuple[str, set[tuple[int, int]]]:
    """Return the prefix list of what is redistributed, and the aggregates."""
    family = tree["vrf"]["default"]["router"]["bgp"]["address-family"]["ipv4-unicast"]
    [(kind, told)] = family["redistribute"].items()
    assert (kind, told["enable"], family["enable"]) == ("connected", "on", "on")
    aggregates = family.get("aggregate-route", {})
    assert all(one == {"summary-only": "on"} for one in aggregates.values())
    prefixes = {(number(name.split("/")[0]), int(name.split("/")[1])) for name in aggregates}
    return _matched(tree, told["route-map"])["ip-prefix-list"], prefixes


def prefix_lists(tree: Tree) -> dict[str, list[tuple[int, bool, int, int, int, int]]]:
    """Return the rules of prefix lists: number, whether it permits, address, length, shortest, longest."""
    return {
        name: sorted(_rule(int(sequence), rule) for sequence, rule in one["rule"].items())
        for name, one in tree["router"]["policy"]["prefix-list"].items()
        if one["type"] == "ipv4"
    }


def _rule(sequence: int, rule: Tree) -> tuple[int, bool, int, int, int, int]:
    [(prefix, lengths)] = rule["match"].items()
    address, length = prefix.split("/")
    shortest = lengths.get("min-prefix-len", int(length))
    longest = lengths.get("max-prefix-len", 32 if "min-prefix-len" in lengths else int(length))
    return sequence, rule["action"] == "permit", number(address), int(length), shortest, longest
