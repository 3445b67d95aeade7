"""Slips in the keys of a tree: a level left out, said twice, misspelt, exchanged with the one above, or moved up.

Of keys that are the same, at places that are the same but for a number, the first stands for all: ports would outvote
the rest.
"""

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

Tree = dict[str, Any]
Path = tuple[str, ...]

_NUMBER = re.compile(r"\d+")


def mutated(tree: Tree) -> Iterator[tuple[Tree, str]]:
    """Yield each changed tree, with what was changed."""
    seen = set()
    for path in _paths(tree, ()):
        place = _NUMBER.sub("0", "/".join(path))
        if place in seen:
            continue
        seen.add(place)
        for changed, what in _slips(tree, path):
            if changed != tree:
                yield changed, f"{'/'.join(path)}: {what}"


def escaped(tree: Tree, problems: Callable[[Tree], list[str]], *, at_most: int, seed: int) -> tuple[list[str], int]:
    """Try a tree's changes, or `at_most` of them drawn by `seed`; return those not refused, and how many."""
    changes = list(mutated(tree))
    tried = random.Random(seed).sample(changes, min(at_most, len(changes)))
    return [what for changed, what in tried if not problems(changed)], len(tried)


def _paths(tree: Tree, above: Path) -> Iterator[Path]:
    for key, value in tree.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from _paths(value, (*above, key))


def _slips(tree: Tree, path: Path) -> Iterator[tuple[Tree, str]]:
    *above, key = path
    value = _at(tree, path)
    below = value if isinstance(value, dict) else {str(value): {}}
    if below:
        yield _put(tree, path, below), "left out"
    yield _put(tree, path, {key: {key: value}}), "said twice"
    for wrong in (key[:-1], key[1:], key + key[-1]):
        yield _put(tree, path, {wrong: value}), f"misspelt as {wrong!r}"
    if above:
        parent = above[-1]
        siblings = {name: one for name, one in _at(tree, tuple(above)).items() if name != key}
        yield _put(tree, tuple(above), {key: {parent: value}, parent: siblings}), "exchanged with the one above"
        yield _put(tree, tuple(above), {key: value, parent: siblings}), "moved up"


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def _put(tree: Tree, path: Path, entries: Tree) -> Tree:
    """Return the tree with some entries in the place of a key."""
    first, *rest = path
    if rest:
        return {**tree, first: _put(tree[first], tuple(rest), entries)}
    return {**{key: value for key, value in tree.items() if key != first}, **entries}
