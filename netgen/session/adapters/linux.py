"""FRR routers, Linux hosts, subnet managers: netgen's own drivers, over SSH; several artifacts are one transaction."""

from collections.abc import Mapping
from typing import Any

from netgen.session.adapters import common, own
from netgen.session.connections import Connection
from netgen.session.state import BgpSession, NextHop, Route

MAX_TIMER_S = 24 * 3600

lldp, interfaces = common.lldp, common.interfaces
refused_line, candidate_id, backup = own.refused_line, own.candidate_id, own.backup
detach, attach, lock_holders = own.detach, own.attach, own.lock_holders


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


def pending(driver: Any) -> list[str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the names of the candidates whose commits are open."""
    return [commit.session for commit in driver.commits() if commit.open]


def bgp(driver: Any) -> list[BgpSession]:  # noqa: ANN401 - NAPALM is untyped
    """Read NAPALM's form; our driver calls an unnumbered neighbour by its port."""
    found = []
    for vrf, said in driver.get_bgp_neighbors().items():
        for peer, session in said["peers"].items():
            numbered = ":" in peer or peer.replace(".", "").isdigit()
            found.append(
                BgpSession(
                    peer=peer,
                    port=None if numbered else peer,
                    vrf="default" if vrf == "global" else vrf,
                    remote_asn=session["remote_as"],
                    enabled=session["is_enabled"],
                    established=session["is_up"],
                )
            )
    return sorted(found)


def routes(driver: Any) -> list[Route]:  # noqa: ANN401 - NAPALM is untyped
    """Read what the kernel forwards by."""
    return sorted(
        Route(prefix, tuple(sorted(NextHop(hop["gateway"], hop["interface"]) for hop in hops)))
        for prefix, hops in driver.get_kernel_next_hops().items()
    )
