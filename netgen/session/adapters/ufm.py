"""NVIDIA UFM: netgen's own driver, over REST; its timer is a process on this machine."""

from collections.abc import Mapping
from typing import Any

from netgen.session.adapters import common, own
from netgen.session.connections import Connection
from netgen.session.state import BgpSession, Route

MAX_TIMER_S = 24 * 3600

lldp, interfaces = common.lldp, common.interfaces
refused_line, candidate_id, backup = own.refused_line, own.candidate_id, own.backup
detach, attach, lock_holders = own.detach, own.attach, own.lock_holders


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


def pending(driver: Any) -> list[str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the commit that a keeper waits with."""
    found: list[str] = driver.pending()
    return found


def bgp(driver: Any) -> list[BgpSession]:  # noqa: ANN401, ARG001 - as all adapters
    """Return nothing: a UFM routes no IP."""
    return []


def routes(driver: Any) -> list[Route]:  # noqa: ANN401, ARG001 - as all adapters
    """Return nothing, likewise."""
    return []
