from pathlib import Path

import pytest

from netgen.platforms.document import PlatformError
from netgen.platforms.features import FEATURES, INFINIBAND, INFINIBAND_NUMBERS, NUMBERS
from netgen.platforms.load import parse_platform
from netgen.platforms.model import Differs, Form, HashSeed, Platform
from netgen.platforms.ports import bundle_name, port_name
from netgen.resources.load import Resource

VALID = (
    """\
name: toy
title: Toy OS
devices: [switch]
artifacts:
  - {file: toy.cfg, template: toy.cfg.j2, comment: "!"}
ports:
  whole: "Port{cage}/1"
  split: "Port{cage}/{lane1}"
management: {port: mgmt0}
mtu: {offset_bytes: 14, max_bytes: 9214}
queues: {count: 8}
limits: {ecmp: 64}
models: {box: {queue: uc-tx-queue, chips: 2, deep: true, lanes: [8, 0], sku: {1: A, 2: B}}}
bundles: "Bundle{number}"
apply: {transaction: files, timer: ours, bounces: {everything: [".*"]}}
expresses:
"""
    + "".join(f"  {feature}: yes\n" for feature in FEATURES)
    + "effects:\n"
    + "".join(f"  {number}: ['line .*']\n" for number in NUMBERS)
)


def parse(folder: Path, text: str) -> Platform:
    path = folder / "platform.yaml"
    path.write_text(text)
    return parse_platform(Resource("templates/toy/platform.yaml", path))


def test_everything_is_read(tmp_path: Path):
    platform = parse(tmp_path, VALID.replace("pfc: yes", "pfc: It has no pause frames"))
    assert platform.mtu.offset_bytes == 14
    assert platform.limits == {"ecmp": 64}
    assert platform.models["box"] == {
        "queue": "uc-tx-queue",
        "chips": 2,
        "deep": True,
        "lanes": (8, 0),
        "sku": {"1": "A", "2": "B"},
    }
    assert platform.apply.bounces == {"everything": (".*",)}
    assert platform.expresses["pfc"] == "It has no pause frames"
    assert platform.expresses["ecn"] is None
    assert platform.hash_seed is None
    seeded = parse(tmp_path, VALID.replace("limits: {", "hash_seed: {differs: tier, said: by its type}\nlimits: {"))
    assert seeded.hash_seed == HashSeed(Differs.TIER, "by its type")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: Toy OS\n", "", "platform.yaml:1:1: 'title' is missing"),
        ("title: Toy OS", "tilte: Toy OS", "'title' is missing"),
        ("queues: {count: 8}", "queues: {count: 8}\nport: x", "12:7: 'port' is not known here; did you mean `ports`"),
        ("{count: 8}", "{count: eight}", "11:17: 'count' must be a whole number"),
        ("{count: 8}", "{count: true}", "'count' must be a whole number"),
        ("{count: 8}", "[8]", "11:9: must be a mapping"),
        ("title: Toy OS", "title: Toy OS\ntitle: Other", "3:1: 'title' is said twice"),
        ("title: Toy OS", 'title: "Toy\\nOS"', "2:8: 'title' must be text in one line"),
        ("title: Toy OS", "title: [", "not YAML"),
        ("devices: [switch]", "devices: [toaster]", "'toaster', which is not one of switch, host"),
        ("devices: [switch]", "devices: []", "at least one of switch, host"),
        ("files, timer", "magic, timer", "'magic', which is not one of candidate-session"),
        ("file: toy.cfg,", "file: ../toy.cfg,", "not the name of a file"),
        ("template: toy.cfg.j2", "template: ../toy.cfg.j2", "not the name of a file"),
        ("template: toy.cfg.j2", "builder: os.path", "not the name of a module"),
        ("template: toy.cfg.j2,", "", "'template' or by a 'builder'"),
        ("template: toy.cfg.j2", "builder: toy, form: xml", "'xml', which is not one of json, yaml, commands"),
        ("template: toy.cfg.j2", "builder: toy, form: commands", "'commands' need a 'lead'"),
        ("template: toy.cfg.j2", "builder: toy, lead: set", "'json' takes no 'lead'"),
        ("template: toy.cfg.j2", "template: toy.cfg.j2, form: yaml", "a 'form' and its 'lead' are of a tree"),
        ("template: toy.cfg.j2", "template: toy.cfg.j2, lead: set", "a 'form' and its 'lead' are of a tree"),
        ("Port{cage}/1", "Port{cage.__class__}", "is not a name with fields"),
        ("Port{cage}/1", "Port{cage!r}", "is not a name with fields"),
        ("Port{cage}/1", "Port{cage:>9}", "is not a name with fields"),
        ("Port{cage}/1", "Port", "is not a name with fields"),
        ("Port{cage}/1", "Port{", "is not a name with fields"),
        ("  pfc: yes\n", "", "must answer for pfc: yes, or the reason"),
        ("pfc: yes", "pfc: no", "must be yes, or the reason why not"),
        ("pfc: yes", "pfc: 7", "must be yes, or the reason why not"),
        ("ecn: yes", "ecn: yes\n  telepathy: yes", "'telepathy' is not known"),
        ("chips: 2", "chips: [2, 2.5]", "13:47: 'chips' must be text, a whole number, true or false, or a list"),
        ("sku: {1: A, 2: B}", "sku: {1: A, 1: B}", "'1' is said twice"),
        ("limits: {", "hash_seed: {differs: never, said: x}\nlimits: {", "'never', which is not one of device, tier"),
        ("limits: {", "hash_seed: {differs: tier}\nlimits: {", "'said' is missing"),
        ("name: toy", "name: other", "called 'other', but its folder 'toy'"),
        ("ports:\n", "other:\n", "must name their 'ports'|'other' is not known"),
        ('bundles: "Bundle{number}"\n', "", "a platform that expresses 'bond' must name its 'bundles'"),
        ("Bundle{number}", "Bundle{cage}", "'Bundle{cage}' is not a name with fields of number, number0 in braces"),
        (VALID, "", "the file is empty"),
        (VALID, "- x", "must be a mapping"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path: Path, old: str, new: str, message: str):
    assert old in VALID
    with pytest.raises(PlatformError, match=message):
        parse(tmp_path, VALID.replace(old, new, 1))


def test_a_tree_says_its_form(tmp_path: Path):
    line = '  - {file: toy.cfg, template: toy.cfg.j2, comment: "!"}\n'
    several = (
        "  - {file: a, builder: toy}\n  - {file: b, builder: toy, form: yaml}\n"
        "  - {file: c, builder: toy, form: yaml, lead: set}\n"
        "  - {file: d, builder: toy, form: commands, lead: nv set}\n"
    )
    assert [(one.form, one.lead) for one in parse(tmp_path, VALID.replace(line, several)).artifacts] == [
        (Form.JSON, None),
        (Form.YAML, None),
        (Form.YAML, "set"),
        (Form.COMMANDS, "nv set"),
    ]


def test_two_artifacts_of_one_name_are_refused(tmp_path: Path):
    line = '  - {file: toy.cfg, template: toy.cfg.j2, comment: "!"}\n'
    with pytest.raises(PlatformError, match="same 'file'"):
        parse(tmp_path, VALID.replace(line, line + line))


def test_ports_are_named_by_pattern(tmp_path: Path):
    platform = parse(tmp_path, VALID)
    assert port_name(platform, cage=5, subport=0, lane=0, lanes_per_cage=8, breakout=1) == "Port5/1"
    assert port_name(platform, cage=5, subport=1, lane=4, lanes_per_cage=8, breakout=2) == "Port5/5"
    counted = parse(tmp_path, VALID.replace("Port{cage}/{lane1}", "Ethernet{global_lane}"))
    assert port_name(counted, cage=33, subport=1, lane=4, lanes_per_cage=8, breakout=2) == "Ethernet260"


def test_platform_of_hosts_names_no_ports(tmp_path: Path):
    text = VALID.replace("[switch]", "[host]").replace(
        'ports:\n  whole: "Port{cage}/1"\n  split: "Port{cage}/{lane1}"\n', ""
    )
    text = text.replace("effects:\n", "".join(f"  {feature}: yes\n" for feature in INFINIBAND) + "effects:\n")
    text += "".join(f"  {number}: ['line .*']\n" for number in INFINIBAND_NUMBERS)
    with pytest.raises(ValueError, match="the host's profile does"):
        port_name(parse(tmp_path, text), cage=1, subport=0, lane=0, lanes_per_cage=8, breakout=1)


def test_bundles_are_named_by_pattern(tmp_path: Path):
    assert bundle_name(parse(tmp_path, VALID), 3) == "Bundle3"
    assert bundle_name(parse(tmp_path, VALID.replace("Bundle{number}", "ae{number0}")), 3) == "ae2"
    without = VALID.replace('bundles: "Bundle{number}"\n', "").replace("bond: yes", "bond: it has none")
    with pytest.raises(ValueError, match="does not name bundles"):
        bundle_name(parse(tmp_path, without), 1)


MANAGER = (
    """\
name: toy
title: Toy SM
devices: [subnet-manager]
artifacts:
  - {file: toy.conf, template: toy.conf.j2, comment: "#"}
engines: [minhop, updn]
management: {port: eth0}
mtu: {offset_bytes: 0, max_bytes: 4096}
queues: {count: 15}
apply: {transaction: files, timer: ours}
expresses:
"""
    + "".join(f"  {feature}: yes\n" for feature in INFINIBAND)
    + "effects:\n"
    + "".join(f"  {number}: ['line .*']\n" for number in INFINIBAND_NUMBERS)
)


def test_platform_of_subnet_managers_answers_for_infiniband_alone(tmp_path: Path):
    platform = parse(tmp_path, MANAGER)
    assert platform.engines == ("minhop", "updn")
    assert platform.expresses.keys() == INFINIBAND.keys()
    assert platform.effects.keys() == INFINIBAND_NUMBERS.keys()


def test_platform_of_subnet_managers_lists_its_engines(tmp_path: Path):
    with pytest.raises(PlatformError, match="routing 'engines'"):
        parse(tmp_path, MANAGER.replace("engines: [minhop, updn]\n", ""))


@pytest.mark.parametrize(
    "more",
    [
        "level_engines: [lash]",
        "adaptive_engines: {updn: ar_updn}",
        "fallback_engines: {ftree: updn}",
        "engine_shapes: {ftree: tree}",
    ],
)
def test_platform_of_subnet_managers_says_nothing_of_engines_that_it_does_not_list(tmp_path: Path, more: str):
    with pytest.raises(PlatformError, match="no engine that 'engines' lists"):
        parse(tmp_path, MANAGER.replace("management:", f"{more}\nmanagement:"))


def test_engine_needs_a_shape_that_fabrics_have(tmp_path: Path):
    with pytest.raises(PlatformError, match="star: no shape of a fabric; known are dragonfly-plus, grid,"):
        parse(tmp_path, MANAGER.replace("management:", "engine_shapes: {updn: star}\nmanagement:"))
