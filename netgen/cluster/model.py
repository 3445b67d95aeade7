"""A derived cluster: plans and arithmetic; its devices are built one by one by `netgen.device.build`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from netgen.catalog.model import HostProfile, SwitchModel
from netgen.cluster.numbers import Numbers
from netgen.cluster.ports import PortMap
from netgen.cluster.roce import Place, RocePolicy
from netgen.cluster.topology.rail_optimized import RailOptimized
from netgen.cluster.topology.slots import End, Topology, layer_named, layer_of
from netgen.intent.quantities import Breakout, IdRanges

HOST, LEAF, SPINE = "host", "leaf", "spine"

Pods = Mapping[int, Mapping[int, IdRanges]]
"""Hosts that exist: pod → unit → ids."""

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
    unit: int
    """0 for a device of a pod as a whole."""
    rail: int
    """0 for a device that serves all rails."""


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

    def port_map(self, model: SwitchModel, topology: RailOptimized) -> PortMap:
        """Where the slots are on a switch of this tier that is of the given model."""
        if self.role == LEAF:
            down, up = topology.down, topology.uplinks
        else:
            down, up = topology.leaves_per_pod * topology.trunk, 0
        return PortMap(model.cages, self.breakout.ports, self.uplink_breakout.ports, model.lanes, down, up)

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
class Fabric:
    """One fabric, laid out for its capacity."""

    name: str
    plan: RailOptimized
    overlay: Overlay
    leaf: Tier
    spine: Tier
    numbers: Numbers
    mtu_bytes: int
    host_cable_m: int | None
    spine_cable_m: int | None
    bfd: BfdPlan | None
    load_balancing: str
    """``hash``, ``flowlet`` or ``per-packet``."""
    roce: RocePolicy | None
    origin: str

    def tier(self, role: str) -> Tier:
        """Return the tier of a switch's role."""
        return self.leaf if role == LEAF else self.spine

    def node(self, ref: DeviceRef) -> int:
        """Return the node of a device in the fabric's topology."""
        return layer_named(self.plan, ref.role).first + ref.index

    def model_of(self, ref: DeviceRef) -> SwitchModel:
        """Return the model of one switch: its tier's, or the overlay's."""
        return self.overlay.models.get(self.node(ref), self.tier(ref.role).model)

    def equal_paths(self, role: str) -> int:
        """Count the equal-cost paths that a leaf or a spine has towards another; a spine to each NIC of a host's."""
        if role == LEAF:
            return self.plan.uplinks
        return self.plan.trunk * (1 if self.numbers.host_loopbacks is None else self.plan.rails)

    def port_map(self, ref: DeviceRef) -> PortMap:
        """Return where the slots of one switch are on its front panel."""
        return self.tier(ref.role).port_map(self.model_of(ref), self.plan)


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
    """What every host is."""

    profile: HostProfile
    platform: str
    mtu_bytes: int | None
    """IP MTU of the NICs; ``None``: the fabric's."""
    origin: str


@dataclass(frozen=True, slots=True)
class Names:
    """Patterns of device names."""

    leaf: str
    spine: str
    host: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """All that follows from an intent."""

    name: str
    management: ManagementPlan
    hosts: HostPlan
    pods: Pods
    fabrics: tuple[Fabric, ...]
    names: Names
    inventory: Mapping[str, Record]
    """By derived name."""

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
        """Yield every device that exists: spines, leaves, hosts, each in the order of ids."""
        for fabric in self.fabrics:
            yield from self.switches(fabric)
        plan = self.fabrics[0].plan
        for pod, units in sorted(self.pods.items()):
            for unit, ids in sorted(units.items()):
                for host in ids:
                    yield self.host(self.fabrics[0], plan.host_at(pod, unit, host))

    def switches(self, fabric: Fabric) -> Iterator[DeviceRef]:
        """Yield the switches of a fabric that exist: spines, then leaves."""
        plan = fabric.plan
        for pod in sorted(self.pods):
            for index in plan.spines_of(pod):
                yield self.spine(fabric, index)
        for pod, units in sorted(self.pods.items()):
            for unit in sorted(units):
                for index in plan.leaves_of(pod, unit):
                    yield self.leaf(fabric, index)

    def switches_by_name(self, fabric: Fabric) -> dict[str, DeviceRef]:
        """Return the switches of a fabric by what they are called, and by their derived names."""
        refs = list(self.switches(fabric))
        return {ref.derived_name: ref for ref in refs} | {ref.name: ref for ref in refs}

    def spine(self, fabric: Fabric, index: int) -> DeviceRef:
        """Return a spine by its index."""
        pod, spine = fabric.plan.spine_ids(index)
        name = self.names.spine.format(pod=pod, spine=spine)
        return DeviceRef(SPINE, fabric.name, index, name, self._called(name), pod, 0, 0)

    def leaf(self, fabric: Fabric, index: int) -> DeviceRef:
        """Return a leaf by its index."""
        pod, unit, rail, leaf = fabric.plan.leaf_ids(index)
        name = self.names.leaf.format(pod=pod, unit=unit, rail=rail, leaf=leaf)
        return DeviceRef(LEAF, fabric.name, index, name, self._called(name), pod, unit, rail)

    def host(self, fabric: Fabric, index: int) -> DeviceRef:
        """Return a host by its index."""
        pod, unit, host = fabric.plan.host_ids(index)
        name = self.names.host.format(pod=pod, unit=unit, host=host)
        return DeviceRef(HOST, fabric.name, index, name, self._called(name), pod, unit, 0)

    def device_at(self, fabric: Fabric, node: int) -> DeviceRef:
        """Return the device of a node of a fabric's topology."""
        layer = layer_of(fabric.plan, node)
        make = {HOST: self.host, LEAF: self.leaf, SPINE: self.spine}[layer.name]
        return make(fabric, layer.index(node))

    def exists(self, fabric: Fabric, ref: DeviceRef) -> bool:
        """Whether a device is there, or only laid out for."""
        units = self.pods.get(ref.pod, {})
        if ref.role == SPINE:
            return bool(units)
        if ref.role == LEAF:
            return ref.unit in units
        *_, host = fabric.plan.host_ids(ref.index)
        return host in units.get(ref.unit, ())

    def management_address(self, ref: DeviceRef) -> int:
        """Address on the management network: the inventory's, else by arithmetic in the order spines, leaves, hosts."""
        record = self.record(ref)
        if record.address is not None:
            return record.address
        _, leaves, spines = self.fabric(ref.fabric).plan.layers
        offset = {SPINE: 0, LEAF: spines.count, HOST: spines.count + leaves.count}[ref.role]
        return self.management.address + RESERVED_ADDRESSES + offset + ref.index

    def record(self, ref: DeviceRef) -> Record:
        """Return what the inventory knows of a device; the defaults where it says nothing."""
        return self.inventory.get(ref.derived_name, _UNKNOWN)

    def _called(self, name: str) -> str:
        return self.inventory.get(name, _UNKNOWN).alias or name


_UNKNOWN = Record()
