"""A machine with NICs that are files: what a host's program is run on, and what it is then told."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.hosts import fake_dcb

HERE = Path(__file__).parent
_INSIDE = 'mount --bind "$1" /sys && mount --bind "$2" /usr/local/sbin && shift 2 && exec "$@"'


class Machine:
    """NICs rail1, rail2, …, each with an RDMA device, under the kernel's own driver.

    Parameters
    ----------
    folder
        An empty one, for its files.
    script
        The program to run.
    """

    def __init__(self, folder: Path, script: str, nics: int = 2) -> None:
        self.sys, self.tools, self.state_file = folder / "sys", folder / "bin", folder / "state.json"
        self.script = folder / "roce.sh"
        self.script.write_text(script)
        self.tools.mkdir()
        for tool in ("dcb", "ethtool"):
            program = self.tools / tool
            program.write_text((HERE / f"fake_{tool}.py").read_text())
            program.chmod(0o755)
        names = [f"rail{number}" for number in range(1, nics + 1)]
        self.state_file.write_text(json.dumps({"calls": [], **{name: fake_dcb.fresh() for name in names}}))
        for index, name in enumerate(names):
            self._add_nic(index, name)

    def _add_nic(self, index: int, name: str) -> None:
        pci = f"0000:{0x1A + index:02x}:00.0"
        device = self.sys / "devices" / pci
        (device / "infiniband" / f"mlx5_{index}").mkdir(parents=True)
        (self.sys / "class/net" / name).mkdir(parents=True)
        (self.sys / "class/net" / name / "device").symlink_to(f"../../../devices/{pci}")
        self.write(f"kernel/config/rdma_cm/mlx5_{index}/ports/1/default_roce_mode", "IB/RoCE v1")
        self.write(f"kernel/config/rdma_cm/mlx5_{index}/ports/1/default_roce_tos", "0")
        for parameter in ("np_cnp_dscp", "np_cnp_prio"):
            self.write(f"kernel/debug/mlx5/{pci}/cc_params/{parameter}", "5")

    def write(self, path: str, value: str) -> None:
        """Write a file of /sys."""
        (self.sys / path).parent.mkdir(parents=True, exist_ok=True)
        (self.sys / path).write_text(value + "\n")

    def read(self, path: str) -> str:
        """Read a file of /sys."""
        return (self.sys / path).read_text().removesuffix("\n")

    def files(self) -> dict[str, str]:
        """Return everything below /sys."""
        return {str(path.relative_to(self.sys)): path.read_text() for path in self.sys.rglob("*") if path.is_file()}

    def run(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run the program there; whatever becomes of it."""
        inside = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _INSIDE, "sh"]
        command = [*inside, str(self.sys), str(self.tools), "dash", str(self.script), *words]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "FAKE_STATE": str(self.state_file)}
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=60, env=environment, check=False
        )

    @property
    def state(self) -> dict[str, Any]:
        """What dcb and ethtool were told, by NIC; and every call that changed something."""
        found: dict[str, Any] = json.loads(self.state_file.read_text())
        return found

    def set_state(self, nic: str, **values: Any) -> None:
        """Change something by hand."""
        state = self.state
        state[nic].update({key.replace("_", "-"): value for key, value in values.items()})
        self.state_file.write_text(json.dumps(state))
