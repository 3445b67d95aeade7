"""What UFM's API has no word for is said of the intent, and whatever passes can be rendered."""

from typing import Any

import pytest

from netgen.cluster.infiniband import RATE_CODES
from netgen.device.build import build_any
from netgen.intent.models import Intent
from netgen.platforms.load import load_platforms
from netgen.render.device import make_renderer, render_device
from netgen.resources.load import resources
from netgen.rules.beyond import check_given
from tests.infiniband import derived, written

FOUND = resources()
PLATFORMS = load_platforms(FOUND)
RENDERER = make_renderer(FOUND)
NODES = {"sm-1": {"priority": 13}, "sm-2": {"priority": 14}}
QOS = {"levels": {"default": {"level": 0, "lane": 0, "weight": 64}}}


def intent(manager: str = "ufm", **fabric: Any) -> dict[str, Any]:
    return written(**{"subnet-manager": {"manager": manager, "engine": "ftree", "on": NODES}, **fabric})


def partition(**options: Any) -> dict[str, Any]:
    return {"train": {"pkey": 0x101, "ipoib": True, **options, "members": [{"unit": "1/1", "membership": "full"}]}}


def told(given: dict[str, Any]) -> list[tuple[str, tuple[int | str, ...]]]:
    found = check_given(Intent.model_validate(given), PLATFORMS)
    return [(finding.code, finding.path[2:]) for finding in found]


def rendered(given: dict[str, Any]) -> dict[str, str]:
    cluster, fabric = derived(given)
    assert fabric.managers is not None
    return render_device(
        build_any(cluster, PLATFORMS, cluster.device_at(fabric, min(fabric.managers.priorities))), RENDERER
    )


@pytest.mark.parametrize("mtu", [256, 512, 1024, 2048, 4096])
def test_mtus(mtu: int):
    given = intent(partitions=partition(mtu=mtu))
    if mtu < 2048:
        assert told(given) == [("NG930", ("partitions", "train", "mtu"))]
    else:
        assert told(given) == []
        assert f"mtu_limit: {mtu // 1024}\n" in rendered(given)["pkeys.yaml"]


@pytest.mark.parametrize("rate", sorted(rate for rate in RATE_CODES if rate <= 400 and rate == int(rate)))
def test_rates(rate: float):
    given = intent(partitions=partition(rate=f"{rate:g}G"))
    if told(given):
        assert told(given) == [("NG930", ("partitions", "train", "rate"))]
        assert rate not in PLATFORMS["ufm"].group_rates_gbps
    else:
        assert f"rate_limit: '{rate:g}'\n" in rendered(given)["pkeys.yaml"]


@pytest.mark.parametrize(
    ("default", "path"),
    [
        ({"mtu": 4096, "ipoib": True}, ("mtu",)),
        ({"rate": "200G", "ipoib": True}, ("rate",)),
        ({"service-level": 0}, ("service-level",)),
        ({"members": [{"host": "store-1", "membership": "full"}]}, ("members",)),
        ({"everybody": {"all": "limited", "hosts": "full"}}, ("everybody", "hosts")),
    ],
)
def test_the_default_partition_is_ufms_own(default: dict[str, Any], path: tuple[str, ...]):
    assert told(intent(**{"default-partition": default})) == [("NG930", ("default-partition", *path))]


@pytest.mark.parametrize(
    "default",
    [{}, {"ipoib": True}, {"everybody": {"all": "limited", "manager": "full"}}, {"everybody": {"all": "full"}}],
)
def test_what_ufm_tells_of_the_default_partition_is_compared(default: dict[str, Any]):
    given = intent(**{"default-partition": default})
    assert told(given) == []
    everybody = default.get("everybody", {}).get("all", "limited")
    assert rendered(given)["pkeys.yaml"] == f"'0x7fff':\n  membership: {everybody}\n"


def test_lanes_are_left_to_the_host_and_that_is_said_once():
    levels = {**QOS, "services": {"files": {"service-level": 0, "to": [{"nodes": "store"}]}}}
    assert told(intent(qos=levels)) == [("NG929", ("qos",))]


@pytest.mark.parametrize("manager", ["opensm", "opensm-nvidia"])
def test_managers_with_files_take_all_of_it(manager: str):
    default = {"mtu": 1024, "rate": "400G", "ipoib": True, "members": [{"host": "store-1", "membership": "full"}]}
    assert told(intent(manager, qos=QOS, partitions=partition(mtu=256), **{"default-partition": default})) == []
