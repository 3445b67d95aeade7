"""Which partition has index 0 of a port's table: the one that programs send with unless they are told otherwise."""

from collections.abc import Iterator

from netgen.cluster.infiniband import DEFAULT_PKEY, HcaPort, InfinibandFabric, Membership, Partition
from netgen.cluster.model import Cluster
from netgen.diagnostics.codes import infiniband as codes
from netgen.diagnostics.finding import Finding, IntentPath


def check(cluster: Cluster) -> Iterator[Finding]:
    """Yield the ports at which two partitions ask for index 0, and those of GPUs at which none does."""
    for fabric in cluster.infiniband:
        path: IntentPath = ("fabrics", fabric.name, "partitions")
        twice = next(_twice(fabric), None)
        if twice is not None:
            port, first, second = twice
            yield codes.FIRST_TWICE.about(
                f"{port.device} {port.hca} is in {first.name} and {second.name}, which both ask for index 0",
                (*path, second.name, "index0"),
                related=(((*path, first.name, "index0"), first.name),),
                advice="let programs of one of the two say which partition they mean",
            )
        yield from _left_alone(cluster, fabric, path)


def _twice(fabric: InfinibandFabric) -> Iterator[tuple[HcaPort, Partition, Partition]]:
    """Yield ports with two of the partitions that ask for index 0."""
    asking = [partition for partition in fabric.partitions if partition.index0]
    for port in fabric.hcas.values() if len(asking) > 1 else ():
        found = [partition for partition in asking if partition.membership(port.guid) is not None]
        if len(found) > 1:
            yield port, found[0], found[1]


def _left_alone(cluster: Cluster, fabric: InfinibandFabric, path: IntentPath) -> Iterator[Finding]:
    """Yield the hosts with GPUs that are in partitions, but none at index 0, and limited in the default one."""
    found: dict[str, Partition] = {}
    for (node, _), port in fabric.hcas.items():
        ref = cluster.device_at(fabric, node)
        if ref.name in found or not cluster.host_plan(ref).profile.gpus:
            continue
        memberships = list(fabric.memberships(port))
        named = [partition for partition, _ in memberships if partition.pkey != DEFAULT_PKEY]
        limited = any(p.pkey == DEFAULT_PKEY and how is Membership.LIMITED for p, how in memberships)
        if named and limited and not any(partition.index0 for partition in named):
            found[ref.name] = named[0]
    if found:
        (host, partition), *others = found.items()
        more = f", and on {len(others)} more," if others else ""
        yield codes.NO_FIRST.about(
            f"NCCL on {host}{more} sends in the default partition, where limited members do not reach each other",
            (*path, partition.name),
            at_key=True,
            advice="add `index0: true` to the partition that hosts train in, or set NCCL_IB_PKEY by hand",
        )
