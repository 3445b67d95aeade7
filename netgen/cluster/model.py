"""A derived cluster: plans and arithmetic; its devices are built one by one by `netgen.device.build`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from netgen.catalog.model import HostProfile, ManagementSwitch
from netgen.cluster.fabric import AnyNetwork, DeviceRef, Fabric, Pods, units_of
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.places import Places
from netgen.cluster.topology.guests import is_guest
from netgen.cluster.topology.slots import HOST, SPINE, Ids, Layer, layer_of
from netgen.record import Record, replace

_Item = TypeVar("_Item")

ABSENT_STATES = frozenset({"planned", "failed"})
"""States of the inventory in which a device is not expected to be there."""

RESERVED_ADDRESSES = 10
"""Addresses at the beginning of the management subnet that stay free: gateways, consoles, jump hosts."""


class UserPlan(Record):
    """A local account."""

    name: str
    role: str
    secret: str | None
    """Name of the secret that is the password's hash."""
    ssh_keys: tuple[str, ...]
    origin: str


class OutOfBandPlan(Record):
    """What the switches are that management ports are cabled to (`netgen.cluster.out_of_band` lays them out)."""

    leaf: ManagementSwitch
    spine: ManagementSwitch | None
    spines: int
    """0: what joins the leaves is not netgen's."""
    uplinks: int
    """Of a leaf."""
    host_ports: tuple[str, ...]
    """Of every host; empty: those that its profile and its board have."""
    device_m: int | None
    spine_m: int | None
    """Lengths of cables to devices, and between leaves and spines."""


class ManagementPlan(Record):
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
    out_of_band: OutOfBandPlan | None = None


class InventoryRecord(Record):
    """What the inventory knows of a device."""

    serial: str | None = None
    mac: str | None = None
    address: int | None = None
    rack: str | None = None
    state: str = "active"
    alias: str | None = None
    os_version: str | None = None


class HostPlan(Record):
    """What every host is, or every other node of a kind."""

    names: str
    """Pattern of their names."""
    profile: HostProfile
    platform: str
    mtu_bytes: int | None
    """IP MTU of the NICs; ``None``: the fabric's."""
    origin: str
    capacity: int = 0
    """Up to which number other nodes are laid out, if more than there are; of hosts, their pods say it."""


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
    """Of Ethernet."""
    inventory: Mapping[str, InventoryRecord]
    """By derived name."""
    infiniband: tuple[InfinibandFabric, ...] = ()
    places: Mapping[tuple[int, int], Places] = field(default_factory=dict)
    """Of those other nodes that sit in the places of hosts, by pod and by the unit that their kind counts as."""
    _refs: dict[str, dict[int, DeviceRef]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Devices that were asked for, by fabric and node: a name is made up once, and each device is many others' peer."""
    _there: dict[str, dict[int, bool]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Likewise, whether they exist."""
    _managed_from: dict[tuple[str, str], int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Place of the first of a fabric's role in the management subnet."""

    @property
    def networks(self) -> tuple[AnyNetwork, ...]:
        """All fabrics, those of Ethernet first."""
        return (*self.fabrics, *self.infiniband)

    def fabric(self, name: str) -> Fabric:
        """Return the Ethernet fabric of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for fabric in self.fabrics:
            if fabric.name == name:
                return fabric
        raise KeyError(name)

    def network(self, name: str) -> AnyNetwork:
        """Return the fabric of that name, of whatever technology.

        Raises
        ------
        KeyError
            If there is none.
        """
        for network in self.networks:
            if network.name == name:
                return network
        raise KeyError(name)

    def refs(self) -> Iterator[DeviceRef]:
        """Yield every device that exists: of each fabric its switches from the top, then the hosts, in order of ids."""
        for network in self.networks:
            yield from self.switches(network)
        for network in self.networks:
            at_home = (self.device_at(network, node) for node in self.host_nodes(network))
            yield from (ref for ref in at_home if ref.fabric == network.name)

    def configured(self) -> Iterator[DeviceRef]:
        """Yield every device that exists and that netgen configures: not switches without management."""
        if not self.infiniband:
            return self.refs()
        return (ref for ref in self.refs() if self.platform_of(ref) is not None)

    def managed_by(self, ref: DeviceRef) -> InfinibandFabric | None:
        """Return the fabric whose subnet manager runs on a device; ``None``: it is no node of one."""
        if ref.role != HOST:
            return None
        for one in self.infiniband:
            at_home = one.managers is not None and ref.unit in one.pods.get(ref.pod, {})
            if at_home and one.managers is not None and one.node(ref) in one.managers.priorities:
                return one
        return None

    def platform_of(self, ref: DeviceRef) -> str | None:
        """Return the name of a device's platform; ``None``: nothing on it is configured."""
        if ref.role != HOST:
            platform: str | None = self.network(ref.fabric).tier(ref.role).platform
            return platform
        managed = self.managed_by(ref)
        return (
            self.host_plan(ref).platform if managed is None or managed.managers is None else managed.managers.platform
        )

    def host_plan(self, ref: DeviceRef) -> HostPlan:
        """Return what a host is, or another node."""
        return self.others.get((ref.pod, ref.unit), self.hosts)

    def host_plans(self, fabric: AnyNetwork) -> list[HostPlan]:
        """Return what the hosts and other nodes of a fabric are, each once."""
        plans = [self.others.get((pod, unit), self.hosts) for pod, units in fabric.pods.items() for unit in units]
        return list({id(plan): plan for plan in plans}.values())

    def nic_ports(self, fabric: AnyNetwork) -> int:
        """Count the ports of NICs on a fabric that exist."""
        return sum(
            len(ids) * len(self.others.get((pod, unit), self.hosts).profile.nics[fabric.nics].names)
            for pod, units in fabric.pods.items()
            for unit, ids in units.items()
        )

    def unit_of(self, ref: DeviceRef) -> int:
        """Return the unit that a device is in: of a node in the place of a host, that host's."""
        places = self.places.get((ref.pod, ref.unit)) if self.places else None
        return ref.unit if places is None else places.unit

    def home(self, pod: int, unit: int) -> AnyNetwork | None:
        """Return the first of the fabrics that the hosts of a unit are on; ``None``: there is no such unit."""
        return next((fabric for fabric in self.networks if unit in fabric.pods.get(pod, {})), None)

    def switches(self, fabric: AnyNetwork) -> Iterator[DeviceRef]:
        """Yield the switches of a fabric that exist, from the top tier to the leaves."""
        for role in reversed(tuple(fabric.tiers)):
            for node in self.nodes(fabric, role):
                yield self.device_at(fabric, node)

    def count(self) -> int:
        """Count the devices that exist and that netgen configures."""
        tiers = ((network, tier) for network in self.networks for tier in network.tiers.values() if tier.platform)
        return sum(len(self.nodes(network, tier.role)) for network, tier in tiers) + sum(
            len(ids)
            for pod, units in self.pods.items()
            for unit, ids in units.items()
            if self.home(pod, unit) is not None
        )

    def nodes(self, fabric: AnyNetwork, role: str) -> Sequence[int]:
        """Return the nodes of a role that exist."""
        if role == HOST:
            return list(self.host_nodes(fabric))
        laid_out = fabric.layer(role).nodes
        return laid_out if fabric.complete else [node for node in laid_out if self.exists(fabric, node)]

    def host_nodes(self, fabric: AnyNetwork) -> Iterator[int]:
        """Yield the nodes of the hosts that exist, in order of ids."""
        for pod, units in sorted(fabric.pods.items()):
            for unit, hosts in sorted(units.items()):
                yield from (fabric.plan.host_at(pod, unit, host) for host in hosts)

    def links_across(self, fabric: AnyNetwork) -> dict[str, int]:
        """Count the links between switches of one role that exist, by name: groups are built whole."""
        grouped = fabric.grouped
        return {} if grouped is None else grouped.links_across(fabric.units)

    def switches_by_name(self, fabric: AnyNetwork) -> dict[str, DeviceRef]:
        """Return the switches of a fabric by what they are called, and by their derived names."""
        refs = list(self.switches(fabric))
        return {ref.derived_name: ref for ref in refs} | {ref.name: ref for ref in refs}

    def device_at(self, fabric: AnyNetwork, node: int) -> DeviceRef:
        """Return the device of a node of a fabric's topology."""
        return self.devices_of(fabric)[node]

    def devices_of(self, fabric: AnyNetwork) -> Mapping[int, DeviceRef]:
        """Return the devices of the nodes of a fabric's topology: each is found when it is asked for."""
        found = self._refs.get(fabric.name)
        if found is None:
            found = self._refs[fabric.name] = _Found(partial(self._ref, fabric))
        return found

    def _ref(self, fabric: AnyNetwork, node: int) -> DeviceRef:
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

    def _host(self, home: AnyNetwork, ids: Ids) -> DeviceRef:
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

    def exists(self, fabric: AnyNetwork, node: int) -> bool:
        """Whether a device is there, or only laid out for: hosts as the intent says, and the switches for them."""
        return self.existing_of(fabric)[node]

    def existing_of(self, fabric: AnyNetwork) -> Mapping[int, bool]:
        """Return whether the devices of the nodes are there: each is looked at when it is asked for."""
        found = self._there.get(fabric.name)
        if found is None:
            found = self._there[fabric.name] = _Found(partial(self._exists, fabric))
        return found

    def _exists(self, fabric: AnyNetwork, node: int) -> bool:
        is_host = node in fabric.plan.layers[0]
        if fabric.listed is not None and not is_host:
            return node in fabric.listed.names
        ids = fabric.plan.ids(node)
        if not ids.pod or (fabric.complete and not is_host):
            return True
        units = fabric.pods.get(ids.pod, {})
        if not ids.unit:
            return bool(units) and self._has_leaf(fabric, node)
        here = [unit for unit in range(ids.unit, ids.last_unit + 1) if unit in units]
        if is_host:
            return bool(here) and ids.number in units[here[0]]
        if not fabric.exact or not here:
            return bool(here)
        return any(self.exists(fabric, host) for host in fabric.plan.hosts_of(node))

    def _has_leaf(self, fabric: AnyNetwork, spine: int) -> bool:
        """Whether any leaf of a spine's block is there."""
        below = (fabric.plan.peer(spine, slot) for slot in range(fabric.layer(SPINE).down))
        return any(end is not None and self.exists(fabric, end[0]) for end in below)

    def management_address(self, ref: DeviceRef) -> int:
        """Address on the management network: the inventory's, else by arithmetic, from the top tier to the hosts.

        Nodes in the places of hosts have those at the end of the subnet, the last one first: they move no other's.
        """
        record = self.record(ref)
        if record.address is not None:
            return record.address
        if is_guest(ref.unit):
            return self.last_address - (ref.index - len(self.network(ref.fabric).layer(HOST).seats))
        if not self._managed_from:
            offset = RESERVED_ADDRESSES
            for fabric, layer in self.managed():
                self._managed_from[fabric.name, layer.name] = offset
                offset += layer.count
        return self.management.address + self._managed_from[ref.fabric, ref.role] + ref.index

    @property
    def last_address(self) -> int:
        """The last address of the management subnet that a device can have: many a gateway has the last of all."""
        last = self.management.address + (1 << (32 - self.management.length)) - 2
        return last - (last == self.management.gateway)

    def managed(self) -> Iterator[tuple[AnyNetwork, Layer]]:
        """Yield the layers that have management addresses, in their order: hosts with the first fabric they are on.

        Nodes in the places of hosts are not among these.
        """
        for fabric in self.networks:
            *switches, hosts = reversed(fabric.plan.layers)
            yield from ((fabric, layer) for layer in switches if fabric.tier(layer.name).platform is not None)
            if any(self.home(pod, unit) is fabric for pod, units in units_of(fabric.pods).items() for unit in units):
                yield fabric, replace(hosts, count=len(hosts.seats), guests=0) if hosts.guests else hosts

    def record(self, ref: DeviceRef) -> InventoryRecord:
        """Return what the inventory knows of a device; the defaults where it says nothing."""
        return self.inventory.get(ref.derived_name, _UNKNOWN)

    def _called(self, name: str) -> str:
        return self.inventory.get(name, _UNKNOWN).alias or name


class _Found(dict[int, _Item]):
    """What a function says of nodes, which is asked once of each."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[int], _Item]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, node: int) -> _Item:
        found = self[node] = self._find(node)
        return found


_UNKNOWN = InventoryRecord()
