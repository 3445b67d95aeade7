"""The files that a node boots with: a Debian box as its installer left it, and nothing of a configuration."""

import os
import pwd
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import field

from netgen.lab.filesystem import DMI
from netgen.lab.subnet import MANAGER
from netgen.record import Record

#: The account that the lab's key opens, another name of root's as on a freshly provisioned switch.
USERNAME = "netgen"

#: The management port of every node: it has carrier and no address until somebody configures one.
MANAGEMENT_PORT = "eth0"

#: The port by which a node reaches the simulator of its InfiniBand fabric.
SIMULATOR_PORT = "ibsim"

_SSHD = Path("/etc/ssh/sshd_config")
_FRR = Path("/etc/frr")

# What the machine itself keeps here is not the node's.
_OPENSM_EMPTIED = ("/etc/opensm", "/var/cache/opensm")
_OPENSM_LOGS = "opensm*"
_EMPTIED = ("/etc/frr", "/etc/ssh", "/etc/lldpd.d", "/etc/sysctl.d", "/etc/network/interfaces.d")

_SSHD_CONFIG = f"""\
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys.d/%u
AllowUsers {USERNAME}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
"""

# One frame a second, so that a cable that was moved is seen within four (tx-hold is 4 by default).
_LLDPD_CONFIG = """\
configure lldp portidsubtype ifname
configure lldp tx-interval 1
"""

# The package's file with the daemons of a data centre's router switched on.
_FRR_DAEMONS = """\
bgpd=yes
bfdd=yes
vtysh_enable=yes
zebra_options="  -A 127.0.0.1 -s 90000000"
bgpd_options="   -A 127.0.0.1"
staticd_options="-A 127.0.0.1"
bfdd_options="   -A 127.0.0.1"
"""


class NodeIdentity(Record):
    """What the first process of a node has to know of itself.

    Parameters
    ----------
    name, kind, serial, model
        As in the lab's specification; the kind is ``frr``, ``host`` or ``opensm``.
    ports
        Names of its data ports.
    authorized_key
        The public key that may log in, one line.
    addresses
        What it has on some ports from the beginning, with their lengths: the lab's own business.
    environment
        Variables of all its programs, besides the usual ones.
    """

    name: str
    kind: str
    serial: str
    model: str
    ports: tuple[str, ...]
    authorized_key: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def write(identity: NodeIdentity) -> None:
    """Write every file of a freshly installed box; needs the private file system of `netgen.lab.filesystem`."""
    _empty(_EMPTIED)
    for place in ("/run/sshd", "/run/lldpd", "/run/network", "/run/lock", "/etc/ssh/authorized_keys.d"):
        Path(place).mkdir(parents=True)
    _text("/etc/hostname", f"{identity.name}\n")
    _text("/etc/hosts", f"127.0.0.1\tlocalhost\n127.0.1.1\t{identity.name}\n::1\tlocalhost ip6-localhost\n")
    _text("/etc/network/interfaces", _interfaces(identity))
    _text("/etc/lldpd.d/lldpd.conf", _LLDPD_CONFIG)
    _text(str(_SSHD), _SSHD_CONFIG + _set_env(identity.environment))
    _text(f"/etc/ssh/authorized_keys.d/{USERNAME}", identity.authorized_key)
    _account()
    serial(identity.serial)
    _text(str(DMI / "product_name"), f"{identity.model}\n")
    if identity.kind == "frr":
        _frr(identity.name)
    if identity.kind == MANAGER:
        _empty(_OPENSM_EMPTIED)
        for log in Path("/var/log").glob(_OPENSM_LOGS):
            log.unlink()


def _empty(directories: Iterable[str]) -> None:
    for directory in map(Path, directories):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)


def _set_env(environment: Mapping[str, str]) -> str:
    """Return sshd's line that gives sessions the node's variables; it heeds only the first of its kind."""
    words = " ".join(f"{name}={value}" for name, value in environment.items())
    return f"SetEnv {words}\n" if words else ""


def serial(number: str) -> None:
    """Write the serial number where a box's firmware shows it."""
    _text(str(DMI / "product_serial"), f"{number}\n", mode=0o400)


def all_ports(identity: NodeIdentity) -> tuple[str, ...]:
    """Return the names of all ports of a node, the management port first."""
    return (MANAGEMENT_PORT, *(port for port in identity.ports if port != MANAGEMENT_PORT))


def _interfaces(identity: NodeIdentity) -> str:
    """Return the interfaces file of a fresh box: a switch brings every port up without an address, a host its own."""
    names = all_ports(identity) if identity.kind == "frr" else (MANAGEMENT_PORT,)
    ports = (f"auto {port}\niface {port}\n" for port in names)
    return "\n".join(("source /etc/network/interfaces.d/*\n", "auto lo\niface lo inet loopback\n", *ports))


def _frr(name: str) -> None:
    _text(str(_FRR / "daemons"), _FRR_DAEMONS, mode=0o640)
    _text(str(_FRR / "vtysh.conf"), "service integrated-vtysh-config\n", mode=0o640)
    _text(str(_FRR / "frr.conf"), f"hostname {name}\n", mode=0o640)
    account = pwd.getpwnam("frr")
    for directory in (_FRR, Path("/run/frr"), Path("/var/log/frr")):
        directory.mkdir(parents=True, exist_ok=True)
        os.chown(directory, account.pw_uid, account.pw_gid)
        for file in directory.iterdir():
            os.chown(file, account.pw_uid, account.pw_gid)
    _FRR.chmod(0o750)


def _account() -> None:
    with Path("/etc/passwd").open("a") as passwd:
        passwd.write(f"{USERNAME}:x:0:0:netgen:/root:/bin/bash\n")
    with Path("/etc/shadow").open("a") as shadow:
        shadow.write(f"{USERNAME}:*:19000:0:99999:7:::\n")


def _text(path: str, content: str, mode: int = 0o644) -> None:
    file = Path(path)
    file.write_text(content)
    file.chmod(mode)
