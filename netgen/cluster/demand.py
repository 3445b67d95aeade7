"""What a fabric must hold, and the switches that there are for it: what sizing starts from."""

import math
from collections.abc import Mapping
from fractions import Fraction

from msgspec import field

from netgen.diagnostics.finding import IntentPath
from netgen.record import Record


class Box(Record):
    """The switches of a tier, as far as their ports go.

    Parameters
    ----------
    cages
        Cages of one; a cage is divided for what is below or for uplinks.
    split, uplink_split
        Into how many ports a cage is divided.
    speed_ratio
        Speed of a port that faces down to that of an uplink.
    oversubscription
        Of one, in bandwidth.
    count
        Spines a block, or superspines above a spine, that the intent pins.
    uplinks
        That it pins.
    """

    cages: int
    split: int
    uplink_split: int
    speed_ratio: Fraction
    oversubscription: Fraction = Fraction(1)
    count: int | None = None
    uplinks: int | None = None

    def up(self, down: int) -> Fraction:
        """Uplinks that so many ports down need, or that are pinned."""
        if self.uplinks is not None:
            return Fraction(self.uplinks)
        return down * self.speed_ratio / self.oversubscription

    def most_down(self, *, up: bool = True) -> int:
        """Count the ports that can face down beside the uplinks that they need."""
        ports = range(self.cages * self.split, 0, -1)
        return next((down for down in ports if self.fits(down, math.ceil(self.up(down)) if up else 0)), 0)

    def fits(self, down: int, *up: int) -> bool:
        """Whether the cages hold so many ports, no cage of several kinds."""
        return math.ceil(down / self.split) + sum(math.ceil(one / self.uplink_split) for one in up) <= self.cages


class Group(Record):
    """Hosts, or other nodes, that are alike: how many a unit may have, and how many NICs each has."""

    hosts: int
    nics: int


class Demand(Record):
    """What a fabric must hold.

    Parameters
    ----------
    kind
        As in the intent.
    pods, units
        Capacity: pods, units a pod.
    groups
        What is in units; a unit is of one group.
    rails
        Leaf groups of a set.
    fewer
        NICs a host by the position of its unit, of units whose hosts do not have the most.
    sharing
        Units that share a set of leaves.
    planes, tors
        Ports a NIC, to planes or to leaves side by side.
    reserved
        Host slots of a leaf that are kept free.
    by_rail
        Whether a block is of some rails, where a pod has several.
    leaf, spine, superspine
        The tiers that there may be.
    several
        Whether there are several pods, which are to reach each other, and not just one of a higher number.
    third
        Whether there are superspines even if none is needed.
    path
        Intent path of the fabric.
    trunk
        Links between any two groups of a dragonfly, if they are pinned.
    seated
        Hosts of every unit, by its position, where hosts of different numbers of NICs share leaves.
    shared_spines
        Spines of a block that share their superspines, if that is pinned.
    """

    kind: str
    pods: int
    units: int
    groups: tuple[Group, ...]
    rails: int
    fewer: Mapping[int, int]
    sharing: int
    planes: int
    tors: int
    reserved: int
    by_rail: bool
    leaf: Box
    spine: Box | None
    superspine: Box | None
    several: bool
    third: bool
    path: IntentPath
    trunk: int | None = None
    seated: Mapping[int, int] = field(default_factory=dict)
    shared_spines: int | None = None

    @property
    def nics(self) -> int:
        """The most NICs that a host has."""
        return max(group.nics for group in self.groups)

    def per_rail(self, group: Group) -> int:
        """NICs of a host that go to one leaf."""
        return math.ceil(group.nics / self.rails)

    @property
    def sets(self) -> int:
        """Sets of leaves a pod."""
        return math.ceil(self.units / self.sharing)
