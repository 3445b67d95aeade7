"""Nodes in the places of hosts: whatever the topology, they have some of a host's cables, and nothing else changes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus
from netgen.cluster.topology.guests import FIRST_UNIT, Guests, Seat
from netgen.cluster.topology.slots import End, links
from netgen.record import replace
from tests.cluster.topology.groups import dragonflies, dragonflies_plus
from tests.cluster.topology.test_slots import closes
from tests.examples import at_most

Plan = Clos | Dragonfly | DragonflyPlus


def seated(plan: Plan, guests: Guests) -> Plan:
    if isinstance(plan, DragonflyPlus):
        return replace(plan, tree=replace(plan.tree, guests=guests))
    return replace(plan, guests=guests)


@st.composite
def shared(draw: st.DrawFn) -> tuple[Plan, Plan, Guests]:
    """A topology without guests and with some, and these: up to three kinds, some places with several of a kind."""
    plan = draw(st.one_of(closes(), dragonflies(), dragonflies_plus()))
    hosts = plan.layers[0]
    seats = []
    for kind, place in enumerate(sorted(draw(st.sets(st.sampled_from(hosts.nodes), min_size=1, max_size=3)))):
        slots = draw(st.integers(0, hosts.slots))
        each = min(hosts.slots // slots, 2) if slots else 1
        pod = plan.ids(place).pod
        seats += [Seat(pod, FIRST_UNIT + kind, n + 1, place, n * slots, slots) for n in range(each)]
    guests = Guests(hosts.count, tuple(seats))
    return plan, seated(plan, guests), guests


@settings(max_examples=at_most(120), deadline=None)
@given(shared())
def test_guests_have_cables_of_hosts_and_all_others_stay(drawn: tuple[Plan, Plan, Guests]) -> None:
    plan, with_guests, guests = drawn
    more = len(guests.seats)
    own = {
        (s.place, s.slot + n): (node, n) for node, s in enumerate(guests.seats, guests.first) for n in range(s.slots)
    }

    def moved(end: End) -> End:
        """Return what an end is called once guests stand behind the hosts."""
        node, slot = own.get(end, end)
        return (node + more if node >= guests.first and end not in own else node), slot

    was = {frozenset({moved(a), moved(b)}) for a, b in links(plan)}
    assert {frozenset(ends) for ends in links(with_guests)} == was
    assert with_guests.link_counts() == plan.link_counts()
    for layer in with_guests.layers:
        for node in layer.nodes:
            assert with_guests.far_ends(node) == [with_guests.peer(node, slot) for slot in range(layer.slots)]


@settings(max_examples=at_most(60), deadline=None)
@given(shared())
def test_guests_are_called_apart_from_hosts_and_found_by_it(drawn: tuple[Plan, Plan, Guests]) -> None:
    plan, with_guests, guests = drawn
    hosts, edge = with_guests.layers[:2]
    assert hosts.seats == plan.layers[0].nodes
    called = {node: with_guests.ids(node) for node in hosts.nodes}
    assert len(set(called.values())) == hosts.count
    assert {node: with_guests.host_at(ids.pod, ids.unit, ids.number) for node, ids in called.items()} == {
        node: node for node in called
    }
    assert [with_guests.ids(node) for node in hosts.seats] == [plan.ids(node) for node in plan.layers[0].nodes]
    assert [with_guests.ids(node) for node in edge.nodes] == [plan.ids(node) for node in plan.layers[1].nodes]
    for leaf in edge.nodes:
        at = [end[0] for end in with_guests.far_ends(leaf)[: edge.down] if end is not None]
        assert list(with_guests.hosts_of(leaf)) == at
    if isinstance(with_guests, Clos):
        for node, seat in enumerate(guests.seats, guests.first):
            assert with_guests.slots_of(node) == range(seat.slots)
