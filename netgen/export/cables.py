"""Every cable of a cluster once: both ends, length, medium, and what carries it together with others.

Cables follow from arithmetic on slots, one by one; what is kept are the devices, never the cables.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from netgen.catalog.optics import Medium, Module
from netgen.cluster.fabric import AnyNetwork, DeviceRef
from netgen.cluster.model import Cluster
from netgen.cluster.racks import Place, distance_m, place, spans
from netgen.cluster.topology.slots import HOST
from netgen.export.choice import APART, SPLIT, STRAIGHT, Choice
from netgen.export.sockets import Socket, Sockets, sockets
from netgen.platforms.model import Platform
from netgen.record import Record

Cage = tuple[str, int]
"""Name of a device, and one of its cages."""


class Device(Struct):
    """A device at the end of cables."""

    ref: DeviceRef
    node: int
    exists: bool
    rack: str | None
    place: Place | None
    sockets: Mapping[int, Socket]
    """By slot."""


class End(Struct):
    """One end of a cable."""

    device: Device
    socket: Socket

    @property
    def name(self) -> str:
        """Name of the device."""
        return self.device.ref.name

    @property
    def cage(self) -> Cage:
        """The cage that it is plugged into."""
        return self.device.ref.name, self.socket.cage


class Cable(Struct):
    """A link, and what it is made of.

    Parameters
    ----------
    fabric
        Its name.
    link
        Roles of both ends, such as ``leaf-spine``; ``local`` and ``global`` between switches of one layer.
    a, b
        Its lower and its upper end.
    speed_gbps
        Of the link.
    length_m
        By the racks of its ends, else as the intent says; ``None``: neither says it.
    medium
        ``None``: nothing in the catalog fits, or the length is not known.
    wiring
        How its cages are joined: `STRAIGHT`, `SPLIT` or `APART`.
    hub
        The cage whose ports share one copper cable; of optics, whose ports have a cable each, the lower end's.
    sold_m
        Length class: the length in which it is bought; ``None`` without a medium.
    """

    fabric: str
    link: str
    a: End
    b: End
    speed_gbps: int
    length_m: float | None
    medium: Medium | None
    wiring: str
    hub: Cage
    sold_m: float | None

    @property
    def fec(self) -> str:
        """``rs`` or ``none``; the upper end is always a switch, whose lanes are known."""
        return self.b.socket.fec

    @property
    def carrier(self) -> str:
        """What the cable is called: several links of one copper cable share it."""
        device, cage = self.hub
        if self.medium is not None and self.medium.lane_gbps:
            return f"{device}:cage{cage}"
        return f"{self.a.name}:{self.a.socket.interface}"

    def module(self, end: End) -> Module | None:
        """Return the transceiver at an end; ``None`` at the end of a copper cable, or without a medium."""
        return None if self.medium is None else self.medium.module(end.socket.form, end.socket.split)


class Cabling(Struct):
    """The cables of a cluster.

    Parameters
    ----------
    cluster, platforms
        As compiled.
    media
        The catalog's, in the order in which they are considered.
    only
        Name of the one fabric whose cables are asked for; ``None``: of all.
    """

    cluster: Cluster
    platforms: Mapping[str, Platform]
    media: Sequence[Medium]
    only: str | None = None

    @property
    def fabrics(self) -> tuple[AnyNetwork, ...]:
        """The fabrics that are asked for."""
        return tuple(fabric for fabric in self.cluster.networks if self.only in {None, fabric.name})

    def walk(self, fabric: AnyNetwork) -> "Walk":
        """Return a way along the cables of a fabric."""
        return Walk(self.cluster, fabric, sockets(self.cluster, self.platforms, fabric))

    def devices(self) -> Iterator[DeviceRef]:
        """Yield the devices that exist at the ends of these cables, from the top tier to the hosts, each once."""
        fabrics = self.fabrics
        for ref in self.cluster.refs():
            if any(fabric.name == ref.fabric or _attached(fabric, ref) for fabric in fabrics):
                yield ref

    def __iter__(self) -> Iterator[Cable]:
        choice = Choice(self.media)
        for fabric in self.fabrics:
            walk = self.walk(fabric)
            longest = _longest(self.cluster, fabric)
            for link in walk.links():
                yield _cable(walk, link, choice, _design(fabric, link.key, longest))


def _longest(cluster: Cluster, fabric: AnyNetwork) -> dict[str, float]:
    """Return the longest distance between racks of each kind of links: they all have optics of one kind."""
    found: dict[str, float] = {}
    for span in spans(cluster, fabric):
        found[span.key] = max(found.get(span.key, 0.0), span.length_m)
    return found


def _design(fabric: AnyNetwork, key: str, longest: Mapping[str, float]) -> float | None:
    """Return the length that optics of a kind of links are chosen for: the intent's, or the longest between racks."""
    planned, measured = fabric.cables_m.get(key), longest.get(key)
    return planned if measured is None else max(measured, planned or 0)


def _cable(walk: "Walk", link: "_Link", choice: Choice, design_m: float | None) -> Cable:
    near, far = link.a.sockets[link.slot], link.b.sockets[link.far_slot]
    length = walk.length_m(link.a, link.b, link.key)
    wiring, hub, reach = APART, link.a, length
    if length is not None and length <= choice.copper_m:
        wiring, hub, reach = walk.wiring(link, length)
    medium = sold = None
    if length is not None and reach is not None and design_m is not None:
        medium = choice.medium(near, far, wiring, reach, design_m)
        if medium is not None:
            sold = medium.sold_m(reach if medium.lane_gbps else length)
    return Cable(
        fabric=walk.fabric.name,
        link=link.name,
        a=End(link.a, near),
        b=End(link.b, far),
        speed_gbps=near.speed_gbps,
        length_m=length,
        medium=medium,
        wiring=wiring,
        hub=(hub.ref.name, near.cage if hub is link.a else far.cage),
        sold_m=sold,
    )


def _attached(fabric: AnyNetwork, ref: DeviceRef) -> bool:
    """Whether a device is a host, or another node, with NICs on a fabric."""
    return ref.role == HOST and ref.unit in fabric.pods.get(ref.pod, {})


class _Link(Record):
    a: Device
    slot: int
    b: Device
    far_slot: int
    name: str
    key: str
    """Of its length in the intent."""


class Walk(Struct):
    """A way along all cables of a fabric; remembers the devices that it has met."""

    cluster: Cluster
    fabric: AnyNetwork
    sockets: Sockets
    met: dict[int, Device] = field(default_factory=dict)

    def device(self, node: int) -> Device:
        """Return the device of a node, whether or not it exists."""
        known = self.met.get(node)
        if known is None:
            ref = self.cluster.device_at(self.fabric, node)
            rack = self.cluster.record(ref).rack
            exists = self.cluster.exists(self.fabric, node)
            known = self.met[node] = Device(ref, node, exists, rack, place(rack), self.sockets.of(ref))
        return known

    def links(self) -> Iterator[_Link]:
        """Yield every cable between devices that exist, from its lower end: hosts first, then tier by tier."""
        topology = self.fabric.overlay.topology
        for layer in self.fabric.plan.layers:
            for node in self.cluster.nodes(self.fabric, layer.name):
                device = self.device(node)
                for slot, far in enumerate(topology.far_ends(node)[layer.down :], layer.down):
                    # Within a layer both ends are such slots: the lesser stands for the cable.
                    if far is None or (far[0] in layer and far < (node, slot)):
                        continue
                    peer = self.device(far[0])
                    if peer.exists:
                        across = layer.link_across(slot)
                        name = across or f"{layer.name}-{peer.ref.role}"
                        key = across or (HOST if layer.name == HOST else peer.ref.role)
                        yield _Link(device, slot, peer, far[1], name, key)

    def far(self, device: Device, slot: int) -> tuple[Device, int] | None:
        """Return the device that exists at the other end of a slot's cable, and its slot."""
        end = self.fabric.overlay.topology.peer(device.node, slot)
        peer = None if end is None else self.device(end[0])
        return None if end is None or peer is None or not peer.exists else (peer, end[1])

    def length_m(self, a: Device, b: Device, key: str) -> float | None:
        """Return the length between two devices by their racks, else by the intent."""
        if a.place is not None and b.place is not None:
            return distance_m(a.place, b.place)
        return self.fabric.cables_m.get(key)

    def wiring(self, link: _Link, length_m: float) -> tuple[str, Device, float]:
        """Return how the cages of a link are joined, which device's cage is the hub, and the longest leg from there.

        What is laid out counts, not what exists: growth must not ask for another cable.
        """
        near, far = link.a.sockets[link.slot], link.b.sockets[link.far_slot]
        if near.split == far.split == 1:
            return STRAIGHT, link.a, length_m
        ours, theirs = self._others(link.a, near), self._others(link.b, far)
        if near.split == far.split and self._joined(ours, link.b, far) and self._joined(theirs, link.a, near):
            return STRAIGHT, link.a, length_m
        for hub, socket, ends in ((link.a, near, ours), (link.b, far, theirs)):
            if socket.split > 1 and all(end.sockets[slot].split == 1 for _, end, slot in ends):
                legs = (self.length_m(hub, end, link.key) for _, end, _ in ends)
                return SPLIT, hub, max((leg for leg in legs if leg is not None), default=length_m)
        return APART, link.a, length_m

    def _others(self, device: Device, socket: Socket) -> list[tuple[int, Device, int]]:
        """Return where the ports of a cage lead: port within the cage, device and its slot."""
        found = []
        for subport, slot in enumerate(socket.slots):
            far = None if slot is None else self.fabric.overlay.topology.peer(device.node, slot)
            if far is not None:
                found.append((subport, self.device(far[0]), far[1]))
        return found

    def _joined(self, ends: list[tuple[int, Device, int]], device: Device, socket: Socket) -> bool:
        """Whether all ends are in one cage, each at the port that faces its own."""
        return all(
            end is device and (end.sockets[slot].cage, end.sockets[slot].subport) == (socket.cage, subport)
            for subport, end, slot in ends
        )
