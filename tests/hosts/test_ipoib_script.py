"""The program that makes a host's interfaces of IP over InfiniBand, run against a stand-in for ip and files of /sys."""

import subprocess
from pathlib import Path

import pytest

from netgen.cluster.infiniband import Membership
from netgen.device.model import Host
from netgen.record import replace
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests import ib_devices

RENDERER = make_renderer(resources())
HERE = Path(__file__).parent
_INSIDE = 'mount --bind "$1" /sys && mount --bind "$2" /usr/local/sbin && shift 2 && exec "$@"'
SHELLS = [("dash", "-n"), ("bash", "-n"), ("shellcheck", "-s", "sh")]


def host(*, default: bool = False) -> Host:
    """A host of two HCAs; the default partition may speak IP too."""
    found = ib_devices.ib_host(RENDERER.platforms["linux"])
    if default:
        for hca in found.hcas:
            *others, (last, membership) = hca.partitions
            hca.partitions = (*others, (replace(last, ipoib=True), membership))
    return found


def script(of: Host) -> str:
    return render_device(of, RENDERER)["ipoib.sh"]


@pytest.mark.needs("shellcheck", "shellcheck")
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_shells_read_it(shell: tuple[str, ...], tmp_path: Path):
    (tmp_path / "ipoib.sh").write_text(script(host()))
    done = subprocess.run([*shell, str(tmp_path / "ipoib.sh")], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_interfaces_are_those_of_partitions_that_speak_ip_and_have_not_the_main_one():
    assert [hca.children for hca in host().hcas] == [(0x8200,), (0x8200,)]
    assert [hca.children for hca in host(default=True).hcas] == [(0x8200, 0xFFFF)] * 2
    one = host().hcas[0]
    (train, full), (storage, limited), default = one.partitions
    one.partitions = ((replace(train, index0=False), full), (replace(storage, ipoib=False), limited), default)
    assert one.children == (0x8101,)


def test_a_host_says_one_partition_for_all_its_hcas_or_none():
    found = host()
    assert found.first_partition == found.hcas[0].first
    found.hcas[0].partitions = found.hcas[0].partitions[1:]
    assert found.first_partition is None
    found.fabric = "other"
    assert found.first_partition is None


def nccl(of: Host) -> dict[str, str]:
    lines = render_device(of, RENDERER)["nccl.conf"].splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_nccl_sends_in_the_partition_at_index_0_and_at_its_service_level():
    found = host()
    assert nccl(found) == {
        "NCCL_IB_HCA": "=mlx5_0:1,mlx5_1:1",
        "NCCL_SOCKET_IFNAME": "=eth0",
        "NCCL_CROSS_NIC": "0",
        "NCCL_IB_PKEY": "0",
        "NCCL_IB_SL": "1",
    }
    for hca in found.hcas:
        hca.partitions = tuple((replace(one, index0=False), Membership.FULL) for one, _ in hca.partitions)
    assert {"NCCL_IB_PKEY", "NCCL_IB_SL"} & nccl(found).keys() == set()


@pytest.mark.root
class TestRun:
    @pytest.fixture
    def sys(self, tmp_path: Path) -> Path:
        """Return a /sys with two HCAs, of which the first has an interface of a partition that was."""
        for name in ("ib0", "ib1", "eth0", "ib0.8033", "ib10.8033"):
            (tmp_path / "sys/class/net" / name).mkdir(parents=True)
            (tmp_path / "sys/class/net" / name / "flags").write_text("0x1003\n")
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/ip").write_text((HERE / "fake_ip.py").read_text())
        (tmp_path / "bin/ip").chmod(0o755)
        (tmp_path / "ipoib.sh").write_text(script(host(default=True)))
        return tmp_path / "sys"

    @staticmethod
    def run(sys: Path, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        inside = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _INSIDE, "sh"]
        command = [*inside, str(sys), str(sys.parent / "bin"), "dash", str(sys.parent / "ipoib.sh"), *words]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)

    @staticmethod
    def interfaces(sys: Path) -> dict[str, str]:
        return {path.name: (path / "flags").read_text() for path in (sys / "class/net").iterdir()}

    def test_they_become_what_the_partitions_say(self, sys: Path):
        done = self.run(sys)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        made = {"ib0.8200", "ib0.ffff", "ib1.8200", "ib1.ffff"}
        assert self.interfaces(sys) == dict.fromkeys({"ib0", "ib1", "eth0", "ib10.8033", *made}, "0x1003\n")
        assert self.run(sys, "--check").returncode == 0

    def test_check_changes_nothing_and_says_what_differs(self, sys: Path):
        before = self.interfaces(sys)
        done = self.run(sys, "--check", "ib0")
        assert done.returncode == 2
        assert done.stdout.splitlines() == [
            "ib0: ip link add link ib0 name ib0.8200 type ipoib pkey 0x8200 mode datagram",
            "ib0: ip link set dev ib0.8200 up",
            "ib0: ip link add link ib0 name ib0.ffff type ipoib pkey 0xffff mode datagram",
            "ib0: ip link set dev ib0.ffff up",
            "ib0: ip link delete dev ib0.8033",
        ]
        assert self.interfaces(sys) == before

    def test_what_was_saved_comes_back(self, sys: Path):
        before = self.interfaces(sys)
        saved = self.run(sys, "--save").stdout
        assert saved == "ib0 0x8033\nib1\n"
        assert self.run(sys).returncode == 0
        assert self.interfaces(sys) != before
        assert self.run(sys, "--restore", stdin=saved).returncode == 0
        assert self.interfaces(sys) == before

    def test_one_that_is_down_comes_up(self, sys: Path):
        self.run(sys)
        (sys / "class/net/ib1.8200/flags").write_text("0x1002\n")
        assert self.run(sys, "--check").stdout == "ib1: ip link set dev ib1.8200 up\n"
        assert self.run(sys, "ib1").returncode == 0
        assert self.interfaces(sys)["ib1.8200"] == "0x1003\n"

    def test_what_cannot_be_done_is_said(self, sys: Path):
        (sys / "class/net/ib1/flags").unlink()
        (sys / "class/net/ib1").rmdir()
        done = self.run(sys)
        assert done.returncode == 1
        assert done.stderr == "ib1: there is no such interface: is ib_ipoib loaded?\n"
        assert self.run(sys, "ib7").returncode == 1
        assert self.run(sys, "--help").returncode == 64
