"""Numbers without effect: told where the intent states them, with the platform's reason."""

from typing import Any

import pytest

from netgen.diagnostics.finding import Finding
from netgen.intent.models import Intent
from netgen.platforms.features import NUMBERS
from netgen.record import replace
from netgen.rules.effects import FEATURE_OF
from netgen.rules.run import derive_checked
from tests.rules.intents import CATALOG, RENDERER, least

GPU = {
    "dscp": [26],
    "traffic-class": 3,
    "queue": 3,
    "pfc-priority": 3,
    "lossless": True,
    "bandwidth": "80%",
}
STATED = {
    "classes": {
        "gpu": GPU,
        "cnp": {"dscp": [48], "traffic-class": 6, "queue": 6, "strict": {"cap": "5%"}},
    },
    "ecn": {"spine": {"400G": {"min": "100KB", "max": "400KB", "probability": "10%"}}},
    "watchdog": {"detect": "200ms", "restore": "400ms", "poll": "100ms"},
}
ROCE = ("fabrics", "compute", "roce")
WHERE = {
    "class.dscp": (*ROCE, "classes", "gpu", "dscp"),
    "class.traffic-class": (*ROCE, "classes", "gpu", "traffic-class"),
    "class.queue": (*ROCE, "classes", "gpu", "queue"),
    "class.pfc-priority": (*ROCE, "classes", "gpu", "pfc-priority"),
    "class.bandwidth-percent": (*ROCE, "classes", "gpu", "bandwidth"),
    "class.cap-percent": (*ROCE, "classes", "cnp", "strict", "cap"),
    "ecn.min-bytes": (*ROCE, "ecn", "spine", "400G", "min"),
    "ecn.max-bytes": (*ROCE, "ecn", "spine", "400G", "max"),
    "ecn.probability-percent": (*ROCE, "ecn", "spine", "400G", "probability"),
    "watchdog.detect-ms": (*ROCE, "watchdog", "detect"),
    "watchdog.restore-ms": (*ROCE, "watchdog", "restore"),
    "watchdog.poll-ms": (*ROCE, "watchdog", "poll"),
    "port.mtu-bytes": ("fabrics", "compute", "mtu"),
    "port.cable-m": ("fabrics", "compute", "cables"),
}


def told(number: str, platform: str, *, lacks: str = "", **fabric: Any) -> list[Finding]:
    """What is said of a fabric of EOS leaves and SONiC spines, where a platform has nothing that the number changes."""
    platforms = dict(RENDERER.platforms)
    known = platforms[platform]
    expresses = {**known.expresses, **({lacks: "lacking"} if lacks else {})}
    platforms[platform] = replace(known, effects={**known.effects, number: "because"}, expresses=expresses)
    written = least("eos", spine="sonic", **fabric)
    found = derive_checked(Intent.model_validate(written), {}, CATALOG, platforms, {})[1]
    return [finding for finding in found if finding.code in {"NG614", "NG615"}]


def test_every_number_is_looked_at():
    assert set(WHERE) == set(NUMBERS)
    assert set(FEATURE_OF) == set(NUMBERS) - {"port.mtu-bytes", "port.cable-m"}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_the_intent_states_is_told_with_the_reason(number):
    finding = told(number, "sonic", roce=STATED, mtu=9000)[0]
    assert finding.path == WHERE[number]
    assert finding.notes == ("SONiC: because",)
    # what has to be stated is nobody's mistake
    due = {"port.cable-m", "class.traffic-class", "class.queue"}
    assert finding.severity == ("note" if number in due else "warning")


@pytest.mark.parametrize("number", [number for number in NUMBERS if number != "port.cable-m"])
def test_a_default_is_nobodys_belief(number):
    assert told(number, "sonic", roce={"profile": "balanced", "watchdog": {}}) == []


@pytest.mark.parametrize("number", FEATURE_OF)
def test_what_the_platform_lacks_as_a_whole_is_told_by_feature(number):
    assert told(number, "sonic", lacks=FEATURE_OF[number], roce=STATED) == []


def test_marking_is_asked_of_the_role_that_it_is_said_of():
    assert told("ecn.min-bytes", "eos", roce=STATED) == []
    assert told("ecn.min-bytes", "sonic", roce={**STATED, "congestion-control": "none"}) == []
    assert len(told("ecn.min-bytes", "sonic", roce=STATED)) == 1


def test_lengths_of_cables_are_told_once_and_only_of_lossless_fabrics():
    assert len(told("port.cable-m", "sonic", roce={})) == 1
    assert told("port.cable-m", "sonic") == []
