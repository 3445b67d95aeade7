"""PFC headroom against what NVIDIA ships, and what must hold of it whatever the port."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgen.catalog.load import load_catalog
from netgen.cluster.buffers import FRAME_BYTES, Basis, headroom
from netgen.resources.load import resources

SWITCHES = load_catalog(resources(Path("absent"))).switches
ASICS = {model.asic.name: model.asic for model in SWITCHES.values()}
SPECTRUM = SWITCHES["sn5600"].asic
TOMAHAWK = SWITCHES["dcs-7060x6-64pe"].asic

# sonic-net/sonic-buildimage 086b03bd device/mellanox/x86_64-nvidia_sn5600-r0/ACS-SN5600/pg_profile_lookup.ini:
# speed in Gb/s, cable in metres, size, xon, xoff.
SHIPPED = [
    (10, 5, 64512, 19456, 45056),
    (25, 5, 67584, 19456, 48128),
    (40, 5, 75776, 19456, 57344),
    (50, 5, 82944, 19456, 63488),
    (100, 5, 133120, 19456, 113664),
    (200, 5, 150528, 19456, 131072),
    (400, 5, 250880, 19456, 231424),
    (800, 5, 304128, 38912, 257024),
    (10, 40, 65536, 19456, 46080),
    (25, 40, 71680, 19456, 52224),
    (40, 40, 81920, 19456, 62464),
    (50, 40, 89088, 19456, 69632),
    (100, 40, 146432, 19456, 126976),
    (200, 40, 177152, 19456, 157696),
    (400, 40, 303104, 19456, 283648),
    (800, 40, 410624, 38912, 362496),
    (10, 300, 75776, 19456, 56320),
    (25, 300, 96256, 19456, 76800),
    (40, 300, 120832, 19456, 101376),
    (50, 300, 138240, 19456, 118784),
    (100, 300, 244736, 19456, 225280),
    (200, 300, 374784, 19456, 355328),
    (400, 300, 697344, 19456, 677888),
    (800, 300, 1198080, 38912, 1150976),
]


@pytest.mark.parametrize(("speed", "cable", "size", "xon", "xoff"), SHIPPED)
def test_spectrum_4_has_what_nvidia_ships(speed: int, cable: int, size: int, xon: int, xoff: int) -> None:
    found = headroom(speed, cable, FRAME_BYTES, SPECTRUM, lanes=8 if speed == 800 else 4)
    assert (found.xon_bytes, found.xoff_bytes, found.cable_m, found.basis) == (xon, xoff, cable, Basis.FORMULA)
    # one shipped size is a KiB less than its own xon and xoff
    assert found.size_bytes - size == (1024 if (speed, cable) == (40, 5) else 0)


@pytest.mark.parametrize(
    ("speed", "cable", "xoff", "made_for"),
    [
        (400, 3, 612140, 5),
        (400, 40, 612140, 40),
        (400, 41, 612140, 150),
        (200, 6, 300990, 40),
        (800, 5, 724662, 5),
        (800, 299, 1621536, 300),
    ],
)
def test_tomahawk_5_has_the_shipped_row_of_a_cable_that_is_not_shorter(
    speed: int, cable: int, xoff: int, made_for: int
) -> None:
    found = headroom(speed, cable, FRAME_BYTES, TOMAHAWK)
    assert (found.xoff_bytes, found.cable_m, found.basis) == (xoff, made_for, Basis.TABLE)


@pytest.mark.parametrize(("speed", "cable"), [(400, 151), (50, 5), (800, 301)])
def test_what_no_row_covers_is_said_to_be_a_rule_of_thumb(speed: int, cable: int) -> None:
    assert headroom(speed, cable, FRAME_BYTES, TOMAHAWK).basis is Basis.THUMB


def test_beyond_the_longest_row_a_cable_adds_what_is_on_it() -> None:
    # 2 x 100 m at 400 Gb/s and 198,000 km/s: 50,505 B, four cells of 64 B in the space of one of 254 B
    longer = headroom(400, 250, FRAME_BYTES, TOMAHAWK)
    assert 612140 + 4 * 50_505 <= longer.xoff_bytes < 612140 + 4 * 50_505 + 1024


SPEEDS = st.sampled_from([10, 25, 40, 50, 100, 200, 400, 800])
LENGTHS = st.integers(1, 2000)
FRAMES = st.integers(64, 9216)


@pytest.mark.parametrize("asic", ASICS)
@given(SPEEDS, SPEEDS, LENGTHS, LENGTHS, FRAMES, FRAMES, st.sampled_from([4, 8]))
def test_headroom_grows_with_speed_length_and_frame(
    asic: str, s1: int, s2: int, c1: int, c2: int, m1: int, m2: int, lanes: int
) -> None:
    low = headroom(min(s1, s2), min(c1, c2), min(m1, m2), ASICS[asic], lanes)
    high = headroom(max(s1, s2), max(c1, c2), max(m1, m2), ASICS[asic], lanes)
    assert low.xoff_bytes <= high.xoff_bytes
    assert high.cable_m >= max(c1, c2)


@given(SPEEDS, LENGTHS)
def test_headroom_holds_what_is_on_the_cable_and_what_the_peer_still_sends(speed: int, cable: int) -> None:
    light_s = 2 * cable / 3e8
    least = light_s * speed * 1e9 / 8 + FRAME_BYTES
    for asic in ASICS.values():
        assert headroom(speed, cable, FRAME_BYTES, asic).xoff_bytes >= least
