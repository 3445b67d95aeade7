"""The difference of a plain file on a device, and of what runs on it, to a candidate.

A file tells what the device was last given; a value changed by hand at run time is in no file. So each
artifact is compared twice: its text with the file that is in force, and what runs with that file. Where the
text already differs the commit changes the line anyway, and the live value is not told a second time.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from typing import Any

# One command of an `up` line of interfaces(5) that sets a route or a rule, up to its arguments.
_UP_COMMAND = re.compile(
    r"(?:\S*/)?ip\s+(?:-[46]\s+)?(?P<what>route|rule)\s+(?:add|append|replace)\s+(?P<arguments>[^|&<>]+)"
)
Line = tuple[str, str]


def text_diff(name: str, before: str, after: str) -> str:
    """Return the unified diff of two texts, empty where they are equal."""
    lines = unified_diff(
        before.splitlines(), after.splitlines(), f"{name} (on the device)", f"{name} (candidate)", lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def live_diff(name: str, lines: Iterable[str]) -> str:
    """Return the difference of what runs to a candidate, empty where there are no lines."""
    body = "".join(f"{line}\n" for line in lines)
    return f"--- {name} (live)\n+++ {name} (candidate)\n{body}" if body else ""


def drift_diff(name: str, candidate: str, parts: Mapping[str, str]) -> str:
    """Return what a commit would change of a file, and of what runs by it.

    Parameters
    ----------
    name
        Of the artifact.
    candidate
        The whole file.
    parts
        ``drift`` (a line for each thing that a commit would make so again), and ``base``, that file, where
        there is one.
    """
    drift = parts.get("drift", "").splitlines()
    return text_diff(name, parts.get("base", ""), candidate) + live_diff(name, (f"+{line}" for line in drift))


def running_diff(name: str, candidate: str, parts: Mapping[str, str]) -> str:
    """Return what a commit would change of a file, and of what runs by it, whose lines have their signs already."""
    return text_diff(name, parts.get("base", ""), candidate) + live_diff(name, parts["drift"].splitlines())


# ---------------------------------------------------------------------------------------------------- sysctl


def parse_sysctl(text: str) -> dict[str, str]:
    """Return the values of a sysctl.conf(5) by key; white space within a value is what the kernel makes of it."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith(("#", ";")) and "=" in stripped:
            key, value = stripped.split("=", 1)
            values[_dotted(key.strip().removeprefix("-").strip())] = " ".join(value.split())
    return values


def _dotted(key: str) -> str:
    """Return a key in dots: sysctl(8) swaps dots and slashes when the first separator is a slash."""
    separators = re.findall(r"[./]", key)
    return key.translate(str.maketrans("./", "/.")) if separators[:1] == ["/"] else key


def sysctl_diff(candidate: str, parts: Mapping[str, str]) -> str:
    """Return what a commit would change of the kernel's settings.

    Parameters
    ----------
    candidate
        The whole file, sysctl.conf(5).
    parts
        ``values`` (``sysctl KEY`` for each key), and ``base``, the file in force, where there is one.
    """
    live, wanted = parse_sysctl(parts["values"]), parse_sysctl(candidate)
    in_force = parse_sysctl(parts.get("base", ""))
    lines: list[str] = []
    for key, value in wanted.items():
        if in_force.get(key) == value and live.get(key) != value:
            lines += [f"-{key} = {live[key]}"] if key in live else []
            lines.append(f"+{key} = {value}")
    return text_diff("sysctl.conf", parts.get("base", ""), candidate) + live_diff("sysctl.conf", lines)


# ------------------------------------------------------------------------------------------------ interfaces


def parse_interfaces(text: str) -> dict[str, list[Line]]:
    """Return the attributes of each interface of an interfaces(5), as pairs of attribute and value."""
    found: dict[str, list[Line]] = {}
    current: list[Line] | None = None
    for raw in text.splitlines():
        words = raw.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "iface" and len(words) > 1:
            current = found.setdefault(words[1], [])
        elif words[0] in {"auto", "source", "source-directory", "vlan", "template"} or words[0].startswith("allow-"):
            current = None
        elif current is not None:
            current.append((words[0], " ".join(words[1:])))
    return found


def _failures(checked: str) -> Iterator[tuple[str, str, str]]:
    """Yield interface, attribute and value of what ``ifquery --check`` found to differ.

    The value is the live one where there is one: ifquery puts it in the place of the file's.
    """
    for interface in json.loads(checked) if checked.strip() else []:
        for attribute, status in interface.get("config_status", {}).items():
            values = interface["config"].get(attribute, "")
            pairs = zip(values, status, strict=True) if isinstance(status, list) else [(values, status)]
            for value, verdict in pairs:
                if verdict == "fail":
                    yield interface["name"], attribute, str(value)


def _kernel_has(command: str, routes: list[Mapping[str, Any]], rules: list[Mapping[str, Any]]) -> bool:
    """Whether what a command of an `up` line set is there; yes for a command that sets no route and no rule."""
    match = _UP_COMMAND.fullmatch(command.strip())
    words = match["arguments"].split() if match else []
    if match and match["what"] == "rule":
        options = dict(zip(words[::2], words[1::2], strict=False))
        return "pref" not in options or any(str(rule["priority"]) == options["pref"] for rule in rules)
    if match and "via" in words[:-1]:
        options = dict(zip(words[1::2], words[2::2], strict=False))
        return any(
            route.get("dst") == words[0].removesuffix("/32")
            and hop.get("gateway") == options["via"]
            and str(route.get("table", "main")) == options.get("table", "main")
            and str(route.get("metric", "")) == options.get("metric", str(route.get("metric", "")))
            for route in routes
            for hop in route.get("nexthops", [route])
        )
    return True


def _missing_in_kernel(base: Mapping[str, list[Line]], parts: Mapping[str, str]) -> Iterator[tuple[str, Line]]:
    """Yield interface and line of each route and rule of a file that the kernel does not have."""
    routes, rules = (json.loads(parts[name] or "[]") for name in ("routes", "rules"))
    for interface, lines in base.items():
        for attribute, value in lines:
            commands = value.split(";") if attribute in {"up", "post-up"} else []
            if not all(_kernel_has(command, routes, rules) for command in commands):
                yield interface, (attribute, value)


def interfaces_diff(candidate: str, parts: Mapping[str, str]) -> str:
    """Return what a commit would change of links, addresses and static routes.

    Parameters
    ----------
    candidate
        The whole file, interfaces(5) as ifupdown2 reads it.
    parts
        ``checked`` (``ifquery --all --check --format json`` of the file in force), ``routes`` (``ip -j route show
        table all``), ``rules`` (``ip -j rule show``), and ``base``, that file, where there is one.
    """
    base, wanted = parse_interfaces(parts.get("base", "")), parse_interfaces(candidate)
    drifted: dict[str, list[str]] = {}
    for interface, attribute, value in _failures(parts["checked"]):
        if interface not in base:
            continue  # of another file of the host
        file_values = [text for name, text in base.get(interface, []) if name == attribute]
        wanted_values = [text for name, text in wanted.get(interface, []) if name == attribute]
        lines = drifted.setdefault(interface, [])
        if value in file_values:  # in the file, not on the link
            lines += [f"+    {attribute} {value}"] if value in wanted_values else []
        elif len(file_values) == 1 and attribute != "address":  # one value, and another on the link
            lines.append(f"-    {attribute} {value}")
            lines += [f"+    {attribute} {file_values[0]}"] if file_values == wanted_values else []
        else:  # on the link, not in the file
            lines.append(f"-    {attribute} {value}")
    for interface, (attribute, value) in _missing_in_kernel(base, parts):
        if (attribute, value) in wanted.get(interface, []):
            drifted.setdefault(interface, []).append(f"+    {attribute} {value}")
    live = [line for name, lines in drifted.items() if lines for line in (f" iface {name}", *lines)]
    return text_diff("interfaces", parts.get("base", ""), candidate) + live_diff("interfaces", live)
