"""Differences of partitions: what somebody has to approve is who joins and who leaves."""

from netgen.session.drivers.diff_partitions import partitions_diff

BEFORE = """\
# Partitions.

Default=0x7fff :
    ALL=limited;

alpha=0x0101, ipoib :
    0x0000000000000c01=full;  # host12

beta=0x0102 :
    0x0000000000000d01=full,  # host13
    0x0000000000000e01=full;  # host14
"""
AFTER = """\
# Partitions.

Default=0x7fff :
    ALL=limited;

alpha=0x0101, ipoib :
    0x0000000000000c01=full,  # host12
    0x0000000000000d01=full;  # host13

beta=0x0102 :
    0x0000000000000e01=full;  # host14
"""


def difference(before, after):
    return partitions_diff("partitions.conf", after, {"base": before}).splitlines()


def test_a_host_that_moves_leaves_one_partition_and_joins_another():
    assert difference(BEFORE, AFTER) == [
        "--- partitions.conf (on the device)",
        "+++ partitions.conf (candidate)",
        " alpha=0x0101, ipoib :",
        "+    0x0000000000000d01=full  # host13",
        " beta=0x0102 :",
        "-    0x0000000000000d01=full  # host13",
    ]
    assert difference(BEFORE, BEFORE) == []


def test_a_head_that_changes_and_a_partition_that_goes_are_told():
    changed = BEFORE.replace("alpha=0x0101, ipoib", "alpha=0x0103")
    assert difference(BEFORE, changed)[2:] == ["-alpha=0x0101, ipoib :", "+alpha=0x0103 :"]
    gone = BEFORE[: BEFORE.index("beta")]
    assert difference(BEFORE, gone)[2:][0] == "-beta=0x0102 :"
    assert len(difference(BEFORE, gone)) == 5
    assert len([line for line in difference("", BEFORE) if line.startswith("+")]) == 1 + 8


def test_nothing_that_differs_is_kept_silent():
    assert difference(BEFORE, BEFORE.replace("limited;", "limited ;"))[3:] == [
        " # Partitions.",
        " ",
        " Default=0x7fff :",
        "-    ALL=limited;",
        "+    ALL=limited ;",
        " ",
        " alpha=0x0101, ipoib :",
        "     0x0000000000000c01=full;  # host12",
    ]
    assert "+    0x0000000000000c01=limited  # host12" in difference(BEFORE, BEFORE.replace("c01=full", "c01=limited"))
