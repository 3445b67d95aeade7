"""What fabrics are asked for: switches of 64 ports, eight rails, one pod."""

from fractions import Fraction

from netgen.cluster.demand import Box, Demand, Group
from netgen.record import replace

ONE = Box(cages=64, split=1, uplink_split=1, speed_ratio=Fraction(1))


def box(**changed: object) -> Box:
    return replace(ONE, **changed)


def demand(**changed: object) -> Demand:
    given = {
        "kind": "rail-optimized",
        "pods": 1,
        "units": 2,
        "rails": 8,
        "fewer": {},
        "sharing": 1,
        "planes": 1,
        "tors": 1,
        "reserved": 0,
        "by_rail": True,
        "leaf": ONE,
        "spine": ONE,
        "superspine": None,
        "several": False,
        "third": False,
        "path": ("fabrics", "compute"),
    }
    group = Group(changed.pop("hosts", 32), changed.pop("nics", 8))
    return Demand(**{**given, "groups": (group,), **changed})
