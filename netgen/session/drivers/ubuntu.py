"""NAPALM driver of an Ubuntu host: as a Debian host, with netplan in the place of ifupdown2."""

from typing import ClassVar

from netgen.session.drivers.artifacts import UBUNTU_ARTIFACTS, Artifact
from netgen.session.drivers.linux import LinuxDriver


class UbuntuDriver(LinuxDriver):
    """A host whose links, addresses and routes are netplan's and systemd-networkd's."""

    ARTIFACTS: ClassVar[tuple[Artifact, ...]] = UBUNTU_ARTIFACTS
    VENDOR: ClassVar[str] = "Ubuntu"
