import pytest

from netgen.session.hidden import HIDDEN, hide


@pytest.mark.parametrize(
    "line",
    [
        "-username old privilege 15 role network-admin secret sha512 $6$salt$CANARY",
        "-username old secret 5 CANARY",
        "-   neighbor 10.0.0.1 password 7 CANARY",
        " neighbor swp1 password CANARY",
        "-snmp-server community CANARY ro",
        "-snmp-server host 10.0.0.9 vrf MGMT version 2c CANARY",
        "-tacacs-server host 10.0.0.9 key 7 CANARY",
        "-ntp authentication-key 1 md5 7 CANARY",
        "-   ip ospf message-digest-key 1 md5 7 CANARY",
        "-  key-string CANARY",
        '-    encrypted-password "$9$CANARY"; ## SECRET-DATA',
        "-enable password sha512 CANARY",
        "-m_key CANARY",
        "-sa_key 0xCANARY",
        "-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_the_form_of_a_secret_is_hidden(line: str):
    shown = hide(line)
    assert "CANARY" not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize(
    "line",
    [
        "+username netgen privilege 15 role network-admin secret sha512 @secret:users/netgen@",
        "+snmp-server community @secret:snmp@ ro",
        "-sm_key 0x0000000000000001",
        "-m_key_lease_period 0",
        "-username a ssh-key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA a@b",
        "-   neighbor LEAVES send-community",
        "-ip community-list standard X permit 65000:1",
        "-description monkey business",
        "-key chain ISIS",
        "its host key is not the one in known_hosts",
    ],
)
def test_everything_else_is_shown(line: str):
    assert hide(line) == line
