"""Texts of the intent that have a form: names, files, keys. What is due is said in words, never by the pattern."""

import re
from typing import Annotated

from pydantic import AfterValidator

HOST_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What every name is: usable as a host name (RFC 1123) and as a file name, and never a path."""


def _form(pattern: str | re.Pattern[str], due: str) -> AfterValidator:
    """Make the validator of a text that has a form; `due` says in words which, since a pattern is for machines."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if form.fullmatch(value) is None:
            raise ValueError(due)
        return value

    return AfterValidator(check)


Name = Annotated[
    str,
    _form(HOST_NAME, "a name is up to 63 lower-case letters, digits and hyphens, and begins with a letter or a digit"),
]
Line = Annotated[
    str,
    _form(
        r"[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?",
        "a text here is one line of 1 to 200 printable ASCII characters, with no space at its ends",
    ),
]
PortName = Annotated[
    str,
    _form(
        r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,31}",
        "a port is called by up to 32 letters, digits and . _ : / -, such as eth0 or bmc",
    ),
]
FileName = Annotated[
    str,
    _form(
        r"([A-Za-z0-9_][A-Za-z0-9_.-]*/){0,4}[A-Za-z0-9_][A-Za-z0-9_.-]*",
        "a file is named relative to the intent folder, such as devices.csv or extras/agent.cfg",
    ),
]
SecretName = Annotated[
    str,
    _form(
        r"[a-z0-9][a-z0-9/_-]{0,127}",
        "a secret is referred to by a path of lower-case letters, digits, '-', '_' and '/'",
    ),
]
SshKey = Annotated[
    str,
    _form(
        r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{16,2000}={0,2}( [\x21-\x7e]{1,100})?",
        "an SSH public key is written as in authorized_keys: type, base64 key and an optional comment",
    ),
]
Vrf = Annotated[
    str,
    _form(
        r"(?!default$)[A-Za-z][A-Za-z0-9]{0,14}",
        "a VRF's name is up to 15 letters and digits, the first a letter; `default` is the name of the fabric's own",
    ),
]
NamePattern = Annotated[
    str,
    _form(
        r"[a-z0-9{}-]+",
        "a pattern of names is lower-case letters, digits, hyphens, and ids in braces, such as pod{pod}-spine{spine}",
    ),
]
Serial = Annotated[str, _form(r"[A-Za-z0-9-]{1,64}", "a serial number is up to 64 letters, digits and hyphens")]
Mac = Annotated[
    str,
    _form(
        r"([0-9a-f]{2}:){5}[0-9a-f]{2}",
        "a MAC address is six pairs of lower-case hexadecimal digits with colons, such as 00:1c:73:aa:bb:cc",
    ),
]
OsVersion = Annotated[
    str,
    _form(r"[A-Za-z0-9.()_+~-]{1,64}", "an OS version is up to 64 letters, digits and . ( ) _ + ~ -, such as 4.32.2F"),
]
