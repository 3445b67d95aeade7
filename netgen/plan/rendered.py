"""What an output folder holds of a device."""

from pathlib import Path

from netgen.plan.errors import PlanError

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


def last_lines(folder: Path | None, device: str) -> frozenset[str] | None:
    """Return all lines that netgen last rendered for a device, without indentation; ``None``: not known."""
    files = {} if folder is None else rendered_files(folder, device)
    if not files:
        return None
    return frozenset(line.strip() for text in files.values() for line in text.splitlines())
