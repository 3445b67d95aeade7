"""NG4xx: what follows from the intent and cannot be: sizes, ports, addresses, numbers."""

from netgen.diagnostics.codes.code import Code

TOO_MANY_PODS = Code(
    "NG401",
    "Pods need another tier",
    "The spines of a two-tier fabric serve one pod; several pods need a tier above them.",
    "pods: {1: {units: {1: {hosts: 1-4}}}, 2: {units: {1: {hosts: 1-4}}}}",
)
TOO_MANY_FABRICS = Code(
    "NG402",
    "Several fabrics",
    "Several fabrics of one cluster cannot be derived yet.",
    "fabrics: {compute: {}, storage: {}}",
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
    "The uplinks of a leaf are its host ports divided by the oversubscription, and must be a whole number.",
    "oversubscription: 7:1",
)
TOO_MANY_LEAVES = Code(
    "NG405",
    "More leaves than a spine has ports",
    "Every leaf has the same number of links, at least one, to every spine of its pod, so a spine needs a port a leaf.",
    "pods: {1: {units: {1-64: {hosts: 1-32}}}}",
)
SPINE_COUNT = Code(
    "NG406",
    "This number of spines cannot be built",
    "Every leaf has the same number of links to every spine, so the number of spines divides the uplinks of a leaf; and\n"
    "the spines together must have a port for every uplink.",
    "spine: {count: 3}",
)
NO_BREAKOUT = Code(
    "NG407",
    "No port of the NICs' speed",
    "The switch model cannot be broken out into ports of the speed that the hosts' NICs have.",
    "hosts: {profile: hgx-b300-8x800g}   # with a switch of 400G ports",
)
