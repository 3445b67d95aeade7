import contextlib
import copy
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.device.model import Native, Switch
from netgen.platforms.load import load_platform
from netgen.platforms.model import Platform
from netgen.record import field_names, replace
from netgen.render.errors import RenderError
from netgen.render.guard import check_device
from netgen.resources.load import resources
from tests import devices


@pytest.fixture(scope="module")
def eos() -> Platform:
    return load_platform(resources(), "eos")


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    # Written apart from the guard's own walk, over every field and not by annotations, so that it can miss none.
    if type(value) is str:
        yield path
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))
    else:
        for name in field_names(type(value)) or ():
            yield from places(getattr(value, name), (*path, name))


def replaced(value, path, text):
    if not path:
        return text
    step, *rest = path
    if isinstance(step, int):
        items = list(value)
        items[step] = replaced(items[step], rest, text)
        return type(value)(items)
    return replace(value, **{step: replaced(getattr(value, step), rest, text)})


def test_good_devices_pass(eos: Platform):
    for device in (devices.leaf(eos), devices.spine(eos), devices.host(eos)):
        check_device(device)


LINE_BREAKS = ("\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
OTHER = ("\0", "\x1b", "\x7f", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\xa0")


@given(data=st.data())
def test_no_string_of_a_device_may_hold_a_line_break(eos: Platform, data):
    device = data.draw(st.sampled_from([devices.leaf(eos), devices.spine(eos), devices.host(eos)]))
    path = data.draw(st.sampled_from([path for path in places(device) if path[-1] != "text"]))
    character = data.draw(st.sampled_from(LINE_BREAKS + OTHER))
    text = data.draw(st.text(max_size=5)) + character + data.draw(st.text(max_size=5))
    with pytest.raises(RenderError, match=r"holds U\+"):
        check_device(replaced(device, path, text))


def test_every_place_of_a_device_is_checked(eos: Platform):
    for device in (devices.leaf(eos), devices.host(eos)):
        for path in places(device):
            with pytest.raises(RenderError, match=r"holds U\+001B"):
                check_device(replaced(device, path, "a\x1bb"))


@given(st.text())
def test_what_passes_is_one_line(eos: Platform, text: str):
    device = devices.host(eos)
    device.ports[0].description = text
    try:
        check_device(device)
    except RenderError:
        return
    assert len(f"x{text}x".splitlines()) == 1


def test_every_character_of_ascii_is_checked(eos: Platform):
    device = devices.host(eos)
    for number in range(128):
        device.ports[0].description = f"a{chr(number)}b"
        with contextlib.nullcontext() if chr(number).isprintable() else pytest.raises(RenderError, match=r"holds U\+"):
            check_device(device)


def test_native_lines_are_lines_but_hold_no_control_character(eos: Platform):
    device: Switch = copy.copy(devices.leaf(eos))
    device.native = [Native("one\n\ttwo\n", "reason", "origin")]
    check_device(device)
    device.native = [Native("one\ntwo\rthree", "reason", "origin")]
    with pytest.raises(RenderError, match=r"native\[0\]\.text, line 2, holds U\+000D"):
        check_device(device)


def test_error_names_device_and_attribute(eos: Platform):
    device = devices.leaf(eos)
    device.ports[2].description = "a\nno shutdown"
    with pytest.raises(
        RenderError, match=r"device pod1-su1-rail1-leaf1: ports\[2\]\.description holds U\+000A in 'a\\nno"
    ):
        check_device(device)
