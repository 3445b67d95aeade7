"""A lab of real routers, looked at without netgen: over OpenSSH, with iproute2, ping and vtysh."""

import ipaddress
import json
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netgen.lab import lab
from tests.system.repository import SSH_S, Repository

WAIT_S = 240
"""How long anything may take to become true; nothing is measured by it."""

PATIENT_BFD = "bfd: {interval: 2s, multiplier: 10}"
"""Line of a fabric's intent: sessions that a busy machine does not lose; one that is down takes its link with it."""

# Stands in for a tool that the agent on a device calls whatever it is asked: whoever has a candidate checked while a
# commit is open waits until it is let go.
_HOLD = """\
#!/bin/sh
case $(tr "\\0" " " </proc/$PPID/cmdline) in
    *"agent.sh check "*)
        if grep -qsE "applying|pending" /var/lib/netgen/commits/*/state; then
            mkdir -p /run/held
            until [ -e /run/held/go ]; do sleep 0.1; done
        fi ;;
esac
exec /usr/bin/mktemp "$@"
"""

Pair = tuple[str, str]


@dataclass
class Fabric:
    """The lab of a repository's cluster."""

    repository: Repository
    cluster: str
    cabling: dict[Pair, Pair] = field(default_factory=dict)
    """Where every cable leads, as laid."""

    @property
    def directory(self) -> Path:
        return self.repository.path / ".netgen" / self.cluster / "lab"

    def inject(self, fault: str, *arguments: str) -> str:
        return lab.inject(self.directory, fault, *arguments)

    def ssh_command(self, node: str, command: str) -> list[str]:
        return ["ssh", "-F", str(self.directory / "ssh/config"), "-o", "BatchMode=yes", node, command]

    def run(self, node: str, command: str) -> str:
        done = subprocess.run(
            self.ssh_command(node, command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SSH_S,
            check=False,
        )
        assert done.returncode == 0, (node, command, done.stdout, done.stderr)
        return done.stdout

    def each(self, nodes: Iterable[str], command: str) -> dict[str, str]:
        """Run a command on several nodes at once."""
        names = list(nodes)
        with ThreadPoolExecutor(8) as pool:
            return dict(zip(names, pool.map(lambda name: self.run(name, command), names), strict=True))

    def nodes(self, kind: str) -> list[str]:
        """Return the names of the nodes of a kind that are in the lab: ``spine``, ``leaf`` or ``host``."""
        return sorted(node.name for node in lab.status(self.directory).nodes if kind in node.name)

    def intend(self, text: str) -> None:
        """Write the cluster's intent."""
        self.repository.write(f"intent/{self.cluster}/cluster.yaml", text)

    def up(self) -> None:
        """Bring the lab up."""
        self.repository.netgen("lab", "up", f"intent/{self.cluster}")
        for cable in lab.status(self.directory).cables:
            (a_node, a_port), (b_node, b_port) = cable.a.split(":"), cable.b.split(":")
            a, b = (a_node, a_port), (b_node, b_port)
            self.cabling |= {a: b, b: a}

    @contextmanager
    def held_after_commit(self, node: str) -> Iterator[Callable[[], bool]]:
        """Hold whoever has committed to a device before it confirms; yield what tells whether somebody is held."""
        self.run(node, f"mount -t tmpfs tmpfs /usr/local/sbin; cat >/usr/local/sbin/mktemp <<'END'\n{_HOLD}END\n")
        self.run(node, "chmod 755 /usr/local/sbin/mktemp")
        try:
            yield lambda: self.run(node, "ls -d /run/held 2>/dev/null || true") != ""
        finally:
            self.run(node, "umount --lazy /usr/local/sbin; mkdir -p /run/held; touch /run/held/go")

    # ------------------------------------------------------------------------------------------ addresses, pings

    def nics(self, hosts: Iterable[str]) -> dict[Pair, str]:
        """Return the address of every NIC on the fabric, by host and interface, as the host has it."""
        return {
            (host, link["ifname"]): address["local"]
            for host, shown in self.each(hosts, "ip -j -4 address show").items()
            for link in json.loads(shown)
            if link["ifname"].startswith("rail")
            for address in link["addr_info"]
        }

    def lost(self, nics: Mapping[Pair, str]) -> list[str]:
        """Ping from every NIC every NIC of the other hosts, bound to the source; return what was not answered."""
        scripts: dict[str, str] = {}
        for (host, _), source in nics.items():
            for (other, _), destination in nics.items():
                if other != host:
                    command = (
                        f"ping -n -q -c 1 -W 10 -I {source} {destination} >/dev/null || echo {source} {destination}"
                    )
                    scripts[host] = scripts.get(host, "") + f"({command}) & "
        with ThreadPoolExecutor(8) as pool:
            said = pool.map(lambda host: self.run(host, f"{scripts[host]} wait"), scripts)
        return [line for text in said for line in text.splitlines()]

    # --------------------------------------------------------------------------------------------------- routing

    def tables(self, routers: Iterable[str]) -> dict[str, dict[str, list[str]]]:
        """Return the ports that each router's kernel forwards to, by destination; dead next hops left out."""
        return {
            name: {
                _prefix(route["dst"]): [
                    hop["dev"]
                    for hop in route.get("nexthops", [route])
                    if not {"dead", "linkdown"} & set(hop.get("flags", ()))
                ]
                for route in json.loads(shown)
                if route.get("protocol") == "bgp" and route.get("type") != "blackhole"
            }
            for name, shown in self.each(routers, "ip -j route show").items()
        }

    def own(self, leaves: Iterable[str]) -> dict[str, list[str]]:
        """Return what each leaf announces: its loopback and the aggregate of its hosts, as its kernel has them."""
        shown = self.each(leaves, "ip -j -4 address show dev lo; echo; ip -j route show type blackhole")
        found = {}
        for name, text in shown.items():
            first, second = (json.loads(part or "[]") for part in text.split("\n\n"))
            loopbacks = [f"{a['local']}/32" for link in first for a in link["addr_info"] if a["local"] != "127.0.0.1"]
            found[name] = loopbacks + [_prefix(route["dst"]) for route in second]
        return found

    def sessions(self, routers: Iterable[str]) -> dict[Pair, Mapping[str, Any]]:
        """Return what FRR says of every BGP session, by router and neighbour."""
        return {
            (name, peer): said
            for name, shown in self.each(routers, "vtysh -c 'show bgp ipv4 unicast summary json'").items()
            for peer, said in json.loads(shown).get("peers", {}).items()
        }


def _prefix(destination: str) -> str:
    return str(ipaddress.ip_network(destination)) if destination != "default" else destination


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Wait, within bounds, until something is true, and return it."""
    deadline = time.monotonic() + WAIT_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {WAIT_S} s: {what}"
        time.sleep(0.5)
    return found
