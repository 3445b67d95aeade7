"""One switch: its configurations, its sessions and its commit timer. No sockets, and only the clock it is given."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from netgen.lab.eos.config import Block, Editor, clean, render
from netgen.lab.eos.diff import unified
from netgen.lab.eos.grammar import Grammar
from netgen.lab.spec import LabNode
from netgen.record import Record

MANAGEMENT_PORT = "Management1"

MAX_OPEN_SESSIONS = 5
MAX_SAVED_SESSIONS = 1
"""As a switch shows them (`maxOpenSessions`, `maxSavedSessions`): github.com/napalm-automation/napalm/issues/2166."""

BOOTSTRAP = (
    "hostname {name}",
    "management api http-commands",
    "no shutdown",
)
"""What a switch must have before anybody can reach its API; the lab's stand-in for zero-touch provisioning."""


class CommandFailed(RuntimeError):  # noqa: N818 - the words of eAPI: "could not run command"
    """A command that was understood and could not be done; the message is EOS's."""


class Session(Struct):
    """A configuration session.

    Parameters
    ----------
    name
        Its name.
    candidate
        What a commit would make the running configuration.
    user
        Who opened it.
    completed_at_s
        When it was committed (the clock of the device), or ``None`` while it is pending.
    """

    name: str
    candidate: Block
    user: str
    completed_at_s: float | None = None


class CommitTimer(Record):
    """A commit that undoes itself unless it is confirmed in time.

    Parameters
    ----------
    session
        The session that was committed.
    deadline_s
        When it undoes itself, on the clock of the device.
    before
        The running configuration to go back to.
    """

    session: str
    deadline_s: float
    before: Block


@dataclass(slots=True)
class Device:
    """The state of one switch.

    Parameters
    ----------
    node
        What it says of itself, and its ports.
    grammar
        What it understands.
    clock
        Seconds since the epoch.
    """

    node: LabNode
    grammar: Grammar
    clock: Callable[[], float]
    serial: str = ""
    booted_at_s: float = 0.0
    ports: frozenset[str] = frozenset()
    running: Block = field(init=False)
    startup: Block = field(init=False)
    flash: dict[str, Block] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    timer: CommitTimer | None = None
    _shown: tuple[Block, list[str]] | None = None

    def __post_init__(self) -> None:
        self.serial = self.serial or self.node.serial
        self.booted_at_s = self.clock()
        self.ports = frozenset((*self.node.ports, MANAGEMENT_PORT))
        self.running = clean(self.ports, self.grammar)
        editor = Editor(self.grammar, self.running, self.ports)
        for line in BOOTSTRAP:
            editor.enter(line.format(name=self.node.name))
        self.startup = self.running

    def tick(self) -> bool:
        """Let the commit timer fire if its time has come; return whether it did."""
        if self.timer is None or self.clock() < self.timer.deadline_s:
            return False
        self.running = self.timer.before
        self.sessions.pop(self.timer.session, None)
        self.timer = None
        return True

    def session(self, name: str, user: str) -> Session:
        """Return the pending session of that name, opened from the running configuration if there is none.

        Raises
        ------
        CommandFailed
            Too many sessions are pending, or the one named is committed and waits for its confirmation.
        """
        if self.timer and self.timer.session == name:
            raise CommandFailed(f"Session {name} is pending commit timer. Commit or abort it before changing it.")
        known = self.sessions.get(name)
        if known and known.completed_at_s is None:
            return known
        if sum(each.completed_at_s is None for each in self.sessions.values()) >= MAX_OPEN_SESSIONS:
            raise CommandFailed(
                "Maximum number of pending sessions has been reached. Please commit or abort previous sessions "
                "before creating a new one."
            )
        self.sessions[name] = Session(name, self.running.copy(), user)
        return self.sessions[name]

    def commit(self, name: str, timer_s: int | None = None) -> None:
        """Make a session's candidate the running configuration, for good or until a timer; or confirm a timed one.

        Raises
        ------
        CommandFailed
            There is no such session, or another one's timer is running.
        """
        if self.timer and self.timer.session != name:
            raise CommandFailed(f"Cannot commit session {name}: session {self.timer.session} is pending commit timer")
        if self.timer:
            before = self.timer.before
        else:
            session = self.sessions.get(name)
            if session is None or session.completed_at_s is not None:
                raise CommandFailed(f"Cannot commit session {name}: no such pending session")
            before = self.running
            self.running = session.candidate
            session.completed_at_s = self.clock()
        self.timer = CommitTimer(name, self.clock() + timer_s, before) if timer_s is not None else None
        self._forget_completed()

    def abort(self, name: str) -> None:
        """Throw a session away; if its commit timer is running, go back to what was there before.

        Raises
        ------
        CommandFailed
            There is no such session.
        """
        if self.timer and self.timer.session == name:
            self.running = self.timer.before
            self.timer = None
        elif name not in self.sessions or self.sessions[name].completed_at_s is not None:
            raise CommandFailed(f"Cannot abort session {name}: no such pending session")
        del self.sessions[name]

    def _forget_completed(self) -> None:
        """Keep the newest completed sessions only, and always the one whose timer runs."""
        waiting = self.timer.session if self.timer else ""
        done = [each for each in self.sessions.values() if each.completed_at_s is not None and each.name != waiting]
        done.sort(key=lambda each: each.completed_at_s or 0.0)
        for each in done[: max(0, len(done) - MAX_SAVED_SESSIONS)]:
            del self.sessions[each.name]

    def copy(self, source: str, target: str) -> None:
        """Copy a configuration: ``running-config``, ``startup-config`` or ``flash:NAME``.

        Raises
        ------
        CommandFailed
            There is no such file.
        """
        config = self.stored(source)
        if target == "startup-config":
            self.startup = config
        elif target.startswith("flash:"):
            self.flash[target] = config
        elif target == "running-config":
            self.running = config
        else:
            raise CommandFailed(f"Error copying {source} to {target} (Invalid argument)")

    def stored(self, name: str) -> Block:
        """Return a stored configuration by the name that ``copy`` and ``configure replace`` give it.

        Raises
        ------
        CommandFailed
            There is no such file.
        """
        known = {"running-config": self.running, "startup-config": self.startup, **self.flash}
        if name not in known:
            raise CommandFailed(f"Error reading {name} (No such file or directory)")
        return known[name]

    def replace(self, source: str) -> None:
        """Make a stored configuration the running one (``configure replace``).

        Raises
        ------
        CommandFailed
            There is no such file.
        """
        self.running = self.stored(source)

    def type_in(self, lines: Iterable[str]) -> None:
        """Enter lines into the running configuration, as somebody at the console would.

        Raises
        ------
        InvalidLine
            The switch refuses a line; those before it stay.
        """
        edited = self.running.copy()
        editor = Editor(self.grammar, edited, self.ports)
        try:
            for line in lines:
                editor.enter(line)
        finally:
            self.running = edited

    def clean_config(self) -> Block:
        """Return the configuration of a switch on which nothing was configured."""
        return clean(self.ports, self.grammar)

    def shown(self) -> list[str]:
        """Return the running configuration as EOS shows it, without head and end."""
        if self._shown is None or self._shown[0] is not self.running:
            self._shown = (self.running, render(self.running))
        return self._shown[1]

    def diff(self, name: str) -> str:
        """Return what a commit of the session would change, as a unified diff; empty if nothing.

        Raises
        ------
        CommandFailed
            There is no such session.
        """
        session = self.sessions.get(name)
        if session is None:
            raise CommandFailed(f"No such session: {name}")
        # the names as EOS gives them: https://www.arista.com/en/um-eos/eos-configure-session
        return unified(
            self.shown(), render(session.candidate), "system:/running-config", f"session:/{name}-session-config"
        )

    def release(self) -> tuple[int, ...]:
        """Return the numbers of the software version, ``4.32.2F`` as ``(4, 32, 2)``."""
        return tuple(int(number) for number in re.findall(r"\d+", self.node.os_version)[:3])

    def with_head(self, command: str, lines: Sequence[str]) -> str:
        """Return a configuration with the lines that EOS puts around it."""
        head = (f"! Command: {command}", f"! device: {self.hostname()} ({self.node.model}, EOS-{self.node.os_version})")
        return "\n".join((*head, *lines, "end", ""))

    def hostname(self) -> str:
        """Return the configured hostname; EOS calls itself ``localhost`` without one."""
        for line in self.running.lines.values():
            if line.row.slot.startswith("hostname "):
                return line.values["name"]
        return "localhost"
