"""Arista EOS: NAPALM's own driver, over eAPI.

The name of the configuration session is netgen's, not NAPALM's: it says which process made it, so that the session
of one that was killed can be told from a living one's, and removed. EOS has no other lock.
"""

import hashlib
import os
import re
import secrets
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netgen.session.adapters import common
from netgen.session.connections import Connection
from netgen.session.state import BgpSession, NextHop, Route

MAX_TIMER_S = 24 * 3600 - 1
"""NAPALM 5.2 writes the timer by `time.gmtime`, which begins again at 24 hours (napalm/eos/eos.py, commit_config)."""

_OWN_SESSION = re.compile(r"netgen_([0-9a-f]{8})_(\d+)_(\d+)_[0-9a-f]{6}")
_FAILED = re.compile(r"CLI command (\d+) of \d+ '(.*?)' failed")
_BEFORE_LINES = 3
"""Commands before the first line: `enable`, `configure session`, `rollback clean-config`."""

lldp, interfaces = common.lldp, common.interfaces


def options(connection: Connection) -> dict[str, Any]:
    """Verify certificates, which neither NAPALM nor pyeapi does by itself."""
    context = ssl.create_default_context(cafile=None if connection.ca is None else str(connection.ca))
    if not connection.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    chosen: dict[str, Any] = {"transport": "https", "context": context}
    return chosen if connection.port is None else {**chosen, "port": connection.port}


def load(driver: Any, files: Mapping[str, str]) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Load the one file into a session of our own name."""
    for name, session in _sessions(driver).items():
        if session["state"] == "pending" and _is_dead(name):
            driver.device.run_commands([f"configure session {name} abort"], encoding="text")
    driver.config_session = f"netgen_{_place()}_{os.getpid()}_{_started(os.getpid())}_{secrets.token_hex(3)}"
    (text,) = files.values()
    driver.load_replace_candidate(config=text)


def refused_line(message: str, files: Mapping[str, str]) -> tuple[str, int] | None:
    """Count the lines as NAPALM sends them: without comments; a banner's text is no line of its own."""
    found = _FAILED.search(message)
    if found is None:
        return None
    ((file, text),) = files.items()
    sent = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    sent = [(number, line) for number, line in sent if not line.startswith("!") or line.startswith("!!")]
    index = int(found[1]) - _BEFORE_LINES - 1
    if 0 <= index < len(sent) and sent[index][1] == found[2]:
        return file, sent[index][0]
    return None


def candidate_id(driver: Any) -> str:  # noqa: ANN401 - NAPALM is untyped
    """Return the session's name."""
    return driver.config_session or ""


def pending(driver: Any) -> list[str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the session whose commit timer runs; from 4.32 on it stands at the top (napalm#2166)."""
    answer = driver.device.run_commands(["show configuration sessions detail"])[0]
    named = [answer["commitTimerSessionName"]] if answer.get("commitTimerSessionName") else []
    return named + [name for name, each in answer["sessions"].items() if "pendingCommitTimer" in each["state"]]


def detach(driver: Any) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Forget the session: `close` and `__del__` of the driver abort the one that it knows, committed or not."""
    driver.config_session = None


def attach(driver: Any, commit_id: str) -> None:  # noqa: ANN401 - NAPALM is untyped
    """Take over a session by its name."""
    driver.config_session = commit_id


def lock_holders(driver: Any) -> str:  # noqa: ANN401 - NAPALM is untyped
    """Name the pending sessions and who opened them."""
    detail = driver.device.run_commands(["show configuration sessions detail"])[0]["sessions"]
    holders = []
    for name, session in sorted(detail.items()):
        if session["state"] == "pending":
            users = {session.get("commitUser", "")} | {one.get("user", "") for one in session["instances"].values()}
            by = ", ".join(sorted(users - {""}))
            holders.append(f"the session {name}" + (f" of {by}" if by else ""))
    return " and ".join(holders)


def backup(driver: Any) -> dict[str, str]:  # noqa: ANN401 - NAPALM is untyped
    """Return the running configuration: NAPALM's rollback only knows the startup configuration (napalm#1952)."""
    return {"eos.cfg": driver.get_config(retrieve="running")["running"]}


def bgp(driver: Any) -> list[BgpSession]:  # noqa: ANN401 - NAPALM is untyped
    """Read the neighbours' details: NAPALM's getter does not tell the port of an unnumbered session."""
    answers = driver.device.run_commands(["show ip bgp neighbors vrf all", "show ipv6 bgp peers vrf all"])
    return sorted(
        _bgp_session(vrf, peer)
        for answer in answers
        for vrf, said in answer["vrfs"].items()
        for peer in said["peerList"]
    )


def routes(driver: Any) -> list[Route]:  # noqa: ANN401 - NAPALM is untyped
    """Read the routing table: NAPALM's getter asks for one destination at a time."""
    table = driver.device.run_commands(["show ip route"])[0]["vrfs"]["default"]["routes"]
    return sorted(
        Route(
            prefix,
            tuple(sorted(NextHop(via.get("nexthopAddr", ""), via.get("interface", "")) for via in route["vias"])),
        )
        for prefix, route in table.items()
    )


def _bgp_session(vrf: str, peer: Mapping[str, Any]) -> BgpSession:
    address, _, scope = peer["peerAddress"].partition("%")
    return BgpSession(
        peer=address,
        port=peer.get("ifName") if scope or address.startswith("fe80:") else None,
        vrf=vrf,
        remote_asn=int(peer["asn"]),
        enabled=peer.get("idleReason") != "Administratively shut down",
        established=peer["state"] == "Established",
    )


def _sessions(driver: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - NAPALM is untyped
    found: dict[str, dict[str, Any]] = driver.device.run_commands(["show configuration sessions"])[0]["sessions"]
    return found


def _is_dead(name: str) -> bool:
    """Whether a session is netgen's, from here, and its process is no more; another place's is never judged."""
    found = _OWN_SESSION.fullmatch(name)
    return found is not None and found[1] == _place() and _started(int(found[2])) != int(found[3])


def _place() -> str:
    """Return what tells this machine, boot and process namespace from others: numbers of processes mean it only."""
    boot, namespace = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    parts = [socket.gethostname(), boot.read_text() if boot.exists() else ""]
    parts.append(str(namespace.readlink()) if namespace.exists() else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def _started(pid: int) -> int:
    """Return when a process started, in clock ticks since boot (proc(5), field 22); 0: there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    # The second field is the command in parentheses and may hold anything, parentheses too.
    return int(stat.rpartition(")")[2].split()[19])
