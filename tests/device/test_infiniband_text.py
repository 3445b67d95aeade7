"""Numbers and words of subnet managers."""

from collections.abc import Callable

import pytest

from netgen.device.infiniband_text import guid, lane_code, mtu_code, opensm_text, pkey, rate_code


def test_guids_and_pkeys_have_all_their_digits():
    assert guid(1) == "0x0000000000000001"
    assert pkey(0x101) == "0x0101"


@pytest.mark.parametrize(
    ("code", "known"),
    [
        (mtu_code, {256: 1, 1024: 3, 4096: 5}),
        (rate_code, {2.5: 2, 10: 3, 100: 16, 400: 21, 800: 23, 1200: 24}),
        (lane_code, {1: 1, 2: 2, 4: 3, 8: 4, 15: 5}),
    ],
)
def test_numbers_are_those_of_the_specification(code: Callable[[float], int], known: dict[float, int]):
    assert {value: code(value) for value in known} == known
    with pytest.raises(ValueError, match="77"):
        code(77)


def test_what_parts_opensms_files_is_no_part_of_a_name():
    assert opensm_text('a,b=c:d;e#f"g') == "a-b-c-d-e-f-g"
    assert opensm_text("train a_1.x") == "train a_1.x"
