"""All ways to leave out a word of a configuration's lines, and all ways to swap two.

Left out are lines that say something in free text, in which any words are as good: they begin with a word of `FREE`.
A swap of two equal words changes nothing and is none; a line of one word has no word to spare; of the members of a
list in brackets, whose number and order mean little, the first stands for all. Of lines that are the
same, with the same lines above them but for a name or a number, the first stands for all: ports would outvote the rest.
"""

import itertools
import random
import re
from collections.abc import Callable, Iterator

FREE = {"description", "name", "contact", "location", "version", "full-name", "message"}
"""First words of lines of free text."""

_NUMBER = re.compile(r"\d+")


def mutated(text: str) -> Iterator[tuple[str, str]]:
    """Yield each changed configuration, with what was changed."""
    lines = text.splitlines()
    seen = set()
    above: list[str] = []
    for number, line in enumerate(lines):
        words, end = _words(line)
        depth = len(line) - len(line.lstrip())
        above = [one for one in above if len(one) - len(one.lstrip()) < depth]
        place = _NUMBER.sub("0", "\n".join([*above, line]))
        above.append(line)
        if len(words) < 2 or words[0] in FREE or place in seen:
            continue
        seen.add(place)
        for changed in _changed(words):
            new = " " * depth + " ".join(changed) + end
            yield "\n".join([*lines[:number], new, *lines[number + 1 :], ""]), f"{line.strip()} -> {new.strip()}"


def _words(line: str) -> tuple[list[str], str]:
    """Return a line's words, and the sign with which a statement of Junos ends."""
    bare = line.partition("##")[0].rstrip()
    end = bare[-1] if bare[-1:] in {";", "{"} else ""
    words = re.findall(r'"[^"]*"|\S+', bare.removesuffix(end))
    return ([] if words[:1] == ["}"] else words), (" {" if end == "{" else end)


def _changed(words: list[str]) -> Iterator[list[str]]:
    alike = range(words.index("[") + 2, words.index("]")) if "[" in words and "]" in words else range(0)
    at = [place for place in range(len(words)) if place not in alike]
    for one in at:
        yield words[:one] + words[one + 1 :]
    for one, other in itertools.combinations(at, 2):
        if words[one] != words[other]:
            swapped = list(words)
            swapped[one], swapped[other] = words[other], words[one]
            yield swapped


def escaped(text: str, problems: Callable[[str], list[str]], *, at_most: int, seed: int) -> tuple[list[str], int]:
    """Try a configuration's changes, or `at_most` of them drawn by `seed`; return those not refused, and how many."""
    changes = list(mutated(text))
    tried = random.Random(seed).sample(changes, min(at_most, len(changes)))
    return [what for changed, what in tried if not problems(changed)], len(tried)
