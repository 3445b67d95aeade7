"""For which lengths of cable a platform has headroom, where it does not take any."""

from collections.abc import Mapping

from netgen.platforms.model import Platform


def headroom_lengths(platform: Platform, model: str) -> dict[int, tuple[int, ...]] | None:
    """Return speed in Gb/s → lengths in metres, shortest first, from ``models.<model>.buffers.headroom``.

    ``None``: the platform takes headroom of any length, or sets it by itself.
    """
    buffers = platform.models.get(model, {}).get("buffers")
    found = buffers.get("headroom") if isinstance(buffers, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    return {
        int(speed): tuple(sorted(length for length in lengths if isinstance(length, int)))
        for speed, lengths in found.items()
        if isinstance(lengths, tuple)
    }
