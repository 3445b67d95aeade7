"""Explicit fabrics of random cables: what is listed is what is built, in any order, and growth moves nothing."""

import random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, layer_of, links
from netgen.device.build import devices
from netgen.device.model import Host, Port, PortRole, Switch
from netgen.intent.lists import ListedCable, Lists
from netgen.intent.models import Intent, ListedSwitch
from netgen.rules.run import derive_checked
from tests.cluster import test_kinds as kinds
from tests.examples import at_most
from tests.listed import explicit, lists_of
from tests.rules.intents import CATALOG, RENDERER

PORTS = [f"swp{number}" for number in range(1, 17)]
"""Of the catalog's Linux router."""
MOST = 8
"""Ids of a role that numbers are laid out for."""
Row = tuple[str, str, str, str]


def written(hosts: int, numbered: bool, attach: str) -> dict[str, Any]:
    tier = {"model": "linux-16x400g", "platform": "frr", "count": MOST}
    return {
        "cluster": "c",
        "management": {"subnet": "172.20.0.0/22", "gateway": "172.20.0.1"},
        "hosts": {"profile": "linux-2x400g"},
        "pods": {"1": {"units": {1: {"hosts": f"1-{hosts}"}}, "capacity": {"hosts": MOST}}},
        "fabrics": {
            "compute": {
                "kind": "explicit",
                "switches": "switches.csv",
                "cabling": "cabling.csv",
                "leaf": tier,
                "spine": tier,
                "pools": {
                    "hosts": "10.0.0.0/16",
                    "loopbacks": "10.255.0.0/24",
                    "links": "10.128.0.0/20" if numbered else "unnumbered",
                },
                "attach": attach,
            }
        },
    }


def derived(given_: dict[str, Any], switches: list[ListedSwitch], rows: list[Row]) -> Cluster:
    cables = tuple(ListedCable(str(number), *row) for number, row in enumerate(rows, 2))
    lists = {"compute": Lists({switch.name: switch for switch in switches}, cables)}
    cluster, found = derive_checked(Intent.model_validate(given_), {}, CATALOG, RENDERER.platforms, {}, lists)
    assert cluster is not None, found
    return cluster


def listed(role: str, number: int) -> ListedSwitch:
    return ListedSwitch(name=f"{role}-{number}", role=role, id=number, pod=1)


class Cables:
    """Cables at random ports, none of which is used twice."""

    def __init__(self, seed: random.Random) -> None:
        self.seed = seed
        self.free: dict[str, list[str]] = {}
        self.rows: list[Row] = []

    def add(self, a: str, a_port: str | None, b: str) -> None:
        ends = (a, a_port or self.port(a), b, self.port(b))
        self.rows.append(ends if self.seed.random() < 0.5 else (ends[2], ends[3], ends[0], ends[1]))

    def port(self, switch: str) -> str:
        return self.free.setdefault(switch, self.seed.sample(PORTS, len(PORTS))).pop()

    def host(self, number: int, leaves: list[ListedSwitch]) -> None:
        for nic in ("rail1", "rail2"):
            self.add(f"pod1-su1-host{number}", nic, self.seed.choice(leaves).name)

    def uplinks(self, leaf: ListedSwitch, spines: list[ListedSwitch]) -> None:
        for spine in spines:
            for _ in range(self.seed.randint(1, 2)):
                self.add(leaf.name, None, spine.name)


def make(seed: random.Random, hosts: int) -> tuple[list[ListedSwitch], list[ListedSwitch], Cables]:
    leaves = [listed("leaf", number) for number in seed.sample(range(1, MOST), seed.randint(1, 3))]
    spines = [listed("spine", number) for number in seed.sample(range(1, MOST), seed.randint(1, 2))]
    cables = Cables(seed)
    for number in range(1, hosts + 1):
        cables.host(number, leaves)
    for leaf in leaves:
        cables.uplinks(leaf, spines)
    return leaves, spines, cables


SEEDS = st.randoms(use_true_random=False)
ATTACHED = st.sampled_from(["routed-31", "svi"])


@settings(max_examples=at_most(25), deadline=None)
@given(SEEDS, st.integers(1, 4), st.booleans(), ATTACHED)
def test_what_is_listed_is_what_is_built(seed: random.Random, hosts: int, numbered: bool, attach: str) -> None:
    leaves, spines, cables = make(seed, hosts)
    cluster = derived(written(hosts, numbered, attach), leaves + spines, cables.rows)
    built = {device.name: {port.name: port for port in device.ports} for device in devices(cluster, RENDERER.platforms)}
    assert sorted(built) == sorted(
        [switch.name for switch in leaves + spines] + [f"pod1-su1-host{n}" for n in range(1, hosts + 1)]
    )
    cabled = {}
    for a, a_port, b, b_port in cables.rows:
        ends = built[a][a_port], built[b][b_port]
        assert (ends[0].peer_device, ends[0].peer_port) == (b, b_port)
        assert (ends[1].peer_device, ends[1].peer_port) == (a, a_port)
        assert ends[0].speed_gbps == ends[1].speed_gbps
        facing = {end.role for end in ends}
        assert facing in ({PortRole.HOST}, {PortRole.UPLINK, PortRole.DOWNLINK})
        assert len({end.ipv4 for end in ends} - {None}) == (2 if numbered or facing == {PortRole.HOST} else 0) - (
            attach == "svi" and facing == {PortRole.HOST}
        )
        cabled |= {(a, a_port): ends[0], (b, b_port): ends[1]}
    for name, ports in built.items():
        for port in ports.values():
            assert (name, port.name) in cabled or port.role is PortRole.SPARE
    addresses = [port.ipv4 for port in cabled.values() if port.ipv4 is not None]
    assert len(set(addresses)) == len(addresses)


@settings(max_examples=at_most(25), deadline=None)
@given(SEEDS, st.integers(1, 4))
def test_cables_are_a_perfect_matching_of_slots(seed: random.Random, hosts: int) -> None:
    leaves, spines, cables = make(seed, hosts)
    [fabric] = derived(written(hosts, True, "routed-31"), leaves + spines, cables.rows).fabrics
    ends = [end for link in links(fabric.plan) for end in link]
    assert len(set(ends)) == len(ends) == 2 * len(cables.rows)
    for a, b in links(fabric.plan):
        assert (fabric.plan.peer(*a), fabric.plan.peer(*b)) == (b, a)
        assert all(0 <= slot < layer_of(fabric.plan, node).slots for node, slot in (a, b))
    assert sum(fabric.plan.link_counts().values()) == len(cables.rows)
    hosted = sum(1 for row in cables.rows if any("host" in cell for cell in row))
    assert fabric.plan.link_counts()[HOST, "leaf"] == hosted


def numbers(cluster: Cluster) -> dict[tuple[str, str], Any]:
    """All numbers of devices and of cabled ports."""
    found: dict[tuple[str, str], Any] = {}
    for device in devices(cluster, RENDERER.platforms):
        asn = None if device.bgp is None else device.bgp.asn
        found[device.name, ""] = (device.loopback, asn, device.management.address)
        cabled = (port for port in device.ports if port.peer_device is not None)
        found |= {(device.name, port.name): said(port) for port in cabled}
    return found


def said(port: Port) -> tuple[Any, ...]:
    return port.peer_device, port.peer_port, port.ipv4, port.ipv4_length, port.vlan


@settings(max_examples=at_most(25), deadline=None)
@given(SEEDS, st.integers(1, 4), st.booleans(), ATTACHED)
def test_growth_changes_no_number(seed: random.Random, hosts: int, numbered: bool, attach: str) -> None:
    leaves, spines, cables = make(seed, hosts)
    before = numbers(derived(written(hosts, numbered, attach), leaves + spines, cables.rows))
    taken = {switch.id for switch in leaves}
    fresh = listed("leaf", seed.choice([number for number in range(1, MOST + 1) if number not in taken]))
    cables.uplinks(fresh, spines)
    cables.host(hosts + 1, [fresh])
    # new rows and new switches may stand anywhere
    rows, switches = (
        seed.sample(cables.rows, len(cables.rows)),
        seed.sample([*leaves, *spines, fresh], len(leaves + spines) + 1),
    )
    after = numbers(derived(written(hosts + 1, numbered, attach), switches, rows))
    assert {key: after[key] for key in before} == before
    assert len(after) > len(before)


def told(cluster: Cluster) -> list[Host | Switch]:
    """What all devices are told; a slot is the topology's own matter where no cable is."""
    found = list(devices(cluster, RENDERER.platforms))
    for device in found:
        for port in device.ports:
            port.slot = None if port.role is PortRole.SPARE else port.slot
    return found


@settings(max_examples=at_most(25), deadline=None)
@given(kinds.fabrics(), st.booleans())
def test_any_derived_fabric_is_the_same_from_its_lists(shape: dict[str, Any], several: bool) -> None:
    many = several and shape["kind"] in ("rail-optimized", "fat-tree")
    given_ = kinds.written(**shape, pods="1-2" if many else "1", units="1,3", hosts="1-3")
    cluster = kinds.checked(given_)
    assume(cluster is not None)
    [fabric] = cluster.fabrics
    lists = {"compute": lists_of(cluster, RENDERER.platforms, fabric)}
    anew = Intent.model_validate({**given_, "fabrics": {"compute": explicit(fabric, given_["fabrics"]["compute"])}})
    listed_, found = derive_checked(anew, {}, kinds.WIDE, RENDERER.platforms, {}, lists)
    assert listed_ is not None, found
    assert told(listed_) == told(cluster)
