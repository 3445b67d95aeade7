"""The manifest of an output folder: digests of all that went in and of all that came out.

It is written last, and tells the next run which files are netgen's own, to be removed when they are no longer
intended. The same inputs give the same bytes: it holds no time, no path of this machine, and is sorted.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
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
        """Bytes of the file.

        The seal is a digest of all the rest: two branches that both changed something cannot be merged into a manifest
        that no run has written, but is taken for one.
        """
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        document = {
            "netgen": self.netgen,
            "cluster": self.cluster,
            "complete": self.complete,
            "inputs": dict(self.inputs),
            "outputs": dict(self.outputs),
        }
        seal = digest(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
        return orjson.dumps({**document, "seal": seal}, option=options)


def parse_manifest(data: bytes | None) -> Manifest | None:
    """Read a manifest; one that is missing, or was broken by a merge, says nothing and is written anew."""
    try:
        document = orjson.loads(data or b"")
        inputs, outputs = document["inputs"], document["outputs"]
        valid = all(
            isinstance(key, str) and isinstance(value, str)
            for section in (inputs, outputs)
            for key, value in section.items()
        )
        if not valid:
            return None
        return Manifest(
            str(document["netgen"]), str(document["cluster"]), document["complete"] is True, inputs, outputs
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
