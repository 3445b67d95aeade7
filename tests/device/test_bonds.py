"""Bundles of a host that is on several fabrics: numbered by these, and by their seats at the leaves."""

import shutil
from pathlib import Path
from typing import Any

from netgen.cluster.derive import derive
from netgen.compile import compile_intent
from netgen.device.bonds import address
from netgen.device.model import Host, Switch
from netgen.intent.models import Intent
from netgen.platforms.load import load_platforms
from netgen.resources.load import resources
from tests.fabrics import CATALOG, Built

PLATFORMS = load_platforms(resources())


def two_fabrics(first: str, second: str) -> Built:
    """Hosts with compute NICs on one fabric and storage NICs on another, attached as said."""

    def fabric(attach: str, pools: str, **more: Any) -> dict[str, Any]:
        switch = {"model": "sn5600", "platform": "cumulus"}
        return {
            "kind": "fat-tree",
            "attach": attach,
            "leaf": switch,
            "spine": switch,
            "pools": {"hosts": f"10.{pools}.0.0/16", "loopbacks": f"10.255.{pools}.0/24"},
            "cables": {"host": "5m", "spine": "40m"},
            **more,
        }

    naming = {"leaf": "storage-leaf{unit}-{leaf}", "spine": "storage-spine{spine}"}
    intent = Intent.model_validate(
        {
            "cluster": "toy",
            "management": {"subnet": "172.20.0.0/22"},
            "hosts": {"profile": "hgx-h100-8x400g-2x200g"},
            "pods": {"1": {"units": {"1-2": {"hosts": "2-3"}}}},
            "fabrics": {
                "compute": fabric(first, "0"),
                "storage": fabric(second, "1", nics="storage", naming=naming, asn={"base": 4_200_100_000}),
            },
        }
    )
    return Built(derive(intent, {}, CATALOG, {}), PLATFORMS)


def host_of(built: Built) -> Host:
    found = built["pod1-su1-host2"]
    assert isinstance(found, Host)
    return found


def test_a_host_has_a_bundle_on_every_fabric_that_has_bundles():
    host = host_of(two_fabrics("bond", "bond"))
    assert [(bond.name, len(bond.members), bond.place) for bond in host.bonds] == [("bond0", 8, 1), ("bond1", 2, 9)]
    assert [port.bond for port in host.ports] == [1] * 8 + [2] * 2


def test_the_bundles_number_counts_those_of_its_host_only():
    built = two_fabrics("routed-31", "bond")
    host = host_of(built)
    assert [(bond.name, bond.members, bond.place) for bond in host.bonds] == [("bond0", ("storage1", "storage2"), 9)]
    leaf = built["storage-leaf1-1"]
    assert isinstance(leaf, Switch)
    # a number is that of a seat's first slot; the first seat is laid
    # out for a host that is not built, and both bundles keep their numbers when it comes
    assert [(bond.number, bond.description) for bond in leaf.bonds] == [
        (1, None),
        (3, "pod1-su1-host2 bond0"),
        (5, "pod1-su1-host3 bond0"),
    ]


def test_a_bundle_has_its_ports_address_and_takes_their_rdma_devices():
    host = host_of(two_fabrics("routed-31", "bond"))
    (bond,) = host.bonds
    bundled = [port for port in host.ports if port.name in bond.members]
    assert {address(host, port) for port in bundled} == {bond.ipv4}
    assert all(port.ipv4 is None and port.rdma is None for port in bundled)
    rails = [port for port in host.ports if port not in bundled]
    assert all(address(host, port) == port.ipv4 is not None and port.rdma for port in rails)
    # the leaf's address is the first of the subnet, and hosts follow by their slots
    assert bond.route is not None
    assert (bond.ipv4 - bond.route.via, bond.ipv4_length) == (3, 28)


LISTED = Path(__file__).parents[1] / "golden/errors/bases/explicit"


def test_a_list_may_leave_the_first_nic_out_of_the_bundle(tmp_path: Path):
    shutil.copytree(LISTED, tmp_path / "intent")
    written, cabling = tmp_path / "intent/cluster.yaml", tmp_path / "intent/cabling.csv"
    written.write_text(written.read_text().replace("kind: explicit", "kind: explicit\n    attach: bond"))
    # the first host has its second NIC only, and both hosts are at one leaf
    rows = [row for row in cabling.read_text().splitlines() if not row.startswith(("pod1-su1-host1,rail1", "south"))]
    cabling.write_text("\n".join(rows).replace("rail2,south", "rail2,north") + "\n")
    cabling.write_text(cabling.read_text().replace("host2,rail1,north,swp5", "host2,rail1,north,swp7"))
    compiled = compile_intent(tmp_path / "intent")
    assert compiled.cluster is not None, compiled.diagnostics
    built = Built(compiled.cluster, PLATFORMS)
    assert [(bond.number, bond.members) for bond in built["north"].bonds] == [(3, ("swp3",)), (7, ("swp6", "swp7"))]
    assert [bond.members for bond in built["pod1-su1-host1"].bonds] == [("rail2",)]
