"""What a subnet manager has no word for: features, limits of IPoIB, the default partition, and QoS."""

from collections.abc import Iterator, Mapping

from netgen.diagnostics.codes import infiniband as codes
from netgen.diagnostics.finding import Finding, IntentPath
from netgen.intent import infiniband
from netgen.intent.models import Intent
from netgen.platforms.model import Platform

GIVEN = ("all", "manager")
"""Whom a manager's own default partition has: what all are is compared, and its own port is full member in any case."""
OPTIONS = ("mtu", "rate", "service_level")


def check_given(intent: Intent, platforms: Mapping[str, Platform]) -> Iterator[Finding]:
    """Yield what could not be rendered, and warnings of what is not."""
    for name, fabric in intent.infiniband.items():
        if fabric.subnet_manager is None:
            continue
        manager = platforms[fabric.subnet_manager.manager]
        path: IntentPath = ("fabrics", name)
        yield from _features(fabric.subnet_manager, fabric, manager, path)
        for key, one in fabric.partitions.items():
            yield from _groups(one, manager, path, (*path, "partitions", key))
        if manager.keeps_default is None:
            yield from _groups(fabric.default_partition, manager, path, (*path, "default-partition"))
        else:
            yield from _default(fabric.default_partition, manager.keeps_default, manager, path)
        lanes = manager.expresses["virtual-lanes"]
        if fabric.qos is not None and lanes is not None:
            yield codes.LEFT_TO_THE_HOST.about(
                f"{manager.title} is not told of lanes, their shares and services",
                (*path, "qos"),
                at_key=True,
                related=_manager(path),
                notes=(lanes,),
            )


def _features(
    said: infiniband.SubnetManagers, fabric: infiniband.InfinibandFabric, manager: Platform, path: IntentPath
) -> Iterator[Finding]:
    """Yield what the manager's platform has no word for."""
    wanted = {
        "adaptive-routing": ((*path, "adaptive-routing"), fabric.adaptive_routing),
        "sharp": ((*path, "sharp"), fabric.sharp),
        "both-memberships": ((*path, "subnet-manager", "allow-both"), said.allow_both),
    }
    for feature, (at, is_wanted) in wanted.items():
        reason = manager.expresses[feature]
        if is_wanted and reason is not None:
            yield codes.BEYOND_MANAGER.about(
                f"{manager.title} cannot do so",
                at,
                related=_manager(path),
                notes=(reason,),
            )


def _groups(
    one: infiniband.PartitionOptions, manager: Platform, fabric: IntentPath, path: IntentPath
) -> Iterator[Finding]:
    for key, value, taken, unit in (
        ("mtu", one.mtu, manager.group_mtus_bytes, ""),
        ("rate", one.rate, manager.group_rates_gbps, "G"),
    ):
        if value is not None and taken and value not in taken:
            yield codes.PARTITION_BEYOND_MANAGER.about(
                f"{manager.title} takes no {key} of {value:g}{unit}",
                (*path, key),
                related=_manager(fabric),
                advice=f"choose one of {', '.join(f'{each:g}{unit}' for each in taken if each == int(each))}",
            )


def _default(one: infiniband.DefaultPartition, reason: str, manager: Platform, fabric: IntentPath) -> Iterator[Finding]:
    """Yield what is asked of a default partition that is the manager's own."""
    path = (*fabric, "default-partition")
    asked: list[IntentPath] = [(key.replace("_", "-"),) for key in OPTIONS if getattr(one, key) is not None]
    asked += [("members",)] if one.members else []
    asked += [("everybody", who) for who in one.everybody if who not in GIVEN]
    for key in asked:
        yield codes.PARTITION_BEYOND_MANAGER.about(
            f"{manager.title} keeps the default partition to itself",
            (*path, *key),
            at_key=True,
            related=_manager(fabric),
            notes=(reason,),
        )


def _manager(fabric: IntentPath) -> tuple[tuple[IntentPath, str], ...]:
    return (((*fabric, "subnet-manager", "manager"), "the manager"),)
