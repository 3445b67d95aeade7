"""A user's repository to render: it is edited, rendered, and what is there is looked at."""

from pathlib import Path

from netgen.compile import compile_intent
from netgen.render.report import RenderReport
from netgen.render.run import render as render_compiled

TOP = Path(__file__).parents[2]


def render(intent: Path, out: Path, **options) -> RenderReport:
    return render_compiled(intent, compile_intent(intent), out, **options)


def snapshot(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {name: data for name, (data, _, _) in snapshot(folder).items()}


def edit(intent: Path, old: str, new: str) -> None:
    path = intent / "cluster.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
