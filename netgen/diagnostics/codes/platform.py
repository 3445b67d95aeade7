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
