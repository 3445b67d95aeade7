"""NG8xx: the lists of an explicit fabric."""

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Severity

NO_LIST = Code(
    "NG801",
    "Explicit fabric without its lists",
    "An explicit fabric is what two lists say: of its switches, and of its cables. In place of the first there may be\n"
    "patterns of names (`naming`), each with the id of its role. Any other kind is derived, and has no lists.",
    "fabrics: {compute: {kind: explicit, switches: switches.csv}}   # without cabling",
)
UNKNOWN_DEVICE = Code(
    "NG802",
    "Cable of a device that is not there",
    "The devices of a list of cables are switches of the list of switches and hosts of the pods, by their names or\n"
    "aliases.",
    "a_device,a_interface,b_device,b_interface\npod1-su1-host99,mlx5_0,leaf1,Ethernet1/1",
)
UNKNOWN_INTERFACE = Code(
    "NG803",
    "Cable at a port that is not there",
    "Ports are called as their platform calls them on that model, divided as the intent says; those of hosts, as\n"
    "their profile does.",
    "a_device,a_interface,b_device,b_interface\nleaf1,Ethernet99/1,spine1,Ethernet1/1",
)
PORT_TWICE = Code(
    "NG804",
    "Port with two cables",
    "Two rows of a list of cables, or both ends of one, are the same port.",
    "a_device,a_interface,b_device,b_interface\nleaf1,swp9,spine1,swp1\nleaf1,swp9,spine2,swp1",
)
NOT_NEIGHBOURS = Code(
    "NG805",
    "Cable between tiers that are not neighbours",
    "Cables join hosts to leaves, leaves to spines, and spines to superspines. Others would open ways that no policy\n"
    "is made for, such as from spine to spine, and with them loops and deadlock.",
    "a_device,a_interface,b_device,b_interface\nleaf1,swp9,leaf2,swp9",
)
CABLE_SPEED = Code(
    "NG806",
    "Ends of a listed cable differ in speed",
    "Both ends of a cable run at one speed: that of their tier's breakout, of the cages of its uplinks or of\n"
    "the others.",
    "leaf: {breakout: 2x400G, uplink-breakout: 1x800G, uplinks: 32}   # and a host of 400G at one of the 32",
)
LAYOUT = Code(
    "NG807",
    "Port that faces a way it is not laid out for",
    "Addresses follow from ports. Where the intent says how many ports of a tier face down, from the first, or up, to\n"
    "the last, they are laid out for these only.",
    "leaf: {downlinks: 8}   # and a host at the ninth port",
)
ID_TWICE = Code(
    "NG808",
    "Id of two switches",
    "Numbers of a switch follow from its role and id, which no other has.",
    "name,role,id\nspine1,spine,1\nspine2,spine,1",
)
ROLE = Code(
    "NG809",
    "Role without a tier, or tier without a switch",
    "The intent describes the tiers, by role; the list says which switches each has.",
    "name,role,id\ntop1,superspine,1   # in a fabric of leaf and spine",
)
UNEVEN = Code(
    "NG810",
    "Unequal links to the tier above",
    "Equal-cost paths share traffic equally, whatever the bandwidth behind them: where a switch has fewer links to\n"
    "some switches above it than to others, or none, these are congested first.",
    "a_device,a_interface,b_device,b_interface\nleaf1,swp9,spine1,swp1\nleaf1,swp10,spine1,swp2\nleaf1,swp11,spine2,swp1",
    Severity.WARNING,
)
NIC_BARE = Code(
    "NG811",
    "NIC that is not cabled",
    "A NIC of a host has no row in the list of cables: it gets no address, and its rail lacks the host.",
    "a_device,a_interface,b_device,b_interface   # with seven rows for a host of eight NICs",
    Severity.WARNING,
)
APART = Code(
    "NG812",
    "Leaves that no way joins",
    "Traffic goes up and down, never down and up again: two leaves reach each other over a spine that both are cabled\n"
    "to, or over a superspine above spines of theirs that have different AS numbers (`block`). Hosts at others do not\n"
    "reach each other. Leaves of different rails or planes are not asked for it.",
    "a_device,a_interface,b_device,b_interface\nleaf1,swp16,spine1,swp1\nleaf2,swp16,spine2,swp1",
    Severity.WARNING,
)
