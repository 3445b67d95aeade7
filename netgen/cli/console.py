"""Where words go: data to stdout, talk to stderr; colour and progress on a terminal only."""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import TaskID


class Format(StrEnum):
    """How a command answers."""

    HUMAN = "human"
    JSON = "json"


def say(text: str) -> None:
    """Talk: to stderr, so that data on stdout stays data."""
    sys.stderr.write(f"{text}\n")


def emit(text: str) -> None:
    """Write data to stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def emit_json(data: object) -> None:
    """Write data to stdout as JSON."""
    import json

    emit(json.dumps(data, indent=2))


def coloured(stream: TextIO) -> bool:
    """Whether a stream takes colour: it is a terminal, and nobody forbids it (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, gap: str = "   ") -> str:
    """Lay out columns; numbers are set to the right."""
    lines = [list(map(str, header)), *(list(map(str, row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    numeric = [all(_is_number(line[column]) for line in lines[1:]) and len(lines) > 1 for column in range(len(header))]
    shown = []
    for line in lines:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        shown.append(gap.join(cells).rstrip())
    return "\n".join(shown) + "\n"


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace(",", "").removesuffix(":1").isdigit()


class Step(Protocol):
    """What advances a progress bar; the text says what is done now."""

    def __call__(self, text: str = "", *, advance: int = 1) -> None:
        """Advance."""


def _nothing(text: str = "", *, advance: int = 1) -> None:
    """Where nobody looks, nothing is shown."""
    del text, advance


PATIENCE_S = 1.0
"""What is over by then needs no progress bar."""


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Step]:
    """Show a progress bar on a terminal, once the work has lasted a while; elsewhere nothing is shown."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    with ExitStack() as stack:
        begun, done = time.monotonic(), 0
        shown: Step | None = None

        def step(text: str = "", *, advance: int = 1) -> None:
            nonlocal shown, done
            done += advance
            if shown is not None:
                shown(text, advance=advance)
            elif time.monotonic() - begun > PATIENCE_S:
                shown = stack.enter_context(_bar(title, total))
                shown(text, advance=done)

        yield step


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[Step]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task: TaskID = bar.add_task(title, total=total, now="")

        def step(text: str = "", *, advance: int = 1) -> None:
            bar.update(task, advance=advance, now=text)

        yield step
