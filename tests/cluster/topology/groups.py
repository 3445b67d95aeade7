"""Random dragonflies of both kinds."""

from hypothesis import strategies as st

from netgen.cluster.topology.clos import Clos
from netgen.cluster.topology.dragonfly import Dragonfly
from netgen.cluster.topology.dragonfly_plus import DragonflyPlus


@st.composite
def dragonflies(draw: st.DrawFn) -> Dragonfly:
    """Any dragonfly: fewer groups than the largest has, hosts of several NICs, routers with free slots."""
    groups, routers = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    fitting = [h for h in range(1, 13) if groups > 1 and routers * h % (groups - 1) == 0]
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
        global_links=draw(st.sampled_from(fitting)) if fitting else 0,
        reserved=reserved,
        fewer={0: draw(st.integers(1, nics))},
    )


@st.composite
def dragonflies_plus(draw: st.DrawFn) -> DragonflyPlus:
    """Any dragonfly+."""
    groups, spines, leaves = draw(st.integers(1, 7)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    fitting = [w for w in range(1, 13) if groups > 1 and spines * w % (groups - 1) == 0]
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
    return DragonflyPlus(groups // units, tree, draw(st.sampled_from(fitting)) if fitting else 0)
