"""What a session needs of a driver beyond NAPALM's common methods."""

from collections.abc import Mapping
from typing import Any, Protocol

from netgen.session.connections import Connection
from netgen.session.state import BgpSession, Interface, LldpNeighbour, Route


class Adapter(Protocol):
    """A module of this room; `driver` is always an open NAPALM driver, which is untyped."""

    MAX_TIMER_S: int
    """Longest commit timer, in seconds."""

    def options(self, connection: Connection) -> dict[str, Any]:
        """Return the driver's ``optional_args``: how to reach the device, verified."""

    def load(self, driver: Any, files: Mapping[str, str]) -> None:  # noqa: ANN401
        """Load the whole candidate; the lock of a netgen that was killed is not waited for."""

    def refused_line(self, message: str, files: Mapping[str, str]) -> tuple[str, int] | None:
        """Return the file and line that the device's message is about, if it can be told."""

    def candidate_id(self, driver: Any) -> str:  # noqa: ANN401
        """Return what names this session's commit on the device, now or later; may be empty."""

    def pending(self, driver: Any) -> list[str]:  # noqa: ANN401
        """Return what names the commits that wait for their confirmation, whoever made them."""

    def detach(self, driver: Any) -> None:  # noqa: ANN401
        """Make the driver forget its commit, so that closing it undoes nothing."""

    def attach(self, driver: Any, commit_id: str) -> None:  # noqa: ANN401
        """Make a commit of another session the driver's own."""

    def lock_holders(self, driver: Any) -> str:  # noqa: ANN401
        """Say who holds the configuration; empty if that cannot be told."""

    def backup(self, driver: Any) -> dict[str, str]:  # noqa: ANN401
        """Return what runs, as files that can be loaded again."""

    def lldp(self, driver: Any) -> list[LldpNeighbour]:  # noqa: ANN401
        """Return the neighbours at every port."""

    def bgp(self, driver: Any) -> list[BgpSession]:  # noqa: ANN401
        """Return the BGP sessions."""

    def interfaces(self, driver: Any) -> list[Interface]:  # noqa: ANN401
        """Return the interfaces."""

    def routes(self, driver: Any) -> list[Route]:  # noqa: ANN401
        """Return the IPv4 routes of the default table with all their next hops."""
