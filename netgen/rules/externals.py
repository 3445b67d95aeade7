"""Links to routers that are not netgen's: their addresses, AS numbers, prefixes and ports."""

from collections.abc import Iterator

from netgen.cluster.fabric import External as Laid
from netgen.cluster.model import Cluster
from netgen.device.build import Build
from netgen.device.model import Host, PortRole, Switch
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent.models import External, Fabric, Intent

LINK_LENGTHS = (30, 31)
SHOWN = 4
"""So many ports that are free are named."""


def check(intent: Intent) -> Iterator[Finding]:
    """Yield what is wrong with external links by themselves, before anything is derived."""
    for name, fabric in intent.fabrics.items():
        for key, one in fabric.externals.items():
            path: IntentPath = ("fabrics", name, "externals", key)
            yield from _link(one, path)
            yield from _accepted(fabric, one, name, path)


def _link(one: External, path: IntentPath) -> Iterator[Finding]:
    if one.subnet.prefixlen not in LINK_LENGTHS:
        yield derived.EXTERNAL_LINK.about(f"{one.subnet} is neither a /30 nor a /31", (*path, "subnet"))
    elif one.address not in ([*one.subnet] if one.subnet.prefixlen == LINK_LENGTHS[1] else [*one.subnet.hosts()]):
        yield derived.EXTERNAL_LINK.about(
            f"{one.address} is no address of a link {one.subnet}",
            (*path, "address"),
            related=(((*path, "subnet"), "the link"),),
        )


def _accepted(fabric: Fabric, one: External, name: str, path: IntentPath) -> Iterator[Finding]:
    """Yield prefixes that would lead the fabric's own traffic out of it; a default route leads nobody astray."""
    pools = {key: pool for key, pool in fabric.pools if pool is not None}
    for prefix in one.accept:
        for key, pool in pools.items():
            if prefix.prefixlen and prefix.overlaps(pool):
                yield derived.POOL_OVERLAP.about(
                    f"{prefix}, which is accepted from outside, overlaps {pool}",
                    (*path, "accept"),
                    related=((("fabrics", name, "pools", key.replace("_", "-")), "the fabric's own"),),
                )


def check_derived(cluster: Cluster, build: Build) -> Iterator[Finding]:
    """Yield external links at ports that are not free, and AS numbers that the fabric has itself.

    Parameters
    ----------
    build
        Builds a device; remembers those that it has built.
    """
    for fabric in cluster.fabrics:
        numbers, seen = fabric.numbers, set[tuple[int, str]]()
        own = {
            layer.name: numbers.asn_range(layer.name, layer.count)
            for layer in fabric.plan.layers
            if layer.name in numbers.asns
        }
        for one in fabric.externals:
            path: IntentPath = ("fabrics", fabric.name, "externals", one.name)
            yield from _port(build(cluster.device_at(fabric, one.leaf)), one, seen, (*path, "interface"))
            for role, asns in own.items():
                if one.asn in asns:
                    yield derived.ASN_COLLISION.about(f"AS {one.asn} is of the fabric's {role} tier", (*path, "asn"))


def _port(leaf: Switch | Host, one: Laid, seen: set[tuple[int, str]], path: IntentPath) -> Iterator[Finding]:
    port = next((port for port in leaf.ports if port.name == one.interface), None)
    if (one.leaf, one.interface) in seen:
        yield derived.EXTERNAL_PORT.about(f"two routers are at {leaf.name} {one.interface}", path)
    elif port is None or port.role is not PortRole.EXTERNAL:
        free = [port.name for port in leaf.ports if port.role is PortRole.SPARE]
        said = f"{leaf.name} has no port {one.interface}"
        if port is not None:
            said = f"{leaf.name} {one.interface} is not free: it is for a {port.role.value}"
        few = f"free are {', '.join(free[:SHOWN])}{', …' if len(free) > SHOWN else ''}" if free else "it has none left"
        yield derived.EXTERNAL_PORT.about(said, path, advice=did_you_mean(one.interface, free) if port is None else few)
    seen.add((one.leaf, one.interface))
