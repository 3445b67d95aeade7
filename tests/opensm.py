"""A real OpenSM on a simulated fabric: what it makes of files, and the tables that it leaves on the ports.

ibsim answers for every port of the fabric (github.com/linux-rdma/ibsim); OpenSM and the tools reach it through
``libumad2sim.so`` in place of a kernel driver.
"""

import os
import re
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PRELOADED = sorted(Path("/usr/lib").glob("*/umad2sim/libumad2sim.so"))
LEAVES = (0x0002C90300100000, 0x0002C90300100010)
SPINES = (0x0002C90300200000, 0x0002C90300200010)
"""GUIDs of nodes, as `tests.ib_devices` has them."""
FIRST_UPLINK = 33
PORTS = 40


@dataclass(frozen=True, slots=True)
class Sweep:
    """One heavy sweep of an OpenSM."""

    said: str
    """On its terminal, and in its log."""
    tables: Mapping[int, frozenset[int]]
    """P_Keys of each port, with the bit of membership, by its GUID."""
    first: Mapping[int, int]
    """The one at index 0."""
    lanes: tuple[int, ...]
    """Of each service level, at the first port."""

    @property
    def troubles(self) -> list[str]:
        """What it complained of."""
        complaint = re.compile(r"PARSE|Unrecognized|ERR |[Ff]ailed")
        return [line for line in self.said.splitlines() if complaint.search(line)]

    @property
    def engines(self) -> list[str]:
        """Routing engines that computed the tables."""
        return re.findall(r"(\S+) tables configured on all switches", self.said)


def net(ports: Sequence[int]) -> str:
    """Two spines over two leaves, with an HCA of one port for each GUID."""
    lines: list[str] = []
    place = {guid: (LEAVES[index % 2], index // 2 + 1) for index, guid in enumerate(ports)}
    for guid in ports:
        leaf, port = place[guid]
        lines += [
            f"caguid=0x{guid - 1:x}",
            f'Ca\t1 {_ca(guid)}\t\t# "{guid:x}"',
            f"[1]({guid:x})\t{_switch(leaf)}[{port}]",
            "",
        ]
    for index, leaf in enumerate(LEAVES):
        lines += _head(leaf, f"leaf{index + 1}")
        lines += [f"[{port}]\t{_ca(guid)}[1]" for guid, (at, port) in place.items() if at == leaf]
        lines += [f"[{FIRST_UPLINK + up}]\t{_switch(spine)}[{index + 1}]" for up, spine in enumerate(SPINES)]
        lines.append("")
    for up, spine in enumerate(SPINES):
        lines += _head(spine, f"spine{up + 1}")
        lines += [f"[{index + 1}]\t{_switch(leaf)}[{FIRST_UPLINK + up}]" for index, leaf in enumerate(LEAVES)]
        lines.append("")
    return "\n".join(lines)


def _ca(port: int) -> str:
    return f'"H-{port - 1:016x}"'


def _switch(guid: int) -> str:
    return f'"S-{guid:016x}"'


def _head(guid: int, name: str) -> list[str]:
    return [
        f"switchguid=0x{guid:x}({guid:x})",
        f'Switch\t{PORTS} {_switch(guid)}\t\t# "{name}" enhanced port 0 lid 0 lmc 0',
    ]


def sweep(files: Mapping[str, str], ports: Sequence[int], folder: Path, network: str | None = None) -> Sweep:
    """Let an OpenSM that has some files, as they would lie in /etc/opensm, sweep a fabric once.

    Parameters
    ----------
    files
        By name.
    ports
        GUIDs of ports to read back; OpenSM is at the first of them. The GUID of a node is one less.
    folder
        An empty one.
    network
        The fabric, as ibnetdiscover prints it; default: `net` of the ports.
    """
    _lay_out(files, net(ports) if network is None else network, folder)
    with simulated(folder, ports[0] - 1) as environment:
        done = run([*_command(folder), "-o"], environment)
        said = done.stdout + done.stderr + (folder / "log").read_text()
        lids = dict(_lids(folder / "guid2lid"))
        tables = {guid: list(_table(lids[guid], environment)) for guid in ports}
        keys = {guid: frozenset(key for key in table if key & 0x7FFF) for guid, table in tables.items()}
        first = {guid: table[0] for guid, table in tables.items()}
        return Sweep(said, keys, first, tuple(_lanes(lids[ports[0]], environment)))


def _lay_out(files: Mapping[str, str], network: str, folder: Path) -> None:
    (folder / "net").write_text(network)
    for name, text in files.items():
        (folder / name).write_text(text.replace("/etc/opensm/", f"{folder}/"))


def _command(folder: Path) -> list[str]:
    return ["opensm", "-F", f"{folder}/opensm.conf", "-f", f"{folder}/log", "--dump_files_dir", f"{folder}"]


@contextmanager
def alive(files: Mapping[str, str], ports: Sequence[int], folder: Path) -> Iterator[Callable[[int, int, int], int]]:
    """Keep an OpenSM alive that has some files; yield what asks it for a path.

    It takes the GUIDs of two ports and a P_Key, and returns the service level that the manager answers.
    """
    _lay_out(files, net(ports), folder)
    with simulated(folder, ports[0] - 1) as environment:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        manager = subprocess.Popen(_command(folder), env=environment, cwd=folder, **quiet)
        try:
            deadline = time.monotonic() + 240
            while not (folder / "log").exists() or "SUBNET UP" not in (folder / "log").read_text():
                assert manager.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            lids = dict(_lids(folder / "guid2lid"))

            def ask(source: int, target: int, pkey: int) -> int:
                ends = ["--slid", str(lids[source]), "--dlid", str(lids[target]), "--pkey", f"{pkey:#x}"]
                found = re.search(r"\bsl\.+(0x[0-9a-f]+)", run(["saquery", "PR", *ends], environment).stdout)
                assert found
                return int(found[1], 16)

            yield ask
        finally:
            manager.terminate()
            manager.wait(120)


@contextmanager
def simulated(folder: Path, node: int) -> Iterator[dict[str, str]]:
    """Run ibsim on a folder's ``net``; yield the environment that leads programs to it, as they run on a node."""
    name = f"netgen-{uuid.uuid4().hex[:12]}"
    environment = {**os.environ, "IBSIM_SOCKNAME": name, "OSM_CACHE_DIR": f"{folder}", "OSM_TMP_DIR": f"{folder}"}
    command = ["ibsim", "-s", "-n", "-N", "512", "-S", "64", "-P", "8192", f"{folder}/net"]
    with (folder / "ibsim").open("w") as said:
        simulator = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + 120
        while f"@{name}:ctl" not in Path("/proc/net/unix").read_text(errors="replace"):
            assert simulator.poll() is None, (folder / "ibsim").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield {**environment, "LD_PRELOAD": str(PRELOADED[0]), "SIM_HOST": f"H-{node:016x}"}
    finally:
        simulator.terminate()
        simulator.wait(120)


def run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # libumad2sim makes a folder where the program runs.
    folder = environment["OSM_TMP_DIR"]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=240, check=True)


def _lids(path: Path) -> Iterator[tuple[int, int]]:
    for line in path.read_text().splitlines():
        if line.strip():
            guid, lid, _ = line.split()
            yield int(guid, 16), int(lid, 16)


def _table(lid: int, environment: dict[str, str]) -> Iterator[int]:
    for line in run(["smpquery", "pkeys", str(lid), "1"], environment).stdout.splitlines():
        if re.match(r"\s*\d+: 0x", line):
            yield from (int(word, 16) for word in line.split()[1:])


def _lanes(lid: int, environment: dict[str, str]) -> Iterator[int]:
    for line in run(["smpquery", "sl2vl", str(lid), "1"], environment).stdout.splitlines():
        if line.startswith("ports: in  0, out  0:"):
            yield from (int(word) for word in line.split(":", 2)[2].split("|") if word.strip())
