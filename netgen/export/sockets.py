"""Where a port is plugged in: its cage, its lanes within, and the other ports of the same cage, slot by slot."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from netgen.cluster.fabric import AnyNetwork, DeviceRef
from netgen.cluster.model import Cluster
from netgen.cluster.ports import PortMap
from netgen.cluster.topology.slots import HOST
from netgen.device.names import ports_of
from netgen.device.switch_ports import LANE_GBPS_PAM4
from netgen.platforms.model import Platform

Kind = tuple[str, int, int, int]
"""What a medium must fit: form of the cage, ports a cage, speed of the port in Gb/s, lanes."""


@dataclass(frozen=True, slots=True)
class Socket:
    """A port as a person finds it on the front panel.

    Parameters
    ----------
    interface
        What the platform, or the host's profile, calls it.
    position
        Of the port on the device, from 1 and cage by cage.
    cage
        On the front panel, from 1; 0: a management port, which is in none.
    form
        Of the cage, such as ``osfp``; empty: not known.
    subport, split
        Which of how many ports of the cage, from 0.
    lane, lanes
        First electrical lane of the port within the cage, from 0, and how many it uses; 0: not known.
    speed_gbps
        Of the port.
    slots
        Slots of all ports of the cage, in order; ``None`` where a port is spare.
    """

    interface: str
    position: int
    cage: int
    form: str
    subport: int
    split: int
    lane: int
    lanes: int
    speed_gbps: int
    slots: tuple[int | None, ...]
    kind: Kind = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", (self.form, self.split, self.speed_gbps, self.lanes))

    @property
    def lane_gbps(self) -> float | None:
        """Speed of a lane in Gb/s; ``None``: not known."""
        return self.speed_gbps / self.lanes if self.lanes else None

    @property
    def fec(self) -> str:
        """``rs`` or ``none``, as `netgen.device.switch_ports` sets it at a switch."""
        return "none" if self.lanes and self.speed_gbps / self.lanes < LANE_GBPS_PAM4 else "rs"


class Sockets(Struct):
    """Sockets of all devices of a fabric; those of one kind are made once, but each listed switch is of its own."""

    cluster: Cluster
    platforms: Mapping[str, Platform]
    fabric: AnyNetwork
    known: dict[tuple[str, str, PortMap | None], Mapping[int, Socket]]

    def of(self, ref: DeviceRef) -> Mapping[int, Socket]:
        """Return the sockets of a device, by slot."""
        if ref.role == HOST:
            key = (HOST, self.cluster.host_plan(ref).profile.name, None)
            if key not in self.known:
                self.known[key] = dict(enumerate(self._of_host(ref)))
            return self.known[key]
        ports = self.fabric.port_map(ref)
        # In a fabric from lists, each switch uses its ports as it likes.
        own = ref.name if self.fabric.listed is not None else self.fabric.model_of(ref).name
        kind = (ref.role, own, ports)
        if kind not in self.known:
            slots = self.fabric.slots(ref)
            self.known[kind] = {slot: self._of_switch(ref, ports, slot, slots) for slot in self._slots(ref)}
        return self.known[kind]

    def _of_host(self, ref: DeviceRef) -> Iterator[Socket]:
        """Yield the ports of NICs on this fabric; cages count over all NICs of the host."""
        profile = self.cluster.host_plan(ref).profile
        cages = ports = 0
        for purpose, nics in profile.nics.items():
            split, lanes, count = nics.ports_per_cage, nics.lanes or 0, len(nics.names)
            if purpose == self.fabric.nics:
                for slot, name in enumerate(nics.names):
                    cage, subport = divmod(slot, split)
                    yield Socket(
                        interface=name,
                        position=ports + slot + 1,
                        cage=cages + cage + 1,
                        form=nics.cage,
                        subport=subport,
                        split=split,
                        lane=subport * lanes,
                        lanes=lanes,
                        speed_gbps=nics.speed_gbps,
                        slots=tuple(range(slot - subport, slot - subport + split)),
                    )
            ports += count
            cages += count // split

    def _slots(self, ref: DeviceRef) -> Iterable[int]:
        """Return the slots of a switch; of a listed one, those that are used."""
        if self.fabric.listed is not None:
            return self.fabric.listed.used.get(self.fabric.node(ref), ())
        return range(self.fabric.layer(ref.role).slots)

    def _of_switch(self, ref: DeviceRef, ports: PortMap, slot: int, slots: tuple[int | None, ...]) -> Socket:
        tier, model = self.fabric.tier(ref.role), self.fabric.model_of(ref)
        position = ports.position(slot)
        cage, subport, split = ports.places[position]
        breakout = tier.breakout if position < ports.first_up else tier.uplink_breakout
        lanes = model.lanes // split
        return Socket(
            interface=ports_of(self.cluster, self.platforms, self.fabric, ref)[slot],
            position=position + 1,
            cage=cage + 1,
            form=model.cage,
            subport=subport,
            split=split,
            lane=subport * lanes,
            lanes=lanes,
            speed_gbps=breakout.speed_gbps,
            slots=slots[position - subport : position - subport + split],
        )


def sockets(cluster: Cluster, platforms: Mapping[str, Platform], fabric: AnyNetwork) -> Sockets:
    """Return what knows the sockets of a fabric's devices."""
    return Sockets(cluster, platforms, fabric, {})
