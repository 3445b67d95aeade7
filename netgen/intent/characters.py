"""From bytes to text: UTF-8 without surprises, or the place of the first one."""

import re
import unicodedata
from pathlib import Path

from netgen.diagnostics.codes import reading
from netgen.diagnostics.model import Diagnostic, Span

# C0 without tab and LF, DEL, C1 (which holds NEL); soft hyphen; marks that reorder text (UAX #9); characters
# without width; line and paragraph separators, at which editors break lines and we do not; the byte order mark.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def decode(file: Path, raw: bytes) -> tuple[str, list[Diagnostic]]:
    """Decode a file; line ends become LF.

    Returns
    -------
    tuple
        The text, and what is wrong with it. With a finding the text must not be parsed.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return "", [
            reading.ENCODING.at(
                Span(file, 1, 1, 1, 2), "the file starts with a byte order mark", advice="save it as UTF-8 without one"
            )
        ]
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8").replace("\r\n", "\n")
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        return "", [reading.ENCODING.at(span_at(file, before, len(before)), message, advice="save the file as UTF-8")]
    found = FORBIDDEN.search(text)
    return text, [] if found is None else [forbidden(span_at(file, text, found.start()), found.group())]


def forbidden(span: Span, character: str) -> Diagnostic:
    """Make the finding about a character that no intent may hold."""
    name = unicodedata.name(character, "a control character")
    return reading.CHARACTER.at(span, f"U+{ord(character):04X}, {name}, is not allowed", advice="remove it")


def span_at(file: Path, text: str, offset: int) -> Span:
    """Return the place of one character of a text whose lines end with LF."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Span(file, line, column, line, column + 1)
