"""Templates as Python's byte code, kept from run to run: to compile them takes longer than to render a switch.

It is to templates what ``__pycache__`` is to modules: kept in the user's cache folder, one file a template, never
written where ``PYTHONDONTWRITEBYTECODE`` is set, and done without wherever it cannot be had.
"""

import contextlib
import os
import sys
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from netgen.render.inputs import digest_code


def bytecode_cache() -> FileSystemBytecodeCache | None:
    """Return where compiled templates are kept; ``None`` without a folder that this user alone can write to.

    Whoever could write there could have his code run: Python runs what it finds.
    """
    try:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except (OSError, RuntimeError):
        return None  # no home, or a read-only one
    return _Cache(str(folder)) if status.st_uid == os.geteuid() and not status.st_mode & 0o022 else None


def _folder() -> Path:
    """Return the place that the XDG base directory specification (0.8) gives to caches; it must be absolute."""
    stated = os.environ.get("XDG_CACHE_HOME", "")
    top = Path(stated) if stated.startswith("/") else Path.home() / ".cache"
    return top / "netgen" / "templates"


class _Cache(FileSystemBytecodeCache):
    """Jinja2's, for the code that this netgen makes of a template, and never a reason to fail."""

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Find the code of a template in the one file of its name: what was kept of another path takes no room."""
        # Filters are called at compile time, too; and the path is in the code, for the places of errors.
        parts = (digest_code(), jinja2.__version__, sys.version, filename or "", source)
        bucket = Bucket(environment, self.get_cache_key(name), self.get_source_checksum("\0".join(parts)))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load what is there, unless it is broken."""
        try:
            super().load_bytecode(bucket)
        except Exception:
            # What a crash left of a file can make `pickle` raise anything.
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, if the disk lets us."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)
