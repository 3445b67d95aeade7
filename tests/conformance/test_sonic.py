"""What is built for SONiC is what the release's own models take, and they do refuse what is wrong."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from netgen.device.model import Switch
from netgen.render.device import Renderer, make_renderer, render_device
from netgen.resources.load import resources
from tests.conformance.yang import Models, UnknownError
from tests.lab_fabric import lab_fabric

Tables = dict[str, dict[str, dict[str, str]]]

pytestmark = pytest.mark.needs("yanglint", "libyang2-tools")

POOLS = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24"}
FABRICS: dict[str, dict[str, object]] = {
    "unnumbered": {"roce": {"profile": "balanced"}},
    "numbered": {"roce": {"profile": "balanced"}, "pools": {**POOLS, "links": "10.128.0.0/16"}},
    "no-watchdog": {"roce": {"watchdog": None, "congestion-control": "none"}},
    "svi": {"roce": {"profile": "balanced"}, "attach": "svi"},
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


def set_field(table: str, key: str, field: str, value: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[table][key][field] = value

    return change


def drop_field(table: str, key: str, field: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        del tables[table][key][field]

    return change


def rename(table: str, old: str, new: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[table][new] = tables[table].pop(old)

    return change


MUTATIONS = {
    "leafref: a map that is not there": set_field("PORT_QOS_MAP", "Ethernet0", "dscp_to_tc_map", "AZURE"),
    "leafref: the form of old releases": set_field("QUEUE", "Ethernet0|3", "scheduler", "[SCHEDULER|ROCE-400G-gpu]"),
    "leafref: a port that is not there": rename("BUFFER_PG", "Ethernet0|3", "Ethernet1|3"),
    "leafref: a pool that is not there": set_field("BUFFER_PROFILE", "q_lossy_profile", "pool", "egress_pool"),
    "range: more than the largest MTU": set_field("PORT", "Ethernet0", "mtu", "9300"),
    "range: a share above a hundred": set_field("SCHEDULER", "ROCE-400G-default", "weight", "101"),
    "range: an alpha that is not": set_field("BUFFER_PROFILE", "ingress_lossy_profile", "dynamic_th", "8"),
    "enum: an unknown scheduler": set_field("SCHEDULER", "ROCE-400G-default", "type", "FIFO"),
    "enum: an unknown action": set_field("PFC_WD", "Ethernet0", "action", "shut"),
    "pattern: a priority above 7": set_field("PORT_QOS_MAP", "Ethernet0", "pfc_enable", "9"),
    "pattern: an unknown FEC": set_field("PORT", "Ethernet0", "fec", "strong"),
    "pattern: a cable without a unit": set_field("CABLE_LENGTH", "AZURE", "Ethernet0", "40"),
    "pattern: a traffic class above 15": set_field("DSCP_TO_TC_MAP", "ROCE", "26", "16"),
    "mandatory: a port without lanes": drop_field("PORT", "Ethernet0", "lanes"),
    "mandatory: a profile without a pool": drop_field("BUFFER_PROFILE", "q_lossy_profile", "pool"),
    "must: detection before the first poll": set_field("PFC_WD", "GLOBAL", "POLL_INTERVAL", "300"),
    "must: marking ends before it begins": set_field("WRED_PROFILE", "ROCE-400G-Q3", "green_max_threshold", "1"),
    "must: a peak rate without a committed one": drop_field("SCHEDULER", "ROCE-400G-cnp", "cir"),
    "must: a management VRF that is off": set_field("MGMT_VRF_CONFIG", "vrf_global", "mgmtVrfEnabled", "false"),
}


COMPLAINTS = {
    "leafref": "Invalid leafref value",
    "range": "Unsatisfied range",
    "enum": "Invalid enumeration value",
    "pattern": "Unsatisfied pattern|Invalid cable length|Invalid Traffic Class",
    "mandatory": "Mandatory node",
    "must": "must be greater than or equal|can't be configured without|Must condition not satisfied",
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_wrong_is_refused(models: Models, leaf: str, tmp_path: Path, name: str):
    tables = json.loads(leaf)
    MUTATIONS[name](tables)
    assert re.search(COMPLAINTS[name.partition(":")[0]], "\n".join(models.complaints(tables, tmp_path)))


def test_what_no_model_has_is_refused(models: Models, leaf: str):
    with pytest.raises(UnknownError, match="no model has a table BREAKOUT"):
        models.instance({**json.loads(leaf), "BREAKOUT": {}})
    with pytest.raises(UnknownError, match="PORT_LIST has no field colour"):
        models.instance({"PORT": {"Ethernet0": {"colour": "red"}}})
    with pytest.raises(UnknownError, match="QUEUE has no list of 3 keys"):
        models.instance({"QUEUE": {"a|Ethernet0|3": {}}})
