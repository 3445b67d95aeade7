"""Where a repository keeps what netgen makes for itself: the state folder, beside intent/."""

from pathlib import Path

from netgen.resources.load import user_root


def state_folder(intent: Path) -> Path:
    """Return the folder of an intent's backups, lock and lab: ``.netgen/<name of its folder>`` beside ``intent/``.

    By the folder's name, not by the cluster's: a lab must come down also when the intent cannot be read any more.
    """
    return (user_root(intent) or Path.cwd()) / ".netgen" / intent.resolve().name


def lab_folder(intent: Path) -> Path:
    """Return the folder of an intent's lab."""
    return state_folder(intent) / "lab"
