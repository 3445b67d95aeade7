"""How many leaves, spines and links a rail-optimised fabric has.

Leaves = rails x ceil(hosts a unit / host ports of a leaf) a unit, built for whole units. Uplinks = host ports x their
speed / (oversubscription x the uplinks' speed). Every leaf has the same number of links to every spine, so the spines
divide the uplinks.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from netgen.cluster.topology.rail_optimized import RailOptimized
from netgen.diagnostics.codes import derived
from netgen.diagnostics.finding import Finding, IntentPath, UnbuildableError


@dataclass(frozen=True, slots=True)
class Demand:
    """What a rail-optimised fabric must hold.

    Parameters
    ----------
    pods, units, hosts
        Capacity: pods, units a pod, hosts a unit.
    rails
        NICs a host.
    oversubscription
        Host ports to uplinks of a leaf, in bandwidth.
    cages
        Cages of a leaf; one is divided for hosts or for uplinks.
    split, uplink_split
        Into how many ports a cage for hosts, and one for uplinks, is divided.
    speed_ratio
        Speed of a host port to that of an uplink.
    spine_ports
        Ports of a spine after breakout.
    spines
        Spines a pod that the intent pins; ``None``: derived.
    path
        Intent path of the fabric.
    """

    pods: int
    units: int
    hosts: int
    rails: int
    oversubscription: Fraction
    cages: int
    split: int
    uplink_split: int
    speed_ratio: Fraction
    spine_ports: int
    spines: int | None
    path: IntentPath

    def uplinks(self, down: int) -> Fraction:
        """Uplinks that so many host ports need."""
        return down * self.speed_ratio / self.oversubscription


def size(demand: Demand) -> RailOptimized:
    """Find the smallest fabric that meets the demand.

    Raises
    ------
    UnbuildableError
        If no two-tier fabric does; the findings say what can be built instead.
    """
    most_down = next((down for down in range(demand.cages * demand.split, 0, -1) if _fits(demand, down)), 0)
    if most_down == 0:
        raise UnbuildableError(_no_host_port(demand))
    group = math.ceil(demand.hosts / most_down)
    down = math.ceil(demand.hosts / group)
    uplinks = _uplinks(demand, down)
    leaves = demand.units * demand.rails * group
    spines = _spines(demand, leaves, uplinks)
    return RailOptimized(
        pods=demand.pods,
        units=demand.units,
        hosts=demand.hosts,
        rails=demand.rails,
        group=group,
        down=down,
        spines=spines,
        trunk=uplinks // spines,
    )


def _fits(demand: Demand, down: int) -> bool:
    cages = math.ceil(down / demand.split) + math.ceil(math.ceil(demand.uplinks(down)) / demand.uplink_split)
    return cages <= demand.cages


def _no_host_port(demand: Demand) -> Finding:
    return derived.PORT_BUDGET.about(
        f"a leaf of {demand.cages} cage{'s' * (demand.cages > 1)} has none left for hosts "
        f"at {_words(demand.oversubscription)}",
        (*demand.path, "leaf", "model"),
        advice="choose a model or a breakout with more ports",
    )


def _uplinks(demand: Demand, down: int) -> int:
    uplinks = demand.uplinks(down)
    if uplinks.denominator != 1:
        near = sorted({down * demand.speed_ratio / n for n in (math.floor(uplinks), math.ceil(uplinks)) if n})
        raise UnbuildableError(
            derived.OVERSUBSCRIPTION.about(
                f"{down} host ports a leaf at {_words(demand.oversubscription)} would need {float(uplinks):g} uplinks",
                (*demand.path, "oversubscription"),
                advice="the nearest that can be built: " + " and ".join(map(_words, near)),
            )
        )
    return uplinks.numerator


def _words(ratio: Fraction) -> str:
    return f"{ratio.numerator}:{ratio.denominator}"


def _spines(demand: Demand, leaves: int, uplinks: int) -> int:
    """Return the fewest spines that hold all uplinks and divide those of a leaf, or check the pinned number."""
    fits = [n for n in range(1, uplinks + 1) if uplinks % n == 0 and leaves * (uplinks // n) <= demand.spine_ports]
    arithmetic = f"{leaves} leaves x {uplinks} uplinks = {leaves * uplinks} links, {demand.spine_ports} ports a spine"
    if not fits:
        raise UnbuildableError(
            derived.TOO_MANY_LEAVES.about(
                f"{leaves} leaves do not fit under one tier of spines of {demand.spine_ports} ports",
                ("pods",),
                at_key=True,
                notes=(
                    arithmetic,
                    f"every leaf needs a port on every spine: {demand.spine_ports} leaves at most",
                ),
                advice=f"declare at most {demand.spine_ports // (leaves // demand.units)} units, or larger spines",
            )
        )
    if demand.spines is None:
        return fits[0]
    if demand.spines not in fits:
        raise UnbuildableError(
            derived.SPINE_COUNT.about(
                f"{demand.spines} spines cannot share {uplinks} uplinks a leaf, the same number to every spine",
                (*demand.path, "spine", "count"),
                notes=(arithmetic,),
                advice="what can be built: " + ", ".join(map(str, fits)),
            )
        )
    return demand.spines
