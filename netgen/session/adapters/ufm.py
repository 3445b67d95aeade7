"""NVIDIA UFM: netgen's own driver, over REST; its timer is a process on this machine."""

from collections.abc import Mapping
from typing import Any

from netgen.session.adapters import common
from netgen.session.connections import Connection
from netgen.session.state import BgpSession, Route

MAX_TIMER_S = 24 * 3600

lldp, interfaces = common.lldp, common.interfaces


def options(connection: Connection) -> dict[str, Any]:
    """Say how the certificate is verified."""
    chosen: dict[str, Any] = {"verify": connection.verify}
    if connection.port is not None:
        chosen["port"] = connection.port
    if connection.ca is not None:
        chosen["ca"] = str(connection.ca)
    return chosen


def load(driver: Any, files: Mapping[str, str]) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Load the one file."""
    (text,) = files.values()
    driver.load_replace_candidate(config=text)


def refused_line(message: str, files: Mapping[str, str]) -> tuple[str, int] | None:  # noqa: ARG001 - as all adapters
    """Return nothing: UFM refuses a request, not a line."""
    return None


def candidate_id(driver: Any) -> str:  # noqa: ANN401 - NAPALM is untyped
    """Return the candidate's name, which its commit bears."""
    return str(driver.commit_id)


def pending(driver: Any) -> list[str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the commit that a keeper waits with."""
    found: list[str] = driver.pending()
    return found


def detach(driver: Any) -> None:  # noqa: ANN401 - as all adapters
    """Do nothing: closing the driver does not touch a commit's keeper."""


def attach(driver: Any, commit_id: str) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Take over a commit by its name."""
    driver.commit_id = commit_id


def lock_holders(driver: Any) -> str:  # noqa: ANN401, ARG001 - as all adapters
    """Return nothing: the driver's message names the commit itself."""
    return ""


def backup(driver: Any) -> dict[str, str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the partitions as they are."""
    files: dict[str, str] = driver.get_artifacts()
    return files


def bgp(driver: Any) -> list[BgpSession]:  # noqa: ANN401, ARG001 - as all adapters
    """Return nothing: a UFM routes no IP."""
    return []


def routes(driver: Any) -> list[Route]:  # noqa: ANN401, ARG001 - as all adapters
    """Return nothing, likewise."""
    return []
