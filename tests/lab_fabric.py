"""A fabric of Linux routers, small enough to run."""

from typing import Any

from netgen.cluster.derive import derive
from netgen.intent.models import Intent
from netgen.platforms.load import load_platforms
from netgen.resources.load import resources
from tests.fabrics import CATALOG, Built


def lab_fabric(
    *,
    platform: str = "frr",
    model: str = "linux-16x400g",
    profile: str = "linux-2x400g",
    hosts: str = "1-2",
    pods: str = "1",
    **changes: Any,
) -> Built:
    """Return all devices of a fabric of one unit and two spines, by name.

    ``changes`` replace keys of the fabric; hyphens are written as underscores.
    """
    compute: dict[str, Any] = {
        "kind": "rail-optimized",
        "leaf": {"model": model, "platform": platform},
        "spine": {"model": model, "platform": platform, "count": 2},
        "pools": {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": "unnumbered"},
        "cables": {"host": "3m", "spine": "30m"},
    }
    compute.update({key.replace("_", "-"): value for key, value in changes.items()})
    intent = Intent.model_validate(
        {
            "cluster": "toy",
            "management": {
                "subnet": "172.20.0.0/22",
                "gateway": "172.20.0.1",
                "ntp": ["172.20.0.5"],
                "syslog": ["172.20.0.6"],
                "dns": ["172.20.0.7"],
                "snmp": {"community": {"secret": "snmp"}, "location": "hall 1"},
                "gnmi": True,
            },
            "hosts": {"profile": profile},
            "pods": {pods: {"units": {"1": {"hosts": hosts}}, **({"capacity": {"units": 2}} if pods == "1" else {})}},
            "fabrics": {"compute": compute},
        }
    )
    return Built(derive(intent, {}, CATALOG, {}), load_platforms(resources()))
