"""What is found in partitions that OpenSM would misread, and what OpenSM really makes of it."""

import pytest

from netgen.session.drivers.partitions import complaints
from tests.opensm import sweep

GOOD = """\
# Synthetic.
Default=0x7fff, defmember=limited : ALL=limited, ALL_SWITCHES=full,
    0x1070fd0300a00001=full ;  # the manager
train-a=0x0101, ipoib, mtu=5, rate=16, sl=1, defmember=full :
    0x1070fd0300b00001=full,

    0x1070fd0300b10001=limited ;
"""
_A = "train-a=0x0101"


def test_what_netgen_writes_is_well():
    assert complaints(GOOD) == []


# What is replaced by what, the line, and what is found.
MISREAD = [
    ("ALL_SWITCHES=full", "ALL_SW=full", 2, "the port 'ALL_SW'"),
    ("ALL=limited", "ALL", 2, "the membership of ALL is ''"),
    ("00a00001=full", "00a00001=fulll", 3, "the membership of 0x1070fd0300a00001 is 'fulll'"),
    ("0x1070fd0300a00001=full", "0x0=full", 3, "the port '0x0'"),
    ("0x1070fd0300b10001", "0x1070fd0300b1000g", 7, "the port '0x1070fd0300b1000g'"),
    ("full,\n\n", "full\n\n", 5, "the membership of 0x1070fd0300b00001"),
    (_A, "train-a=0x8101", 4, "the P_Key '0x8101'"),
    (_A, "train-a=0x18010", 4, "the P_Key '0x18010'"),
    (_A, "train-a", 4, "the P_Key ''"),
    (_A, "0x0101", 4, "the P_Key ''"),
    (_A, "train-a=0x7fff", 4, "the P_Key 0x7fff is defined in line 2"),
    ("Default=0x7fff", "Default=0x0002", 1, "nothing defines the default partition"),
    ("mtu=5", "mtu=77", 4, "mtu=77"),
    ("mtu=5", "m=5", 4, "the flag 'm=5'"),
    ("rate=16", "rate=abc", 4, "rate=abc"),
    ("sl=1", "sl=16", 4, "sl=16"),
    ("defmember=full", "defmember=ful", 4, "defmember=ful"),
    ("ipoib", "ipiob", 4, "the flag 'ipiob'"),
    ("ipoib", "ipoib=1", 4, "the flag 'ipoib=1'"),
    (" ;  # the manager", "  # the manager", 3, "the membership of 0x1070fd0300a00001"),
    ("limited ;\n", "limited\n", 4, "no `;`"),
    ("full :\n", "full\n:\n", 4, "no `:`"),
    ("# Synthetic.", "Zm\xf6glich", 1, "printable ASCII"),
]


@pytest.mark.parametrize(("before", "after", "line", "said"), MISREAD)
def test_what_it_would_misread_is_found_in_its_line(before, after, line, said):
    assert before in GOOD
    found = complaints(GOOD.replace(before, after, 1))
    assert any(number == line and said in what for number, what in found), found


def test_a_line_that_would_be_cut_is_found():
    many = "".join(f", 0x{0x1070FD0300C00001 + index:016x}=full" for index in range(180))
    assert complaints(GOOD.replace("0x1070fd0300a00001=full", f"0x1070fd0300a00001=full{many}"))[0][0] == 3


def test_an_empty_file_defines_no_default():
    assert [line for line, _ in complaints("")] == [1]
    assert complaints("# nothing\n")


# Of these OpenSM says nothing, and its tables are as they were: a word that it completes, a bit that it cuts off, a
# group that it does not make, an end that it does not miss.
SILENT = {
    "0x0101",
    "ALL",
    "ALL_SW=full",
    "defmember=ful",
    "full\n\n",
    "ipoib=1",
    "limited\n",
    "m=5",
    "mtu=77",
    "train-a=0x8101",
}


@pytest.mark.slow
@pytest.mark.needs("opensm", "opensm")
@pytest.mark.needs("ibsim", "ibsim-utils")
def test_opensm_really_misreads_them_or_says_nothing(tmp_path):
    ports = (0x1070FD0300A00001, 0x1070FD0300B00001, 0x1070FD0300B10001)
    options = "qos TRUE\nlog_flags 0x07\nguid 0x1070fd0300a00001\npartition_config_file /etc/opensm/partitions.conf\n"

    def read(text):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        found = sweep({"opensm.conf": options, "partitions.conf": text}, ports, folder)
        return found.tables, "PARSE" in found.said or "retrying with default config" in found.said

    tables, complained = read(GOOD)
    assert not complained
    silent = {after for before, after, _, _ in MISREAD if read(GOOD.replace(before, after, 1)) == (tables, False)}
    assert silent == SILENT
