"""Reads facts of a switch back from a Junos configuration, which `tests.conformance` turns into lines of words."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.conformance.junos import STEP
from tests.conformance.statements import braced, paths


@dataclass(frozen=True)
class Said:
    """A configuration: each statement with those above it."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        return list(paths(braced(self.text, STEP)))

    def find(self, pattern: str) -> list[tuple[str, ...]]:
        """List the groups of every statement that a pattern fully matches."""
        return [match.groups() for line in self.lines if (match := re.fullmatch(pattern, line))]

    def all(self, pattern: str) -> list[str]:
        """List the one group of every statement that a pattern fully matches."""
        return [groups[0] for groups in self.find(pattern)]

    def one(self, pattern: str) -> str:
        (found,) = self.all(pattern)
        return found

    def maybe(self, pattern: str) -> str | None:
        found = self.all(pattern)
        assert len(found) <= 1, found
        return found[0] if found else None

    def has(self, line: str) -> bool:
        return line in self.lines


def number(text: str) -> int:
    """Integer of a dotted quad."""
    a, b, c, d = map(int, text.split("."))
    return a << 24 | b << 16 | c << 8 | d


def _text(words: str | None) -> str | None:
    if words is None or not words.startswith('"'):
        return words
    return re.sub(r"\\(.)", r"\1", words[1:-1])


def ports(said: Said) -> dict[str, dict[str, Any]]:
    """Facts of each fabric port; a cage that is only divided is none."""
    statements: dict[str, list[str]] = {}
    for name, words in said.find(r"interfaces (et-\S+) (.*)"):
        statements.setdefault(name, []).append(words)
    own = {name: _Words(words) for name, words in statements.items()}
    divided = {name: words.first(r"number-of-sub-ports (\d+)") for name, words in own.items()}
    found = {}
    for name, words in own.items():
        if divided[name] is not None:
            continue
        cage = name.split(":")[0]
        address = words.first(r"unit 0 family inet address (\S+)")
        found[name] = {
            "breakout": int(divided[cage] or 1),
            "speed_gbps": int(own[cage].first(r"speed (\d+)g") or 0),
            "description": _text(words.first("description (.*)")),
            "enabled": words.first("(disable)") is None,
            "frame_bytes": int(words.first(r"mtu (\d+)") or 0),
            "ip_bytes": {int(mtu) for mtu in words.all(r"unit 0 family inet6? mtu (\d+)")},
            "ipv4": None if address is None else (number(address.split("/")[0]), int(address.split("/")[1])),
            "ipv6": words.first("(unit 0 family inet6)") is not None,
            "vlan": words.first(r"unit 0 family ethernet-switching vlan members (\S+)"),
        }
    return found


class _Words(list[str]):
    """What is said of one interface."""

    def all(self, pattern: str) -> list[str]:
        return [match[1] for line in self if (match := re.fullmatch(pattern, line))]

    def first(self, pattern: str) -> str | None:
        return next(iter(self.all(pattern)), None)


def lists(said: Said) -> dict[str, list[tuple[int, bool, str, str]]]:
    """Sequence, verdict, prefix and lengths of each policy that stands for a prefix list."""
    found: dict[str, list[tuple[int, bool, str, str]]] = {}
    term = r"policy-options policy-statement (\S+) term (\d+) "
    verdicts = {(name, seq): verdict for name, seq, verdict in said.find(term + "then (accept|reject)")}
    for name, seq, prefix, lengths in said.find(term + r"from route-filter (\S+) (.*)"):
        found.setdefault(name, []).append((int(seq), verdicts[name, seq] == "accept", prefix, lengths))
    assert all(said.has(f"policy-options policy-statement {name} then reject") for name in found)
    return found


def origins(said: Said, policy: str) -> dict[str, set[str]]:
    """Protocol that a policy accepts routes of → the policies that must agree; the rest it rejects."""
    assert said.has(f"policy-options policy-statement {policy} then reject")
    at = f"policy-options policy-statement {policy} term "
    found = {}
    for term in said.all(at + r"(\S+) from"):
        assert said.has(f"{at}{term} then accept")
        found[said.one(at + term + r" from protocol (\S+)")] = set(said.all(at + term + r" from policy (\S+)"))
    return found


def queues(said: Said) -> dict[str, dict[str, Any]]:
    """Facts of each forwarding class, by name."""
    found: dict[str, dict[str, Any]] = {}
    for name, queue, rest in said.find(r"class-of-service forwarding-classes class (\S+) queue-num (\d+)(.*)"):
        points = said.all(
            rf"class-of-service classifiers dscp ROCE forwarding-class {name} loss-priority low code-points (\d+)"
        )
        priority = re.fullmatch(r" no-loss pfc-priority (\d)", rest)
        found[name] = {
            "queue": int(queue),
            "dscp": tuple(int(bits, 2) for bits in points),
            "priority": int(priority[1]) if priority else None,
        }
    return found


def schedulers(said: Said, policy: str) -> dict[str, dict[str, Any]]:
    """Facts of the scheduler of each forwarding class of a scheduler map."""
    found = {}
    for name, scheduler in said.find(
        rf"class-of-service scheduler-maps {policy} forwarding-class (\S+) scheduler (\S+)"
    ):
        at = f"class-of-service schedulers {scheduler} "
        profile = said.maybe(at + r"drop-profile-map loss-priority any protocol any drop-profile (\S+)")
        curve = f"class-of-service drop-profiles {profile} interpolate "
        found[name] = {
            "share": said.maybe(at + r"transmit-rate percent (\d+)"),
            "cap": said.maybe(at + r"shaping-rate percent (\d+)"),
            "priority": said.one(at + r"priority (\S+)"),
            "marks": said.has(at + "explicit-congestion-notification"),
            "levels": said.all(curve + r"fill-level (\d+)"),
            "odds": said.all(curve + r"drop-probability (\d+)"),
        }
    return found
