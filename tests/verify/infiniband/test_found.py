"""What the tools print, as they printed it of a small simulated fabric."""

import pytest

from netgen.verify.infiniband import found
from netgen.verify.infiniband.found import AdapterPort, Manager, NotUnderstood

IBNETDISCOVER = """\
#
# Topology file: generated on Mon Nov 23 14:46:12 2026
#
# Initiated from node 0200000000100000 port 0200000000100001

vendid=0x2c9
devid=0xd2f0
sysimgguid=0x200000000900000
switchguid=0x200000000900000(200000000900000)
Switch	64 "S-0200000000900000"		# "leaf0" enhanced port 0 lid 2 lmc 0
[1]	"H-0200000000100000"[1](200000000100001) 		# "host0 mlx5_0" lid 4 4xHDR
[33]	"S-0200000000900010"[7]		# "spine # 0" lid 3 4xHDR

vendid=0x2c9
devid=0xd2f0
sysimgguid=0x200000000900010
switchguid=0x200000000900010(200000000900010)
Switch	64 "S-0200000000900010"		# "spine # 0" base port 0 lid 3 lmc 0
[7]	"S-0200000000900000"[33]		# "leaf0" lid 2 4xHDR

vendid=0x2c9
devid=0x1021
sysimgguid=0x200000000100000
caguid=0x200000000100000
Ca	1 "H-0200000000100000"		# "host0 mlx5_0"
[1](200000000100001) 	"S-0200000000900000"[1]		# lid 4 lmc 1 "leaf0" lid 2 4xHDR
"""

LEAF, SPINE, HOST = 0x0200000000900000, 0x0200000000900010, 0x0200000000100000


def test_nodes_ports_and_links():
    network = found.network(IBNETDISCOVER)
    assert {guid: (node.name, node.is_switch, node.lid) for guid, node in network.nodes.items()} == {
        LEAF: ("leaf0", True, 2),
        SPINE: ("spine # 0", True, 3),
        HOST: ("host0 mlx5_0", False, 0),
    }
    assert network.ports == {HOST + 1: AdapterPort(HOST + 1, (HOST, 1), 4, 1)}
    assert list(network.ports[HOST + 1].lids) == [4, 5]
    assert network.links == {
        (LEAF, 1): (HOST, 1),
        (HOST, 1): (LEAF, 1),
        (LEAF, 33): (SPINE, 7),
        (SPINE, 7): (LEAF, 33),
    }


@pytest.mark.parametrize("text", ["", "ibwarn: cannot open", '[1]\t"S-0200000000900000"[33]\t\t# "leaf0" lid 2 4xHDR'])
def test_another_text_is_not_a_fabric(text):
    with pytest.raises(NotUnderstood):
        found.network(text)


def test_forwarding_tables():
    text = (
        "Unicast lids [0x0-0x110] of switch DR path slid 0; dlid 0; 0,1,33,8 guid 0x0200000000900000 (leaf0):\n"
        "  Lid  Out   Destination\n"
        "       Port     Info \n"
        "0x0001 033 : (Channel Adapter portguid 0x0200000000100001: 'host0 mlx5_0')\n"
        "0x0011 001 : (Switch portguid 0x0200000000900000: 'leaf0')\n"
        "2 valid lids dumped \n"
        "Unicast lids [0x0-0x110] of switch Lid 3 guid 0x0200000000900010 (spine0):\n"
    )
    assert found.tables(text) == {LEAF: {1: 33, 17: 1}, SPINE: {}}
    with pytest.raises(NotUnderstood):
        found.tables("no switch")


def test_the_last_lid_of_a_table_may_be_left_out():
    head = "Unicast lids [0x0-0x{}] of switch Lid 3 guid 0x0200000000900010 (spine0):\n0x0001 033 : (x)\n"
    assert found.untold_lids(head.format("40")) == {64}
    assert found.untold_lids(head.format("41")) == set()
    assert found.untold_lids(head.format("0")) == set()


def test_pkey_table():
    text = (
        "   0: 0xffff 0x0101 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 \n"
        "   8: 0x8102 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 0x0000 \n"
        "16 pkeys capacity for this port\n"
    )
    assert found.pkeys(text) == {0xFFFF, 0x0101, 0x8102}
    with pytest.raises(NotUnderstood, match="Connection timed out"):
        found.pkeys("smpquery: iberror: failed: operation PKeyTable: Connection timed out")


def test_sections_by_their_marks():
    assert list(found.sections("== 1\na\nb\n== 2\n", "==")) == [("1", "a\nb"), ("2", "")]


def test_manager():
    said = "sminfo: sm lid 19 sm guid 0x200000000100011, activity count 4914 priority 14 state 3 SMINFO_MASTER\n"
    assert found.manager(said) == Manager(HOST + 0x11, 14, "MASTER")
    with pytest.raises(NotUnderstood):
        found.manager("sminfo: iberror: failed: query")


def test_the_engine_in_force_is_the_last_that_was_configured():
    log = (
        "Nov 23 14:49:38 771462 [DA0B66C0] 0x02 -> osm_ucast_mgr_process: ftree tables configured on all switches\n"
        "Nov 23 14:49:38 799739 [DA0B66C0] 0x02 -> SUBNET UP\n"
        "Nov 23 14:49:40 768153 [DA0B66C0] 0x02 -> osm_ucast_mgr_process: minhop tables configured on all switches\n"
    )
    assert found.engine(log) == "minhop"
    assert found.engine("SUBNET UP") is None
