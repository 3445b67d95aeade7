"""What infiniband-diags and OpenSM's log say of a fabric, read as they print it: pure functions.

Formats: rdma-core, infiniband-diags/{ibnetdiscover,dump_fts,smpquery,sminfo}.c; opensm, osm_ucast_mgr.c and
osm_state_mgr.c. GUIDs are 64-bit integers.
"""

import re
from collections.abc import Iterator, Mapping

from netgen.record import Record

End = tuple[int, int]
"""GUID of a node, and one of its ports."""
Tables = Mapping[int, Mapping[int, int]]
"""For the GUID of each switch: the port that packets to a LID leave by."""

_NODE = re.compile(r'(Switch|Ca|Rt)\t(\d+) "[SHR]-([0-9a-f]{16})"\s*# "(.*)"(.*)')
_LINK = re.compile(r'\[(\d+)\](?:\(([0-9a-f]+)\))?\s+"[SHR]-([0-9a-f]{16})"\[(\d+)\](?:\([0-9a-f]+\))?\s*# (.*)')
_LID = re.compile(r"\blid (\d+)(?: lmc (\d+))?")
_TABLE = re.compile(r"Unicast lids \[0x[0-9a-f]+-0x([0-9a-f]+)\] .* guid 0x([0-9a-f]{16})\b")
_BLOCK = 64
"""LIDs of a table that one datagram holds (IBA 1.4, 14.2.5.8)."""
_ROUTE = re.compile(r"0x([0-9a-f]{4}) (\d{3}) :")
_PKEYS = re.compile(r" *\d+: ((?:0x[0-9a-f]{4} ?)+)")
_MANAGER = re.compile(r"sm guid 0x([0-9a-f]+), .* priority (\d+) state \d+ (SMINFO_\w+)")
_TABLES_SET = re.compile(r"osm_ucast_mgr_process: (\S+) tables configured on all switches")


class NotUnderstood(ValueError):  # noqa: N818 -- what was said is at fault, not what was done
    """A tool printed something else than it does."""


class Node(Record):
    """A switch, or a channel adapter.

    Parameters
    ----------
    guid, name
        Its own; the name is what it calls itself.
    is_switch
        Whether it forwards.
    lid, mask_bits
        Of a switch's management port; 0 for an adapter.
    """

    guid: int
    name: str
    is_switch: bool
    lid: int = 0
    mask_bits: int = 0


class AdapterPort(Record):
    """A port of a channel adapter.

    Parameters
    ----------
    guid
        Of the port.
    end
        Where it is.
    lid, mask_bits
        Its first LID, and how many low bits of it are the port's own to choose (LMC).
    """

    guid: int
    end: End
    lid: int
    mask_bits: int

    @property
    def lids(self) -> range:
        """Return all LIDs of the port."""
        return range(self.lid, self.lid + (1 << self.mask_bits))


class Network(Record):
    """What is there.

    Parameters
    ----------
    nodes
        By GUID.
    ports
        Ports of channel adapters, by port GUID.
    links
        The other end of every end, so each link twice.
    """

    nodes: Mapping[int, Node]
    ports: Mapping[int, AdapterPort]
    links: Mapping[End, End]


class Manager(Record):
    """The subnet manager that answers for the fabric.

    Parameters
    ----------
    guid
        Of the port that it manages over.
    priority
        0 to 15.
    state
        As IBA calls it, such as ``MASTER``.
    """

    guid: int
    priority: int
    state: str


def network(text: str) -> Network:
    """Read the output of ``ibnetdiscover``.

    Raises
    ------
    NotUnderstood
        It is something else.
    """
    nodes: dict[int, Node] = {}
    ports: dict[int, AdapterPort] = {}
    links: dict[End, End] = {}
    here: Node | None = None
    for line in text.splitlines():
        if line.startswith("["):
            if here is None or (match := _LINK.match(line)) is None:
                raise NotUnderstood(f"no link of a node: {line[:80]}")
            own, guid, far, far_port, rest = match.groups()
            end = (here.guid, int(own))
            links[end] = (int(far, 16), int(far_port))
            if not here.is_switch:
                lid, bits = _lid(rest)
                ports[int(guid, 16)] = AdapterPort(int(guid, 16), end, lid, bits)
        elif match := _NODE.match(line):
            kind, _, guid, name, rest = match.groups()
            lid, bits = _lid(rest) if kind == "Switch" else (0, 0)
            here = nodes[int(guid, 16)] = Node(int(guid, 16), name, kind == "Switch", lid, bits)
    if not nodes:
        raise NotUnderstood("ibnetdiscover lists no node")
    return Network(nodes, ports, links)


def _lid(text: str) -> tuple[int, int]:
    match = _LID.search(text)
    if match is None:
        raise NotUnderstood(f"no LID: {text[:80]}")
    return int(match[1]), int(match[2] or 0)


def tables(text: str) -> Tables:
    """Read the forwarding tables that ``dump_fts`` prints; a LID that no packet may go to is left out.

    Raises
    ------
    NotUnderstood
        It is something else.
    """
    found: dict[int, dict[int, int]] = {}
    here: dict[int, int] | None = None
    for line in text.splitlines():
        if match := _ROUTE.match(line):
            if here is None:
                raise NotUnderstood(f"a route of no switch: {line[:80]}")
            here[int(match[1], 16)] = int(match[2])
        elif match := _TABLE.match(line):
            here = found[int(match[2], 16)] = {}
    if not found:
        raise NotUnderstood("dump_fts lists no switch")
    return found


def untold_lids(text: str) -> frozenset[int]:
    """Return the LIDs that ``dump_fts`` says nothing of though its tables go so far: it does not read their blocks.

    The last LID of a table is left out where it is alone in its block (infiniband-diags/dump_fts.c,
    dump_unicast_tables: ``endblock``).
    """
    tops = {int(match[1], 16) for line in text.splitlines() if (match := _TABLE.match(line))}
    return frozenset(top for top in tops if top and top % _BLOCK == 0)


def pkeys(text: str) -> frozenset[int]:
    """Read the table that ``smpquery pkeys`` prints of one port: 16-bit keys, with the bit of membership.

    Raises
    ------
    NotUnderstood
        It is something else.
    """
    rows = [match[1].split() for line in text.splitlines() if (match := _PKEYS.match(line))]
    if not rows:
        raise NotUnderstood(f"smpquery lists no P_Key: {' '.join(text.split())[:80] or 'nothing'}")
    return frozenset(int(word, 16) for row in rows for word in row) - {0}


def sections(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """Part what several commands printed at lines that begin with a mark; yield the rest of that line and its text."""
    for part in f"\n{text}".split(f"\n{mark}")[1:]:
        title, _, body = part.partition("\n")
        yield title.strip(), body


def manager(text: str) -> Manager:
    """Read what ``sminfo`` says of the master.

    Raises
    ------
    NotUnderstood
        It is something else.
    """
    match = _MANAGER.search(text)
    if match is None:
        raise NotUnderstood(f"sminfo names no subnet manager: {' '.join(text.split())[:80] or 'nothing'}")
    return Manager(int(match[1], 16), int(match[2]), match[3].removeprefix("SMINFO_"))


def engine(log: str) -> str | None:
    """Return the engine that computed the routes in force, by the end of OpenSM's log; ``None``: it says nothing."""
    said = _TABLES_SET.findall(log)
    return said[-1] if said else None
