"""NG4xx: what follows from the intent and cannot be: sizes, ports, addresses, numbers."""

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Severity

TOO_MANY_PODS = Code(
    "NG401",
    "Nothing joins the pods",
    "Fabrics of a single tier, and rails that nothing joins, are of one pod: hosts of two would not reach each other.",
    "fabrics: {compute: {kind: rail-only}}   # over pods: {1: {…}, 2: {…}}",
)
PORT_BUDGET = Code(
    "NG403",
    "Not enough ports",
    "The switch has fewer ports than the topology asks of it.",
    "fabrics: {compute: {leaf: {model: linux-16x400g, platform: frr, breakout: 1x400G}}}",
)
OVERSUBSCRIPTION = Code(
    "NG404",
    "Oversubscription cannot be built",
    "The uplinks of a leaf are its host ports divided by the oversubscription, and must be a whole number; so are\n"
    "those of a spine its ports to leaves.",
    "oversubscription: 7:1",
)
TOO_MANY_LEAVES = Code(
    "NG405",
    "More leaves than the switches above have ports for",
    "Every leaf has the same number of links, at least one, to every spine of its block, so a spine needs a port a\n"
    "leaf; every spine to its superspines, so a superspine needs a port a block. There is no fourth tier.",
    "pods: {1: {units: {1-64: {hosts: 1-32}}}}",
)
SPINE_COUNT = Code(
    "NG406",
    "This number of spines cannot be built",
    "Every leaf has the same number of links to every spine, so the spines divide the uplinks of a leaf, and\n"
    "the spines together must have a port for every uplink.",
    "spine: {count: 3}",
)
NO_BREAKOUT = Code(
    "NG407",
    "No port of the NICs' speed",
    "The switch model cannot be broken out into ports of the speed that the hosts' NICs have.",
    "hosts: {profile: hgx-b300-8x800g}   # with a switch of 400G ports",
)
CAPACITY = Code(
    "NG408",
    "Beyond the capacity",
    "Addresses, ports and spines are laid out for the declared capacity; what is beyond it would move them.",
    "pods: {1: {units: {5: {hosts: 1-4}}, capacity: {units: 4}}}",
)
OVERLAPPING_IDS = Code(
    "NG409",
    "Id named twice",
    "Ranges among the keys of pods or units overlap, so that one id has two descriptions.",
    "units: {1-4: {hosts: 1-32}, 4: {hosts: 1-16}}",
)
UNKNOWN_BREAKOUT = Code(
    "NG410",
    "Breakout that the model does not have",
    "A cage can be divided only as the switch supports it: the lanes of a cage are shared out equally.",
    "leaf: {model: linux-16x400g, platform: frr, breakout: 2x400G}",
)
SPEED_MISMATCH = Code(
    "NG411",
    "Ends of a link differ in speed",
    "Both ends of a cable run at one speed: the NICs' and the leaves' ports, the leaves' and the spines' ports.",
    "leaf: {breakout: 4x200G}   # under hosts with 400G NICs",
)
POOL_EXHAUSTED = Code(
    "NG412",
    "Pool is too small",
    "The pool must hold the addresses of the whole capacity, not only of what is built.",
    "pools: {loopbacks: 10.255.0.0/30}",
)
POOL_OVERLAP = Code(
    "NG413",
    "Pools overlap",
    "Two pools, or a pool and the management subnet, share addresses; or a server has one that is a fabric's.",
    "pools: {hosts: 10.0.0.0/12, loopbacks: 10.1.0.0/24}",
)
ASN_NOT_PRIVATE = Code(
    "NG414",
    "AS number is not private",
    "The AS numbers of a fabric come from 64512-65534 or 4200000000-4294967294 (RFC 6996), all of them.",
    "asn: {base: 13335}",
)
ASN_COLLISION = Code(
    "NG415",
    "AS numbers collide",
    "Every leaf has an AS number of its own, and so has every host that speaks BGP; none of them is the spines'.",
    "asn: {base: 4200000000, leaves: 4200000001}",
)
MTU_MISMATCH = Code(
    "NG416",
    "Ends of a link differ in MTU",
    "The IP MTU is equal at both ends of every link, or large packets vanish.",
    "fabrics: {compute: {mtu: 9000, leaf: {mtu: 1500}}}",
)
MTU_TOO_LARGE = Code(
    "NG417",
    "MTU is too large for the platform",
    "The platform cannot be configured with this IP MTU.",
    "mtu: 9216   # on a platform that ends at 9214",
)
GATEWAY = Code(
    "NG418",
    "Gateway is outside of its subnet",
    "The gateway is an address of the management subnet, other than its first and last.",
    "management: {subnet: 172.20.0.0/24, gateway: 172.21.0.1}",
)
ADDRESS_TWICE = Code(
    "NG419",
    "Management address is not usable",
    "A management address lies in the management subnet, and no two devices share one, nor is it the gateway's or a\n"
    "server's.",
    "name,address\npod1-spine1,172.20.0.20\npod1-spine2,172.20.0.20",
)
SERIAL_TWICE = Code(
    "NG420",
    "Serial number is given twice",
    "A serial number tells one device from all others before it is changed.",
    "name,serial\npod1-spine1,ABC1\npod1-spine2,ABC1",
)
NAME_COLLISION = Code(
    "NG421",
    "Devices share a name",
    "The patterns of names, or an alias, give two devices one name.",
    'naming: {spine: "spine"}',
)
NAME_FORM = Code(
    "NG422",
    "Name is not a host name",
    "A derived name has up to 63 lower-case letters, digits and hyphens, and begins with a letter or a digit.",
    'naming: {spine: "-{spine}"}',
)
ECMP = Code(
    "NG423",
    "Fewer paths than uplinks",
    "A device that installs fewer equal-cost paths than it has uplinks leaves some of them idle.",
    "leaf: {ecmp: 2}   # with eight uplinks",
)
OPEN_ACCOUNT = Code(
    "NG424",
    "Account that is open to anybody",
    "An account needs a password, an SSH key or both; a switch may let anybody in under a name that has neither.",
    "users: {netops: {role: admin}}",
)
LINK_ENDS = Code(
    "NG425",
    "Ends of a link are set up differently",
    "Forward error correction, autonegotiation, addresses (of one subnet, or none at both) and failure detection\n"
    "are the same at both ends of every link, or it stays down, or half of what it was asked for is missing.",
    "leaf: {model: my-25g-lanes, platform: frr, breakout: 1x100G}   # no FEC on NRZ lanes, under NICs with RS-FEC",
)
NOT_UNICAST = Code(
    "NG427",
    "Pool that no interface can have",
    "The pool reaches into addresses of a meaning of their own (RFC 6890): loopback, link-local, multicast, reserved.",
    "pools: {hosts: 10.0.0.0/12, loopbacks: 127.0.1.0/24}",
)
LINK_LANES = Code(
    "NG426",
    "Ends of a link differ in lanes",
    "Both ends run at one speed, over another number of electrical lanes: a cable or optics of one kind at both ends\n"
    "do not fit. Optics that translate (a gearbox) can join them.",
    "leaf: {breakout: 2x400G}\nspine: {breakout: 1x400G}   # 4 x 100G under 8 x 50G",
    Severity.WARNING,
)
CUT_OFF = Code(
    "NG428",
    "Switch is cut off",
    "Exceptions shut every link between a switch and the other tier. Behind a leaf, hosts reach only each other.",
    "exceptions: {TT-1: {port: {leaf: pod1-su1-rail1-leaf1, spine: 1}, enabled: false, reason: optics}}   # of one",
    Severity.WARNING,
)
NO_USE = Code(
    "NG430",
    "Of no use in this fabric",
    "The intent says something of a tier, or of a way to join leaves, that this kind of fabric does not have, or that\n"
    "comes out without it. It would look as if it did something.",
    "fabrics: {compute: {kind: single-tier, spine: {model: dcs-7060x6-64pe, platform: eos}}}",
)
EXTERNAL_LINK = Code(
    "NG436",
    "External link has no two addresses",
    "The link to a router that is not netgen's is a /30 or a /31, of which the leaf has one address and the router\n"
    "the other.",
    "externals: {wan-1: {subnet: 198.51.100.0/24, address: 198.51.100.1}}",
)
EXTERNAL_PORT = Code(
    "NG437",
    "Port of an external link is not free",
    "The router is at a port of the leaf that exists and that nothing else is cabled to, or laid out for.",
    "externals: {wan-1: {interface: Ethernet1/1}}   # where a host is",
)
NO_NICS = Code(
    "NG432",
    "Nobody has NICs for the fabric",
    "A fabric is of the NICs that profiles of hosts and other nodes have for it: `nics` says what they are for.",
    "fabrics: {storage: {nics: storage}}   # under hosts with compute NICs only",
)
NIC_PORTS = Code(
    "NG431",
    "Ports of NICs do not go with the planes",
    "A NIC has a port in every plane, or its two ports go to two leaves (`dual-tor`): so the profile of the hosts and\n"
    "the fabric agree in how many ports a NIC has.",
    "fabrics: {compute: {planes: 2}}   # under NICs of one port",
)
UNEQUAL_GROUPS = Code(
    "NG433",
    "Groups cannot be joined equally",
    "Every pair of groups of a dragonfly or a dragonfly+ has the same number of global links, so the number of the\n"
    "other groups divides the global links of a group: `a h` of *a* routers with *h* each. With one link a pair there\n"
    "are at most `a h + 1` groups. Lay out a capacity that can be built, and add groups to it as they come.",
    "router: {count: 4, uplinks: 2}   # of 8 groups: 7 do not divide 8",
)
ONE_LINK = Code(
    "NG434",
    "Two groups hang on one cable",
    "In a dragonfly+ no way between two groups leads through a third one, so that lossless buffers never wait for\n"
    "each other in a circle. Where every pair of groups has a single link, its failure parts the two. With fewer\n"
    "groups, or with more global links a spine, each pair has several, on several spines.",
    "spine: {count: 4, uplinks: 2}   # of 9 groups in a dragonfly-plus",
    Severity.WARNING,
)
WAYS_OUT = Code(
    "NG438",
    "Ways out at several groups",
    "In a dragonfly+ no way leads through a third group. Two groups that accept the same prefix from outside would\n"
    "each pass on the other's when their own way fails: lossless buffers could then wait for each other in a circle.",
    "externals: {wan-1: {leaf: pod1-group1-leaf1, accept: [0.0.0.0/0], …}, wan-2: {leaf: pod1-group2-leaf1, …}}",
)
MANY_SPINES = Code(
    "NG439",
    "A few more uplinks would spare half of the spines",
    "Every leaf has the same number of links to every spine, so the spines divide the uplinks of a leaf. 31 uplinks\n"
    "need a spine each; 32 can be shared out by 1, 2, 4, 8, 16 or 32 spines.",
    "pods: {1: {units: {1: {hosts: 1-31}}}}   # capacity: {hosts: 32}",
    Severity.NOTE,
)
MANY_LEAVES = Code(
    "NG440",
    "Reserved slots need more leaves",
    "Slots of every leaf are reserved beside those of all hosts of a unit. Where hosts alone fill a leaf, there is\n"
    "another one for the slots.",
    "leaf: {model: qm9790, reserved: 1}   # hosts: 1-32, and 32 ports beside the uplinks",
    Severity.NOTE,
)
PLACE = Code(
    "NG441",
    "No such place of a host",
    "Nodes with `in-place-of` take the places of hosts that are not there: their NICs are where some of that host's\n"
    "would be, so it must have as many. A place holds as many nodes as its NICs are enough for.",
    "nodes: {ufm: {ids: 1-2, profile: sm-1x400g, unit: 1, in-place-of: 32}}   # of hosts: 1-32",
)
HOST_NUMBERS = Code(
    "NG429",
    "Numbers of hosts do not go with their attachment",
    "Hosts that speak BGP (`attach: host-bgp`) have a loopback each from `pools.host-loopbacks`, and an AS number\n"
    "each from `asn.hosts` on, which has a default in the four-byte range only. Other hosts have neither.",
    "attach: host-bgp   # without pools: {host-loopbacks: …}",
)
ATTACHMENT = Code(
    "NG435",
    "Bundle that cannot be",
    "With `attach: bond` all NICs of a host are one LACP bundle, and a bundle ends at one leaf: netgen builds no\n"
    "multi-chassis link aggregation. The leaf's ports are switched, and a RoCE policy is of routed ports only.",
    "fabrics: {frontend: {kind: rail-optimized, attach: bond}}   # each NIC at the leaf of its rail",
)
RENUMBERED = Code(
    "NG490",
    "What exists is renumbered",
    "An AS number, a loopback, or an address of a device or link that exists changes. Sessions go down while it is\n"
    "applied, and whoever wrote the number down elsewhere has to follow. Growth within the declared capacity\n"
    "renumbers nothing.",
    "asn: {base: 4200100000}   # with devices that have numbers from another base",
    Severity.WARNING,
)
RECABLED = Code(
    "NG491",
    "What exists is re-cabled",
    "A cable between devices that exist would lead elsewhere: somebody has to lay it anew before the configuration\n"
    "fits. Growth within the declared capacity moves no cable.",
    "leaf: {model: linux-16x400g, platform: frr, breakout: 2x200G}   # with leaves that were not broken out",
    Severity.WARNING,
)
REMOVED = Code(
    "NG492",
    "What exists is removed",
    "A device no longer follows from the intent: its configuration is not rendered any more, its neighbours forget\n"
    "it, and nobody changes the device itself.",
    "units: {1: {hosts: 1-16}}   # with 32 hosts",
    Severity.WARNING,
)
RENAMED = Code(
    "NG493",
    "What exists is renamed",
    "A device has the numbers that another name had: its files and its neighbours' descriptions follow, and whoever\n"
    "wrote the name down elsewhere has to.",
    "naming: {leaf: l{unit}r{rail}-{leaf}}   # with devices of other names",
    Severity.WARNING,
)
