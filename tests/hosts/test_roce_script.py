"""The program that sets up a host's NICs, run against stand-ins for the tools and the kernel's files."""

import json
import subprocess
from pathlib import Path

import pytest

from netgen.device.model import Host
from netgen.record import replace
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from tests.hosts import fake_dcb
from tests.hosts.machine import Machine
from tests.lab_fabric import lab_fabric

RENDERER = make_renderer(resources())
CM = "kernel/config/rdma_cm/mlx5_0/ports/1"
CC = "kernel/debug/mlx5/0000:1a:00.0/cc_params"


def host(**fabric: object) -> Host:
    found = lab_fabric(**{"roce": {"profile": "balanced"}, **fabric})["pod1-su1-host1"]
    assert isinstance(found, Host)
    return found


def script(of: Host) -> str:
    return render_device(of, RENDERER)["roce.sh"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, script(host()))


def numbered(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


SHELLS = [("dash", "-n"), ("bash", "-n"), ("shellcheck", "-s", "sh")]


@pytest.mark.needs("shellcheck", "shellcheck")
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@pytest.mark.parametrize("roce", [None, {}, {"congestion-control": "none"}], ids=str)
def test_shells_read_it(shell: tuple[str, ...], roce: dict | None, tmp_path: Path):
    (tmp_path / "roce.sh").write_text(script(host(roce=roce)))
    done = subprocess.run([*shell, str(tmp_path / "roce.sh")], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.root
class TestRun:
    def test_a_nic_becomes_what_the_policy_says(self, machine: Machine):
        done = machine.run()
        assert (done.returncode, done.stdout) == (0, "")
        for nic in ("rail1", "rail2"):
            is_now = machine.state[nic]
            assert is_now["trust"] == "dscp"
            assert {dscp: prio for dscp, prio in is_now["dscp-prio"].items() if prio != "0"} == {
                "26": "3",
                "48": "6",
                "56": "7",
            }
            assert len(is_now["dscp-prio"]) == 64
            assert [prio for prio, paused in is_now["prio-pfc"].items() if paused == "on"] == ["3"]
            assert is_now["prio-tc"] == numbered("0:0 1:0 2:0 3:3 4:0 5:0 6:6 7:7")
            assert [tc for tc, kind in is_now["tc-tsa"].items() if kind == "strict"] == ["6", "7"]
            assert {tc: share for tc, share in is_now["tc-bw"].items() if share not in {"0", "100"}} == {
                "0": "10",
                "3": "90",
            }
            assert {tc: rate for tc, rate in is_now["tc-maxrate"].items() if rate != "0bit"} == {"6": "20Gbit"}
            assert (is_now["delay"], is_now["stall"], is_now["dcbx"]) == ("3", 200, ["host", "ieee"])
        assert machine.read(f"{CM}/default_roce_mode") == "RoCE v2"
        assert int(machine.read(f"{CM}/default_roce_tos")) >> 2 == 26
        assert (machine.read(f"{CC}/np_cnp_dscp"), machine.read(f"{CC}/np_cnp_prio")) == ("48", "6")
        assert "rail1: this driver does not switch DCQCN by priority" in done.stderr

    def test_a_second_run_touches_nothing(self, machine: Machine):
        machine.run()
        before, files = machine.state, machine.files()
        assert before["rail1"]["link-toggles"] == 1
        assert machine.run().returncode == 0
        assert (machine.state, machine.files()) == (before, files)
        check = machine.run("--check")
        assert (check.returncode, check.stdout) == (0, "")

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            (
                {"prio_pfc": numbered("0:off 1:off 2:off 3:off 4:on 5:off 6:off 7:off")},
                "dcb pfc set dev rail2 prio-pfc 3:on 4:off",
            ),
            ({"delay": "9"}, "dcb pfc set dev rail2 delay 3"),
            ({"stall": 100}, "ethtool --set-tunable rail2 pfc-prevention-tout 200"),
            ({"dscp_prio": dict.fromkeys(fake_dcb.DSCPS, "0")}, "dcb app add dev rail2 dscp-prio 26:3 48:6 56:7"),
            ({"dcbx": ["cee", "ieee"]}, "dcb dcbx set dev rail2 host"),
            ({"tc_bw": dict.fromkeys("01234567", "50")}, "dcb ets set dev rail2 tc-bw 0:10 3:90"),
            ({"prio_tc": dict.fromkeys("01234567", "0")}, "dcb ets set dev rail2 prio-tc 3:3 6:6 7:7"),
            ({"tc_maxrate": dict.fromkeys("01234567", "0bit")}, "dcb maxrate set dev rail2 tc-maxrate 6:20Gbit"),
        ],
    )
    def test_what_was_changed_by_hand_is_told_and_mended(self, machine: Machine, changed: dict, words: str):
        machine.run()
        machine.set_state("rail2", **changed)
        before = machine.state
        told = machine.run("--check")
        assert told.returncode == 2
        assert told.stdout == f"rail2: {words}\n"
        assert machine.state == before
        assert machine.run().returncode == 0
        assert machine.run("--check").returncode == 0

    def test_a_file_of_the_kernel_that_was_changed_is_told_and_mended(self, machine: Machine):
        machine.run()
        machine.write(f"{CM}/default_roce_mode", "IB/RoCE v1")
        told = machine.run("--check")
        assert told.returncode == 2
        assert told.stdout == f"rail1: put /sys/{CM}/default_roce_mode RoCE v2\n"
        machine.run()
        assert machine.read(f"{CM}/default_roce_mode") == "RoCE v2"

    @pytest.mark.parametrize("earlier", [False, True], ids=["from-fresh", "from-another-policy"])
    def test_what_was_saved_comes_back(self, machine: Machine, earlier: bool, tmp_path: Path):
        if earlier:
            ours, gpu = machine.script.read_text(), {"dscp": [24], "traffic-class": 4, "queue": 4, "pfc-priority": 4}
            other = {"classes": {"gpu": {**gpu, "lossless": True}}, "watchdog": None}
            machine.script.write_text(script(host(roce=other)))
            assert machine.run().returncode == 0
            machine.script.write_text(ours)
        saved = machine.run("--save")
        assert saved.returncode == 0
        before, files = machine.state, machine.files()
        assert machine.run().returncode == 0
        assert machine.state["rail1"] != before["rail1"]
        assert machine.run("--restore", stdin=saved.stdout).returncode == 0
        after = machine.state
        for state in (before, after):
            del state["calls"], state["rail1"]["link-toggles"], state["rail2"]["link-toggles"]
            for nic in ("rail1", "rail2"):
                state[nic].setdefault("stall", 0)
                del state[nic]["dcbx"]  # dcb cannot give it back to the firmware
                # a strict class has no share, and what a driver shows instead of it is of no meaning
                for tc, kind in state[nic]["tc-tsa"].items():
                    if kind != "ets":
                        del state[nic]["tc-bw"][tc]
        assert after == before
        assert machine.files() == files

    @pytest.mark.parametrize("comes_back", [True, False])
    def test_it_waits_for_the_links_that_it_took_down(self, machine: Machine, comes_back: bool):
        machine.write("class/net/rail1/carrier", "1")
        (machine.tools / "dcb").rename(machine.tools / "dcb-of-old")
        carrier = "/sys/class/net/rail1/carrier"
        takes_down = f'case "$*" in "pfc set dev rail1 "*) echo 0 >{carrier} ;; esac; exec dcb-of-old "$@"'
        for tool, body in (("dcb", takes_down), ("sleep", f"echo {int(comes_back)} >{carrier}")):
            (machine.tools / tool).write_text(f"#!/bin/sh\n{body}\n")
            (machine.tools / tool).chmod(0o755)
        done = machine.run()
        assert done.returncode == (0 if comes_back else 1)
        assert ("rail1: its link has not come back 60 s after" in done.stderr) is not comes_back
        assert machine.read("class/net/rail1/carrier") == str(int(comes_back))

    def test_what_save_did_not_print_is_not_run(self, machine: Machine, tmp_path: Path):
        done = machine.run("--restore", stdin=f"touch {tmp_path}/x\nput {tmp_path}/y $(touch {tmp_path}/z)\n")
        assert done.returncode == 1
        assert "not a line of --save: touch" in done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"bin", "roce.sh", "state.json", "sys", "y"}

    def test_one_nic_alone(self, machine: Machine):
        fresh = machine.state["rail1"]
        assert machine.run("rail2").returncode == 0
        assert machine.state["rail1"] == fresh
        assert machine.state["rail2"]["trust"] == "dscp"
        assert machine.run("rail9").returncode == 1
        assert machine.run("--frobnicate").returncode == 64

    def test_a_virtual_link_is_named_and_is_no_fault(self, machine: Machine):
        (machine.sys / "class/net/rail1/device").unlink()
        done = machine.run()
        assert done.returncode == 0
        assert "rail1: a virtual link has no RDMA device: nothing to set" in done.stderr
        assert machine.state["rail1"]["trust"] == "pcp"
        assert machine.state["rail2"]["trust"] == "dscp"

    def test_an_rdma_device_of_another_name_is_a_fault_of_that_nic_alone(self, machine: Machine):
        device = machine.sys / "devices/0000:1a:00.0/infiniband"
        (device / "mlx5_0").rename(device / "rocep26s0")
        done = machine.run()
        assert done.returncode == 1
        assert "rail1: its RDMA device is called rocep26s0, not mlx5_0" in done.stderr
        assert machine.state["rail2"]["trust"] == "dscp"

    def test_a_nic_that_is_not_there_is_a_fault(self, machine: Machine):
        (machine.sys / "class/net/rail1/device").unlink()
        (machine.sys / "class/net/rail1").rmdir()
        done = machine.run("--check")
        assert done.returncode == 1
        assert "rail1: there is no such interface" in done.stderr

    def test_a_tool_that_refuses_is_quoted_and_the_rest_is_done(self, machine: Machine):
        (machine.tools / "ethtool").write_text("#!/bin/sh\necho netlink error: Operation not supported\nexit 1\n")
        done = machine.run()
        assert done.returncode == 1
        assert "rail1: ethtool --get-tunable rail1: netlink error: Operation not supported" in done.stderr
        assert machine.read(f"{CM}/default_roce_mode") == "RoCE v2"

    @pytest.mark.parametrize(("dscp", "status"), [(48, 0), (46, 1)])
    def test_without_debugfs_notifications_are_as_shipped_or_a_fault(self, tmp_path: Path, dscp: int, status: int):
        cnp = {"dscp": [dscp], "traffic-class": 6, "queue": 6, "strict": {"cap": "5%"}}
        machine = Machine(tmp_path, script(host(roce={"classes": {"cnp": cnp}})))
        for path in (machine.sys / "kernel/debug/mlx5").rglob("np_*"):
            path.unlink()
        assert machine.run("--save").returncode == status
        done = machine.run()
        assert done.returncode == status
        assert ("rail1: notifications are taken to be as shipped" in done.stderr) == (status == 0)
        assert "np_cnp_dscp': No such file" in done.stderr

    @pytest.mark.parametrize(("control", "enabled", "tos"), [("dcqcn", "1", "106"), ("none", "0", "104")])
    def test_nvidias_driver_switches_congestion_control_by_priority(
        self, tmp_path: Path, control: str, enabled: str, tos: str
    ):
        machine = Machine(tmp_path, script(host(roce={"congestion-control": control})), nics=2)
        for nic in ("rail1", "rail2"):
            for protocol in ("roce_np", "roce_rp"):
                for priority in range(8):
                    machine.write(f"class/net/{nic}/ecn/{protocol}/enable/{priority}", "5")
            machine.write(f"class/net/{nic}/ecn/roce_np/cnp_dscp", "0")
            machine.write(f"class/net/{nic}/ecn/roce_np/cnp_802p_prio", "0")
        done = machine.run()
        assert (done.returncode, done.stderr) == (0, "")
        for protocol in ("roce_np", "roce_rp"):
            shown = [machine.read(f"class/net/rail1/ecn/{protocol}/enable/{priority}") for priority in range(8)]
            assert shown == ["5", "5", "5", enabled, "5", "5", "5", "5"]
        assert machine.read("class/net/rail2/ecn/roce_np/cnp_dscp") == "48"
        assert machine.read("class/net/rail2/ecn/roce_np/cnp_802p_prio") == "6"
        assert machine.read(f"{CM}/default_roce_tos") == tos

    def test_without_a_policy_nothing_is_paused_and_nothing_else_is_touched(self, tmp_path: Path):
        machine = Machine(tmp_path, script(host(roce=None)))
        machine.set_state("rail1", prio_pfc=numbered("0:off 1:off 2:off 3:on 4:off 5:off 6:off 7:off"))
        before = machine.state["rail2"]
        assert machine.run().returncode == 0
        assert set(machine.state["rail1"]["prio-pfc"].values()) == {"off"}
        assert {**machine.state["rail2"], "delay": before["delay"]} == before

    def test_a_nic_whose_cable_is_not_known_keeps_its_length(self, tmp_path: Path):
        machine = Machine(tmp_path, script(host(cables={})))
        assert machine.run().returncode == 0
        assert machine.state["rail1"]["delay"] == "7"


def test_names_cannot_leave_their_words():
    odd = host()
    odd.ports[0] = replace(odd.ports[0], name="$(reboot) x", rdma="';reboot;'")
    [line] = [line for line in script(odd).splitlines() if "reboot" in line]
    assert line.strip() == "nic '$(reboot) x' ''\"'\"';reboot;'\"'\"'' 3"


@pytest.mark.needs("dcb", "iproute2")
def test_dcb_itself_reads_the_map_of_code_points():
    text = script(host())
    words = text.partition("DSCP_PRIO='")[2].partition("'")[0].split()
    command = ["dcb", "app", "add", "dev", "no-such-nic", "dscp-prio"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.strip() == "Attribute write: No such device"
    wrong = subprocess.run([*command, *words, "64:0"], capture_output=True, text=True, timeout=60, check=False)
    assert "DSCP is expected to be 0..63" in wrong.stderr


def test_the_fakes_know_what_the_manual_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The example of dcb-ets(8), and the one of dcb-pfc(8)."""
    (tmp_path / "state").write_text("{}")
    monkeypatch.setenv("FAKE_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(fake_dcb, "STATE", tmp_path / "state")
    (tmp_path / "state").write_text(json.dumps({"calls": [], "eth0": fake_dcb.fresh()}))
    told = [
        "ets set dev eth0 tc-tsa all:strict 0:ets 1:ets 2:ets tc-bw all:0 0:33 1:33 2:34",
        "pfc set dev eth0 prio-pfc all:off 6:on 7:on delay 4096",
        "ets show dev eth0 tc-tsa",
        "pfc show dev eth0 prio-pfc",
    ]
    shown = [fake_dcb.main(command.split()) for command in told]
    assert shown[2:] == [
        "tc-tsa 0:ets 1:ets 2:ets 3:strict 4:strict 5:strict 6:strict 7:strict \n",
        "prio-pfc 0:off 1:off 2:off 3:off 4:off 5:off 6:on 7:on \n",
    ]
