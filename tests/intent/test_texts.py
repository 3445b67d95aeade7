"""What a text should look like is said in words."""

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from netgen.intent import texts
from netgen.intent.models import Management, User

FORMS = {
    "FileName": ("extras/agent.cfg", "../agent.cfg"),
    "Line": ("hall 1", "hall 1 "),
    "Mac": ("00:1c:73:aa:bb:cc", "00:1C:73:AA:BB:CC"),
    "Name": ("pod1-spine1", "Pod1"),
    "NamePattern": ("pod{pod}-spine{spine}", "Pod{pod}"),
    "OsVersion": ("4.32.2F", "4.32 2F"),
    "PortName": ("Management1/1", "bmc 1"),
    "SecretName": ("users/netops", "/users"),
    "Serial": ("MT2400X00001", "MT 2400"),
    "SshKey": ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me", "ssh-dss AAAA"),
    "Vrf": ("MGMT", "default"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_wrong_form_is_refused_in_words(name):
    right, wrong = FORMS[name]
    adapter = TypeAdapter(getattr(texts, name))
    assert adapter.validate_python(right) == right
    for value in (wrong, "", right + "\n", right + "\u202e"):
        with pytest.raises(ValidationError) as refused:
            adapter.validate_python(value)
        [error] = refused.value.errors()
        assert not re.search(r"[\\^$\[\]]|\{\d", error["msg"])


def test_every_form_is_tried():
    assert {name for name, value in vars(texts).items() if hasattr(value, "__metadata__")} == set(FORMS)


@pytest.mark.parametrize("key", ["ntp", "syslog", "dns"])
def test_a_server_is_listed_once(key):
    with pytest.raises(ValidationError, match=r"172\.20\.0\.5 is listed twice"):
        Management.model_validate({"subnet": "172.20.0.0/24", key: ["172.20.0.5", "172.20.0.5"]})


def test_an_ssh_key_is_listed_once():
    key = FORMS["SshKey"][0]
    with pytest.raises(ValidationError, match="is listed twice"):
        User.model_validate({"ssh-keys": [key, key]})
