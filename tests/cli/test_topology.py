"""topology, and its --analyze."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_topology_has_the_keys_that_others_read(netgen: Run):
    """Every key, and the counts by hand."""
    counted = json.loads(netgen("topology", "intent/aurora", "--format", "json").out)
    assert counted == {
        "cluster": "aurora",
        "fabrics": [
            {
                "fabric": "compute",
                "gpus": 256,
                "hosts": 32,
                "switches": {"leaf": 8, "spine": 8, "superspine": 0},
                "links": {"host-leaf": 256, "leaf-spine": 256, "spine-superspine": 0},
                "oversubscription": {"leaf": 1.0, "spine": 1.0},
                "bisection_bandwidth_gbps": 51_200,
            }
        ],
    }


def test_topology_counts_what_is_built_and_not_the_capacity(repository: Path, netgen: Run):
    path = repository / "intent/aurora/cluster.yaml"
    path.write_text(
        path.read_text().replace("hosts: 1-32", "hosts: [1-3, 8]").replace("roce:", "oversubscription: 2:1\n    roce:")
    )
    (fabric,) = json.loads(netgen("topology", "intent/aurora", "--format", "json").out)["fabrics"]
    assert (fabric["hosts"], fabric["gpus"]) == (4, 32)
    # eight host ports a leaf, since hosts count to 8; half as many uplinks, one to each spine
    assert fabric["switches"] == {"leaf": 8, "spine": 1, "superspine": 0}
    assert fabric["links"] == {"host-leaf": 32, "leaf-spine": 32, "spine-superspine": 0}
    assert fabric["oversubscription"] == {"leaf": 2.0, "spine": 1.0}


def test_topology_is_a_table_for_people(netgen: Run):
    answer = netgen("topology", "intent/lab")
    assert answer.out.splitlines()[0] == "lab, fabric compute: 8 GPUs in 2 hosts"
    assert "superspine" not in answer.out
    assert answer.out.splitlines()[-2].split() == ["oversubscription", "of", "a", "leaf", "1:1"]


def test_spines_that_join_groups_have_an_oversubscription(netgen: Run):
    assert "oversubscription of a spine" in netgen("topology", "intent/phoenix").out


def analysed(netgen: Run, intent: str) -> dict:
    (fabric,) = json.loads(netgen("topology", intent, "--analyze", "--format", "json").out)["fabrics"]
    return fabric


def test_an_analysis_stands_beside_the_counts(netgen: Run):
    """Two pods of 2 units of 8 hosts, 8 rails; 8 uplinks a leaf, 2:1 above the spines: every figure by hand."""
    fabric = analysed(netgen, "intent/orion")
    found = fabric["analysis"]
    assert fabric["switches"] == {"leaf": 32, "spine": 8, "superspine": 4}
    assert found["oversubscription"] == {"tiers": {"leaf": 1.0, "spine": 2.0}, "path": 2.0}
    assert found["bisection"] == {"gbps": 64 * 400, "nics_gbps": 16 * 8 * 400, "hosts": [16, 16]}
    losses = {one["what"]: one for one in found["failures"]}
    assert losses["leaf"] == {
        "what": "leaf",
        "hosts_hit": 0.25,
        "host_left": 0.875,
        "hosts_cut_off": 0.0,
        "leaf_left": 1.0,
        "block_left": 1.0,
    }
    assert losses["superspine"]["block_left"] == 0.75
    ring, scattered, by_rail, _ = found["collectives"]
    assert (ring["sent_per_nic"], ring["slowed"]) == (2 * 31 / 32, 1.0)
    assert ring["loads"]["leaf-spine"] == {"mean": 0.125, "busiest": 0.125}
    assert scattered["loads"]["leaf-spine"] == {"mean": 1.0, "busiest": 1.0}
    # of 16 hosts of a pod on a rail, 16 of the 31 others are elsewhere: twice that, over half of the bandwidth
    assert by_rail["loads"]["spine-superspine"]["busiest"] == 2 * 16 / 31


def test_an_analysis_is_tables_for_people(netgen: Run):
    said = netgen("topology", "intent/orion", "--analyze").out
    assert "Between the first 16 hosts and the other 16: 25,600 Gb/s, 50.0% of their NICs\n" in said
    assert (
        "Hash polarisation: of 4,096 paths from a port, 16 are used if all switches hash alike; it is not known" in said
    )
    assert "seed of a spine: not known" in said
    assert "oversubscription of a spine      2:1" in said


def test_what_is_known_of_seeds_is_said(netgen: Run):
    found = analysed(netgen, "intent/borealis")["analysis"]["polarisation"]
    assert found["paths_as_rendered"] == found["paths"]
    assert set(found["seeds"]) == {"leaf", "spine"}
    assert all("DEVICE_METADATA" in said for said in found["seeds"].values())
    assert "by load (flowlet): hashes cannot polarise" in netgen("topology", "intent/carina", "--analyze").out


def test_rails_that_nothing_joins_have_no_path_to_each_other(repository: Path, netgen: Run):
    path = repository / "intent/aurora/cluster.yaml"
    text = path.read_text().replace("kind: rail-optimized", "kind: rail-only")
    path.write_text(
        "".join(line for line in text.splitlines(keepends=True) if not re.search("spine: {model|capacity", line))
    )
    said = netgen("topology", "intent/aurora", "--analyze").out
    assert re.search(r"^same unit +other +nowhere +55,552 ", said, re.MULTILINE)
    assert re.search(r"^all-to-all between all NICs +87.5% of the traffic has no path", said, re.MULTILINE)
    assert "Hash polarisation: none" in said


def test_exceptions_are_told_and_counted(repository: Path, netgen: Run):
    """Of 16 hosts a side, one lacks a port; of a leaf's 8 uplinks, one is shut, which 2:1 above it does not feel."""
    path = repository / "intent/orion/cluster.yaml"
    shut = [
        "bad-nic: {reason: optics, port: {leaf: pod1-su1-rail1-leaf1, host: 3}, enabled: false}",
        "bad-uplink: {reason: optics, port: {leaf: pod2-su1-rail8-leaf1, spine: 2}, enabled: false}",
    ]
    path.write_text(path.read_text() + "    exceptions:\n" + "".join(f"      {line}\n" for line in shut))
    found = analysed(netgen, "intent/orion")["analysis"]
    assert found["exceptions"] == {
        "links": {"host-leaf": 1, "leaf-spine": 1},
        "hosts_hit": 1 / 32,
        "host_left": 0.875,
        "leaf_left": 0.875,
        "block_left": 1.0,
    }
    assert found["bisection"]["gbps"] == 64 * 400
    said = netgen("topology", "intent/orion", "--analyze").out
    assert "shut links, 1 of host-leaf and 1 of leaf-spine; the worst-hit has 87.5% of a host's NICs" in said


def test_equipment_is_that_of_the_bill(netgen: Run, monkeypatch: pytest.MonkeyPatch):
    bill = json.loads(netgen("export", "intent/orion", "--as", "bom", "--format", "json").out)
    lines = bill if isinstance(bill, list) else next(iter(bill.values()))
    found = analysed(netgen, "intent/orion")["analysis"]["equipment"]
    for section in ("switch", "optic", "cable"):
        of_it = [line for line in lines if line["section"] == section]
        assert found["count"][section] == sum(line["quantity"] for line in of_it) > 0
        assert found["watts"][section] == sum(line["watts"] or 0 for line in of_it)
    monkeypatch.setattr("netgen.report.equipment.MOST_LINKS", 10)
    assert analysed(netgen, "intent/orion")["analysis"]["equipment"] is None
    assert "netgen export --as bom counts them" in netgen("topology", "intent/orion", "--analyze").out


EXAMPLES = sorted(path.name for path in Path("intent").iterdir())


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_has_an_analysis(name: str, netgen: Run):
    """Their halves are whole units, and all alike: the flow between them is that of the rule of thumb."""
    counted = json.loads(netgen("topology", f"intent/{name}", "--analyze", "--format", "json").out)
    for fabric in counted["fabrics"]:
        flow, rule = fabric["analysis"]["bisection"]["gbps"], fabric["bisection_bandwidth_gbps"]
        assert flow == rule or (name == "corvus" and flow < rule)  # its units are hosts, storage and managers
        assert fabric["analysis"]["failures"]


def test_a_dragonfly_is_looked_at_link_by_link(netgen: Run, monkeypatch: pytest.MonkeyPatch):
    """24 routers with a host each, of which each is the only way of its host."""
    found = analysed(netgen, "intent/perseus")["analysis"]
    assert found["bisection"] == {"gbps": 9_600, "nics_gbps": 12 * 4 * 400, "hosts": [12, 12]}
    losses = {one["what"]: one for one in found["failures"]}
    assert losses["router"]["hosts_cut_off"] == losses["router"]["hosts_hit"] == 1 / 24
    assert {"local link", "global link"} < losses.keys()
    # 24 routers of four NICs each: every pair of NICs of two hosts has a way
    assert sum(way["pairs"] for way in found["ways"]) == 96**2 - 24 * 4**2
    assert {way["scope"] for way in found["ways"]} == {"same group", "other group"}
    assert {tuple(one["loads"]) for one in found["collectives"]} == {("host-router", "local", "global")}
    shown = netgen("topology", "intent/perseus", "--analyze").out
    assert "fewest paths" in shown
    assert "Load of links" in shown
    monkeypatch.setattr("netgen.report.analysis.MOST_STEPS", 100)
    assert analysed(netgen, "intent/perseus")["analysis"] is None
    assert "too many links to look at each" in netgen("topology", "intent/perseus", "--analyze").out
