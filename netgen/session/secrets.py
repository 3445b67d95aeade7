"""Secrets, from where they are to the device, and never into anything that is shown or kept.

What is rendered holds tokens, ``@secret:NAME@``. They are replaced just before a configuration is loaded, and every
text that comes back is searched for what they stood for.
"""

import base64
import json
import os
import re
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netgen.session.connections import SecretSource
from netgen.session.hidden import hide

TOKEN = re.compile(r"@secret:([a-z0-9][a-z0-9/_-]*)@")
MIN_CHARACTERS = 4
"""A shorter secret would be found in every other word of a report, and could not be kept out of it."""
MAX_BYTES = 64 * 1024


class SecretError(Exception):
    """A secret cannot be had, or must not be used as it lies there; the message names it and never holds it."""


def resolve(name: str, source: SecretSource) -> str:
    """Return a secret.

    Raises
    ------
    SecretError
        If it is not there, if others can read its file, or if it is not one printable line.
    """
    value = os.environ.get(source.env) if source.env is not None else _read(name, source)
    if not value:
        raise SecretError(f"the secret {name} is empty: {source} holds nothing")
    if not value.isprintable():
        raise SecretError(f"the secret {name} in {source} is not one line of printable characters")
    if len(value) < MIN_CHARACTERS:
        raise SecretError(f"the secret {name} in {source} has fewer than {MIN_CHARACTERS} characters")
    return value


def check_private(path: Path, what: str) -> None:
    """Refuse a file that everybody on this machine can read.

    Raises
    ------
    SecretError
        If it is not a regular file, or its mode lets others read it.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise SecretError(f"{what}: {path} cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise SecretError(f"{what}: {path} is not a regular file")
    if found.st_mode & stat.S_IROTH:
        raise SecretError(f"{what}: everybody can read {path}: chmod 600 {path}")


def _read(name: str, source: SecretSource) -> str:
    path = source.file
    assert path is not None  # noqa: S101 - a source is one of the two
    check_private(path, f"the secret {name}")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        text = raw.decode()
    except OSError as error:
        raise SecretError(f"the secret {name}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SecretError(f"the secret {name}: {path} is not UTF-8") from None
    if len(raw) > MAX_BYTES:
        raise SecretError(f"the secret {name}: {path} is larger than {MAX_BYTES} bytes")
    return text.removesuffix("\n").removesuffix("\r")


@dataclass(slots=True)
class Secrets:
    """The secrets of a cluster; each is read when it is first needed.

    Parameters
    ----------
    sources
        Where they are, by name.
    """

    sources: Mapping[str, SecretSource]
    _values: dict[str, str] = field(default_factory=dict, repr=False)
    _shown_as: dict[str, str] = field(default_factory=dict, repr=False)
    """What each form of a secret is replaced by in texts that leave."""
    # All sessions of a run share the secrets: none may see a value that is not guarded yet.
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def value(self, name: str) -> str:
        """Return a secret by its name.

        Raises
        ------
        SecretError
            If nothing says where it is, or it cannot be had.
        """
        with self._lock:
            if name not in self._values:
                if name not in self.sources:
                    raise SecretError(
                        f"the intent refers to the secret {name}, and connections.yaml does not say where it is: "
                        f"add `secrets: {{{name}: {{env: …}}}}`"
                    )
                self._values[name] = resolve(name, self.sources[name])
                self.guard(self._values[name], f"@secret:{name}@")
            return self._values[name]

    def guard(self, value: str, shown_as: str) -> None:
        """Keep a value out of every text that leaves; also as libraries quote or encode it."""
        quoted = json.dumps(value)[1:-1]
        escaped = repr(value)[1:-1]
        encoded = base64.b64encode(value.encode()).decode()
        with self._lock:
            self._shown_as.update(dict.fromkeys((value, quoted, escaped, encoded), shown_as))

    def fill(self, text: str) -> str:
        """Replace every token by its secret.

        Raises
        ------
        SecretError
            If one of them cannot be had.
        """
        return TOKEN.sub(lambda token: self.value(token[1]), text)

    def redact(self, text: str) -> str:
        """Return a text that may be shown: known secrets as their tokens, what looks like another one hidden."""
        with self._lock:
            # Longest first: one secret may be a part of another.
            forms = sorted(self._shown_as.items(), key=lambda form: len(form[0]), reverse=True)
        for value, shown_as in forms:
            text = text.replace(value, shown_as)
        return hide(text)
