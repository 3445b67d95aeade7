"""A configuration as a tree: entering lines, taking them away, showing it as EOS would."""

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from netgen.lab.eos.grammar import TOP, Grammar, Line, Row, natural

_INDENTS = {"mmu-profile": 4}
"""Spaces before the lines of a mode, where they are not three (as pyavd renders the mode)."""

PORT_MODES = {"ethernet": "Ethernet", "management": "Management"}
"""Modes of the ports that the hardware has: they are always there, and shown even when nothing is set."""


class InvalidLine(ValueError):  # noqa: N818 - EOS's own word for it is "Invalid input", not an error of ours
    """A line that the switch refuses.

    Parameters
    ----------
    line
        The line, as entered.
    reason
        EOS's words.
    """

    def __init__(self, line: str, reason: str) -> None:
        super().__init__(f"{line}: {reason}")
        self.line = line
        self.reason = reason


class Block(Struct):
    """The lines of one mode, and the blocks that some of them open.

    Parameters
    ----------
    mode
        The mode.
    lines
        What is set, by key, in the order of entry.
    blocks
        For each line that opens a mode, by the same key, what is inside.
    comment
        The lines of the mode's comment (``!! …``).
    text
        For a line that takes one (a banner), the text below it, by key.
    """

    mode: str
    lines: dict[tuple[str, ...], Line] = field(default_factory=dict)
    blocks: dict[tuple[str, ...], "Block"] = field(default_factory=dict)
    comment: tuple[str, ...] = ()
    text: dict[tuple[str, ...], str] = field(default_factory=dict)

    def copy(self) -> "Block":
        """Return a tree that shares only lines, which never change."""
        blocks = {key: block.copy() for key, block in self.blocks.items()}
        return Block(self.mode, dict(self.lines), blocks, self.comment, dict(self.text))


class Editor:
    """Someone in configuration mode: enters lines one after the other, and is in a mode.

    Parameters
    ----------
    grammar
        What the switch understands.
    config
        The configuration that is changed.
    ports
        The names of the physical ports, Management1 included; no other can be configured.
    """

    def __init__(self, grammar: Grammar, config: Block, ports: Collection[str]) -> None:
        self._grammar = grammar
        self._stack = [config]
        self._ports = ports

    def enter(self, text: str, below: str = "") -> None:
        """Enter one line; `below` is the text that follows it (banners, comments).

        A line that the mode does not know is tried in the modes around it, as EOS does: this is why a
        configuration can be entered without its indents.

        Raises
        ------
        InvalidLine
            No mode knows the line, or it names a port that is not there.
        """
        text = " ".join(text.split())
        if not text or (text.startswith("!") and not text.startswith("!!")):
            return
        if text == "exit":
            self._stack = self._stack[:-1] or self._stack
        elif text == "comment" or text.startswith("!!"):
            block = self._stack[-1]
            added = below.splitlines() if text == "comment" else [text.removeprefix("!!").strip()]
            block.comment = tuple(added) if text == "comment" else (*block.comment, *added)
        elif not self._set(text, below) and not self._remove(text):
            raise InvalidLine(text, self._refusal(text))

    def _set(self, text: str, below: str) -> bool:
        for depth in range(len(self._stack), 0, -1):
            block = self._stack[depth - 1]
            line = self._grammar.match(block.mode, text)
            if isinstance(line, Line):
                self._check_port(line)
                del self._stack[depth:]
                self._keep(block, line, below)
                return True
        return False

    def _keep(self, block: Block, line: Line, below: str) -> None:
        key = line.key
        if line.row.enters:
            block.lines[key] = line
            if implied := self._implied(line):
                block.lines.setdefault(implied.key, implied)
            self._stack.append(block.blocks.setdefault(key, Block(line.row.enters)))
            return
        for member in _members(self._grammar, line):
            if member.is_default:
                block.lines.pop(member.key, None)
            else:
                block.lines[member.key] = member
        if below:
            block.text[key] = below

    def _implied(self, line: Line) -> Line | None:
        template = line.row.implies
        implied = self._grammar.match(line.row.mode, template.format_map(line.values)) if template else None
        return implied if isinstance(implied, Line) else None

    def _remove(self, text: str) -> bool:
        stem = text.removeprefix("no ")
        if stem == text:
            return False
        for depth in range(len(self._stack), 0, -1):
            block = self._stack[depth - 1]
            removed = list(self._grammar.removed_by(block.mode, stem))
            if removed:
                del self._stack[depth:]
                for key in [key for key, line in block.lines.items() if any(each.takes(line) for each in removed)]:
                    self._drop(block, key)
                return True
        return False

    def _drop(self, block: Block, key: tuple[str, ...]) -> None:
        implied = self._implied(block.lines[key])
        for gone in (key, implied.key) if implied else (key,):
            block.lines.pop(gone, None)
            block.blocks.pop(gone, None)
            block.text.pop(gone, None)

    def _check_port(self, line: Line) -> None:
        if line.row.enters in PORT_MODES and line.values["port"] not in self._ports:
            raise InvalidLine(line.text, f"Invalid input (at token 1: '{line.values['port']}')")

    def _refusal(self, text: str) -> str:
        """Return EOS's words: the token that nothing could follow, in the mode that got furthest."""
        tokens = text.split()
        reached = 0
        for block in self._stack:
            refused = self._grammar.match(block.mode, text)
            reached = max(reached, 0 if isinstance(refused, Line) else refused.token)
        if reached >= len(tokens):
            return "Incomplete command"
        return f"Invalid input (at token {reached}: '{tokens[reached]}')"


def _members(grammar: Grammar, line: Line) -> Iterator[Line]:
    """Yield a line for each member of the list that the line sets, or the line itself."""
    name = line.row.each
    if not name:
        yield line
        return
    members = line.values[name].split()
    for member in members:
        alone = grammar.match(line.row.mode, line.row.pattern.render({**line.values, name: member}))
        if isinstance(alone, Line):
            yield alone


def _ordered(block: Block) -> list[tuple[tuple[str, ...], Line]]:
    """Return the lines in EOS's order; the sort is stable, which keeps the order of entry where that counts."""
    return sorted(block.lines.items(), key=lambda item: item[1].position)


def _shown(block: Block) -> Iterator[tuple[tuple[str, ...], Row, str]]:
    """Yield the lines of a block in EOS's order, the members of a list joined again where the first one stands."""
    ordered = _ordered(block)
    lists: dict[str, list[str]] = {}
    for _, line in ordered:
        if line.row.each:
            lists.setdefault(_alone(line), []).append(line.values[line.row.each])
    for key, line in ordered:
        row = line.row
        if not row.each:
            yield key, row, line.text
        elif members := lists.pop(_alone(line), []):
            yield key, row, row.pattern.render({**line.values, row.each: " ".join(sorted(members, key=int))})


def _alone(line: Line) -> str:
    """Return what a line says of each member of its list."""
    return line.row.pattern.render({**line.values, line.row.each: "*"})


def render(config: Block) -> list[str]:
    """Return the configuration as EOS shows it: its order, three spaces a mode, ``!`` between sections."""
    shown: list[str] = []
    group = -1
    for key, row, text in _shown(config):
        if row.enters or row.group != group or row.pattern.text.startswith("banner"):
            shown.append("!")
        group = -1 if row.enters else row.group
        shown.append(text)
        if row.enters:
            shown.extend(_inside(config.blocks[key], 1))
        elif key in config.text:
            shown.extend([*config.text[key].splitlines(), "EOF"])
    return [*shown, "!"] if shown else []


def _inside(block: Block, depth: int) -> Iterable[str]:
    indent = " " * (_INDENTS.get(block.mode, 3) * depth)
    shown = [f"{indent}!! {text}" for text in block.comment]
    for key, row, text in _shown(block):
        if row.enters and shown:
            shown.append(f"{indent}!")
        shown.append(f"{indent}{text}")
        if row.enters:
            shown.extend(_inside(block.blocks[key], depth + 1))
    return shown


def clean(ports: Iterable[str], grammar: Grammar) -> Block:
    """Return what is left when everything is taken away: the ports that the hardware has."""
    config = Block(TOP)
    editor = Editor(grammar, config, frozenset(ports))
    for port in sorted(ports, key=natural):
        editor.enter(f"interface {port}")
    return config
