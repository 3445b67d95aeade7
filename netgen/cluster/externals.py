"""Routers that are not netgen's, at the leaves that the intent names."""

from collections.abc import Mapping

from netgen.cluster.fabric import External, Fabric
from netgen.cluster.model import Cluster
from netgen.diagnostics.codes import references
from netgen.diagnostics.finding import Finding, UnbuildableError
from netgen.diagnostics.suggest import did_you_mean
from netgen.intent import models


def externals(cluster: Cluster, fabric: Fabric, given: Mapping[str, models.External]) -> tuple[External, ...]:
    """Find the leaves of external links.

    Raises
    ------
    UnbuildableError
        If one is at a device that is not a leaf of the fabric; all of them are told.
    """
    leaves = {name: ref for name, ref in cluster.switches_by_name(fabric).items() if ref.role == fabric.edge.role}
    unknown: list[Finding] = []
    found = []
    for name, one in given.items():
        if one.leaf not in leaves:
            path = ("fabrics", fabric.name, "externals", name, "leaf")
            advice = did_you_mean(one.leaf, leaves)
            unknown.append(references.UNKNOWN_DEVICE.about(f"there is no leaf {one.leaf!r}", path, advice=advice))
            continue
        address, first = int(one.address), int(one.subnet.network_address)
        # a /31 has two addresses, a /30 two between its first and last
        pair = (first, first + 1) if one.subnet.prefixlen == 31 else (first + 1, first + 2)
        found.append(
            External(
                name=name,
                leaf=fabric.node(leaves[one.leaf]),
                interface=one.interface,
                address=address,
                length=one.subnet.prefixlen,
                neighbor=pair[0] if address == pair[1] else pair[1],
                asn=one.asn,
                accept=tuple((int(prefix.network_address), prefix.prefixlen) for prefix in one.accept),
                maximum_prefixes=one.maximum_prefixes,
                origin=f"{fabric.origin}.externals.{name}",
            )
        )
    if unknown:
        raise UnbuildableError(*unknown)
    return tuple(found)
