"""Switches with Junos to be rendered, and the many ways in which they may differ."""

from typing import Any

from netgen.device.model import Switch
from netgen.render.device import Renderer, render_device
from tests.lab_fabric import lab_fabric
from tests.render.junos_reader import Said

MODEL = "qfx5240-64od"
NUMBERED = "10.128.0.0/20"


def switches(breakout: str = "2x400G", links: str = "unnumbered", **changes: Any) -> dict[str, Switch]:
    tier = {"model": MODEL, "platform": "junos", "breakout": breakout}
    profile = "hgx-h100-8x400g" if breakout.endswith("400G") else "hgx-b300-8x800g"
    pools = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": links}
    if changes.get("attach") == "host-bgp":
        pools["host-loopbacks"] = "10.254.0.0/24"
    changes = {"roce": {"profile": "throughput"}, **changes}
    made = lab_fabric(leaf=tier, spine={**tier, "count": 2}, profile=profile, pools=pools, **changes)
    return {name: one for name, one in made.items() if isinstance(one, Switch)}


def text_of(device: Switch, renderer: Renderer) -> str:
    return render_device(device, renderer)["junos.conf"]


def said_of(device: Switch, renderer: Renderer) -> Said:
    return Said(text_of(device, renderer))


CHANGES: dict[str, dict[str, Any]] = {
    "svi": {"attach": "svi"},
    "bond": {"attach": "bond", "share": {"rails": 8}, "roce": None},
    "host-bgp": {"attach": "host-bgp"},
    "flowlet": {"load_balancing": "flowlet"},
    "per-packet": {"load_balancing": "per-packet"},
    "no bfd": {"bfd": None},
    "no roce": {"roce": None},
    "no marking": {"roce": {"profile": "throughput", "congestion-control": "none"}},
    "no watchdog": {"roce": {"profile": "throughput", "watchdog": None}},
    "watchdog forwards": {"roce": {"profile": "throughput", "watchdog": {"action": "forward"}}},
    "two lossless": {
        "roce": {
            "profile": "throughput",
            "classes": {
                "storage": {"dscp": [34, 35], "traffic-class": 4, "queue": 1, "pfc-priority": 5, "lossless": True}
            },
        }
    },
    "other queues": {
        "roce": {
            "profile": "throughput",
            "classes": {
                "default": {"dscp": "rest", "traffic-class": 0, "queue": 1},
                "control": {"dscp": [56], "traffic-class": 7, "queue": 2, "strict": True},
            },
        }
    },
}
