"""FRR routers, Linux hosts, subnet managers: netgen's own drivers, over SSH; several artifacts are one transaction."""

from collections.abc import Mapping
from typing import Any

from netgen.session.adapters import common
from netgen.session.connections import Connection
from netgen.session.state import BgpSession, NextHop, Route

MAX_TIMER_S = 24 * 3600

lldp, interfaces = common.lldp, common.interfaces


def options(connection: Connection) -> dict[str, Any]:
    """Say where the key and the trusted host keys are."""
    chosen: dict[str, Any] = {"sudo": connection.sudo, "insecure_host_key": not connection.verify}
    if connection.port is not None:
        chosen["port"] = connection.port
    if connection.key is not None:
        chosen["key_file"] = str(connection.key)
    if connection.known_hosts is not None:
        chosen["known_hosts"] = str(connection.known_hosts)
    return chosen


def load(driver: Any, files: Mapping[str, str]) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Load all artifacts; the lock lives with its holder's process on the device, so none outlives it."""
    driver.load_replace_artifacts(files)


def refused_line(message: str, files: Mapping[str, str]) -> tuple[str, int] | None:  # noqa: ARG001 - as all adapters
    """Return nothing: the driver's message names the artifact and the line itself."""
    return None


def candidate_id(driver: Any) -> str:  # noqa: ANN401 - NAPALM is untyped
    """Return the candidate's name, which its commit bears: it is there before the commit."""
    return str(driver.commit_id)


def pending(driver: Any) -> list[str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the names of the candidates whose commits are open."""
    return [commit.session for commit in driver.commits() if commit.open]


def detach(driver: Any) -> None:  # noqa: ANN401 - as all adapters
    """Do nothing: the timer lives on the device, and closing the driver does not touch it."""


def attach(driver: Any, commit_id: str) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Take over a commit by its candidate's name."""
    driver.commit_id = commit_id


def lock_holders(driver: Any) -> str:  # noqa: ANN401, ARG001 - as all adapters
    """Return nothing: the driver's message names the holder itself."""
    return ""


def backup(driver: Any) -> dict[str, str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the files that the device boots from, and what FRR runs, which may be another than its file."""
    files: dict[str, str] = driver.get_artifacts()
    return files


def bgp(driver: Any) -> list[BgpSession]:  # noqa: ANN401 - NAPALM is untyped
    """Read NAPALM's form; our driver calls an unnumbered neighbour by its port."""
    found = []
    for vrf, said in driver.get_bgp_neighbors().items():
        for peer, session in said["peers"].items():
            numbered = ":" in peer or peer.replace(".", "").isdigit()
            ipv4 = session["address_family"].get("ipv4", {})
            found.append(
                BgpSession(
                    peer=peer,
                    port=None if numbered else peer,
                    vrf="default" if vrf == "global" else vrf,
                    remote_asn=session["remote_as"],
                    enabled=session["is_enabled"],
                    established=session["is_up"],
                    uptime_s=session["uptime"],
                    received_prefixes=ipv4.get("received_prefixes", -1),
                )
            )
    return sorted(found)


def routes(driver: Any) -> list[Route]:  # noqa: ANN401 - NAPALM is untyped
    """Read what the kernel forwards by."""
    return sorted(
        Route(prefix, tuple(sorted(NextHop(hop["gateway"], hop["interface"]) for hop in hops)))
        for prefix, hops in driver.get_kernel_next_hops().items()
    )
