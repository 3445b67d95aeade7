"""What the fabrics of an intent share, whatever their technology: tiers, shape, cables, names and exceptions."""

from fractions import Fraction
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from netgen.intent.quantities import BreakoutMode, Metres, Ratio
from netgen.intent.texts import FileName, Line, Name, NamePattern

_Item = TypeVar("_Item")


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class Model(BaseModel):
    """What all models of the intent share."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=_kebab, arbitrary_types_allowed=True
    )


def distinct(values: list[_Item]) -> list[_Item]:
    """Return a list in which nothing stands twice.

    Raises
    ------
    ValueError
        If something does.
    """
    for position, value in enumerate(values):
        if value in values[:position]:
            raise ValueError(f"{str(value)[:40]} is listed twice")
    return values


Count = Annotated[int, Field(ge=1, le=65_536)]
Membership = Literal["full", "limited", "both"]
"""In a partition."""


class SwitchBox(Model):
    """What the switches of one tier are, as far as their ports go."""

    model: Name
    breakout: BreakoutMode | None = None
    """How every cage is divided; default: into most ports of the speed of what is below."""
    uplink_breakout: BreakoutMode | None = None
    """How the cages of a leaf's uplinks are divided; default: as the others."""
    count: Count | None = None
    """Pins how many spines share the leaves of a pod, or superspines are above a spine, or routers make a group;
    default: derived. Of an explicit fabric: the highest id that numbers are laid out for; default: that of the list."""
    uplinks: Count | None = None
    """Pins how many uplinks a switch has, or global links a router or a spine of a dragonfly; default: derived. Of an
    explicit fabric: only so many ports, the last, face up."""
    downlinks: Count | None = None
    """Of an explicit fabric: only so many ports, the first, face down; default: all that are not for uplinks."""
    reserved: Annotated[int, Field(ge=0, le=512)] = 0
    """Host slots of every leaf that are kept free."""


RoleT = TypeVar("RoleT", bound=SwitchBox)
"""What the intent says of a tier of a fabric of some technology."""


class Cables(Model):
    """Lengths of the cables; PFC headroom depends on them."""

    host: Metres | None = None
    spine: Metres | None = None
    """Between leaves and spines."""
    superspine: Metres | None = None
    """Between spines and superspines."""
    local: Metres | None = None
    """Between the routers of a group."""
    global_: Annotated[Metres | None, Field(alias="global")] = None
    """Between groups."""


class LinkEnd(Model):
    """A port, named by what is at the other end of its cable."""

    leaf: Name | None = None
    host: Annotated[int, Field(ge=1)] | None = None
    """Id of the host within the leaf's unit."""
    spine: Annotated[int, Field(ge=1)] | None = None
    """Number of the spine within the pod."""
    switch: Name | None = None
    """Any switch, in place of ``leaf``."""
    to: Name | None = None
    """The device at the other end, in place of ``host`` or ``spine``."""
    link: Annotated[int, Field(ge=1)] = 1
    """Which of the links to it."""


class Deviation(Model):
    """Where reality differs from the plan, and why; its key in ``exceptions`` is a ticket or a word."""

    reason: Line
    port: LinkEnd | None = None
    device: Name | None = None
    enabled: bool | None = None
    """``false``: the port is shut."""
    swapped_with: LinkEnd | None = None
    """The cables of the two ports are swapped at the leaf, and that was accepted."""
    model: Name | None = None
    """Another switch model than its tier's, for one device."""
    native: FileName | None = None
    """A file of lines in the vendor's own words, appended to the device's configuration."""


class Oversubscription(Model):
    """Bandwidth down to bandwidth up, by tier."""

    leaf: Ratio = Fraction(1)
    spine: Ratio = Fraction(1)
    """Of spines that have superspines above them, or global links beside them."""


def _of_leaves(value: object) -> object:
    return value if isinstance(value, dict) else {"leaf": value}


class Sharing(Model):
    """What shares switches: units and rails a set of leaves, spines superspines."""

    units: Annotated[int, Field(ge=1, le=256)] = 1
    """Units that share a set of leaves."""
    rails: Annotated[int, Field(ge=1, le=64)] = 1
    """NICs of a host that go to one leaf of a rail-optimised fabric."""
    spines: Annotated[int | None, Field(ge=1, le=512)] = None
    """Spines of a block that share their superspines; default: as many as make superspines fewest."""


class Naming(Model):
    """How switches are called; default: by the kind of the fabric, such as ``pod{pod}-spine{spine}``.

    Ids stand in braces: ``{pod}``, ``{unit}``, ``{rail}``, ``{plane}``, ``{fabric}``, and a device's own by its role.
    """

    leaf: NamePattern | None = None
    spine: NamePattern | None = None
    superspine: NamePattern | None = None
    router: NamePattern | None = None


class Network(Model, Generic[RoleT]):
    """What every fabric has: hosts' NICs on tiers of switches."""

    kind: str
    nics: Name = "compute"
    """Which NICs of hosts and other nodes are on it: what they are for, as their profiles say it."""
    leaf: RoleT | None = None
    spine: RoleT | None = None
    superspine: RoleT | None = None
    """Above the spines, where these cannot hold all leaves; default: the spines' model and platform."""
    router: RoleT | None = None
    """Of a dragonfly, in place of all other tiers."""
    oversubscription: Annotated[
        Oversubscription, BeforeValidator(_of_leaves, json_schema_input_type=Oversubscription | Ratio)
    ] = Field(default_factory=Oversubscription)
    """Of the leaves, or by tier."""
    share: Sharing = Sharing()
    global_links: Count | None = None
    """Pins how many links join any two groups of a dragonfly; ports that are left over stay free. Default: as many as
    balance needs, and no port is left over."""
    planes: Annotated[int, Field(ge=1, le=8)] = 1
    """Parallel fabrics, a port of every NIC in each."""
    dual_tor: bool = False
    """Whether two ports of a NIC, in every plane, go to two leaves under the same spines."""
    spine_groups: Literal["rails", "units"] | None = None
    """Which leaves of a pod share their spines, where one group of spines cannot hold all: those of some rails
    (default of a rail-optimised fabric), or of some units."""
    cabling: FileName | None = None
    """Of an explicit fabric: a CSV file of its cables: a_device, a_interface, b_device, b_interface; of InfiniBand, or
    what ibnetdiscover prints."""
    switches: FileName | None = None
    """Of an explicit fabric: a CSV file of its switches: name, role, id, pod, unit, rail, plane, block, model. Without
    it, the devices of the list of cables are what the patterns of `naming` say."""
    build: Literal["whole", "exact"] = "whole"
    """Whether all leaves of a unit are built, or only those that have hosts."""
    naming: Naming = Naming()
    """In place of the cluster's."""
    cables: Cables = Cables()
    exceptions: dict[Name, Deviation] = {}

    def roles(self) -> dict[str, RoleT]:
        """Return the tiers that the intent describes, from the hosts upwards, by role."""
        tiers = {"router": self.router, "leaf": self.leaf, "spine": self.spine, "superspine": self.superspine}
        return {role: tier for role, tier in tiers.items() if tier is not None}
