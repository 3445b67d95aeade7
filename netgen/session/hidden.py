"""Hides what looks like a secret in the words of a device: the old password whose hash a difference takes away.

What netgen itself puts into a configuration is known by value (`netgen.session.secrets`). What was there before is
known by its form only. Hiding too much costs a word in a report; hiding too little cannot be taken back.
"""

import re

HIDDEN = "[hidden]"

# crypt(3) and vendors' forms of it: $1$ $5$ $6$ (crypt(5)), $9$ (Junos), $8$ $9$ $14$ (Cisco), $2b$, $y$.
_HASH = re.compile(r"\$(?:1|5|6|7|8|9|14|2[abxy]|y|gy)\$[^\s\"';,]+")

# A keyword, what says how the value is encoded, and the value. NAPALM 5.2, base/constants.py, knows most of them
# (CISCO_SANITIZE_FILTERS, EOS_SANITIZE_FILTERS); `secret sha512`, `password 7` and `key 7` are EOS's (User
# Security in its manual), `neighbor … password` is FRR's too, `authentication-key` and `md5` those of NTP and OSPF;
# `m_key` and its like are OpenSM's (opt_tbl in osm_subnet.c), and NVIDIA's.
_ENCODING = r"(?:sha512|sha256|md5|sha1|sha|ascii|text|localizedkey|encrypted|shared-secret|0|5|7|8|8a|9|10)"
_KEYWORD = (
    r"(?:secret|password|passphrase|key-string|shared-secret|pre-shared-key|encrypted-password|auth-password|"
    r"priv-password|authentication-key|message-digest-key|private-key|(?<![\w-])key|(?:m|sm|sa|cc|vs|n2n|am)_key|"
    r"(?<![\w-])auth|(?<![\w-])priv)"
)
_KEYED = re.compile(rf"(?P<before>\b{_KEYWORD}\s+(?:(?:\d+\s+)?{_ENCODING}\s+)*+)(?P<value>(?!@secret:|\[hidden\])\S+)")
_COMMUNITY = re.compile(r"(?P<before>\bsnmp-server\s+(?:community|host\s.*\b(?:1|2c))\s+)(?P<value>(?!@secret:)\S+)")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)

# Words that follow a keyword and are no secret: an account's properties, names of keys for people to see, and the verb
# of an error ("its host key is not …"), and what OpenSM's keys are as long as nobody has chosen any.
_HARMLESS = frozenset({"ssh-rsa", "ssh-ed25519", "chain", "exchange", "policy", "minimum", "encryption-key", "is"}) | {
    "0x0000000000000000",
    "0x0000000000000001",
}


def hide(text: str) -> str:
    """Return the text with everything hidden that has the form of a secret."""
    text = _PEM.sub(HIDDEN, text)
    text = _HASH.sub(HIDDEN, text)
    text = _COMMUNITY.sub(_hide_value, text)
    return _KEYED.sub(_hide_value, text)


def _hide_value(found: re.Match[str]) -> str:
    value = found["value"]
    return found[0] if value in _HARMLESS else f"{found['before']}{HIDDEN}"
