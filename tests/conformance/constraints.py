"""What the models constrain in a table, and for each kind of constraint an entry that breaks it.

Kinds: ``leafref``, ``range``, ``enum``, ``pattern``, ``mandatory``; what a ``must`` means only a reader can tell.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.conformance.yang import Models, Statement

Tables = dict[str, dict[str, dict[str, str]]]
KINDS = ("leafref", "range", "enum", "pattern", "mandatory", "must")
_NOWHERE = ("nowhere0", "Vlan4000", "eth9", "9")
"""Names and numbers of nothing; one of them is of the form that the leaf at the end of a reference has."""


@dataclass(frozen=True)
class Constraint:
    """One constraint of one leaf of a table."""

    kind: str
    node: str
    """The list or container that the leaf is in."""
    leaf: str
    wrong: str
    """A value that breaks it; empty where the leaf must be left out."""
    keys: tuple[str, ...]
    """Of the list, in order; empty for a container."""


def kinds(models: Models, table: str) -> set[str]:
    """Return the kinds of constraint that a table's model has."""
    container = models.tables[table].container
    return {c.kind for c in constraints(models, table)} | ({"must"} if _has_must(container) else set())


def constraints(models: Models, table: str) -> Iterator[Constraint]:
    """Yield what the model of a table constrains, but for ``must``."""
    container = models.tables[table].container
    for node in container.all("list", "container"):
        keys = tuple(node.value("key").split()) if node.keyword == "list" else ()
        for leaf in node.all("leaf"):
            for kind, wrong in _of_type(leaf.all("type")[0], models.typedefs):
                yield Constraint(kind, node.argument, leaf.argument, wrong, keys)
            if any(said.argument == "true" for said in leaf.all("mandatory")) and leaf.argument not in keys:
                yield Constraint("mandatory", node.argument, leaf.argument, "", keys)


def broken(models: Models, tables: Tables, table: str, constraint: Constraint) -> Tables | None:
    """Return the tables with one entry that breaks a constraint; ``None`` where no entry is of its list."""
    key = next((key for key in tables[table] if _holds(models, table, constraint, key)), None)
    if key is None:
        return None
    changed = copy.deepcopy(tables)
    fields = changed[table][key]
    if constraint.leaf in constraint.keys:
        parts = key.split("|")
        parts[constraint.keys.index(constraint.leaf)] = constraint.wrong
        changed[table]["|".join(parts)] = changed[table].pop(key)
    elif constraint.wrong:
        fields[constraint.leaf] = constraint.wrong
    elif constraint.leaf in fields:
        del fields[constraint.leaf]
    else:
        return None
    return changed


def _holds(models: Models, table: str, constraint: Constraint, key: str) -> bool:
    container = models.tables[table].container
    if container.named(key, "container") is not None:
        return constraint.node == key
    lists = [one for one in container.all("list") if len(one.value("key").split()) == len(key.split("|"))]
    return bool(lists) and lists[0].argument == constraint.node


def _has_must(statement: Statement) -> bool:
    return bool(statement.all("must")) or any(map(_has_must, statement.inner))


def _of_type(said: Statement, typedefs: Mapping[str, Statement]) -> Iterator[tuple[str, str]]:
    """Yield the kinds of constraint that a type has, each with a value that breaks it."""
    name = said.argument.rpartition(":")[2]
    if name in typedefs:
        yield from _of_type(typedefs[name].all("type")[0], typedefs)
    if name == "union":
        for member in said.all("type"):
            yield from ((kind, wrong) for kind, wrong in _of_type(member, typedefs) if kind != "range")
    if name == "leafref":
        yield from (("leafref", name) for name in _NOWHERE)
    if name == "enumeration":
        yield "enum", "no-such-word"
    if said.all("pattern"):
        yield "pattern", "!~!"
    for bounds in said.all("range"):
        numbers = [int(number) for number in re.findall(r"-?\d+", bounds.argument)]
        yield "range", str(max(numbers) + 1)
