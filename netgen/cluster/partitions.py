"""From what the intent says of partitions to the ports that are in them, and the P_Keys that they have.

An automatic P_Key is a digest of the partition's name, within the range of the intent. So it follows from nothing but
the name: whoever adds, removes or reorders partitions changes no other's. Where two come to the same number, a rule
asks for one of them to be written down; none ever moves by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from netgen.cluster.fabric import DeviceRef
from netgen.cluster.infiniband import (
    DEFAULT_PKEY,
    Everybody,
    HcaPort,
    InfinibandFabric,
    Member,
    Membership,
    Partition,
    Service,
)
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.intent import infiniband
from netgen.record import Record, replace

AUTO = "auto"
EVERYBODY: Mapping[str, Everybody] = {
    "all": Everybody.ALL,
    "hosts": Everybody.HOSTS,
    "switches": Everybody.SWITCHES,
    "routers": Everybody.ROUTERS,
    "manager": Everybody.MANAGER,
}


def automatic_pkey(name: str, pkeys: infiniband.PkeyRange) -> int:
    """Return the P_Key of a partition that is given none: from its name alone."""
    digest = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    return pkeys.first + digest % (pkeys.last - pkeys.first + 1)


def pkey_of(name: str, given: infiniband.Partition, pkeys: infiniband.PkeyRange) -> int:
    """Return the P_Key of a partition, 15 bits."""
    return given.pkey if isinstance(given.pkey, int) else automatic_pkey(name, pkeys)


def partitions_of(cluster: Cluster, fabric: InfinibandFabric, given: infiniband.InfinibandFabric) -> InfinibandFabric:
    """Return the fabric with its partitions, the default one first, then by P_Key, and with its services.

    Parameters
    ----------
    cluster
        With its fabrics.
    fabric
        With the GUIDs of its ports, and its managers.
    given
        What the intent says of it.
    """
    people = Population(cluster, fabric, given.tenants)
    named = [_partition(people, name, one, given.pkeys) for name, one in given.partitions.items()]
    first = _default(people, given.default_partition)
    partitions = (first, *sorted(named, key=lambda one: one.pkey))
    if fabric.qos is None or given.qos is None:
        return replace(fabric, partitions=partitions)
    return replace(fabric, partitions=partitions, qos=replace(fabric.qos, services=tuple(_services(people, given.qos))))


Unit = tuple[int, int]
"""Pod and unit."""


class _Port(Record):
    """A port that has a GUID, and where it is."""

    ref: DeviceRef
    slot: int
    port: HcaPort


def hosts_by_name(cluster: Cluster, fabric: InfinibandFabric) -> dict[str, DeviceRef]:
    """Return the hosts and other nodes of a fabric by what they are called, and by what they would be without alias."""
    refs = [cluster.device_at(fabric, node) for node in cluster.nodes(fabric, HOST)]
    return {ref.derived_name: ref for ref in refs} | {ref.name: ref for ref in refs}


@dataclass(frozen=True)
class Population:
    """The ports of a fabric that have a GUID, and how the intent may name them."""

    cluster: Cluster
    fabric: InfinibandFabric
    tenants: Mapping[str, Sequence[infiniband.Selector]]

    @cached_property
    def names(self) -> dict[str, DeviceRef]:
        """Its hosts and other nodes by name, with or without ports that have a GUID."""
        return hosts_by_name(self.cluster, self.fabric)

    @cached_property
    def _by_unit(self) -> dict[Unit, list[_Port]]:
        """The ports of each unit: a selector mostly means a few units, and looks at no others."""
        found: dict[Unit, list[_Port]] = {}
        for (node, slot), port in self.fabric.hcas.items():
            ref = self.cluster.device_at(self.fabric, node)
            found.setdefault((ref.pod, ref.unit), []).append(_Port(ref, slot, port))
        return found

    @cached_property
    def _unit_of(self) -> dict[str | int, Unit]:
        """The unit of a host by each of its names, and of a port by its GUID."""
        found: dict[str | int, Unit] = {}
        for unit, ports in self._by_unit.items():
            for one in ports:
                found |= {one.ref.name: unit, one.ref.derived_name: unit, one.port.guid: unit}
        return found

    def ports(self, selector: infiniband.Selector) -> Iterator[HcaPort]:
        """Yield the ports for which all is true that a selector says, in the order of hosts and slots."""
        if isinstance(selector, infiniband.Member) and selector.tenant is not None:
            theirs = {port.guid for one in self.tenants.get(selector.tenant, ()) for port in self.ports(one)}
        else:
            theirs = None
        for unit in self._units(selector):
            for one in self._by_unit[unit]:
                if (theirs is None or one.port.guid in theirs) and self._is_meant(selector, one):
                    yield one.port

    def _units(self, selector: infiniband.Selector) -> list[Unit]:
        """Return the units in which ports that a selector means can be."""
        units = list(self._by_unit)
        if selector.unit is not None:
            units = [unit for unit in units if unit == selector.unit]
        if selector.nodes is not None:
            wanted = f"nodes.{selector.nodes}"
            others = self.cluster.others
            units = [unit for unit in units if unit in others and others[unit].origin == wanted]
        for named in (selector.host, selector.guid):
            if named is not None:
                units = [unit for unit in units if unit == self._unit_of.get(named)]
        return units

    def _is_meant(self, selector: infiniband.Selector, one: _Port) -> bool:
        ref, nics = one.ref, self.cluster.host_plan(one.ref).profile.nics[self.fabric.nics]
        wanted = (
            (selector.pod, ref.pod),
            (selector.rail, one.slot // nics.ports + 1),
            (selector.guid, one.port.guid),
        )
        if any(said is not None and said != true for said, true in wanted):
            return False
        if selector.hosts is not None and ref.number not in selector.hosts:
            return False
        return selector.host is None or selector.host in (ref.name, ref.derived_name)

    def members(self, said: Sequence[infiniband.Member], origin: str) -> dict[int, Member]:
        """Return the members that are meant, by GUID; of a port that is named twice, as it is named first."""
        found: dict[int, Member] = {}
        for position, one in enumerate(said):
            for port in self.ports(one):
                found.setdefault(port.guid, _member(port, one.membership, f"{origin}.{position}"))
        return found


def _partition(people: Population, name: str, given: infiniband.Partition, pkeys: infiniband.PkeyRange) -> Partition:
    origin = f"{people.fabric.origin}.partitions.{name}"
    members = people.members(given.members, f"{origin}.members")
    return _made(name, pkey_of(name, given, pkeys), given, members, {}, origin, index0=given.index0)


def _default(people: Population, given: infiniband.DefaultPartition) -> Partition:
    """Return the default partition: whatever the intent says, nodes of the subnet manager are full members of it."""
    fabric = people.fabric
    origin = f"{fabric.origin}.default-partition"
    members = people.members(given.members, f"{origin}.members")
    if fabric.managers is not None:
        for node in fabric.managers.priorities:
            for port in fabric.ports_of(node)[:1]:
                members[port.guid] = _member(port, Membership.FULL, fabric.managers.origin)
    # OpenSM makes every port a limited member of it before it reads a word (osm_prtn.c, prtn_make_default).
    everybody = {Everybody.ALL: Membership.LIMITED}
    everybody |= {EVERYBODY[who]: Membership(how) for who, how in given.everybody.items()}
    return _made("Default", DEFAULT_PKEY, given, members, everybody, origin)


def _services(people: Population, given: infiniband.IbQos) -> Iterator[Service]:
    """Yield what is reached by service levels of its own; a port that is meant twice is of the first."""
    taken: set[int] = set()
    for name, one in given.services.items():
        found = {port.guid: _called(port) for selector in one.to for port in people.ports(selector)}
        ports = tuple((guid, found[guid]) for guid in sorted(found.keys() - taken))
        taken |= found.keys()
        yield Service(name, one.service_level, ports, f"{people.fabric.origin}.qos.services.{name}")


def _called(port: HcaPort) -> str:
    return f"{port.device} {port.hca}"


def _member(port: HcaPort, membership: str, origin: str) -> Member:
    return Member(port.guid, Membership(membership), origin, _called(port))


def _made(
    name: str,
    pkey: int,
    given: infiniband.PartitionOptions,
    members: Mapping[int, Member],
    everybody: Mapping[Everybody, Membership],
    origin: str,
    *,
    index0: bool = False,
) -> Partition:
    return Partition(
        name=name,
        pkey=pkey,
        ipoib=given.ipoib,
        mtu_bytes=given.mtu,
        rate_gbps=given.rate,
        service_level=given.service_level,
        members=tuple(members[guid] for guid in sorted(members)),
        everybody=everybody,
        origin=origin,
        index0=index0,
    )
