"""The command line of a switch as its API runs it: a list of commands in, a list of answers out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from netgen.lab.eos import shows
from netgen.lab.eos.config import Block, Editor, InvalidLine, render
from netgen.lab.eos.device import CommandFailed, Device
from netgen.lab.eos.fabric import Fabric, Switch
from netgen.lab.eos.faults import Fault
from netgen.lab.eos.shows import Json
from netgen.lab.eos.view import DEFAULT_VRF

# Error codes of eAPI: the eAPI chapter of Arista's user manual; pyeapi treats 1000, 1001, 1002 and 1004 alike.
_COULD_NOT_RUN = 1000
_INVALID_COMMAND = 1002
_UNCONVERTED = 1003

_TIMER = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})")


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


@dataclass(slots=True)
class Batch:
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
        for pattern, action in _COMMANDS:
            if found := pattern.fullmatch(words):
                return action(self, found)
        raise InvalidLine(words, f"Invalid input (at token 0: '{words.split()[0] if words else ''}')")

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

    def enable(self, _: re.Match[str]) -> Json:
        """``enable``: everybody who is let in at all is privileged."""
        return self._said("")

    def configure(self, _: re.Match[str]) -> Json:
        """``configure [terminal]``: lines change the running configuration."""
        self.edits_running = self.device.running.copy()
        self.editor = self._editor(self.edits_running)
        return self._said("")

    def configure_session(self, found: re.Match[str]) -> Json:
        """``configure session NAME``: lines change the session's candidate."""
        self.session = found["name"]
        self.editor = self._editor(self.device.session(self.session, self.user).candidate)
        return self._said("")

    def commit(self, found: re.Match[str]) -> Json:
        """``configure session NAME commit [timer HH:MM:SS]``."""
        timer_s = None
        if found["timer"]:
            parts = _TIMER.fullmatch(found["timer"])
            if parts is None or int(parts[2]) > 59 or int(parts[3]) > 59:
                raise InvalidLine(found[0], f"Invalid input (at token 5: '{found['timer']}')")
            timer_s = int(parts[1]) * 3600 + int(parts[2]) * 60 + int(parts[3])
        self.device.commit(found["name"], timer_s)
        self.committed = True
        return self._said("")

    def abort(self, found: re.Match[str]) -> Json:
        """``configure session NAME abort``."""
        self.device.abort(found["name"])
        return self._said("")

    def replace(self, found: re.Match[str]) -> Json:
        """``configure replace SOURCE``."""
        self.device.replace(found["source"])
        return self._said("")

    def copy(self, found: re.Match[str]) -> Json:
        """``copy SOURCE TARGET``."""
        self.device.copy(found["source"], found["target"])
        return self._said("Copy completed successfully.")

    def write(self, _: re.Match[str]) -> Json:
        """``write [memory]``."""
        self.device.copy("running-config", "startup-config")
        return self._said("Copy completed successfully.")

    def running_config(self, found: re.Match[str]) -> Json:
        """``show running-config [all] [sanitized] [section …]``."""
        if not self.text:
            return shows.config_tree(self.device.running)
        lines = self.device.shown()
        if found["sanitized"]:
            lines = [_sanitized(line) for line in lines]
        if found["section"]:
            return {"output": "".join(f"{line}\n" for line in _section(lines, found["section"]))}
        return {"output": self.device.with_head(found[0], lines)}

    def startup_config(self, found: re.Match[str]) -> Json:
        """``show startup-config``."""
        if not self.text:
            return shows.config_tree(self.device.startup)
        return {"output": self.device.with_head(found[0], render(self.device.startup))}

    def session_config(self, found: re.Match[str]) -> Json:
        """``show session-config named NAME [diffs] [sanitized]``."""
        name = found["name"]
        if name not in self.device.sessions:
            raise CommandFailed(f"No such session: {name}")
        if found["diffs"]:
            return self._only_text(self.device.diff(name))
        lines = render(self.device.sessions[name].candidate)
        if found["sanitized"]:
            lines = [_sanitized(line) for line in lines]
        return self._only_text(self.device.with_head(found[0], lines))

    def show(self, found: re.Match[str]) -> Json:
        """Answer the show commands whose answer is data."""
        if self.text:
            raise _Unconverted
        fabric, device = self.fabric, self.device
        view = fabric.view(device.node.name)
        words = found[0].removeprefix("show ")
        answers: dict[str, Callable[[], Json]] = {
            "version": lambda: shows.version(fabric, device),
            "hostname": lambda: shows.hostname(view),
            "interfaces": lambda: shows.interfaces(fabric, device, view),
            "ip interface": lambda: shows.interfaces_ip(view),
            "ipv6 interface": lambda: shows.interface_ipv6(device, view),
            "vrf": lambda: shows.vrfs(view),
            "configuration sessions": lambda: shows.sessions(device, detail=False),
            "configuration sessions detail": lambda: shows.sessions(device, detail=True),
            "lldp neighbors": lambda: shows.lldp(fabric, device, view),
            "ip bgp summary": lambda: shows.bgp_summary(fabric, device, view),
            "ip bgp summary vrf all": lambda: shows.bgp_summary(fabric, device, view),
            "ipv6 bgp summary vrf all": lambda: shows.bgp_summary_ipv6(view),
            "ip bgp neighbors vrf all": lambda: shows.bgp_neighbours(fabric, device, view, ipv6=False),
            "ipv6 bgp peers vrf all": lambda: shows.bgp_neighbours(fabric, device, view, ipv6=True),
        }
        return answers[words]()

    def lldp_detail(self, found: re.Match[str]) -> Json:
        """``show lldp neighbors [INTERFACE] detail``."""
        if self.text:
            raise _Unconverted
        view = self.fabric.view(self.device.node.name)
        return shows.lldp_detail(self.fabric, self.device, view, found["port"] or "")

    def routes(self, found: re.Match[str]) -> Json:
        """``show ip route [vrf NAME]``."""
        if self.text:
            raise _Unconverted
        view = self.fabric.view(self.device.node.name)
        vrf = found["vrf"] or DEFAULT_VRF
        if vrf != DEFAULT_VRF and vrf not in view.vrfs:
            raise CommandFailed(f"IP Routing table for VRF {vrf} does not exist.")
        return shows.routes(self.fabric, self.device, view, vrf)


_NAME = r"(?P<name>\S+)"
_COMMANDS: tuple[tuple[re.Pattern[str], Callable[[Batch, re.Match[str]], Json]], ...] = tuple(
    (re.compile(pattern), action)
    for pattern, action in (
        (r"enable", Batch.enable),
        (r"configure( terminal)?", Batch.configure),
        (rf"configure session {_NAME}", Batch.configure_session),
        (rf"configure session {_NAME} commit( timer (?P<timer>\S+))?", Batch.commit),
        (rf"configure session {_NAME} abort", Batch.abort),
        (r"configure replace (?P<source>\S+)", Batch.replace),
        (r"copy (?P<source>\S+) (?P<target>\S+)", Batch.copy),
        (r"write( memory)?", Batch.write),
        (r"show running-config( all)?(?P<sanitized> sanitized)?( ?\| ?section (?P<section>.+))?", Batch.running_config),
        (r"show startup-config", Batch.startup_config),
        (rf"show session-config named {_NAME}(?P<diffs> diffs)?(?P<sanitized> sanitized)?", Batch.session_config),
        (r"show lldp neighbors( (?P<port>Ethernet\S+))? detail", Batch.lldp_detail),
        (r"show ip route( vrf (?P<vrf>\S+))?", Batch.routes),
        (r"show (version|hostname|interfaces|ip interface|ipv6 interface|vrf|lldp neighbors)", Batch.show),
        (r"show configuration sessions( detail)?", Batch.show),
        (r"show (ip bgp summary( vrf all)?|ipv6 bgp summary vrf all)", Batch.show),
        (r"show (ip bgp neighbors vrf all|ipv6 bgp peers vrf all)", Batch.show),
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
