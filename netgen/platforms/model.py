"""A platform: the one place that knows a vendor, as data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from msgspec import field

from netgen.record import Record

Capability: TypeAlias = "str | int | bool | tuple[Capability, ...] | Mapping[str, Capability]"
"""What a platform knows of a switch model: a value, or values within values, for its own templates and builders."""


class Kind(StrEnum):
    """Which devices a platform configures."""

    SWITCH = "switch"
    HOST = "host"
    SUBNET_MANAGER = "subnet-manager"
    IB_SWITCH = "ib-switch"


ENGINE_SHAPES = frozenset({"tree", "tree-of-leaves", "loop-free", "grid", "dragonfly-plus", "tables"})
"""A tree; one of two tiers and several leaves; where no shortest paths wait for each other in a circle; a mesh or a
torus; a dragonfly+; whatever its tables say, which netgen does not write."""


class Transaction(StrEnum):
    """How a device takes a whole configuration."""

    SESSION = "candidate-session"
    """A candidate on the device, compared and committed there."""
    FILES = "files"
    """Files that are put in place and reloaded together."""
    REQUESTS = "requests"
    """Requests that are made one by one, and taken back if one of them fails."""
    OFFLINE = "offline"
    """Not by netgen: the files are rendered only."""


class Form(StrEnum):
    """How a tree is written down."""

    JSON = "json"
    YAML = "yaml"
    COMMANDS = "commands"
    """One command a leaf: the keys that lead to it, and its value."""


class Timer(StrEnum):
    """Who takes a commit back that nobody confirms."""

    DEVICE = "device"
    """The platform's own commit timer."""
    OURS = "ours"
    """A timer that netgen leaves on the device."""
    NEAR = "near"
    """A timer that netgen leaves on the machine that it runs on, for a device that takes none."""
    NONE = "none"


class Differs(StrEnum):
    """From which switches to which the seed of the hash differs that chooses among equal-cost paths."""

    DEVICE = "device"
    """From each to each."""
    TIER = "tier"
    """From tier to tier."""


class HashSeed(Record):
    """What is known of that seed, as netgen renders the platform."""

    differs: Differs
    said: str
    """Why, with the source."""


class Artifact(Record):
    """One file of a device's configuration: made from a template, or from a tree that a builder returns."""

    file: str
    """Its name below ``configs/<device>/``."""
    template: str | None
    """Name of the Jinja2 template in the platform's folder."""
    builder: str | None
    """Module ``netgen.platforms.<platform>.<builder>`` whose ``build(device, platform)`` returns the tree."""
    comment: str | None
    """What starts a comment line; ``None`` where the format has none."""
    form: Form = Form.JSON
    """Of a tree; files of one builder are the same tree in several forms."""
    lead: str | None = None
    """Of `Form.COMMANDS`: the words before each. Of `Form.YAML`: the document is a list of one item, with the tree
    below this key; ``None``: the document is the tree."""
    when: str | None = None
    """Attribute of a device without which it has no such file, such as ``bgp``; ``None``: every device has it."""


class PortNames(Record):
    """How ports are called: patterns of the fields that `netgen.platforms.ports` fills in."""

    whole: str
    """Of a cage that is not broken out."""
    split: str
    """Of one port of a cage that is."""
    parts: str | None = None
    """Of one port of a cage whose halves are broken out; ``None``: as ``split``."""


class ManagementPort(Record):
    """Where a device is managed."""

    port: str
    vrf: str | None
    """The name of the routing table that the platform insists on; ``None``: as the intent says."""


class Mtu(Record):
    """What the platform calls MTU."""

    offset_bytes: int
    """Configured value less IP MTU."""
    max_bytes: int
    """Largest value that can be configured."""


class Apply(Record):
    """What it takes to apply a configuration, and what that does to the device."""

    transaction: Transaction
    timer: Timer
    bounces: Mapping[str, tuple[str, ...]]
    """Changes that interrupt traffic, in words → patterns of the whole lines that they change, without indentation."""


class Emulation(Record):
    """What containerlab runs in place of a device (containerlab.dev, manual, kinds)."""

    kind: str
    port: str
    """What a topology file calls a port: a text with ``{name}`` (the platform's own), ``{position}`` (from 1, cage by
    cage), ``{cage}`` and ``{lane}`` (both from 1)."""


class Platform(Record):
    """All that netgen knows of a platform, from ``templates/<name>/platform.yaml``."""

    name: str
    title: str
    kinds: tuple[Kind, ...]
    napalm: str | None
    """Driver of `netgen.session`; ``None``: rendered only."""
    artifacts: tuple[Artifact, ...]
    ports: PortNames | None
    """``None`` where the catalog names the ports, as a host profile does."""
    bundles: str | None
    """How bundles of ports are called: a pattern of ``{number}`` (from 1) or ``{number0}`` (from 0)."""
    management: ManagementPort
    mtu: Mtu
    queue_count: int
    limits: Mapping[str, int]
    """``min_``, ``max_`` or ``step_`` and a measure of `netgen.rules.limits`; and numbers for its own templates."""
    models: Mapping[str, Mapping[str, Capability]]
    """Capabilities by switch model."""
    only_listed_models: bool
    """Whether nothing can be rendered for a switch model without them."""
    expresses: Mapping[str, str | None]
    """A feature that `netgen.platforms.features` asks of its kinds → ``None`` if it can be expressed, else the reason
    why not."""
    effects: Mapping[str, tuple[str, ...] | str]
    """A number that `netgen.platforms.features` asks of its kinds → patterns of all lines that it changes, or the
    reason why it changes none. A line of a tree is its path and value: ``a/b/c: value``."""
    apply: Apply
    preserve: tuple[str, ...]
    """Sections that a full replace must keep."""
    containerlab: Emulation | None = None
    """``None``: containerlab has nothing for it."""
    hash_seed: HashSeed | None = None
    """``None``: no source says which it is, and nothing is rendered."""
    engines: tuple[str, ...] = ()
    """Routing engines that a subnet manager knows, by their own names."""
    engine_shapes: Mapping[str, str] = field(default_factory=dict)
    """Engine → the shape of fabrics that it routes, one of `ENGINE_SHAPES`; others route any."""
    level_engines: tuple[str, ...] = ()
    """Those that keep paths apart by service levels of their own choice, so that none wait for each other in a circle:
    levels of partitions are not theirs to have."""
    fallback_engines: Mapping[str, str] = field(default_factory=dict)
    """Engine → the one that takes its place while the fabric is not as it must be for the first; for others the
    manager's own choice does, which may route in circles."""
    adaptive_engines: Mapping[str, str] = field(default_factory=dict)
    """Engine → what the manager calls it where switches choose among its paths by load; others cannot do so."""
    group_mtus_bytes: tuple[float, ...] = ()
    """MTUs that a subnet manager takes for IPoIB; empty: all that InfiniBand has."""
    group_rates_gbps: tuple[float, ...] = ()
    """Rates that a subnet manager takes for IPoIB, likewise."""
    keeps_default: str | None = None
    """Why a subnet manager does not let members and options of the default partition be set; ``None``: it does."""
    defaults: frozenset[str] = frozenset()
    """Lines that say what is so without them: a device that had them loses nothing with them."""
