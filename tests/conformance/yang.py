"""ConfigDB as YANG instance data, by the models' own containers, lists and keys.

Independent of what builds a ConfigDB: nothing here knows a table. A ConfigDB entry ``TABLE|a|b`` is the instance
of the list in container ``TABLE`` that has two keys, or of the container that is called ``a``. Where a list holds
another list and no such leaf, an entry's fields are the inner list's (``DSCP_TO_TC_MAP``). XML, since libyang takes
a quoted number for text in JSON, and ConfigDB knows nothing but text.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

STANDARD = Path("/usr/share/yang/modules/libyang")
"""Modules of the IETF that the models import; of Debian's libyang2-tools."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | '(?P<single>[^']*)'
      | (?P<mark>[{};])
      | (?P<word>(?:(?!//|/\*)[^\s{};"'])+)""",
    re.VERBOSE | re.DOTALL,
)


class UnknownError(Exception):
    """A table, key or field that no model has."""


@dataclass
class Statement:
    """One statement of a module: its keyword, its argument, and the statements in its braces."""

    keyword: str
    argument: str
    inner: list["Statement"] = field(default_factory=list)

    def all(self, *keywords: str) -> list["Statement"]:
        return [statement for statement in self.inner if statement.keyword in keywords]

    def named(self, name: str, *keywords: str) -> "Statement | None":
        return next((statement for statement in self.all(*keywords) if statement.argument == name), None)

    def lift(self, groupings: Mapping[str, "Statement"]) -> None:
        """Put what groupings, choices and their cases hold in the place where they stand."""
        inner = self.inner
        self.inner = []
        for said in inner:
            meant = groupings[said.argument.rpartition(":")[2]] if said.keyword == "uses" else said
            meant.lift(groupings)
            lifted = meant.keyword in ("grouping", "choice", "case") and self.keyword != "module"
            self.inner += meant.inner if lifted else [meant]

    def value(self, keyword: str) -> str:
        return self.all(keyword)[0].argument


@dataclass(frozen=True)
class Table:
    """Where the entries of one ConfigDB table are in the models."""

    namespace: str
    top: str
    container: Statement


def parse(text: str) -> Statement:
    """Parse a module into its statement (RFC 7950, section 6.3)."""
    tokens = list(_tokens(text))
    statement, end = _statement(tokens, 0)
    assert end == len(tokens), f"{statement.argument}: something follows the module"
    return statement


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None, f"not YANG: {text[position : position + 40]!r}"
        position = match.end()
        if match.lastgroup != "space":
            assert match.lastgroup is not None
            yield match.lastgroup, match[match.lastgroup]


def _statement(tokens: list[tuple[str, str]], at: int) -> tuple[Statement, int]:
    keyword = tokens[at][1]
    at += 1
    parts = []
    while tokens[at][0] != "mark":
        if tokens[at] != ("word", "+"):
            parts.append(tokens[at][1])
        at += 1
    statement = Statement(keyword, "".join(parts))
    if tokens[at][1] == ";":
        return statement, at + 1
    at += 1
    while tokens[at] != ("mark", "}"):
        child, at = _statement(tokens, at)
        statement.inner.append(child)
    return statement, at + 1


class Models:
    """All models of one release of SONiC."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = sorted(folder.glob("*.yang"))
        self.tables: dict[str, Table] = {}
        modules = [parse(path.read_text()) for path in self.files]
        groupings = {grouping.argument: grouping for module in modules for grouping in module.all("grouping")}
        self.typedefs = {typedef.argument: typedef for module in modules for typedef in module.all("typedef")}
        for module in modules:
            module.lift(groupings)
            for top in module.all("container"):
                for container in top.all("container"):
                    assert container.argument not in self.tables, f"two models have {container.argument}"
                    self.tables[container.argument] = Table(module.value("namespace"), top.argument, container)

    def instance(self, config_db: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
        """Return the instance data of a ConfigDB, as XML.

        Raises
        ------
        UnknownError
            If it has a table, an entry or a field that no model has.
        """
        found: dict[tuple[str, str], list[str]] = {}
        for name, entries in config_db.items():
            table = self._table(name)
            inner = "".join(_entry(table.container, key, fields) for key, fields in entries.items())
            found.setdefault((table.top, table.namespace), []).append(_element(name, inner))
        return "".join(f'<{top} xmlns="{namespace}">{"".join(t)}</{top}>\n' for (top, namespace), t in found.items())

    def complaints(self, config_db: Mapping[str, Mapping[str, Mapping[str, str]]], folder: Path) -> list[str]:
        """Return what yanglint finds wrong with a ConfigDB, with every model loaded; nothing if it is valid."""
        data = folder / "config.xml"
        data.write_text(self.instance(config_db))
        # A model that is imported only is not implemented, and its references are not checked: all are named.
        command = ["yanglint", "-t", "config", "-p", self.folder, "-p", STANDARD, *self.files, data]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        if done.returncode == 0:
            return []
        # Besides errors it warns, while it reads one model, of conditions on those that it reads later.
        return [line for line in done.stderr.splitlines() if line.startswith("libyang err")] or [done.stderr]

    def _table(self, name: str) -> Table:
        table = self.tables.get(name)
        if table is None:
            raise UnknownError(f"no model has a table {name}")
        return table


def _entry(container: Statement, key: str, fields: Mapping[str, str]) -> str:
    single = container.named(key, "container")
    if single is not None:
        return _element(key, "".join(_fields(single, fields)))
    keys = key.split("|")
    for candidate in container.all("list"):
        names = candidate.value("key").split()
        if len(names) == len(keys):
            leaves = "".join(_leaf(name, text) for name, text in zip(names, keys, strict=True))
            return _element(candidate.argument, leaves + "".join(_fields(candidate, fields)))
    raise UnknownError(f"{container.argument} has no list of {len(keys)} keys for {key}")


def _fields(node: Statement, fields: Mapping[str, str]) -> Iterator[str]:
    for name, value in fields.items():
        if node.named(name, "leaf") is not None:
            yield _leaf(name, value)
        elif node.named(name, "leaf-list") is not None:
            yield from (_leaf(name, item) for item in value.split(","))
        else:
            yield _inner(node, name, value)


def _inner(node: Statement, name: str, value: str) -> str:
    """Make the entry of the list within a list that an entry's fields are."""
    for inner in node.all("list"):
        key = inner.value("key")
        others = [leaf.argument for leaf in inner.all("leaf") if leaf.argument != key]
        if len(others) == 1:
            return _element(inner.argument, _leaf(key, name) + _leaf(others[0], value))
    raise UnknownError(f"{node.argument} has no field {name}")


def _leaf(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


def _element(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
