"""What is used and not defined, and the reverse, as problems in words."""

from collections.abc import Iterable, Iterator, Mapping

from tests.render.references import Named, dangling


def loose_names(lines: Iterable[str], kinds: Mapping[str, Named], *, whole: bool) -> Iterator[str]:
    """Yield the names that are used and not defined and, in a whole configuration, the reverse."""
    for kind, (undefined, unused) in dangling("\n".join(lines), kinds).items():
        for name in sorted(undefined):
            yield f"{kind} {name!r} is used and not defined"
        for name in sorted(unused) if whole else ():
            yield f"{kind} {name!r} is defined and not used"
