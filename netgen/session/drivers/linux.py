"""NAPALM driver of a Debian host: links, addresses and kernel settings, in one transaction, over SSH."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from napalm.base import NetworkDriver
from napalm.base.exceptions import (
    CommandErrorException,
    CommitConfirmException,
    ConnectionClosedException,
    ReplaceConfigException,
)

from netgen.session.drivers import getters
from netgen.session.drivers.agent import Agent, Commit, mask
from netgen.session.drivers.artifacts import FRR, LINUX_ARTIFACTS, Artifact
from netgen.session.drivers.ssh import Connection, connect, endpoint


class LinuxDriver(NetworkDriver):  # type: ignore[misc]  # NAPALM is untyped here
    """A Linux device whose configuration is the files of `ARTIFACTS`.

    Parameters
    ----------
    hostname, username, password, timeout
        As every NAPALM driver's; `timeout` in seconds bounds each connection and each query.
    optional_args
        ``port`` (22), ``key_file``, ``passphrase``, ``known_hosts`` (a file; the user's own without it), ``sudo``
        (for an account other than root), ``allow_agent``, ``lock_timeout`` (seconds to wait for another session's
        commit, 20), and ``insecure_host_key``: host keys are checked, and
        unknown ones refused, unless it is true.
    """

    ARTIFACTS: ClassVar[tuple[Artifact, ...]] = LINUX_ARTIFACTS
    VENDOR: ClassVar[str] = "Debian"

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        self.hostname, self.username, self.timeout = hostname, username, timeout
        self._endpoint = endpoint(hostname, username, password, timeout, optional_args or {})
        self._lock_timeout_s = int((optional_args or {}).get("lock_timeout", 20))
        self._connection: Connection | None = None
        self._agent: Agent | None = None
        self._candidate: dict[str, str] = {}
        self.commit_id = ""
        """What `confirm_commit` and `rollback` are about: this session's own commit, known once a candidate is
        loaded, and to be set by a second process. Empty: whichever is pending, or was the last."""

    # ------------------------------------------------------------------------------------------- connection

    def open(self) -> None:
        """Log in and bring the agent to the device."""
        self._connection = connect(self._endpoint)
        self._agent = Agent(self._connection, self._lock_timeout_s)
        try:
            self._agent.install()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Log out. A pending commit stays pending: its timer lives on the device."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if self._agent is not None and self._candidate:
                self._agent.discard()
        except ConnectionClosedException:
            pass  # the device forgets a candidate by itself
        finally:
            self._candidate = {}
            connection.close()

    def is_alive(self) -> dict[str, bool]:
        """Whether the connection is up."""
        return {"is_alive": self._connection is not None and self._connection.is_alive()}

    def _open_agent(self) -> Agent:
        if self._connection is None or self._agent is None:
            raise ConnectionClosedException(f"{self.hostname}: the driver is not open")
        return self._agent

    def _ask(self, *command: str, timeout_s: float | None = None) -> str:
        """Return what a command prints; one that fails is an error."""
        self._open_agent()
        result = self._connection.run(command, timeout_s=timeout_s)  # type: ignore[union-attr]  # open, see above
        if result.status != 0:
            said = mask((result.stderr or result.stdout).strip())
            raise CommandErrorException(f"{self.hostname}: {command[0]} failed: {said or result.status}")
        return result.stdout

    def _ask_json(self, *command: str) -> Any:  # noqa: ANN401 - whatever the tool prints
        return json.loads(self._ask(*command) or "[]")

    # ---------------------------------------------------------------------------------------- configuration

    def load_replace_artifacts(self, files: Mapping[str, str]) -> None:
        """Load the whole candidate: every artifact that is to be as given, in one transaction.

        Parameters
        ----------
        files
            Texts by artifact name, of `ARTIFACTS`. An artifact that is not named is left alone.

        Raises
        ------
        ReplaceConfigException
            When a name is unknown, or the device's own tools refuse a text; nothing is changed.
        """
        agent = self._open_agent()
        known = [artifact.name for artifact in self.ARTIFACTS]
        unknown = sorted(set(files) - set(known))
        if unknown or not files:
            raise ReplaceConfigException(
                f"{self.hostname}: no artifact {', '.join(unknown)}: there are {', '.join(known)}"
            )
        agent.upload([artifact for artifact in self.ARTIFACTS if artifact.name in files], files)
        self._candidate, self.commit_id = dict(files), agent.candidate
        try:
            agent.check()
        except ReplaceConfigException:
            self.discard_config()
            raise

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load the main artifact alone: ``interfaces`` on a host, ``frr.conf`` on a router.

        Parameters
        ----------
        filename
            File to read it from; takes precedence.
        config
            The text itself.
        """
        if filename is None and config is None:
            raise ReplaceConfigException("neither a file nor a text is given")
        text = Path(filename).read_text(encoding="utf-8") if filename is not None else config
        self.load_replace_artifacts({self._main_artifact().name: text or ""})

    def _main_artifact(self) -> Artifact:
        return self.ARTIFACTS[0]

    def compare_config(self) -> str:
        """Return what a commit would change, as unified diffs; empty where nothing would change.

        Each artifact is compared with what runs on the device and with the file that the device boots from, which
        are titled ``(running)``, ``(live)``, ``(on the device)`` and ``(saved)``.
        """
        if not self._candidate:
            return ""
        observed = self._open_agent().compare()
        return "".join(
            artifact.compare(self._candidate[artifact.name], observed.get(artifact.name, {}))
            for artifact in self.ARTIFACTS
            if artifact.name in self._candidate
        )

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate the configuration, all artifacts or none.

        Parameters
        ----------
        message
            Kept on the device with the commit; one line.
        revert_in
            Seconds after which the device undoes everything unless `confirm_commit` came; ``None``: confirmed at
            once.

        Raises
        ------
        CommitError
            When a step failed: says which, what the tool said, and whether everything was undone.
        LockError
            When another session is committing.
        SessionLockedException
            When another session's commit is pending.
        ConnectionClosedException
            When the connection was lost: the one of `commits`, on a new connection, whose ``session`` is `commit_id`
            tells what became of it.
        """
        if revert_in is not None and revert_in < 1:
            raise CommitConfirmException(f"revert_in is {revert_in}: at least 1 s is needed")
        if not self._candidate:
            raise ReplaceConfigException(f"{self.hostname}: no candidate is loaded")
        self._open_agent().commit(message, revert_in or 0)

    def commits(self) -> list[Commit]:
        """Return the commits that the device knows of, oldest first."""
        return self._open_agent().commits()

    def has_pending_commit(self) -> bool:
        """Whether a commit, this session's or another's, is neither confirmed nor undone."""
        return any(commit.open for commit in self.commits())

    def confirm_commit(self) -> None:
        """Keep the pending commit: the files that the device boots from become its own, and the timer is stopped."""
        self._open_agent().confirm(self.commit_id)

    def discard_config(self) -> None:
        """Forget the candidate; what was committed stays."""
        self._open_agent().discard()
        self._candidate = {}

    def rollback(self) -> None:
        """Undo the commit of `commit_id`, else the pending one, else the last: what ran before it runs and boots again.

        Raises
        ------
        CommitConfirmException
            When there is none, or when it was undone already, as by its timer: nothing is changed.
        """
        self._open_agent().rollback(self.commit_id)
        self.commit_id = ""

    # ---------------------------------------------------------------------------------------------- getters

    def get_facts(self) -> dict[str, Any]:
        """Return what the device says of itself; the serial number is its firmware's (DMI)."""
        release = getters.os_release(self._ask("cat", "/etc/os-release"))
        links = self._ask_json("ip", "-j", "link", "show")
        hostname = self._ask("hostname").strip()
        return {
            "uptime": float(self._ask("cat", "/proc/uptime").split()[0]),
            "vendor": self.VENDOR,
            "os_version": self._os_version(release),
            "serial_number": self._dmi("product_serial"),
            "model": self._dmi("product_name"),
            "hostname": hostname,
            "fqdn": hostname,
            "interface_list": [link["ifname"] for link in links],
        }

    def _os_version(self, release: Mapping[str, str]) -> str:
        return release.get("VERSION_ID", "")

    def _dmi(self, name: str) -> str:
        try:
            return self._ask("cat", f"/sys/class/dmi/id/{name}").strip()
        except CommandErrorException:
            return ""  # a machine without firmware tables

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,  # noqa: ARG002 - NAPALM's signature; there is no fuller form
        sanitized: bool = False,
        format: str = "text",  # noqa: A002 - NAPALM's name for it
    ) -> dict[str, str]:
        """Return the configurations as text; of several artifacts each under a line ``# <path>``."""
        if format != "text":
            raise NotImplementedError(f"format {format}: a Linux device has text only")
        makers = {"running": self._running, "startup": self._startup, "candidate": self._loaded}
        texts = {kind: make() if retrieve in {kind, "all"} else "" for kind, make in makers.items()}
        return {kind: mask(text) for kind, text in texts.items()} if sanitized else texts

    def _running(self) -> str:
        return self._startup()

    def _startup(self) -> str:
        return "".join(f"# {artifact.target}\n{self._read(artifact.target)}" for artifact in self.ARTIFACTS)

    def _read(self, path: str) -> str:
        """Return a file's text, empty where there is none."""
        return self._ask("/bin/sh", "-c", 'if [ -f "$1" ]; then cat "$1"; fi', "sh", path)

    def _loaded(self) -> str:
        found = [artifact for artifact in self.ARTIFACTS if artifact.name in self._candidate]
        return "".join(f"# {artifact.target}\n{self._candidate[artifact.name]}" for artifact in found)

    def get_artifacts(self) -> dict[str, str]:
        """Return what runs by artifact name, as `load_replace_artifacts` takes it."""
        found = {artifact.name: self._read(artifact.target) for artifact in self.ARTIFACTS if artifact != FRR}
        # FRR's running configuration may be another than its file; where FRR does not run, nobody could take it back.
        routes = FRR in self.ARTIFACTS and self._routes()
        return {**found, FRR.name: self._vtysh("show running-config no-header")} if routes else found

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        """Return the links; a speed of 0 Mbit/s is one that the driver does not tell."""
        shown = self._ask("sh", "-c", "grep -s . /sys/class/net/*/speed || true")
        speeds = {m[1]: float(m[2]) for m in re.finditer(r"/net/([^/]+)/speed:(\d+)", shown)}
        return getters.interfaces(self._ask_json("ip", "-j", "link", "show"), speeds)

    def get_interfaces_ip(self) -> dict[str, Any]:
        """Return the addresses of the links."""
        return getters.interfaces_ip(self._ask_json("ip", "-j", "address", "show"))

    def get_lldp_neighbors_detail(self, interface: str = "") -> dict[str, list[dict[str, Any]]]:
        """Return the neighbours that lldpd hears, by own port; with `interface` of that port alone."""
        shown = getters.lldp_neighbors_detail(self._ask_json("lldpcli", "-f", "json0", "show", "neighbors", "details"))
        return {name: found for name, found in shown.items() if interface in {"", name}}

    def get_lldp_neighbors(self) -> dict[str, list[dict[str, str]]]:
        """Return the neighbours that lldpd hears, in short."""
        return getters.lldp_neighbors(self.get_lldp_neighbors_detail())

    def get_bgp_neighbors(self) -> dict[str, Any]:
        """Return BGP sessions by VRF and neighbour; an unnumbered one is called by its port. None where none runs."""
        if not self._routes():
            return {}
        summary = self._vtysh_json("show bgp vrf all summary")
        return getters.bgp_neighbors(summary or {}, self._vtysh_json("show bgp vrf all neighbors") or {})

    def _routes(self) -> bool:
        """Whether FRR's BGP runs here, as on a router and on a host that announces itself."""
        return self._ask("/bin/sh", "-c", "if [ -S /run/frr/bgpd.vty ]; then echo yes; fi") != ""

    def _vtysh(self, command: str) -> str:
        return self._ask("vtysh", "-c", command)

    def _vtysh_json(self, command: str) -> Any:  # noqa: ANN401 - whatever FRR prints
        return self._ask_json("vtysh", "-c", f"{command} json")

    def get_kernel_next_hops(self, destination: str = "") -> dict[str, list[dict[str, str]]]:
        """Return what the kernel forwards by: ``{prefix: [{"gateway", "interface"}, ...]}``, usable next hops only.

        Parameters
        ----------
        destination
            A prefix; empty: the whole main table.
        """
        return getters.kernel_next_hops(self._ask_json("ip", "-j", "route", "show", *filter(None, [destination])))

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> dict[str, Any]:
        """Return the kernel's routes to a prefix, a route a next hop."""
        selector = ["root", destination] if longer and destination else [destination] if destination else []
        shown = self._ask_json("ip", "-j", "route", "show", *selector, *(["proto", protocol] if protocol else []))
        return getters.kernel_routes(shown)

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, str]:
        """Run commands of the device's own command line, here the shell, and return what each prints."""
        if encoding != "text":
            raise NotImplementedError(f"encoding {encoding}: a Linux device has text only")
        return {command: self._ask(*self._command_line(command)) for command in commands}

    def _command_line(self, command: str) -> tuple[str, ...]:
        return ("/bin/sh", "-c", command)

    def ping(
        self,
        destination: str,
        source: str = "",
        ttl: int = 255,
        timeout: int = 2,
        size: int = 100,
        count: int = 5,
        vrf: str = "",
        source_interface: str = "",
    ) -> dict[str, Any]:
        """Ping from the device; `timeout` in seconds, `size` in bytes."""
        prefix = ["ip", "vrf", "exec", vrf] if vrf else []
        origin = source or source_interface
        self._open_agent()
        result = self._connection.run(  # type: ignore[union-attr]  # open, see above
            [*prefix, "ping", "-n", "-i", "0.2", "-t", str(ttl), "-W", str(timeout), "-s", str(size), "-c", str(count)]
            + (["-I", origin] if origin else [])
            + ["--", destination],
            timeout_s=self.timeout + count * timeout,
        )
        return getters.ping_result(result.stdout if "transmitted" in result.stdout else result.stderr)
