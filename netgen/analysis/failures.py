"""What is lost when one thing fails, whichever of its kind does the most harm."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator

from netgen.analysis.survey import Leaf, Survey
from netgen.record import Record, replace

HOST_LINK, LEAF_LINK, SPINE_LINK = "link of a host", "uplink of a leaf", "uplink of a spine"
A_LEAF, A_SPINE, A_SUPERSPINE, A_PLANE = "leaf", "spine", "superspine", "plane"

Joined = Callable[[Leaf, int], Hashable | None]
"""What a leaf is joined by to all that it reaches; ``None``: it is gone. The number says which of the leaves that are
alike: of each plane, of each ToR."""


class Loss(Record):
    """What one failure costs at most, figure by figure; shares are of 1.

    Parameters
    ----------
    what
        What fails.
    hosts_hit
        Hosts that lose a port, as a share of all.
    host_left
        What the worst-hit host keeps of the bandwidth of its NICs.
    hosts_cut_off
        Hosts that are no longer in the largest set of hosts that reach each other, as a share of all; one alone reaches
        nobody.
    leaf_left
        What the worst-hit leaf that stays keeps of the bandwidth of its uplinks; ``None``: leaves have none.
    block_left
        What the worst-hit block, the leaves that share their spines, keeps of its bandwidth to the superspines;
        ``None``: there are none.
    """

    what: str
    hosts_hit: float
    host_left: float
    hosts_cut_off: float
    leaf_left: float | None
    block_left: float | None


def losses(survey: Survey) -> list[Loss]:
    """Reckon what the failure of a link, a leaf, a spine, a superspine and a plane costs, where there are such."""
    plan = survey.plan
    nothing = Loss("", 0.0, 1.0, 0.0, 1.0 if plan.spines else None, 1.0 if plan.cores else None)
    return [
        *_at_hosts(survey, nothing),
        *_above_leaves(survey, nothing),
        *_above_spines(survey, nothing),
        *_of_planes(survey, nothing),
    ]


def _at_hosts(survey: Survey, nothing: Loss) -> Iterator[Loss]:
    ports = survey.plan.ports
    attached = [group for group in survey.groups if group.hosts and sum(group.nics)]
    if not attached:
        return
    fewest = min(sum(group.nics) for group in attached) * ports
    whole, reached = _whole(survey), _largest(survey, _whole(survey))
    yield replace(
        nothing,
        what=HOST_LINK,
        hosts_hit=1 / survey.hosts,
        host_left=1 - 1 / fewest,
        hosts_cut_off=(reached - _set(reached - 1)) / survey.hosts if fewest == 1 else 0.0,
    )
    examples = _examples(survey)
    yield replace(
        nothing,
        what=A_LEAF,
        hosts_hit=max(survey.groups[leaf.group].hosts for leaf in examples) / survey.hosts,
        host_left=1 - max(survey.nics(leaf) / (sum(survey.groups[leaf.group].nics) * ports) for leaf in examples),
        hosts_cut_off=_cut_off(survey, [_without(whole, leaf) for leaf in examples]),
    )


def _examples(survey: Survey) -> list[Leaf]:
    """Return a leaf of every kind that has hosts: alike in these, in their NICs, and in whom they share spines with."""
    inside: Counter[int] = Counter()
    for leaf in survey.leaves:
        inside[leaf.block] += survey.groups[leaf.group].hosts
    kinds: dict[Hashable, Leaf] = {}
    for leaf in survey.leaves:
        group = survey.groups[leaf.group]
        if group.hosts and survey.nics(leaf):
            kinds.setdefault((group.hosts, group.nics, survey.nics(leaf), inside[leaf.block]), leaf)
    return list(kinds.values())


def _without(whole: Joined, gone: Leaf) -> Joined:
    return lambda leaf, copy: None if leaf is gone and not copy else whole(leaf, copy)


def _above_leaves(survey: Survey, nothing: Loss) -> Iterator[Loss]:
    plan = survey.plan
    if not plan.spines:
        return
    alone = _examples(survey) if plan.uplinks == 1 else []
    yield replace(
        nothing,
        what=LEAF_LINK,
        leaf_left=1 - 1 / plan.uplinks,
        hosts_cut_off=_cut_off(survey, [_without_uplinks(survey, {leaf.node}) for leaf in alone]),
    )
    spineless = survey.blocks().values() if plan.spines == 1 else ()
    yield replace(
        nothing,
        what=A_SPINE,
        leaf_left=1 - 1 / plan.spines,
        block_left=1 - 1 / plan.spines if plan.cores else None,
        hosts_cut_off=_cut_off(
            survey, [_without_uplinks(survey, {leaf.node for leaf in block}, tors=plan.tors) for block in spineless]
        ),
    )


def _above_spines(survey: Survey, nothing: Loss) -> Iterator[Loss]:
    plan = survey.plan
    if not plan.cores:
        return
    up, superspines = plan.spines * plan.spine_uplinks, plan.superspines
    blocks = survey.blocks()
    lone = [_without_superspines(survey, {block}) for block in blocks] if up == 1 else []
    yield replace(nothing, what=SPINE_LINK, block_left=1 - 1 / up, hosts_cut_off=_cut_off(survey, lone))
    unjoined = [_without_superspines(survey, set(blocks))] if superspines == 1 else []
    yield replace(nothing, what=A_SUPERSPINE, block_left=1 - 1 / superspines, hosts_cut_off=_cut_off(survey, unjoined))


def _of_planes(survey: Survey, nothing: Loss) -> Iterator[Loss]:
    planes, whole = survey.plan.planes, _whole(survey)
    if planes > 1:
        yield replace(
            nothing,
            what=A_PLANE,
            hosts_hit=1.0,
            host_left=1 - 1 / planes,
            hosts_cut_off=_cut_off(survey, [lambda leaf, copy: whole(leaf, copy) if copy else None]),
        )


def _whole(survey: Survey) -> Joined:
    """Return what joins leaves while nothing has failed: superspines a plane, spines a block, or nothing."""
    plan = survey.plan
    if plan.cores:
        return lambda _, copy: copy // plan.tors
    if plan.spines:
        return lambda leaf, copy: (copy // plan.tors, leaf.block)
    return lambda leaf, copy: (copy, leaf.node)


def _without_uplinks(survey: Survey, nodes: set[int], *, tors: int = 1) -> Joined:
    """Return what joins leaves when some of the first plane have lost their uplinks."""
    whole = _whole(survey)
    return lambda leaf, copy: ("leaf", copy, leaf.node) if leaf.node in nodes and copy < tors else whole(leaf, copy)


def _without_superspines(survey: Survey, blocks: set[int]) -> Joined:
    """Return what joins leaves when some blocks of the first plane have lost their superspines."""
    whole, tors = _whole(survey), survey.plan.tors
    return lambda leaf, copy: ("block", leaf.block) if leaf.block in blocks and copy < tors else whole(leaf, copy)


def _cut_off(survey: Survey, after: Iterable[Joined]) -> float:
    """Return the most hosts that are cut off by one of several failures, as a share of all."""
    before = _largest(survey, _whole(survey))
    return max((before - _largest(survey, joined) for joined in after), default=0) / survey.hosts


def _largest(survey: Survey, joined: Joined) -> int:
    """Count the largest set of hosts that reach each other; of two at least."""
    reached: dict[Hashable, set[int]] = defaultdict(set)
    for leaf in survey.leaves:
        if survey.nics(leaf):
            for copy in range(survey.plan.ports):
                by = joined(leaf, copy)
                if by is not None:
                    reached[by].add(leaf.group)
    return _set(max((sum(survey.groups[group].hosts for group in groups) for groups in reached.values()), default=0))


def _set(hosts: int) -> int:
    """Return how many hosts reach each other: one alone reaches nobody."""
    return hosts if hosts > 1 else 0
