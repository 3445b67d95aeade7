"""Where a repository keeps what netgen makes for itself: the state folder, beside intent/."""

from pathlib import Path

from netgen.resources.load import user_root


def state_folder(intent: Path, cluster: str) -> Path:
    """Return the folder of a cluster's journals, backups and lab: ``.netgen/<cluster>`` beside ``intent/``."""
    return (user_root(intent) or Path.cwd()) / ".netgen" / cluster


def lab_folder(intent: Path, cluster: str) -> Path:
    """Return the folder of a cluster's lab."""
    return state_folder(intent, cluster) / "lab"


def inventory_folder(intent: Path, cluster: str, *, given: Path | None, lab: bool) -> Path:
    """Return the folder that says how devices are reached: given, the lab's, or ``inventories/<cluster>``."""
    if given is not None:
        return given
    if lab:
        return lab_folder(intent, cluster) / "inventory"
    return (user_root(intent) or Path.cwd()) / "inventories" / cluster
