"""A derived fabric: topology, tiers, numbers and policy; plans and arithmetic, nothing a device."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from netgen.catalog.model import SwitchModel
from netgen.cluster.numbers import Numbers
from netgen.cluster.ports import PortMap, port_map
from netgen.cluster.roce import Place, RocePolicy
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.guests import is_guest
from netgen.cluster.topology.slots import HOST, End, Grouped, Layer, Topology
from netgen.intent.quantities import Breakout, IdRanges
from netgen.record import Record

Pods = Mapping[int, Mapping[int, IdRanges]]
"""Hosts that exist: pod → unit → ids. Other nodes are units too; those in the places of hosts are so for their kind."""


def units_of(pods: Pods) -> Pods:
    """Return hosts and other nodes without those that sit in the places of hosts."""
    return {pod: {unit: ids for unit, ids in units.items() if not is_guest(unit)} for pod, units in pods.items()}


class DeviceRef(Record):
    """Which device: enough to build it, and to find it by name."""

    role: str
    fabric: str
    index: int
    """Position in its layer, from 0, laid out for the capacity."""
    derived_name: str
    """By the pattern of names; the inventory and exceptions know the device by it."""
    name: str
    """What the device is called: its derived name, or the alias that the inventory gives it."""
    pod: int
    """0 for a device above the pods."""
    unit: int
    """0 for a device of a pod as a whole; of a leaf that several units share, the first."""
    rail: int
    """0 for a device that serves all rails."""
    number: int
    """Within its pod, unit and rail."""
    plane: int = 0
    """0 for a device of all planes, or of the only one."""


class BoxTier(Record, kw_only=True):
    """What the switches of one layer are, as far as their ports go."""

    role: str
    platform: str | None
    """``None``: nothing that netgen configures."""
    model: SwitchModel
    breakout: Breakout
    """Of the cages that face down, and of those without use."""
    uplink_breakout: Breakout
    """Of the cages of uplinks."""
    origin: str

    def port_map(self, model: SwitchModel, layer: Layer) -> PortMap:
        """Where the slots of its layer are on a switch of the given model."""
        split, uplink_split = self.breakout.ports, self.uplink_breakout.ports
        return port_map(model.cages, split, uplink_split, model.lanes, layer.down, layer.outward, layer.apart)

    @property
    def breakouts(self) -> tuple[Breakout, ...]:
        """The distinct ways in which its cages are divided."""
        return tuple(dict.fromkeys((self.breakout, self.uplink_breakout)))


TierT_co = TypeVar("TierT_co", bound=BoxTier, covariant=True)
"""What a tier is in a fabric of some technology."""


class Tier(BoxTier, kw_only=True):
    """What the Ethernet switches of one layer are."""

    platform: str
    mtu_bytes: int
    ecmp: int | None

    def place(self, model: SwitchModel, breakout: Breakout) -> Place:
        """What the policy of this tier's ports on a model, of cages that are divided so, depends on."""
        return Place(self.role, breakout.speed_gbps, self.platform, model.asic.name)


class BfdPlan(Record):
    """Failure detection: interval in milliseconds."""

    interval_ms: int
    multiplier: int


class Snippet(Record):
    """Lines in a vendor's own words, for one device."""

    text: str
    reason: str
    origin: str


class Overlay(Record):
    """Where reality differs from the plan, sparse."""

    topology: Topology
    """As cabled: the plan with accepted swaps over it."""
    disabled: frozenset[End] = frozenset()
    """Ports that are shut; both ends of each link."""
    models: Mapping[int, SwitchModel] = msgspec.field(default_factory=dict)
    """Other models than the tier's, by node."""
    snippets: Mapping[int, tuple[Snippet, ...]] = msgspec.field(default_factory=dict)
    """Native lines, by node."""


class External(Record):
    """A router that is not netgen's, and the link to it; addresses as integers."""

    name: str
    leaf: int
    """Node of the leaf."""
    interface: str
    address: int
    """The leaf's."""
    length: int
    neighbor: int
    asn: int
    accept: tuple[tuple[int, int], ...]
    """Address and length of the prefixes that are taken from it."""
    maximum_prefixes: int
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Network(Generic[TierT_co]):
    """One fabric of whatever technology, laid out for its capacity."""

    name: str
    nics: str
    """What the NICs are for that are on it."""
    pods: Pods
    """Hosts and other nodes that have such NICs."""
    plan: Topology
    overlay: Overlay
    tiers: Mapping[str, TierT_co]
    """By role, from the hosts upwards."""
    names: Mapping[str, str]
    """Patterns of device names, by role."""
    cables_m: Mapping[str, int | None]
    """Lengths of cables in metres: ``host`` for those to hosts, else the role of their upper end; between switches of
    one role, the name of the links."""
    origin: str
    stated: tuple[str, ...]
    """Roles that the intent describes; superspines that it does not are as the spines."""
    reserved: int = 0
    """Host slots of a leaf that are kept free."""
    exact: bool = False
    """Whether leaves are built only where there are hosts, and not for whole units."""
    complete: bool = field(init=False, repr=False, compare=False)
    """Whether all switches that are laid out are there, by arithmetic; of the others, each is looked at."""
    _layers: Mapping[str, Layer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_layers", {layer.name: layer for layer in self.plan.layers})
        last = self.plan.ids(self.plan.layers[0].seats[-1])
        whole = len(self.pods) == last.pod and all(len(units) == last.unit for units in units_of(self.pods).values())
        object.__setattr__(self, "complete", whole and not self.exact and self.listed is None)

    @property
    def units(self) -> int:
        """How many units there are, in all pods."""
        return sum(map(len, units_of(self.pods).values()))

    @property
    def grouped(self) -> Grouped | None:
        """The topology as one of groups; ``None``: it is none."""
        return self.plan if isinstance(self.plan, Grouped) else None

    @property
    def listed(self) -> Explicit | None:
        """The lists that an explicit fabric is from; ``None``: it is derived."""
        return self.plan if isinstance(self.plan, Explicit) else None

    @property
    def edge(self) -> TierT_co:
        """The tier that hosts are attached to."""
        return next(iter(self.tiers.values()))

    def tier(self, role: str) -> TierT_co:
        """Return the tier of a switch's role."""
        return self.tiers[role]

    def below(self, role: str) -> str:
        """Return what the links below a role are called by: its own name, or ``host`` at the edge."""
        return HOST if role == self.edge.role else role

    def above(self, role: str) -> str | None:
        """Return what the links above a role are called by: the name of the next tier; ``None``: there is none."""
        roles = tuple(self.tiers)
        return next(iter(roles[roles.index(role) + 1 :]), None)

    def cables_at(self, role: str) -> dict[str, tuple[int, Breakout]]:
        """Return how many cables a switch of a role has, and how their cages are divided, by the key of a length."""
        tier, above = self.tiers[role], self.above(role)
        down, up = self.facing(role)
        found = {self.below(role): (down, tier.breakout)}
        if above is not None:
            found[above] = (up, tier.uplink_breakout)
        return found | {name: (count, tier.uplink_breakout) for name, count in self.layer(role).across}

    def told(self, role: str) -> str:
        """Return the role under which the intent describes a tier: superspines may be as the spines are."""
        return role if role in self.stated else self.stated[-1]

    def layer(self, role: str) -> Layer:
        """Return the layer of a role."""
        return self._layers[role]

    def facing(self, role: str) -> tuple[int, int]:
        """Return how many ports of a switch of a role face down, and up; of a listed role, at most."""
        if self.listed is not None:
            return self.listed.facing[role]
        layer = self.layer(role)
        return layer.down, layer.up

    def node(self, ref: DeviceRef) -> int:
        """Return the node of a device in the fabric's topology."""
        if ref.role == HOST:
            return self.plan.host_at(ref.pod, ref.unit, ref.number)
        return self.layer(ref.role).first + ref.index

    def model_of(self, ref: DeviceRef) -> SwitchModel:
        """Return the model of one switch: its tier's, or the overlay's."""
        model, models = self.tiers[ref.role].model, self.overlay.models
        return models.get(self.node(ref), model) if models else model

    def port_map(self, ref: DeviceRef) -> PortMap:
        """Return where the slots of one switch are on its front panel."""
        return self.tier(ref.role).port_map(self.model_of(ref), self.layer(ref.role))

    def slots(self, ref: DeviceRef) -> tuple[int | None, ...]:
        """Return the slots of a switch, by the position of their ports; ``None``: a spare port."""
        ports = self.port_map(ref)
        if self.listed is None:
            return ports.slots
        return tuple(map(self.listed.positions(self.node(ref), ports.first_up).get, range(ports.count)))


AnyNetwork = Network[Any]
"""A fabric of whatever technology."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric(Network[Tier]):
    """One Ethernet fabric."""

    numbers: Numbers
    mtu_bytes: int
    bfd: BfdPlan | None
    load_balancing: str
    """``hash``, ``flowlet`` or ``per-packet``."""
    roce: RocePolicy | None
    externals: tuple[External, ...] = ()

    def beyond(self) -> tuple[tuple[int, int], ...]:
        """Return the prefixes that are reached over routers that are not netgen's, each once and in order."""
        return tuple(sorted({prefix for external in self.externals for prefix in external.accept}))

    def equal_paths(self, role: str) -> int:
        """Count the equal-cost paths that a switch may have: over its uplinks, or over parallel links down."""
        speaking = self.numbers.host_loopbacks is not None
        return max(self.facing(role)[1], self.plan.parallel(role, speaking=speaking))
