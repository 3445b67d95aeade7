"""What a lab leaves on the machine, written down before it is there.

Everything but files lives in processes: network namespaces, cables, mounts and listening ports are gone with the
last process that holds them (nothing has a name in ``/run/netns`` or a place in the machine's mount table).
Every process of a lab carries the lab's random identity in its environment from its first moment. So one record,
on disk before the first process and the first file, is enough to find all of it again, whenever the lab dies.
"""

import os
import secrets
import shutil
from pathlib import Path

import msgspec

from netgen.lab.errors import LabError
from netgen.record import Record

JOURNAL = "journal.json"
_DRAFT = "journal.json.new"

SPEC = "spec.json"
CONTROL = "control.sock"
SUPERVISOR_LOG = "supervisor.log"
LOGS = "logs"
SSH = "ssh"
EOS = "eos"
INVENTORY = "inventory"
SECRETS = "secrets"

#: All that a lab puts into its state directory.
ENTRIES = (SPEC, CONTROL, SUPERVISOR_LOG, LOGS, SSH, EOS, INVENTORY, SECRETS)


class Journal(Record):
    """A lab that is there, or that was killed.

    Parameters
    ----------
    identity
        Marks its processes; random.
    name
        The cluster's name.
    made
        How many directories were made for it, counted from the state directory upwards; they go with the lab if
        nothing else is in them.
    """

    identity: str
    name: str
    made: int


def begin(directory: Path, name: str, made: int) -> Journal:
    """Write a new lab's record and see it safely on disk."""
    journal = Journal(f"ng-{secrets.token_hex(8)}", name, made)
    draft = directory / _DRAFT
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(journal))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(directory / JOURNAL)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return journal


def read(directory: Path) -> Journal | None:
    """Read the record of the lab in a state directory; ``None`` says that there is no lab.

    Raises
    ------
    LabError
        The record is there and cannot be understood.
    """
    try:
        return msgspec.json.decode((directory / JOURNAL).read_bytes(), type=Journal)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        raise LabError(
            f"{directory / JOURNAL} is not a lab's journal: if no lab of yours is there, remove it"
        ) from None
    except PermissionError:
        raise LabError(f"{directory} belongs to somebody else: use sudo, or another directory") from None


def remove_files(directory: Path, journal: Journal) -> tuple[Path, ...]:
    """Remove what a lab put into its state directory, the record last, and return what was removed."""
    removed = []
    for entry in (*ENTRIES, _DRAFT, JOURNAL):
        path = directory / entry
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.exists() or path.is_symlink():
            path.unlink()
        else:
            continue
        removed.append(path)
    for made in (directory, *directory.parents)[: journal.made]:
        if any(made.iterdir()):
            break
        made.rmdir()
        removed.append(made)
    return tuple(removed)


def remove_draft(directory: Path) -> tuple[Path, ...]:
    """Remove what an `up` leaves that is killed before its record is there: a draft, in a directory for it alone."""
    draft = directory / _DRAFT
    if not draft.exists() and any(directory.iterdir()):
        return ()
    removed = [draft] if draft.exists() else []
    draft.unlink(missing_ok=True)
    if not any(directory.iterdir()):
        directory.rmdir()
        removed.append(directory)
    return tuple(removed)
