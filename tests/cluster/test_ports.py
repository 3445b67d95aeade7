"""Slots and ports: every slot has a port, and no cage has ports of two kinds."""

from hypothesis import given
from hypothesis import strategies as st

from netgen.cluster.ports import PortMap
from netgen.cluster.topology.slots import Layer

SPLITS = st.sampled_from([1, 2, 4, 8])


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    down, up, local, links = (draw(st.integers(0, 20)) for _ in range(4))
    across = draw(st.sampled_from([(), (("global", links),), (("local", local), ("global", links))]))
    return Layer("router", 0, 1, down, up if len(across) < 2 else 0, across)


@given(layers(), SPLITS, SPLITS)
def test_every_slot_has_a_port_and_no_cage_ports_of_two_kinds(layer: Layer, split: int, uplink_split: int) -> None:
    ports = PortMap(200, split, uplink_split, 8, layer.down, layer.outward, layer.apart)
    positions = [ports.position(slot) for slot in range(layer.slots)]
    assert [ports.slot(position) for position in positions] == list(range(layer.slots))
    spare = set(range(ports.count)) - set(positions)
    assert len(spare) == ports.count - layer.slots
    assert {ports.slot(position) for position in spare} <= {None}
    kinds: dict[int, set[str]] = {}
    for slot, position in enumerate(positions):
        cage, subport, divided = ports.places[position]
        assert 0 <= subport < divided == (split if slot < layer.down else uplink_split)
        kind = "down" if slot < layer.down else layer.link_across(slot) or "up"
        kinds.setdefault(cage, set()).add(kind)
    assert all(len(one) == 1 for one in kinds.values())
    assert max(kinds, default=0) < ports.cages


@given(st.sampled_from([(2, 2), (2, 4), (4, 2), (4, 4)]), st.integers(1, 32), st.integers(1, 32))
def test_a_subnet_manager_numbers_ports_of_quantum_2_as_mlxlink_does(
    splits: tuple[int, int], down: int, up: int
) -> None:
    ports = PortMap(32, *splits, 8, down, up)
    for (cage, subport, split), number in zip(ports.places, ports.numbers, strict=True):
        port, part = divmod(subport, split // 2)
        label = 2 * (cage + 1) + (port + 1) - 2
        assert number == (label if splits == (2, 2) else 2 * label - 1 + part)
