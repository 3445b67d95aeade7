"""UFM's partitions, read back from the file and from what a UFM takes of it."""

import pytest
import yaml

from netgen.cluster.infiniband import Everybody, Membership, Partition
from netgen.device.infiniband import SubnetManager
from netgen.platforms.load import load_platforms
from netgen.record import replace
from netgen.render.device import make_renderer, render_device
from netgen.render.errors import RenderError
from netgen.resources.load import resources
from netgen.session.drivers.ufm_state import State, difference, parse, text_of
from netgen.session.drivers.ufm_steps import steps
from tests import ib_devices
from tests.ufm_server import Ufm

FOUND = resources()
UFM = load_platforms(FOUND)["ufm"]
RENDERER = make_renderer(FOUND)


def manager(**fields: object) -> SubnetManager:
    """A manager whose second partition is another."""
    device = ib_devices.subnet_manager(UFM)
    default, train, storage = device.partitions
    device.partitions = (default, replace(train, **fields), storage)
    return device


def rendered(device: SubnetManager) -> str:
    files = render_device(device, RENDERER)
    assert list(files) == ["pkeys.yaml"]
    return files["pkeys.yaml"]


def members(partition: Partition) -> dict[str, str]:
    return {f"0x{member.guid:016x}": str(member.membership) for member in partition.members}


def test_every_member_stands_with_its_membership():
    device = manager()
    found = yaml.safe_load(rendered(device))
    assert list(found) == ["0x101", "0x200", "0x7fff"]
    for partition in device.partitions[1:]:
        assert found[f"0x{partition.pkey:x}"]["guids"] == members(partition)


def test_limits_are_in_the_units_of_ufm():
    found = yaml.safe_load(rendered(manager()))
    assert found["0x101"]["qos_conf"] == {"mtu_limit": 4, "rate_limit": "200", "service_level": 1}
    # what nothing is said of is UFM's default, and said
    assert found["0x200"]["qos_conf"] == {"mtu_limit": 2, "rate_limit": "2.5", "service_level": 2}


def test_a_partition_at_index_0_says_so_of_every_member():
    found = yaml.safe_load(rendered(manager(index0=True)))
    assert set(found["0x101"]["guids"].values()) == {"full at index 0"}
    assert set(found["0x200"]["guids"].values()) == {"full", "limited"}


def test_the_default_partition_says_what_every_port_is():
    assert yaml.safe_load(rendered(manager()))["0x7fff"] == {"membership": "limited"}


def test_p_keys_and_guids_are_in_the_order_of_their_numbers():
    device = manager(pkey=0xF)
    guids = [0x1070FD0300000000 + number for number in (0x9, 0xA, 0x10, 0x1A, 0x99, 0x100, 0xA00)]
    member = device.partitions[1].members[0]
    device.partitions = (
        device.partitions[0],
        replace(device.partitions[1], members=tuple(replace(member, guid=guid) for guid in reversed(guids))),
        replace(device.partitions[2], pkey=0x1A),
    )
    found = yaml.safe_load(rendered(device))
    assert list(found) == ["0xf", "0x1a", "0x7fff"]
    assert [int(guid, 16) for guid in found["0xf"]["guids"]] == guids


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mtu_bytes": 1024}, "no MTU of 1024 bytes"),
        ({"rate_gbps": 400}, "no rate of 400 Gb/s"),
        ({"everybody": {Everybody.HOSTS: Membership.LIMITED}}, "no word for ALL_CAS"),
    ],
)
def test_what_ufm_has_no_word_for_is_refused(fields: dict[str, object], words: str):
    with pytest.raises(RenderError, match=rf"sm-1: pkeys.yaml: partition train-a \(fabrics.ib.partitions\): .*{words}"):
        rendered(manager(**fields))


def test_a_member_of_both_kinds_is_refused():
    with pytest.raises(RenderError, match=r"partition storage .* never both"):
        rendered(ib_devices.subnet_manager(UFM, both=True))


@pytest.mark.parametrize("name", ["yes", "1.5", "it's", "a: b", "# a", '"', "{{ x }}", "0x12", "on", "-", "ü"])
def test_names_are_read_as_they_are(name: str):
    text = rendered(manager(name=name))
    state = parse(text)
    assert state.keys[0x101].name == name
    assert text_of(state) == text


def test_the_file_leads_a_strict_ufm_from_nothing_to_no_difference():
    ufm, after = Ufm(), parse(rendered(manager()))
    for request in steps(State({}, "limited"), after, names=True):
        ufm.answer(request.method, request.path, {}, None if request.body is None else dict(request.body))
    assert {pkey: ufm.members(pkey) for pkey in ufm.keys} == {
        partition.pkey: {guid[2:]: word for guid, word in members(partition).items()}
        for partition in manager().partitions[1:]
    }
    assert ufm.keys[0x101]["partition"] == "train-a"
    assert difference(after, after) == ""
