"""Write the table of features by platform: ``python -m netgen.platforms.page > docs/platforms.md``."""

import sys
from collections.abc import Iterable, Mapping

from netgen.platforms.features import FEATURES, INFINIBAND, INFINIBAND_NUMBERS, MANAGED, NUMBERS
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Kind, Platform
from netgen.resources.load import resources

NOT_YET = "not yet: "
"""What begins the reason why a platform could say something and netgen does not make it say so."""

_HEAD = """\
# Platforms

What netgen renders on each platform. **yes**: rendered. **no**: the platform cannot be told so, or has no such thing;
**not yet**: it could be told, and netgen does not do so yet; the reasons are below the table. Asking for what is not
rendered is a warning ([NG601](diagnostics.md#ng601)), never silence; where the fabric could not work without it, it is
an error ([NG611](diagnostics.md#ng611), [NG612](diagnostics.md#ng612)). Each cell is a test of
`tests/contract/test_features.py`.

This page is generated from templates/*/platform.yaml: `python -m netgen.platforms.page > docs/platforms.md`.
"""

_INFINIBAND = """
## Features of InfiniBand

Of subnet managers, switches and hosts.

"""

_MANAGED = """
Of InfiniBand switches, how they are managed:

"""

_NUMBERS = """
## Numbers of the RoCE policy, and of InfiniBand's

Whether changing a number changes lines of the platform's files; a dash means that it changes none, for the reason
below, and an intent that states it is told so ([NG614](diagnostics.md#ng614), [NG615](diagnostics.md#ng615)). Which
lines they are stands in platform.yaml, and `tests/contract/test_numbers.py` holds it.

"""

_BOUNCES = """
## What a change interrupts

`netgen diff` says it of every device whose changed lines do it. Which lines they are stands in platform.yaml, and
`tests/plan/test_interruptions.py` holds that each of them is one that the platform has.
"""


def page(platforms: Iterable[Platform]) -> str:
    """Return the page as Markdown."""
    known = sorted(platforms, key=lambda platform: platform.name)
    expresses = {platform.name: {key: _cell(why) for key, why in platform.expresses.items()} for platform in known}
    heard = {
        platform.name: {key: "-" if isinstance(answer, str) else "yes" for key, answer in platform.effects.items()}
        for platform in known
    }
    parts = [_HEAD, "\n## Features\n\n", *_table(FEATURES, expresses), _INFINIBAND, *_table(INFINIBAND, expresses)]
    switches = {one.name: expresses[one.name] for one in known if Kind.IB_SWITCH in one.kinds}
    parts += [_MANAGED, *_table({feature: FEATURES[feature] for feature in MANAGED}, switches)]
    parts.append("\n## Why not\n")
    parts += [_reasons(platform.title, platform.expresses) for platform in known]
    parts += [_NUMBERS, *_table(NUMBERS, heard), "\n", *_table(INFINIBAND_NUMBERS, heard)]
    for platform in known:
        deaf = {number: answer for number, answer in platform.effects.items() if isinstance(answer, str)}
        parts.append(_reasons(platform.title, deaf))
    parts.append(_BOUNCES)
    for platform in known:
        if platform.apply.bounces:
            parts.append(f"\n**{platform.title}**\n\n" + "".join(f"- {words}\n" for words in platform.apply.bounces))
    return "".join(parts)


def _table(asked: Mapping[str, str], cells: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the rows of what is asked, with a column for each platform that answers."""
    names = [name for name, answers in cells.items() if asked.keys() <= answers.keys()]
    rows = [_row(["", *names]), _row(["---"] * (len(names) + 1))]
    return rows + [
        _row([f"**{key}**: {meaning}", *(cells[name][key] for name in names)]) for key, meaning in asked.items()
    ]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(reason: str | None) -> str:
    if reason is None:
        return "yes"
    return "not yet" if reason.startswith(NOT_YET) else "no"


def _reasons(title: str, answers: Mapping[str, str | None]) -> str:
    """Say every reason once, with all that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for what, reason in answers.items():
        if reason is not None:
            by_reason.setdefault(reason, []).append(what)
    if not by_reason:
        return ""
    lines = [f"- {', '.join(what)}: {reason}\n" for reason, what in by_reason.items()]
    return f"\n**{title}**\n\n{''.join(lines)}"


if __name__ == "__main__":
    sys.stdout.write(page(load_platforms(resources()).values()))
