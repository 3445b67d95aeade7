"""Random dragonflies of both kinds."""

from hypothesis import strategies as st

from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus


def joined(draw: st.DrawFn, groups: int, switches: int) -> dict[str, int]:
    """Draw global ports of a switch that are all used, or links of a pair of groups that leave some free."""
    if groups == 1:
        return {"global_links": 0}
    if draw(st.booleans()):
        trunk = draw(st.integers(1, 3))
        return {"trunk": trunk, "global_links": -(-trunk * (groups - 1) // switches) + draw(st.integers(0, 1))}
    fitting = [links for links in range(1, 13) if switches * links % (groups - 1) == 0]
    return {"global_links": draw(st.sampled_from(fitting))}


@st.composite
def dragonflies(draw: st.DrawFn) -> Dragonfly:
    """Any dragonfly: fewer groups than the largest has, hosts of several NICs, routers with free slots."""
    groups, routers = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    nics, hosts = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    reserved = draw(st.integers(0, 2))
    pods = draw(st.sampled_from([n for n in (1, 2, 3) if groups % n == 0]))
    return Dragonfly(
        pods=pods,
        units=groups // pods,
        hosts=hosts,
        nics=nics,
        routers=routers,
        down=-(-hosts * nics // routers) + draw(st.integers(0, 1)) + reserved,
        reserved=reserved,
        fewer={0: draw(st.integers(1, nics))},
        **joined(draw, groups, routers),
    )


@st.composite
def dragonflies_plus(draw: st.DrawFn) -> DragonflyPlus:
    """Any dragonfly+."""
    groups, spines, leaves = draw(st.integers(1, 7)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    tree = Clos(
        pods=groups,
        units=1,
        hosts=draw(st.integers(1, 4)) * leaves,
        nics=1,
        rails=1,
        railed=False,
        group=leaves,
        down=4,
        spines=spines,
        trunk=draw(st.integers(1, 2)),
        block=leaves,
    )
    units = draw(st.sampled_from([n for n in (1, 2, 3) if groups % n == 0]))
    return DragonflyPlus(groups // units, tree, **joined(draw, groups, spines))
