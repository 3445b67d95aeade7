"""Hash polarisation: how many paths are used if switches in sequence choose by the same hash.

A switch that has n next hops takes the one that the hash modulo n says (RFC 2991). What reaches the next switch through
one of them has the same remainder; if that switch hashes alike, it sees only some of its own remainders (Cisco, CEF
polarization, document 116376). Of stages of n1, n2, ... next hops, the least common multiple is used, not the product.
"""

import math
from collections.abc import Mapping

from netgen.analysis.survey import Survey
from netgen.cluster.fabric import Fabric
from netgen.cluster.topology.slots import LEAF, SPINE, SUPERSPINE
from netgen.platforms.model import Differs, HashSeed, Platform
from netgen.record import Record

UP, DOWN = "up", "down"


class Stage(Record):
    """A choice among equal-cost next hops on the longest way: of which switch, upwards or downwards."""

    role: str
    way: str
    next_hops: int


class Polarisation(Record):
    """Paths from a port of a NIC to the furthest NIC.

    Parameters
    ----------
    stages
        The choices on the way, one behind the other; those with one next hop left out.
    paths
        Their product.
    paths_if_alike
        How many are used if all of them choose by the same hash, with the same seed and in the same order.
    paths_as_rendered
        How many are used with the seeds that the platforms are known to have; ``None``: it is not known.
    seeds
        What is known of the seed of each tier that chooses; ``None``: nothing.
    """

    stages: tuple[Stage, ...]
    paths: int
    paths_if_alike: int
    paths_as_rendered: int | None
    seeds: dict[str, str | None]


def polarisation(survey: Survey, fabric: Fabric, platforms: Mapping[str, Platform]) -> Polarisation:
    """Reckon it for the longest of the shortest paths of a fabric."""
    stages = tuple(stage for stage in _stages(survey) if stage.next_hops > 1)
    counts = [stage.next_hops for stage in stages]
    seeds = {stage.role: platforms[fabric.tiers[stage.role].platform].hash_seed for stage in stages}
    return Polarisation(
        stages=stages,
        paths=math.prod(counts),
        paths_if_alike=math.lcm(*counts),
        paths_as_rendered=_as_rendered(fabric, stages, seeds),
        seeds={role: None if seed is None else seed.said for role, seed in seeds.items()},
    )


def _stages(survey: Survey) -> list[Stage]:
    plan = survey.plan
    if not plan.spines:
        return []
    first, last = Stage(LEAF, UP, plan.uplinks), Stage(SPINE, DOWN, plan.trunk * plan.tors)
    if not plan.cores:
        return [first, last]
    down = Stage(SUPERSPINE, DOWN, plan.shared_spines * plan.core_trunk)
    return [first, Stage(SPINE, UP, plan.spine_uplinks), down, last]


def _as_rendered(fabric: Fabric, stages: tuple[Stage, ...], seeds: Mapping[str, HashSeed | None]) -> int | None:
    """Count the paths in use where every seed is known; with seeds by tier, switches of one tier still hash alike."""
    counts = {role: [stage.next_hops for stage in stages if stage.role == role] for role in seeds}
    used, of_tiers = 1, set()
    for role, seed in seeds.items():
        if seed is None:
            return None
        if seed.differs is Differs.TIER:
            of_tiers.add(fabric.tiers[role].platform)
        used *= math.prod(counts[role]) if seed.differs is Differs.DEVICE else math.lcm(*counts[role])
    # of two platforms, nothing says that the seeds of their tiers differ
    return used if len(of_tiers) <= 1 else None
