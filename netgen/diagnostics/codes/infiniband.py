"""NG9xx: partitions, subnet managers, service levels and GUIDs of InfiniBand fabrics."""

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Severity

PKEY_RANGE = Code(
    "NG901",
    "No P_Key of a partition",
    "A partition's P_Key is a number from 0x0001 to 0x7ffe. The bit 0x8000 says full member in a port's table and is\n"
    "no part of it (OpenSM would cut it off in silence); 0x7fff is the default partition, which has a key of its own.",
    "partitions: {train: {pkey: 0x8101, members: [{host: pod1-su1-host1, membership: full}]}}",
)
PKEY_TWICE = Code(
    "NG902",
    "P_Key of two partitions",
    "OpenSM makes two partitions of one P_Key into one, in silence: everybody in either could speak with all of both.\n"
    "An automatic P_Key follows from the partition's name; where it meets another, write one of them down.",
    "partitions: {train: {pkey: 0x101}, storage: {pkey: 0x101}}",
)
PARTITION_NAME = Code(
    "NG903",
    "Name of a partition",
    "OpenSM cuts names after 31 characters, and calls the partition 0x7fff `Default`.",
    "partitions: {default: {pkey: 0x101, members: [{unit: 1/1, membership: full}]}}",
)
MEANS_NOBODY = Code(
    "NG904",
    "Names no port",
    "Whoever names members that are not there has mistyped something: the partition would be smaller than it reads.",
    "partitions: {train: {members: [{unit: 1/1, hosts: 900-999, membership: full}]}}",
)
UNKNOWN_MEMBER = Code(
    "NG905",
    "Unknown member",
    "A member is named by a tenant, a kind of nodes, a host, a unit, a pod, a rail or a GUID that exists. OpenSM\n"
    "takes a GUID that nobody has without a word.",
    "partitions: {train: {members: [{tenant: aplha, membership: full}]}}",
)
MEMBER_TWICE = Code(
    "NG906",
    "Port with two memberships",
    "A port that two lines of a partition name with different memberships would have that of the line which the\n"
    "manager reads last.",
    "members: [{unit: 1/1, membership: full}, {host: pod1-su1-host1, membership: limited}]",
)
NO_FULL_MEMBER = Code(
    "NG907",
    "Nobody to speak with",
    "Limited members reach full members only. In a partition without a full member nobody reaches anybody.",
    "partitions: {storage: {members: [{tenant: alpha, membership: limited}]}}",
)
BOTH = Code(
    "NG908",
    "Both memberships at once",
    "A port is full and limited member of one partition only where the manager allows it (`allow-both`); else OpenSM\n"
    "makes it a full member in silence.",
    "members: [{host: store-1, membership: both}]",
)
NODE_GUID = Code(
    "NG909",
    "GUID of a node",
    "Members of a partition are ports: what stands there is the GUID of a port, not that of its HCA or of a switch.",
    "members: [{guid: 0x02c0050000000100, membership: full}]   # a switch",
)
GROWS = Code(
    "NG910",
    "Gains members as the cluster grows",
    "What is added to the cluster later is a member without anybody having said so. Name the ids, if that is not\n"
    "meant.",
    "partitions: {train: {members: [{unit: 1/1, membership: full}]}}   # {unit: 1/1, hosts: 1-32}",
    Severity.NOTE,
)
OPEN_DEFAULT = Code(
    "NG911",
    "Default partition is open",
    "Every full member of the default partition reaches every port of the fabric, whatever other partitions say.",
    "default-partition: {everybody: {all: full}}",
    Severity.WARNING,
)
LIMITED_MANAGER = Code(
    "NG912",
    "Subnet manager as a limited member",
    "All ports are limited members of the default partition and ask the subnet manager over it: it must be a full\n"
    "one, or nobody gets an answer.",
    "default-partition: {everybody: {manager: limited}}",
)
TOO_MANY_PARTITIONS = Code(
    "NG913",
    "Partitions a port",
    "A port of an HCA holds 128 P_Keys, that of the default partition among them (Linux, mlx5/core/main.c, asks the\n"
    "firmware for a table of 128). What does not fit is left out by the manager.",
    "partitions: {…}   # 128 of them with one member in common",
)
FIRST_TWICE = Code(
    "NG914",
    "Two partitions at index 0",
    "A port's table has one index 0. Programs that say nothing of P_Keys send with the one that is there.",
    "partitions: {alpha: {index0: true, …}, beta: {index0: true, …}}   # with one member in common",
)
NO_FIRST = Code(
    "NG915",
    "Programs send in the default partition",
    "NCCL_IB_PKEY is an index into the port's table, 0 unless it is set, and there is the default partition unless\n"
    "another asks for it. Limited members of the default partition do not reach each other.",
    "partitions: {train: {members: [{unit: 1/1, hosts: 1-32, membership: full}]}}   # index0: true",
    Severity.WARNING,
)
NO_MANAGER = Code(
    "NG921",
    "Nobody manages the subnet",
    "Partitions and service levels are brought into force by a subnet manager.",
    "fabrics: {compute: {technology: infiniband, partitions: {train: {…}}}}   # subnet-manager: ?",
)
MANAGER_NODE = Code(
    "NG922",
    "Subnet manager is not on the fabric",
    "A subnet manager runs on a host or another node of the cluster that has a NIC on the fabric.",
    "subnet-manager: {engine: ftree, on: {sm-9: {priority: 14}}}",
)
PRIORITY_TWICE = Code(
    "NG923",
    "Managers of one priority",
    "Where two managers have one priority, the lower GUID is the master: a replaced HCA would move it.",
    "on: {sm-1: {priority: 14}, sm-2: {priority: 14}}",
)
UNKNOWN_ENGINE = Code(
    "NG924",
    "Unknown routing engine",
    "OpenSM takes minhop in place of an engine that it does not know, and its exit code says nothing of it.",
    "subnet-manager: {manager: opensm, engine: fat-tree}",
)
UNFIT_ENGINE = Code(
    "NG925",
    "Routing engine does not fit",
    "An engine that finds a fabric which it cannot route gives up, and the manager takes minhop in silence; or its\n"
    "routes may wait for each other in a circle.",
    "fabrics: {compute: {kind: dragonfly, subnet-manager: {engine: ftree}}}",
)
BEYOND_MANAGER = Code(
    "NG926",
    "Beyond the subnet manager",
    "What a manager has no word for would be dropped in silence.",
    "subnet-manager: {manager: opensm}\nsharp: true",
)
NOT_ONE_SUBNET = Code(
    "NG927",
    "Not one subnet",
    "A subnet manager brings into force what it has a way to; the rest of the fabric would have no addresses.",
    "fabrics: {compute: {kind: rail-only, subnet-manager: {on: {sm-1: {priority: 14}}}}}",
)
MANY_LIDS = Code(
    "NG928",
    "More than a subnet has addresses",
    "Every port of an HCA and every switch has a local identifier, and there are 49,151 of them (IBA 1.4, 4.1.3).",
    "pods: {1: {units: {1-96: {hosts: 1-64}}}}   # 8 ports a host",
)
LEFT_TO_THE_HOST = Code(
    "NG929",
    "Left to the manager's host",
    "What a manager's API has no word for stands in files of its host, and somebody else has to put it there. For UFM\n"
    "netgen renders these files with `manager: opensm-nvidia`.",
    "subnet-manager: {manager: ufm}\nqos: {levels: {…}}",
    Severity.WARNING,
)
PARTITION_BEYOND_MANAGER = Code(
    "NG930",
    "Partition beyond the subnet manager",
    "A manager's API takes some MTUs and rates of IPoIB only, and may keep the default partition to itself.",
    "subnet-manager: {manager: ufm}\npartitions: {train: {ipoib: true, rate: 400G}}",
)
LEVEL_WITHOUT_QOS = Code(
    "NG931",
    "Service level without meaning",
    "OpenSM makes every service level 0, in silence, while QoS is off; and a level that no lane is given to shares\n"
    "that of all others.",
    "partitions: {train: {service-level: 1}}   # qos: ?",
)
LEVEL_TWICE = Code(
    "NG932",
    "Service level of two names",
    "A service level has one lane, one weight and one name.",
    "qos: {levels: {a: {level: 1, lane: 1, weight: 64}, b: {level: 1, lane: 2, weight: 64}}}",
)
NO_LANE = Code(
    "NG933",
    "Lane that ports do not have",
    "Of four lanes, lane 5 is lane 1: OpenSM cuts the number in silence.",
    "qos: {lanes: 4, levels: {a: {level: 1, lane: 5, weight: 64}}}",
)
WITHOUT_IPOIB = Code(
    "NG934",
    "Of IPoIB only",
    "MTU and rate of a partition are those of its IPoIB broadcast group; without IPoIB they say nothing.",
    "partitions: {train: {mtu: 4096}}   # ipoib: true",
)
GROUP_RATE = Code(
    "NG935",
    "Rate of a broadcast group",
    "InfiniBand has a number for some rates only, and a port that is slower than the group cannot join it. OpenSM\n"
    "leaves out a rate that it does not know.",
    "partitions: {train: {ipoib: true, rate: 375G}}",
)
BAD_GUID = Code(
    "NG951",
    "No GUID",
    "A GUID has 64 bits, which are neither all zero nor all one.",
    "pod1-su1-host1,mlx5_0,1,0x0000000000000000,0x1070fd0300abcd00",
)
GUID_TWICE = Code(
    "NG952",
    "GUID twice",
    "A GUID is of one port, or of one node; a list that gives it to two has a copied row.",
    "pod1-su1-host2,mlx5_0,1,0x1070fd0300abcd01,…   # that of host1",
)
NO_PORT_GUID = Code(
    "NG953",
    "Port without a GUID",
    "Partitions and routing engines name ports by their GUIDs: a port that the list leaves out would be in none.",
    "fabrics: {compute: {technology: infiniband, partitions: {train: {…}}}}   # guids: ?",
)
NO_SWITCH_GUID = Code(
    "NG954",
    "Switch without a GUID",
    "The routing engine is told the switches of the top tier by their GUIDs; a list with a gap makes another tree.",
    "guids.csv without a row of pod1-spine2",
)
IDLE_ROW = Code(
    "NG955",
    "Row of nothing",
    "A row that names no port and no switch of the fabric says nothing: the name may be misspelt, or the device is of\n"
    "another fabric.",
    "pod1-su1-hots1,mlx5_0,1,0x1070fd0300abcd01,0x1070fd0300abcd00",
    Severity.WARNING,
)
PORT_TWICE = Code(
    "NG956",
    "Two rows of one port",
    "A port has one row, and so has a switch.",
    "pod1-su1-host1,mlx5_0,1,…\npod1-su1-host1,mlx5_0,1,…",
)
