"""All checks of one InfiniBand fabric."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from netgen.cluster.infiniband import FULL_MEMBER, Partition
from netgen.device.infiniband import SubnetManager
from netgen.record import Record
from netgen.session.state import LldpNeighbour
from netgen.verify import cabling as cables
from netgen.verify.infiniband import partitions, routes
from netgen.verify.infiniband.found import Manager, Network
from netgen.verify.infiniband.partitions import Keys
from netgen.verify.infiniband.problems import Names, listed
from netgen.verify.infiniband.read import Look, Reading
from netgen.verify.infiniband.wanted import Wanted
from netgen.verify.model import Check, Problem, State


class Result(Record):
    """What was found of one fabric.

    Parameters
    ----------
    problems
        What is wrong.
    checked
        How much of each kind was looked at.
    notes
        What could not be judged, in words.
    """

    problems: tuple[Problem, ...]
    checked: Mapping[Check, int]
    notes: tuple[str, ...]


def compare(wanted: Wanted, looks: Mapping[int, Look], reading: Reading) -> Result:
    """Check a fabric.

    Parameters
    ----------
    wanted
        What follows from the intent; with at least one manager.
    looks
        What the hosts of subnet managers say, by the GUIDs of their ports.
    reading
        What is there.
    """
    master, names = wanted.managers[0], _names(wanted, reading.network)
    guids = [guid for guid in reading.network.ports if guid in reading.pkeys]
    tables = partitions.intended(master.partitions, guids, master.guid, allow_both=master.allow_both)
    lost, dependencies = routes.follow(reading.network, reading.tables, untold=reading.untold)
    problems = [*_managers(wanted, looks)]
    problems += cables.check(wanted.cabling, states(reading.network, names))
    problems += _tables(master, tables, reading, names)
    problems += _pairs(tables, reading.pkeys, names, reading.network)
    problems += _lost(master, lost, tables, names, reading.network)
    notes = tuple(_untold(master, reading, names))
    if routes.circle(dependencies):
        if wanted.lanes_by_path:
            notes = (*notes, _not_judged(master))
        else:
            problems += _circles(master, reading, tables, names)
    checked = {
        Check.MANAGER: len(looks),
        Check.CABLING: len({frozenset(link) for link in wanted.cabling.far.items()}),
        Check.PARTITIONS: len(tables),
        Check.PAIRS: partitions.count_pairs(tables),
        Check.ROUTES: len(routes.edge_switches(reading.network))
        * sum(len(port.lids) for port in reading.network.ports.values()),
        Check.CIRCLES: len(dependencies),
    }
    return Result(tuple(problems), checked, notes)


def _untold(master: SubnetManager, reading: Reading, names: Names) -> Iterator[str]:
    for port in reading.network.ports.values():
        if reading.untold & set(port.lids):
            port_name = names.end(port.end)
            yield f"fabric {master.fabric}: the routes to {port_name} were not judged: dump_fts leaves them out"


def _not_judged(master: SubnetManager) -> str:
    return (
        f"fabric {master.fabric}: whether routes could wait for each other in a circle was not judged: "
        f"{master.engine} gives each path a lane that no table shows"
    )


def _managers(wanted: Wanted, looks: Mapping[int, Look]) -> Iterator[Problem]:
    """Yield whether another one manages the fabric than should, and whether by another engine."""
    for master in dict.fromkeys(look.master for look in looks.values()):
        yield from _master(wanted, master)
        if master.guid in looks:
            yield from _engine(wanted.managers[0], looks[master.guid].engine)


def _master(wanted: Wanted, found: Manager) -> Iterator[Problem]:
    known = {manager.guid: manager for manager in wanted.managers}
    master = wanted.managers[0]
    should = f"{master.name} (priority {master.priority}) should"
    if found.guid not in known:
        stranger = f"0x{found.guid:016x} manages the fabric, which the intent does not know"
        yield Problem(master.name, Check.MANAGER, "", f"{stranger}; {should}")
    elif found.guid != master.guid:
        other = known[found.guid]
        yield Problem(other.name, Check.MANAGER, "", f"it manages the fabric (priority {found.priority}); {should}")
    elif found.state != "MASTER":
        yield Problem(master.name, Check.MANAGER, "", f"it is {found.state.lower()}; it should be master")
    elif found.priority != master.priority:
        yield Problem(
            master.name, Check.MANAGER, "", f"its priority is {found.priority}; {master.priority} it should be"
        )


def _engine(master: SubnetManager, engine: str | None) -> Iterator[Problem]:
    if engine is None:
        yield Problem(master.name, Check.ENGINE, "", "OpenSM's log does not say which engine computed the routes")
    elif engine != master.engine:
        # it falls back to minhop where an engine fails or is unknown, and says so in its log only
        yield Problem(master.name, Check.ENGINE, "", f"{engine} computed the routes; {master.engine} should")


def _names(wanted: Wanted, network: Network) -> Names:
    """Name what is there: switches by their GUIDs, adapters by those of their ports."""
    devices = {guid: name for guid, (name, _) in wanted.switches.items()}
    ports = {(guid, number): port for guid, (_, own) in wanted.switches.items() for number, port in own.items()}
    for guid, port in network.ports.items():
        if guid in wanted.ports:
            devices[port.end[0]], ports[port.end] = wanted.ports[guid]
    return Names(network, devices, ports)


def states(network: Network, names: Names) -> dict[str, State]:
    """Return who is at the other end of each port, as devices of Ethernet would say it themselves."""
    heard: dict[str, list[LldpNeighbour]] = {}
    for here, far in network.links.items():
        neighbour = LldpNeighbour(names.port(here), names.device(far[0]), names.port(far))
        heard.setdefault(names.device(here[0]), []).append(neighbour)
    return {device: State(tuple(sorted(own)), (), (), ()) for device, own in heard.items()}


def _tables(master: SubnetManager, tables: Mapping[int, Keys], reading: Reading, names: Names) -> Iterator[Problem]:
    known = {partition.pkey: partition.name for partition in master.partitions}
    for guid, why in sorted(reading.silent.items()):
        device, port = _place(reading.network, names, guid)
        yield Problem(device, Check.PARTITIONS, port, f"its partitions cannot be read: {why}")
    for guid, wanted in tables.items():
        device, port = _place(reading.network, names, guid)
        for message in partitions.amiss(wanted, reading.pkeys[guid], known):
            yield Problem(device, Check.PARTITIONS, port, message)


def _place(network: Network, names: Names, guid: int) -> tuple[str, str]:
    end = network.ports[guid].end
    return names.device(end[0]), names.port(end)


def _pairs(tables: Mapping[int, Keys], found: Mapping[int, Keys], names: Names, network: Network) -> Iterator[Problem]:
    for one in partitions.compare_pairs(tables, found):
        device, port = _place(network, names, one.a)
        other = " ".join(_place(network, names, one.b))
        alike = f", as {one.count - 1:,} more pairs like it" if one.count > 1 else ""
        may = "can speak" if one.gained else "cannot speak"
        rule = "no partition permits that" if one.gained else "a partition permits that"
        yield Problem(device, Check.PAIRS, port, f"it {may} with {other}{alike}; {rule}")


def _lost(
    master: SubnetManager, lost: Iterable[routes.Lost], tables: Mapping[int, Keys], names: Names, network: Network
) -> Iterator[Problem]:
    """Yield what cannot be reached by whom that may, alike ones together."""
    at, alike = routes.edge_switches(network), dict[tuple[int, ...], list[str]]()
    for one in lost:
        cut = tuple(switch for switch in one.switches if _may_any(tables, one.port, at[switch]))
        if cut:
            alike.setdefault(cut, []).append(" ".join(_place(network, names, one.port)))
    for switches, ports in alike.items():
        whence = listed([names.device(switch) for switch in switches], "switches")
        yield Problem(
            master.name, Check.ROUTES, "", f"no route leads from {whence} to {listed(sorted(ports), 'ports')}"
        )


def _may_any(tables: Mapping[int, Keys], port: int, others: Iterable[int]) -> bool:
    """Whether a port may speak with any of some; one whose table was not read is taken for one that may."""
    return any(
        other != port and (not {other, port} <= tables.keys() or partitions.may_speak(tables[port], tables[other]))
        for other in others
    )


def _circles(master: SubnetManager, reading: Reading, tables: Mapping[int, Keys], names: Names) -> Iterator[Problem]:
    """Yield the lanes on which routes that the partitions permit could wait for each other in a circle."""
    for lane, own in sorted(_by_lane(master).items()):
        speak = _speakers(own, tables, routes.edge_switches(reading.network))
        _, dependencies = routes.follow(reading.network, reading.tables, speak, reading.untold)
        circle = routes.circle(dependencies)
        if circle:
            ways = " → ".join(names.end(end) for end in [*circle, circle[0]])
            yield Problem(
                master.name, Check.CIRCLES, "", f"on lane {lane} routes could wait for each other in a circle: {ways}"
            )


def _by_lane(master: SubnetManager) -> dict[int, list[Partition]]:
    found: dict[int, list[Partition]] = {}
    for partition in master.partitions:
        level = master.default_level if partition.service_level is None else partition.service_level
        lane = 0 if master.qos is None else master.qos.lane_of_level[level]
        found.setdefault(lane, []).append(partition)
    return found


def _speakers(
    own: Iterable[Partition], tables: Mapping[int, Keys], at: Mapping[int, Iterable[int]]
) -> Callable[[int], Iterable[int]]:
    """Return who sends to a port in some partitions: the switches that have such ports."""
    full, all_of = dict[int, set[int]](), dict[int, set[int]]()
    for switch, ports in at.items():
        for port in ports:
            for key in tables.get(port, ()):
                all_of.setdefault(key & ~FULL_MEMBER, set()).add(switch)
                if key & FULL_MEMBER:
                    full.setdefault(key & ~FULL_MEMBER, set()).add(switch)
    pkeys = {partition.pkey for partition in own}

    def speak(port: int) -> Iterable[int]:
        keys = [key for key in tables.get(port, ()) if key & ~FULL_MEMBER in pkeys]
        return {
            switch for key in keys for switch in (all_of if key & FULL_MEMBER else full).get(key & ~FULL_MEMBER, ())
        }

    return speak
