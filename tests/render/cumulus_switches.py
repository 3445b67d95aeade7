"""Switches with Cumulus Linux to render, and what they are told."""

from collections.abc import Callable
from typing import Any

from netgen.device.model import Switch
from netgen.platforms.model import Platform
from netgen.render.device import Renderer, render_device
from tests import devices
from tests.conformance.cumulus import cumulus_problems
from tests.render import nvue_reader

Tree = dict[str, Any]

SWITCHES: dict[str, Callable[[Platform], Switch]] = {
    "leaf": lambda platform: devices.leaf(platform, model="sn5600"),
    "numbered": lambda platform: devices.leaf(platform, model="sn5600", unnumbered=False),
    "shared": lambda platform: devices.leaf(platform, model="sn5600", shared=True),
    "speaking": lambda platform: devices.leaf(platform, model="sn5600", speaking=True),
    "spine": lambda platform: devices.spine(platform, model="sn5600"),
}


def files(device: Switch, renderer: Renderer) -> dict[str, str]:
    return render_device(device, renderer)


def tree_of(device: Switch, renderer: Renderer) -> Tree:
    """Read what a device is told, of which NVUE refuses nothing."""
    tree = nvue_reader.startup(files(device, renderer)["startup.yaml"])
    assert cumulus_problems(tree) == []
    return tree
