"""NG6xx: what a platform or a model of switch cannot do."""

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Severity

NOT_EXPRESSIBLE = Code(
    "NG601",
    "Platform cannot express this",
    "What the intent asks for is left out on devices of this platform, for the reason that its platform.yaml gives.",
    "leaf: {model: linux-16x400g, platform: frr}   # with a RoCE policy",
    Severity.WARNING,
)
