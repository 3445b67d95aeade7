"""Devices of a whole small fabric, as they follow from an intent."""

from collections.abc import Iterator, Mapping
from functools import cache, partial

from netgen.catalog.load import load_catalog
from netgen.cluster.derive import derive
from netgen.cluster.model import Cluster
from netgen.device.build import build
from netgen.device.model import Host, Switch
from netgen.intent.models import Intent
from netgen.platforms.model import Platform
from netgen.resources.load import resources

MODELS = {"nxos": "nexus-9364e-sg2"}
"""Switches of platforms that do not run on the usual one; cages of 800G that are divided alike."""
CATALOG = load_catalog(resources())


class Built(Mapping[str, Switch | Host]):
    """The devices of a cluster by name, each built when it is first asked for."""

    def __init__(self, cluster: Cluster, platforms: Mapping[str, Platform]) -> None:
        self._refs = {ref.name: ref for ref in cluster.refs()}
        self._build = cache(partial(build, cluster, platforms))

    def __getitem__(self, name: str) -> Switch | Host:
        return self._build(self._refs[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._refs)

    def __len__(self) -> int:
        return len(self._refs)


def fabric(platforms: Mapping[str, Platform], platform: str, *, links: str = "unnumbered", **roce: object) -> Built:
    """Return every device of `cluster`, by name."""
    return Built(cluster(platform, links=links, **roce), platforms)


def cluster(platform: str, *, links: str = "unnumbered", **roce: object) -> Cluster:
    """Derive two units of two hosts, laid out for four units.

    Parameters
    ----------
    platform
        Of the leaves and the spines.
    links
        ``unnumbered``, or the subnet of the fabric links.
    roce
        What the intent says of RoCE beyond the profile.
    """
    model = MODELS.get(platform, "dcs-7060x6-64pe")
    switch = {"model": model, "platform": platform, "breakout": "2x400G"}
    intent = Intent.model_validate(
        {
            "cluster": "toy",
            "management": {
                "subnet": "172.20.0.0/22",
                "gateway": "172.20.0.1",
                "ntp": ["172.20.0.5", "172.20.0.10"],
                "syslog": ["172.20.0.6"],
                "dns": ["172.20.0.7"],
                "snmp": {"community": {"secret": "snmp"}, "location": "hall 1"},
                "gnmi": True,
                "users": {
                    "netops": {
                        "role": "admin",
                        "password": {"secret": "users/netops"},
                        "ssh-keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB netops"],
                    },
                    "viewer": {"role": "operator", "password": {"secret": "users/viewer"}},
                },
            },
            "hosts": {"profile": "hgx-h100-8x400g"},
            "pods": {"1": {"units": {"1": {"hosts": "1-2"}, "2": {"hosts": "1-2"}}, "capacity": {"units": 4}}},
            "fabrics": {
                "compute": {
                    "kind": "rail-optimized",
                    "leaf": switch,
                    "spine": switch,
                    "pools": {"hosts": "10.0.0.0/12", "loopbacks": "10.255.0.0/18", "links": links},
                    "cables": {"host": "5m", "spine": "40m"},
                    "roce": {"profile": "balanced", **roce},
                }
            },
        }
    )
    return derive(intent, {}, CATALOG, {})
