"""NG5xx: traffic classes, PFC, ECN and buffers."""

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Severity

CABLE_LENGTH = Code(
    "NG501",
    "Cable length is not given",
    "A lossless port keeps headroom for what is in flight, and that depends on the length of its cable.",
    "fabrics: {compute: {cables: {host: 5m}, roce: {profile: balanced}}}   # spine: ?",
)
DSCP_TWICE = Code(
    "NG502",
    "Code point of two classes",
    "A DSCP belongs to one class, or the hops would not agree.",
    "classes: {gpu: {dscp: [26]}, cnp: {dscp: [26]}}",
)
REST_CLASS = Code(
    "NG503",
    "Code points without a class",
    "Exactly one class takes the rest of the code points.",
    "classes: {default: {dscp: [0], traffic-class: 0, queue: 0}}",
)
NUMBER_TWICE = Code(
    "NG504",
    "Number of two classes",
    "Two classes share a traffic class, an egress queue or a PFC priority; what is done to one is done to the other.",
    "classes: {gpu: {queue: 3}, storage: {queue: 3}}",
)
PFC_PRIORITY = Code(
    "NG505",
    "Lossless and PFC priority do not agree",
    "A lossless class has a PFC priority, and a lossy class has none.",
    "classes: {gpu: {dscp: [26], traffic-class: 3, queue: 3, lossless: true}}",
)
LOSSLESS_STRICT = Code(
    "NG506",
    "Lossless and strict",
    "A lossless class with strict priority starves every other class while its own senders are not slowed down;\n"
    "a strict class has no weighted share.",
    "classes: {gpu: {lossless: true, pfc-priority: 3, strict: true}}",
)
DEADLOCK = Code(
    "NG530",
    "Cyclic buffer dependency",
    "A full lossless buffer pauses the link into it. Where packets of one priority can go round in a circle of links,\n"
    "under the routes that the policies permit, each buffer of the circle may wait for the next for ever. Valley-free\n"
    "routing (a leaf announces only what is its own) prevents it in leaves and spines, and in a dragonfly+; a\n"
    "dragonfly or a ring needs another priority for every turn.",
    "fabrics: {compute: {kind: dragonfly, roce: {profile: balanced}}}",
)
ROCE_ENDS = Code(
    "NG531",
    "Ends of a link treat RoCE differently",
    "Both ends of a link pause the same priorities for the same code points, or the lossless class loses packets at\n"
    "the end that does not. What counts is what each platform really applies.",
    "leaf: {model: dcs-7060x6-64pe, platform: eos}\nspine: {model: dcs-7060x6-64pe, platform: frr}",
)
NOTIFICATION_CLASS = Code(
    "NG532",
    "Congestion notifications are held back",
    "Congestion notifications (the class `cnp`) tell senders to slow down. They are lossy, or PFC pauses them with\n"
    "what they should relieve, and strict, or they queue behind it.",
    "classes: {cnp: {dscp: [48], traffic-class: 6, queue: 6, pfc-priority: 6, lossless: true}}",
)
LOSSLESS_CONTROL = Code(
    "NG533",
    "Control traffic in a lossless class",
    "Routing protocols and BFD are sent with the class selectors 6 and 7 (DSCP 48 and 56, RFC 4594). In a lossless\n"
    "class they are paused with it, and a storm of pauses takes the sessions down. A lossless class that takes the\n"
    "rest of the code points pauses whatever anybody sends.",
    "classes: {gpu: {dscp: [26, 48], traffic-class: 3, queue: 3, pfc-priority: 3, lossless: true}}",
    Severity.WARNING,
)
NO_CODE_POINT = Code(
    "NG535",
    "Lossless class without a code point",
    "Nothing is ever put into a class that has no code point. A lossy class may be left empty; a lossless one keeps\n"
    "headroom on every port, for nothing.",
    "classes: {gpu: {dscp: [], traffic-class: 3, queue: 3, pfc-priority: 3, lossless: true}}",
)
WITHIN_A_PACKET = Code(
    "NG536",
    "Marking begins within one packet",
    "Where marking begins at less than one packet of the fabric's MTU, every large packet that waits at all may be\n"
    "marked, and senders slow down without congestion. Mostly a unit is wrong: `500B` for `500KB`.",
    "ecn: {leaf: {400G: {min: 500B, max: 2MB, probability: 20%}}}",
    Severity.WARNING,
)
FEW_SPINES = Code(
    "NG534",
    "Few spines under lossless traffic",
    "With fewer than four spines, the loss of one takes a third of the paths or more, and what it carried meets on\n"
    "the others (Juniper's validated design for AI fabrics asks for four or more).",
    "spine: {count: 2}",
    Severity.WARNING,
)
TWO_POLICIES = Code(
    "NG537",
    "Fabrics of a host have different classes",
    "A host has one map of code points and one environment for its programs, whatever fabric its NICs are on: so the\n"
    "fabrics with a RoCE policy that a host is on have the same classes.",
    "fabrics: {compute: {roce: {profile: balanced}}, storage: {roce: {profile: balanced, classes: {storage: {…}}}}}",
)
ECN_ORDER = Code(
    "NG507",
    "Thresholds out of order",
    "Marking begins at `min` and is complete at `max`: the first is the smaller one.",
    "ecn: {leaf: {400G: {min: 2MB, max: 1MB, probability: 20%}}}",
)
ECN_UNUSED = Code(
    "NG508",
    "Thresholds that no port uses",
    "No port of this role has this speed, or nothing is marked at all.",
    "ecn: {leaf: {100G: {min: 100KB, max: 400KB, probability: 20%}}}   # on 400G ports",
    Severity.WARNING,
)
BANDWIDTH = Code(
    "NG509",
    "Shares do not add up",
    "The shares of the weighted classes, those that are not given counted with at least 1 %, make 100 %.",
    "classes: {gpu: {bandwidth: 60%}, default: {bandwidth: 60%}}",
)
WATCHDOG_POLL = Code(
    "NG510",
    "Watchdog polls too seldom",
    "A stuck queue is seen by polling: at most half of the shorter of detection and restoration (EOS's own rule).",
    "watchdog: {detect: 200ms, restore: 400ms, poll: 150ms}",
)
NO_WATCHDOG = Code(
    "NG511",
    "Lossless without a watchdog",
    "A stuck lossless queue spreads back to every sender; the watchdog ends that.",
    "roce: {profile: balanced, watchdog: null}",
    Severity.WARNING,
)
LOSSLESS_COUNT = Code(
    "NG512",
    "Too many lossless classes",
    "Each lossless class needs headroom of its own on every port; most chips have it for two.",
    "classes: {a: {lossless: true}, b: {lossless: true}, c: {lossless: true}}",
)
BFD_WATCHDOG = Code(
    "NG513",
    "Failure detection is faster than the watchdog",
    "While PFC holds a queue, BFD packets may wait; sessions that fail sooner than the watchdog acts turn a storm\n"
    "into a loss of routes.",
    "bfd: {interval: 50ms, multiplier: 3}   # with watchdog detect 200ms",
    Severity.WARNING,
)
SMALL_MTU = Code(
    "NG514",
    "MTU is too small for RoCE",
    "A RoCE path MTU of 4,096 bytes needs an IP MTU of about 4,200: payload, and headers of IB, UDP and IP.",
    "fabrics: {compute: {mtu: 1500, roce: {profile: balanced}}}",
    Severity.WARNING,
)
NO_LOSSLESS = Code(
    "NG515",
    "No lossless class",
    "The policy protects nothing with PFC.",
    "classes: {gpu: {dscp: [26], traffic-class: 3, queue: 3}}",
    Severity.WARNING,
)
STRICT_UNCAPPED = Code(
    "NG516",
    "Strict without a ceiling",
    "A strict class that carries more than control traffic and congestion notifications (DSCP 48 to 63) can starve\n"
    "all others; a ceiling prevents that.",
    "classes: {bulk: {dscp: [10], traffic-class: 1, queue: 1, strict: true}}",
    Severity.WARNING,
)
SECOND_LOSSLESS = Code(
    "NG517",
    "Second lossless class",
    "Every port keeps headroom for every lossless class: a second one halves what is left to share, and may not fit.",
    "classes: {storage: {dscp: [34], traffic-class: 4, queue: 4, pfc-priority: 4, lossless: true}}",
    Severity.WARNING,
)
LOSSLESS_FLOODING = Code(
    "NG518",
    "Lossless traffic on switched ports",
    "A switch floods what it has no MAC entry for, and flooded packets of a lossless class can wait for each other\n"
    "in a circle: RDMA over Commodity Ethernet at Scale (SIGCOMM 2016), section 4.2. A routed port floods nothing.",
    "fabrics: {compute: {attach: svi, roce: {profile: balanced}}}",
    Severity.WARNING,
)
HEADROOM = Code(
    "NG520",
    "Headroom does not fit the chip",
    "Each lossless group of each port keeps headroom for what is in flight. What they keep, and what the chip keeps\n"
    "for other traffic, must be less than its buffer; where they share a pool of headroom, they may exceed it by as\n"
    "much as the vendor ships. Shorter cables, fewer lossless classes or fewer ports need less.",
    "cables: {host: 5m, spine: 2000m}",
)
MARKING_NEVER = Code(
    "NG521",
    "Queue cannot reach the marking threshold",
    "A lossless group may fill its share of the pool only, then PFC pauses its sender. A queue that is marked fully\n"
    "at more than that is paused first, always: congestion control never sees what it should slow down.",
    "ecn: {leaf: {400G: {min: 1MB, max: 200MB, probability: 20%}}}",
)
MARKING_LATE = Code(
    "NG522",
    "PFC may pause before marking is complete",
    "Where all ports are congested at once, a lossless group pauses at `T = alpha B / (1 + alpha n)`: B is the pool\n"
    "that n groups share. A queue that two senders fill holds 2 T by then (one sender fills none on equal speeds; one\n"
    "is enough where it is faster than the port). Marking that is complete at more needs more senders, or fewer\n"
    "congested ports, to come before the pause. docs/roce.md shows it for every profile and switch.",
    "roce: {profile: throughput}",
    Severity.WARNING,
)
HEADROOM_THUMB = Code(
    "NG523",
    "Headroom by a rule of thumb",
    "The vendor publishes neither a formula nor a value for such a port and cable. What is reckoned with is the\n"
    "longest value that is published and what the rest of the cable holds; let the vendor confirm it.",
    "cables: {host: 5m, spine: 400m}   # Tomahawk 5 has values up to 150 m at 400G",
    Severity.WARNING,
)
BUFFER_UNKNOWN = Code(
    "NG524",
    "Buffer that is not published",
    "Whether headroom fits, and whether marking comes before PFC pauses, cannot be checked for this switch: its\n"
    "vendor does not say how its buffer is shared out.",
    "leaf: {model: nexus-9332d-gx2b, platform: nxos}",
    Severity.NOTE,
)
LONGER_BY_RACKS = Code(
    "NG525",
    "Cable longer than headroom is kept for",
    "Headroom is reckoned for the length that the intent gives a kind of links. The inventory's racks are further\n"
    "apart: what is in flight on such a cable may not fit. docs/cabling.md says how lengths follow from racks.",
    "cables: {host: 5m, spine: 40m}   # with spines in rack A1 and leaves in rack A80",
    Severity.WARNING,
)
