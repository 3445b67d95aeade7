"""The command line of a switch as its API runs it: a list of commands in, a list of answers out."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

from netgen.lab.eos import shows
from netgen.lab.eos.config import Block, Editor, InvalidLine, render
from netgen.lab.eos.device import CommandFailed, Device
from netgen.lab.eos.fabric import Fabric, Switch
from netgen.lab.eos.faults import Fault
from netgen.lab.eos.patterns import Attempt, Pattern, parse
from netgen.lab.eos.shows import Json
from netgen.lab.eos.view import DEFAULT_VRF, View

# Error codes of eAPI: the eAPI chapter of Arista's user manual; pyeapi treats 1000, 1001, 1002 and 1004 alike.
_COULD_NOT_RUN = 1000
_INVALID_COMMAND = 1002
_UNCONVERTED = 1003

_TIMER = re.compile(r"(\d{1,2}):([0-5]?\d):([0-5]?\d)")

Values: TypeAlias = Mapping[str, str]


class CommandError(Exception):
    """A command of a batch was refused; the ones before it have been done.

    Parameters
    ----------
    code, message
        As eAPI gives them.
    data
        The answers so far, the last one holding the errors.
    """

    def __init__(self, code: int, message: str, data: list[Json]) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class _Unconverted(Exception):  # noqa: N818 - EOS's own word
    """The command has no answer in the format that was asked for."""


class Batch(Struct):
    """One list of commands while it runs.

    Parameters
    ----------
    fabric, switch
        The lab and the switch.
    user
        Whose commands they are.
    text
        Whether answers are text rather than JSON.
    """

    fabric: Fabric
    switch: Switch
    user: str
    text: bool
    editor: Editor | None = None
    candidate: Block | None = None
    session: str = ""
    edits_running: Block | None = None
    committed: bool = field(default=False)

    @property
    def device(self) -> Device:
        """The switch's own state."""
        return self.switch.device

    def run(self, command: str, below: str) -> Json:
        """Run one command; in configuration mode it is a line of configuration.

        Raises
        ------
        InvalidLine
            The switch does not know the command.
        CommandFailed
            It could not be done.
        """
        words = " ".join(command.split())
        if self.editor is not None:
            return self._configure(words, below)
        tokens = tuple(words.split())
        attempt = Attempt()
        for pattern, action in _COMMANDS:
            values = pattern.match(tokens, attempt)
            if values is not None:
                return action(self, words, values)
        if attempt.furthest >= len(tokens):
            raise InvalidLine(words, "Incomplete command")
        raise InvalidLine(words, f"Invalid input (at token {attempt.furthest}: '{tokens[attempt.furthest]}')")

    def _configure(self, words: str, below: str) -> Json:
        if words == "end":
            self.leave()
        elif words == "rollback clean-config" and self.session:
            session = self.device.session(self.session, self.user)
            session.candidate = self.device.clean_config()
            self.editor = self._editor(session.candidate)
        elif words in ("abort", "commit") and self.session:
            self.leave()
            (self.device.abort if words == "abort" else self.device.commit)(self.session)
            self.committed = words == "commit"
        elif self.editor is not None:
            self.editor.enter(words, below)
        return self._said("")

    def leave(self) -> None:
        """Leave configuration mode; what was typed into the running configuration stands."""
        if self.edits_running is not None:
            self.device.running = self.edits_running
        self.editor = self.edits_running = None

    def _editor(self, config: Block) -> Editor:
        return Editor(self.device.grammar, config, self.device.ports)

    def _said(self, text: str) -> Json:
        """Return what a command that changes something answers: messages in JSON, else the text."""
        if self.text:
            return {"output": text}
        return {"messages": [text]} if text else {}

    def _only_text(self, text: str) -> Json:
        if not self.text:
            raise _Unconverted
        return {"output": text}

    # -- commands --------------------------------------------------------------------------------------------------

    def enable(self, _: str, _values: Values) -> Json:
        """Everybody who is let in at all is privileged."""
        return self._said("")

    def configure(self, _: str, _values: Values) -> Json:
        """Begin to change the running configuration."""
        self.edits_running = self.device.running.copy()
        self.editor = self._editor(self.edits_running)
        return self._said("")

    def configure_session(self, _: str, values: Values) -> Json:
        """Begin to change a session's candidate."""
        self.session = values["name"]
        self.editor = self._editor(self.device.session(self.session, self.user).candidate)
        return self._said("")

    def commit(self, words: str, values: Values) -> Json:
        """Commit a session, for good or until a timer, or confirm a timed commit."""
        timer_s = None
        if "timer" in values:
            parts = _TIMER.fullmatch(values["timer"])
            if parts is None:
                raise InvalidLine(words, f"Invalid input (at token 5: '{values['timer']}')")
            timer_s = int(parts[1]) * 3600 + int(parts[2]) * 60 + int(parts[3])
        self.device.commit(values["name"], timer_s)
        self.committed = True
        return self._said("")

    def abort(self, _: str, values: Values) -> Json:
        """Throw a session away."""
        self.device.abort(values["name"])
        return self._said("")

    def replace(self, _: str, values: Values) -> Json:
        """Run a stored configuration."""
        self.device.replace(values["source"])
        return self._said("")

    def copy(self, _: str, values: Values) -> Json:
        """Copy a configuration."""
        self.device.copy(values["source"], values["target"])
        return self._said("Copy completed successfully.")

    def write(self, _: str, _values: Values) -> Json:
        """Save the running configuration."""
        self.device.copy("running-config", "startup-config")
        return self._said("Copy completed successfully.")

    def running_config(self, words: str, values: Values) -> Json:
        """Show the running configuration, or sections of it."""
        if not self.text:
            return shows.config_tree(self.device.running)
        lines = self.device.shown()
        if "sanitized" in values:
            lines = [_sanitized(line) for line in lines]
        if "section" in values:
            return {"output": "".join(f"{line}\n" for line in _section(lines, values["section"]))}
        return {"output": self.device.with_head(words, lines)}

    def startup_config(self, words: str, _: Values) -> Json:
        """Show what is saved."""
        if not self.text:
            return shows.config_tree(self.device.startup)
        return {"output": self.device.with_head(words, render(self.device.startup))}

    def session_config(self, words: str, values: Values) -> Json:
        """Show a session's candidate."""
        if values["name"] not in self.device.sessions:
            raise CommandFailed(f"No such session: {values['name']}")
        lines = render(self.device.sessions[values["name"]].candidate)
        if "sanitized" in values:
            lines = [_sanitized(line) for line in lines]
        return self._only_text(self.device.with_head(words, lines))

    def session_diffs(self, _: str, values: Values) -> Json:
        """Show what a session would change."""
        return self._only_text(self.device.diff(values["name"]))

    def show(self, words: str, values: Values) -> Json:
        """Answer the show commands whose answer is data."""
        if self.text:
            raise _Unconverted
        return self._data(words, self.fabric.view(self.device.node.name), values)

    def _data(self, words: str, view: View, values: Values) -> Json:
        fabric, device = self.fabric, self.device
        answers: dict[str, Callable[[], Json]] = {
            "show version": lambda: shows.version(fabric, device),
            "show hostname": lambda: shows.hostname(view),
            "show interfaces": lambda: shows.interfaces(fabric, device, view),
            "show ip interface": lambda: shows.interfaces_ip(view),
            "show ipv6 interface": lambda: shows.interface_ipv6(device, view),
            "show vrf": lambda: shows.vrfs(view),
            "show configuration sessions": lambda: shows.sessions(device, detail=False),
            "show configuration sessions detail": lambda: shows.sessions(device, detail=True),
            "show lldp neighbors": lambda: shows.lldp(fabric, device, view),
            "show ip bgp summary": lambda: shows.bgp_summary(fabric, device, view),
            "show ip bgp summary vrf all": lambda: shows.bgp_summary(fabric, device, view),
            "show ipv6 bgp summary vrf all": lambda: shows.bgp_summary_ipv6(view),
            "show ip bgp neighbors vrf all": lambda: shows.bgp_neighbours(fabric, device, view, ipv6=False),
            "show ipv6 bgp peers vrf all": lambda: shows.bgp_neighbours(fabric, device, view, ipv6=True),
        }
        if words in answers:
            return answers[words]()
        if words.endswith("detail"):
            return shows.lldp_detail(fabric, device, view, values.get("port", ""))
        vrf = values.get("vrf", DEFAULT_VRF)
        if vrf not in (DEFAULT_VRF, *view.vrfs):
            raise CommandFailed(f"IP Routing table for VRF {vrf} does not exist.")
        return shows.routes(fabric, device, view, vrf)


_COMMANDS: tuple[tuple[Pattern, Callable[[Batch, str, Values], Json]], ...] = tuple(
    (parse(pattern), action)
    for pattern, action in (
        ("enable", Batch.enable),
        ("configure [<terminal:=terminal>]", Batch.configure),
        ("configure session <name:word>", Batch.configure_session),
        ("configure session <name:word> commit [timer <timer:word>]", Batch.commit),
        ("configure session <name:word> abort", Batch.abort),
        ("configure replace <source:word>", Batch.replace),
        ("copy <source:word> <target:word>", Batch.copy),
        ("write [<memory:=memory>]", Batch.write),
        ("show running-config [<all:=all>] [<sanitized:=sanitized>] [| section <section:rest>]", Batch.running_config),
        ("show startup-config", Batch.startup_config),
        ("show session-config named <name:word> [<sanitized:=sanitized>]", Batch.session_config),
        ("show session-config named <name:word> diffs", Batch.session_diffs),
        ("show version", Batch.show),
        ("show hostname", Batch.show),
        ("show interfaces", Batch.show),
        ("show ip interface", Batch.show),
        ("show ipv6 interface", Batch.show),
        ("show vrf", Batch.show),
        ("show configuration sessions [<detail:=detail>]", Batch.show),
        ("show lldp neighbors", Batch.show),
        ("show lldp neighbors [<port:ethernet>] detail", Batch.show),
        ("show ip bgp summary [vrf <vrf:=all>]", Batch.show),
        ("show ipv6 bgp summary vrf all", Batch.show),
        ("show ip bgp neighbors vrf all", Batch.show),
        ("show ipv6 bgp peers vrf all", Batch.show),
        ("show ip route [vrf <vrf:word>]", Batch.show),
    )
)

_SECRETS = re.compile(r"(secret sha512|password 7|snmp-server community) \S+")


def _sanitized(line: str) -> str:
    return _SECRETS.sub(r"\1 <removed>", line)


def _section(lines: list[str], expression: str) -> Iterator[str]:
    """Yield the sections in which a line matches, as the pipe of EOS does."""
    try:
        wanted = re.compile(expression, re.IGNORECASE)
    except re.error as error:
        raise CommandFailed(f"Invalid regular expression: {error}") from error
    section: list[str] = []
    for line in [*lines, "!"]:
        if not line.startswith(" ") and section:
            if any(wanted.search(each) for each in section):
                yield from section
            section = []
        if line != "!":
            section.append(line)


def run(fabric: Fabric, name: str, user: str, commands: list[Any], form: str) -> tuple[list[Json], bool]:
    """Run a list of commands on a switch.

    Parameters
    ----------
    fabric, name
        The lab and the switch.
    user
        Whose commands they are.
    commands
        Strings, or mappings with `cmd` and `input`.
    form
        ``json`` or ``text``.

    Returns
    -------
    answers, committed
        One answer a command, and whether the running configuration was changed by a commit.

    Raises
    ------
    CommandError
        A command was refused; eAPI stops there.
    """
    answers: list[Json] = []
    with fabric.at(name) as switch:
        batch = Batch(fabric, switch, user, form == "text")
        try:
            for number, given in enumerate(commands, start=1):
                command = str(given.get("cmd", "")) if isinstance(given, dict) else str(given)
                below = str(given.get("input", "")) if isinstance(given, dict) else ""
                where = f"CLI command {number} of {len(commands)} '{command.strip()}' failed"
                try:
                    answers.append(batch.run(command, below))
                except InvalidLine as error:
                    raise _refused(_INVALID_COMMAND, f"{where}: invalid command", answers, error.reason) from error
                except CommandFailed as error:
                    raise _refused(_COULD_NOT_RUN, f"{where}: could not run command", answers, str(error)) from error
                except _Unconverted as error:
                    said = f"{where}: unconverted command"
                    raise _refused(_UNCONVERTED, said, answers, "The command has no such output format") from error
        finally:
            batch.leave()
            if batch.committed and Fault.LOSE_MANAGEMENT_ON_COMMIT in switch.faults:
                switch.cut_off_by = switch.device.running
    return answers, batch.committed


def _refused(code: int, message: str, answers: list[Json], reason: str) -> CommandError:
    return CommandError(code, message, [*answers, {"errors": [reason]}])
