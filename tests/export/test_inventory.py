import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netgen.cluster.model import InventoryRecord
from netgen.compile import compile_intent
from netgen.export.inventory import inventory
from netgen.record import replace

TOP = Path(__file__).parents[2]
RACK = "{{ lookup('pipe', 'id') }}: #1"


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The inventory of an example as Ansible itself reads it."""
    folder = tmp_path_factory.mktemp("inventory")
    cluster = compile_intent(TOP / "intent/lab").cluster
    assert cluster
    odd = InventoryRecord(rack=RACK, serial='S-"1"', os_version="4.32.2F")
    cluster = replace(cluster, inventory={**cluster.inventory, "pod1-su1-host2": odd})
    (folder / "hosts.yaml").write_text(inventory(cluster))
    program = shutil.which("ansible-inventory", path=str(Path(sys.executable).parent))
    assert program
    done = subprocess.run(
        [program, "-i", folder / "hosts.yaml", "--list"],
        env={**os.environ, "ANSIBLE_HOME": str(folder), "ANSIBLE_LOCALHOST_WARNING": "False"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "WARNING" not in done.stderr
    return json.loads(done.stdout)


def test_ansible_knows_every_device_and_where_it_is(listed: dict):
    hosts = listed["_meta"]["hostvars"]
    assert hosts["pod1-spine1"]["ansible_host"] == "172.21.0.10"
    assert hosts["pod1-su1-rail3-leaf1"]["netgen_rail"] == 3
    assert len(hosts) == 8


def test_switches_have_the_numbers_that_growth_must_not_change(listed: dict):
    hosts = listed["_meta"]["hostvars"]
    spine, leaf = hosts["pod1-spine2"], hosts["pod1-su1-rail3-leaf1"]
    assert (spine["netgen_asn"], spine["netgen_loopback"]) == (4200000001, "10.255.0.130")
    assert (leaf["netgen_asn"], leaf["netgen_loopback"]) == (4200010002, "10.255.0.3")
    assert "netgen_asn" not in hosts["pod1-su1-host1"]


def test_what_people_typed_is_data(listed: dict):
    host = listed["_meta"]["hostvars"]["pod1-su1-host2"]
    assert host["netgen_rack"] == {"__ansible_unsafe": RACK}
    assert host["netgen_serial"] == {"__ansible_unsafe": 'S-"1"'}
    assert host["netgen_os_version"] == {"__ansible_unsafe": "4.32.2F"}
    assert host["netgen_state"] == "active"


@pytest.mark.parametrize(
    ("group", "members"),
    [
        ("role_spine", {"pod1-spine1", "pod1-spine2"}),
        ("rail_3", {"pod1-su1-rail3-leaf1"}),
        ("platform_linux", {"pod1-su1-host1", "pod1-su1-host2"}),
        ("unit_1_1", {*(f"pod1-su1-rail{rail}-leaf1" for rail in range(1, 5)), "pod1-su1-host1", "pod1-su1-host2"}),
    ],
)
def test_groups(listed: dict, group: str, members: set[str]):
    assert set(listed[group]["hosts"]) == members
