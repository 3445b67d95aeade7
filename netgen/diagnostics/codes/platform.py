"""NG6xx: what a platform or a model of switch cannot do."""

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Severity

NOT_EXPRESSIBLE = Code(
    "NG601",
    "Platform cannot express this",
    "What the intent asks for is left out on devices of this platform, for the reasons that its platform.yaml gives.",
    "leaf: {model: linux-16x400g, platform: frr}   # with a RoCE policy",
    Severity.WARNING,
)
MISSING_BASIS = Code(
    "NG611",
    "Platform cannot carry the fabric",
    "The links of a fabric are numbered or unnumbered (RFC 8950), and the routers at both ends of each must be able\n"
    "to be so. Where hosts speak BGP, their platform and that of their leaves must be able to.",
    "pools: {links: unnumbered}   # under a platform that needs addresses on its links",
)
LOAD_BALANCING = Code(
    "NG612",
    "Platform cannot balance load like this",
    "Every tier whose switches have several paths of equal cost balances load as the fabric asks, or none does: where\n"
    "one tier keeps to hashing, its collisions remain.",
    "load-balancing: per-packet   # on switches that move flowlets at most",
)
NIC_ORDER = Code(
    "NG613",
    "NICs that need packets in order",
    "Load balancing by packet lets packets of one flow overtake each other. A NIC that does not place them itself\n"
    "takes each for a loss and has it sent again. The catalog says of a host's NICs whether they do (`out-of-order`).",
    "load-balancing: per-packet   # under hosts whose profile does not say `out-of-order: true`",
)
UNHEARD = Code(
    "NG614",
    "Number without effect",
    "The intent states a number that nothing in the platform's configuration depends on; its platform.yaml says why,\n"
    "under `effects`.",
    "roce: {watchdog: {restore: 400ms}}   # a stuck queue is given back as the platform thinks fit",
    Severity.WARNING,
)
CHECKED_ONLY = Code(
    "NG615",
    "Cable lengths that are only checked",
    "The platform sizes the headroom of lossless ports itself. netgen checks that the cable is not too long for it,\n"
    "and there is nothing to configure.",
    "cables: {host: 5m, spine: 40m}   # with switches that size their own headroom",
    Severity.NOTE,
)
NATIVE = Code(
    "NG616",
    "Native lines that the platform cannot read",
    "Where a platform's configuration is a tree, so is a native snippet: it is merged over what netgen builds, and\n"
    "must fit into it.",
    "exceptions: {TT-1: {device: pod1-spine1, native: extras/agent.cfg, reason: agent}}   # lines, for Cumulus Linux",
)
LIMIT = Code(
    "NG602",
    "Beyond what the platform takes",
    "The platform bounds this number: its platform.yaml has the limit and its source under `limits`.",
    "roce: {watchdog: {detect: 205ms}}   # EOS counts in steps of 10 ms",
)
UNLISTED_MODEL = Code(
    "NG603",
    "Platform knows nothing of this model",
    "The catalog says that the platform runs on this switch, but its platform.yaml has none of the model's data (SKU,\n"
    "lanes, kinds of queues), without which nothing can be rendered.",
    "leaf: {model: my-switch, platform: sonic}   # in catalog/switches/, not in templates/sonic/platform.yaml",
)
PLATFORM_BREAKOUT = Code(
    "NG604",
    "Platform does not divide cages so",
    "The switch could be broken out like this, but the platform has no such mode on this model.",
    "leaf: {model: sn5600, platform: sonic, breakout: 8x100G}",
)
NO_HEADROOM = Code(
    "NG605",
    "No headroom for these lossless ports",
    "A lossless port needs headroom for its speed and the length of its cable; the vendor ships it for some only.",
    "leaf: {model: dcs-7060x6-64pe, platform: sonic, breakout: 1x800G}   # shipped for 400G",
)
BETWEEN_STEPS = Code(
    "NG606",
    "Falls between the platform's steps",
    "The platform counts thresholds in whole percents of what a queue can hold, and the nearest is rendered. Where\n"
    "that is 0, beyond 100, or the same for both thresholds, they are refused. The platform's platform.yaml says what\n"
    "one percent is, and its SOURCES.md where that comes from.",
    "roce: {ecn: {leaf: {400G: {min: 500KB, max: 2MB, probability: 20%}}}}   # 1 % is 1.09 MB on a QFX5240",
)
