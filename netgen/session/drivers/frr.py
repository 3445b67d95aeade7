"""NAPALM driver of an FRR router on Debian: routing, links, addresses and kernel settings in one transaction."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from netgen.session.drivers import getters
from netgen.session.drivers.artifacts import FRR_ARTIFACTS, Artifact
from netgen.session.drivers.linux import LinuxDriver

_VERSION = re.compile(r"FRRouting (\S+)")


class FrrDriver(LinuxDriver):
    """A Linux device that also runs FRR; its command line is vtysh."""

    ARTIFACTS: ClassVar[tuple[Artifact, ...]] = FRR_ARTIFACTS
    VENDOR: ClassVar[str] = "FRRouting"

    def _main_artifact(self) -> Artifact:
        return self.ARTIFACTS[-1]

    def _command_line(self, command: str) -> tuple[str, ...]:
        return ("vtysh", "-c", command)

    def _os_version(self, release: Mapping[str, str]) -> str:  # noqa: ARG002 - FRR's version is what its configuration names
        shown = self._vtysh("show version")
        match = _VERSION.search(shown)
        return match[1].split("-")[0] if match else ""

    def _running(self) -> str:
        return self._vtysh("show running-config no-header")

    def _routes(self) -> bool:
        return True

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> dict[str, Any]:
        """Return FRR's routes to a prefix, a route a next hop."""
        family = "ipv6" if ":" in destination else "ip"
        words = [f"show {family} route", destination, "longer-prefixes" if longer and destination else ""]
        words.append(protocol if not destination or longer else "")
        routes = getters.frr_routes(self._vtysh_json(" ".join(filter(None, words))) or {}, "default")
        wanted = protocol.upper()
        return {
            prefix: [route for route in found if wanted in {"", route["protocol"]}]
            for prefix, found in routes.items()
            if any(wanted in {"", route["protocol"]} for route in found)
        }
