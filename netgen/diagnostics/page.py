"""Write the documentation of all codes: ``python -m netgen.diagnostics.page > docs/diagnostics.md``."""

import sys

from netgen.diagnostics.codes.code import Code
from netgen.diagnostics.codes.registry import MODULES, of_module

_HEAD = """\
# Diagnostics

Every finding of netgen carries one of these codes. A code never changes its meaning and is never
reused; what `netgen` refuses is an *error*, what it advises against a *warning*.
Codes of your own rules are written `<namespace>/<CODE>` and are documented where you keep them.

This page is generated: `python -m netgen.diagnostics.page > docs/diagnostics.md`.
"""


def page() -> str:
    """Return the page as Markdown; each code has a heading of its own, which is its anchor."""
    parts = [_HEAD]
    for hundred, title, module in MODULES:
        codes = of_module(module)
        if codes:
            parts.append(f"\n## NG{hundred}xx: {title}\n")
            parts.extend(_section(code) for code in codes)
    return "".join(parts)


def _section(code: Code) -> str:
    return (
        f"\n### {code.code}\n\n**{code.title}** ({code.severity})\n\n"
        f"{code.explanation.strip()}\n\n```\n{code.example.strip(chr(10))}\n```\n"
    )


if __name__ == "__main__":
    sys.stdout.write(page())
