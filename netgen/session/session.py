"""The one device session: diff, apply and verify open it, and nothing else speaks to a device.

A change takes two sessions, so that what is confirmed has been seen over a connection that did not exist before::

    with open_session(target, secrets) as session:
        session.identify()
        save_backup(folder, target.device, session.backup())
        session.load(files)
        difference = session.compare(key)          # its digest must be the plan's
        commit_id = session.commit(timer_s=300)    # undoes itself from now on
    with open_session(target, secrets) as session:
        session.identify()
        session.load(files)
        assert session.compare(key).empty          # a commit that says nothing may have done nothing
        session.confirm(commit_id)
"""

import contextlib
import logging
import socket
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from netgen.record import Record
from netgen.session.adapters import eos, linux, ufm
from netgen.session.adapters.base import Adapter
from netgen.session.difference import Difference, digest_difference
from netgen.session.drivers.registry import driver_class
from netgen.session.errors import Reason, SessionError
from netgen.session.secrets import Secrets, check_private, resolve
from netgen.session.state import BgpSession, Interface, LldpNeighbour, Route
from netgen.session.target import Target
from netgen.session.translate import translate

TIMEOUT_S = 60
"""For each request: NAPALM's own default; a large candidate takes a switch tens of seconds."""
CONNECT_TIMEOUT_S = 10.0

_ADAPTERS: Mapping[str, Adapter] = MappingProxyType(
    {"eos": eos, "frr": linux, "linux": linux, "opensm": linux, "ubuntu": linux, "ufm": ufm}
)
_DEFAULT_PORTS: Mapping[str, int] = MappingProxyType(
    {"eos": 443, "frr": 22, "linux": 22, "opensm": 22, "ubuntu": 22, "ufm": 443}
)
# They log what they send and receive, passwords and configurations, and tracebacks of what is reported anyway.
_TALKATIVE = ("napalm", "netmiko", "paramiko", "pyeapi")


class Identity(Record):
    """Who answered.

    Parameters
    ----------
    hostname, serial, os_version, model
        As the device says.
    notes
        What could not be checked, or differs from the inventory without harm; for the report.
    """

    hostname: str
    serial: str
    os_version: str
    model: str
    notes: tuple[str, ...] = ()


class DeviceSession:
    """An open session; `open_session` makes it. Every method raises `SessionError`."""

    __slots__ = ("_adapter", "_driver", "_files", "_hands_off", "_secrets", "_target")

    def __init__(self, target: Target, secrets: Secrets, adapter: Adapter, driver: Any) -> None:  # noqa: ANN401
        self._target = target
        self._secrets = secrets
        self._adapter = adapter
        self._driver = driver
        self._files: Mapping[str, str] = {}
        self._hands_off = False

    def identify(self) -> Identity:
        """Check that the device is the one that the inventory names.

        Raises
        ------
        SessionError
            With the reason `Reason.IDENTITY` if its serial number is another.
        """
        with self._translated():
            facts = self._driver.get_facts()
        wanted, found = self._target, facts["serial_number"]
        notes = list(wanted.connection.warnings())
        if found is None:
            notes.append("it tells no serial number, so it was not checked")
        elif wanted.serial is None:
            notes.append("the inventory names no serial number, so it was not checked")
        elif found != wanted.serial:
            raise SessionError(
                wanted.device,
                Reason.IDENTITY,
                f"the device at {wanted.connection.address} has the serial number {found or '(none)'}, the inventory "
                f"says {wanted.serial}: correct the inventory if the device was replaced, else the cabling or address",
            )
        if wanted.os_version is not None and not _is_version(facts["os_version"], wanted.os_version):
            notes.append(f"it runs {facts['os_version']}, the inventory says {wanted.os_version}")
        if facts["hostname"] not in {wanted.device, wanted.connection.address}:
            notes.append(f"it calls itself {facts['hostname']} until the configuration is applied")
        return Identity(facts["hostname"], found or "", facts["os_version"], facts["model"], tuple(notes))

    def load(self, files: Mapping[str, str]) -> None:
        """Load the whole candidate, of which nothing takes effect yet.

        Parameters
        ----------
        files
            Rendered texts by the names of the platform's artifacts; their secrets are filled in here.
        """
        with self._translated():
            filled = {name: self._secrets.fill(text) for name, text in files.items()}
        self._load(filled)

    def load_backup(self, files: Mapping[str, str]) -> None:
        """Load what `backup` returned as the candidate: the way back to what ran before."""
        self._load(files)

    def compare(self, key: bytes) -> Difference:
        """Return what a commit would change.

        Parameters
        ----------
        key
            Of the plan's digests (`netgen.session.difference.digest_key`).
        """
        with self._translated():
            true_text = self._driver.compare_config()
        digest = digest_difference(key, self._target.device, true_text)
        return Difference(self._secrets.redact(true_text), digest)

    def commit(self, timer_s: int | None) -> str:
        """Make the candidate the configuration; closing the session does not undo it.

        Parameters
        ----------
        timer_s
            Seconds after which the device goes back by itself unless `confirm` comes; ``None``: for good.

        Returns
        -------
        str
            What another session's `confirm` and `abort` are given; plain text that can be kept in a journal.

        Raises
        ------
        SessionError
            With `Reason.UNKNOWN` if the connection was lost: a new session tells what became of it.
        """
        if timer_s is not None and not 1 <= timer_s <= self._adapter.MAX_TIMER_S:
            raise SessionError(
                self._target.device,
                Reason.UNSUPPORTED,
                f"a commit timer is from 1 s to {self._adapter.MAX_TIMER_S} s here, not {timer_s} s",
            )
        commit_id = self.commit_id
        # Whatever happens from here on, closing must not undo what may have been done.
        self._hands_off = True
        with self._translated(committing=True):
            self._driver.commit_config(revert_in=timer_s)
        return commit_id

    @property
    def commit_id(self) -> str:
        """What names this session's commit, known before it is done: for a journal that is written first."""
        return self._adapter.candidate_id(self._driver)

    def pending(self) -> list[str]:
        """Return the commits on the device that wait for their confirmation, whoever made them, as `commit` does."""
        with self._translated():
            return self._adapter.pending(self._driver)

    def confirm(self, commit_id: str) -> None:
        """Keep a timed commit.

        Raises
        ------
        SessionError
            With `Reason.EXPIRED` if that commit is not pending any more.
        """
        self._take_over(commit_id)
        with self._translated(committing=True):
            self._driver.confirm_commit()

    def abort(self, commit_id: str) -> None:
        """Undo a timed commit now instead of waiting for its timer.

        Raises
        ------
        SessionError
            With `Reason.EXPIRED` if it is not pending any more.
        """
        self._take_over(commit_id)
        with self._translated(committing=True):
            self._driver.rollback()

    def discard(self) -> None:
        """Throw the candidate away."""
        with self._translated():
            self._driver.discard_config()
        self._files = {}

    def backup(self) -> dict[str, str]:
        """Return what runs now, as files for `load_backup`; they hold secrets: keep them with `save_backup` only."""
        with self._translated():
            return self._adapter.backup(self._driver)

    def lldp(self) -> list[LldpNeighbour]:
        """Return who is heard at every port; sorted."""
        with self._translated():
            return self._adapter.lldp(self._driver)

    def bgp(self) -> list[BgpSession]:
        """Return the BGP sessions; sorted."""
        with self._translated():
            return self._adapter.bgp(self._driver)

    def interfaces(self) -> list[Interface]:
        """Return the interfaces; sorted."""
        with self._translated():
            return self._adapter.interfaces(self._driver)

    def routes(self) -> list[Route]:
        """Return the IPv4 routes of the default table with all their next hops; sorted."""
        with self._translated():
            return self._adapter.routes(self._driver)

    def ask(self, program: str, *arguments: str, timeout_s: float | None = None) -> str:
        """Return what a program prints that looks at an InfiniBand fabric from its subnet manager, as ``sminfo``."""
        with self._translated():
            if not hasattr(self._driver, "ask"):
                raise NotImplementedError("this device manages no InfiniBand fabric")
            return str(self._driver.ask(program, *arguments, timeout_s=timeout_s))

    def close(self) -> None:
        """End the session: a candidate is thrown away, a commit is left alone."""
        if self._hands_off:
            self._adapter.detach(self._driver)
        # What cannot be said to the device any more, its own end of the session settles.
        with contextlib.suppress(Exception):
            self._driver.close()
        # NAPALM's `__del__` would try again, with waiting.
        self._adapter.detach(self._driver)

    def _load(self, files: Mapping[str, str]) -> None:
        self._files = files
        with self._translated():
            self._adapter.load(self._driver, files)

    def _take_over(self, commit_id: str) -> None:
        with self._translated():
            if self._files:
                self._driver.discard_config()
                self._files = {}
            if commit_id not in self._adapter.pending(self._driver):
                raise SessionError(
                    self._target.device,
                    Reason.EXPIRED,
                    f"the commit {commit_id} does not wait for confirmation: its timer has fired, or it was settled",
                )
            self._adapter.attach(self._driver, commit_id)
        self._hands_off = True

    @contextlib.contextmanager
    def _translated(self, *, committing: bool = False) -> Iterator[None]:
        try:
            yield
        except SessionError:
            raise
        except Exception as error:
            translated = translate(error, self._target.device, self._secrets, committing=committing)
            raise self._explained(error, translated) from None

    def _explained(self, error: Exception, translated: SessionError) -> SessionError:
        """Add who holds the lock, or which line is refused."""
        if translated.reason is Reason.LOCKED:
            with contextlib.suppress(Exception):
                holders = self._adapter.lock_holders(self._driver)
                if holders:
                    translated = SessionError(self._target.device, Reason.LOCKED, f"{translated.message}: {holders}")
        if translated.reason is Reason.REFUSED:
            place = self._adapter.refused_line(str(error), self._files) if self._files else None
            if place is not None:
                file, line = place
                message = f"{file}:{line}: {translated.message}"
                return SessionError(self._target.device, Reason.REFUSED, message, file=file, line=line)
        return translated


@contextlib.contextmanager
def open_session(target: Target, secrets: Secrets, *, timeout_s: int = TIMEOUT_S) -> Iterator[DeviceSession]:
    """Open a session with a device, and close it at the end, also on an error.

    Parameters
    ----------
    target
        The device.
    secrets
        Of its cluster; the login is added to what is kept out of messages.
    timeout_s
        For each request, in seconds.

    Raises
    ------
    SessionError
        If it cannot be opened.
    """
    session = _open(target, secrets, timeout_s)
    try:
        yield session
    finally:
        session.close()


def import_drivers() -> None:
    """Import NAPALM, which takes seconds, before threads do it all at once."""
    _silence()
    driver_class("eos")


def _open(target: Target, secrets: Secrets, timeout_s: int) -> DeviceSession:
    adapter = _ADAPTERS.get(target.driver)
    if adapter is None:
        known = ", ".join(_ADAPTERS)
        raise SessionError(
            target.device, Reason.UNSUPPORTED, f"netgen has no session for the driver {target.driver}; known: {known}"
        )
    _silence()
    connection = target.connection
    try:
        _check_trust(target)
        password = _password(target, secrets)
        _check_reachable(target)
        driver = driver_class(target.driver)(
            connection.address, connection.username, password, timeout_s, adapter.options(connection)
        )
    except Exception as error:
        raise translate(error, target.device, secrets) from None
    session = DeviceSession(target, secrets, adapter, driver)
    try:
        driver.open()
    except Exception as error:
        session.close()
        raise translate(error, target.device, secrets) from None
    return session


def _check_trust(target: Target) -> None:
    """Say which file is missing, where a library would only say that one is."""
    for what, path in (("certificate", target.connection.ca), ("host keys", target.connection.known_hosts)):
        if path is not None and target.connection.verify and not path.is_file():
            raise SessionError(
                target.device, Reason.UNTRUSTED, f"there is no file of trusted {what} {path}: nothing can be trusted"
            )


def _password(target: Target, secrets: Secrets) -> str:
    connection = target.connection
    if connection.key is not None:
        check_private(connection.key, "the private key")
    if connection.password is None:
        return ""
    password = resolve(f"password of {connection.username}", connection.password)
    secrets.guard(password, "[password]")
    return password


def _check_reachable(target: Target) -> None:
    """Try the port first: libraries wait longer, and say less."""
    port = target.connection.port or _DEFAULT_PORTS[target.driver]
    try:
        socket.create_connection((target.connection.address, port), CONNECT_TIMEOUT_S).close()
    except OSError as error:
        words = "no answer" if isinstance(error, TimeoutError) else (error.strerror or str(error)).lower()
        raise SessionError(
            target.device, Reason.UNREACHABLE, f"cannot be reached at {target.connection.address} port {port}: {words}"
        ) from None


def _is_version(found: str, wanted: str) -> bool:
    # EOS appends its build: 4.32.2F-38195967.4322F.
    return found == wanted or found.startswith(f"{wanted}-")


def _silence() -> None:
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
