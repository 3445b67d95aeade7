"""A derived cluster: plans and arithmetic; its devices are built one by one by `netgen.device.build`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from netgen.catalog.model import HostProfile, SwitchModel
from netgen.cluster.numbers import Numbers
from netgen.cluster.ports import PortMap, port_map
from netgen.cluster.roce import Place, RocePolicy
from netgen.cluster.topology.explicit import Explicit
from netgen.cluster.topology.slots import HOST, End, Grouped, Ids, Layer, Topology, layer_of
from netgen.intent.quantities import Breakout, IdRanges

Pods = Mapping[int, Mapping[int, IdRanges]]
"""Hosts that exist: pod → unit → ids."""

SlotAt = Callable[[int], int | None]
"""From the position of a port to its slot; ``None``: a spare port."""

ABSENT_STATES = frozenset({"planned", "failed"})
"""States of the inventory in which a device is not expected to be there."""

RESERVED_ADDRESSES = 10
"""Addresses at the beginning of the management subnet that stay free: gateways, consoles, jump hosts."""


@dataclass(frozen=True, slots=True)
class DeviceRef:
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


@dataclass(frozen=True, slots=True)
class Tier:
    """What the switches of one layer are."""

    role: str
    platform: str
    model: SwitchModel
    breakout: Breakout
    """Of the cages that face down, and of those without use."""
    uplink_breakout: Breakout
    """Of the cages of uplinks."""
    mtu_bytes: int
    ecmp: int | None
    origin: str

    def place(self, model: SwitchModel, breakout: Breakout) -> Place:
        """What the policy of this tier's ports on a model, of cages that are divided so, depends on."""
        return Place(self.role, breakout.speed_gbps, self.platform, model.asic.name)

    def port_map(self, model: SwitchModel, layer: Layer) -> PortMap:
        """Where the slots of its layer are on a switch of the given model."""
        split, uplink_split = self.breakout.ports, self.uplink_breakout.ports
        return port_map(model.cages, split, uplink_split, model.lanes, layer.down, layer.outward, layer.apart)

    @property
    def breakouts(self) -> tuple[Breakout, ...]:
        """The distinct ways in which its cages are divided."""
        return tuple(dict.fromkeys((self.breakout, self.uplink_breakout)))


@dataclass(frozen=True, slots=True)
class BfdPlan:
    """Failure detection: interval in milliseconds."""

    interval_ms: int
    multiplier: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines in a vendor's own words, for one device."""

    text: str
    reason: str
    origin: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """Where reality differs from the plan, sparse."""

    topology: Topology
    """As cabled: the plan with accepted swaps over it."""
    disabled: frozenset[End] = frozenset()
    """Ports that are shut; both ends of each link."""
    models: Mapping[int, SwitchModel] = field(default_factory=dict)
    """Other models than the tier's, by node."""
    snippets: Mapping[int, tuple[Snippet, ...]] = field(default_factory=dict)
    """Native lines, by node."""


@dataclass(frozen=True, slots=True)
class External:
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


@dataclass(frozen=True, slots=True)
class Fabric:
    """One fabric, laid out for its capacity."""

    name: str
    nics: str
    """What the NICs are for that are on it."""
    pods: Pods
    """Hosts and other nodes that have such NICs."""
    plan: Topology
    overlay: Overlay
    tiers: Mapping[str, Tier]
    """By role, from the hosts upwards."""
    names: Mapping[str, str]
    """Patterns of device names, by role."""
    numbers: Numbers
    mtu_bytes: int
    cables_m: Mapping[str, int | None]
    """Lengths of cables in metres: ``host`` for those to hosts, else the role of their upper end; between switches of
    one role, the name of the links."""
    bfd: BfdPlan | None
    load_balancing: str
    """``hash``, ``flowlet`` or ``per-packet``."""
    roce: RocePolicy | None
    origin: str
    stated: tuple[str, ...]
    """Roles that the intent describes; superspines that it does not are as the spines."""
    externals: tuple[External, ...] = ()
    reserved: int = 0
    """Host slots of a leaf that are kept free."""
    exact: bool = False
    """Whether leaves are built only where there are hosts, and not for whole units."""
    _layers: Mapping[str, Layer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_layers", {layer.name: layer for layer in self.plan.layers})

    @property
    def units(self) -> int:
        """How many units there are, in all pods."""
        return sum(map(len, self.pods.values()))

    @property
    def grouped(self) -> Grouped | None:
        """The topology as one of groups; ``None``: it is none."""
        return self.plan if isinstance(self.plan, Grouped) else None

    @property
    def listed(self) -> Explicit | None:
        """The lists that an explicit fabric is from; ``None``: it is derived."""
        return self.plan if isinstance(self.plan, Explicit) else None

    @property
    def edge(self) -> Tier:
        """The tier that hosts are attached to."""
        return next(iter(self.tiers.values()))

    def tier(self, role: str) -> Tier:
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

    def beyond(self) -> tuple[tuple[int, int], ...]:
        """Return the prefixes that are reached over routers that are not netgen's, each once and in order."""
        return tuple(sorted({prefix for external in self.externals for prefix in external.accept}))

    def equal_paths(self, role: str) -> int:
        """Count the equal-cost paths that a switch may have: over its uplinks, or over parallel links down."""
        speaking = self.numbers.host_loopbacks is not None
        return max(self.facing(role)[1], self.plan.parallel(role, speaking=speaking))

    def port_map(self, ref: DeviceRef) -> PortMap:
        """Return where the slots of one switch are on its front panel."""
        return self.tier(ref.role).port_map(self.model_of(ref), self.layer(ref.role))

    def slots(self, ref: DeviceRef) -> SlotAt:
        """Return what tells the slot at a position of a switch."""
        ports = self.port_map(ref)
        if self.listed is None:
            return ports.slot
        return self.listed.positions(self.node(ref), ports.first_up).get


@dataclass(frozen=True, slots=True)
class UserPlan:
    """A local account."""

    name: str
    role: str
    secret: str | None
    """Name of the secret that is the password's hash."""
    ssh_keys: tuple[str, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class ManagementPlan:
    """The management plane; addresses as integers or dotted text for servers."""

    address: int
    length: int
    gateway: int | None
    vrf: str
    ntp: tuple[str, ...]
    syslog: tuple[str, ...]
    dns: tuple[str, ...]
    snmp_secret: str | None
    snmp_location: str | None
    gnmi: bool
    users: tuple[UserPlan, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What the inventory knows of a device."""

    serial: str | None = None
    mac: str | None = None
    address: int | None = None
    rack: str | None = None
    state: str = "active"
    alias: str | None = None
    os_version: str | None = None


@dataclass(frozen=True, slots=True)
class HostPlan:
    """What every host is, or every other node of a kind."""

    names: str
    """Pattern of their names."""
    profile: HostProfile
    platform: str
    mtu_bytes: int | None
    """IP MTU of the NICs; ``None``: the fabric's."""
    origin: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """All that follows from an intent."""

    name: str
    management: ManagementPlan
    hosts: HostPlan
    others: Mapping[tuple[int, int], HostPlan]
    """Other nodes, by pod and unit."""
    pods: Pods
    """Hosts and other nodes."""
    fabrics: tuple[Fabric, ...]
    inventory: Mapping[str, Record]
    """By derived name."""
    _refs: dict[tuple[str, int], DeviceRef] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Devices that were asked for, by fabric and node: a name is made up once, and each device is many others' peer."""
    _there: dict[tuple[str, int], bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Likewise, whether they exist."""
    _managed_from: dict[tuple[str, str], int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Place of the first of a fabric's role in the management subnet."""

    def fabric(self, name: str) -> Fabric:
        """Return the fabric of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for fabric in self.fabrics:
            if fabric.name == name:
                return fabric
        raise KeyError(name)

    def refs(self) -> Iterator[DeviceRef]:
        """Yield every device that exists: of each fabric its switches from the top, then the hosts, in order of ids."""
        for fabric in self.fabrics:
            yield from self.switches(fabric)
        for fabric in self.fabrics:
            at_home = (self.device_at(fabric, node) for node in self.nodes(fabric, HOST))
            yield from (ref for ref in at_home if ref.fabric == fabric.name)

    def host_plan(self, ref: DeviceRef) -> HostPlan:
        """Return what a host is, or another node."""
        return self.others.get((ref.pod, ref.unit), self.hosts)

    def host_plans(self, fabric: Fabric) -> list[HostPlan]:
        """Return what the hosts and other nodes of a fabric are, each once."""
        plans = [self.others.get((pod, unit), self.hosts) for pod, units in fabric.pods.items() for unit in units]
        return list({id(plan): plan for plan in plans}.values())

    def nic_ports(self, fabric: Fabric) -> int:
        """Count the ports of NICs on a fabric that exist."""
        return sum(
            len(ids) * len(self.others.get((pod, unit), self.hosts).profile.nics[fabric.nics].names)
            for pod, units in fabric.pods.items()
            for unit, ids in units.items()
        )

    def home(self, pod: int, unit: int) -> Fabric | None:
        """Return the first of the fabrics that the hosts of a unit are on; ``None``: there is no such unit."""
        return next((fabric for fabric in self.fabrics if unit in fabric.pods.get(pod, {})), None)

    def switches(self, fabric: Fabric) -> Iterator[DeviceRef]:
        """Yield the switches of a fabric that exist, from the top tier to the leaves."""
        for role in reversed(tuple(fabric.tiers)):
            for node in self.nodes(fabric, role):
                yield self.device_at(fabric, node)

    def nodes(self, fabric: Fabric, role: str) -> list[int]:
        """Return the nodes of a role that exist."""
        if role == HOST:
            at = fabric.plan.host_at
            return [
                at(pod, unit, host)
                for pod, units in sorted(fabric.pods.items())
                for unit, ids in sorted(units.items())
                for host in ids
            ]
        return [node for node in fabric.layer(role).nodes if self.exists(fabric, node)]

    def links_across(self, fabric: Fabric) -> dict[str, int]:
        """Count the links between switches of one role that exist, by name: groups are built whole."""
        grouped = fabric.grouped
        return {} if grouped is None else grouped.links_across(fabric.units)

    def switches_by_name(self, fabric: Fabric) -> dict[str, DeviceRef]:
        """Return the switches of a fabric by what they are called, and by their derived names."""
        refs = list(self.switches(fabric))
        return {ref.derived_name: ref for ref in refs} | {ref.name: ref for ref in refs}

    def device_at(self, fabric: Fabric, node: int) -> DeviceRef:
        """Return the device of a node of a fabric's topology."""
        found = self._refs.get((fabric.name, node))
        if found is None:
            found = self._refs[fabric.name, node] = self._ref(fabric, node)
        return found

    def _ref(self, fabric: Fabric, node: int) -> DeviceRef:
        layer, ids = layer_of(fabric.plan, node), fabric.plan.ids(node)
        role = layer.name
        if role == HOST:
            return self._host(self.home(ids.pod, ids.unit) or fabric, ids)
        if fabric.listed is not None:
            name = fabric.listed.names[node]
        else:
            name = fabric.names[role].format(
                pod=ids.pod, unit=ids.unit, rail=ids.rail, plane=ids.plane, fabric=fabric.name, **{role: ids.number}
            )
        return DeviceRef(
            role=role,
            fabric=fabric.name,
            index=node - layer.first,
            derived_name=name,
            name=self._called(name),
            pod=ids.pod,
            unit=ids.unit,
            rail=ids.rail,
            number=ids.number,
            plane=ids.plane,
        )

    def _host(self, home: Fabric, ids: Ids) -> DeviceRef:
        pattern = self.others.get((ids.pod, ids.unit), self.hosts).names
        name = pattern.format(pod=ids.pod, unit=ids.unit, host=ids.number)
        return DeviceRef(
            role=HOST,
            fabric=home.name,
            index=home.plan.host_at(ids.pod, ids.unit, ids.number),
            derived_name=name,
            name=self._called(name),
            pod=ids.pod,
            unit=ids.unit,
            rail=0,
            number=ids.number,
        )

    def exists(self, fabric: Fabric, node: int) -> bool:
        """Whether a device is there, or only laid out for: hosts as the intent says, and the switches for them."""
        found = self._there.get((fabric.name, node))
        if found is None:
            found = self._there[fabric.name, node] = self._exists(fabric, node)
        return found

    def _exists(self, fabric: Fabric, node: int) -> bool:
        if fabric.listed is not None and node not in fabric.plan.layers[0]:
            return node in fabric.listed.names
        ids = fabric.plan.ids(node)
        if not ids.pod:
            return True
        units = fabric.pods.get(ids.pod, {})
        if not ids.unit:
            return bool(units)
        here = [unit for unit in range(ids.unit, ids.last_unit + 1) if unit in units]
        if node in fabric.plan.layers[0]:
            return bool(here) and ids.number in units[here[0]]
        if not fabric.exact or not here:
            return bool(here)
        return any(self.exists(fabric, host) for host in fabric.plan.hosts_of(node))

    def management_address(self, ref: DeviceRef) -> int:
        """Address on the management network: the inventory's, else by arithmetic, from the top tier to the hosts."""
        record = self.record(ref)
        if record.address is not None:
            return record.address
        if not self._managed_from:
            offset = RESERVED_ADDRESSES
            for fabric, layer in self.managed():
                self._managed_from[fabric.name, layer.name] = offset
                offset += layer.count
        return self.management.address + self._managed_from[ref.fabric, ref.role] + ref.index

    def managed(self) -> Iterator[tuple[Fabric, Layer]]:
        """Yield the layers that have management addresses, in their order: hosts with the first fabric they are on."""
        for fabric in self.fabrics:
            *switches, hosts = reversed(fabric.plan.layers)
            yield from ((fabric, layer) for layer in switches)
            if any(self.home(pod, unit) is fabric for pod, units in fabric.pods.items() for unit in units):
                yield fabric, hosts

    def record(self, ref: DeviceRef) -> Record:
        """Return what the inventory knows of a device; the defaults where it says nothing."""
        return self.inventory.get(ref.derived_name, _UNKNOWN)

    def _called(self, name: str) -> str:
        return self.inventory.get(name, _UNKNOWN).alias or name


_UNKNOWN = Record()
