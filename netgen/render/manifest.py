"""The manifest of an output folder: digests of all that went in and of all that came out.

It is written last, and tells the next run which files are netgen's own, to be removed when they are no longer
intended. The same inputs give the same bytes: it holds no time, no path of this machine, and is sorted.
"""

import hashlib
from bisect import bisect_left
from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

import msgspec

from netgen.record import Record

NAME = "manifest.json"

# How an output stands in the file.
_OUTPUTS, _BEFORE, _BETWEEN = b',\n  "outputs": {', b'\n    "', b'": "'


class Manifest(Record):
    """What a render was made from and what it made.

    Parameters
    ----------
    netgen
        Version of netgen.
    cluster
        Name of the cluster.
    complete
        Whether every output comes from exactly these inputs. A render with a limit leaves the other devices'
        files as they are, and then they may come from earlier ones.
    inputs
        SHA-256 by name: ``intent/…`` for the intent's files, ``templates/…`` and ``catalog/…`` for resources.
    outputs
        SHA-256 by name below the output folder.
    """

    netgen: str
    cluster: str
    complete: bool
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]

    def serialise(self) -> bytes:
        """Bytes of the file."""
        document = {
            "netgen": self.netgen,
            "cluster": self.cluster,
            "complete": self.complete,
            "inputs": dict(self.inputs),
            "outputs": dict(self.outputs.items()),
        }
        body = msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2).removesuffix(b"\n}")
        return body + _seal(body)


def parse_manifest(data: bytes | None) -> Manifest | None:
    """Read a manifest; one that is missing, or was broken by a merge, says nothing and is written anew.

    Two branches that both changed something can be merged into a manifest that no run has written. Its seal does not
    hold then: it still says which files are netgen's own, but not that they come from these inputs.
    """
    text = data or b""
    end = len(text) - len(_seal(b""))
    sealed = end > 0 and text.endswith(_seal(memoryview(text)[:end]))
    start = text.find(_OUTPUTS)
    try:
        if sealed and start >= 0:
            return _manifest(msgspec.json.decode(text[:start] + b"}"), _Lines(text, start + len(_OUTPUTS), end))
        document = msgspec.json.decode(text)
        return _manifest({**document, "complete": False}, _texts(document["outputs"]))
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return None


def digest(data: bytes | memoryview) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _seal(body: bytes | memoryview) -> bytes:
    """Return the end of the file: a digest of all the rest."""
    return f',\n  "seal": "{digest(body)}"\n}}\n'.encode()


def _manifest(document: Mapping[str, Any], outputs: Mapping[str, str]) -> Manifest:
    inputs = _texts(document["inputs"])
    return Manifest(str(document["netgen"]), str(document["cluster"]), document["complete"] is True, inputs, outputs)


def _texts(section: Mapping[str, object]) -> dict[str, str]:
    """Return a section of a manifest, if it is digests by name; raise `TypeError` otherwise."""
    texts = {key: value for key, value in section.items() if isinstance(value, str)}
    if len(texts) < len(section):
        raise TypeError("a manifest has digests by name")
    return texts


class _Lines(Mapping[str, str]):
    """Outputs as they stand in a sealed manifest: one is found by halving, all are read when all are asked for.

    To read those of 21,504 devices takes longer than to render one of these.
    """

    def __init__(self, text: bytes, start: int, end: int) -> None:
        self._text = text
        # up to the last quotation mark: in a section with nothing in it, that is the one before its beginning
        self._places = range(start, text.rindex(b'"', 0, end) + 1)
        self._all: dict[str, str] | None = None

    def __getitem__(self, name: str) -> str:
        if self._all is not None:
            return self._all[name]
        wanted = name.encode()
        index = bisect_left(self._places, wanted, key=self._name_at)
        if index == len(self._places) or self._name_at(self._places[index]) != wanted:
            raise KeyError(name)
        return self._string(self._places[index] + len(_BEFORE) + len(wanted) + len(_BETWEEN)).decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def items(self) -> ItemsView[str, str]:
        """All of them; that of `Mapping` would look for each by its name."""
        return self._read().items()

    def _read(self) -> dict[str, str]:
        if self._all is None:
            self._all = msgspec.json.decode(b"{" + self._text[self._places.start : self._places.stop] + b"}")
        return self._all

    def _name_at(self, place: int) -> bytes:
        """Return the name in the line that a place is in."""
        return self._string(self._text.rindex(b"\n", 0, place + 1) + len(_BEFORE))

    def _string(self, start: int) -> bytes:
        return self._text[start : self._text.index(b'"', start)]
