"""What a render did, or would do."""

from netgen.record import Record


class RenderReport(Record):
    """What a render did; with ``check``, what it would have done.

    Parameters
    ----------
    check
        Whether nothing was written.
    added, changed, pruned
        Names of files below the output folder, sorted.
    unchanged
        How many files are as they were, and were not touched.
    foreign
        Files below ``configs/`` and ``inventory/`` that netgen did not write and leaves alone, sorted.
    """

    check: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    pruned: tuple[str, ...]
    unchanged: int
    foreign: tuple[str, ...]

    @property
    def stale(self) -> tuple[str, ...]:
        """Every file that was, or would be, added, changed or removed; sorted."""
        return tuple(sorted((*self.added, *self.changed, *self.pruned)))
