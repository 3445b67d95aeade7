"""The difference between a device and its candidate, and the digest by which an approved one is known again.

The digest is an HMAC of the true difference, secrets included, so that a secret that changes between approval and
apply changes it. Its key is made anew for every plan. Whoever has both the key and a digest can try guesses of a
weak secret, so the key is never in anything that is shown: it is only in the plan's file, which is its owner's
alone. Where plans pass through a store that others can read, `plan_key` of connections.yaml names a secret that the
makers and the appliers of plans share; it then goes into the key, and the file alone is worth nothing.
"""

import hashlib
import hmac
import secrets

from netgen.record import Record


class Difference(Record):
    """What a commit would change.

    Parameters
    ----------
    text
        As unified diff, without secrets; empty: nothing.
    digest
        Keyed digest of the true text, in hexadecimal.
    """

    text: str
    digest: str

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not self.text


def new_salt() -> str:
    """Return what makes the digests of one plan its own, in hexadecimal."""
    return secrets.token_hex(32)


def digest_key(salt: str, plan_key: str | None = None) -> bytes:
    """Return the key of a plan's digests.

    Parameters
    ----------
    salt
        The plan's, from `new_salt`.
    plan_key
        The shared secret, where connections.yaml names one.
    """
    return hmac.digest((plan_key or "").encode(), bytes.fromhex(salt), hashlib.sha256)


def digest_difference(key: bytes, device: str, true_text: str) -> str:
    """Return the digest of a device's true difference, in hexadecimal."""
    return hmac.new(key, f"{device}\0{true_text}".encode(), hashlib.sha256).hexdigest()
