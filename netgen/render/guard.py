"""No value of a device can add a line to its configuration.

The intent refuses control characters where they are written. This is the second lock, at the last place
where data are still data: whatever the way a string came, it is one printable line, or nothing is rendered.
"""

import functools
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from netgen.cluster.roce import PortQos
from netgen.device.model import Native, Services
from netgen.record import Record, field_names
from netgen.render.errors import RenderError


class _Plan(Record):
    """Which attributes of a class are text, and which lead to more; found once by its annotations."""

    texts: Callable[[object], Sequence[str | None]]
    inner: tuple[Callable[[object], object], ...]


_SEVERAL = (list, tuple)
"""For ``isinstance``, which is quicker at a tuple of classes than at their union."""
_SHARED = (PortQos, Services)
"""What says much, and the same of many devices: it is looked through once."""


def check_device(device: object) -> None:
    """Refuse a device with a string that is not one line of printable characters.

    Control characters, line and paragraph separators and bidirectional marks are not printable
    (`str.isprintable`: Unicode categories "Other" and "Separator", but for the space). The lines of a native
    snippet are the exception: they are declared as lines, and none of them holds a control character but a tab.

    Raises
    ------
    RenderError
        Naming the attribute and the character.
    """
    texts: list[str | None] = []
    _collect(device, texts, set())
    # One test of all of them together: the good case is the common one.
    if not _is_printable("".join(filter(None, texts))):
        name = str(getattr(device, "name", "")).encode("unicode_escape").decode()
        for path, text in _paths(device, ""):
            _refuse(name, path, text)


_PRINTABLE_ASCII = bytes(range(0x20, 0x7F))


def _is_printable(text: str) -> bool:
    """Return what ``text.isprintable()`` does; of ASCII, by deleting what is, in a tenth of the time."""
    return not text.encode().translate(None, _PRINTABLE_ASCII) if text.isascii() else text.isprintable()


def _refuse(name: str, path: str, text: str) -> None:
    for character in text:
        if not character.isprintable():
            raise RenderError(
                f"device {name}: {path.lstrip('.')} holds U+{ord(character):04X} in {text[:80]!a}; "
                "a value is one line of printable characters: correct it where the intent says it"
            )


def _collect(value: object, texts: list[str | None], seen: set[int]) -> None:
    if isinstance(value, _SEVERAL):
        kinds: set[type] = set(map(type, value))
        plan = _plan(kinds.pop()) if len(kinds) == 1 else None
        if plan is not None:
            _collect_alike(value, plan, texts, seen)
            return
        for item in value:
            _collect(item, texts, seen)
    elif isinstance(value, str):
        texts.append(value)
    elif isinstance(value, Native):
        texts.extend((value.reason, value.origin, *_lines(value.text)))
    elif isinstance(value, _SHARED):
        texts.append(_text_of(value))
    else:
        _collect_parts(value, texts, seen)


@functools.lru_cache(maxsize=256)
def _text_of(policy: object) -> str:
    texts: list[str | None] = []
    _collect_parts(policy, texts, set())
    return "".join(filter(None, texts))


def _collect_parts(value: object, texts: list[str | None], seen: set[int]) -> None:
    kind: type = type(value)
    plan = _plan(kind)
    if plan is not None:
        _collect_alike((value,), plan, texts, seen)


def _collect_alike(values: Sequence[object], plan: _Plan, texts: list[str | None], seen: set[int]) -> None:
    """Collect the texts of objects of one class, such as the hundreds of ports of a device."""
    for of_one in map(plan.texts, values):
        texts += of_one
    for inner in plan.inner:
        # Policy objects are shared by the ports of a device: each is looked at once.
        found = {id(one): one for one in map(inner, values) if one}
        for identity in found.keys() - seen:
            seen.add(identity)
            _collect(found[identity], texts, seen)


def _paths(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, _SEVERAL):
        for index, item in enumerate(value):
            yield from _paths(item, f"{path}[{index}]")
    elif isinstance(value, Native):
        yield f"{path}.reason", value.reason
        yield f"{path}.origin", value.origin
        for number, line in enumerate(_lines(value.text), 1):
            yield f"{path}.text, line {number},", line
    else:
        for name in field_names(type(value)) or ():
            yield from _paths(getattr(value, name), f"{path}.{name}")


def _lines(text: str) -> list[str]:
    return text.replace("\t", " ").split("\n")


@functools.cache
def _plan(kind: type) -> _Plan | None:
    """Return how to look through objects of a class; ``None``: there is no text in them, or they have their own way."""
    if field_names(kind) is None or kind is Native:
        return None
    hints = typing.get_type_hints(kind)
    texts = [name for name, hint in hints.items() if _is_text(hint)]
    inner = tuple(attrgetter(name) for name, hint in hints.items() if name not in texts and _leads_to_text(hint))
    return _Plan(_getter(texts), inner) if texts or inner else None


def _getter(names: list[str]) -> Callable[[object], Sequence[str | None]]:
    # With a single name `attrgetter` returns the value itself: the name twice keeps it a tuple.
    return attrgetter(*names, *names[:1]) if names else _nothing


def _nothing(_: object) -> Sequence[str | None]:
    return ()


def _is_text(hint: object) -> bool:
    return hint is str or (isinstance(hint, types.UnionType) and set(hint.__args__) == {str, types.NoneType})


def _leads_to_text(hint: object) -> bool:
    if isinstance(hint, type) and field_names(hint) is not None:
        return hint is Native or _plan(hint) is not None
    return _is_text(hint) or any(_leads_to_text(argument) for argument in typing.get_args(hint))
