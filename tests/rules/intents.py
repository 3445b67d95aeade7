"""Intents to try rules on: the least that can be said, and random ones, of which many ask for too much."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from netgen.catalog.load import load_catalog
from netgen.catalog.model import Catalog, HostProfile, Nics, SwitchModel
from netgen.cluster.model import Cluster
from netgen.diagnostics.finding import Finding
from netgen.intent.models import Intent
from netgen.platforms.model import Kind
from netgen.render.device import make_renderer
from netgen.resources.load import resources
from netgen.rules.run import derive_checked

FOUND = resources(Path("absent"))
CATALOG = load_catalog(FOUND)
RENDERER = make_renderer(FOUND)
SNIPPETS = {"agent.cfg": "banner login\nhello\nEOF\n"}

HOST_PLATFORMS = [platform.name for platform in RENDERER.platforms.values() if Kind.HOST in platform.kinds]
SWITCH_PLATFORMS = [platform.name for platform in RENDERER.platforms.values() if Kind.SWITCH in platform.kinds]

KEYS = tuple(f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{letter} {letter}" for letter in "ABC")
ADDRESSES = tuple(f"172.20.0.{number}" for number in range(2, 9)) + tuple(f"192.0.2.{number}" for number in range(1, 8))
SPEEDS = (100, 200, 400, 800)


def checked(written: dict[str, Any], catalog: Catalog = CATALOG) -> tuple[Cluster | None, list[Finding]]:
    return derive_checked(Intent.model_validate(written), {}, catalog, RENDERER.platforms, SNIPPETS)


def findings(written: dict[str, Any], catalog: Catalog = CATALOG) -> list[Finding]:
    return checked(written, catalog)[1]


def accepted(written: dict[str, Any], catalog: Catalog = CATALOG) -> Cluster:
    cluster, found = checked(written, catalog)
    assert cluster is not None, found
    return cluster


def switch(platform: str) -> dict[str, str]:
    """Describe a switch that a platform runs on, with ports of 400G: of several, the one that most platforms run on."""
    fitting = [model for model in CATALOG.switches.values() if platform in model.platforms]
    model = max(fitting, key=lambda model: len(model.platforms))
    modes = [mode for mode in model.breakouts if mode.speed_gbps == 400]
    return {"model": model.name, "breakout": str(max(modes, key=lambda mode: mode.ports)), "platform": platform}


def least(platform: str, *, spine: str | None = None, **fabric: Any) -> dict[str, Any]:
    """Describe four hosts under leaves of a platform, and what else is said of their fabric; 400G throughout."""
    return {
        "cluster": "c",
        "management": {"subnet": "172.20.0.0/22", "gateway": "172.20.0.1"},
        "hosts": {"profile": "gb200-4x400g"},
        "pods": {"1": {"units": {1: {"hosts": "1-4"}}}},
        "fabrics": {
            "compute": {
                "kind": "rail-optimized",
                "leaf": switch(platform),
                "spine": switch(spine or platform),
                "pools": {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24"},
                "cables": {"host": "5m", "spine": "40m"},
                **fabric,
            }
        },
    }


def widened(catalog: Catalog) -> Catalog:
    """Add hosts of every speed, and switches of odd sizes, to the catalog."""
    nics = {speed: Nics(2, ("rail1", "rail2"), speed) for speed in SPEEDS}
    hosts = {f"speed-{speed}": HostProfile(f"speed-{speed}", "", 2, {"compute": nics[speed]}) for speed in SPEEDS}
    odd = {
        f"odd-{name}": SwitchModel(f"odd-{name}", "", model.asic, 5, model.lanes, model.breakouts, model.platforms)
        for name, model in catalog.switches.items()
        if model.technology == "ethernet"
    }
    return Catalog({**catalog.switches, **odd}, {**catalog.hosts, **hosts}, catalog.roce)


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings that have some of the keys; ``_`` stands for ``-``."""
    return st.fixed_dictionaries({}, optional={key.replace("_", "-"): value for key, value in optional.items()})


def among(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


TIMES = among("5ms", "10ms", "50ms", "100ms", "105ms", "200ms", "400ms", "500ms", "1s", "5s", "6s", "60s", "61s")
MTUS = st.sampled_from([1280, 1500, 4200, 9000, 9100, 9214, 9216])
SIZES = among("0B", "1B", "100KB", "500KB", "1MB", "2MiB", "256MB", "257MB", "1GB")
SHARES = among("1%", "5%", "10%", "50%", "90%")
TEXTS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)


@st.composite
def classes(draw: st.DrawFn) -> dict[str, Any]:
    """Between one and six classes, one of which takes the rest; at most three are lossless."""
    count = draw(st.integers(1, 6))
    numbers = [draw(st.permutations(range(8))) for _ in range(3)]
    found: dict[str, Any] = {}
    for position in range(count):
        one: dict[str, Any] = {
            "dscp": "rest" if position == 0 else draw(st.just([8 * position + 1, 8 * position + 2])),
            "traffic-class": numbers[0][position],
            "queue": numbers[1][position],
        }
        kind = draw(among("lossy", "lossless", "strict", "capped")) if position else "lossy"
        if kind == "lossless":
            same = draw(st.booleans())
            one |= {"lossless": True, "pfc-priority": one["queue"] if same else numbers[2][position]}
        if kind in {"strict", "capped"}:
            one["strict"] = True if kind == "strict" else {"cap": draw(SHARES)}
        # the profile's classes are replaced, so that the numbers do not meet theirs
        found[("default", "gpu", "cnp", "control", "e", "f")[position]] = one
    return found


def roce(speeds: tuple[int, ...]) -> st.SearchStrategy[dict[str, Any]]:
    thresholds = st.fixed_dictionaries({"min": SIZES, "max": SIZES, "probability": SHARES})
    by_speed = st.dictionaries(st.sampled_from([f"{speed}G" for speed in speeds]), thresholds, max_size=2)
    return some(
        profile=among("balanced", "throughput", "latency"),
        congestion_control=among("dcqcn", "none"),
        classes=classes() | st.just({}),
        ecn=some(leaf=by_speed, spine=by_speed),
        watchdog=st.none() | some(detect=TIMES, restore=TIMES, poll=TIMES, action=among("drop", "forward")),
    )


def management() -> st.SearchStrategy[dict[str, Any]]:
    servers = st.lists(st.sampled_from(ADDRESSES), max_size=12, unique=True)
    user = some(
        role=among("admin", "operator"),
        password=st.just({"secret": "users/one"}),
        ssh_keys=st.lists(st.sampled_from(KEYS), max_size=3, unique=True),
    )
    optional = some(
        gateway=st.just("172.20.0.1"),
        vrf=among("MGMT", "mgmt", "oob1"),
        ntp=servers,
        syslog=servers,
        dns=servers,
        snmp=some(location=TEXTS).map(lambda snmp: {"community": {"secret": "snmp"}, **snmp}),
        gnmi=st.booleans(),
        users=st.dictionaries(among("netops", "viewer", "a-b"), user, max_size=3),
    )
    return optional.map(lambda given: {"subnet": "172.20.0.0/16", "gateway": "172.20.0.1", **given}) | optional.map(
        lambda given: {"subnet": "172.20.0.0/20", **given}
    )


@st.composite
def intents(draw: st.DrawFn, catalog: Catalog, model: str, platform: str) -> dict[str, Any]:
    """Draw an intent whose leaves are of a model and a platform."""
    switches = [(name, on) for name, known in catalog.switches.items() for on in known.platforms]
    spine = draw(st.just((model, platform)) | st.sampled_from(switches))
    # half of them of NICs that the fabric can have: the more of others the catalog knows, the less would pass
    known = {name: one.nics["compute"] for name, one in sorted(catalog.hosts.items()) if "compute" in one.nics}
    fitting = [name for name, one in known.items() if one.technology == "ethernet"]
    profile = draw(st.sampled_from(fitting) | st.sampled_from(sorted(catalog.hosts)))
    exceptions = some(
        tt_1=some(enabled=st.just(False)).map(
            lambda given: {"reason": "optics", "port": {"leaf": "pod1-su1-rail1-leaf1", "host": 1}, **given}
        ),
        tt_2=st.sampled_from(sorted(catalog.switches)).map(
            lambda name: {"reason": "loan", "device": "pod1-su1-rail1-leaf1", "model": name}
        ),
        tt_3=st.just({"reason": "agent", "device": "pod1-spine1", "native": "agent.cfg"}),
    )
    tier = some(mtu=MTUS, ecmp=st.integers(1, 512), breakout=among("1x400G", "2x400G", "4x200G", "8x100G", "1x800G"))
    fabric = draw(
        some(
            oversubscription=among("1:1", "2:1", "1.5:1", "3:1"),
            asn=some(base=st.sampled_from([64_512, 65_400, 4_200_000_000, 4_294_967_000])),
            mtu=MTUS,
            attach=among("routed-31", "svi", "bond", "host-bgp"),
            load_balancing=among("hash", "flowlet", "per-packet"),
            bfd=st.none() | some(interval=among("50ms", "300ms", "1s", "60s"), multiplier=st.integers(3, 50)),
            roce=roce(SPEEDS),
            exceptions=exceptions,
        )
    )
    units = draw(st.integers(1, 3))
    speaking = fabric.get("attach") == "host-bgp"
    nics = catalog.hosts[profile].nics.get("compute")
    if fabric.get("attach") == "bond" and nics is not None and draw(st.booleans()):
        # a bundle that can be: all NICs at one leaf, and no RoCE
        fabric.pop("roce", None)
        fabric["share"] = {"rails": nics.count}
    return {
        "cluster": "c",
        "management": draw(management()),
        "hosts": {"profile": profile, "platform": draw(among(*HOST_PLATFORMS)), **draw(st.just({}) | some(mtu=MTUS))},
        "pods": {
            "1": {
                "units": {f"1-{units}" if units > 1 else 1: {"hosts": f"1-{draw(st.integers(1, 12))}"}},
                "capacity": draw(some(units=st.integers(3, 6), hosts=st.integers(12, 40))),
            }
        },
        "fabrics": {
            "compute": {
                "kind": "rail-optimized",
                "leaf": {
                    "model": model,
                    "platform": platform,
                    **draw(st.just({}) | tier),
                    **draw(some(uplink_breakout=among("1x800G", "2x400G", "1x400G"))),
                },
                "spine": {"model": spine[0], "platform": spine[1], **draw(st.just({}) | tier)},
                "pools": {
                    "hosts": "10.0.0.0/12",
                    "loopbacks": "10.255.0.0/18",
                    "links": draw(among("unnumbered", "10.128.0.0/12")),
                    **({"host-loopbacks": draw(among("10.254.0.0/20", "10.254.0.0/30"))} if speaking else {}),
                },
                "cables": draw(
                    st.just({"host": "5m", "spine": "40m"}) | some(host=among("5m", "400m"), spine=among("2m"))
                ),
                **fabric,
            }
        },
    }
