"""Reads facts back from an EOS configuration: written from EOS's syntax, knowing nothing of the templates."""

import ipaddress
import re
from dataclasses import dataclass, field


@dataclass
class Block:
    """A line and what is indented below it."""

    line: str
    inner: list["Block"] = field(default_factory=list)

    def find(self, pattern: str) -> list[tuple[re.Match[str], "Block"]]:
        """Every line right below that the whole pattern matches."""
        return [(match, block) for block in self.inner if (match := re.fullmatch(pattern, block.line))]

    def one(self, pattern: str) -> re.Match[str] | None:
        """The only such line, or nothing."""
        found = self.find(pattern)
        assert len(found) <= 1, f"{pattern!r} is said {len(found)} times"
        return found[0][0] if found else None

    def block(self, pattern: str) -> "Block":
        """The only such line with what is below it."""
        ((_, found),) = self.find(pattern)
        return found


BY_FOUR = "platform trident mmu queue profile"


def read(text: str, step: int = 3) -> Block:
    """Read the tree of a configuration; EOS indents by three, in one mode by four, other systems by another `step`."""
    top = Block("")
    open_blocks = [top]
    for raw in text.splitlines():
        if raw.strip() in {"", "!"}:
            continue
        indent = len(raw) - len(raw.lstrip(" "))
        by_four = indent and open_blocks[1].line.startswith(BY_FOUR)
        depth, odd = divmod(indent, 4 if by_four else step)
        assert not odd, f"odd indentation: {raw!r}"
        assert depth < len(open_blocks), f"indented below nothing: {raw!r}"
        del open_blocks[depth + 1 :]
        block = Block(raw.strip())
        open_blocks[depth].inner.append(block)
        open_blocks.append(block)
    return top


def number(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


def ports(top: Block) -> dict[str, dict[str, object]]:
    found = {}
    for match, block in top.find(r"interface (Ethernet\S+)"):
        speed = block.one(r"speed (auto )?(\d+)g-(\d)")
        address = block.one(r"ip address (\S+)/(\d+)")
        profile = block.one(r"service-profile (\S+)")
        description = block.one(r"description (.+)")
        assert block.one(r"no switchport")
        assert speed
        found[match[1]] = {
            "description": description and description[1],
            "enabled": block.one("shutdown") is None,
            "mtu_bytes": int(block.one(r"mtu (\d+)")[1]),
            "speed_gbps": int(speed[2]),
            "lanes": int(speed[3]),
            "autoneg": bool(speed[1]),
            "fec": "rs" if block.one("error-correction encoding reed-solomon") else "none",
            "ipv4": (number(address[1]), int(address[2])) if address else None,
            "unnumbered": block.one("ipv6 enable") is not None,
            "qos": profile and profile[1],
        }
    return found


def neighbors(bgp: Block) -> dict[object, tuple[str, int]]:
    """Sessions: the neighbour's address or the own port → group and remote AS."""
    found: dict[object, tuple[str, int]] = {}
    for match, _ in bgp.find(r"neighbor (\d\S+) peer group (\S+)"):
        remote = bgp.one(rf"neighbor {re.escape(match[1])} remote-as (\d+)")
        found[number(match[1])] = (match[2], int(remote[1]))
    for match, _ in bgp.find(r"neighbor interface (\S+) peer-group (\S+) remote-as (\d+)"):
        found[match[1]] = (match[2], int(match[3]))
    return found


def groups(top: Block, bgp: Block) -> dict[str, dict[str, object]]:
    """Peer groups: what their route maps let through, and their limits."""
    family = bgp.block("address-family ipv4")
    found = {}
    for match, _ in bgp.find(r"neighbor (\S+) peer group"):
        name = match[1]
        maps = {way: bgp.one(rf"neighbor {name} route-map (\S+) {way}")[1] for way in ("in", "out")}
        incoming, outgoing = (top.block(rf"route-map {maps[way]} permit 10") for way in ("in", "out"))
        paths = outgoing.one(r"match as-path (\S+)")
        found[name] = {
            "import_list": incoming.one(r"match ip address prefix-list (\S+)")[1],
            "export_list": outgoing.one(r"match ip address prefix-list (\S+)")[1],
            "own_routes_only": bool(paths and top.one(rf"ip as-path access-list {paths[1]} permit \^\$ any")),
            "hosts_routes_too": bool(
                paths and top.one(rf"ip as-path access-list {paths[1]} permit \^\[1-4294967295\]\$ any")
            ),
            "maximum_prefixes": int(bgp.one(rf"neighbor {name} maximum-routes (\d+)")[1]),
            "bfd": bgp.one(rf"neighbor {name} bfd") is not None,
            "active": family.one(rf"neighbor {name} activate") is not None,
            "ipv6_next_hops": family.one(rf"neighbor {name} next-hop address-family ipv6 originate") is not None,
        }
    return found


def prefix_lists(top: Block) -> dict[str, list[tuple[int, bool, int, int, int, int]]]:
    """Prefix lists: sequence, permit, address, length, shortest and longest length that match."""
    found = {}
    for match, block in top.find(r"ip prefix-list (\S+)"):
        rules = []
        for rule, _ in block.find(r"seq (\d+) (permit|deny) (\S+)/(\d+)(?: eq (\d+))?(?: ge (\d+))?(?: le (\d+))?"):
            length = int(rule[4])
            if rule[5]:
                low = high = int(rule[5])
            else:
                low = int(rule[6] or length)
                high = int(rule[7] or (32 if rule[6] else length))
            rules.append((int(rule[1]), rule[2] == "permit", number(rule[3]), length, low, high))
        assert len(rules) == len(block.inner)
        found[match[1]] = rules
    return found


def qos_profiles(top: Block) -> dict[str, dict[str, object]]:
    found = {}
    for match, block in top.find(r"qos profile (\S+)"):
        assert block.one("qos trust dscp")
        queues = {}
        for queue, inner in block.find(r"(?:uc-)?tx-queue (\d)"):
            share, cap = inner.one(r"bandwidth percent (\d+)"), inner.one(r"shape rate (\d+) percent")
            ecn = inner.one(
                r"random-detect ecn minimum-threshold (\d+) bytes maximum-threshold (\d+) bytes "
                r"max-mark-probability (\d+) weight 0"
            )
            queues[int(queue[1])] = {
                "strict": inner.one("priority strict") is not None,
                "weighted": inner.one("no priority") is not None,
                "bandwidth_percent": share and int(share[1]),
                "cap_percent": cap and int(cap[1]),
                "guaranteed": inner.one(r"bandwidth guaranteed percent \d+") is not None,
                "ecn": ecn and tuple(map(int, ecn.groups())),
                "marks_counted": inner.one("random-detect ecn count") is not None,
            }
        found[match[1]] = {
            "pfc": block.one("priority-flow-control on") is not None,
            "no_drop": [int(m[1]) for m, _ in block.find(r"priority-flow-control priority (\d) no-drop")],
            "watchdog": block.one("priority-flow-control pause watchdog") is not None,
            "queues": queues,
        }
    return found


def dscp_map(top: Block) -> dict[int, int]:
    """Code point → traffic class."""
    return {
        int(dscp): int(match[2])
        for match, _ in top.find(r"qos map dscp ([\d ]+) to traffic-class (\d)")
        for dscp in match[1].split()
    }


def queue_map(top: Block) -> dict[int, int]:
    """Traffic class → queue; what is not said is EOS's own: the queue of the same number."""
    said = {
        int(number): int(match[2])
        for match, _ in top.find(r"qos map traffic-class ([\d ]+) to tx-queue (\d)")
        for number in match[1].split()
    }
    return {number: said.get(number, number) for number in range(8)}


def watchdog_ms(top: Block) -> dict[str, int]:
    """The watchdog's times."""
    lines = top.find(r"priority-flow-control pause watchdog default (\S+) (\S+)")
    return {match[1]: round(float(match[2]) * 1000) for match, _ in lines}
