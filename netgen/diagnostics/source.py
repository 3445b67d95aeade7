"""Lines of source files as they can be shown: bounded, and harmless to a terminal."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field

_TAB_WIDTH = 4
# The reader refuses larger files; of such a one nothing is shown.
_MAX_BYTES = 4 * 2**20
# A value under a key that speaks of a secret. What stands in braces is a reference to one, and may be shown.
_SECRET = re.compile(
    r"""(?i)\b((?:password|passwd|passphrase|community|token|psk|private[-_]key)["']?\s*:\s*)([^\s{\[#&*!|>][^,}\]#]*?)(?=\s*(?:[,}\]#]|$))"""
)
# Categories of characters that have no glyph, or move the cursor: control, format, surrogate, line and paragraph ends.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Sources(Struct):
    """Lines of files, read when they are first asked for.

    Parameters
    ----------
    lines
        Files whose lines are known already; those of others are read from the disk.
    """

    lines: dict[Path, Sequence[str]] = field(default_factory=dict)

    def line(self, file: Path, number: int) -> str | None:
        """Return a line by its number from 1, or ``None`` where the file or the line does not exist.

        What somebody typed in place of a reference to a secret is struck out: reports end up in logs.
        """
        if file not in self.lines:
            self.lines[file] = _read(file)
        lines = self.lines[file]
        if not 1 <= number <= len(lines):
            return None
        return _SECRET.sub(lambda match: match[1] + "*" * len(match[2]), lines[number - 1])


def printable(text: str) -> str:
    """Replace what a terminal would act upon, such as escape sequences and reordering marks, by its code."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_glyph(character, 0) for character in text)


def columns(line: str) -> tuple[str, list[int]]:
    """Lay a line out in the columns of a terminal.

    Returns
    -------
    tuple
        The text to show, and the column from 0 at which each of the line's characters starts,
        with one more for the end. A wide character takes two columns, a combining one none.
    """
    shown: list[str] = []
    starts: list[int] = []
    column = 0
    for character in line:
        starts.append(column)
        glyph = _glyph(character, column)
        shown.append(glyph)
        column += sum(_width(part) for part in glyph)
    return "".join(shown), [*starts, column]


def _glyph(character: str, column: int) -> str:
    if character == "\t":
        return " " * (_TAB_WIDTH - column % _TAB_WIDTH)
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return f"<U+{ord(character):04X}>"


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _read(file: Path) -> Sequence[str]:
    try:
        if not file.is_file() or file.stat().st_size > _MAX_BYTES:
            return ()
        return file.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n").split("\n")
    except OSError:
        return ()
