"""The near end of ``agent.sh``: brings it to the device, calls it, and turns its exit codes into errors."""

import getpass
import io
import os
import re
import secrets
import socket
import tarfile
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources

from napalm.base.exceptions import (
    CommitConfirmException,
    CommitError,
    ConnectionException,
    LockError,
    NapalmException,
    ReplaceConfigException,
    SessionLockedException,
)

from netgen.record import Record
from netgen.session.drivers.artifacts import Artifact
from netgen.session.drivers.ssh import Connection, Result

ROOT = "/var/lib/netgen"
_FILES = ("agent.sh", "agent_kinds.sh", "agent_host_kinds.sh", "agent_opensm_kinds.sh")
# States of a commit that is neither confirmed nor undone; ``agent.sh`` describes them.
OPEN_STATES = frozenset({"applying", "pending", "confirming", "broken"})
# How long the device's tools may take for a verb that runs them; the agent bounds each of them to 180 s itself.
_TOOLS_LIMIT_S = 600.0
# What FRR, Linux and OpenSM configurations write a secret behind, for messages of tools that quote the line.
_SECRET = re.compile(r"(\b(?:password|secret|key-string|(?:m|sm|sa|cc)_key)\s+(?:= )?)\S+", re.IGNORECASE)


class Commit(Record):
    """One commit that the device knows of.

    Parameters
    ----------
    id
        Counts up; sorts as text.
    state
        ``preparing``, ``applying``, ``pending``, ``confirming``, ``confirmed``, ``undone`` (failed), ``reverted``
        (not confirmed), ``rolled-back``, or ``broken`` (could not be undone).
    session
        Name of the candidate that it came from: `LinuxDriver.commit_id`.
    deadline_s
        When the timer fires or would have, in seconds since the epoch by the device's clock.
    """

    id: str
    state: str
    session: str
    deadline_s: int
    message: str

    @property
    def open(self) -> bool:
        """Whether it still waits for its confirmation or its end."""
        return self.state in OPEN_STATES


@cache
def _program() -> Mapping[str, bytes]:
    folder = resources.files("netgen.session.drivers")
    return {name: folder.joinpath(name).read_bytes() for name in _FILES}


@cache
def _version() -> str:
    return sha256(b"".join(_program().values())).hexdigest()[:16]


def mask(text: str) -> str:
    """Return a tool's message without the secrets of the lines that it quotes."""
    return _SECRET.sub(r"\1********", text)


# By exit code of ``agent.sh``.
_ERRORS: Mapping[int, tuple[type[NapalmException], str]] = {
    10: (ReplaceConfigException, "the device refuses the candidate: {}"),
    11: (LockError, "the device is locked {}"),
    12: (SessionLockedException, "another change is under way: {}; confirm it, roll it back, or wait for its timer"),
    13: (CommitConfirmException, "{}"),
    20: (CommitError, "nothing is changed, the commit was undone: {}"),
    21: (CommitError, "the device needs a person: {}"),
}


def _error(result: Result) -> NapalmException:
    """Turn an exit code of ``agent.sh`` into an exception."""
    kind, template = _ERRORS.get(result.status, (ConnectionException, "the agent could not run: {}"))
    return kind(template.format(mask(result.stderr.strip()) or f"exit code {result.status}"))


class Agent:
    """``agent.sh`` on one device, over one connection."""

    def __init__(self, connection: Connection, lock_timeout_s: int) -> None:
        self._connection = connection
        self._lock_timeout_s = lock_timeout_s
        self.candidate = secrets.token_hex(8)
        """Name of this session's candidate, and of the commit that it becomes."""
        # Who holds the lock, for the one who waits for it.
        self._holder = _printable(f"netgen of {getpass.getuser()}@{socket.gethostname()}, process {os.getpid()}")

    def install(self) -> None:
        """Bring the program to the device, into a folder named by its content: no other session's is touched."""
        folder = f"{ROOT}/agent"
        part = f"{folder}/{_version()}.{self.candidate}"
        self._write_files(
            part,
            _program(),
            f"&& mkdir -p {ROOT}/candidate {ROOT}/commits && chmod 0700 {ROOT}"
            f" && {{ mv -T {part} {folder}/{_version()} 2>/dev/null || rm -rf {part}; }}"
            f" && find {folder} -mindepth 1 -maxdepth 1 ! -name {_version()} -mtime +7 -exec rm -rf {{}} +",
        )

    def upload(self, artifacts: Sequence[Artifact], texts: Mapping[str, str]) -> None:
        """Load the candidate: all its artifacts, in the order in which they are to be activated."""
        files = {artifact.name: texts[artifact.name].encode() for artifact in artifacts}
        files["manifest"] = "".join(artifact.manifest_line() for artifact in artifacts).encode()
        self.discard()
        self.candidate = secrets.token_hex(8)
        self._write_files(f"{ROOT}/candidate/{self.candidate}", files)

    def _write_files(self, folder: str, files: Mapping[str, bytes], after: str = "") -> None:
        """Write files through a command's standard input: no content is on a command line or world-readable."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, data in files.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(data), 0o600
                tar.addfile(entry, io.BytesIO(data))
        program = f"umask 077 && mkdir -p {folder} && tar -C {folder} --no-same-owner -xf - {after}"
        result = self._connection.run(["/bin/sh", "-c", program], stdin=archive.getvalue())
        if result.status != 0:
            raise ConnectionException(f"cannot write to {ROOT} (root is needed): {result.stderr.strip()}")

    def _call(self, verb: str, *arguments: str, timeout_s: float | None = None) -> str:
        result = self._connection.run(
            ["/bin/sh", f"{ROOT}/agent/{_version()}/agent.sh", verb, *arguments], timeout_s=timeout_s
        )
        if result.status != 0:
            raise _error(result)
        return result.stdout

    def _locking(self) -> tuple[str, str]:
        return self._holder, str(self._lock_timeout_s)

    def check(self) -> None:
        """Let the device's own tools read the candidate.

        Raises
        ------
        ReplaceConfigException
            With the first complaint; nothing is changed.
        """
        self._call("check", self.candidate, timeout_s=_TOOLS_LIMIT_S)

    def compare(self) -> dict[str, dict[str, str]]:
        """Return what the device shows, by artifact and part; ``KIND_observe`` of ``agent.sh`` names the parts."""
        return parse_parts(self._call("compare", self.candidate, timeout_s=_TOOLS_LIMIT_S))

    def commit(self, message: str, revert_in_s: int) -> None:
        """Activate the candidate; the commit is then called by the candidate's name.

        Parameters
        ----------
        message
            For the one who finds the commit pending; one line.
        revert_in_s
            Seconds until the device undoes it unless it is confirmed; 0: it is confirmed at once.
        """
        said = _printable(message) or self._holder
        self._call("commit", *self._locking(), self.candidate, str(revert_in_s), said, timeout_s=_TOOLS_LIMIT_S)

    def confirm(self, commit: str) -> None:
        """Confirm the open commit; with a name only that one."""
        self._call("confirm", *self._locking(), commit, timeout_s=_TOOLS_LIMIT_S)

    def rollback(self, commit: str) -> None:
        """Undo the open commit, or else the last confirmed one; with a name only that one."""
        self._call("rollback", *self._locking(), commit, timeout_s=_TOOLS_LIMIT_S)

    def discard(self) -> None:
        """Forget the candidate."""
        self._call("discard", self.candidate)

    def commits(self) -> list[Commit]:
        """Return all commits that the device knows of, oldest first."""
        found = []
        for line in self._call("status").splitlines():
            commit_id, state, session, deadline_s, message = line.split(" ", 4)
            found.append(Commit(commit_id, state, session, int(deadline_s), message))
        return found


def _printable(text: str) -> str:
    """Return a text as one line that a file of the device can hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]


def parse_parts(text: str) -> dict[str, dict[str, str]]:
    """Read the answer to ``compare``: a line ``ARTIFACT PART BYTES`` before each part."""
    parts: dict[str, dict[str, str]] = {}
    rest = text.encode(errors="surrogateescape")
    while rest:
        head, _, rest = rest.partition(b"\n")
        artifact, part, size = head.decode().split()
        parts.setdefault(artifact, {})[part] = rest[: int(size)].decode(errors="replace")
        rest = rest[int(size) :]
    return parts
