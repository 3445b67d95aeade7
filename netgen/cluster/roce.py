"""The RoCE policy that follows from a profile and what the intent says differently."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netgen.catalog.model import RoceProfile
from netgen.cluster.topology.slots import LEAF, ROUTER, SPINE, SUPERSPINE
from netgen.diagnostics.finding import IntentPath
from netgen.intent import models
from netgen.intent.quantities import parse_speed
from netgen.record import Record

DSCPS = range(models.MAX_DSCP + 1)
NOTIFICATIONS = "cnp"
"""The class of this name carries congestion notifications, in the profiles and in an intent that replaces it."""


class TrafficClass(Record):
    """One class of traffic; its four numbers are independent of each other."""

    name: str
    dscp: tuple[int, ...]
    """In order."""
    traffic_class: int
    queue: int
    pfc_priority: int | None
    """Priority that PFC pauses; ``None`` for a lossy class."""
    strict: bool
    bandwidth_percent: int | None
    """Share of the link under weighted scheduling; ``None`` for a strict class."""
    cap_percent: int | None
    """Most that a strict class may take of the link; ``None``: not capped."""
    origin: str
    rest: bool = False
    """Whether its code points are all that no other class names."""
    notifications: bool = False
    """Whether it carries RoCE's congestion notifications (CNP): hosts send them as it says."""

    @property
    def lossless(self) -> bool:
        """Whether PFC protects the class."""
        return self.pfc_priority is not None


class Ecn(Record):
    """ECN marking of a queue: thresholds in bytes, probability in percent."""

    min_bytes: int
    max_bytes: int
    probability_percent: int
    origin: str


class Watchdog(Record):
    """PFC watchdog: times in milliseconds."""

    detect_ms: int
    restore_ms: int
    poll_ms: int
    action: str
    """``drop`` or ``forward``."""
    origin: str


class PortQos(Record):
    """The RoCE policy of one class of ports (role and speed); shared by all ports of the class."""

    name: str
    """Predictable and unique on a device, such as ``ROCE-400G``."""
    classes: tuple[TrafficClass, ...]
    """In the order of their traffic class numbers."""
    ecn: tuple[tuple[int, Ecn], ...]
    """Pairs of queue number and its marking."""
    watchdog: Watchdog | None
    origin: str

    def __hash__(self) -> int:
        """Of its name, which few share: it is looked up several times a device, and says much."""
        return hash(self.name)

    @property
    def lossless(self) -> tuple[TrafficClass, ...]:
        """The classes that PFC protects."""
        return tuple(c for c in self.classes if c.lossless)

    @property
    def queues(self) -> tuple[tuple[int, list[int]], ...]:
        """Its queues, as its classes come to them, and the traffic classes that are in each."""
        found: dict[int, list[int]] = {}
        for c in self.classes:
            found.setdefault(c.queue, []).append(c.traffic_class)
        return tuple(found.items())


class Place(Record):
    """Ports that are alike: what their thresholds depend on."""

    role: str
    speed_gbps: int
    platform: str
    asic: str
    """Name of the chip; empty on a host."""


_AS_FOR = {SUPERSPINE: SPINE, ROUTER: LEAF}
"""Whose thresholds others have: a router has hosts, as a leaf has."""


@dataclass(frozen=True, slots=True)
class RocePolicy:
    """The policy of a whole fabric."""

    classes: tuple[TrafficClass, ...]
    marking: bool
    """Whether lossless queues mark; not under ``congestion-control: none``."""
    ecn: Mapping[tuple[str, int], Ecn]
    """What the intent says for a role and a speed in Gb/s."""
    profile: RoceProfile
    watchdog: Watchdog | None
    origin: str
    _port_qos: dict[Place, PortQos] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was asked for: ports that are alike share one object."""

    def marking_at(self, place: Place) -> Ecn:
        """Thresholds of some ports: the intent's by role and speed, else the profile's, for leaves or spines."""
        role = _AS_FOR.get(place.role, place.role)
        said = self.ecn.get((place.role, place.speed_gbps)) or self.ecn.get((role, place.speed_gbps))
        if said is not None:
            return said
        row = self.profile.marking(place.platform, place.asic, role, place.speed_gbps)
        return Ecn(*row.bytes_at(place.speed_gbps), row.probability_percent, f"{self.origin}.profile")

    def port_qos(self, place: Place) -> PortQos:
        """Return the policy of some ports."""
        found = self._port_qos.get(place)
        if found is None:
            found = self._port_qos[place] = self._of_ports(place)
        return found

    def _of_ports(self, place: Place) -> PortQos:
        ecn = self.marking_at(place)
        marked = tuple((c.queue, ecn) for c in self.classes if c.lossless) if self.marking else ()
        return PortQos(f"ROCE-{place.speed_gbps}G", self.classes, marked, self.watchdog, self.origin)


def effective_classes(roce: models.Roce, profile: RoceProfile) -> dict[str, models.RoceClass]:
    """Return the profile's classes, each replaced by the intent's class of the same name, and the intent's own."""
    return {**profile.classes, **roce.classes}


def policy(roce: models.Roce, profile: RoceProfile, path: IntentPath) -> RocePolicy:
    """Derive the policy of a fabric.

    Weighted classes that name no bandwidth share what the others leave; a remainder goes to the first of them.
    """
    origin = ".".join(map(str, path))
    named = effective_classes(roce, profile)
    shares = _shares(named)
    rest = tuple(sorted(set(DSCPS) - {d for c in named.values() if c.dscp != "rest" for d in c.dscp}))
    classes = [
        TrafficClass(
            name=name,
            dscp=rest if given.dscp == "rest" else tuple(sorted(given.dscp)),
            traffic_class=given.traffic_class,
            queue=given.queue,
            pfc_priority=given.pfc_priority if given.lossless else None,
            strict=given.strict is not None,
            bandwidth_percent=shares.get(name),
            cap_percent=given.strict.cap if given.strict else None,
            origin=f"{origin}.classes.{name}" if name in roce.classes else f"{origin}.profile",
            rest=given.dscp == "rest",
            notifications=name == NOTIFICATIONS,
        )
        for name, given in named.items()
    ]
    classes.sort(key=lambda c: (c.traffic_class, c.name))
    ecn: dict[tuple[str, int], Ecn] = {
        (role, parse_speed(speed)): Ecn(e.min, e.max, e.probability, f"{origin}.ecn.{role}.{speed}")
        for role, speeds in roce.ecn.items()
        for speed, e in speeds.items()
    }
    dog = roce.watchdog
    watchdog = None if dog is None else Watchdog(dog.detect, dog.restore, dog.poll, dog.action, f"{origin}.watchdog")
    return RocePolicy(tuple(classes), roce.congestion_control == "dcqcn", ecn, profile, watchdog, origin)


def _shares(classes: Mapping[str, models.RoceClass]) -> dict[str, int]:
    weighted = {name: c.bandwidth for name, c in classes.items() if c.strict is None}
    open_names = [name for name, share in weighted.items() if share is None]
    left = 100 - sum(share for share in weighted.values() if share is not None)
    shares = {name: share for name, share in weighted.items() if share is not None}
    for position, name in enumerate(open_names):
        shares[name] = max(1, left // len(open_names) + (left % len(open_names) if position == 0 else 0))
    return shares
