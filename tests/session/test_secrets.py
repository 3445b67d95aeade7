import base64
import json
from pathlib import Path

import pytest

from netgen.session.connections import SecretSource
from netgen.session.secrets import SecretError, Secrets, check_private, resolve

VALUE = r'can"ary\secret'


@pytest.fixture
def secrets(monkeypatch) -> Secrets:
    monkeypatch.setenv("CANARY", VALUE)
    return Secrets({"users/a": SecretSource(env="CANARY")})


def test_tokens_are_filled_and_come_back_as_tokens(secrets: Secrets):
    text = "username a secret sha512 @secret:users/a@\n"
    filled = secrets.fill(text)
    assert filled == f"username a secret sha512 {VALUE}\n"
    assert secrets.redact(filled) == text


def test_quoted_and_encoded_forms_are_found_too(secrets: Secrets):
    secrets.fill("@secret:users/a@")
    forms = [repr([VALUE]), json.dumps({"cmd": VALUE}), base64.b64encode(VALUE.encode()).decode()]
    assert "canary" not in secrets.redact(" ".join(forms)).replace('"', "").replace("\\", "")
    assert base64.b64encode(VALUE.encode()).decode() not in secrets.redact(forms[2])


def test_longer_secrets_are_replaced_first(monkeypatch):
    monkeypatch.setenv("SHORT", "canary")
    monkeypatch.setenv("LONG", "canary-and-more")
    secrets = Secrets({"short": SecretSource(env="SHORT"), "long": SecretSource(env="LONG")})
    assert secrets.redact(secrets.fill("@secret:short@ @secret:long@")) == "@secret:short@ @secret:long@"


def test_a_secret_that_nothing_names_is_an_error(secrets: Secrets):
    with pytest.raises(SecretError, match=r"the secret snmp, and connections\.yaml does not say where"):
        secrets.fill("@secret:snmp@")


@pytest.mark.parametrize("value", ["", "abc", "two\nlines", "bell\a", "a\u2028b c"])
def test_values_that_are_refused(monkeypatch, value: str):
    monkeypatch.setenv("CANARY", value)
    with pytest.raises(SecretError) as caught:
        resolve("users/a", SecretSource(env="CANARY"))
    assert "users/a" in str(caught.value)
    assert not value or value not in str(caught.value)


def test_a_file_is_one_line_for_its_owner(tmp_path: Path):
    path = tmp_path / "hash"
    path.write_text("secret-value\n")
    path.chmod(0o640)
    assert resolve("users/a", SecretSource(file=path)) == "secret-value"
    path.chmod(0o644)
    with pytest.raises(SecretError, match=r"everybody can read .*: chmod 600"):
        resolve("users/a", SecretSource(file=path))


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()])
def test_what_is_no_file_is_an_error(tmp_path: Path, make):
    make(tmp_path / "key")
    with pytest.raises(SecretError, match="the private key"):
        check_private(tmp_path / "key", "the private key")


def test_a_secret_is_in_no_representation(secrets: Secrets):
    secrets.fill("@secret:users/a@")
    assert "canary" not in repr(secrets).replace('"', "").replace("\\", "")
