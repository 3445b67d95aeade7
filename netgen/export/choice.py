"""Which medium joins two ports: the first of the catalog that fits both ends and reaches."""

from collections.abc import Sequence

from netgen.catalog.optics import Medium
from netgen.export.sockets import Kind, Socket

STRAIGHT, SPLIT, APART = "straight", "split", "apart"
"""How the cages of a cable are joined: one to one; one to several; or each port of them to another cage."""


class Choice:
    """Chooses among media, once for each kind of ends and lengths: a cluster has few of them and many cables.

    Parameters
    ----------
    media
        In the order in which they are considered.
    """

    def __init__(self, media: Sequence[Medium]) -> None:
        self.media = media
        self.copper_m = max((max(m.reach_m, m.split_reach_m) for m in media if m.lane_gbps), default=0.0)
        """The longest that any copper cable reaches."""
        self._known: dict[tuple[Kind, Kind, str, float, float], Medium | None] = {}

    def medium(self, a: Socket, b: Socket, wiring: str, length_m: float, design_m: float) -> Medium | None:
        """Return the first medium that fits.

        Copper is judged by the length of the cable itself. Optics are by the longest of their kind of links: ports of
        one transceiver lead to several others, so that neighbours must be of one kind, and theirs, and so on.
        """
        key = (a.kind, b.kind, wiring, length_m, design_m)
        if key not in self._known:
            fitting = (m for m in self.media if _fits(m, a, b, wiring, length_m, design_m))
            self._known[key] = next(fitting, None)
        return self._known[key]


def _fits(medium: Medium, a: Socket, b: Socket, wiring: str, length_m: float, design_m: float) -> bool:
    if medium.lane_gbps:
        reach = medium.split_reach_m if wiring == SPLIT else medium.reach_m
        ends = all(end.form in medium.cages and end.lane_gbps == medium.lane_gbps for end in (a, b))
        return ends and wiring != APART and length_m <= reach
    modules = [medium.module(end.form, end.split) for end in (a, b)]
    reaches = all(module is not None and design_m <= module.reach_m for module in modules)
    return reaches and medium.speed_gbps == a.speed_gbps
