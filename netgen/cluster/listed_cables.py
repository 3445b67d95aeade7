"""The list of cables of an explicit fabric: from names of devices and ports to slots."""

from collections.abc import Mapping

from msgspec import Struct, field

from netgen.catalog.model import HostProfile, SwitchModel
from netgen.cluster.fabric import BoxTier, Pods
from netgen.cluster.model import HostPlan, InventoryRecord
from netgen.cluster.port_names import switch_ports
from netgen.cluster.ports import PortMap
from netgen.cluster.topology.slots import End, Layer
from netgen.diagnostics.codes import listed as codes
from netgen.diagnostics.finding import Finding, IntentPath, UnbuildableError
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.lists import CABLING, ListedCable, Lists
from netgen.intent.network import SwitchBox
from netgen.platforms.model import Platform
from netgen.record import Record


class Attached(Record):
    """A host, or another node, of a fabric."""

    pod: int
    unit: int
    host: int
    profile: HostProfile


class Room(Record):
    """For how many hosts there is room, and which there are.

    Parameters
    ----------
    pods, units, hosts
        Capacity: pods, units a pod, hosts a unit.
    nics
        What their NICs are for that are on the fabric.
    attached
        Hosts and other nodes that exist, by name and by alias.
    """

    pods: int
    units: int
    hosts: int
    nics: str
    attached: Mapping[str, Attached]


class Known(Record):
    """What lists are read by.

    Parameters
    ----------
    tiers
        By role, from the hosts upwards.
    given
        What the intent says of each.
    models
        The catalog's switches.
    platforms
        All platforms, by name.
    aliases
        Legacy names of switches, with the derived ones.
    path
        Intent path of the fabric.
    """

    tiers: Mapping[str, BoxTier]
    given: Mapping[str, SwitchBox]
    models: Mapping[str, SwitchModel]
    platforms: Mapping[str, Platform]
    aliases: Mapping[str, str]
    path: IntentPath


def attached(
    plans: Mapping[tuple[int, int], HostPlan], pods: Pods, inventory: Mapping[str, InventoryRecord]
) -> dict[str, Attached]:
    """Return the hosts and other nodes that exist, by name and by alias; `plans` by pod and unit."""
    found = {
        plan.names.format(pod=pod, unit=unit, host=host): Attached(pod, unit, host, plan.profile)
        for (pod, unit), plan in plans.items()
        for host in pods[pod][unit]
    }
    called = {record.alias: found[name] for name, record in inventory.items() if record.alias and name in found}
    return found | called


class _Box(Record):
    """A device of the list: its node, its tier's rank from the hosts upwards, and its ports."""

    node: int
    rank: int
    model: str
    speeds: tuple[int, int]
    """In Gb/s: of its ports, and of those in cages that are divided for uplinks."""
    ports: PortMap | None
    """``None``: a host."""
    positions: Mapping[str, int]
    """Of its ports, by name."""
    otherwise: Mapping[str, int]
    """Likewise, by what an InfiniBand fabric calls them: the RDMA device of a host, the number on a switch."""


class _End(Record):
    """A port that a row names."""

    box: _Box
    position: int
    called: str
    path: IntentPath

    @property
    def key(self) -> tuple[int, int]:
        """What no other port has: node and position."""
        return self.box.node, self.position


class _Reader(Struct):
    """The list, as far as it has been read."""

    lists: Lists
    room: Room
    known: Known
    layers: tuple[Layer, ...]
    nodes: Mapping[str, int]
    """Of switches, by name."""
    boxes: dict[str, _Box | None] = field(default_factory=dict)
    """Devices that have been looked up; ``None``: there is none of that name."""
    ports: dict[tuple[str, str], tuple[PortMap, dict[str, int]]] = field(default_factory=dict)
    """By role and model."""
    taken: dict[tuple[int, int], str] = field(default_factory=dict)
    """Rows of the ports that are used."""
    findings: list[Finding] = field(default_factory=list)


def read_cables(
    lists: Lists, room: Room, known: Known, layers: tuple[Layer, ...], nodes: Mapping[str, int]
) -> tuple[dict[End, End], frozenset[End]]:
    """Read the list of cables.

    Parameters
    ----------
    layers
        As laid out.
    nodes
        Of the listed switches, by name.

    Returns
    -------
    tuple
        Both ends of every cable; and the ports that are kept for what is not there yet.

    Raises
    ------
    UnbuildableError
        With all that cannot be.
    """
    reader = _Reader(lists, room, known, layers, nodes)
    peers: dict[End, End] = {}
    kept: set[End] = set()
    for cable in lists.cables:
        a = _end(reader, cable, "a", cable.a_device, cable.a_interface)
        b = _end(reader, cable, "b", cable.b_device, cable.b_interface) if cable.b_device else None
        if a is not None and not cable.b_device:
            kept |= _kept(reader, a)
        elif a is not None and b is not None:
            _join(reader, a, b, peers)
    if reader.findings:
        raise UnbuildableError(*reader.findings)
    return peers, frozenset(kept)


def _end(reader: _Reader, cable: ListedCable, side: str, device: str, interface: str) -> _End | None:
    """Look up one end of a cable; what is wrong with it by itself is told."""
    path = (*reader.known.path, CABLING, cable.line)
    if device not in reader.boxes:
        reader.boxes[device] = _box(reader, device)
        if reader.boxes[device] is None:
            reader.findings.append(
                codes.UNKNOWN_DEVICE.about(
                    f"{device!r} is neither a listed switch nor a host of the pods",
                    (*path, f"{side}_device"),
                    advice=did_you_mean(device, [*reader.nodes, *reader.room.attached]),
                )
            )
    box = reader.boxes[device]
    if box is None:
        return None
    at = (*path, f"{side}_interface")
    position = box.positions.get(interface, box.otherwise.get(interface))
    if position is None:
        names = tuple(box.positions)
        finding = codes.UNKNOWN_INTERFACE.about(
            f"{device}, a {box.model}, has no port {interface!r}",
            at,
            notes=(f"its ports are {names[0]} to {names[-1]}, {len(names)} of them",),
        )
        reader.findings.append(finding)
        return None
    end = _End(box, position, f"{device} {interface}", at)
    if end.key in reader.taken:
        reader.findings.append(_taken(reader, end, cable))
        return None
    reader.taken[end.key] = cable.line
    return end


def _taken(reader: _Reader, end: _End, cable: ListedCable) -> Finding:
    first = reader.taken[end.key]
    if first == cable.line:
        return codes.PORT_TWICE.about(f"the cable joins {end.called} to itself", end.path)
    return codes.PORT_TWICE.about(
        f"{end.called} has two cables",
        end.path,
        related=(((*reader.known.path, CABLING, first), "the first"),),
        advice="remove the row that is not true",
    )


def _box(reader: _Reader, device: str) -> _Box | None:
    known, room = reader.known, reader.room
    name = known.aliases.get(device, device)
    if name in reader.nodes:
        row = reader.lists.switches[name]
        tier = known.tiers[row.role]
        model = known.models[row.model] if row.model else tier.model
        ports, positions = _ports(reader, tier, model)
        speeds = tier.breakout.speed_gbps, tier.uplink_breakout.speed_gbps
        rank = 1 + list(known.tiers).index(row.role)
        numbers = (
            {str(number): at for at, number in enumerate(ports.numbers)} if model.technology == "infiniband" else {}
        )
        return _Box(reader.nodes[name], rank, model.name, speeds, ports, positions, numbers)
    host = room.attached.get(device)
    if host is None:
        return None
    node = ((host.pod - 1) * room.units + host.unit - 1) * room.hosts + host.host - 1
    nics = host.profile.nics[room.nics]
    positions = {nic: position for position, nic in enumerate(nics.names)}
    devices = nics.rdma if nics.technology == "infiniband" else ()
    otherwise = {device: position for position, device in enumerate(devices)}
    return _Box(node, 0, host.profile.name, (nics.speed_gbps, nics.speed_gbps), None, positions, otherwise)


def _ports(reader: _Reader, tier: BoxTier, model: SwitchModel) -> tuple[PortMap, dict[str, int]]:
    key = (tier.role, model.name)
    if key not in reader.ports:
        ports = tier.port_map(model, next(layer for layer in reader.layers if layer.name == tier.role))
        platform = None if tier.platform is None else reader.known.platforms[tier.platform]
        names = switch_ports(platform, ports)
        reader.ports[key] = ports, {name: position for position, name in enumerate(names)}
    return reader.ports[key]


def _kept(reader: _Reader, end: _End) -> set[End]:
    """Return the slot of a port that is kept: towards what is below where it may face down, else upwards."""
    faces_up = end.position >= reader.layers[end.box.rank].down
    slot = _slot(reader, end, faces_up=faces_up)
    return set() if slot is None else {(end.box.node, slot)}


def _join(reader: _Reader, a: _End, b: _End, peers: dict[End, End]) -> None:
    """Join two ports by a cable, or tell why it cannot be."""
    ranks = a.box.rank, b.box.rank
    if abs(ranks[0] - ranks[1]) != 1:
        one, other = (reader.layers[rank].name for rank in ranks)
        finding = codes.NOT_NEIGHBOURS.about(
            f"a cable joins a {one}, {a.called}, to a {other}, {b.called}",
            (*b.path[:-1], "b_device"),
            notes=("cables join neighbours in this order: " + ", ".join(layer.name for layer in reader.layers),),
            advice="if the role of one of them is wrong, change it in the list of switches",
        )
        reader.findings.append(finding)
        return
    speeds = _speed(a), _speed(b)
    if speeds[0] != speeds[1]:
        said = f"{a.called} runs at {speeds[0]}G, {b.called} at {speeds[1]}G"
        reader.findings.append(codes.CABLE_SPEED.about(said, b.path))
        return
    slots = _slot(reader, a, faces_up=ranks[0] < ranks[1]), _slot(reader, b, faces_up=ranks[1] < ranks[0])
    if slots[0] is not None and slots[1] is not None:
        ends = (a.box.node, slots[0]), (b.box.node, slots[1])
        peers[ends[0]], peers[ends[1]] = ends[1], ends[0]


def _speed(end: _End) -> int:
    ports = end.box.ports
    return end.box.speeds[ports is not None and end.position >= ports.first_up]


def _slot(reader: _Reader, end: _End, *, faces_up: bool) -> int | None:
    """Return the slot of a port that faces up or down; ``None``: it is not laid out for that, which is told."""
    layer, ports = reader.layers[end.box.rank], end.box.ports
    if ports is None or (not faces_up and end.position < layer.down):
        return end.position
    if faces_up and 0 <= end.position - ports.first_up < layer.up:
        return layer.down + end.position - ports.first_up
    which = f"the last {layer.up} ports face up" if faces_up else f"the first {layer.down} ports face down"
    key = "uplinks" if faces_up else "downlinks"
    reader.findings.append(
        codes.LAYOUT.about(
            f"{end.called} faces {'up' if faces_up else 'down'}, but of a {layer.name} {which}",
            end.path,
            advice=f"declare `{key}` of the {layer.name} otherwise: addresses are laid out for so many",
        )
    )
    return None
