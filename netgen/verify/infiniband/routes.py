"""Forwarding tables: whether they lead where they should, and whether packets could wait for each other in a circle.

A packet that leaves a switch holds a buffer of the link behind while it waits for one of the link ahead. Links are
channels; a route that takes one after the other makes a dependency. A circle of those on one virtual lane can
deadlock, as credits are never given back (Dally and Seitz, 1987); without a circle it cannot.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from netgen.record import Record
from netgen.verify.infiniband.found import AdapterPort, End, Network, Tables

MOST_HOPS = 64
"""A route that takes more links than IBA's direct routes can goes in a circle (IBA 1.4, 14.2.1.2)."""


class Lost(Record):
    """Switches that a port cannot be reached from.

    Parameters
    ----------
    port
        GUID of the port.
    lid
        Which of its LIDs.
    switches
        GUIDs of the switches, of those that have channel adapters.
    """

    port: int
    lid: int
    switches: tuple[int, ...]


Dependencies = dict[End, set[End]]
"""For each channel, the end that a switch sends to it by: the channels that a route takes next."""


def edge_switches(network: Network) -> dict[int, list[int]]:
    """Return the switches that have channel adapters, with the GUIDs of the adapters' ports."""
    found: dict[int, list[int]] = {}
    for port in network.ports.values():
        if port.end in network.links:
            found.setdefault(network.links[port.end][0], []).append(port.guid)
    return found


def follow(
    network: Network,
    tables: Tables,
    senders: Callable[[int], Iterable[int]] | None = None,
    untold: Collection[int] = (),
) -> tuple[list[Lost], Dependencies]:
    """Follow the routes to every port of a channel adapter.

    Parameters
    ----------
    network, tables
        What is there, and how it forwards.
    senders
        The switches that something is sent to a port from, by the port's GUID; ``None``: all that have adapters.

    untold
        LIDs that the tables say nothing of.

    Returns
    -------
    lost, dependencies
        What cannot be reached, and which channels are taken after which.
    """
    lost: list[Lost] = []
    dependencies: Dependencies = {}
    edge = sorted(edge_switches(network))
    for port in sorted(network.ports.values(), key=lambda one: one.lid):
        begin = edge if senders is None else sorted(senders(port.guid))
        for lid in (lid for lid in port.lids if lid not in untold):
            ways = _ways(network, tables, port, lid, begin)
            missing = tuple(switch for switch in begin if not ways[switch])
            if missing:
                lost.append(Lost(port.guid, lid, missing))
            _note(network, tables, lid, ways, dependencies)
    return lost, dependencies


def _ways(network: Network, tables: Tables, port: AdapterPort, lid: int, edge: Iterable[int]) -> dict[int, bool]:
    """Say of every switch on the way from the edge to a LID whether the way arrives."""
    arrives: dict[int, bool] = {}
    for start in edge:
        here, found = start, False
        way: list[int] = []
        while here not in arrives and len(way) < MOST_HOPS:
            way.append(here)
            far = _far(network, tables, here, lid)
            if far is None or far == port.end or far[0] not in tables:
                found = far == port.end
                break
            here = far[0]
        else:
            found = arrives.get(here, False)
        arrives |= dict.fromkeys(way, found)
    return arrives


def _far(network: Network, tables: Tables, switch: int, lid: int) -> End | None:
    out = tables.get(switch, {}).get(lid)
    return None if out is None else network.links.get((switch, out))


def _note(network: Network, tables: Tables, lid: int, ways: Iterable[int], dependencies: Dependencies) -> None:
    """Add what the routes to one LID take after what; the last link, to the adapter, waits for nothing."""
    for switch in ways:
        far = _far(network, tables, switch, lid)
        if far is None or far[0] not in tables:
            continue
        ahead = (far[0], tables[far[0]].get(lid, 0))
        if ahead in network.links:
            dependencies.setdefault((switch, tables[switch][lid]), set()).add(ahead)


def circle(dependencies: Mapping[End, Iterable[End]]) -> list[End]:
    """Return channels that wait for each other in a circle; none: there is no circle."""
    done: set[End] = set()
    for start in sorted(dependencies):
        way: list[End] = []
        on_way: set[End] = set()
        stack: list[Iterator[End]] = [iter((start,))]
        while stack:
            channel = next(stack[-1], None)
            if channel is None:
                stack.pop()
                if way:
                    on_way.discard(way[-1])
                    done.add(way.pop())
            elif channel in on_way:
                return way[way.index(channel) :]
            elif channel not in done:
                way.append(channel)
                on_way.add(channel)
                stack.append(iter(sorted(dependencies.get(channel, ()))))
    return []
