"""The few Linux system calls that Python's standard library lacks: mounts and capabilities.

Numbers are of the kernel's user-space headers: linux/mount.h, linux/prctl.h, linux/capability.h,
asm-generic/unistd.h; the call numbers above 424 are the same on every architecture.
"""

import ctypes
import os
from enum import IntEnum, IntFlag
from pathlib import Path

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_SYS_MOUNT_SETATTR = 442
_MOUNT_ATTR_RDONLY = 0x1
_PR_CAPBSET_DROP = 24

_libc = ctypes.CDLL(None, use_errno=True)


class MountFlag(IntFlag):
    """Flags of mount(2) that the lab uses."""

    NONE = 0
    NOSUID = 0x2
    NOEXEC = 0x8
    BIND = 0x1000
    REC = 0x4000
    PRIVATE = 0x40000


class Capability(IntEnum):
    """Capabilities that no program of a node has any use for, and with which it could harm the machine."""

    SYS_MODULE = 16
    SYS_RAWIO = 17
    SYS_BOOT = 22
    SYS_TIME = 25
    MKNOD = 27
    SYSLOG = 34


class _MountAttr(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def mount(source: str | Path, target: Path, kind: str = "", flags: MountFlag = MountFlag.NONE, data: str = "") -> None:
    """Mount a file system in the mount namespace of this process.

    Raises
    ------
    OSError
        The kernel refused; the message names source and target.
    """
    result = _libc.mount(
        str(source).encode(),
        str(target).encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        data.encode() or None,
    )
    _check(result, f"mount {kind or 'bind'} {source} on {target}")


def make_read_only(target: Path, *, recursive: bool) -> None:
    """Let nothing be written below a mount point through this mount namespace (kernel 5.12 or later).

    Raises
    ------
    OSError
        The kernel refused.
    """
    attr = _MountAttr(attr_set=_MOUNT_ATTR_RDONLY)
    result = _libc.syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(str(target).encode()),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        ctypes.byref(attr),
        ctypes.c_size_t(ctypes.sizeof(attr)),
    )
    _check(result, f"make {target} read-only")


def drop_capability(capability: Capability) -> None:
    """Take a capability from every program that this process will start.

    Raises
    ------
    OSError
        The kernel refused.
    """
    result = _libc.prctl(ctypes.c_int(_PR_CAPBSET_DROP), ctypes.c_ulong(capability), 0, 0, 0)
    _check(result, f"drop CAP_{capability.name}")
