"""What NX-OS asks of a configuration beyond the form of its lines; each rule says by whose word."""

import re
from collections.abc import Callable, Iterator

from tests.conformance.statements import Statement, select

_BYTES = {"bytes": 1, "kbytes": 1000, "mbytes": 1_000_000}
_WRED = re.compile(r"random-detect minimum-threshold (\d+) (\w+) maximum-threshold (\d+) (\w+) .*")
_PAUSE = re.compile(r"pause buffer-size (\d+) pause-threshold (\d+) resume-threshold (\d+)")
_LENGTHS = re.compile(r"ip(?:v6)? prefix-list .* \S+/(\d+)(?: eq (\d+))?(?: ge (\d+))?(?: le (\d+))?")


def _marking_begins_before_it_ends(statements: list[Statement]) -> Iterator[str]:
    """WRED marks from the lower threshold on, and all above the upper one; Microsoft's fabrics set both alike."""
    for line in select(statements, "policy-map type queuing .*", "class .*", "random-detect .*"):
        if match := _WRED.fullmatch(line.text):
            low, high = int(match[1]) * _BYTES[match[2]], int(match[3]) * _BYTES[match[4]]
            if low > high:
                yield f"line {line.line}: marking would end at {high} bytes before it begins at {low}"


def _shares_add_up(statements: list[Statement]) -> Iterator[str]:
    """Microsoft, Azure Local reference for Nexus: the shares of the queues are 100 percent; so in Cisco's script.

    Cisco's has shares of what remains only, Microsoft's has shares of the whole beside them: there, all count.
    """
    for policy in select(statements, "policy-map type queuing .*"):
        remaining = _sum(policy, "bandwidth remaining percent .*")
        whole = _sum(policy, "bandwidth percent .*")
        if whole > 100 or (remaining and 100 not in {remaining, remaining + whole}):
            yield f"line {policy.line}: the shares of {policy.text!r} add up to {remaining + whole}, not to 100"


def _sum(policy: Statement, pattern: str) -> int:
    return sum(int(line.tokens[-1]) for line in select(policy.below, "class .*", pattern))


def _pause_stands_alone(statements: list[Statement]) -> Iterator[str]:
    """QoS Configuration Guide 10.5(x), PFC: an input policy has no pause buffer together with priority or bandwidth."""
    for policy in select(statements, "policy-map type queuing .*"):
        pauses = list(select(policy.below, "class .*", "pause .*"))
        others = list(select(policy.below, "class .*", "(bandwidth|priority)( .*)?"))
        if pauses and others:
            yield f"line {others[0].line}: {others[0].text!r} cannot stand in a policy with a pause buffer"
        for line in pauses:
            if match := _PAUSE.fullmatch(line.text):
                size, pause, resume = map(int, match.groups())
                if not resume <= pause <= size:
                    yield f"line {line.line}: resume {resume} to pause {pause} to buffer {size} must ascend"


def _lengths_ascend(statements: list[Statement]) -> Iterator[str]:
    """Prefix lists, as in genielibs prefix_list/nxos: the prefix's own length, ge and le ascend; eq stands alone."""
    for line in select(statements, "ip(v6)? prefix-list .* (permit|deny) .*"):
        if match := _LENGTHS.fullmatch(line.text):
            given = [int(length) for length in match.groups() if length]
            if given != sorted(given) or (match[2] and (match[3] or match[4])):
                yield f"line {line.line}: the lengths {given} do not ascend, or 'eq' stands with another"


_OF_BOTH = re.compile(r"(no )?switchport.*|mtu .*")


def _members_are_as_their_bundle(statements: list[Statement]) -> Iterator[str]:
    """Interfaces Guide 10.5(x), Configuring Port Channels: port mode, access VLAN, and MTU are those of the bundle."""
    said = {
        line.tokens[1]: {below.text for below in line.below if _OF_BOTH.fullmatch(below.text)}
        for line in select(statements, "interface .*")
    }
    for port in select(statements, "interface [Ee]thernet.*"):
        for line in select(port.below, "channel-group .*"):
            bundle = f"port-channel{line.tokens[1]}"
            if bundle not in said:
                yield f"line {line.line}: there is no {bundle}"
            elif differing := sorted(said[bundle] ^ said[port.tokens[1]]):
                yield f"line {port.line}: {port.text} and {bundle} differ in {', '.join(differing)}"


RULES: tuple[Callable[[list[Statement]], Iterator[str]], ...] = (
    _marking_begins_before_it_ends,
    _shares_add_up,
    _pause_stands_alone,
    _lengths_ascend,
    _members_are_as_their_bundle,
)
"""All rules."""
