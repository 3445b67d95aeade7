"""What a simulated InfiniBand fabric is told: of its nodes, its cables, and of what is changed."""

import pytest

from netgen.lab import ibsim, requirements
from netgen.lab.cabling import as_laid, pull
from netgen.lab.errors import LabError
from netgen.lab.spec import LabCable, LabNode, LabSpec
from netgen.lab.subnet import LabAdapter, LabSubnet, LabSwitch
from netgen.record import replace

LEAF1, LEAF2, SPINE = (0x0200_0000_0000_0100 + n for n in range(3))
HOSTS = [0x0200_0000_0000_1000 + 0x10 * n for n in range(3)]
MANAGERS = [0x0200_0000_0000_2000 + 0x10 * n for n in range(2)]


def subnet_spec() -> LabSpec:
    """Two leaves and a spine, three hosts, and two subnet managers; host3 has a port GUID of an odd kind."""
    guids = {"leaf1": LEAF1, "leaf2": LEAF2, "spine1": SPINE}
    switches = tuple(LabSwitch(name, guid, (1, 2, 3, 4)) for name, guid in guids.items())
    ports = tuple(f"1/{number}" for number in range(1, 5))
    odd = [guid + 1 for guid in HOSTS[:2]] + [0x0300_0000_0000_0007]
    adapters = [
        LabAdapter(f"host{n}", "mlx5_0/1", "mlx5_0", 1, node, guid)
        for n, (node, guid) in enumerate(zip(HOSTS, odd, strict=True), 1)
    ]
    adapters += [LabAdapter(f"sm-{n}", "mlx5_0/1", "mlx5_0", 1, node, node) for n, node in enumerate(MANAGERS, 1)]
    nodes = (
        *(LabNode(one.node, "ib-switch", "", "", "qm9790", ports) for one in switches),
        *(LabNode(f"host{n}", "host", "", "", "test-server", ()) for n in (1, 2, 3)),
        *(LabNode(f"sm-{n}", "opensm", f"SN-SM{n}", "12", "test-server", ()) for n in (1, 2)),
    )
    cables = (
        LabCable("leaf1", "1/1", "host1", "mlx5_0/1"),
        LabCable("leaf2", "1/1", "host2", "mlx5_0/1"),
        LabCable("leaf2", "1/2", "host3", "mlx5_0/1"),
        LabCable("leaf1", "1/3", "sm-1", "mlx5_0/1"),
        LabCable("leaf2", "1/3", "sm-2", "mlx5_0/1"),
        LabCable("leaf1", "1/4", "spine1", "1/1"),
        LabCable("leaf2", "1/4", "spine1", "1/2"),
    )
    return LabSpec("ibsmall", nodes, cables, (), (LabSubnet("compute", switches, tuple(adapters)),))


def test_the_network_file_has_every_cable_twice():
    spec = subnet_spec()
    cabling = as_laid(spec)
    pull(cabling, [("leaf1", "1/1")])
    text = ibsim.net_file(spec, spec.subnets[0], cabling)
    lines = [line.split("\t\t#")[0] for line in text.splitlines() if line.startswith("[")]
    assert len(lines) == 2 * (len(spec.cables) - 1)
    assert f'[4]\t"S-{SPINE:016x}"[1]' in lines
    assert f'[1](0x{MANAGERS[0]:x}) \t"S-{LEAF1:016x}"[3]' in lines
    # a port whose GUID is its node's: ibsim's node has another one
    assert f'Ca\t1 "H-{MANAGERS[0] - 1:016x}"\t\t# "sm-1 mlx5_0"' in text
    assert "do Guid" not in text


def test_ports_of_a_split_cage_have_numbers_of_their_own():
    spec = subnet_spec()
    (subnet,) = spec.subnets
    leaf, *others = subnet.switches
    subnet = replace(subnet, switches=(replace(leaf, numbers=(1, 2, 5, 7)), *others))
    text = ibsim.net_file(replace(spec, subnets=(subnet,)), subnet, as_laid(spec))
    assert f'Switch\t7 "S-{LEAF1:016x}"' in text
    assert f'[7]\t"S-{SPINE:016x}"[1]' in text
    assert f'[1]\t"S-{LEAF1:016x}"[7]' in text


def test_a_card_with_ports_whose_guids_do_not_follow_each_other():
    spec = subnet_spec()
    second = LabAdapter("host1", "mlx5_0/2", "mlx5_0", 2, HOSTS[0], 0x42)
    (subnet,) = spec.subnets
    subnet = replace(subnet, adapters=(*subnet.adapters, second))
    text = ibsim.net_file(spec, subnet, as_laid(spec))
    assert f'Ca\t2 "H-{HOSTS[0]:016x}"\t\t# "host1 mlx5_0"' in text
    assert f'do Guid "H-{HOSTS[0]:016x}"[2] 0x{0x42:016x}\n' in text


def test_what_the_console_is_told():
    spec = subnet_spec()
    cabling = as_laid(spec)
    names = ibsim.ends(spec, spec.subnets[0])
    both = [("leaf1", "1/4"), ("spine1", "1/1")]
    assert list(ibsim.commands(names, cabling, [*both, ("elsewhere", "swp1")])) == [
        f'Unlink "S-{LEAF1:016x}"[4]',
        f'Unlink "S-{SPINE:016x}"[1]',
        f'Link "S-{LEAF1:016x}"[4] "S-{SPINE:016x}"[1]',
    ]
    pull(cabling, both[:1])
    assert len(list(ibsim.commands(names, cabling, both))) == 2


def test_a_manager_without_an_adapter_is_refused():
    spec = subnet_spec()
    with pytest.raises(LabError, match="sm-1: a subnet manager manages over a channel adapter"):
        requirements.check(replace(spec, subnets=(), cables=()))


def test_a_fabric_that_nobody_manages_is_no_lab():
    spec = subnet_spec()
    nodes = tuple(replace(node, kind="host") if node.kind == "opensm" else node for node in spec.nodes)
    with pytest.raises(LabError, match="nothing in this lab would run"):
        requirements.check(replace(spec, nodes=nodes))
