"""NAPALM driver of NVIDIA UFM: its partitions, over the REST API."""

import secrets
from pathlib import Path
from typing import Any

from napalm.base import NetworkDriver
from napalm.base.exceptions import (
    CommandErrorException,
    CommitConfirmException,
    CommitError,
    ConnectAuthError,
    ConnectionClosedException,
    ConnectionException,
    NapalmException,
    ReplaceConfigException,
    SessionLockedException,
    UnsupportedVersion,
)

from netgen.session.drivers import keeper
from netgen.session.drivers.ufm_client import Place, Trouble, UfmClient, UfmError
from netgen.session.drivers.ufm_state import FILE, State, ask, difference, parse, text_of
from netgen.session.drivers.ufm_steps import SETTLE_S, bring

_OLDEST = (6, 19)
"""The first that tells what the default partition makes of every port (NVIDIA/infra-controller, ib/ufmclient)."""
_NAMES_SINCE = (6, 22)
"""The first whose guide has ``partition_name``."""
_PORTS = "/resources/ports?sys_type=Computer"
"""Those of hosts, with ``guid``, ``logical_state``, ``system_name`` and ``dname`` (there)."""
_OPEN_DEFAULT = (
    "UFM makes every port a full member of the default partition 0x7fff, so that all reach all whatever other "
    "partitions say: set `default_membership = limited` in the section [MngNetwork] of its gv.cfg, and restart it"
)
_ERRORS: dict[Trouble, type[NapalmException]] = {
    Trouble.CONNECTION: ConnectionException,
    Trouble.AUTHENTICATION: ConnectAuthError,
    Trouble.REFUSED: CommandErrorException,
    Trouble.NOT_UNDERSTOOD: CommandErrorException,
}


class UfmDriver(NetworkDriver):  # type: ignore[misc]  # NAPALM is untyped here
    """A UFM, whose configuration is its partitions.

    Parameters
    ----------
    hostname, username, password, timeout
        As every NAPALM driver's; `timeout` in seconds bounds each request.
    optional_args
        ``port`` (443), ``ca`` (file of the authority to trust; the system's without it), and ``verify``: its
        certificate is verified unless it is false.
    """

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        said = optional_args or {}
        self.hostname, self.username, self.timeout = hostname, username, timeout
        port, ca, verify = int(said.get("port", 443)), said.get("ca"), said.get("verify", True)
        self._place = Place(hostname, port, username, password, timeout, ca, bool(verify))
        self._client: UfmClient | None = None
        self._version = ""
        self._candidate: State | None = None
        self.commit_id = ""
        """What `confirm_commit` and `rollback` are about; set by a second process."""

    # ------------------------------------------------------------------------------------------- connection

    def open(self) -> None:
        """Connect, and see that it is a UFM of which enough is known.

        Raises
        ------
        UnsupportedVersion
            If it is older than what says who is in its default partition.
        ConnectionException, ConnectAuthError, CommandErrorException
            If it does not answer, lets nobody in, or is no UFM.
        """
        self._client = UfmClient(self._place)
        self._version = str(self._asked("/app/ufm_version").get("ufm_release_version", ""))
        if _number(self._version) < _OLDEST:
            self.close()
            oldest = ".".join(map(str, _OLDEST))
            raise UnsupportedVersion(
                f"UFM {self._version or 'of an unknown version'} does not tell what its default partition makes of "
                f"every port: netgen needs {oldest} or later"
            )

    def close(self) -> None:
        """Disconnect. A pending commit stays pending: its keeper is a process of its own."""
        client, self._client, self._candidate = self._client, None, None
        if client is not None:
            client.close()

    def is_alive(self) -> dict[str, bool]:
        """Whether the driver is open."""
        return {"is_alive": self._client is not None}

    def _open_client(self) -> UfmClient:
        if self._client is None:
            raise ConnectionClosedException(f"{self.hostname}: the driver is not open")
        return self._client

    def _asked(self, path: str) -> dict[str, Any]:
        try:
            found = self._open_client().ask(path)
        except UfmError as error:
            raise _napalm(error) from error
        return found if isinstance(found, dict) else {}

    def _state(self) -> State:
        try:
            return ask(self._open_client())
        except UfmError as error:
            raise _napalm(error) from error

    # ---------------------------------------------------------------------------------------- configuration

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load the partitions that there shall be, all of them.

        Parameters
        ----------
        filename
            File to read them from; takes precedence.
        config
            The text itself, as netgen renders it.

        Raises
        ------
        ReplaceConfigException
            If it is not a list of partitions, or if UFM's default partition would make them worth nothing.
        """
        text = Path(filename).read_text(encoding="utf-8") if filename is not None else config or ""
        try:
            candidate = parse(text)
        except ValueError as error:
            raise ReplaceConfigException(f"{self.hostname}: {error}") from None
        if candidate.everybody != "full" and self._state().everybody == "full":
            raise ReplaceConfigException(f"{self.hostname}: {_OPEN_DEFAULT}")
        self._candidate, self.commit_id = candidate, secrets.token_hex(8)

    def compare_config(self) -> str:
        """Return what a commit would change, as a diff of the rendered file; empty where nothing would change."""
        return "" if self._candidate is None else difference(self._state(), self._candidate)

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:  # noqa: ARG002 - NAPALM's signature
        """Make the candidate UFM's partitions, all or none.

        Parameters
        ----------
        message
            Not kept: UFM's own audit log has who changed what.
        revert_in
            Seconds after which everything is put back unless `confirm_commit` came; ``None``: confirmed at once.

        Raises
        ------
        CommitError
            When a request failed: says which, what UFM said, and whether everything was put back.
        SessionLockedException
            When another commit from this machine waits.
        ConnectionException
            When the connection was lost: what UFM has done is to be read over a new one.
        """
        if self._candidate is None:
            raise ReplaceConfigException(f"{self.hostname}: no candidate is loaded")
        if revert_in is not None and revert_in < 1:
            raise CommitConfirmException(f"revert_in is {revert_in}: at least 1 s is needed")
        waiting = keeper.pending(self._place.host, self._place.port)
        if waiting is not None:
            raise SessionLockedException(f"the commit {waiting} of netgen on this machine waits for its confirmation")
        try:
            with keeper.changing(self._place.host, self._place.port):
                failure, undone = self._change(self._candidate, revert_in)
        except keeper.KeeperError as error:
            raise SessionLockedException(f"{self.hostname}: {error}") from error
        if failure is not None and revert_in is not None:
            said = keeper.rollback(self._place.host, self._place.port, self.commit_id, self._patience_s())
            undone = _how_undone(said, "; its timer tries again")
        if failure is not None:
            raise CommitError(f"{self.hostname}: {failure}; {undone}") from failure

    def _change(self, candidate: State, revert_in: int | None) -> tuple[UfmError | None, str]:
        """Make the requests; return why they failed and, where no keeper is there to put back, how that went."""
        before = self._state()
        if revert_in is not None:
            keeper.start(keeper.Charge(self._place, self.commit_id, revert_in, text_of(before), self._takes_names()))
        try:
            bring(self._open_client(), candidate, names=self._takes_names())
        except UfmError as error:
            if error.trouble is Trouble.CONNECTION:
                raise _napalm(error) from error
            return error, "" if revert_in is not None else self._put_back(before)
        return None, ""

    def _put_back(self, before: State) -> str:
        """Put back what there was before a commit that failed, and say how that went."""
        try:
            bring(self._open_client(), before, names=self._takes_names())
        except UfmError as error:
            return _how_undone(str(error), "")
        return _how_undone("ok", "")

    def _patience_s(self) -> float:
        """Return how long a keeper may take to put everything back, in seconds."""
        return self.timeout + 2 * SETTLE_S

    def _takes_names(self) -> bool:
        return _number(self._version) >= _NAMES_SINCE

    def pending(self) -> list[str]:
        """Return the commits on this UFM that wait for their confirmation, as far as they were made on this machine."""
        waiting = keeper.pending(self._place.host, self._place.port)
        return [] if waiting is None else [waiting]

    def has_pending_commit(self) -> bool:
        """Whether a commit waits."""
        return bool(self.pending())

    def confirm_commit(self) -> None:
        """Keep the commit of `commit_id`.

        Raises
        ------
        CommitConfirmException
            When it does not wait any more.
        """
        if not keeper.confirm(self._place.host, self._place.port, self.commit_id):
            raise CommitConfirmException(f"{self.hostname}: the commit {self.commit_id} does not wait any more")

    def discard_config(self) -> None:
        """Forget the candidate."""
        self._candidate = None

    def rollback(self) -> None:
        """Put back what there was before the commit of `commit_id`.

        Raises
        ------
        CommitConfirmException
            When it does not wait any more: nothing is changed.
        CommitError
            When it cannot be put back now; its timer tries again.
        """
        said = keeper.rollback(self._place.host, self._place.port, self.commit_id, self._patience_s())
        if not said:
            raise CommitConfirmException(f"{self.hostname}: the commit {self.commit_id} does not wait any more")
        if said != "ok":
            raise CommitError(f"{self.hostname}: {_how_undone(said, '; its timer tries again')}")

    # ---------------------------------------------------------------------------------------------- getters

    def get_facts(self) -> dict[str, Any]:
        """Return what UFM says of itself; no path of its API tells a serial number, which is ``None`` therefore."""
        return {
            "uptime": -1.0,
            "vendor": "NVIDIA",
            "os_version": self._version,
            "serial_number": None,
            "model": "UFM Enterprise",
            "hostname": self.hostname,
            "fqdn": self.hostname,
            "interface_list": [],
        }

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,  # noqa: ARG002 - NAPALM's signature; there is no fuller form
        sanitized: bool = False,  # noqa: ARG002 - partitions hold no secrets
        format: str = "text",  # noqa: A002 - NAPALM's name for it
    ) -> dict[str, str]:
        """Return the partitions that UFM has, as `load_replace_candidate` takes them; it has no other configuration."""
        if format != "text":
            raise NotImplementedError(f"format {format}: partitions are text here")
        candidate = "" if self._candidate is None else text_of(self._candidate)
        texts = {"running": text_of(self._state()), "startup": "", "candidate": candidate}
        return {kind: text if retrieve in {kind, "all"} else "" for kind, text in texts.items()}

    def get_artifacts(self) -> dict[str, str]:
        """Return the partitions that UFM has, by the name of the rendered file."""
        return {FILE: self.get_config(retrieve="running")["running"]}

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        """Return the ports of hosts that UFM sees, by their GUIDs; speeds and MTUs are not told."""
        try:
            found = self._open_client().ask(_PORTS)
            return {
                f"0x{int(port['guid'], 16):016x}": {
                    "is_up": port["logical_state"] == "Active",
                    "is_enabled": True,
                    "description": f"{port['system_name']} {port['dname']}",
                    "last_flapped": -1.0,
                    "speed": 0.0,
                    "mtu": -1,
                    "mac_address": "",
                }
                for port in found
            }
        except UfmError as error:
            raise _napalm(error) from error
        except (KeyError, TypeError, ValueError) as error:
            raise CommandErrorException(f"{self.hostname}: the list of ports is not UFM's ({error!r})") from None

    def get_lldp_neighbors(self) -> dict[str, list[dict[str, str]]]:
        """Return nothing: a UFM hears no LLDP."""
        return {}


def _napalm(error: UfmError) -> NapalmException:
    found: NapalmException = _ERRORS[error.trouble](str(error))
    return found


def _how_undone(said: str, otherwise: str) -> str:
    return (
        "what there was is back" if said == "ok" else f"what there was is not back ({said or 'no answer'}){otherwise}"
    )


def _number(version: str) -> tuple[int, ...]:
    """Return the numbers of a version such as ``6.22.1-5``, as far as they go."""
    numbers = []
    for part in version.partition("-")[0].split("."):
        if not part.isdecimal():
            break
        numbers.append(int(part))
    return tuple(numbers)
