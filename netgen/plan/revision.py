"""The intent of an earlier revision, taken out of git into a folder of its own."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netgen.plan.errors import PlanError
from netgen.resources.load import KINDS, user_root

TIMEOUT_S = 60.0


class GitError(PlanError):
    """What git itself has refused."""


@contextmanager
def checked_out(intent: Path, revision: str) -> Iterator[Path]:
    """Give the intent folder as it was at a revision, with the templates and catalog that its repository had then.

    The work tree, the index and the repository are not touched; the folder is gone afterwards.

    Parameters
    ----------
    intent
        The intent folder as it is now, in a git work tree.
    revision
        Whatever git takes for a commit; behind a colon, the path of the intent then, from the top of the work tree.

    Raises
    ------
    PlanError
        If there is no such revision, or no such folder in it.
    """
    folder = intent.resolve()
    place = folder if folder.is_dir() else folder.parent
    top = Path(_git(place, "rev-parse", "--show-toplevel").strip())
    revision, _, elsewhere = revision.partition(":")
    commit = _commit(place, revision)
    if elsewhere:
        folder = Path(os.path.normpath(top / elsewhere))
        if not folder.is_relative_to(top):
            raise PlanError(f"{elsewhere} leads out of {top}: the path of an intent is from the top of the work tree")
    root = user_root(folder)
    wanted = [folder, *(root / kind for kind in KINDS if root is not None)]
    # Links are resolved: what is outside of the work tree was in no revision of it.
    paths = [path.relative_to(top).as_posix() for path in wanted if path.is_relative_to(top)]
    with tempfile.TemporaryDirectory(prefix="netgen-revision-") as temporary:
        index = {**os.environ, "GIT_INDEX_FILE": f"{temporary}/index", "GIT_LITERAL_PATHSPECS": "1"}
        _git(top, "read-tree", commit, environment=index)
        names = _git(top, "ls-files", "-z", "--", *paths, environment=index)
        tree = Path(temporary) / "tree"
        tree.mkdir()
        _git(top, "checkout-index", f"--prefix={tree}/", "-z", "--stdin", environment=index, given=names)
        old = tree / paths[0]
        if not old.exists() or (old.is_dir() and not any(old.iterdir())):
            raise PlanError(
                f"{revision} has no intent in {paths[0]}: there is nothing to compare with; "
                f"if it was elsewhere, say where: git:{revision}:PATH"
            )
        yield old


def _commit(folder: Path, revision: str) -> str:
    try:
        return _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    except GitError:
        shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == "true"
        beyond = "; it is a shallow clone: `git fetch --unshallow` brings earlier commits" if shallow else ""
        raise PlanError(f"git: {revision!r} names no commit of this repository{beyond}") from None


def _git(folder: Path, *arguments: str, environment: dict[str, str] | None = None, given: str = "") -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input=given,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        raise PlanError("a comparison with a revision needs git, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise PlanError(f"git {arguments[0]} has not ended within {TIMEOUT_S:.0f} s") from None
    if done.returncode != 0:
        words = done.stderr.strip().splitlines() or ["git failed without a word"]
        raise GitError(f"git: {words[-1].removeprefix('fatal: ')}")
    return done.stdout
