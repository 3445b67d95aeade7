"""What a platform cannot say: one warning a platform and part of the intent."""

import pytest

from netgen.diagnostics.finding import Finding
from netgen.intent.models import Intent
from netgen.record import replace
from netgen.rules.run import derive_checked
from tests.rules.intents import CATALOG, RENDERER, findings, least


def warnings(written: dict) -> list[tuple[str, tuple]]:
    return [(f.message, f.path) for f in findings(written) if f.code == "NG601"]


def of_silent_hosts(written: dict) -> list[Finding]:
    """Findings where hosts are told nothing of RoCE, and so are taken to do as their leaves do."""
    linux = RENDERER.platforms["linux"]
    reasons = dict.fromkeys(("dscp-map", "pfc", "weighted-queues", "strict-queues"), "others set up RoCE")
    platforms = {**RENDERER.platforms, "linux": replace(linux, expresses={**linux.expresses, **reasons})}
    return derive_checked(Intent.model_validate(written), {}, CATALOG, platforms, {})[1]


def test_nothing_is_missing_without_a_policy():
    assert warnings(least("eos")) == []


@pytest.mark.parametrize("platform", ["linux", "ubuntu"])
def test_hosts_do_what_the_policy_asks_of_both_ends(platform: str):
    written = least("eos", roce={})
    written["hosts"]["platform"] = platform
    assert warnings(written) == []


def test_hosts_are_asked_for_the_policy_once():
    [finding] = [f for f in of_silent_hosts(least("eos", roce={})) if f.code == "NG601"]
    assert finding.message == "Linux host cannot express 4 things that the RoCE policy asks for"
    assert finding.path == ("hosts", "platform")


def test_leaves_and_spines_of_one_platform_are_one_warning():
    found = [f for f in of_silent_hosts(least("frr", roce={})) if f.path[0] == "fabrics" and "RoCE" in f.message]
    [finding] = found
    assert finding.related == ((("fabrics", "compute", "spine", "platform"), "here as well"),)
    [note] = finding.notes
    assert note.count(";") >= 8


def test_each_part_of_the_intent_is_a_warning_of_its_own():
    written = least("frr", roce={})
    written["management"] |= {"ntp": ["172.20.0.5"], "gnmi": True}
    parts = [f.message.partition("that ")[2] for f in of_silent_hosts(written) if f.path[0] == "fabrics"]
    assert "the management plane asks for" in parts
    assert "the RoCE policy asks for" in parts


def test_a_single_thing_is_named():
    written = least("sonic")
    written["management"]["users"] = {"netops": {"password": {"secret": "users/netops"}}}
    [(message, _)] = warnings(written)
    assert message == "SONiC cannot express local accounts with a password, which the management plane asks for"


@pytest.mark.parametrize(("links", "feature"), [("unnumbered", "unnumbered"), ("10.128.0.0/16", "numbered")])
def test_links_that_a_platform_cannot_have_are_refused(links, feature):
    sonic = RENDERER.platforms["sonic"]
    platforms = {**RENDERER.platforms, "sonic": replace(sonic, expresses={**sonic.expresses, feature: "not so"})}
    pools = {"hosts": "10.0.0.0/16", "loopbacks": "10.255.0.0/24", "links": links}
    for leaf, roles in (("sonic", ["leaf", "spine"]), ("eos", ["spine"])):
        written = least(leaf, spine="sonic", pools=pools)
        [finding] = derive_checked(Intent.model_validate(written), {}, CATALOG, platforms, {})[1]
        assert (finding.code, finding.path) == ("NG611", ("fabrics", "compute", "pools", "links"))
        assert finding.notes == ("not so",)
        assert [path[2] for path, _ in finding.related] == roles
    assert findings(least("eos", pools=pools)) == []
