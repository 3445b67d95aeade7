"""What an output folder holds of a device."""

from collections.abc import Mapping
from pathlib import Path

from netgen.plan.errors import PlanError
from netgen.session.backup import write_durable

CONFIGS = "configs"


def rendered_files(folder: Path, device: str) -> dict[str, str]:
    """Return the files of a device in an output folder; none where it has no folder.

    Raises
    ------
    PlanError
        If one cannot be read, or leads out of the folder.
    """
    own = folder / CONFIGS / device
    files = {}
    try:
        for path in sorted(own.iterdir()) if own.is_dir() else ():
            if not path.is_file() or path.name.startswith("."):
                continue
            if not path.resolve().is_relative_to(folder.resolve()):
                raise PlanError(f"{path} is a link that leads out of {folder}: netgen reads only what lies inside")
            files[path.name] = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanError(f"{error.filename} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PlanError(f"{path} is not UTF-8") from None
    return files


def rendered_devices(folder: Path) -> list[str]:
    """List the devices that an output folder has configurations of; sorted.

    Raises
    ------
    PlanError
        If it is not an output folder.
    """
    configs = folder / CONFIGS
    if not configs.is_dir():
        raise PlanError(f"{folder} holds no {CONFIGS}/: it is not a folder that `netgen render` wrote")
    return sorted(entry.name for entry in configs.iterdir() if entry.is_dir())


def keep_applied(folder: Path, device: str, files: Mapping[str, str]) -> None:
    """Keep what a device was brought to, so that its lines are known as netgen's when a later plan takes them away.

    Parameters
    ----------
    folder
        Of the cluster's state; has the shape of an output folder.
    device, files
        The device, and its rendered texts by name: secrets are tokens in them.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    own = folder / CONFIGS / device
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        write_durable(own / name, text.encode())


def last_lines(folder: Path | None, device: str) -> frozenset[str] | None:
    """Return all lines of a device in an output folder, without indentation; ``None``: it holds none of it."""
    files = {} if folder is None else rendered_files(folder, device)
    if not files:
        return None
    return frozenset(line.strip() for text in files.values() for line in text.splitlines())
