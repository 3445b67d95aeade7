"""Configuration text as a tree of statements: by indentation (NX-OS) or by braces (Junos)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Statement:
    """One statement and those below it; `line` counts from 1, `tokens` are its words."""

    line: int
    tokens: tuple[str, ...]
    below: list["Statement"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.tokens)


class LayoutError(ValueError):
    """Text that is no tree of statements."""


def indented(text: str, step: int) -> list[Statement]:
    """Read text in which `step` blanks more open a level; a line that begins with ``!`` is a comment."""
    top: list[Statement] = []
    levels = [top]
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("!"):
            continue
        if line != line.rstrip():
            raise LayoutError(f"line {number}: blanks at the end")
        depth, odd = divmod(len(line) - len(line.lstrip(" ")), step)
        if odd or depth >= len(levels) or line.lstrip(" ").startswith("\t"):
            raise LayoutError(f"line {number}: a level is {step} blanks, and only one deeper than the line above")
        statement = Statement(number, tuple(line.split()))
        del levels[depth + 1 :]
        levels[depth].append(statement)
        levels.append(statement.below)
    return top


_BRACED = re.compile(
    r"""[ \t]*(?:(?P<skip>\n|/\*.*?\*/|\#[^\n]*|\Z)|(?P<text>"(?:[^"\\\n]|\\.)*"|[{};\[\]()]|[^\s{};\[\]()"]+))""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or a sign, its line, and what stands before it on that line."""

    text: str
    line: int
    before: str


def _tokens(text: str) -> Iterator[_Token]:
    line, start, at = 1, 0, 0
    while at < len(text):
        match = _BRACED.match(text, at)
        if match is None:
            raise LayoutError(f"line {line}: {text[at : at + 20]!r} cannot be read")
        at = match.end()
        if match["text"]:
            yield _Token(match["text"], line, text[start : match.start("text")])
        elif "\n" in match[0]:
            line += match[0].count("\n")
            start = match.start() + match[0].rindex("\n") + 1


def braced(text: str, step: int) -> list[Statement]:
    """Read text in which braces open and close a level, `step` blanks deeper, and ``;`` ends a statement.

    Each statement and each closing brace has a line of its own.
    """
    top: list[Statement] = []
    levels = [top]
    words: list[_Token] = []
    for token in _tokens(text):
        if not words and token.before != " " * step * (len(levels) - 1 - (token.text == "}")):
            raise LayoutError(f"line {token.line}: {token.text!r} does not begin a line at its level's column")
        if token.text == "}":
            _close(levels, words, token.line)
        elif words and words[0].line != token.line:
            raise LayoutError(f"line {words[0].line}: ';' or '{{' is missing at the end")
        elif token.text in {"{", ";"}:
            if not words:
                raise LayoutError(f"line {token.line}: nothing stands before {token.text!r}")
            levels[-1].append(Statement(words[0].line, tuple(word.text for word in words)))
            if token.text == "{":
                levels.append(levels[-1][-1].below)
            words = []
        else:
            words.append(token)
    if words:
        raise LayoutError(f"line {words[0].line}: the text ends before the statement does")
    if len(levels) != 1:
        raise LayoutError(f"the text ends with {len(levels) - 1} open braces")
    return top


def _close(levels: list[list[Statement]], words: list[_Token], line: int) -> None:
    if words:
        raise LayoutError(f"line {line}: ';' is missing before '}}'")
    if len(levels) == 1:
        raise LayoutError(f"line {line}: a '}}' that closes nothing")
    if not levels.pop():
        raise LayoutError(f"line {line}: braces around nothing")


def paths(statements: list[Statement], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield each statement with all that stands above it, on one line; once a member where it holds ``[ a b ]``."""
    for statement in statements:
        for tokens in _members(statement.tokens):
            yield " ".join((*above, *tokens))
        yield from paths(statement.below, (*above, *statement.tokens))


def _members(tokens: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for begin, end in (("[", "]"), ("(", ")")):
        if begin in tokens and end in tokens:
            first, last = tokens.index(begin), len(tokens) - 1 - tokens[::-1].index(end)
            for member in tokens[first + 1 : last]:
                if member not in {"&&", "||", "!", "(", ")"}:
                    yield (*tokens[:first], member, *tokens[last + 1 :])
            return
    yield tokens


def select(statements: list[Statement], *way: str) -> Iterator[Statement]:
    """Yield the statements at the end of a way of regular expressions, each for a whole statement of its level."""
    first, *rest = way
    for statement in statements:
        if re.fullmatch(first, statement.text):
            if rest:
                yield from select(statement.below, *rest)
            else:
                yield statement


def repeated(statements: list[Statement]) -> Iterator[str]:
    """Yield each statement that stands twice in one place, which no device prints."""
    seen: dict[str, int] = {}
    for statement in statements:
        if statement.text in seen:
            yield f"line {statement.line}: {statement.text!r} stands already in line {seen[statement.text]}"
        seen.setdefault(statement.text, statement.line)
        yield from repeated(statement.below)
