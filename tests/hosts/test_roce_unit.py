"""The unit that runs the hosts' program, as systemd itself reads it."""

import os
import subprocess
from pathlib import Path

import pytest

from netgen.device.model import Host
from netgen.render.device import make_renderer, render_device
from netgen.render.words import unit_word
from netgen.resources.load import resources
from tests.lab_fabric import lab_fabric

RENDERER = make_renderer(resources())


def unit(*nics: str) -> str:
    host = lab_fabric()["pod1-su1-host1"]
    assert isinstance(host, Host)
    for port, name in zip(host.ports, nics, strict=True):
        port.name = name
    return render_device(host, RENDERER)["roce.service"]


def verified(text: str, folder: Path) -> list[str]:
    """Complaints of systemd about the instance of a NIC; its program is not installed here."""
    (folder / "netgen-roce@.service").write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", "netgen-roce@rail1.service"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
    )
    return [line for line in done.stderr.splitlines() if "/etc/netgen/roce.sh is not executable" not in line]


@pytest.mark.needs("systemd-analyze", "systemd")
def test_systemd_has_no_complaint_and_would_have_one(tmp_path: Path):
    text = unit("rail1", "rail2")
    assert verified(text, tmp_path) == []
    for old, new in (("oneshot", "oneshoot"), ("BindsTo", "BindsWith"), ("/etc/netgen", "etc/netgen")):
        assert old in text
        assert verified(text.replace(old, new), tmp_path) != []


@pytest.mark.needs("systemctl", "systemd")
def test_enabling_one_nic_enables_all_whatever_they_are_called(tmp_path: Path):
    nics = ("rail1", "eth-0.100")
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    (folder / "netgen-roce@.service").write_text(unit(*nics))
    command = ["systemctl", f"--root={tmp_path}", "enable", "netgen-roce@rail1.service"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    wanted = {path.parent.name + "/" + path.name for path in folder.glob("*.wants/*")}
    assert wanted == {
        f"sys-subsystem-net-devices-{name}.device.wants/netgen-roce@{name}.service"
        for name in ("rail1", r"eth\x2d0.100")
    }


@pytest.mark.needs("systemd-escape", "systemd")
@pytest.mark.parametrize("name", ["rail1", "eth-0", ".x", "a b", "enp1s0f0np0", "ä", "a/b", "%I", "\\x2d", "a:b_c.d"])
def test_names_are_escaped_as_systemd_does(name: str):
    done = subprocess.run(["systemd-escape", "--", name], capture_output=True, text=True, timeout=60, check=True)
    assert unit_word(name) == done.stdout.rstrip("\n")
