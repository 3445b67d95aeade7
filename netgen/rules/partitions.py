"""Who may speak with whom on an InfiniBand fabric: P_Keys, members, and what a partition's members share."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from netgen.cluster.infiniband import (
    DEFAULT_PKEY,
    FULL_MEMBER,
    RATE_CODES,
    HcaPort,
    InfinibandFabric,
)
from netgen.cluster.model import Cluster
from netgen.cluster.partitions import AUTO, Population, pkey_of
from netgen.diagnostics.codes import infiniband as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent import infiniband
from netgen.intent.models import Intent

LIMITED, BOTH = "limited", "both"

MAX_NAME = 31
"""Characters of a partition's name (OpenSM, osm_partition.h: char name[32])."""
MAX_PKEYS = 128
"""P_Keys of a port (Linux, drivers/net/ethernet/mellanox/mlx5/core/main.c: handle_hca_cap)."""


def check_given(intent: Intent) -> Iterator[Finding]:
    """Yield what is wrong with partitions whatever the cluster is."""
    for name, fabric in intent.infiniband.items():
        path: IntentPath = ("fabrics", name)
        out_of_range = [*_range(fabric.pkeys, path), *_pkeys(fabric, path)]
        yield from out_of_range or _pkeys_twice(fabric, path)
        yield from _names(fabric, path)
        for key, one in fabric.partitions.items():
            yield from _ipoib_only(one, (*path, "partitions", key))
            yield from _full_members(one, (*path, "partitions", key))
        yield from _ipoib_only(fabric.default_partition, (*path, "default-partition"))
        yield from _default(fabric.default_partition, (*path, "default-partition"))
        yield from _both(fabric, path)
        for at, selector in _selectors(fabric, path):
            if isinstance(selector, infiniband.Member) and selector.tenant not in (None, *fabric.tenants):
                yield codes.UNKNOWN_MEMBER.about(
                    f"there is no tenant {selector.tenant!r}",
                    (*at, "tenant"),
                    advice=did_you_mean(str(selector.tenant), fabric.tenants),
                )


def check(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    """Yield what is wrong with the members of partitions, and notes of those that grow with the cluster."""
    for fabric in cluster.infiniband:
        given = intent.infiniband[fabric.name]
        path: IntentPath = ("fabrics", fabric.name)
        people = Population(cluster, fabric, given.tenants)
        lost = list(_lost(intent, people, given, path))
        yield from lost
        if lost:
            continue
        for name, partition in given.partitions.items():
            yield from _named_twice(people, partition.members, (*path, "partitions", name, "members"))
        yield from _named_twice(people, given.default_partition.members, (*path, "default-partition", "members"))
        yield from _of_managers(fabric, given.default_partition, people, path)
        yield from _rates(cluster, fabric, given, path)
        yield from _too_many(fabric, path)
        for at, selector in _selectors(given, path):
            if at[len(path)] != "qos":  # what is added to a service is reached as the rest of it
                yield from _grows(selector, at)


def _selectors(
    fabric: infiniband.InfinibandFabric, path: IntentPath
) -> Iterator[tuple[IntentPath, infiniband.Selector]]:
    """Yield everything that names ports."""
    for name, tenant in fabric.tenants.items():
        yield from (((*path, "tenants", name, at), one) for at, one in enumerate(tenant))
    for name, partition in fabric.partitions.items():
        yield from (((*path, "partitions", name, "members", at), one) for at, one in enumerate(partition.members))
    for at, one in enumerate(fabric.default_partition.members):
        yield (*path, "default-partition", "members", at), one
    for name, service in fabric.qos.services.items() if fabric.qos else ():
        yield from (((*path, "qos", "services", name, "to", at), one) for at, one in enumerate(service.to))


# --- P_Keys and names ---------------------------------------------------------------------------------


def _range(pkeys: infiniband.PkeyRange, path: IntentPath) -> Iterator[Finding]:
    wrong = [
        finding
        for key in ("first", "last")
        for finding in _pkey(getattr(pkeys, key), (*path, "pkeys", key), "the range of automatic P_Keys")
    ]
    yield from wrong
    if not wrong and pkeys.first > pkeys.last:
        yield codes.PKEY_RANGE.about(
            f"the range of automatic P_Keys ends at {pkeys.last:#06x}, before it begins at {pkeys.first:#06x}",
            (*path, "pkeys"),
            at_key=True,
        )


def _pkeys(fabric: infiniband.InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    for name, one in fabric.partitions.items():
        if isinstance(one.pkey, int):
            yield from _pkey(one.pkey, (*path, "partitions", name, "pkey"), name)


def _pkey(pkey: int, path: IntentPath, whose: str) -> Iterator[Finding]:
    said = f"{pkey:#06x} is no P_Key for {whose}"
    if pkey in (DEFAULT_PKEY, DEFAULT_PKEY | FULL_MEMBER):
        yield codes.PKEY_RANGE.about(said, path, advice="the default partition is `default-partition`")
    elif pkey & FULL_MEMBER and pkey != FULL_MEMBER:
        yield codes.PKEY_RANGE.about(
            said, path, advice=f"write {pkey & ~FULL_MEMBER:#06x}: the bit 0x8000 is the members', `membership: full`"
        )
    elif not 1 <= pkey < DEFAULT_PKEY:
        yield codes.PKEY_RANGE.about(said, path, advice="take a number from 0x0001 to 0x7ffe")


def _pkeys_twice(fabric: infiniband.InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    first: dict[int, str] = {}
    # Those that are written down come first: the automatic one is to be mended.
    for name, one in sorted(fabric.partitions.items(), key=lambda item: item[1].pkey == AUTO):
        pkey = pkey_of(name, one, fabric.pkeys)
        other = first.setdefault(pkey, name)
        if other != name:
            at = (*path, "partitions", name)
            automatic = "pkey" not in one.model_fields_set
            yield codes.PKEY_TWICE.about(
                f"{name} has the P_Key of {other}, {pkey:#06x}" + ("" if one.pkey != AUTO else ", by its name"),
                at if automatic else (*at, "pkey"),
                at_key=automatic,
                related=(((*path, "partitions", other), other),),
                advice="write down another one, and leave it so",
            )


def _names(fabric: infiniband.InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    for name in fabric.partitions:
        at = (*path, "partitions", name)
        if len(name) > MAX_NAME:
            yield codes.PARTITION_NAME.about(
                f"the name of a partition has at most {MAX_NAME} characters, this one has {len(name)}", at, at_key=True
            )
        elif name == "default":
            yield codes.PARTITION_NAME.about(
                "the partition 0x7fff is called so", at, at_key=True, advice="call it otherwise, or `default-partition`"
            )


# --- what members share -------------------------------------------------------------------------------


def _ipoib_only(one: infiniband.PartitionOptions, path: IntentPath) -> Iterator[Finding]:
    if not one.ipoib:
        for key, value in (("mtu", one.mtu), ("rate", one.rate)):
            if value is not None:
                yield codes.WITHOUT_IPOIB.about(
                    f"the {key} of {path[-1]} is that of an IPoIB group that it does not have",
                    (*path, key),
                    advice="add `ipoib: true`, or leave it out",
                )
    if one.rate is not None and one.rate not in RATE_CODES:
        known = ", ".join(f"{rate:g}G" for rate in sorted(RATE_CODES) if rate == int(rate))
        yield codes.GROUP_RATE.about(
            f"InfiniBand has no rate of {one.rate:g}G", (*path, "rate"), advice=f"choose one of {known}"
        )


def _rates(
    cluster: Cluster, fabric: InfinibandFabric, given: infiniband.InfinibandFabric, path: IntentPath
) -> Iterator[Finding]:
    """Yield the groups that some of the fabric's ports are too slow for; all of them run at one speed."""
    speeds = {plan.profile.nics[fabric.nics].speed_gbps for plan in cluster.host_plans(fabric)}
    options: dict[IntentPath, infiniband.PartitionOptions] = {
        (*path, "partitions", name): one for name, one in given.partitions.items()
    }
    for at, one in {(*path, "default-partition"): given.default_partition, **options}.items():
        if one.rate is not None and one.rate > min(speeds):
            yield codes.GROUP_RATE.about(f"ports of {min(speeds)}G cannot join a group of {one.rate:g}G", (*at, "rate"))


def _full_members(one: infiniband.Partition, path: IntentPath) -> Iterator[Finding]:
    if all(member.membership == LIMITED for member in one.members):
        yield codes.NO_FULL_MEMBER.about(
            f"all members of {path[-1]} are limited: none of them reaches another",
            (*path, "members"),
            at_key=True,
            advice="make those that all others may reach `membership: full`",
        )


def _default(one: infiniband.DefaultPartition, path: IntentPath) -> Iterator[Finding]:
    for who, how in one.everybody.items():
        at = (*path, "everybody", who)
        if who == "manager" and how == LIMITED:
            yield codes.LIMITED_MANAGER.about("the subnet manager would be a limited member", at)
        elif who in ("all", "hosts") and how != LIMITED:
            yield codes.OPEN_DEFAULT.about(
                f"{who} are full members: every port reaches every other, whatever other partitions say", at
            )


def _both(fabric: infiniband.InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    if fabric.subnet_manager is None or fabric.subnet_manager.allow_both:
        return
    said = [(at, one.membership) for at, one in _selectors(fabric, path) if isinstance(one, infiniband.Member)]
    said += [((*path, "default-partition", "everybody", k), v) for k, v in fabric.default_partition.everybody.items()]
    for at, membership in said:
        if membership == BOTH:
            yield codes.BOTH.about(
                "full and limited at once is more than the manager allows",
                at if at[-2] == "everybody" else (*at, "membership"),
                related=(((*path, "subnet-manager"), "the manager"),),
                advice="write `allow-both: true` there, or choose one of them",
            )


# --- members ------------------------------------------------------------------------------------------


def _lost(
    intent: Intent, people: Population, given: infiniband.InfinibandFabric, path: IntentPath
) -> Iterator[Finding]:
    """Yield what is meant by nothing; of a tenant of nobody, not its every membership as well."""
    nobody = {name for name, selectors in given.tenants.items() if not selectors}
    for name in sorted(nobody):
        yield codes.MEANS_NOBODY.about(f"nothing is {name}'s", (*path, "tenants", name), at_key=True)
    for at, said in _selectors(given, path):
        if isinstance(said, infiniband.Member) and said.tenant in nobody:
            continue
        if not (said.model_fields_set - {"membership"}):
            yield codes.UNKNOWN_MEMBER.about(
                "whoever it means is not said: it would be every port",
                at,
                at_key=True,
                advice="name a tenant, a unit, nodes, a host or another of what members are named by",
            )
            continue
        for finding in _meant(intent, people, said, at):
            if at[2] == "tenants":
                nobody.add(str(at[3]))
            yield finding


def _meant(intent: Intent, people: Population, one: infiniband.Selector, path: IntentPath) -> Iterator[Finding]:
    """Yield what a selector names and is not there, or that there is nothing of which all is true that it says."""
    unknown = list(_unknown(intent, people, one, path))
    yield from unknown
    if not unknown and next(people.ports(one), None) is None:
        missing = "no port with a GUID is meant" if people.fabric.listed_ports else "no port has a GUID"
        yield codes.MEANS_NOBODY.about(missing, path, at_key=True)


def _unknown(intent: Intent, people: Population, one: infiniband.Selector, path: IntentPath) -> Iterator[Finding]:
    fabric = people.fabric
    if one.nodes is not None and one.nodes not in intent.nodes:
        yield codes.UNKNOWN_MEMBER.about(
            f"there are no nodes {one.nodes!r}", (*path, "nodes"), advice=did_you_mean(one.nodes, intent.nodes)
        )
    if one.pod is not None and one.pod not in fabric.pods:
        yield codes.UNKNOWN_MEMBER.about(f"there is no pod {one.pod} on the fabric", (*path, "pod"))
    if one.unit is not None and one.unit[1] not in fabric.pods.get(one.unit[0], {}):
        yield codes.UNKNOWN_MEMBER.about(
            f"there is no unit {one.unit[1]} of pod {one.unit[0]} on the fabric", (*path, "unit")
        )
    if one.host is not None and one.host not in people.names:
        yield codes.UNKNOWN_MEMBER.about(
            f"there is no host {one.host!r} on the fabric", (*path, "host"), advice=did_you_mean(one.host, people.names)
        )
    if one.guid is not None:
        yield from _guid(fabric, one.guid, (*path, "guid"))


def _guid(fabric: InfinibandFabric, guid: int, path: IntentPath) -> Iterator[Finding]:
    if any(port.guid == guid for port in fabric.hcas.values()):
        return
    for name, node in fabric.listed_switches.items():
        if node == guid:
            yield codes.NODE_GUID.about(f"{guid:#018x} is the GUID of the switch {name}", path)
            return
    ports = [port for port in fabric.listed_ports if port.node_guid == guid]
    if ports:
        theirs = ", ".join(f"{port.guid:#018x} is that of port {port.port}" for port in ports)
        yield codes.NODE_GUID.about(
            f"{guid:#018x} is the GUID of {ports[0].device}'s {ports[0].hca}, not of its port", path, advice=theirs
        )
    else:
        yield codes.UNKNOWN_MEMBER.about(f"no port of the fabric has the GUID {guid:#018x}", path)


def _named_twice(people: Population, members: Sequence[infiniband.Member], path: IntentPath) -> Iterator[Finding]:
    """Yield pairs of lines that make one port two things."""
    ports: Sequence[dict[int, HcaPort]] = [{port.guid: port for port in people.ports(one)} for one in members]
    for first, second in combinations(range(len(members)), 2):
        if members[first].membership == members[second].membership:
            continue
        shared = ports[first].keys() & ports[second].keys()
        if shared:
            port = next(port for guid, port in ports[first].items() if guid in shared)
            count = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
            yield codes.MEMBER_TWICE.about(
                f"{port.device} {port.hca}{count} is {members[first].membership} and {members[second].membership}",
                (*path, second, "membership"),
                related=(((*path, first, "membership"), "and here"),),
                advice="name them in one of the two only",
            )


def _of_managers(
    fabric: InfinibandFabric, one: infiniband.DefaultPartition, people: Population, path: IntentPath
) -> Iterator[Finding]:
    """Yield lines that make a manager's port less than a full member of the default partition."""
    if fabric.managers is None:
        return
    managing = {port.guid for node in fabric.managers.priorities for port in fabric.ports_of(node)[:1]}
    for position, member in enumerate(one.members):
        if member.membership == LIMITED:
            for port in people.ports(member):
                if port.guid in managing:
                    yield codes.LIMITED_MANAGER.about(
                        f"{port.device} manages the subnet and would be a limited member",
                        (*path, "default-partition", "members", position, "membership"),
                        related=(((*path, "subnet-manager", "on"), "the managers"),),
                    )
                    break


def _too_many(fabric: InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    """Yield the port that is in most partitions, if these are too many."""
    counts: Mapping[int, int] = {port.guid: sum(1 for _ in fabric.memberships(port)) for port in fabric.hcas.values()}
    guid = max(counts, key=lambda one: counts[one], default=0)
    if counts.get(guid, 0) > MAX_PKEYS:
        port = next(port for port in fabric.hcas.values() if port.guid == guid)
        over = sum(count > MAX_PKEYS for count in counts.values())
        yield codes.TOO_MANY_PARTITIONS.about(
            f"{port.device} {port.hca} is in {counts[guid]} partitions, and a port holds {MAX_PKEYS} P_Keys",
            (*path, "partitions"),
            at_key=True,
            notes=(f"{over} ports are in more than {MAX_PKEYS}",) if over > 1 else (),
        )


def _grows(one: infiniband.Selector, path: IntentPath) -> Iterator[Finding]:
    """Yield a note where what is added later is meant too."""
    if isinstance(one, infiniband.Member) and one.tenant is not None:
        return  # the tenant says whose ports are whose
    ids = one.hosts is not None and (one.unit is not None or one.nodes is not None)
    if ids or one.host is not None or one.guid is not None:
        return
    where = (
        f"unit {one.unit[0]}/{one.unit[1]}"
        if one.unit is not None
        else f"nodes {one.nodes}"
        if one.nodes is not None
        else "the cluster"
        if one.pod is None
        else f"pod {one.pod}"
    )
    yield codes.GROWS.about(
        f"what is added to {where} later is meant as well",
        path,
        at_key=True,
        advice="name a unit and the ids of its `hosts`, if it is not",
    )
