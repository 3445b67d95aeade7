"""Renders one device to memory: what the files of its configuration say."""

import importlib
from collections.abc import Mapping

from netgen.device.model import Node
from netgen.platforms.document import PlatformError
from netgen.platforms.load import load_platforms
from netgen.platforms.model import Artifact, Platform
from netgen.record import Record
from netgen.render.errors import RenderError
from netgen.render.guard import check_device
from netgen.render.text import Environment, jinja_environment, render_template
from netgen.render.tree import Tree, serialise
from netgen.resources.load import Resources


class Renderer(Record):
    """What rendering needs besides a device; made once a process."""

    platforms: Mapping[str, Platform]
    templates: Environment


def make_renderer(found: Resources) -> Renderer:
    """Read the platforms and make ready their templates, which are compiled as they are first used.

    Raises
    ------
    PlatformError
        If a platform.yaml is not what it must be.
    ResourceError
        If one cannot be read.
    """
    return Renderer(load_platforms(found), jinja_environment(found))


def render_device(device: Node, renderer: Renderer) -> dict[str, str]:
    """Render every file of a device's configuration.

    Returns
    -------
    dict[str, str]
        File name below ``configs/<device>/`` → text, in the order of the platform's artifacts.

    Raises
    ------
    RenderError
        If the device's platform is not known, one of its strings is not one printable line, or a template or
        builder fails: the message names the device.
    """
    platform = renderer.platforms.get(device.platform)
    if platform is None:
        known = ", ".join(sorted(renderer.platforms))
        raise RenderError(f"device {device.name}: there is no platform {device.platform!r}; known are {known}")
    check_device(device)
    trees: dict[str, Tree] = {}
    try:
        return {
            artifact.file: _render_artifact(device, platform, artifact, renderer, trees)
            for artifact in platform.artifacts
            if has_artifact(device, artifact)
        }
    except RenderError as error:
        raise RenderError(f"device {device.name}: {error}") from None


def has_artifact(device: Node, artifact: Artifact) -> bool:
    """Whether a device has the file at all.

    Raises
    ------
    RenderError
        If it depends on something that devices do not have.
    """
    if artifact.when is None:
        return True
    if not hasattr(device, artifact.when):
        raise RenderError(
            f"{artifact.file} is only for devices with {artifact.when!r}, which no {device.role} knows of"
        )
    return bool(getattr(device, artifact.when))


def _render_artifact(
    device: Node, platform: Platform, artifact: Artifact, renderer: Renderer, trees: dict[str, Tree]
) -> str:
    """Render one file; ``trees`` keeps those that were built, for the other files of the same builder."""
    if artifact.builder is None:
        context = {"device": device, "platform": platform, "model": platform.models.get(device.model, {})}
        return render_template(renderer.templates, f"{platform.name}/{artifact.template}", context)
    if artifact.builder not in trees:
        trees[artifact.builder] = _build(device, platform, artifact)
    try:
        return serialise(trees[artifact.builder], artifact.form, artifact.lead)
    except RenderError as error:
        raise RenderError(f"{artifact.file}: {error}") from None


def _build(device: Node, platform: Platform, artifact: Artifact) -> Tree:
    module = f"netgen.platforms.{platform.name}.{artifact.builder}"
    try:
        build = importlib.import_module(module).build
    except (ImportError, AttributeError) as error:
        raise RenderError(f"{artifact.file} is to be built by {module}, which cannot be used: {error}") from None
    try:
        tree: Tree = build(device, platform)
    except PlatformError as error:
        raise RenderError(f"{artifact.file}: {error}") from None
    return tree
