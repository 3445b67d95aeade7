"""What hosts have beside their network, in the transaction: a program that sets up NICs, its unit, and a plain file."""

import pytest
from napalm.base.exceptions import CommitError, ReplaceConfigException

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("ifreload", "ifupdown2"),
    pytest.mark.needs("lldpd", "lldpd"),
    pytest.mark.needs("sshd", "openssh-server"),
    pytest.mark.needs("bgpd", "frr"),
]


def program(value: str, fault: str = "") -> str:
    """A program with the verbs of the rendered one, whose NIC is a file."""
    return f"""\
#!/bin/sh
case ${{1-}} in
    --check) [ "$(cat /run/nic)" = {value} ] || {{ echo "eth1: put /run/nic {value}" && exit 2; }} ;;
    --save) cat /run/nic ;;
    --restore) cat >/run/nic ;;
    *)
        echo {value} >/run/nic
        {fault}
        ;;
esac
"""


def unit(*nics: str) -> str:
    # systemd takes a backslash of a value for an escape
    also = "".join(f"Also=netgen-roce@{nic}.service\n" for nic in nics).replace("\\", "\\\\")
    return f"[Service]\nType=oneshot\nExecStart=/etc/netgen/roce.sh %I\n\n[Install]\nWantedBy=x-%i.device\n{also}"


FILES = {"roce.sh": program("one"), "roce.service": unit("eth1", r"eth\x2d2"), "nccl.conf": "NCCL_IB_TC=106\n"}


def shell(driver, command):
    return driver._ask("/bin/sh", "-c", command)


def changed(driver):
    lines = driver.compare_config().splitlines()
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


@pytest.fixture
def host(bench):
    with bench.driver("host1") as driver:
        shell(
            driver, "echo fresh >/run/nic; rm -rf /etc/netgen /etc/systemd/system/netgen-roce@.service /etc/nccl.conf"
        )
        yield driver


@pytest.fixture
def applied(host):
    host.load_replace_artifacts(FILES)
    host.commit_config()
    return host


def test_the_first_difference_is_the_files(host):
    host.load_replace_artifacts(FILES)
    diff = host.compare_config()
    assert "+NCCL_IB_TC=106" in diff
    assert "(live)" not in diff


def test_files_are_where_they_belong_and_a_second_look_finds_nothing(applied):
    assert shell(applied, "cat /run/nic; stat -c %a /etc/netgen/roce.sh; cat /etc/nccl.conf") == (
        "one\n755\nNCCL_IB_TC=106\n"
    )
    assert shell(applied, "cat '/etc/systemd/system/netgen-roce@.service'") == FILES["roce.service"]
    assert changed(applied) == []


def test_what_a_nic_was_told_by_hand_shows_and_is_mended(applied):
    shell(applied, "echo by-hand >/run/nic")
    assert changed(applied) == ["+eth1: put /run/nic one"]
    applied.commit_config()
    assert (shell(applied, "cat /run/nic"), changed(applied)) == ("one\n", [])


def test_what_is_not_confirmed_comes_back_as_it_was_by_hand(applied):
    shell(applied, "echo by-hand >/run/nic")
    applied.load_replace_artifacts({**FILES, "roce.sh": program("two")})
    applied.commit_config(revert_in=600)
    assert shell(applied, "cat /run/nic") == "two\n"
    assert shell(applied, "cat /etc/netgen/roce.sh") == FILES["roce.sh"]
    assert changed(applied) == []
    applied.rollback()
    assert shell(applied, "cat /run/nic") == "by-hand\n"


def test_a_nic_that_refuses_undoes_all(applied):
    refusing = program("two", "echo eth1: dcb: Operation not supported; exit 1")
    applied.load_replace_artifacts({**FILES, "roce.sh": refusing, "nccl.conf": "NCCL_IB_TC=98\n"})
    with pytest.raises(CommitError, match=r"roce\.sh: eth1: dcb: Operation not supported"):
        applied.commit_config()
    assert shell(applied, "cat /run/nic /etc/nccl.conf") == "one\nNCCL_IB_TC=106\n"


def test_each_program_gets_back_what_it_saved_itself(applied):
    """Of two, of which the second refuses."""
    children = program("one").replace("/run/nic", "/run/hca")
    shell(applied, "echo by-hand >/run/hca; echo by-hand >/run/nic")
    refusing = children.replace("echo one >/run/hca", "echo two >/run/hca; echo ib0: no such interface; exit 1")
    applied.load_replace_artifacts({**FILES, "roce.sh": program("two"), "ipoib.sh": refusing})
    with pytest.raises(CommitError, match=r"ipoib\.sh: ib0: no such interface"):
        applied.commit_config()
    assert shell(applied, "cat /run/nic /run/hca") == "by-hand\nby-hand\n"
    applied.load_replace_artifacts({**FILES, "ipoib.sh": children})
    applied.commit_config()
    assert shell(applied, "cat /run/nic /run/hca; stat -c %a /etc/netgen/ipoib.sh") == "one\none\n755\n"
    shell(applied, "rm -f /run/hca /etc/netgen/ipoib.sh")


def test_a_text_that_is_no_program_and_a_unit_of_others_are_refused(host):
    with pytest.raises(ReplaceConfigException, match=r"roce\.sh"):
        host.load_replace_artifacts({**FILES, "roce.sh": "case x in\n"})
    with pytest.raises(ReplaceConfigException, match=r"not an instance of netgen-roce@\.service: ssh\.service"):
        host.load_replace_artifacts({**FILES, "roce.service": unit("eth1") + "Also=ssh.service\n"})


def test_where_systemd_runs_the_units_of_nics_are_enabled_and_those_of_gone_ones_are_not(applied):
    """With stand-ins for systemctl and systemd-run, that write down what they are told."""
    shell(
        applied,
        "mkdir -p /run/systemd/system && for tool in systemctl systemd-run; do"
        " printf '#!/bin/sh\\necho %s \"$@\" >>/run/told\\n' $tool >/run/stand-in-$tool; chmod 755 /run/stand-in-$tool;"
        " mount --bind /run/stand-in-$tool /usr/bin/$tool; done",
    )
    try:
        applied.load_replace_artifacts({**FILES, "roce.service": unit("eth1", "eth3")})
        applied.commit_config(revert_in=600)
        told = shell(applied, "grep -v netgen-revert /run/told || true")
        assert told == ""  # not before it is confirmed
        applied.confirm_commit()
        assert shell(applied, "grep -v netgen-revert /run/told").splitlines() == [
            r"systemctl disable netgen-roce@eth\x2d2.service",
            "systemctl daemon-reload",
            "systemctl enable netgen-roce@eth1.service",
            "systemctl enable netgen-roce@eth3.service",
            "systemctl start --no-block netgen-roce@eth1.service",
            "systemctl start --no-block netgen-roce@eth3.service",
        ]
        shell(applied, ": >/run/told")
        applied.rollback()
        told = shell(applied, "cat /run/told").splitlines()
        assert "systemctl disable netgen-roce@eth3.service" in told
        assert r"systemctl enable netgen-roce@eth\x2d2.service" in told
    finally:
        shell(applied, "umount /usr/bin/systemctl /usr/bin/systemd-run; rm -rf /run/systemd/system /run/told")
