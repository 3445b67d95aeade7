#!/usr/bin/python3 -IS
"""A stand-in for ip(8), of which it knows what makes and removes interfaces of IP over InfiniBand.

Written from ip-link(8) and from what the kernel's ipoib_netlink.c does with each call: interfaces are folders of /sys.
"""

import sys
from pathlib import Path

NET = Path("/sys/class/net")


class RefusedError(Exception):
    """The kernel's message."""


def add(parent: str, name: str, pkey: str) -> None:
    if not (NET / parent).is_dir():
        raise RefusedError(f"Cannot find device {parent!r}")
    if (NET / name).exists():
        raise RefusedError("RTNETLINK answers: File exists")
    if not 0x8001 <= int(pkey, 16) <= 0xFFFF:
        raise RefusedError("Invalid argument: P_Key")
    if len(name) > 15:
        raise RefusedError('argument "name" is wrong: not a valid ifname')
    (NET / name).mkdir()
    (NET / name / "flags").write_text("0x1002\n")


def main(words: list[str]) -> None:
    match words:
        case ["link", "add", "link", parent, "name", name, "type", "ipoib", "pkey", pkey, "mode", "datagram"]:
            add(parent, name, pkey)
        case ["link", "set", "dev", name, "up"]:
            (NET / name / "flags").write_text("0x1003\n")
        case ["link", "delete", "dev", name]:
            (NET / name / "flags").unlink()
            (NET / name).rmdir()
        case _:
            raise RefusedError(f"ip {' '.join(words)}: not known here")


try:
    main(sys.argv[1:])
except (RefusedError, OSError) as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)
