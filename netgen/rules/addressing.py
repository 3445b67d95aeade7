"""Pools, AS numbers, management addresses and names of a derived cluster."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from netgen.cluster.directory import Directory, directory, managed_at
from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import RESERVED_ADDRESSES, Cluster, ManagementPlan
from netgen.cluster.out_of_band import out_of_band
from netgen.cluster.topology.slots import HOST, LEAF, ROUTER, SPINE, SUPERSPINE
from netgen.diagnostics.codes import derived, references
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.models import AsnPlan, Intent, InventoryRow
from netgen.intent.models import Fabric as Given
from netgen.intent.texts import HOST_NAME

# RFC 6996.
PRIVATE_TWO_BYTE = (64_512, 65_534)
PRIVATE_FOUR_BYTE = (4_200_000_000, 4_294_967_294)
HOST_BGP = "host-bgp"
# RFC 6890, table of special-purpose addresses: those that are no router's interface.
SPECIAL = {
    "unspecified": IPv4Network("0.0.0.0/8"),
    "loopback": IPv4Network("127.0.0.0/8"),
    "link-local": IPv4Network("169.254.0.0/16"),
    "multicast": IPv4Network("224.0.0.0/4"),
    "reserved": IPv4Network("240.0.0.0/4"),
}


def check(intent: Intent, rows: Mapping[str, InventoryRow], cluster: Cluster) -> Iterator[Finding]:
    """Yield what is wrong with the numbers and names of a cluster."""
    for fabric in cluster.fabrics:
        path = ("fabrics", fabric.name)
        yield from _exhausted(fabric, path)
        yield from _asns(intent.fabrics[fabric.name].asn, fabric, path)
        yield from _ecmp(fabric, path)
    yield from _overlaps(intent)
    yield from _unicast(intent)
    yield from _servers(intent)
    yield from _management(intent, cluster)
    yield from _inventory(rows, cluster)


def check_given(intent: Intent) -> Iterator[Finding]:
    """Yield the numbers of hosts that their attachment needs, or has no use for."""
    for name, fabric in intent.fabrics.items():
        yield from _of_hosts(fabric, ("fabrics", name))


def _of_hosts(given: Given, path: IntentPath) -> Iterator[Finding]:
    pool, first = given.pools.host_loopbacks, given.asn.hosts
    if given.attach != HOST_BGP:
        for key, value in ((("pools", "host-loopbacks"), pool), (("asn", "hosts"), first)):
            if value is not None:
                yield derived.HOST_NUMBERS.about(
                    f"{'.'.join(key)} is of hosts that speak BGP, and these are attached by {given.attach}",
                    (*path, *key),
                    advice=f"write `attach: {HOST_BGP}`, or leave it out",
                )
        return
    if pool is None:
        yield derived.HOST_NUMBERS.about(
            "hosts that speak BGP announce a loopback each, and there is no pool of them",
            (*path, "attach"),
            advice="add `host-loopbacks`, a subnet, below `pools`",
        )
    if first is None and given.asn.base <= PRIVATE_TWO_BYTE[1]:
        yield derived.HOST_NUMBERS.about(
            "hosts that speak BGP have an AS number each, and the two-byte range has no room for a default",
            (*path, "attach"),
            related=(((*path, "asn", "base"), "the two-byte range"),),
            advice="add `hosts`, the first host's number, below `asn`; the four-byte range has more room",
        )


def _exhausted(fabric: Fabric, path: IntentPath) -> Iterator[Finding]:
    numbers = fabric.numbers
    hosts, *switches = fabric.plan.layers
    edge = switches[0]
    needs = [
        (
            "hosts",
            numbers.hosts.size,
            edge.count * numbers.block,
            f"{edge.count} {_MANY[edge.name]} x {numbers.block} addresses",
        ),
        ("loopbacks", numbers.loopbacks.size, *_loopbacks(fabric)),
    ]
    count = sum(layer.count * layer.outward for layer in switches)
    if numbers.links is not None and count:
        what = "ends" if fabric.grouped is not None else "links"
        needs.append(("links", numbers.links.size, 2 * count, f"{count} {what} x 2 addresses"))
    if numbers.host_loopbacks is not None:
        needs.append(
            ("host-loopbacks", numbers.host_loopbacks.size, hosts.count + 1, f"{hosts.count} hosts, the first is free")
        )
    for pool, size, needed, arithmetic in needs:
        if needed > size:
            length = 32 - (needed - 1).bit_length()
            yield derived.POOL_EXHAUSTED.about(
                f"the pool of {pool} has {size} addresses; the capacity needs {needed}",
                (*path, "pools", pool),
                notes=(arithmetic,),
                advice=f"a /{length} or larger would do",
            )


_PARTS = {LEAF: (2, "a half"), SPINE: (4, "a quarter"), SUPERSPINE: (4, "a quarter")}
"""Into how many parts of such a size the pool of loopbacks is divided, by role."""


def _loopbacks(fabric: Fabric) -> tuple[int, str]:
    """Return how large the pool of loopbacks must be, and why."""
    layers = fabric.plan.layers[1:]
    if layers[0].name == ROUTER:
        return layers[0].count + 1, f"{layers[0].count} routers, the first is free"
    # without superspines, the spines have the whole of the second half
    parts = {layer.name: _PARTS[layer.name] if len(layers) > len(_PARTS) - 1 else _PARTS[LEAF] for layer in layers}
    needed = max(parts[layer.name][0] * (layer.count + 1) for layer in layers)
    shares = [f"{parts[layer.name][1]} for {layer.count} {_MANY[layer.name]}" for layer in layers]
    each = parts[layers[-1].name][1].split()[-1]
    return needed, f"{', '.join(shares)}, the first of each {each} free"


_MANY = {LEAF: "leaves", SPINE: "spines", SUPERSPINE: "superspines", ROUTER: "routers"}


def _asns(given: AsnPlan, fabric: Fabric, path: IntentPath) -> Iterator[Finding]:
    numbers = fabric.numbers
    # where the leaves' numbers follow from the base, the base is all that there is to change; so with the hosts'
    keys = {LEAF: "base" if given.leaves is None else "leaves", HOST: "base" if given.hosts is None else "hosts"}
    blocks = []
    for layer in (*reversed(fabric.plan.layers[1:]), fabric.plan.layers[0]):
        if layer.name in numbers.asns:
            asns = numbers.asn_range(layer.name, layer.count)
            blocks.append((_MANY.get(layer.name, "hosts"), asns, keys.get(layer.name, "base")))
    public: dict[str, list[str]] = {}
    for who, asns, key in blocks:
        if not any(low <= asns[0] and asns[-1] <= high for low, high in (PRIVATE_TWO_BYTE, PRIVATE_FOUR_BYTE)):
            public.setdefault(key, []).append(f"the {who} would have {_span(asns)}")
    for key, said in public.items():
        yield derived.ASN_NOT_PRIVATE.about(
            f"{' and '.join(said)}, which is not all in one private range",
            (*path, "asn", key),
            notes=("private are 64512-65534 and 4200000000-4294967294 (RFC 6996)",),
        )
    for (one, ours, _), (other, theirs, key) in combinations(blocks, 2) if not public else ():
        if max(ours[0], theirs[0]) <= min(ours[-1], theirs[-1]):
            yield derived.ASN_COLLISION.about(
                f"the {other}' AS numbers {_span(theirs)} include the {one}' {_span(ours)}", (*path, "asn", key)
            )


def _span(numbers: range) -> str:
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


def _ecmp(fabric: Fabric, path: IntentPath) -> Iterator[Finding]:
    for tier in fabric.tiers.values():
        # how many of a router's links are equally near to another is less than how many there are
        needed = 1 if tier.role == ROUTER else fabric.equal_paths(tier.role)
        if tier.ecmp is not None and tier.ecmp < needed:
            yield derived.ECMP.about(
                f"{tier.ecmp} equal-cost paths are fewer than the {needed} that a {tier.role} has",
                (*path, fabric.told(tier.role), "ecmp"),
            )


def _pools(intent: Intent) -> list[tuple[IntentPath, IPv4Network]]:
    pools: list[tuple[IntentPath, IPv4Network]] = [(("management", "subnet"), intent.management.subnet)]
    for name, fabric in intent.fabrics.items():
        for key in ("hosts", "loopbacks", "links", "host-loopbacks"):
            pool = getattr(fabric.pools, key.replace("-", "_"))
            if pool is not None:
                pools.append((("fabrics", name, "pools", key), pool))
        pools += [(("fabrics", name, "externals", key, "subnet"), one.subnet) for key, one in fabric.externals.items()]
    return pools


def _overlaps(intent: Intent) -> Iterator[Finding]:
    for (path_a, a), (path_b, b) in combinations(_pools(intent), 2):
        if a.overlaps(b):
            yield derived.POOL_OVERLAP.about(f"{b} overlaps {a}", path_b, related=((path_a, "the other"),))


def _servers(intent: Intent) -> Iterator[Finding]:
    """Yield the servers of the management plane that have an address of a fabric."""
    management = intent.management
    for key, what in (("ntp", "time server"), ("syslog", "log server"), ("dns", "name server")):
        for server in getattr(management, key):
            for path, pool in _pools(intent)[1:]:
                if server in pool:
                    yield derived.POOL_OVERLAP.about(
                        f"the {what} {server} has an address of {pool}",
                        ("management", key),
                        related=((path, "the pool"),),
                    )


def _unicast(intent: Intent) -> Iterator[Finding]:
    for path, pool in _pools(intent):
        kind = next((kind for kind, network in SPECIAL.items() if pool.overlaps(network)), None)
        if kind is not None:
            yield derived.NOT_UNICAST.about(f"{pool} has {kind} addresses, which no interface can have", path)


def _management(intent: Intent, cluster: Cluster) -> Iterator[Finding]:
    subnet = intent.management.subnet
    gateway = intent.management.gateway
    if gateway is not None and (gateway not in subnet or gateway in {subnet.network_address, subnet.broadcast_address}):
        yield derived.GATEWAY.about(f"{gateway} is not an address of {subnet}", ("management", "gateway"))
    needed = sum(layer.count for _, layer in cluster.managed())
    needed += sum(places.room for places in cluster.places.values())
    free = subnet.num_addresses - RESERVED_ADDRESSES - 1
    if needed > free:
        yield derived.POOL_EXHAUSTED.about(
            f"the management subnet has {max(free, 0)} addresses for devices; the capacity needs {needed}",
            ("management", "subnet"),
            notes=(f"the first {RESERVED_ADDRESSES} and the last are kept free",),
            advice=f"a /{32 - (needed + RESERVED_ADDRESSES).bit_length()} or larger would do",
        )


def _inventory(rows: Mapping[str, InventoryRow], cluster: Cluster) -> Iterator[Finding]:
    """Yield names and addresses that two devices have, and rows of none; all are gone through only where need be."""
    found = directory(cluster)
    if found.doubled or not all(map(HOST_NAME.fullmatch, found.names())):
        wrong = next(_wrong_names(rows, cluster), None)
        if wrong is not None:
            yield wrong
            return
    if _may_share_addresses(found):
        yield from _shared_addresses(rows, cluster)
    serials: dict[str, str] = {}
    subnet = IPv4Network((cluster.management.address, cluster.management.length))
    unknown = {name for name in rows if found.derived(name) is None}
    beside = out_of_band(cluster) if unknown else None
    managing = {ref.derived_name for ref in beside.devices()} if beside else set[str]()
    for name, row in rows.items():
        if name in unknown and name not in managing:
            known = [*(ref.derived_name for ref in cluster.refs()), *managing]
            yield references.UNKNOWN_DEVICE.about(
                f"there is no device {name!r} in this cluster", _row(name, "name"), advice=did_you_mean(name, known)
            )
        if row.address is not None and row.address not in subnet:
            yield derived.ADDRESS_TWICE.about(
                f"{row.address} is not in the management subnet {subnet}", _row(name, "address")
            )
        if row.serial is not None:
            if row.serial in serials:
                yield derived.SERIAL_TWICE.about(
                    f"serial number {row.serial} is that of {serials[row.serial]} as well", _row(name, "serial")
                )
            serials[row.serial] = name


def _wrong_names(rows: Mapping[str, InventoryRow], cluster: Cluster) -> Iterator[Finding]:
    names: set[str] = set()
    bare = {row.alias: name for name, row in rows.items() if row.alias}
    for ref in cluster.refs():
        path = _row(bare[ref.name], "alias") if ref.name in bare else ("naming", ref.role)
        if ref.name in names:
            yield _same_name(cluster, ref, path)
        elif HOST_NAME.fullmatch(ref.name) is None:
            yield derived.NAME_FORM.about(f"{ref.name!r} is not a host name", path)
        names.add(ref.name)


def _may_share_addresses(found: Directory) -> bool:
    """Whether an address that does not follow by arithmetic may be another's too; those that do are distinct."""
    stated = [r.address for name, r in found.cluster.inventory.items() if r.address is not None and found.derived(name)]
    given = [*_taken(found.cluster.management), *stated]
    return len(set(given)) < len(given) or any(managed_at(found.cluster, address) for address in given)


def _shared_addresses(rows: Mapping[str, InventoryRow], cluster: Cluster) -> Iterator[Finding]:
    addresses = _taken(cluster.management)
    for ref in cluster.configured():
        address = cluster.management_address(ref)
        if address in addresses:
            yield _twice(address, (addresses[address], ref.derived_name), rows)
        addresses[address] = ref.derived_name


def _same_name(cluster: Cluster, ref: DeviceRef, path: IntentPath) -> Finding:
    """Tell of a second device of a name; the patterns of several fabrics' switches must tell them apart."""
    advice = ""
    if len(cluster.fabrics) > 1 and ref.role != HOST and path[0] == "naming":
        path, advice = ("fabrics", ref.fabric, "naming"), f"say how its {ref.role}s are called: `naming: {{…}}`"
    return derived.NAME_COLLISION.about(f"two devices would be called {ref.name}", path, advice=advice)


def _taken(plan: ManagementPlan) -> dict[int, str]:
    """Return the addresses that are not a device's, with what they are."""
    servers = {"time server": plan.ntp, "log server": plan.syslog, "name server": plan.dns}
    found = {int(IPv4Address(one)): f"a {what}" for what, some in servers.items() for one in some}
    return found if plan.gateway is None else {**found, plan.gateway: "the gateway"}


def _twice(address: int, owners: tuple[str, str], rows: Mapping[str, InventoryRow]) -> Finding:
    """Tell of an address with two owners, at the inventory's row of one of them where it says so."""
    first, second = owners
    said = [name for name in (second, first) if name in rows and rows[name].address is not None]
    if first.startswith(("a ", "the ")):
        key = "gateway" if first == "the gateway" else "subnet"
        message = f"{IPv4Address(address)} is {first}, and the management address of {second}"
        advice = f"the first {RESERVED_ADDRESSES} addresses of the subnet are never a device's"
        return derived.ADDRESS_TWICE.about(
            message, _row(said[0], "address") if said else ("management", key), advice=advice
        )
    return derived.ADDRESS_TWICE.about(
        f"{IPv4Address(address)} is the management address of two devices",
        _row(said[0] if said else second, "address"),
        notes=(f"they are {first} and {second}",),
    )


def _row(name: str, column: str) -> IntentPath:
    """Return the path of a cell: the inventory stands under its own key, by name."""
    return ("inventory", name, column)
