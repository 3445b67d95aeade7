"""The commands and their options. Each imports what it does only when it is called: `--help` is not to wait."""

import errno
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from netgen.cli.console import Format, say
from netgen.cli.exits import Exit
from netgen.cli.forms import Form, Written
from netgen.garbage import collect_rarely

app = typer.Typer(
    name="netgen",
    help="Infrastructure as code for the networks of AI clusters.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

INTERRUPTED = 130
"""128 + SIGINT, as a shell says it; typer returns it for Ctrl-C."""

IntentFolder = Annotated[
    Path,
    typer.Argument(metavar="INTENT", help="Intent folder, such as intent/aurora.", exists=True, show_default=False),
]
LabIntent = Annotated[
    Path,
    # It may be gone: a lab is found by its name, and comes down all the same.
    typer.Argument(metavar="INTENT", help="Intent folder that the lab was brought up of.", show_default=False),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to answer.")]
Executor = Annotated[
    str | None,
    typer.Option(metavar="dask://HOST:PORT", help="Let the workers of a Dask scheduler do it.", show_default=False),
]
Limit = Annotated[str | None, typer.Option(metavar="GLOB", help="Only devices with such a name.", show_default=False)]


@app.command()
def validate(intent: IntentFolder, form: FormatOption = Format.HUMAN) -> int:
    """Check an intent and show all that is wrong with it at once."""
    from netgen.cli import inspect

    return inspect.validate(intent, form)


@app.command()
def render(
    intent: IntentFolder,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Output folder.", show_default=False)],
    limit: Limit = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes; default: what it is worth.", show_default=False)
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing, say what is stale; exit 2 if so.")] = False,
    executor: Executor = None,
    form: FormatOption = Format.HUMAN,
) -> int:
    """Write configurations, inventory, cabling list and manifest."""
    from netgen.cli import render as command

    return command.render(intent, out, limit=limit, jobs=jobs, check=check, executor=executor, form=form)


@app.command()
def topology(
    intent: IntentFolder,
    analyze: Annotated[
        bool, typer.Option("--analyze", help="Also paths, failures, loads under collectives, hash polarisation.")
    ] = False,
    form: FormatOption = Format.HUMAN,
) -> int:
    """Count devices, links, oversubscription and bisection bandwidth."""
    from netgen.cli import topology as command

    return command.topology(intent, form, analyze=analyze)


@app.command()
def export(
    intent: IntentFolder,
    form: Annotated[Form, typer.Option("--as", metavar="FORM", help=f"{', '.join(Form)}.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="PATH", help="File (netbox: folder) instead of stdout.", show_default=False
        ),
    ] = None,
    fabric: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this fabric; default: all.", show_default=False)
    ] = None,
    written: Annotated[
        Written | None,
        typer.Option("--format", help="Of cabling (default csv) and bom (default human).", show_default=False),
    ] = None,
) -> int:
    """Write cabling list, bill of materials, or what other tools read."""
    from netgen.cli import export as command

    return command.export(intent, form, out=out, fabric=fabric, written=written)


Inventory = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where connections.yaml is; default: inventories/<cluster>.", show_default=False),
]
Lab = Annotated[bool, typer.Option("--lab", help="The devices of the lab.")]


@app.command()
def diff(
    intent: IntentFolder,
    against: Annotated[
        str | None,
        typer.Option(metavar="DIR|git:REV", help="A rendered folder or a revision instead.", show_default=False),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="PLAN", help="Keep the plan.", show_default=False)] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 2 if there are differences.")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Leave the lines out.")] = False,
    limit: Limit = None,
    inventory: Inventory = None,
    lab: Lab = False,
    executor: Executor = None,
    form: FormatOption = Format.HUMAN,
) -> int:
    """Show what an apply would change, or how two renders differ."""
    from netgen.cli import diff as command
    from netgen.cli.means import Reach

    reach = Reach(limit, inventory, lab)
    return command.diff(
        intent, reach, against=against, out=out, brief=summary, exit_code=exit_code, executor=executor, form=form
    )


@app.command()
def apply(
    what: Annotated[
        Path,
        typer.Argument(
            metavar="INTENT|PLAN", help="Intent folder, or a plan of diff.", exists=True, show_default=False
        ),
    ],
    timer: Annotated[int, typer.Option(metavar="SECONDS", help="Devices undo what is not confirmed by then.")] = 300,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    limit: Limit = None,
    inventory: Inventory = None,
    lab: Lab = False,
    form: FormatOption = Format.HUMAN,
) -> int:
    """Bring the devices to their intended configuration.

    Each commits with a timer of its own, which undoes what is not confirmed.
    """
    from netgen.cli import apply as command
    from netgen.cli.means import Reach

    return command.apply(what, Reach(limit, inventory, lab), timer_s=timer, yes=yes, form=form)


@app.command()
def verify(
    intent: IntentFolder,
    wait: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Look again until all is well.")] = 0,
    limit: Limit = None,
    inventory: Inventory = None,
    lab: Lab = False,
    form: FormatOption = Format.HUMAN,
) -> int:
    """Check cabling, interfaces, sessions and equal-cost paths."""
    from netgen.cli import verify as command
    from netgen.cli.means import Reach

    return command.verify(intent, Reach(limit, inventory, lab), wait_s=wait, form=form)


lab_commands = typer.Typer(help="Try a cluster here: simulated EOS switches, real FRR routers.")
app.add_typer(lab_commands, name="lab")


@lab_commands.command("up")
def lab_up(intent: IntentFolder, limit: Limit = None, form: FormatOption = Format.HUMAN) -> int:
    """Bring up a lab of a cluster on this machine."""
    from netgen.cli import lab as command

    return command.up(intent, limit=limit, form=form)


@lab_commands.command("status")
def lab_status(intent: LabIntent, form: FormatOption = Format.HUMAN) -> int:
    """Show the lab's devices."""
    from netgen.cli import lab as command

    return command.status(intent, form)


@lab_commands.command("fault")
def lab_fault(
    intent: LabIntent,
    kind: Annotated[str, typer.Argument(metavar="FAULT", help="Such as swap, cable-down, drift.", show_default=False)],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="WHAT", help="Devices, ports.", show_default=False)
    ] = None,
) -> int:
    """Break or mend something in the lab."""
    from netgen.cli import lab as command

    return command.fault(intent, kind, arguments or [])


@lab_commands.command("down")
def lab_down(intent: LabIntent, form: FormatOption = Format.HUMAN) -> int:
    """Take the lab down, and leave nothing of it."""
    from netgen.cli import lab as command

    return command.down(intent, form)


@app.command()
def schema() -> int:
    """Write the JSON Schema of an intent, for editors."""
    from netgen.cli import inspect

    return inspect.schema()


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new repository.", show_default=False)],
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of its first cluster.")] = "cluster1",
) -> int:
    """Begin a repository with an intent that can be rendered at once."""
    from netgen.cli import init as command

    return command.init(folder, name)


@app.command()
def version() -> int:
    """Say which version this is."""
    from netgen import __version__
    from netgen.cli.console import emit

    emit(__version__)
    return Exit.DONE


def main() -> NoReturn:
    """Run the command line; what a user can do wrong ends in words, not in a traceback."""
    collect_rarely()
    try:
        code = app(sys.argv[1:] or ["--help"], prog_name="netgen", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        say(f"usage: {error.format_message().rstrip('.')}; try --help")
        code = Exit.USAGE
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read the answer has had enough of it.
        _let_go_of_stdout()
        code = Exit.DONE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM and error.filename is None:
            say(f"error: the answer cannot be written: {error.strerror}")
            _let_go_of_stdout()
            sys.exit(Exit.ERROR)
        code = _explain(error)
    if code == INTERRUPTED:
        say("interrupted")
    sys.exit(int(code or 0))


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def _let_go_of_stdout() -> None:
    """What is left in the buffer must not fail at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(error: Exception) -> Exit:
    """Say what went wrong; raise again what is no user's doing."""
    from netgen.cli.failures import exit_for

    code = exit_for(error)
    if code is None:
        raise error
    if str(error):
        say(f"error: {error}")
    return code
