"""A derived cluster: plans and arithmetic; its devices are built one by one by `netgen.device.build`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netgen.catalog.model import HostProfile, SwitchModel
from netgen.cluster.numbers import Numbers
from netgen.cluster.ports import PortMap
from netgen.cluster.roce import RocePolicy
from netgen.cluster.topology.rail_optimized import RailOptimized
from netgen.cluster.topology.slots import End, Topology
from netgen.intent.quantities import Breakout, IdRanges

HOST, LEAF, SPINE = "host", "leaf", "spine"

RESERVED_ADDRESSES = 10
"""Addresses at the beginning of the management subnet that stay free: gateways, consoles, jump hosts."""


@dataclass(frozen=True, slots=True)
class DeviceRef:
    """Which device: enough to build it, and to find it by name."""

    role: str
    fabric: str
    index: int
    """Position in its layer, from 0, laid out for the capacity."""
    name: str
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
    mtu_bytes: int
    ecmp: int | None
    origin: str

    def port_map(self, model: SwitchModel, topology: RailOptimized) -> PortMap:
        """Where the slots are on a switch of this tier that is of the given model."""
        if self.role == LEAF:
            down, up = topology.down, topology.uplinks
        else:
            down, up = topology.leaves_per_pod * topology.trunk, 0
        return PortMap(model.cages, self.breakout.ports, model.lanes, down, up)


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
    disabled: frozenset[End]
    """Ports that are shut; both ends of each link."""
    models: Mapping[int, SwitchModel]
    """Other models than the tier's, by node."""
    snippets: Mapping[int, tuple[Snippet, ...]]
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
    roce: RocePolicy | None
    oversubscription: float
    origin: str

    def tier(self, role: str) -> Tier:
        """Return the tier of a switch's role."""
        return self.leaf if role == LEAF else self.spine

    def node(self, ref: DeviceRef) -> int:
        """Return the node of a device in the fabric's topology."""
        hosts, leaves, spines = self.plan.layers
        return {HOST: hosts, LEAF: leaves, SPINE: spines}[ref.role].first + ref.index

    def model_of(self, ref: DeviceRef) -> SwitchModel:
        """Return the model of one switch: its tier's, or the overlay's."""
        return self.overlay.models.get(self.node(ref), self.tier(ref.role).model)


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
    pods: Mapping[int, Mapping[int, IdRanges]]
    """Hosts that exist: pod → unit → ids."""
    fabrics: tuple[Fabric, ...]
    names: Names
    inventory: Mapping[str, Record]
    """By derived name."""

    def fabric(self, name: str) -> Fabric:
        """Return the fabric of that name; raises KeyError if there is none."""
        for fabric in self.fabrics:
            if fabric.name == name:
                return fabric
        raise KeyError(name)

    def refs(self) -> Iterator[DeviceRef]:
        """Yield every device that exists: spines, leaves, hosts, each in the order of ids."""
        for fabric in self.fabrics:
            for pod in sorted(self.pods):
                for index in range((pod - 1) * fabric.plan.spines, pod * fabric.plan.spines):
                    yield self.spine(fabric, index)
            for pod, units in sorted(self.pods.items()):
                for unit in sorted(units):
                    per_unit = fabric.plan.rails * fabric.plan.group
                    first = ((pod - 1) * fabric.plan.units + unit - 1) * per_unit
                    for index in range(first, first + per_unit):
                        yield self.leaf(fabric, index)
        fabric = self.fabrics[0]
        for pod, units in sorted(self.pods.items()):
            for unit, ids in sorted(units.items()):
                first = ((pod - 1) * fabric.plan.units + unit - 1) * fabric.plan.hosts
                for host in ids:
                    yield self.host(fabric, first + host - 1)

    def spine(self, fabric: Fabric, index: int) -> DeviceRef:
        """Return a spine by its index."""
        pod, spine = divmod(index, fabric.plan.spines)
        name = self.names.spine.format(pod=pod + 1, spine=spine + 1, fabric=fabric.name)
        return DeviceRef(SPINE, fabric.name, index, self._called(name), pod + 1, 0, 0)

    def leaf(self, fabric: Fabric, index: int) -> DeviceRef:
        """Return a leaf by its index."""
        plan = fabric.plan
        rest, in_group = divmod(index, plan.group)
        rest, rail = divmod(rest, plan.rails)
        pod, unit = divmod(rest, plan.units)
        name = self.names.leaf.format(pod=pod + 1, unit=unit + 1, rail=rail + 1, leaf=in_group + 1, fabric=fabric.name)
        return DeviceRef(LEAF, fabric.name, index, self._called(name), pod + 1, unit + 1, rail + 1)

    def host(self, fabric: Fabric, index: int) -> DeviceRef:
        """Return a host by its index."""
        rest, host = divmod(index, fabric.plan.hosts)
        pod, unit = divmod(rest, fabric.plan.units)
        name = self.names.host.format(pod=pod + 1, unit=unit + 1, host=host + 1)
        return DeviceRef(HOST, fabric.name, index, self._called(name), pod + 1, unit + 1, 0)

    def device_at(self, fabric: Fabric, node: int) -> DeviceRef:
        """Return the device of a node of a fabric's topology."""
        hosts, leaves, spines = fabric.plan.layers
        if node in hosts:
            return self.host(fabric, hosts.index(node))
        if node in leaves:
            return self.leaf(fabric, leaves.index(node))
        return self.spine(fabric, spines.index(node))

    def exists(self, fabric: Fabric, ref: DeviceRef) -> bool:
        """Whether a device is there, or only laid out for."""
        units = self.pods.get(ref.pod)
        if units is None:
            return False
        if ref.role == SPINE:
            return True
        ids = units.get(ref.unit)
        if ids is None:
            return False
        return ref.role == LEAF or ref.index % fabric.plan.hosts + 1 in ids

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
        return self.inventory.get(ref.name, _UNKNOWN)

    def _called(self, name: str) -> str:
        record = self.inventory.get(name)
        return record.alias if record is not None and record.alias else name


_UNKNOWN = Record()
