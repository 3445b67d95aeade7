"""What every folder of templates/ promises, the built-in ones and those to come."""

import copy
import dataclasses
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import force_setattr

from netgen.catalog.load import load_catalog
from netgen.device.infiniband import IbSwitch, SubnetManager
from netgen.device.model import Host, Native, Node, Switch
from netgen.platforms.load import load_platforms, platform_names
from netgen.platforms.model import Kind, Platform
from netgen.platforms.ports import port_name
from netgen.record import field_names
from netgen.render.device import Renderer, has_artifact, make_renderer, render_device
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from tests import devices, ib_devices
from tests.examples import at_most

FOUND = resources()
TEMPLATES = Path(__file__).parents[2] / "templates"
PLATFORMS = load_platforms(FOUND)
CATALOG = load_catalog(FOUND)

every_platform = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)


@cache
def renderer() -> Renderer:
    return make_renderer(FOUND)


def samples(platform: Platform) -> Iterator[Switch | Host]:
    """Yield a device of every kind and role that the platform configures on Ethernet."""
    if Kind.SWITCH in platform.kinds:
        models = [model.name for model in CATALOG.switches.values() if platform.name in model.platforms]
        for model in models:
            yield devices.leaf(platform, model=model)
            yield devices.leaf(platform, model=model, unnumbered=False)
            if platform.expresses["svi"] is None:
                yield devices.leaf(platform, model=model, shared=True)
            if platform.expresses["bond"] is None:
                yield devices.leaf(platform, model=model, bonded=True)
            if platform.expresses["host-bgp"] is None:
                yield devices.leaf(platform, model=model, speaking=True)
            yield devices.spine(platform, model=model)
    if Kind.HOST in platform.kinds:
        yield devices.host(platform)
        if platform.expresses["bond"] is None:
            yield devices.host(platform, bonded=True)
        if platform.expresses["host-bgp"] is None:
            yield devices.host(platform, speaking=True)


def managers(platform: Platform) -> Iterator[SubnetManager]:
    """Yield subnet managers of every kind of fabric."""
    if Kind.SUBNET_MANAGER in platform.kinds:
        yield ib_devices.subnet_manager(platform)
        yield ib_devices.subnet_manager(platform, qos=False, bare=True)
        if platform.expresses["both-memberships"] is None:
            yield ib_devices.subnet_manager(platform, both=True)


def ib_switches(platform: Platform) -> Iterator[IbSwitch]:
    """Yield switches of InfiniBand fabrics, with and without services."""
    if Kind.IB_SWITCH in platform.kinds:
        yield ib_devices.ib_switch(platform)
        yield ib_devices.ib_switch(platform, served=False)


def ib_ends(platform: Platform) -> Iterator[SubnetManager | Host]:
    """Yield devices that partitions are told to."""
    yield from managers(platform)
    if Kind.HOST in platform.kinds:
        yield ib_devices.ib_host(platform)


def every_sample(platform: Platform) -> Iterator[Node]:
    """Yield a device of every kind and role that the platform configures."""
    yield from samples(platform)
    yield from ib_ends(platform)
    yield from ib_switches(platform)


def test_every_folder_is_a_platform_or_shared():
    assert {folder.name for folder in TEMPLATES.iterdir()} - {"shared"} == set(platform_names(FOUND))


def test_every_platform_of_the_catalog_has_a_folder():
    for model in CATALOG.switches.values():
        assert set(model.platforms) <= set(PLATFORMS)


@every_platform
def test_every_switch_model_is_in_the_catalog(platform: Platform):
    assert set(platform.models) <= set(CATALOG.switches)


@every_platform
def test_sources_are_named(platform: Platform):
    text = (TEMPLATES / platform.name / "SOURCES.md").read_text()
    templates = [artifact.template for artifact in platform.artifacts if artifact.template]
    assert len(text.splitlines()) > len(templates)


@every_platform
def test_every_artifact_renders_for_every_kind_of_device(platform: Platform):
    found = list(every_sample(platform))
    assert found
    for device in found:
        files = [artifact.file for artifact in platform.artifacts if has_artifact(device, artifact)]
        assert list(render_device(device, renderer())) == files
    assert {artifact.file for artifact in platform.artifacts} == {
        file for device in found for file in render_device(device, renderer())
    }


@every_platform
def test_text_is_clean(platform: Platform):
    for device in every_sample(platform):
        for file, text in render_device(device, renderer()).items():
            assert text.strip(), file
            assert text.endswith("\n"), file
            assert not text.endswith("\n\n"), file
            dirty = [line for line in text.split("\n") if line != line.rstrip() or "\t" in line]
            assert dirty == [], file
            if file.endswith(".json"):
                json.loads(text)
    assert renderer().templates.left == set()


@every_platform
def test_same_device_same_bytes(platform: Platform):
    fresh = make_renderer(FOUND)
    # compiled anew, which the tests' environments are not
    fresh.templates.bytecode_cache = None
    for one, other in zip(every_sample(platform), every_sample(platform), strict=True):
        assert render_device(one, renderer()) == render_device(other, fresh)


@every_platform
def test_names_of_ports_are_unique(platform: Platform):
    if platform.ports is None:
        return
    for breakout in (1, 2, 4, 8):
        names = [
            port_name(
                platform,
                cage=cage,
                subport=subport,
                lane=subport * 8 // breakout,
                lanes_per_cage=8,
                breakout=breakout,
            )
            for cage in range(1, 65)
            for subport in range(breakout)
        ]
        assert len(set(names)) == len(names)
        # Linux takes 15 characters (IFNAMSIZ), and what is longer would be cut short in the lab too.
        assert max(map(len, names)) <= 15


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.j2")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_hide_no_mistake(path: Path):
    text = path.read_text()
    # `x.y is defined` is false for a misspelled y, and `default` covers it up: StrictUndefined sees neither.
    assert not re.search(r"\bis\s+(not\s+)?(un)?defined\b|\|\s*(default|d)\b", text)
    # An include in the loop over ports costs as much as the rest of the template.
    depth = 0
    for tag in re.findall(r"{%-?\s*(for|endfor|include)\b", text):
        depth += {"for": 1, "endfor": -1, "include": 0}[tag]
        assert tag != "include" or depth == 0


# Attributes that choose between lines: closed sets of the model, and names by which its parts refer to each other.
CHOICES = {"action", "fec", "role", "state", "platform", "model", "port", "group", "load_balancing", "fabric"}
GROUPS = ("bgp", "groups")
HOSTILE = st.sampled_from(
    ["{{ 1 // 0 }}", "{% for x in y %}", "{# x", "!", "#", '"', "'", "\\", "\\n", "$(reboot)", ";", "|", "-", "%s", "}"]
) | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if type(value) is str:
        if path[-1] not in CHOICES and path[:2] != GROUPS:
            yield path
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))
    elif isinstance(value, Native):
        yield (*path, "reason")
    else:
        for name in field_names(type(value)) or ():
            yield from places(getattr(value, name), (*path, name))


def value_at(value, path: tuple[str | int, ...]):
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def replaced(device: Node, path: tuple[str | int, ...], text: str) -> Node:
    """Put another text at a place of a copy; what the device's parts share is still shared."""
    device = copy.deepcopy(device)
    last = max(position for position, step in enumerate(path) if isinstance(step, str))
    owner = value_at(device, path[:last])
    name, *indices = path[last:]
    put = force_setattr if isinstance(owner, Struct) else object.__setattr__
    put(owner, name, within(getattr(owner, name), indices, text))
    return device


def within(value, indices: list[int], text: str):
    """Put a text at a place of nested tuples."""
    if not indices:
        return text
    items = list(value)
    items[indices[0]] = within(items[indices[0]], indices[1:], text)
    return tuple(items)


def line_counts(files: dict[str, str]) -> dict[str, int]:
    return {file: len(text.splitlines()) for file, text in files.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """A device to draw from, which is copied and never changed: its texts, and how many lines it renders to."""

    device: Node
    places: tuple[tuple[str | int, ...], ...]
    lines: dict[str, int]


@cache
def drawn(name: str) -> tuple[Sample, ...]:
    return tuple(
        Sample(device, tuple(places(device)), line_counts(render_device(device, renderer())))
        for device in every_sample(PLATFORMS[name])
    )


@every_platform
@settings(max_examples=at_most(60), deadline=None)
@given(data=st.data())
def test_no_value_adds_a_line(platform: Platform, data: st.DataObject):
    sample = data.draw(st.sampled_from(drawn(platform.name)))
    path = data.draw(st.sampled_from(sample.places))
    text = value_at(sample.device, path) + data.draw(HOSTILE)
    changed = render_device(replaced(sample.device, path, text), renderer())
    assert line_counts(changed) == sample.lines


@every_platform
@settings(max_examples=at_most(20), deadline=None)
@given(data=st.data())
def test_a_value_with_a_line_break_is_refused(platform: Platform, data: st.DataObject):
    sample = data.draw(st.sampled_from(drawn(platform.name)))
    device, path = sample.device, data.draw(st.sampled_from(sample.places))
    text = value_at(device, path) + data.draw(st.sampled_from(["\n", "\r", "\x85", "\u2028", "\x0b"])) + "reload"
    with pytest.raises(RenderError, match=r"holds U\+"):
        render_device(replaced(device, path, text), renderer())
