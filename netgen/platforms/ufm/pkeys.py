"""The partitions of a fabric in the words of UFM's REST API, by P_Key (templates/ufm/SOURCES.md).

The default partition 0x7fff is UFM's own: it makes its own port a full member, and every other one what its gv.cfg
says. That is in the tree to be held against what UFM tells; the API cannot set it.
"""

from netgen.cluster.infiniband import DEFAULT_PKEY, Everybody, Membership, Partition
from netgen.device.infiniband import SubnetManager
from netgen.platforms.document import PlatformError
from netgen.platforms.model import Platform

Branch = dict[str, "str | int | bool | Branch"]

MTU_UNIT_BYTES = 1024
"""Of ``mtu_limit``, which is 2 or 4."""
AT_INDEX_0 = " at index 0"
"""What stands behind the membership of those whose first P_Key it is."""
DEFAULT_MTU_BYTES, DEFAULT_RATE_GBPS, DEFAULT_SERVICE_LEVEL = 2048, 2.5, 0
"""What UFM gives a partition of which nothing is said (there: ``qos_conf`` of answers)."""


def build(device: SubnetManager, platform: Platform) -> Branch:
    """Build the tree.

    Raises
    ------
    PlatformError
        If UFM has no word for something; `netgen.rules.beyond` says so before, of what an intent can hold.
    """
    return {f"0x{partition.pkey:x}": _partition(partition, platform) for partition in device.partitions}


def _partition(partition: Partition, platform: Platform) -> Branch:
    if partition.pkey == DEFAULT_PKEY:
        return {"membership": str(partition.everybody.get(Everybody.ALL, Membership.LIMITED))}
    if partition.everybody:
        words = ", ".join(partition.everybody)
        raise _error(partition, f"UFM takes members by their GUIDs, and has no word for {words}")
    place = AT_INDEX_0 if partition.index0 else ""
    return {
        "guids": {
            f"0x{member.guid:016x}": _membership(partition, member.membership) + place for member in partition.members
        },
        "ip_over_ib": partition.ipoib,
        "partition": partition.name,
        "qos_conf": _limits(partition, platform),
    }


def _membership(partition: Partition, membership: Membership) -> str:
    if membership is Membership.BOTH:
        raise _error(partition, "a member in UFM is full or limited, and never both")
    return str(membership)


def _limits(partition: Partition, platform: Platform) -> Branch:
    mtu_bytes, rate_gbps = partition.mtu_bytes or DEFAULT_MTU_BYTES, partition.rate_gbps or DEFAULT_RATE_GBPS
    if mtu_bytes not in platform.group_mtus_bytes or rate_gbps not in platform.group_rates_gbps:
        raise _error(partition, f"UFM has no MTU of {mtu_bytes} bytes or no rate of {rate_gbps:g} Gb/s")
    return {
        "mtu_limit": mtu_bytes // MTU_UNIT_BYTES,
        "rate_limit": f"{rate_gbps:g}",
        "service_level": DEFAULT_SERVICE_LEVEL if partition.service_level is None else partition.service_level,
    }


def _error(partition: Partition, words: str) -> PlatformError:
    return PlatformError(f"partition {partition.name} ({partition.origin}): {words}")
