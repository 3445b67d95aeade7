"""The files that make a Linux device's configuration, as a table: where each lies and how it is compared.

How each is checked, activated and undone is in ``agent.sh``, by the same word `Artifact.kind`.
"""

from collections.abc import Callable, Mapping
from functools import partial

from netgen.record import Record
from netgen.session.drivers.diff_files import drift_diff, interfaces_diff, running_diff, sysctl_diff
from netgen.session.drivers.diff_frr import frr_diff
from netgen.session.drivers.diff_netplan import netplan_diff
from netgen.session.drivers.diff_partitions import partitions_diff


class Artifact(Record):
    """One artifact.

    Parameters
    ----------
    name
        What the session and the renderer call it.
    kind
        Which functions of ``agent.sh`` handle it.
    target
        The file that the device boots from.
    owner, mode
        Of that file; Debian's packages decide.
    compare
        From the candidate and the parts that the agent observed on the device to a unified diff, empty where
        nothing differs.
    """

    name: str
    kind: str
    target: str
    owner: str
    mode: str
    compare: Callable[[str, Mapping[str, str]], str]

    def manifest_line(self) -> str:
        """Return its line of the agent's manifest."""
        return f"{self.name} {self.kind} {self.target} {self.owner} {self.mode}\n"


def _interfaces(target: str) -> Artifact:
    return Artifact("interfaces", "interfaces", target, "root:root", "0644", interfaces_diff)


def _tool(name: str) -> Artifact:
    return Artifact(name, "tool", f"/etc/netgen/{name}", "root:root", "0755", partial(drift_diff, name))


def _unit(name: str, target: str) -> Artifact:
    return Artifact(name, "unit", target, "root:root", "0644", partial(drift_diff, name))


_SYSCTL = Artifact("sysctl.conf", "sysctl", "/etc/sysctl.d/90-netgen.conf", "root:root", "0644", sysctl_diff)
FRR = Artifact("frr.conf", "frr", "/etc/frr/frr.conf", "frr:frr", "0640", frr_diff)

_HOST = (
    _tool("roce.sh"),
    _unit("roce.service", "/etc/systemd/system/netgen-roce@.service"),
    _tool("ipoib.sh"),
    _unit("ipoib.service", "/etc/systemd/system/netgen-ipoib@.service"),
    Artifact("nccl.conf", "text", "/etc/nccl.conf", "root:root", "0644", partial(drift_diff, "nccl.conf")),
)
"""What hosts have beside their network, whatever configures that."""

# In the order of activation: links and addresses before the kernel's switches, routing or RoCE on top of both.
LINUX_ARTIFACTS = (_interfaces("/etc/network/interfaces.d/netgen"), _SYSCTL, FRR, *_HOST)
"""A host has interfaces of its own: netgen's file stands beside theirs. FRR is asked for only where it speaks BGP."""
UBUNTU_ARTIFACTS = (
    Artifact("netplan.yaml", "netplan", "/etc/netplan/90-netgen.yaml", "root:root", "0600", netplan_diff),
    _SYSCTL,
    *_HOST,
)
"""So it has under netplan; by its number the file comes after the installer's."""
FRR_ARTIFACTS = (_interfaces("/etc/network/interfaces"), _SYSCTL, FRR)
"""A switch is netgen's whole."""


def _opensm(name: str, kind: str, compare: Callable[[str, str, Mapping[str, str]], str] = drift_diff) -> Artifact:
    return Artifact(name, kind, f"/etc/opensm/{name}", "root:root", "0644", partial(compare, name))


OPENSM_ARTIFACTS = (
    _opensm("partitions.conf", "smfile", partitions_diff),
    *(
        _opensm(name, "smfile")
        for name in (
            "qos-policy.conf",
            "root-guids.conf",
            "cn-guids.conf",
            "io-guids.conf",
            "node-name-map",
            "per-module-logging.conf",
        )
    ),
    _opensm("opensm.conf", "opensm", running_diff),
)
"""What a subnet manager reads; the last one names the others, and with it they are read."""
