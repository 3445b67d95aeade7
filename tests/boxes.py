"""Linux boxes to try rendered files on: each a process with namespaces of its own, all gone when it ends.

A box has its own interfaces, host name, processes and private copies of the directories that FRR and ifupdown2
write to. It shares nothing with `netgen.lab`: the files are to stand on their own.
"""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

BOX_NEEDS = ("/usr/lib/frr/bgpd", "frr")
_PRIVATE = ("/etc/frr", "/run/frr", "/run/network", "/var/tmp")
_SETUP = """
set -e
mount --make-rprivate /
mount -t sysfs sysfs /sys
for directory in {directories}; do mkdir -p $directory; mount -t tmpfs tmpfs $directory; done
chown frr:frr /etc/frr /run/frr
: > /etc/frr/vtysh.conf
hostname "$1"
ip link set lo up
echo ready
exec sleep 3600
"""


class Box:
    """One box; `run` runs a program in it."""

    def __init__(self, name: str, process: subprocess.Popen[str], pid: int) -> None:
        self.name = name
        self.process = process
        self.pid = pid

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program in the box, for at most three minutes; without a shell."""
        enter = ("nsenter", "-t", str(self.pid), "--net", "--uts", "--mount", "--pid")
        done = subprocess.run([*enter, *command], capture_output=True, text=True, timeout=180, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{self.name}: {' '.join(command)}: {done.stdout}{done.stderr}")
        return done

    def configure(self, files: Mapping[str, str], folder: Path) -> None:
        """Put rendered interfaces and sysctls into effect with the real tools; what they complain about fails."""
        for name, text in files.items():
            (folder / name).write_text(text)
        self.run("sysctl", "-q", "-p", str(folder / "sysctl.conf"))
        self.run("mount", "--bind", str(folder / "interfaces"), "/etc/network/interfaces")
        done = self.run("ifreload", "-a")
        assert done.stderr == "", f"{self.name}: ifreload -a: {done.stderr}"

    def start_frr(self) -> None:
        """Start the daemons of a router, with nothing configured."""
        for daemon, *options in (("zebra", "-s", "90000000"), ("bgpd",), ("bfdd",)):
            self.run(f"/usr/lib/frr/{daemon}", "-d", "-A", "127.0.0.1", *options)

    def frr_reload(self, mode: str, path: Path) -> str:
        """Compare (``--test``) or apply (``--reload``) a frr.conf; returns what frr-reload.py says beside its log."""
        done = self.run("/usr/lib/frr/frr-reload.py", mode, "--stdout", str(path))
        return "\n".join(line for line in done.stdout.splitlines() if line.strip() and "  INFO: " not in line)

    def vtysh(self, command: str) -> str:
        """Ask the router."""
        return self.run("vtysh", "-c", command).stdout


@contextlib.contextmanager
def box(name: str) -> Iterator[Box]:
    """Make a box for as long as the context lasts."""
    unshare = ("unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    script = _SETUP.format(directories=" ".join(_PRIVATE))
    # Should the tests be killed, so is the box: its first process is told when its parent ends.
    command = ["setpriv", "--pdeathsig", "KILL", *unshare, "sh", "-c", script, "sh", name]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", f"box {name} did not come up"
        yield Box(name, process, _child(process.pid))
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def cable(a: Box, a_port: str, b: Box, b_port: str) -> None:
    """Lay a cable between two boxes."""
    # Only the network namespace is entered: process ids mean what they mean here.
    veth = ("ip", "link", "add", a_port, "type", "veth", "peer", "name", b_port, "netns", str(b.pid))
    subprocess.run(["nsenter", "-t", str(a.pid), "--net", *veth], check=True, timeout=60)


def wait_for(condition: Callable[[], bool], what: str, *, seconds: int = 180) -> None:
    """Wait until a condition holds; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.2)


def _child(pid: int) -> int:
    """Process id of the only child: the first process inside of the namespaces."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
