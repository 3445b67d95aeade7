"""Did you mean: the known word that is nearest to an unknown one."""

from collections.abc import Iterable
from difflib import get_close_matches

# Below it, difflib's ratio pairs words that share only letters: `rack` with `alias`.
_LEAST_RATIO = 0.6


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to `word`, or ``None`` where nothing is near.

    Case, ``-`` and ``_`` do not count as differences, so `Traffic_Class` finds `traffic-class`.
    """
    by_plain_form = {_plain(candidate): candidate for candidate in sorted(known, reverse=True)}
    matches = get_close_matches(_plain(word), by_plain_form, n=1, cutoff=_LEAST_RATIO)
    return by_plain_form[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Advice for an unknown word: ``did you mean `x`?``, else the choices, else nothing."""
    choices = sorted(known)
    nearest = closest(word, choices)
    if nearest is not None:
        return f"did you mean `{nearest}`?"
    return f"choose one of {listing(choices)}" if choices else ""


def listing(words: Iterable[str], *, most: int = 12) -> str:
    """Words in backquotes, separated by commas; what is beyond `most` is counted only."""
    all_words = list(words)
    shown = ", ".join(f"`{word}`" for word in all_words[:most])
    rest = len(all_words) - most
    return f"{shown} and {rest} more" if rest > 0 else shown


def _plain(word: str) -> str:
    return word.casefold().replace("_", "-")
