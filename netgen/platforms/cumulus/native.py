"""Native snippets: trees in NVUE's own words, merged over the tree that was built."""

from collections.abc import Iterable

import yaml

from netgen.device.model import Native
from netgen.platforms.cumulus.branch import Branch, Item
from netgen.platforms.document import PlatformError

_INTEGER = "tag:yaml.org,2002:int"


def merged(tree: Branch, natives: Iterable[Native]) -> Branch:
    """Merge the snippets over a tree, one after the other; a leaf that both have is the snippet's.

    Raises
    ------
    PlatformError
        If a snippet is not a tree, or puts a leaf where the tree has a branch, or the other way round.
    """
    for native in natives:
        tree = _over(tree, _read(native), native, "")
    return tree


def _over(tree: Branch, other: Branch, native: Native, path: str) -> Branch:
    found = dict(tree)
    for key, value in other.items():
        here, old = f"{path}/{key}".lstrip("/"), tree.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            found[key] = _over(old, value, native, here)
        elif old is None or isinstance(old, dict) == isinstance(value, dict):
            found[key] = value
        else:
            have, given = ("value", "branch") if isinstance(value, dict) else ("branch", "value")
            raise _error(native, f"{here} is a {have} of NVUE's object model, not a {given}")
    return found


def _error(native: Native, message: str) -> PlatformError:
    return PlatformError(f"the native snippet of {native.origin}: {message}")


def _read(native: Native) -> Branch:
    """Read a snippet: the YAML of an NVUE tree, or the whole of a file whose only item is ``set``."""
    try:
        node = yaml.compose(native.text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise _error(native, f"{where}{getattr(error, 'problem', None) or error}") from None
    if isinstance(node, yaml.SequenceNode) and len(node.value) == 1:
        node = node.value[0]
    if not isinstance(node, yaml.MappingNode):
        raise _error(native, "must be YAML of NVUE's object model, such as `system: {hostname: leaf1}`")
    tree = _branch(native, node)
    inner = tree.get("set")
    return inner if isinstance(inner, dict) and len(tree) == 1 else tree


def _branch(native: Native, node: yaml.MappingNode) -> Branch:
    found: Branch = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not key.value or not key.value.isprintable():
            raise _error(native, f"line {line}: a key must be a plain word")
        if key.value in found:
            raise _error(native, f"line {line}: {key.value} is there twice")
        found[key.value] = _value(native, value)
    return found


def _value(native: Native, node: yaml.Node) -> Item:
    if isinstance(node, yaml.MappingNode):
        return _branch(native, node)
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise _error(native, f"line {line}: NVUE has no lists; an entry of a collection is `name: {{}}`")
    # A word such as `on` is what it says, not YAML 1.1's truth value.
    text: str = node.value
    if not text:
        raise _error(native, f"line {line}: a value is missing; an entry of a collection is `name: {{}}`")
    if not text.isprintable():
        raise _error(native, f"line {line}: a value is one line of printable characters")
    return int(text) if node.tag == _INTEGER and text.isdecimal() else text
