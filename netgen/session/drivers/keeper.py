"""The timer of a commit on a UFM, which has none: a process on netgen's own machine that puts back what there was.

It is started before the first request of a commit, with all that it needs in memory, and outlives netgen: whoever ends
netgen, by whatever signal, does not end it. Only the end of the machine does; then the change stands unconfirmed.
A UFM is managed over a network that no partition is part of, so that a change never cuts netgen off from it: that is
why the timer may live here.

While a change is made, whoever makes it holds a lock, which the kernel frees when its process ends. A timer that fires
meanwhile waits for that: what is put back while requests still come would be half of either.

It listens at a socket that its owner alone can open. So who asks knows that it lives, and nothing is left over of one
that does not. One line is a question, one line the answer:

===================  ==================================================================
``pending``          the name of the commit that waits
``confirm NAME``     ``ok``: the change stays
``rollback NAME``    ``ok``: what there was is back; else why it is not
===================  ==================================================================
"""

import contextlib
import fcntl
import hashlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

import netgen
from netgen.record import Record
from netgen.session.drivers.ufm_client import Place, UfmClient, UfmError
from netgen.session.drivers.ufm_state import parse
from netgen.session.drivers.ufm_steps import bring

START_S = 60.0
"""What a keeper may take to start."""
_RETRY_S = 5.0
_POLL_S = 0.2
_GIVE_UP_S = 3600.0
"""For how long a UFM that does not answer is tried."""
_OWNER_ONLY = 0o700
_LINE_BYTES = 4096


class KeeperError(Exception):
    """A keeper cannot be started or asked; the message says why."""


class Charge(Record):
    """What a keeper is given.

    Parameters
    ----------
    place
        The UFM.
    commit
        Name of the commit.
    timer_s
        Seconds until what there was is put back.
    before
        What there was (`netgen.session.drivers.ufm_state.text_of`).
    names
        Whether this UFM takes names of partitions.
    """

    place: Place
    commit: str
    timer_s: int
    before: str
    names: bool


# ---------------------------------------------------------------------------------------------------- near end


def start(charge: Charge) -> None:
    """Start a keeper; it keeps time from when this returns.

    Raises
    ------
    KeeperError
        If it does not start, such as where another one keeps a commit on the same UFM.
    """
    root = str(Path(netgen.__file__).parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "netgen.session.drivers.keeper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
    try:
        # By its standard input alone: the password is in no list of processes and in no file.
        said, _ = process.communicate(msgspec.json.encode(charge), timeout=START_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise KeeperError(f"the keeper of the timer has not started within {START_S:.0f} s") from None
    answer = said.decode(errors="replace").strip()
    if answer != "ready":
        raise KeeperError(f"the keeper of the timer cannot start: {answer or 'it has ended'}")


@contextlib.contextmanager
def changing(host: str, port: int) -> Iterator[None]:
    """Be the only one on this machine who changes a UFM, as long as the context lasts; no keeper puts back meanwhile.

    Raises
    ------
    KeeperError
        If somebody else is.
    """
    with _private():
        lock = _lock(_change(host, port))
    if lock is None:
        raise KeeperError("another change is under way there, or is being undone")
    try:
        yield
    finally:
        os.close(lock)


def pending(host: str, port: int) -> str | None:
    """Return the name of the commit on a UFM that a keeper waits with; ``None``: there is none."""
    return _ask(host, port, "pending", timeout_s=START_S) or None


def confirm(host: str, port: int, commit: str) -> bool:
    """Keep a change; false: it is not waiting any more."""
    return _ask(host, port, f"confirm {commit}", timeout_s=START_S) == "ok"


def rollback(host: str, port: int, commit: str, timeout_s: float) -> str:
    """Put back what there was; return ``ok``, nothing if the commit is not waiting any more, or what went wrong."""
    return _ask(host, port, f"rollback {commit}", timeout_s=timeout_s)


def _ask(host: str, port: int, question: str, *, timeout_s: float) -> str:
    """Return the answer of a keeper; empty: there is none that answers."""
    with contextlib.suppress(OSError, KeeperError), _private(), socket.socket(socket.AF_UNIX) as near:
        near.settimeout(timeout_s)
        with _short(_address(host, port)) as address:
            near.connect(address)
        near.sendall(f"{question}\n".encode())
        return near.makefile("rb").readline(_LINE_BYTES).decode().strip()
    return ""


@contextlib.contextmanager
def _private() -> Iterator[Path]:
    """Yield the folder of sockets, which nobody else may write to.

    Raises
    ------
    KeeperError
        If somebody else has made it.
    """
    folder = _folder()
    folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) != _OWNER_ONLY:
        raise KeeperError(f"{folder} is not a folder of your own that nobody else can open: remove it")
    yield folder


def _folder() -> Path:
    return Path(tempfile.gettempdir()) / f"netgen-{os.getuid()}"


def _address(host: str, port: int) -> Path:
    """Return the socket of a UFM's keeper."""
    return _folder() / f"ufm-{hashlib.sha256(f'{host} {port}'.encode()).hexdigest()[:16]}"


def _change(host: str, port: int) -> Path:
    """Return the file that whoever changes a UFM has locked."""
    return _address(host, port).with_suffix(".change")


def _lock(path: Path) -> int | None:
    """Lock a file, and return what to close to let go of it; ``None``: somebody else has it, who lives."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """Yield another name of a socket: its address has 107 characters at most (unix(7)), and a folder may have more."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


# ----------------------------------------------------------------------------------------------------- far end


def main() -> None:
    """Take charge, say so, and leave the rest to a process that nobody waits for."""
    charge = msgspec.json.decode(sys.stdin.buffer.read(), type=Charge)
    try:
        with _private():
            lock, listener = _listen(_address(charge.place.host, charge.place.port))
    except (OSError, KeeperError) as error:
        sys.stdout.write(f"{error}\n")
        return
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if os.fork() == 0:
        _leave_streams()
        _keep(listener, charge)
        os.close(lock)


def _listen(path: Path) -> tuple[int, socket.socket]:
    """Open the socket; the lock says that its keeper lives, for the kernel frees it whatever ends that."""
    lock = _lock(path.with_suffix(".lock"))
    if lock is None:
        raise KeeperError("another commit waits there, or is being undone")
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    with _short(path) as address:
        listener.bind(address)
    listener.listen()
    return lock, listener


def _leave_streams() -> None:
    """Let go of the streams that netgen reads to their end."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)


def _keep(listener: socket.socket, charge: Charge) -> None:
    """Answer until the commit is settled; when its time is over, put back what there was."""
    path = _address(charge.place.host, charge.place.port)
    deadline = time.monotonic() + charge.timer_s
    settled = False
    while not settled and (left_s := deadline - time.monotonic()) > 0:
        listener.settimeout(left_s)
        with contextlib.suppress(OSError):
            settled = _answer(listener, charge)
    # From here on nobody can confirm: who asks is told that nothing waits.
    path.unlink(missing_ok=True)
    listener.close()
    if settled:
        return
    give_up = time.monotonic() + _GIVE_UP_S
    change = _change(charge.place.host, charge.place.port)
    # Held to the end: who would change anything now is told that a change is being undone.
    while _lock(change) is None and time.monotonic() < give_up:
        time.sleep(_POLL_S)
    while _put_back(charge) != "ok" and time.monotonic() < give_up:
        time.sleep(_RETRY_S)


def _answer(listener: socket.socket, charge: Charge) -> bool:
    """Answer one question; true: the commit is settled."""
    near, _ = listener.accept()
    with near:
        near.settimeout(_RETRY_S)
        question = near.makefile("rb").readline(_LINE_BYTES).decode(errors="replace").strip()
        if question == "pending":
            said = charge.commit
        elif question == f"confirm {charge.commit}":
            said = "ok"
        elif question == f"rollback {charge.commit}":
            said = _put_back_now(charge)
        else:
            said = ""
        settled = question != "pending" and said == "ok"
        with contextlib.suppress(OSError):
            near.sendall(f"{said}\n".encode())
    return settled


def _put_back_now(charge: Charge) -> str:
    """Return ``ok``, or why what there was is not back; not while the change is still made."""
    lock = _lock(_change(charge.place.host, charge.place.port))
    if lock is None:
        return "the change is still under way"
    try:
        return _put_back(charge)
    finally:
        os.close(lock)


def _put_back(charge: Charge) -> str:
    """Return ``ok``, or why what there was is not back."""
    client = UfmClient(charge.place)
    try:
        bring(client, parse(charge.before), names=charge.names)
    except (UfmError, OSError, ValueError) as error:
        return " ".join(str(error).split())
    finally:
        client.close()
    return "ok"


if __name__ == "__main__":
    main()
