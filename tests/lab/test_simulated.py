"""Labs of simulated switches, alone and beside nodes in namespaces."""

import json
import ssl
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest
import yaml

from netgen.lab import lab
from netgen.lab.errors import LabError
from netgen.lab.spec import LabCable, LabNode, LabSpec

pytestmark = pytest.mark.slow


def eos_nodes():
    return (
        LabNode("leaf1", "eos", "SN1", "4.32.2F", "DCS-7060X6-64PE", ("Ethernet1/1", "Ethernet2/1")),
        LabNode("spine1", "eos", "SN2", "4.32.2F", "DCS-7060X6-64PE", ("Ethernet1/1", "Ethernet2/1")),
    )


def eos_spec():
    nodes = (*eos_nodes(), LabNode("host1", "host", "H1", "12", "server", ("eth1",)))
    cables = (
        LabCable("leaf1", "Ethernet1/1", "spine1", "Ethernet1/1"),
        LabCable("leaf1", "Ethernet2/1", "host1", "eth1"),
    )
    return LabSpec("simulated", nodes, cables)


def run(state_dir, device, command):
    """Run a command through a switch's API, reached as the connections file says and by nothing else."""
    connections = yaml.safe_load((state_dir / "inventory/connections.yaml").read_text())
    platform = connections["platforms"]["lab-eos"]
    credentials = f"{connections['defaults']['username']}:{Path(platform['password']['file']).read_text()}"
    body = {"jsonrpc": "2.0", "id": "1", "method": "runCmds"}
    body["params"] = {"version": 1, "cmds": ["enable", command], "format": "json"}
    request = urllib.request.Request(
        f"https://{connections['devices'][device]['address']}:{platform['port']}/command-api",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Basic {b64encode(credentials.encode()).decode()}"},
    )
    context = ssl.create_default_context(cafile=platform["ca"])
    with urllib.request.urlopen(request, timeout=120, context=context) as answer:
        return json.load(answer)["result"][1]


def neighbours(state_dir, device):
    found = run(state_dir, device, "show lldp neighbors")["lldpNeighbors"]
    return {one["port"]: (one["neighborDevice"], one["neighborPort"]) for one in found}


def test_a_lab_of_simulated_switches(state_dir):
    up = lab.up(eos_spec(), state_dir)
    assert {node.name: node.state for node in up.nodes} == {"leaf1": "up", "spine1": "up", "host1": "passive"}
    assert run(state_dir, "leaf1", "show version")["serialNumber"] == "SN1"
    assert neighbours(state_dir, "leaf1")["Ethernet1/1"] == ("spine1", "Ethernet1/1")
    assert lab.down(state_dir).processes == ()
    assert not state_dir.exists()


def test_faults_of_simulated_switches(state_dir):
    lab.up(eos_spec(), state_dir)
    lab.inject(state_dir, "serial", "leaf1", "SN-OTHER")
    assert run(state_dir, "leaf1", "show version")["serialNumber"] == "SN-OTHER"
    lab.inject(state_dir, "serial", "leaf1", "SN1")
    assert run(state_dir, "leaf1", "show version")["serialNumber"] == "SN1"

    lab.inject(state_dir, "swap", "leaf1", "Ethernet1/1", "leaf1", "Ethernet2/1")
    assert neighbours(state_dir, "leaf1")["Ethernet2/1"] == ("spine1", "Ethernet1/1")
    lab.inject(state_dir, "cable-down", "leaf1", "Ethernet2/1")
    assert "Ethernet2/1" not in neighbours(state_dir, "leaf1")
    assert len(lab.status(state_dir).faults) == 3
    lab.inject(state_dir, "swap", "leaf1", "Ethernet1/1", "leaf1", "Ethernet2/1")
    assert neighbours(state_dir, "leaf1")["Ethernet1/1"] == ("spine1", "Ethernet1/1")

    lab.inject(state_dir, "drift", "leaf1", "hostname stranger")
    assert run(state_dir, "leaf1", "show hostname")["hostname"] == "stranger"
    with pytest.raises(LabError, match="leaf1 refuses the line"):
        lab.inject(state_dir, "drift", "leaf1", "no such thing")

    lab.inject(state_dir, "daemon-down", "spine1", "lldpd")
    assert "Ethernet1/1" not in neighbours(state_dir, "leaf1")
    lab.inject(state_dir, "daemon-up", "spine1", "lldpd")

    lab.inject(state_dir, "management-down", "leaf1")
    with pytest.raises(OSError, match="refused"):
        run(state_dir, "leaf1", "show version")
    lab.inject(state_dir, "management-up", "leaf1")
    assert lab.status(state_dir).faults == ()

    lab.inject(state_dir, "simulate", "leaf1", "held-lock")
    assert lab.status(state_dir).faults == ("leaf1: held-lock",)
    lab.inject(state_dir, "simulate-end", "leaf1", "held-lock")
    with pytest.raises(LabError, match="no fault 'fire' of simulated switches; there are: unreachable"):
        lab.inject(state_dir, "simulate", "leaf1", "fire")
    with pytest.raises(LabError, match="host1 is only the end of its cables"):
        lab.inject(state_dir, "management-down", "host1")


@pytest.mark.root
@pytest.mark.needs("zebra", "frr")
@pytest.mark.needs("lldpd", "lldpd")
@pytest.mark.needs("sshd", "openssh-server")
@pytest.mark.needs("ifreload", "ifupdown2")
def test_both_kinds_in_one_lab(state_dir, remains):
    nodes = (
        *eos_nodes(),
        LabNode("leaf2", "frr", "SN3", "8.4.4", "box", ("swp1", "swp2")),
        LabNode("host1", "host", "H1", "12", "server", ("eth1", "eth2")),
    )
    cables = (
        LabCable("leaf1", "Ethernet1/1", "spine1", "Ethernet1/1"),
        LabCable("leaf2", "swp1", "spine1", "Ethernet2/1"),
        LabCable("leaf1", "Ethernet2/1", "host1", "eth1"),
        LabCable("leaf2", "swp2", "host1", "eth2"),
    )
    came_up = lab.up(LabSpec("mixed", nodes, cables), state_dir)
    lab_has = remains(came_up.supervisor)
    assert {node.name: node.state for node in came_up.nodes} == dict.fromkeys(
        ("leaf1", "leaf2", "spine1", "host1"), "up"
    )
    assert run(state_dir, "leaf1", "show hostname")
    assert neighbours(state_dir, "spine1")["Ethernet2/1"] == ("leaf2", "swp1")
    lab.inject(state_dir, "swap", "leaf2", "swp2", "leaf1", "Ethernet2/1")
    lab.inject(state_dir, "swap", "leaf2", "swp2", "leaf1", "Ethernet2/1")
    assert lab.status(state_dir).faults == ()
    lab.down(state_dir)
    assert lab_has.left() == []
    assert not state_dir.exists()
