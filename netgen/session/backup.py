"""What ran on a device before a change, kept on netgen's side: the way back when the device has none.

A running configuration holds password hashes and keys, so its folder is its owner's alone.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from netgen.session.secrets import SecretError, check_private


def save_backup(folder: Path, device: str, files: Mapping[str, str]) -> Path:
    """Keep a device's configuration; durable when this returns.

    Parameters
    ----------
    folder
        Of one run; made where it is missing, for its owner alone.
    device
        The device's name; becomes the name of a folder.
    files
        From `DeviceSession.backup`.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = folder / device
    own.mkdir(mode=0o700, exist_ok=True)
    for name, text in files.items():
        write_durable(own / name, text.encode())
    return own


def load_backup(folder: Path, device: str) -> dict[str, str]:
    """Return what `save_backup` kept.

    Raises
    ------
    FileNotFoundError
        If there is none of that device.
    SecretError
        If others can read it.
    """
    files = {}
    for path in sorted((folder / device).iterdir()):
        if not path.name.startswith("."):
            check_private(path, "the backup")
            files[path.name] = path.read_text(encoding="utf-8")
    if not files:
        raise SecretError(f"the backup of {device} in {folder} is empty")
    return files


def write_durable(path: Path, data: bytes) -> None:
    """Write a file for its owner alone, whole or not at all, so that it outlives a crash of the machine.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.netgen-tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
