"""Hosts are bundled where all their NICs are at one leaf, and nowhere else."""

from typing import Any

import pytest

from netgen.device.build import build
from netgen.device.model import Host
from netgen.record import replace
from netgen.rules import expression
from tests.rules.intents import RENDERER, SWITCH_PLATFORMS, accepted, findings, least


def bundled(platform: str, **fabric: Any) -> dict[str, Any]:
    """Describe two units of bundled hosts: of one, spines would join nothing."""
    written = least(platform, attach="bond", **fabric)
    written["pods"]["1"]["units"] = {1: {"hosts": "1-4"}, 2: {"hosts": "1-4"}}
    return written


@pytest.mark.parametrize("changes", [{"kind": "fat-tree"}, {"share": {"rails": 4}}], ids=str)
@pytest.mark.parametrize("platform", SWITCH_PLATFORMS)
def test_a_bundle_ends_at_one_leaf(platform: str, changes: dict[str, Any]):
    assert accepted(bundled(platform, **changes)).fabrics[0].numbers.bundled


@pytest.mark.parametrize(
    ("changes", "profile", "because", "said"),
    [
        ({}, "gb200-4x400g", "kind", "the 4 ports of a host's NICs are at 4 switches"),
        ({"share": {"rails": 2}}, "gb200-4x400g", "kind", "are at 2 switches"),
        ({"kind": "fat-tree", "planes": 2}, "hgx-b300-8x2x400g", "planes", "the 16 ports of a host's NICs are at 2"),
        ({"kind": "fat-tree", "dual-tor": True}, "hgx-b300-8x2x400g", "dual-tor", "are at 2 switches"),
    ],
    ids=str,
)
def test_a_host_of_several_leaves_has_no_bundle(changes: dict[str, Any], profile: str, because: str, said: str):
    written = bundled("eos", **changes)
    written["hosts"]["profile"] = profile
    [finding] = findings(written)
    assert (finding.code, finding.path) == ("NG435", ("fabrics", "compute", "attach"))
    assert finding.related[0][0][-1] == because
    assert said in finding.message


@pytest.mark.parametrize("name", ["linux", "eos"])
def test_what_either_end_cannot_say_of_bundles_is_refused(name: str):
    cluster = accepted(bundled("eos", kind="fat-tree"))
    platform = RENDERER.platforms[name]
    mute = replace(platform, expresses={**platform.expresses, "bond": "it has none"})
    [finding] = expression.check_links(cluster, {**RENDERER.platforms, name: mute})
    assert (finding.code, finding.path, finding.notes) == ("NG611", ("fabrics", "compute", "attach"), ("it has none",))


def test_a_swap_at_the_leaf_moves_a_nic_to_the_other_hosts_bundle():
    swap = {
        "reason": "accepted",
        "port": {"switch": "pod1-su1-leaf1", "to": "pod1-su1-host1"},
        "swapped-with": {"switch": "pod1-su1-leaf1", "to": "pod1-su1-host2"},
    }
    cluster = accepted(bundled("eos", kind="fat-tree", exceptions={"tt-1": swap}))
    built = {ref.name: build(cluster, RENDERER.platforms, ref) for ref in cluster.refs() if ref.pod == 1}
    leaf = built["pod1-su1-leaf1"]
    for bond in leaf.bonds:
        hosts = {port.peer_device for port in leaf.ports if port.name in bond.members}
        assert len(hosts) == 1
    host = built["pod1-su1-host1"]
    assert isinstance(host, Host)
    assert len(host.bonds[0].members) == 4
    first, second = leaf.bonds[:2]
    assert sorted(first.members) != sorted(port.name for port in leaf.ports[:4])
    assert {*first.members, *second.members} == {port.name for port in leaf.ports[:8]}
