"""The partitions of a UFM: as its REST API tells them, as netgen renders them, and how the two differ.

The API is that of the NVIDIA UFM Enterprise REST API Guide, "PKey GUIDs Rest API" (docs.nvidia.com, v6.12 to v6.22).
The default partition 0x7fff is UFM's own: its members cannot be set there, and only what it makes of every port is
told (``membership``, from v6.19).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from netgen.platforms.model import Form
from netgen.platforms.trees import natural
from netgen.platforms.ufm.pkeys import AT_INDEX_0
from netgen.record import Record
from netgen.render.tree import Tree, serialise, yaml_text
from netgen.session.drivers.ufm_client import Trouble, UfmClient, UfmError

MANAGEMENT = 0x7FFF
"""P_Key of the partition that UFM keeps for itself."""
FILE = "pkeys.yaml"
KEYS = "/resources/pkeys"
"""Path of all partitions."""


class Qos(Record):
    """What a partition may use, in UFM's numbers."""

    mtu_limit: int
    """2 or 4, in units of 1,024 bytes."""
    rate_limit: float
    """In Gb/s."""
    service_level: int


class Member(Record):
    """A port in a partition."""

    membership: str
    """``full`` or ``limited``."""
    index0: bool = False
    """Whether the P_Key stands first in the port's table."""


class Key(Record):
    """One partition; members by the GUIDs of their ports."""

    name: str
    ip_over_ib: bool
    members: Mapping[int, Member]
    qos: Qos


class State(Record):
    """All partitions but the default one, by P_Key, and what the default one makes of every port."""

    keys: Mapping[int, Key]
    everybody: str
    """``full`` or ``limited``."""


# ----------------------------------------------------------------------------------------------------- reading


def ask(client: UfmClient) -> State:
    """Return what a UFM has now.

    Raises
    ------
    UfmError
        If it does not answer as the guide says.
    """
    # Asked for both at once, UFM 6.19 to 6.22 answer with one of them (NVIDIA/infra-controller, ib/ufmclient, which
    # names NVIDIA's bug 5409095).
    members, limits = client.ask(f"{KEYS}?guids_data=true"), client.ask(f"{KEYS}?qos_conf=true")
    try:
        if members.keys() != limits.keys():
            raise UfmError(Trouble.REFUSED, "partitions come or go while they are read: somebody else is at work")
        keys = {
            int(pkey, 16): _key(said, limits[pkey]["qos_conf"])
            for pkey, said in members.items()
            if int(pkey, 16) != MANAGEMENT
        }
        everybody = next(said["membership"] for pkey, said in members.items() if int(pkey, 16) == MANAGEMENT)
    except (AttributeError, KeyError, TypeError, ValueError, StopIteration) as error:
        raise UfmError(
            Trouble.NOT_UNDERSTOOD, f"GET {KEYS}: the answer is not what UFM 6.19 or later gives ({error!r})"
        ) from None
    return State(keys, everybody)


def _key(said: Mapping[str, Any], qos: Mapping[str, Any]) -> Key:
    members = {int(each["guid"], 16): Member(each["membership"], each["index0"]) for each in said.get("guids", ())}
    return Key(str(said["partition"]), bool(said["ip_over_ib"]), members, _limits(qos))


def _limits(said: Mapping[str, Any]) -> Qos:
    return Qos(int(said["mtu_limit"]), float(said["rate_limit"]), int(said["service_level"]))


def parse(text: str) -> State:
    """Read what `text_of` writes and netgen renders.

    Raises
    ------
    ValueError
        If it is something else.
    """
    try:
        # As texts: a partition may be called `on`.
        document = yaml.load(text, yaml.CBaseLoader)  # noqa: S506 - it makes nothing but texts
        found = {int(pkey, 16): said for pkey, said in document.items()}
        everybody = found.pop(MANAGEMENT)["membership"]
        keys = {
            pkey: Key(
                said["partition"],
                {"true": True, "false": False}[said["ip_over_ib"]],
                {int(guid, 16): _member(words) for guid, words in said["guids"].items()},
                _limits(said["qos_conf"]),
            )
            for pkey, said in found.items()
        }
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{FILE} is not a list of partitions: {type(error).__name__} at {error}") from None
    return State(keys, everybody)


def _member(words: str) -> Member:
    return Member(words.removesuffix(AT_INDEX_0), words.endswith(AT_INDEX_0))


# ----------------------------------------------------------------------------------------------------- writing


def tree_of(state: State) -> dict[str, Tree]:
    """Return the tree that is rendered and compared."""
    keys: dict[str, Tree] = {pkey_word(pkey): _branch(key) for pkey, key in state.keys.items()}
    return {**keys, pkey_word(MANAGEMENT): {"membership": state.everybody}}


def text_of(state: State) -> str:
    """Return the text that `parse` reads, as it is rendered."""
    return serialise(tree_of(state), Form.YAML)


def _branch(key: Key) -> Tree:
    return {
        "guids": {
            f"0x{guid:016x}": member.membership + (AT_INDEX_0 if member.index0 else "")
            for guid, member in key.members.items()
        },
        "ip_over_ib": key.ip_over_ib,
        "partition": key.name,
        "qos_conf": {
            "mtu_limit": key.qos.mtu_limit,
            "rate_limit": f"{key.qos.rate_limit:g}",
            "service_level": key.qos.service_level,
        },
    }


def pkey_word(pkey: int) -> str:
    """Return a P_Key as UFM writes it."""
    return f"0x{pkey:x}"


# --------------------------------------------------------------------------------------------------- comparing


def difference(before: State, after: State) -> str:
    """Return what leads from one to the other, as a diff of the rendered file; empty where nothing does."""
    lines = "".join(f"{line}\n" for line in _changes(tree_of(_renamed(before, after)), tree_of(after), ""))
    return f"--- {FILE} (running)\n+++ {FILE} (candidate)\n{lines}" if lines else ""


def _renamed(state: State, like: State) -> State:
    """Call partitions as ``like`` does: a name is given once, and the API has no word for another."""
    keys = {
        pkey: Key(like.keys[pkey].name, key.ip_over_ib, key.members, key.qos) if pkey in like.keys else key
        for pkey, key in state.keys.items()
    }
    return State(keys, state.everybody)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield the changed lines, each below the unchanged ones that it stands under."""
    for name in sorted({*before, *after}, key=natural):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield f" {indent}{yaml_text(name)}:"
            yield from _changes(old, new, f"{indent}  ")
            continue
        if name in before:
            yield from _lines("-", name, old, indent)
        if name in after:
            yield from _lines("+", name, new, indent)


def _lines(sign: str, name: str, value: object, indent: str) -> Iterator[str]:
    """Yield the lines of a name and all below it, as the rendered file has them."""
    lead = f"{sign}{indent}{yaml_text(name)}:"
    if isinstance(value, dict) and value:
        yield lead
        for key in sorted(value, key=natural):
            yield from _lines(sign, key, value[key], f"{indent}  ")
    elif isinstance(value, dict):
        yield f"{lead} {{}}"
    elif isinstance(value, bool):
        yield f"{lead} {str(value).lower()}"
    else:
        yield f"{lead} {yaml_text(value) if isinstance(value, str) else value}"
