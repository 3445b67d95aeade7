"""The difference of netplan's file on a device, and of what runs by it, to a candidate.

What netgen renders is a small part of netplan(5): addresses, MTU, routes and rules of interfaces and bundles. Only that
is looked for in the kernel; the text is compared whole.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from netgen.session.drivers.diff_files import live_diff, text_diff

_MAIN_TABLE = "main"


def netplan_diff(candidate: str, parts: Mapping[str, str]) -> str:
    """Return what a commit would change of links, addresses, routes and rules.

    Parameters
    ----------
    candidate
        The whole file, netplan(5).
    parts
        ``addresses``, ``routes`` and ``rules`` (``ip -j address show``, ``ip -j route show table all``, ``ip -j rule
        show``), and ``base``, the file in force, where there is one.
    """
    base = parts.get("base", "")
    # Where the files differ, what runs is told by them already.
    drift = _drift(candidate, parts) if base == candidate else ()
    return text_diff("netplan.yaml", base, candidate) + live_diff("netplan.yaml", drift)


def _drift(text: str, parts: Mapping[str, str]) -> Iterator[str]:
    links = {link["ifname"]: link for link in json.loads(parts["addresses"] or "[]")}
    routes, rules = (json.loads(parts[name] or "[]") for name in ("routes", "rules"))
    network = yaml.safe_load(text)["network"]
    for name, wanted in {**network["ethernets"], **network.get("bonds", {})}.items():
        lines = list(_of_interface(wanted, links.get(name, {}), routes, rules))
        if lines:
            yield f" {name}:"
            yield from lines


def _of_interface(
    wanted: Mapping[str, Any], link: Mapping[str, Any], routes: list[Mapping[str, Any]], rules: list[Mapping[str, Any]]
) -> Iterator[str]:
    is_off = wanted.get("activation-mode") == "off"
    if not link or ("UP" in link["flags"]) == is_off:
        yield f"{'-' if is_off else '+'}  up"
        return
    if is_off:
        return  # systemd-networkd sets nothing on a link that it keeps down
    if "mtu" in wanted and link["mtu"] != wanted["mtu"]:
        yield f"-  mtu: {link['mtu']}"
        yield f"+  mtu: {wanted['mtu']}"
    if "LOWER_UP" not in link["flags"]:
        return  # without carrier it sets no address either (ConfigureWithoutCarrier=, systemd.network(5))
    has = {
        f"{address['local']}/{address['prefixlen']}"
        for address in link["addr_info"]
        if address["scope"] == "global" and not address.get("dynamic")
    }
    yield from (f"-  address: {address}" for address in sorted(has - set(wanted.get("addresses", ()))))
    yield from (f"+  address: {address}" for address in sorted(set(wanted.get("addresses", ())) - has))
    yield from (f"+  route: {_words(route)}" for route in wanted.get("routes", ()) if not _has_route(route, routes))
    yield from (f"+  rule: {_words(rule)}" for rule in wanted.get("routing-policy", ()) if not _has_rule(rule, rules))


def _words(mapping: Mapping[str, Any]) -> str:
    return " ".join(f"{key} {value}" for key, value in mapping.items())


def _has_route(wanted: Mapping[str, Any], routes: list[Mapping[str, Any]]) -> bool:
    return any(
        route.get("dst") == wanted["to"]
        and route.get("gateway") == wanted["via"]
        and str(route.get("table", _MAIN_TABLE)) == str(wanted.get("table", _MAIN_TABLE))
        and route.get("metric", 0) == wanted.get("metric", route.get("metric", 0))
        for route in routes
    )


def _has_rule(wanted: Mapping[str, Any], rules: list[Mapping[str, Any]]) -> bool:
    return any(
        rule.get("src") == wanted["from"].removesuffix("/32")
        and str(rule.get("table")) == str(wanted["table"])
        and rule["priority"] == wanted["priority"]
        for rule in rules
    )
