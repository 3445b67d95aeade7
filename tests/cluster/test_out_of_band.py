"""The out-of-band network: every management port is cabled once, and growth moves no cable."""

import csv
import io
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.cluster.model import Cluster
from netgen.cluster.out_of_band import OUT_OF_BAND, OutOfBand, out_of_band
from netgen.cluster.topology.slots import HOST
from netgen.export import bill, containerlab, dot, listing, netbox
from netgen.export.cables import Cabling
from netgen.export.cabling import HEADER
from netgen.export.out_of_band import every_cable, lines
from netgen.intent.models import Intent, InventoryRow
from netgen.plan.facts import derived_facts
from netgen.plan.moves import find_moves
from netgen.report.topology import summary
from netgen.rules.run import derive_checked
from tests.cluster.test_kinds import WIDE, checked, fabrics, grouped, two_fabrics, written
from tests.examples import at_most
from tests.export.test_cables import MEDIA
from tests.rules.intents import RENDERER

SWITCHES = {"leaf": {"model": "sn2201"}, "spine": {"model": "sn3700c", "count": 2}}


def with_management(given: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return {**given, "management": {**given["management"], "out-of-band": {**SWITCHES, **beside}}}


def network(cluster: Cluster) -> OutOfBand:
    found = out_of_band(cluster)
    assert found is not None
    return found


def ends(cluster: Cluster) -> dict[tuple[str, str | None], tuple[str, int]]:
    found = {(plug.device.name, plug.port): (plug.leaf.name, plug.leaf_port) for plug in network(cluster).plugs()}
    found |= {(up.leaf.name, str(up.leaf_port)): (up.spine.name, up.spine_port) for up in network(cluster).uplinks()}
    return found


@settings(max_examples=at_most(40), deadline=None)
@given(fabrics() | grouped(), st.sampled_from([["bmc"], ["eth0", "bmc"], None]))
def test_every_management_port_is_cabled_once_and_no_port_twice(shape: dict[str, Any], ports: list[str] | None) -> None:
    more = {} if ports is None else {"host-ports": ports}
    cluster = checked(with_management(written(**shape, pods="1", units="1-3", hosts="1-3"), **more))
    assume(cluster is not None)
    assert cluster is not None
    expected = {
        (ref.name, port)
        for ref in cluster.refs()
        for port in ((ports or ["eth0", "bmc"]) if ref.role == HOST else [None])
    }
    plugs = list(network(cluster).plugs())
    assert Counter((plug.device.name, plug.port) for plug in plugs) == Counter(expected)
    used = Counter((plug.leaf.name, plug.leaf_port) for plug in plugs)
    used += Counter((up.leaf.name, up.leaf_port) for up in network(cluster).uplinks())
    used += Counter((up.spine.name, up.spine_port) for up in network(cluster).uplinks())
    assert set(used.values()) == {1}
    assert all(plug.leaf_port < 48 for plug in plugs)
    leaves = {plug.leaf.name for plug in plugs}
    to_spines = Counter((up.leaf.name, up.spine.name) for up in network(cluster).uplinks())
    assert to_spines == {(leaf, f"oob-spine{number}"): 1 for leaf in leaves for number in (1, 2)}
    assert all(48 <= up.leaf_port < 52 and up.spine_port < 32 for up in network(cluster).uplinks())
    assert {ref.name for ref in network(cluster).devices()} == {*leaves, "oob-spine1", "oob-spine2"}
    told = summary(cluster)[OUT_OF_BAND]
    assert told["switches"] == {"oob-leaf": len(leaves), "oob-spine": 2}
    assert sum(told["links"].values()) == len(plugs) + len(to_spines)


@settings(max_examples=at_most(30), deadline=None)
@given(fabrics() | grouped(), st.sampled_from(["1", "2", "1,3"]), st.sampled_from(["1", "1-2", "2-3"]))
def test_growth_within_the_capacity_moves_no_cable(shape: dict[str, Any], units: str, hosts: str) -> None:
    pods = "1" if shape["kind"] in ("single-tier", "rail-only") else "1-2"
    before = checked(with_management(written(**shape, pods="1", units=units, hosts=hosts)))
    after = checked(with_management(written(**shape, pods=pods, units="1-4", hosts="1-4")))
    assume(before is not None and after is not None)
    assert before is not None
    assert after is not None
    assert ends(before).items() <= ends(after).items()


def both(**beside: Any) -> dict[str, Any]:
    """Two fabrics that meet at hosts, and servers of one."""
    return with_management(two_fabrics(), **beside) | {
        "nodes": {"store": {"ids": "1-5", "profile": "server", "unit": 7}}
    }


def meeting_rows() -> dict[str, InventoryRow]:
    return {
        "pod1-su1-oob1": InventoryRow.model_validate({"name": "pod1-su1-oob1", "alias": "mgmt-7", "rack": "A1/U40"}),
        "pod1-su1-host1": InventoryRow.model_validate({"name": "pod1-su1-host1", "rack": "A1/U20"}),
    }


@pytest.fixture(scope="module")
def meeting() -> Cluster:
    """A leaf has an alias, and there are racks."""
    given = both(cables={"device": "5m", "spine": "20m"})
    cluster, findings = derive_checked(Intent.model_validate(given), meeting_rows(), WIDE, RENDERER.platforms, {})
    assert cluster is not None, findings
    return cluster


def cabling(cluster: Cluster, only: str | None = None) -> Cabling:
    return Cabling(cluster, RENDERER.platforms, MEDIA, only)


def test_hosts_of_several_fabrics_are_cabled_once_and_aliases_count(meeting: Cluster) -> None:
    found = ends(meeting)
    assert found["pod1-su1-host1", "eth0"] == ("mgmt-7", 0)
    assert found["pod1-su1-host2", "bmc"] == ("mgmt-7", 3)
    assert found["store-5", "bmc"] == ("pod1-su7-oob1", 9)
    assert found["storage-leaf7-1", None] == ("pod1-su7-oob1", 10)
    assert len(found) == len(list(network(meeting).plugs())) + len(list(network(meeting).uplinks()))


def test_lists_and_the_bill_have_it_and_lab_and_ptm_do_not(meeting: Cluster) -> None:
    only = list(every_cable(cabling(meeting, OUT_OF_BAND)))
    assert [cable.fabric for cable in only] == [OUT_OF_BAND] * len(ends(meeting))
    rows = list(csv.DictReader(io.StringIO("".join(listing.as_csv(every_cable(cabling(meeting)))))))
    (row,) = [row for row in rows if row["a_device"] == "pod1-su1-host1" and row["a_interface"] == "bmc"]
    # within a rack: 20 units, and half a metre at each end
    assert (row["b_device"], row["b_interface"], row["speed"], row["length"]) == ("mgmt-7", "swp2", "1G", "1.9m")
    assert (row["medium"], row["length_class"], row["a_optic"]) == ("cat6", "2m", "")
    (row,) = [row for row in rows if row["a_device"] == "pod1-spine1" and row["fabric"] == OUT_OF_BAND]
    assert (row["a_interface"], row["b_device"], row["link"]) == ("Management1", "pod1-oob1", "spine-oob-leaf")
    counted = {line.item: line.quantity for line in bill.bill(cabling(meeting, OUT_OF_BAND))}
    assert counted["NVIDIA SN2201"] == 4
    assert counted["NVIDIA SN3700C"] == 2
    lines = bill.bill(cabling(meeting))
    pairs = sum(line.quantity for line in lines if line.item.startswith("Twisted pair"))
    assert pairs == len(list(network(meeting).plugs()))
    assert not any(line.note for line in lines if line.item.startswith("Twisted pair"))
    assert not any("Twisted" in line.item for line in bill.bill(cabling(meeting, "compute")))
    devices = list(csv.DictReader(io.StringIO("".join(netbox.devices(cabling(meeting))))))
    assert {row["device_type"] for row in devices if row["name"] == "mgmt-7"} == {"SN2201"}
    kinds = {row["type"] for row in csv.DictReader(io.StringIO("".join(netbox.interfaces(cabling(meeting)))))}
    assert {"1000base-t", "100gbase-x-qsfp28"} <= kinds
    assert '"mgmt-7" -- "pod1-su1-host1"' in "".join(dot.graphviz(cabling(meeting)))
    assert "mgmt-7" not in "".join(dot.ptm(cabling(meeting)))
    assert "mgmt-7" not in "".join(containerlab.containerlab(cabling(meeting)))


def test_what_is_rendered_lists_it_and_a_change_that_moves_its_cables_is_told(meeting: Cluster) -> None:
    rows = list(csv.DictReader(io.StringIO(HEADER + "".join(lines(meeting, RENDERER.platforms)))))
    assert {(row["a_device"], row["a_interface"]) for row in rows} >= {("store-5", "bmc"), ("pod1-su1-host1", "eth0")}
    assert {row["fabric"] for row in rows} == {OUT_OF_BAND}
    before = derived_facts(meeting, RENDERER.platforms)
    assert not find_moves(before, derived_facts(meeting, RENDERER.platforms))
    changed = both(cables={"device": "5m", "spine": "20m"}, **{"host-ports": ["bmc"]})
    after, _ = derive_checked(Intent.model_validate(changed), meeting_rows(), WIDE, RENDERER.platforms, {})
    assert after is not None
    (moved,) = find_moves(before, derived_facts(after, RENDERER.platforms))
    assert moved.kind == "cable"
    assert "pod1-su1-host1 eth0: mgmt-7 swp1 → nothing" in moved.examples


@pytest.mark.parametrize(
    ("beside", "code", "path"),
    [
        ({"leaf": {"model": "sn220"}}, "NG304", ("leaf", "model")),
        ({"leaf": {"model": "sn3700c"}}, "NG403", ("leaf", "model")),
        ({"leaf": {"model": "sn2201", "uplinks": 3}}, "NG406", ("leaf", "uplinks")),
        ({"leaf": {"model": "sn2201", "uplinks": 6}}, "NG403", ("leaf", "uplinks")),
        ({"spine": {"model": "sn3700c", "count": 5}}, "NG403", ("spine", "count")),
        ({"spine": {"model": "sn2201"}}, "NG403", ("spine", "model")),
        ({"spine": None, "leaf": {"model": "sn2201", "uplinks": 2}}, "NG430", ("leaf", "uplinks")),
    ],
)
def test_what_cannot_be_built_is_refused(beside: dict[str, Any], code: str, path: tuple[str, ...]) -> None:
    _, findings = derive_checked(Intent.model_validate(both(**beside)), {}, WIDE, RENDERER.platforms, {})
    assert [(one.code, one.path) for one in findings] == [(code, ("management", "out-of-band", *path))]


@pytest.mark.parametrize(("pattern", "fabric"), [("pod{pod}-su{unit}-oob{host}", "compute"), (None, OUT_OF_BAND)])
def test_names_of_others_are_refused(pattern: str | None, fabric: str) -> None:
    given = both()
    given["naming"] = {"host": pattern} if pattern else {}
    given["fabrics"] = {fabric if name == "compute" else name: one for name, one in given["fabrics"].items()}
    _, findings = derive_checked(Intent.model_validate(given), {}, WIDE, RENDERER.platforms, {})
    assert [one.message for one in findings if one.code == "NG421"]
