"""Reads platform.yaml into `netgen.platforms.model`, refusing what it does not know."""

import re
from collections.abc import Collection
from enum import StrEnum
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from netgen.platforms.document import Section, read_document
from netgen.platforms.features import asked_features, asked_numbers
from netgen.platforms.model import (
    ENGINE_SHAPES,
    Apply,
    Artifact,
    Capability,
    Differs,
    Emulation,
    Form,
    HashSeed,
    Kind,
    ManagementPort,
    Mtu,
    Platform,
    PortNames,
    Timer,
    Transaction,
)
from netgen.platforms.ports import BUNDLE_FIELDS, FIELDS, pattern_fields
from netgen.resources.load import Resource, Resources
from netgen.resources.shelf import Shelf

_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*")
_MODULE = re.compile(r"[a-z][a-z0-9_]*")
_Word = TypeVar("_Word", bound=StrEnum)


def platform_names(found: Resources) -> list[str]:
    """List the platforms that have a folder with a platform.yaml; sorted."""
    return [name for name in found.folders("templates") if found.has(f"templates/{name}/platform.yaml")]


def load_platforms(found: Resources) -> Shelf[Platform]:
    """Find every platform, by name; the user's own are read at once.

    Raises
    ------
    PlatformError
        If a platform.yaml is not what it must be, now or when it is asked for.
    ResourceError
        If one cannot be read.
    """
    names = platform_names(found)
    own = (name for name in names if found.is_own(_document(found, name)))
    return Shelf(names, lambda name: load_platform(found, name), own)


def _document(found: Resources, name: str) -> Resource:
    return found.find(f"templates/{name}/platform.yaml")


def load_platform(found: Resources, name: str) -> Platform:
    """Read one platform.

    Raises
    ------
    PlatformError
        If its platform.yaml is not what it must be: the message has file, line and column.
    ResourceError
        If there is no such platform, or the file cannot be read.
    """
    return parse_platform(_document(found, name))


def parse_platform(resource: Resource) -> Platform:
    """Turn one platform.yaml into a platform; its folder's name must be its own.

    Raises
    ------
    PlatformError
        If the file is not what it must be.
    ResourceError
        If it cannot be read.
    """
    top = read_document(resource.path, resource.read())
    name = top.text("name")
    folder = Path(resource.name).parent.name
    if name != folder:
        raise top.error(f"the platform is called {name!r}, but its folder {folder!r}")
    mtu, queues = top.section("mtu"), top.section("queues")
    kinds = _words(top, "devices", Kind)
    platform = Platform(
        name=name,
        title=top.text("title"),
        kinds=kinds,
        napalm=top.optional_text("napalm"),
        artifacts=_artifacts(top),
        ports=_port_names(top),
        bundles=_bundles(top),
        management=_management(top.section("management")),
        mtu=Mtu(mtu.integer("offset_bytes"), mtu.integer("max_bytes")),
        queue_count=queues.integer("count"),
        limits=_limits(top),
        models=_models(top),
        only_listed_models=_truth(top, "only_listed_models"),
        expresses=_expresses(top.section("expresses"), asked_features(kinds)),
        effects=_effects(top.section("effects"), asked_numbers(kinds)),
        apply=_apply(top.section("apply")),
        preserve=top.texts("preserve"),
        containerlab=_emulation(top),
        hash_seed=_hash_seed(top.optional_section("hash_seed")),
        engines=top.texts("engines"),
        engine_shapes=_engines(top, "engine_shapes"),
        level_engines=top.texts("level_engines"),
        fallback_engines=_engines(top, "fallback_engines"),
        adaptive_engines=_engines(top, "adaptive_engines"),
        group_mtus_bytes=top.numbers("group_mtus_bytes"),
        group_rates_gbps=top.numbers("group_rates_gbps"),
        keeps_default=top.optional_text("keeps_default"),
        defaults=frozenset(top.texts("defaults")),
    )
    for section in (mtu, queues, top):
        section.finish()
    if Kind.SUBNET_MANAGER in platform.kinds and not platform.engines:
        raise top.error("a platform of subnet managers must list the routing 'engines' that it knows")
    pairs = (*platform.adaptive_engines.items(), *platform.fallback_engines.items())
    unknown = {*platform.level_engines, *platform.engine_shapes, *chain(*pairs)} - set(platform.engines)
    if unknown:
        raise top.error(f"{', '.join(sorted(unknown))}: no engine that 'engines' lists")
    shapeless = set(platform.engine_shapes.values()) - ENGINE_SHAPES
    if shapeless:
        known = ", ".join(sorted(ENGINE_SHAPES))
        raise top.error(f"{', '.join(sorted(shapeless))}: no shape of a fabric; known are {known}")
    if Kind.SWITCH in platform.kinds and platform.ports is None:
        raise top.error("a platform of switches must name their 'ports'")
    if platform.bundles is None and platform.expresses.get("bond", "unasked") is None:
        raise top.error("a platform that expresses 'bond' must name its 'bundles'")
    return platform


def _emulation(top: Section) -> Emulation | None:
    section = top.optional_section("containerlab")
    if section is None:
        return None
    kind, port = section.text("kind"), section.text("port")
    known = dict.fromkeys(("name", "position", "cage", "lane"), "")
    try:
        port.format_map(known)
    except (KeyError, IndexError, ValueError):
        raise section.error(f"{port!r} is not a pattern of {', '.join(f'{{{name}}}' for name in known)}") from None
    section.finish()
    return Emulation(kind, port)


def _hash_seed(section: Section | None) -> HashSeed | None:
    if section is None:
        return None
    found = HashSeed(_word(section, "differs", section.text("differs"), Differs), section.text("said"))
    section.finish()
    return found


def _artifacts(top: Section) -> tuple[Artifact, ...]:
    artifacts = tuple(_artifact(section) for section in top.sections("artifacts"))
    if not artifacts:
        raise top.error("'artifacts' must list at least one file")
    files = [artifact.file for artifact in artifacts]
    if len(set(files)) != len(files):
        raise top.error("two 'artifacts' have the same 'file'")
    return artifacts


def _artifact(section: Section) -> Artifact:
    artifact = Artifact(
        file=section.text("file"),
        template=section.optional_text("template"),
        builder=section.optional_text("builder"),
        comment=section.optional_text("comment"),
        form=_word(section, "form", section.text("form"), Form) if section.has("form") else Form.JSON,
        lead=section.optional_text("lead"),
        when=section.optional_text("when"),
    )
    section.finish()
    for name in (artifact.file, artifact.template):
        if name is not None and not _FILE.fullmatch(name):
            raise section.error(f"{name!r} is not the name of a file: small letters, digits and . _ - only")
    if artifact.when is not None and not _MODULE.fullmatch(artifact.when):
        raise section.error(f"{artifact.when!r} is not the name of an attribute of devices")
    if (artifact.template is None) == (artifact.builder is None):
        raise section.error("an artifact is made by a 'template' or by a 'builder': name one of them")
    if artifact.template is not None and (section.has("form") or section.has("lead")):
        raise section.error("a 'form' and its 'lead' are of a tree: a template has its own")
    if artifact.form is Form.COMMANDS and artifact.lead is None:
        raise section.error("'commands' need a 'lead': the words before each of them")
    if artifact.form is Form.JSON and artifact.lead is not None:
        raise section.error("'json' takes no 'lead'")
    if artifact.builder is not None and not _MODULE.fullmatch(artifact.builder):
        raise section.error(f"{artifact.builder!r} is not the name of a module in netgen.platforms")
    return artifact


def _port_names(top: Section) -> PortNames | None:
    section = top.optional_section("ports")
    if section is None:
        return None
    names = PortNames(section.text("whole"), section.text("split"), section.optional_text("parts"))
    section.finish()
    for pattern in (names.whole, names.split, names.parts):
        if pattern is not None and not pattern_fields(pattern):
            raise section.error(f"{pattern!r} is not a name with fields of {', '.join(FIELDS)} in braces")
    return names


def _bundles(top: Section) -> str | None:
    pattern = top.optional_text("bundles")
    if pattern is not None and not pattern_fields(pattern, BUNDLE_FIELDS):
        raise top.error(f"{pattern!r} is not a name with fields of {', '.join(BUNDLE_FIELDS)} in braces")
    return pattern


def _management(section: Section) -> ManagementPort:
    management = ManagementPort(section.text("port"), section.optional_text("vrf"))
    section.finish()
    return management


def _limits(top: Section) -> MappingProxyType[str, int]:
    section = top.optional_section("limits")
    return MappingProxyType({key: section.integer(key) for key in section.names()} if section else {})


def _engines(top: Section, key: str) -> MappingProxyType[str, str]:
    section = top.optional_section(key)
    return MappingProxyType({name: section.text(name) for name in section.names()} if section else {})


def _models(top: Section) -> MappingProxyType[str, MappingProxyType[str, Capability]]:
    section = top.optional_section("models")
    if section is None:
        return MappingProxyType({})
    found = {model: section.section(model) for model in section.names()}
    return MappingProxyType(
        {
            model: MappingProxyType({key: capabilities.plain(key) for key in capabilities.names()})
            for model, capabilities in found.items()
        }
    )


def _truth(top: Section, key: str) -> bool:
    value = top.scalar(key) if top.has(key) else False
    if not isinstance(value, bool):
        raise top.error(f"{key!r} must be true or false")
    return value


def _expresses(section: Section, asked: Collection[str]) -> MappingProxyType[str, str | None]:
    missing = [feature for feature in asked if feature not in section.names()]
    if missing:
        raise section.error(f"must answer for {', '.join(missing)}: yes, or the reason why not")
    answers: dict[str, str | None] = {}
    for feature in asked:
        answer = section.scalar(feature)
        if answer is not True and (not isinstance(answer, str) or not answer):
            raise section.error(f"{feature!r} must be yes, or the reason why not as text")
        answers[feature] = None if answer is True else str(answer)
    section.finish()
    return MappingProxyType(answers)


def _effects(section: Section, asked: Collection[str]) -> MappingProxyType[str, tuple[str, ...] | str]:
    missing = [number for number in asked if number not in section.names()]
    if missing:
        raise section.error(f"must answer for {', '.join(missing)}: patterns of the lines, or the reason why none")
    answers: dict[str, tuple[str, ...] | str] = {}
    for number in asked:
        answer = section.plain(number)
        patterns = answer if isinstance(answer, tuple) else ()
        # Nothing but tests matches with them, and to compile them all would take as long as to read the file.
        if not answer or not (isinstance(answer, str) or all(isinstance(pattern, str) for pattern in patterns)):
            raise section.error(f"{number!r} must be a list of regular expressions, or the reason why there are none")
        answers[number] = answer if isinstance(answer, str) else tuple(map(str, patterns))
    section.finish()
    return MappingProxyType(answers)


def _is_pattern(value: str) -> bool:
    try:
        return bool(re.compile(value))
    except re.error:
        return False


def _apply(section: Section) -> Apply:
    apply = Apply(
        transaction=_word(section, "transaction", section.text("transaction"), Transaction),
        timer=_word(section, "timer", section.text("timer"), Timer),
        bounces=_bounces(section),
    )
    section.finish()
    return apply


def _bounces(section: Section) -> MappingProxyType[str, tuple[str, ...]]:
    given = section.optional_section("bounces")
    if given is None:
        return MappingProxyType({})
    found = {}
    for words in given.names():
        found[words] = given.texts(words)
        if not found[words] or not all(map(_is_pattern, found[words])):
            raise given.error(f"{words!r} must be a list of regular expressions of the lines that change")
    return MappingProxyType(found)


def _words(section: Section, key: str, kind: type[_Word]) -> tuple[_Word, ...]:
    words = tuple(_word(section, key, text, kind) for text in section.texts(key))
    if not words:
        raise section.error(f"{key!r} must list at least one of {', '.join(kind)}")
    return words


def _word(section: Section, key: str, text: str, kind: type[_Word]) -> _Word:
    try:
        return kind(text)
    except ValueError:
        raise section.error(f"{key!r} is {text!r}, which is not one of {', '.join(kind)}") from None
