"""Every form tells every cable once, as a reader that was written apart from it understands it."""

import csv
import io
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings

from netgen.cluster.model import Cluster
from netgen.compile import compile_intent
from netgen.export import containerlab, dot, ibnetdiscover, listing, netbox
from netgen.export.cables import Cabling
from netgen.export.errors import ExportError
from netgen.export.out_of_band import every_cable
from netgen.platforms.model import Kind
from tests.cluster.test_kinds import EOS, written
from tests.examples import at_most
from tests.export.test_cables import MEDIA, cabling, clusters, derived, ends_of, racks, two
from tests.listed import describe
from tests.render.test_explicit import whole
from tests.rules.intents import RENDERER

ROOT = Path(__file__).parents[2]
Ends = Counter[frozenset[tuple[str, str]]]


def example(name: str) -> Cabling:
    compiled = compile_intent(ROOT / "intent" / name)
    assert compiled.cluster is not None
    return Cabling(compiled.cluster, compiled.platforms, MEDIA)


@pytest.fixture(scope="module")
def orion() -> Cabling:
    return example("orion")


def truth(given: Cabling) -> Ends:
    return Counter(map(ends_of, given))


def from_csv(lines: Iterable[str], *columns: str) -> Ends:
    rows = csv.DictReader(io.StringIO("".join(lines)), strict=True)
    one, its, other, thats = columns
    return Counter(frozenset({(row[one], row[its]), (row[other], row[thats])}) for row in rows)


EDGE = re.compile(r'"((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)" -- "((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)";')


def from_ptm(lines: Iterable[str]) -> Ends:
    """Read what ptmd reads: one edge a line, between ``"device":"port"`` and ``"device":"port"``."""
    first, *edges, last = "".join(lines).splitlines()
    assert re.fullmatch(r'graph "[^"]+" \{', first)
    assert last == "}"
    found: Ends = Counter()
    for edge in edges:
        match = EDGE.fullmatch(edge.strip())
        assert match, edge
        found[frozenset({(match[1], match[2]), (match[3], match[4])})] += 1
    return found


def from_graphviz(text: str) -> Ends:
    edges = re.findall(r'"([^"]+)" -- "([^"]+)"\s*\[([^\]]*)\]', text)
    found: Ends = Counter()
    for tail, head, attributes in edges:
        said = dict(re.findall(r'(\w+)="?([^",\s]+)"?', attributes))
        found[frozenset({(tail, said["taillabel"]), (head, said["headlabel"])})] += 1
    return found


READERS: dict[str, Callable[[Cabling], Ends]] = {
    "csv": lambda c: from_csv(listing.as_csv(c), "a_device", "a_interface", "b_device", "b_interface"),
    "json": lambda c: Counter(
        frozenset({(row["a_device"], row["a_interface"]), (row["b_device"], row["b_interface"])})
        for row in json.loads("".join(listing.as_json(c)))
    ),
    "netbox": lambda c: from_csv(netbox.cables(c), "side_a_device", "side_a_name", "side_b_device", "side_b_name"),
    "ptm": lambda c: from_ptm(dot.ptm(c)),
    "graphviz": lambda c: from_graphviz("".join(dot.graphviz(c))),
}


@pytest.mark.parametrize("form", READERS)
@settings(max_examples=at_most(10), deadline=None)
@given(clusters())
def test_every_cable_once(form: str, cluster: Cluster):
    assert READERS[form](cabling(cluster)) == truth(cabling(cluster))


@pytest.mark.parametrize("form", READERS)
def test_every_cable_once_in_three_tiers_and_in_two_fabrics(form: str, orion: Cabling):
    assert READERS[form](orion) == truth(orion)
    both = cabling(two())
    assert READERS[form](both) == truth(both)


@pytest.mark.parametrize("form", READERS)
def test_every_cable_of_a_list_once(form: str):
    with (ROOT / "intent" / "serpens" / "cabling.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["b_device"]]
    listed = Counter(
        frozenset({(row["a_device"], row["a_interface"]), (row["b_device"], row["b_interface"])}) for row in rows
    )
    assert READERS[form](example("serpens")) == listed


def test_both_forms_of_the_list_say_the_same(orion: Cabling):
    rows = list(csv.DictReader(io.StringIO("".join(listing.as_csv(orion)))))
    assert rows == [{k: str(v) for k, v in row.items()} for row in json.loads("".join(listing.as_json(orion)))]
    first = ["a_device", "a_interface", "b_device", "b_interface", "speed", "length", "link", "fabric"]
    assert list(rows[0])[:8] == first
    assert json.loads("".join(listing.as_json([]))) == []


def test_ports_of_one_cage_name_the_same_optic_or_cable(orion: Cabling):
    rows = {row["a_device"] + row["a_interface"]: row for row in map(listing.row, orion)}
    one, two = rows["pod1-su1-host1rail1"], rows["pod1-su1-host2rail1"]
    assert one["cable"] == two["cable"] == "pod1-su1-rail1-leaf1:cage1"
    assert (one["a_optic"], one["b_cage"], one["b_lanes"], two["b_lanes"]) == ("", 1, "1-4", "5-8")
    up, beside = rows["pod1-su1-rail1-leaf1Ethernet61/1"], rows["pod1-su1-rail1-leaf1Ethernet61/5"]
    assert up["a_optic"] == beside["a_optic"] == "pod1-su1-rail1-leaf1:cage61"
    assert up["cable"] != beside["cable"]
    assert up["a_label"] == f"pod1-su1-rail1-leaf1 Ethernet61/1 > {up['b_device']} {up['b_interface']}"
    assert up["b_label"] == f"{up['b_device']} {up['b_interface']} > pod1-su1-rail1-leaf1 Ethernet61/1"


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "intent").iterdir()))
def test_lanes_of_a_cage_are_taken_once_and_its_ports_are_of_one_medium(name: str):
    """Management ports are in no cage, also where the out-of-band network is listed."""
    given = example(name)
    rows = csv.DictReader(io.StringIO("".join(listing.as_csv(every_cable(given), listing.outside(given)))))
    taken: Counter[tuple[str, str, int]] = Counter()
    media: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for row in rows:
        for end in "ab":
            device, cage, lanes = (row[f"{end}_{what}"] for what in ("device", "cage", "lanes"))
            assert cage or not lanes
            first, _, last = lanes.partition("-")
            if lanes:
                taken.update((device, cage, lane) for lane in range(int(first), int(last or first) + 1))
            if cage and row["link"] != "external":
                media.setdefault((device, cage), set()).add((row["medium"], row[f"{end}_optic"]))
    assert set(taken.values()) <= {1}
    assert {len(kinds) for kinds in media.values()} == {1}


def test_a_rack_that_holds_a_comma_stays_one_field():
    given = written("rail-optimized", pods="1", units="1", hosts="1-2", profile="2x1", leaf=EOS, spine=EOS)
    placed = cabling(derived(given, racks(derived(given), leaf='row 1, "A"')))
    rows = list(csv.DictReader(io.StringIO("".join(listing.as_csv(placed)))))
    assert {row["b_rack"] for row in rows if row["link"] == "host-leaf"} == {'row 1, "A"'}
    # it is no place that has a distance: the intent's length counts
    assert {row["length"] for row in rows if row["link"] == "host-leaf"} == {"5m"}


@pytest.mark.parametrize("name", ["orion", "lyra", "borealis"])
def test_the_list_describes_a_fabric_that_exists_and_comes_out_the_same(name: str, tmp_path: Path):
    given, compiled = example(name), compile_intent(ROOT / "intent" / name)
    listed = "".join(listing.as_csv(given))
    # a link to a router that is not netgen's is no cable of it
    beyond = dict.fromkeys(listing.COLUMNS, "") | {"a_device": "leaf", "a_interface": "eth0", "b_device": "wan"}
    (tmp_path / "cabling.csv").write_text(listed + ",".join((beyond | {"link": "external"}).values()) + "\n")
    folder = tmp_path / "intent" / name
    describe(compiled, whole(ROOT / "intent" / name), tmp_path / "cabling.csv", folder)
    for file in compiled.files:
        if not file.endswith(".yaml"):
            (folder / file).write_bytes((ROOT / "intent" / name / file).read_bytes())
    explicit = compile_intent(folder)
    assert explicit.cluster, explicit.diagnostics
    again = listing.as_csv(Cabling(explicit.cluster, explicit.platforms, MEDIA))
    assert sorted(again) == sorted(listed.splitlines(keepends=True))


def test_links_to_other_networks_are_listed_without_their_far_port():
    given = example("lyra")
    rows = list(csv.DictReader(io.StringIO("".join(listing.as_csv(given, listing.outside(given))))))
    assert [row["b_device"] for row in rows if not row["b_interface"]] == ["core-1"]
    row = rows[-1]
    assert (row["a_device"], row["a_interface"], row["link"]) == ("storage-leaf3-1", "swp40s0", "external")
    assert (row["a_cage"], row["a_lanes"], row["speed"]) == ("40", "1-2", "200G")
    assert row["a_label"] == "storage-leaf3-1 swp40s0 > core-1"
    assert json.loads("".join(listing.as_json([], listing.outside(given))))[0]["b_device"] == "core-1"
    assert not list(listing.outside(Cabling(given.cluster, given.platforms, MEDIA, "compute")))


# --- programs of others -----------------------------------------------------------------------------


@pytest.mark.needs("dot", "graphviz")
@pytest.mark.parametrize("name", ["orion", "lab"])
def test_graphviz_reads_both_graphs(name: str, tmp_path: Path):
    given = example(name)
    for number, lines in enumerate((dot.graphviz(given), dot.ptm(given))):
        path = tmp_path / f"{number}.dot"
        path.write_text("".join(lines))
        # canonical form, without layout
        done = subprocess.run(["dot", "-Tcanon", path], capture_output=True, text=True, check=True, timeout=60)
        # PTM's ports are no ports of a picture: Graphviz says so, and reads on
        said = done.stderr.splitlines()
        assert all(re.search(r"port \S+ unrecognized", line) for line in said)
        assert number == 1 or not said
        end = r'"?([\w.-]+)"?(?::"?([^"\s;]+)"?)?'
        edges = re.findall(rf"{end} -- {end}", done.stdout)
        if number == 0:
            pairs = Counter(frozenset((tail, head)) for tail, _, head, _ in edges)
            assert pairs == Counter(frozenset((c.a.name, c.b.name)) for c in given)
            drawn = set(re.findall(r'^\s+"?([\w.-]+)"?;$', done.stdout, re.MULTILINE))
            assert drawn == {ref.name for ref in given.cluster.refs()}
        else:
            assert Counter(frozenset({(a, b), (c, d)}) for a, b, c, d in edges) == truth(given)


# --- containerlab ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "intent").iterdir() if path.name != "corvus"))
def test_containerlab_has_every_device_and_every_cable(name: str):
    given = example(name)
    topology = yaml.load("".join(containerlab.containerlab(given)), yaml.CSafeLoader)
    assert topology.keys() == {"name", "topology"}
    nodes, links = topology["topology"]["nodes"], topology["topology"]["links"]
    assert nodes.keys() == {ref.name for ref in given.cluster.refs()}
    ends = [tuple(end.split(":")) for link in links for end in link["endpoints"]]
    assert len(set(ends)) == len(ends)
    assert all(node in nodes and re.fullmatch(r"[a-zA-Z0-9_.-]{1,15}", port) for node, port in ends)
    pairs = Counter(frozenset(end.split(":")[0] for end in link["endpoints"]) for link in links)
    assert pairs == Counter(frozenset((c.a.name, c.b.name)) for c in given)


@pytest.mark.parametrize(
    ("name", "kind", "port"),
    [
        # eth1_1 is Ethernet1/1 of cEOS; eth1 is the first port of the others
        ("aurora", "arista_ceos", {"Ethernet1/1": "eth1_1", "Ethernet1/5": "eth1_5"}),
        ("borealis", "sonic-vs", {"Ethernet0": "eth1", "Ethernet8": "eth2"}),
        ("carina", "cisco_n9kv", {"Ethernet1/2": "eth2"}),
        ("lab", "linux", {"swp1": "swp1"}),
    ],
)
def test_containerlab_names_ports_as_its_kinds_do(name: str, kind: str, port: dict[str, str]):
    given = example(name)
    topology = yaml.load("".join(containerlab.containerlab(given)), yaml.CSafeLoader)["topology"]
    leaves = {ref.name for ref in given.cluster.refs() if ref.role == "leaf"}
    assert {topology["nodes"][leaf]["kind"] for leaf in leaves} == {kind}
    called = {
        c.b.socket.interface: link for c, link in zip(given, topology["links"], strict=True) if c.b.name in leaves
    }
    for interface, name_of_kind in port.items():
        assert called[interface]["endpoints"][1].split(":")[1] == name_of_kind


def test_containerlab_says_what_it_has_nothing_for():
    given = example("lab")
    given.platforms = {
        **given.platforms,
        "frr": type(given.platforms["frr"])(
            **{
                field: None if field == "containerlab" else getattr(given.platforms["frr"], field)
                for field in given.platforms["frr"].__slots__
            }
        ),
    }
    with pytest.raises(ExportError, match=r"nothing that stands for platform frr.*templates/frr/platform\.yaml"):
        list(containerlab.containerlab(given))


# --- ibnetdiscover -----------------------------------------------------------------------------------

NODE = re.compile(r'(Switch|Ca)\t(\d+) "([SH]-[0-9a-f]{16})"\t\t# "([^"]+)"(?: base port 0 lid \d+ lmc \d+)?')
OF_SWITCH = re.compile(r'\[(\d+)\]\t"([SH]-[0-9a-f]{16})"\[(\d+)\](?:\(([0-9a-f]+)\) )?\t\t# "[^"]+" lid \d+ (\d+x\w+)')
OF_CA = re.compile(
    r'\[(\d+)\]\(([0-9a-f]+)\) \t"([SH]-[0-9a-f]{16})"\[(\d+)\]\t\t# lid \d+ lmc \d+ "[^"]+" lid \d+ (\d+x\w+)'
)
IDS = re.compile(r"vendid=0x[0-9a-f]+|devid=0x[0-9a-f]+|(sysimg|switch|ca)guid=0x[0-9a-f]+(\([0-9a-f]+\))?")


def subnet(lines: Iterable[str]) -> tuple[dict[str, tuple[str, int, str]], Counter[frozenset[tuple[str, int]]]]:
    """Read nodes, and links by name of the node and port; refuse a line that ibnetdiscover does not print."""
    nodes: dict[str, tuple[str, int, str]] = {}
    directed: Counter[tuple[tuple[str, int], tuple[str, int], str]] = Counter()
    here = ""
    for line in "".join(lines).splitlines():
        if not line or line.startswith("#") or IDS.fullmatch(line):
            continue
        if match := NODE.fullmatch(line):
            here = match[3]
            assert here not in nodes
            assert (match[1] == "Switch") == here.startswith("S")
            nodes[here] = (match[1], int(match[2]), match[4])
        elif match := OF_SWITCH.fullmatch(line):
            assert here.startswith("S")
            assert (match[4] is not None) == match[2].startswith("H")
            directed[(here, int(match[1])), (match[2], int(match[3])), match[5]] += 1
        else:
            match = OF_CA.fullmatch(line)
            assert match, line
            assert here.startswith("H")
            directed[(here, int(match[1])), (match[3], int(match[4])), match[5]] += 1
    # each link is printed at both of its ends, alike
    for (one, other, rate), count in directed.items():
        assert count == directed[other, one, rate] == 1
        assert one[1] <= nodes[one[0]][1]
    return nodes, Counter(frozenset({one, other}) for one, other, _ in directed for _ in [0] if one < other)


@pytest.mark.parametrize("name", ["orion", "gemini", "pavo"])
def test_ibnetdiscover_has_every_link_at_both_ends(name: str):
    given = example(name)
    nodes, links = subnet(ibnetdiscover.ibnetdiscover(given))
    descriptions = {node: said for node, (_, _, said) in nodes.items()}
    assert len(set(descriptions.values())) == len(descriptions)
    switches = {said for kind, _, said in nodes.values() if kind == "Switch"}
    assert switches == {ref.name for ref in given.cluster.refs() if ref.role != "host"}

    def end(device: str, interface: str, position: int) -> tuple[str, int]:
        return (device, position) if device in switches else (f"{device} {interface}", 1)

    told = Counter(frozenset((descriptions[node], port) for node, port in link) for link in links)
    assert told == Counter(
        frozenset(end(e.name, e.socket.interface, e.socket.position) for e in (c.a, c.b)) for c in given
    )


@pytest.mark.needs("ibsim", "ibsim-utils")
@pytest.mark.parametrize("name", ["lab", "orion", "corvus"])
def test_the_infiniband_simulator_reads_the_same_links(name: str, tmp_path: Path):
    given = example(name)
    path = tmp_path / "net"
    path.write_text("".join(ibnetdiscover.ibnetdiscover(given)))
    done = subprocess.run(
        ["ibsim", "-s", path],
        input="Dump\nQuit\n",
        env={**os.environ, "IBSIM_SOCKNAME": f"netgen-{tmp_path.name}-{os.getpid()}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    here, found = "", Counter()
    for line in done.stdout.splitlines():
        if match := re.match(r'(?:Switch|Ca) \d+ "([^"]+)"', line):
            here = match[1]
        elif match := re.match(r'[0-9a-f]+\t\[(\d+)\]\t"([SH]-[0-9a-f]+)"\[(\d+)\]', line):
            found[frozenset({(here, int(match[1])), (match[2], int(match[3]))})] += 1
    _, links = subnet(path.read_text().splitlines(keepends=True))
    # the simulator shows each link at both ends
    assert found == Counter({link: 2 * count for link, count in links.items()})


def test_ibnetdiscover_is_of_one_fabric():
    both = two()
    with pytest.raises(ExportError, match=r"several \(compute, storage\)"):
        list(ibnetdiscover.ibnetdiscover(cabling(both)))
    guids = [set(subnet(ibnetdiscover.ibnetdiscover(cabling(both, name)))[0]) for name in ("compute", "storage")]
    assert not guids[0] & guids[1]


# --- NetBox -----------------------------------------------------------------------------------------


def test_netbox_knows_every_device_and_interface_before_its_cables(orion: Cabling):
    tables = {name: list(csv.DictReader(io.StringIO("".join(t)))) for name, t in netbox.tables(orion).items()}
    assert list(tables) == ["devices.csv", "interfaces.csv", "cables.csv"]
    assert [row["name"] for row in tables["devices.csv"]] == [ref.name for ref in orion.cluster.refs()]
    interfaces = [(row["device"], row["name"]) for row in tables["interfaces.csv"]]
    assert len(set(interfaces)) == len(interfaces)
    ends = {(row[f"side_{s}_device"], row[f"side_{s}_name"]) for row in tables["cables.csv"] for s in "ab"}
    assert ends == set(interfaces)
    assert {row["type"] for row in tables["interfaces.csv"]} == {"400gbase-x-osfp", "400gbase-x-osfp-rhs"}
    assert {row["type"] for row in tables["cables.csv"]} == {"dac-active", "mmf-om4", "smf-os2"}
    (leaf,) = [row for row in tables["devices.csv"] if row["name"] == "pod1-su1-rail1-leaf1"]
    assert (leaf["manufacturer"], leaf["device_type"], leaf["site"]) == ("Arista", "DCS-7060X6-64PE", "orion")


def test_netbox_gets_no_longer_label_than_it_takes():
    """Racks are left out where they are too much, and then the label."""
    shape = written("rail-optimized", pods="1", units="1", hosts="1-2", profile="2x1", leaf=EOS, spine=EOS)
    for rack, times in (("A1/U40", 2), ("hall seven of the second building A1", 0)):
        given = cabling(derived(shape, racks(derived(shape), leaf=rack, spine=rack, host=rack, superspine=rack)))
        labels = [row["label"] for row in csv.DictReader(io.StringIO("".join(netbox.cables(given))))]
        assert max(map(len, labels)) <= 100
        assert {(label.count(rack), label.count(" > ")) for label in labels} == {(times, 1)}


def test_netbox_has_states_and_places_of_the_inventory():
    given = example("borealis")
    devices = {row["name"]: row for row in csv.DictReader(io.StringIO("".join(netbox.devices(given))))}
    assert (devices["pod1-spine1"]["serial"], devices["pod1-spine1"]["status"]) == ("MT2400X00001", "active")
    assert devices["pod1-spine8"]["status"] == "planned"
    cables = list(csv.DictReader(io.StringIO("".join(netbox.cables(given)))))
    planned = {row["side_b_device"] for row in cables if row["status"] == "planned"}
    assert planned == {"pod1-spine8"}
    shape = written("rail-optimized", pods="1", units="1", hosts="1-2", profile="2x1", leaf=EOS, spine=EOS)
    placed = cabling(derived(shape, racks(derived(shape), leaf="A1/U40", spine="B9")))
    rows = {row["role"]: row for row in csv.DictReader(io.StringIO("".join(netbox.devices(placed))))}
    assert [rows["leaf"][key] for key in ("rack", "position", "face")] == ["A1", "40", "front"]
    assert [rows["spine"][key] for key in ("rack", "position", "face")] == ["B9", "", ""]


def test_every_switch_platform_has_something_in_containerlab():
    ethernet = [one for one in RENDERER.platforms.values() if {Kind.SWITCH, Kind.HOST} & {*one.kinds}]
    assert all(platform.containerlab for platform in ethernet)
