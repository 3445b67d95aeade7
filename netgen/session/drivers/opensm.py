"""NAPALM driver of a subnet manager: OpenSM on a Linux host; its files are one transaction, and what it says counts."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from napalm.base.exceptions import ReplaceConfigException

from netgen.session.drivers.artifacts import OPENSM_ARTIFACTS, Artifact
from netgen.session.drivers.linux import LinuxDriver
from netgen.session.drivers.partitions import complaints

_VERSION = re.compile(r"^OpenSM (\S+)", re.MULTILINE)
_PARTITIONS, _OPTIONS = "partitions.conf", "opensm.conf"
# Runs a program as OpenSM sees its fabric: with the environment that it was started with, in its folder.
_AS_OPENSM = """\
for pid in $(pgrep -x opensm) ''; do
    [ "$(readlink "/proc/$pid/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ] || break
done
[ -n "$pid" ] && cd "/proc/$pid/cwd" || { echo "OpenSM does not run" >&2; exit 1; }
{ cat "/proc/$pid/environ"; printf 'PATH=%s\\0LC_ALL=C\\0' "$PATH:/usr/sbin:/sbin"; printf '%s\\0' "$@"; } \\
    | xargs -0 env -i
"""


class OpenSmDriver(LinuxDriver):
    """A Linux host that runs OpenSM; every candidate has its options and its partitions, which are one policy.

    A commit is refused, or undoes itself, unless OpenSM says that it has taken all files as they are, that the wanted
    engine routes the fabric, and that its sweep is over; a subnet manager in standby reads them when it takes over.
    """

    ARTIFACTS: ClassVar[tuple[Artifact, ...]] = OPENSM_ARTIFACTS
    VENDOR: ClassVar[str] = "OpenSM"

    def _main_artifact(self) -> Artifact:
        return self.ARTIFACTS[-1]

    def load_replace_artifacts(self, files: Mapping[str, str]) -> None:
        """Load the whole candidate, of which OpenSM's options and partitions are always part.

        Raises
        ------
        ReplaceConfigException
            When OpenSM would not take a text as it is; it would not say so itself, but do what nobody asked for.
        """
        missing = [name for name in (_PARTITIONS, _OPTIONS) if name not in files]
        if missing:
            raise ReplaceConfigException(f"{self.hostname}: {' and '.join(missing)} must be part of every change")
        found = complaints(files[_PARTITIONS])
        if found:
            line, what = found[0]
            raise ReplaceConfigException(f"the device would misread the candidate: {_PARTITIONS}:{line}: {what}")
        super().load_replace_artifacts(files)

    def ask(self, program: str, *arguments: str, timeout_s: float | None = None) -> str:
        """Return what a program prints that looks at the fabric as this subnet manager does, such as ``sminfo``."""
        return self._ask("/bin/sh", "-c", _AS_OPENSM, "sh", program, *arguments, timeout_s=timeout_s)

    def _os_version(self, release: Mapping[str, str]) -> str:  # noqa: ARG002 - OpenSM's version is what its files are for
        shown = _VERSION.search(self._ask("opensm", "--version"))
        return shown[1] if shown else ""

    def get_bgp_neighbors(self) -> dict[str, Any]:
        """Return nothing: a subnet manager does not route IP."""
        return {}
