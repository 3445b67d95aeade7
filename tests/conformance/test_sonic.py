"""What is built for SONiC is what the release's own models take, and they do refuse what is wrong."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests.conformance.constraints import broken, constraints, kinds
from tests.conformance.yang import Models, UnknownError
from tests.lab_fabric import lab_fabric

Tables = dict[str, dict[str, dict[str, str]]]

pytestmark = pytest.mark.needs("yanglint", "libyang2-tools")

STORAGE = {"dscp": [34], "traffic-class": 4, "queue": 4, "pfc-priority": 4, "lossless": True}
POOLS = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24"}
WRITTEN = (
    "BREAKOUT_CFG",
    "BUFFER_PG",
    "BUFFER_POOL",
    "BUFFER_PORT_EGRESS_PROFILE_LIST",
    "BUFFER_PORT_INGRESS_PROFILE_LIST",
    "BUFFER_PROFILE",
    "BUFFER_QUEUE",
    "CABLE_LENGTH",
    "DEVICE_METADATA",
    "DEVICE_NEIGHBOR",
    "DNS_NAMESERVER",
    "DSCP_TO_TC_MAP",
    "FLEX_COUNTER_TABLE",
    "GNMI",
    "INTERFACE",
    "LOOPBACK_INTERFACE",
    "MAP_PFC_PRIORITY_TO_QUEUE",
    "MGMT_INTERFACE",
    "MGMT_PORT",
    "MGMT_VRF_CONFIG",
    "NTP",
    "NTP_SERVER",
    "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
    "PFC_WD",
    "PORT",
    "PORTCHANNEL",
    "PORTCHANNEL_MEMBER",
    "PORT_QOS_MAP",
    "QUEUE",
    "SCHEDULER",
    "SNMP",
    "SNMP_COMMUNITY",
    "SYSLOG_SERVER",
    "TC_TO_PRIORITY_GROUP_MAP",
    "TC_TO_QUEUE_MAP",
    "VLAN",
    "VLAN_INTERFACE",
    "VLAN_MEMBER",
    "WRED_PROFILE",
)
"""Every table of ConfigDB that netgen writes."""
FABRICS: dict[str, dict[str, object]] = {
    "unnumbered": {"roce": {"profile": "balanced"}},
    "numbered": {"roce": {"profile": "balanced"}, "pools": {**POOLS, "links": "10.128.0.0/16"}},
    "no-watchdog": {"roce": {"watchdog": None, "congestion-control": "none"}},
    "two-lossless": {"roce": {"classes": {"storage": STORAGE}}},
    "svi": {"roce": {"profile": "balanced"}, "attach": "svi"},
    "bond": {"attach": "bond", "share": {"rails": 8}},
    "host-bgp": {"attach": "host-bgp", "pools": {**POOLS, "host-loopbacks": "10.254.0.0/24"}},
    "no-roce": {},
}


@pytest.fixture(scope="module")
def models(shared: Path) -> Models:
    return Models(shared / "yang/sonic-202411")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return make_renderer(resources())


def built(renderer: Renderer, model: str, changes: dict[str, object]) -> dict[str, Tables]:
    fabric = lab_fabric(platform="sonic", model=model, profile="hgx-h100-8x400g", **changes)
    texts = {
        device.name: render_device(device, renderer)["config_db.json"]
        for device in fabric.values()
        if isinstance(device, Switch)
    }
    # What the session puts in the place of the secret has no @ in it, which the models refuse.
    return {name: json.loads(text.replace("@secret:snmp@", "s3cret")) for name, text in texts.items()}


@pytest.fixture(scope="module")
def leaf(renderer: Renderer) -> str:
    tables = built(renderer, "sn5600", {**FABRICS["unnumbered"]})["pod1-su1-rail1-leaf1"]
    return json.dumps(tables)


@pytest.mark.parametrize("name", FABRICS)
@pytest.mark.parametrize("model", ["sn5600", "dcs-7060x6-64pe"])
def test_every_switch_is_valid(models: Models, renderer: Renderer, tmp_path: Path, model: str, name: str):
    fabric = built(renderer, model, FABRICS[name])
    for device in ("pod1-su1-rail1-leaf1", "pod1-spine1"):
        assert models.complaints(fabric[device], tmp_path) == [], device


def test_a_configuration_that_is_known_to_be_valid_is(models: Models, shared: Path, tmp_path: Path):
    sample = json.loads((shared / "reference/platforms/sonic_sample_config_db.json").read_text())
    assert models.complaints(sample, tmp_path) == []


def put(table: str, field: str, value: str) -> Callable[[Tables], None]:
    """Set a field of the entry whose key has most parts."""
    return lambda tables: tables[table][max(tables[table], key=lambda key: key.count("|"))].update({field: value})


def bare_entry_dropped(table: str) -> Callable[[Tables], None]:
    """Leave an address without the entry of its interface."""
    return lambda tables: tables[table].pop(next(key for key in tables[table] if "|" in key).partition("|")[0]) and None


def asynchronous(tables: Tables) -> None:
    tables["DEVICE_METADATA"]["localhost"] |= {"suppress-fib-pending": "enabled", "synchronous_mode": "disable"}


def no_management_vrf(tables: Tables) -> None:
    tables["MGMT_VRF_CONFIG"]["vrf_global"]["mgmtVrfEnabled"] = "false"


def slow_poll(tables: Tables) -> None:
    tables["PFC_WD"]["GLOBAL"]["POLL_INTERVAL"] = "300"


def no_committed_rate(tables: Tables) -> None:
    del tables["SCHEDULER"]["ROCE-400G-cnp"]["cir"]


def routed_member(tables: Tables) -> None:
    (vlan,) = tables["VLAN"]
    tables["VLAN_MEMBER"][f"{vlan}|{next(iter(tables['INTERFACE']))}"] = {"tagging_mode": "untagged"}


MUSTS: dict[str, Callable[[Tables], None]] = {
    "BUFFER_POOL": put("BUFFER_POOL", "percentage", "50"),
    "DEVICE_METADATA": asynchronous,
    "INTERFACE": bare_entry_dropped("INTERFACE"),
    "LOOPBACK_INTERFACE": put("LOOPBACK_INTERFACE", "family", "IPv6"),
    "MGMT_INTERFACE": put("MGMT_INTERFACE", "gwaddr", "fd00::1"),
    "NTP": no_management_vrf,
    "PFC_WD": slow_poll,
    "PORT": put("PORT", "adv_speeds", "all,400000"),
    "SCHEDULER": no_committed_rate,
    "SYSLOG_SERVER": put("SYSLOG_SERVER", "source", "fd00::1"),
    "VLAN": put("VLAN", "vlanid", "4000"),
    "VLAN_INTERFACE": bare_entry_dropped("VLAN_INTERFACE"),
    "VLAN_MEMBER": routed_member,
    "WRED_PROFILE": put("WRED_PROFILE", "green_max_threshold", "1"),
}
"""For each table that has such a condition, what breaks it: a reader's work."""

COMPLAINTS = {
    "leafref": "Invalid leafref value|no matching subtype found",
    "range": "Unsatisfied range|Invalid nat zone|Failed NTP version",
    "enum": "Invalid enumeration value|no matching subtype found",
    "pattern": "Unsatisfied pattern|no matching subtype found|Invalid|Unsatisfied length",
    "mandatory": "Mandatory node",
    "must": "must be|can't be configured without|Must condition|router interface|correspond|should not be configured",
}
"""What yanglint says, by kind; where a model has words of its own for it, those."""


@pytest.fixture(scope="module")
def written(renderer: Renderer) -> dict[str, Tables]:
    """For each table that is ever written, a whole configuration that has it."""
    found: dict[str, Tables] = {}
    for model in ("sn5600", "dcs-7060x6-64pe"):
        for changes in (FABRICS["numbered"], *FABRICS.values()):
            for tables in built(renderer, model, changes).values():
                found |= {table: tables for table in tables if table not in found}
    return found


def test_all_kinds_of_constraint_of_all_tables_are_broken_below(models: Models, written: dict[str, Tables]):
    assert set(written) == set(WRITTEN)
    assert set(MUSTS) == {table for table in WRITTEN if "must" in kinds(models, table)}


@pytest.mark.parametrize("table", WRITTEN)
def test_what_breaks_a_constraint_is_refused(models: Models, written: dict[str, Tables], tmp_path: Path, table: str):
    tables = written[table]
    refused = set()
    for constraint in constraints(models, table):
        if constraint.kind not in refused:
            wrong = broken(models, tables, table, constraint)
            said = [] if wrong is None else models.complaints(wrong, tmp_path)
            if re.search(COMPLAINTS[constraint.kind], "\n".join(said)):
                refused.add(constraint.kind)
    if table in MUSTS:
        changed = json.loads(json.dumps(tables))
        MUSTS[table](changed)
        assert re.search(COMPLAINTS["must"], "\n".join(models.complaints(changed, tmp_path)))
        refused.add("must")
    assert refused == kinds(models, table)


def test_the_references_of_old_releases_are_refused(models: Models, leaf: str, tmp_path: Path):
    tables = json.loads(leaf)
    tables["QUEUE"]["Ethernet0|3"]["scheduler"] = "[SCHEDULER|ROCE-400G-gpu]"
    assert "Invalid leafref value" in "\n".join(models.complaints(tables, tmp_path))


def test_what_no_model_has_is_refused(models: Models, leaf: str):
    with pytest.raises(UnknownError, match="no model has a table BREAKOUT"):
        models.instance({**json.loads(leaf), "BREAKOUT": {}})
    with pytest.raises(UnknownError, match="PORT_LIST has no field colour"):
        models.instance({"PORT": {"Ethernet0": {"colour": "red"}}})
    with pytest.raises(UnknownError, match="QUEUE has no list of 3 keys"):
        models.instance({"QUEUE": {"a|Ethernet0|3": {}}})
