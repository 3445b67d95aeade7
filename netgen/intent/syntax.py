"""What libyaml complains about, in the words of somebody who writes an intent."""

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from netgen.diagnostics.codes import reading
from netgen.diagnostics.model import Diagnostic, Label, Span
from netgen.record import Record

_COMMENT = re.compile(r"\s+#.*$")
_KEY_AND_BRACKET = re.compile(r"\s*([\w-]+) *([\[{])")
_CANNOT_START = "found character that cannot start any token"
_MORE_ADVICE = {
    "found unknown escape character": "in double quotes `\\` starts an escape; use single quotes",
    "block sequence entries are not allowed in this context": "start the list on a line of its own",
    "did not find expected '-' indicator": "begin the line with `- `, or indent it as part of the item above",
}


class _Complaint(Record):
    """An error of libyaml with its places made certain: they exist in the file."""

    file: Path
    lines: list[str]
    problem: str
    at: Span
    context: Span | None

    @property
    def character(self) -> str:
        """The character complained about; empty at the end of a line."""
        return self.lines[self.at.line - 1][self.at.column - 1 : self.at.column]

    @property
    def starts_line(self) -> bool:
        return not self.lines[self.at.line - 1][: self.at.column - 1].strip()


def explain(file: Path, text: str, error: yaml.YAMLError) -> Diagnostic:
    """Turn an error of libyaml's scanner or parser into a finding."""
    lines = text.split("\n")
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return reading.SYNTAX.at(Span(file, 1, 1, 1, 1), f"this is not YAML: {error}")
    context = None if error.context_mark is None else _place(file, lines, error.context_mark)
    complaint = _Complaint(file, lines, str(error.problem), _place(file, lines, error.problem_mark), context)
    if "tab character" in complaint.problem or (complaint.problem == _CANNOT_START and complaint.character == "\t"):
        return _tab(complaint)
    return _explain(complaint)


def _explain(complaint: _Complaint) -> Diagnostic:
    explainer = _EXPLAINERS.get(complaint.problem)
    return _anything(complaint) if explainer is None else explainer(complaint)


def _anything(complaint: _Complaint) -> Diagnostic:
    at, context, problem = complaint.at, complaint.context, complaint.problem
    related = () if context is None or context == at else (Label(context, "this is what began here"),)
    return reading.SYNTAX.at(at, f"this is not YAML: {problem}", related=related, advice=_MORE_ADVICE.get(problem, ""))


def _cannot_start(complaint: _Complaint) -> Diagnostic:
    message = f"a value cannot start with `{complaint.character}`"
    return reading.SYNTAX.at(complaint.at, message, advice="put the value into quotes")


def _open_quote(complaint: _Complaint) -> Diagnostic:
    span = complaint.context or complaint.at
    return reading.SYNTAX.at(span, "this quote is never closed", advice="close it on the same line")


def _tab(complaint: _Complaint) -> Diagnostic:
    line = complaint.at.line
    column = complaint.lines[line - 1].find("\t") + 1 or complaint.at.column
    span = Span(complaint.file, line, column, line, column + 1)
    return reading.TAB.at(span, "the indentation holds a tab", advice="indent with spaces")


def _no_colon(complaint: _Complaint) -> Diagnostic:
    return _no_colon_in(complaint, (complaint.context or complaint.at).line)


def _no_colon_in(complaint: _Complaint, line: int) -> Diagnostic:
    text, span = _said(complaint, line), _whole_line(complaint, line)
    return reading.SYNTAX.at(
        span, f"`{text}` is neither a key nor a value", advice="write `key: value`, with a space after the colon"
    )


def _not_closed(complaint: _Complaint) -> Diagnostic:
    opened = complaint.context or complaint.at
    bracket = complaint.lines[opened.line - 1][opened.column - 1 : opened.column]
    closing = {"{": "}", "[": "]"}.get(bracket, "a bracket")
    if complaint.at.line > opened.line or not complaint.character:
        return reading.SYNTAX.at(
            opened,
            f"`{bracket}` is not closed",
            related=(Label(complaint.at, f"`{closing}` or `,` is due before this"),),
            advice=f"add `{closing}`",
        )
    message = f"`,` or `{closing}` is due here"
    return reading.SYNTAX.at(complaint.at, message, related=(Label(opened, "opened here"),))


def _second_colon(complaint: _Complaint) -> Diagnostic:
    at = complaint.at
    before = complaint.lines[at.line - 1][: at.column - 1]
    if key := _KEY_AND_BRACKET.match(before):
        message = f"a `:` is missing between `{key[1]}` and `{key[2]}`"
        return reading.SYNTAX.at(_whole_line(complaint, at.line), message, advice=f"write `{key[1]}: {key[2]}`")
    if ": " in before:
        return reading.SYNTAX.at(at, "a second `: ` on the line", advice="put the value into quotes")
    previous = _line_above(complaint, at.line)
    if previous is None:
        return reading.SYNTAX.at(at, "a `:` cannot stand here", advice="put the value into quotes")
    above = complaint.lines[previous - 1].strip()
    if ": " in above:
        return reading.SYNTAX.at(
            _whole_line(complaint, at.line),
            "this line is indented deeper than its neighbour, and so continues its value",
            related=(Label(_whole_line(complaint, previous), "the neighbour"),),
            advice="indent both lines alike",
        )
    return _no_colon_in(complaint, previous)


def _no_key(complaint: _Complaint) -> Diagnostic:
    mapping = complaint.context or complaint.at
    if complaint.starts_line and complaint.character not in {"", "}", "]", ",", ":"}:
        above = _line_above(complaint, complaint.at.line)
        if above is not None and _is_bare(complaint, above):
            # a comment ends the text that the reader took for the value of the key above it
            return _no_colon_in(complaint, above)
        return reading.SYNTAX.at(
            _whole_line(complaint, complaint.at.line),
            "the indentation of this line fits nothing above it",
            related=(Label(mapping, "the enclosing mapping starts here"),),
            advice="align the keys of a mapping",
        )
    return reading.SYNTAX.at(complaint.at, f"`{complaint.character}` is not expected here", advice="remove it")


def _after_the_end(complaint: _Complaint) -> Diagnostic:
    return reading.SYNTAX.at(
        _whole_line(complaint, complaint.at.line),
        "this line belongs to nothing above it",
        advice="start all keys of the top level in the first column, without brackets around them",
    )


def _no_content(complaint: _Complaint) -> Diagnostic:
    if complaint.character:
        return reading.SYNTAX.at(complaint.at, f"a value is due before this `{complaint.character}`")
    return reading.SYNTAX.at(complaint.at, "the file ends where a value is due", advice="close all brackets")


def _is_bare(complaint: _Complaint, line: int) -> bool:
    """Whether a line is neither a key nor an item of a list, and stands beside the one that is complained about."""
    text, column = _said(complaint, line), _whole_line(complaint, line).column
    return column == complaint.at.column and ": " not in text and not text.endswith(":") and not text.startswith("- ")


def _said(complaint: _Complaint, line: int) -> str:
    return _COMMENT.sub("", complaint.lines[line - 1]).strip()


def _line_above(complaint: _Complaint, line: int) -> int | None:
    """Return the number of the nearest line above that says something."""
    for number in range(line - 1, 0, -1):
        text = complaint.lines[number - 1].strip()
        if text and not text.startswith("#"):
            return number
    return None


def _whole_line(complaint: _Complaint, line: int) -> Span:
    text = complaint.lines[line - 1]
    start = len(text) - len(text.lstrip()) + 1
    return Span(complaint.file, line, start, line, max(len(text.rstrip()) + 1, start + 1))


def _place(file: Path, lines: list[str], mark: yaml.Mark) -> Span:
    """Place of a mark; libyaml marks the end of the file one line below the last."""
    line = min(mark.line, len(lines) - 1)
    if line == len(lines) - 1 and line > 0 and not lines[line]:
        line -= 1
    column = min(mark.column, len(lines[line])) if line == mark.line else len(lines[line])
    return Span(file, line + 1, column + 1, line + 1, column + 2)


_EXPLAINERS: dict[str, Callable[[_Complaint], Diagnostic]] = {
    "could not find expected ':'": _no_colon,
    "found unexpected end of stream": _open_quote,
    "did not find expected ',' or '}'": _not_closed,
    "did not find expected ',' or ']'": _not_closed,
    "mapping values are not allowed in this context": _second_colon,
    "did not find expected key": _no_key,
    "did not find expected <document start>": _after_the_end,
    "did not find expected node content": _no_content,
    _CANNOT_START: _cannot_start,
}
