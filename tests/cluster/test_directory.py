"""Names and addresses lead back to the devices that have them, as going through all devices would."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.cluster.directory import directory, managed_at
from netgen.cluster.model import Cluster, InventoryRecord
from netgen.compile import compile_intent
from netgen.record import replace
from tests.examples import at_most
from tests.rules.intents import accepted, findings, least

EXAMPLES = ("borealis", "carina", "eridanus", "hydra", "serpens")
"""Three tiers and planes, several fabrics with nodes of their own, groups, and lists."""


@pytest.fixture(params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> Cluster:
    cluster = compile_intent(Path("intent") / request.param).cluster
    assert cluster
    return cluster


def test_every_device_is_found_by_its_name_and_its_address(example: Cluster):
    found, refs = directory(example), list(example.refs())
    assert not found.doubled
    assert [found.called(ref.name) for ref in refs] == refs
    assert [found.derived(ref.derived_name) for ref in refs] == refs
    assert example.count() == len(refs)
    for ref in refs:
        stated = example.record(ref).address is not None
        assert managed_at(example, example.management_address(ref)) == (None if stated else ref)


def test_nothing_else_is_found(example: Cluster):
    found = directory(example)
    there = {ref.name for ref in example.refs()}
    near = {name.replace("1", number) for name in there for number in ("0", "01", "7", "99")}
    assert all(found.called(name) is None for name in near - there)
    assert found.called("") is None
    assert managed_at(example, example.management.address + 9) is None
    assert managed_at(example, example.management.address + 2**20) is None


@settings(max_examples=at_most(60), deadline=None)
@given(
    naming=st.fixed_dictionaries(
        {},
        optional={
            "leaf": st.sampled_from(
                ["l{leaf}", "l{rail}{leaf}", "s{rail}-{leaf}", "s{spine}", "{fabric}{rail}", "leaf"]
            ),
            "spine": st.sampled_from(["s{spine}", "s1-{spine}", "l{spine}", "compute1-{spine}"]),
            "host": st.sampled_from(["h{unit}x{host}", "h{unit}{host}", "s{unit}-{host}", "l1{host}", "h{host}"]),
        },
    ),
    hosts=st.integers(1, 12),
)
def test_a_name_is_refused_exactly_if_two_devices_have_it(naming, hosts):
    naming = {role: pattern for role, pattern in naming.items() if not (role == "leaf" and "{spine}" in pattern)}
    written = least("eos")
    written["pods"] = {"1": {"units": {"1": {"hosts": f"1-{hosts}"}, "11": {"hosts": "1"}}}}
    cluster = accepted(written)
    fabric = replace(cluster.fabrics[0], names={**cluster.fabrics[0].names, **naming})
    hosts_plan = replace(cluster.hosts, names=naming.get("host", cluster.hosts.names))
    named = replace(cluster, fabrics=(fabric,), hosts=hosts_plan)
    names = [ref.name for ref in named.refs()]
    found = directory(named)
    assert found.doubled == (len(set(names)) < len(names))
    if not found.doubled:
        assert [found.called(name) for name in names] == list(named.refs())
    written["naming"] = naming
    assert [one.code for one in findings(written)] == (["NG421"] if found.doubled else [])


@pytest.mark.parametrize(
    ("aliases", "doubled"),
    [
        ({"host1": "core"}, False),
        ({"host1": "host2"}, True),
        ({"host1": "host2", "host2": "host1"}, False),
        ({"host1": "core", "host2": "core"}, True),
        ({"host1": "core", "host99": "core"}, False),
        ({"host1": "host1"}, False),
    ],
)
def test_an_alias_stands_in_the_place_of_the_name(aliases, doubled):
    written = {**least("eos"), "naming": {"host": "host{host}"}}
    called = replace(
        accepted(written), inventory={name: InventoryRecord(alias=alias) for name, alias in aliases.items()}
    )
    found = directory(called)
    assert found.doubled == doubled
    if not doubled:
        assert [found.called(ref.name) for ref in called.refs()] == list(called.refs())
        assert (found.called("host1") is None) == ("host1" not in aliases.values())


def test_an_address_of_the_inventory_is_nobodys_by_arithmetic():
    cluster = accepted(least("eos"))
    ref = next(cluster.refs())
    address = cluster.management_address(ref)
    moved = replace(cluster, inventory={ref.name: InventoryRecord(address=int(IPv4Address("172.20.3.9")))})
    assert managed_at(cluster, address) == ref
    assert managed_at(moved, address) is None
