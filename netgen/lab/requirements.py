"""What a lab needs of the machine, checked before anything is made."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from netgen.lab.errors import LabError
from netgen.lab.spec import SIMULATED, LabSpec, in_namespaces
from netgen.lab.subnet import MANAGER, SWITCH

KINDS = ("eos", "frr", "host", MANAGER, SWITCH)

# Debian 12's packages; what is not on PATH is named with its place.
_NAMESPACE_PROGRAMS = {
    "ip": "iproute2",
    "tc": "iproute2",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "/usr/sbin/sshd": "openssh-server",
    "ssh-keygen": "openssh-client",
    "/usr/sbin/lldpd": "lldpd",
    "ifreload": "ifupdown2",
    "ping": "iputils-ping",
    "sysctl": "procps",
}
_FRR_PROGRAMS = {
    "/usr/lib/frr/zebra": "frr",
    "/usr/lib/frr/bgpd": "frr",
    "/usr/lib/frr/bfdd": "frr",
    "vtysh": "frr",
    "/usr/lib/frr/frr-reload.py": "frr-pythontools",
}

_INFINIBAND_PROGRAMS = {
    "ibsim": "ibsim-utils",
    "/usr/sbin/opensm": "opensm",
    "ibnetdiscover": "infiniband-diags",
    "dump_fts": "infiniband-diags",
    "smpquery": "infiniband-diags",
    "sminfo": "infiniband-diags",
}

_NODE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# IFNAMSIZ is 16 with the final zero (linux/if.h); the kernel refuses slashes, colons and white space.
_INTERFACE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")


def check(spec: LabSpec) -> None:
    """Check that this machine can be this lab, and that the lab makes sense.

    Raises
    ------
    LabError
        It cannot, or it does not; the message says what to install or to change.
    """
    _check_spec(spec)
    kinds = {node.kind for node in in_namespaces(spec)}
    if not kinds:
        if all(node.kind != "eos" for node in spec.nodes):
            raise LabError(
                "nothing in this lab would run: switches of InfiniBand and hosts that are cabled to nothing else are "
                "simulated for an OpenSM of upstream's, and there is none"
            )
        return
    if os.geteuid() != 0:
        raise LabError("FRR switches, subnet managers and hosts need namespaces, and those need root: run it with sudo")
    programs = _NAMESPACE_PROGRAMS | (_FRR_PROGRAMS if "frr" in kinds else {})
    programs |= _INFINIBAND_PROGRAMS if MANAGER in kinds else {}
    missing = sorted({package for program, package in programs.items() if not _is_there(program)})
    if missing:
        names = " ".join(missing)
        raise LabError(
            f"the lab needs programs that are not installed: apt-get install -y --no-install-recommends {names}"
        )


def _is_there(program: str) -> bool:
    return Path(program).exists() if program.startswith("/") else shutil.which(program) is not None


def _check_spec(spec: LabSpec) -> None:
    if not spec.nodes:
        raise LabError("the lab has no nodes: widen the limit that was given")
    _unique((node.name for node in spec.nodes), "a node")
    for node in spec.nodes:
        if node.kind not in KINDS:
            raise LabError(f"{node.name}: no kind {node.kind!r}; there are: {', '.join(KINDS)}")
        if not _NODE_NAME.fullmatch(node.name):
            raise LabError(f"{node.name!r} is no host name: lower-case letters, digits and hyphens, at most 63")
        _unique(node.ports, f"a port of {node.name}")
        for port in node.ports:
            if node.kind not in SIMULATED and not _INTERFACE_NAME.fullmatch(port):
                raise LabError(f"{node.name}: {port!r} cannot be an interface of Linux: at most 15 letters and digits")
    _check_cables(spec)
    adapters = {adapter.node for subnet in spec.subnets for adapter in subnet.adapters}
    for node in spec.nodes:
        if node.kind == MANAGER and node.name not in adapters:
            raise LabError(f"{node.name}: a subnet manager manages over a channel adapter, and it has none")


def _check_cables(spec: LabSpec) -> None:
    ports = {(node.name, port) for node in spec.nodes for port in node.ports}
    ports |= {(adapter.node, adapter.port) for subnet in spec.subnets for adapter in subnet.adapters}
    ends = [end for cable in spec.cables for end in ((cable.a_node, cable.a_port), (cable.b_node, cable.b_port))]
    for node, port in ends:
        if (node, port) not in ports:
            raise LabError(f"a cable ends at {node}:{port}, and there is no such port in this lab")
    _unique((":".join(end) for end in ends), "an end of a cable")


def _unique(names: Iterable[str], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise LabError(f"{name} is there {count} times as {what}: each must be one of its kind")
