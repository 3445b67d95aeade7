"""NG7xx: what a user's repository says beside its intent."""

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.model import Severity

OUTDATED_OVERRIDE = Code(
    "NG701",
    "Override of a file that has changed",
    "A file of the repository replaces a built-in one, and does not record the digest that the built-in file has now: "
    "what was mended or added there is missing here. Compare the two, take over what is wanted, and record the new "
    "digest in the first line.",
    "templates/eos/bgp.j2: {# overrides: sha256:0000… #}",
    Severity.WARNING,
)
