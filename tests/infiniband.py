"""A small InfiniBand cluster to derive: four hosts of eight HCAs, two storage servers, two subnet managers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netgen.catalog.load import load_catalog
from netgen.catalog.model import Catalog
from netgen.cluster.derive import derive
from netgen.cluster.infiniband import InfinibandFabric
from netgen.cluster.model import Cluster
from netgen.compile import compile_intent
from netgen.intent.guids import GuidTable, ListedPort
from netgen.intent.models import Intent
from netgen.resources.load import resources

CATALOG = load_catalog(resources())
TOP = Path(__file__).parents[1]


def written(**fabric: Any) -> dict[str, Any]:
    """An intent; what is given of the fabric replaces or adds keys."""
    return {
        "cluster": "small",
        "management": {"subnet": "172.24.0.0/22"},
        "hosts": {"profile": "hgx-h100-8x400g-ib"},
        "pods": {1: {"units": {1: {"hosts": "1-4"}}}},
        "nodes": {
            "store": {"ids": "1-2", "profile": "storage-2x400g-ib", "unit": 2},
            "sm": {"ids": "1-2", "profile": "sm-1x400g", "unit": 3},
        },
        "fabrics": {
            "ib": {
                "technology": "infiniband",
                "kind": "rail-optimized",
                "leaf": {"model": "qm9790"},
                "spine": {"model": "qm9790"},
                "subnet-manager": {"engine": "ftree", "on": {"sm-1": {"priority": 13}, "sm-2": {"priority": 14}}},
                **fabric,
            }
        },
    }


def listed(cluster: Cluster) -> GuidTable:
    """GUIDs for all that a cluster's first InfiniBand fabric has: port 0x…1 of node 0x…0, by host and slot."""
    fabric = cluster.infiniband[0]
    ports = []
    for number, node in enumerate(cluster.nodes(fabric, "host"), 1):
        ref = cluster.device_at(fabric, node)
        for slot, rdma in enumerate(cluster.host_plan(ref).profile.nics[fabric.nics].rdma):
            guid = 0x0200_0000_0000_0000 + (number << 16) + (slot << 8)
            ports.append(ListedPort(ref.name, rdma, 1, guid + 1, guid, str(len(ports) + 2)))
    switches = {ref.name: 0x0300_0000_0000_0000 + (n << 8) for n, ref in enumerate(cluster.switches(fabric), 1)}
    rows = {name: str(row) for row, name in enumerate(switches, len(ports) + 2)}
    return GuidTable(tuple(ports), switches, rows)


def derived(intent: Mapping[str, Any], catalog: Catalog = CATALOG) -> tuple[Cluster, InfinibandFabric]:
    """Derive a cluster with GUIDs for everything."""
    checked = Intent.model_validate(intent)
    first = derive(checked, {}, catalog, {})
    cluster = derive(checked, {}, catalog, {}, guids={first.infiniband[0].name: listed(first)})
    return cluster, cluster.infiniband[0]


def example(name: str = "corvus") -> Cluster:
    """Compile an example."""
    cluster = compile_intent(TOP / "intent" / name).cluster
    assert cluster is not None
    return cluster
