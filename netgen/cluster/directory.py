"""Finds devices by their names and management addresses, without making up those of all others.

Names follow from patterns, so a name says where its device stands. A pattern tells the devices of a role apart if it
has every id in which they differ, with more than digits between any two; and names of two patterns are never the same
if the patterns differ in what is no digit. Devices of which this is not so plain are looked at one by one.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from string import Formatter

from msgspec import field

from netgen.cluster.fabric import AnyNetwork, DeviceRef
from netgen.cluster.model import RESERVED_ADDRESSES, Cluster, HostPlan
from netgen.cluster.topology.slots import HOST, Ids
from netgen.intent.quantities import IdRanges
from netgen.record import Record

At = Callable[[Mapping[str, int]], DeviceRef | None]
"""From ids, by what a pattern calls them, to the device that is laid out there; whether it exists is another thing."""


class _Series(Record):
    """Devices of one pattern of names."""

    pattern: str
    first: Mapping[str, int]
    """Ids of the first that is laid out, and so of all where the pattern leaves one out."""
    last: Mapping[str, int]
    at: At
    all: Callable[[], Iterable[DeviceRef]]
    """Those that exist."""

    @property
    def skeleton(self) -> str:
        """What all names have in common: the pattern, with every run of digits as one mark."""
        return re.sub("[0-9]+", "#", self.pattern.format(**self.first))

    @property
    def ends(self) -> tuple[str, str]:
        """The first name, and the longest."""
        return self.pattern.format(**self.first), self.pattern.format(**self.last)

    def form(self) -> re.Pattern[str] | None:
        """Return what reads the ids from a name; ``None``: the pattern does not tell its devices apart."""
        form, named, between = "", set[str](), "-"
        for text, key, _, _ in Formatter().parse(self.pattern):
            between += text
            form += re.escape(text)
            if key is None:
                continue
            if not re.search("[^0-9]", between):
                return None
            form += f"(?P={key})" if key in named else f"(?P<{key}>[1-9][0-9]*)"
            named.add(key)
            between = ""
        differing = {key for key, number in self.first.items() if number != self.last[key]}
        return re.compile(form) if differing <= named else None


class Directory(Record):
    """Who is called what in a cluster.

    Parameters
    ----------
    forms
        What reads the ids from the names of a pattern, and what finds the device.
    single
        Derived names that no pattern tells, and their devices.
    aliases
        Devices that the inventory calls otherwise, by alias.
    ends
        The first and the longest name of every pattern; with ``single`` and ``aliases``, names that stand for all.
    doubled
        Whether two devices may have one name.
    """

    cluster: Cluster
    forms: tuple[tuple[re.Pattern[str], At], ...]
    single: Mapping[str, DeviceRef]
    ends: tuple[str, ...]
    aliases: dict[str, DeviceRef] = field(default_factory=dict)
    doubled: bool = False

    def derived(self, name: str) -> DeviceRef | None:
        """Return the device that exists and has such a derived name."""
        if name in self.single:
            return self.single[name]
        for form, at in self.forms:
            match = form.fullmatch(name)
            ref = at({key: int(number) for key, number in match.groupdict().items()}) if match else None
            if ref is not None and ref.derived_name == name:
                return ref
        return None

    def called(self, name: str) -> DeviceRef | None:
        """Return the device that exists and is called so."""
        ref = self.aliases.get(name) or self.derived(name)
        return ref if ref is not None and ref.name == name else None

    def names(self) -> Iterator[str]:
        """Yield names which are as long, and have the same characters, as any."""
        yield from self.ends
        yield from self.single
        yield from self.aliases


def directory(cluster: Cluster) -> Directory:
    """Make the directory of a cluster; the cost is that of its patterns and of what its lists and inventory name."""
    by_skeleton: dict[str, list[_Series]] = {}
    for series in _all_series(cluster):
        by_skeleton.setdefault(series.skeleton, []).append(series)
    forms, ends, single, doubled = [], list[str](), dict[str, DeviceRef](), False
    listed = [ref for fabric in cluster.networks if fabric.listed is not None for ref in cluster.switches(fabric)]
    for alike in by_skeleton.values():
        form = alike[0].form() if len(alike) == 1 else None
        if form is None:
            listed += [ref for series in alike for ref in series.all()]
        else:
            forms.append((form, alike[0].at))
            ends += alike[0].ends
    plain = Directory(cluster, tuple(forms), {}, tuple(ends))
    for ref in listed:
        doubled = doubled or ref.derived_name in single or plain.derived(ref.derived_name) is not None
        single[ref.derived_name] = ref
    return _with_aliases(Directory(cluster, tuple(forms), single, tuple(ends), doubled=doubled))


def _with_aliases(found: Directory) -> Directory:
    aliases, doubled = dict[str, DeviceRef](), found.doubled
    for name, record in found.cluster.inventory.items():
        ref = found.derived(name) if record.alias is not None else None
        if ref is None:
            continue
        other = found.derived(ref.name)
        doubled = doubled or ref.name in aliases or (other is not None and other.name == ref.name and other is not ref)
        aliases[ref.name] = ref
    return Directory(found.cluster, found.forms, found.single, found.ends, aliases, doubled)


def managed_at(cluster: Cluster, address: int) -> DeviceRef | None:
    """Return the device that exists and has a management address by arithmetic, not by the inventory."""
    index = address - cluster.management.address - RESERVED_ADDRESSES
    for fabric, layer in cluster.managed():
        if 0 <= index < layer.count and cluster.exists(fabric, layer.first + index):
            ref = cluster.device_at(fabric, layer.first + index)
            # a host of several fabrics has its address with the first
            return ref if ref.fabric == fabric.name and cluster.record(ref).address is None else None
        index -= layer.count
    return _guest_at(cluster, address) if cluster.places else None


def _guest_at(cluster: Cluster, address: int) -> DeviceRef | None:
    """Return the node in the place of a host that has a management address by arithmetic."""
    for fabric in cluster.networks:
        hosts = fabric.layer(HOST)
        node = hosts.seats.stop + cluster.last_address - address
        if node >= hosts.seats.stop and node in hosts and cluster.exists(fabric, node):
            ref = cluster.device_at(fabric, node)
            if cluster.record(ref).address is None:
                return ref
    return None


def _all_series(cluster: Cluster) -> Iterator[_Series]:
    for fabric in cluster.networks:
        if fabric.listed is None:
            yield from (_of_role(cluster, fabric, role) for role in fabric.tiers)
    for plan in (cluster.hosts, *cluster.others.values()):
        units = {
            (pod, unit): hosts
            for fabric in cluster.networks
            for pod, of_pod in fabric.pods.items()
            for unit, hosts in of_pod.items()
            if cluster.others.get((pod, unit), cluster.hosts) is plan
        }
        if units:
            yield _of_hosts(cluster, plan, units)


def _of_role(cluster: Cluster, fabric: AnyNetwork, role: str) -> _Series:
    """Return the switches of a role; within a layer, ids ascend with nodes."""
    layer, plan = fabric.layer(role), fabric.plan
    first = _called(plan.ids(layer.nodes[0]), role)

    def order(ids: Mapping[str, int]) -> tuple[int, ...]:
        return ids["pod"], ids["plane"], ids["unit"], ids["rail"], ids[role]

    def at(ids: Mapping[str, int]) -> DeviceRef | None:
        wanted = order({**first, **ids})
        index = bisect_left(layer.nodes, wanted, key=lambda node: order(_called(plan.ids(node), role)))
        if index == layer.count or not cluster.exists(fabric, layer.nodes[index]):
            return None
        return cluster.device_at(fabric, layer.nodes[index])

    def there() -> Iterator[DeviceRef]:
        return (cluster.device_at(fabric, node) for node in cluster.nodes(fabric, role))

    pattern = fabric.names[role].replace("{fabric}", fabric.name)
    return _Series(pattern, first, _called(plan.ids(layer.nodes[-1]), role), at, there)


def _called(ids: Ids, role: str) -> dict[str, int]:
    """Return the ids of a node as patterns call them."""
    return {"pod": ids.pod, "plane": ids.plane, "unit": ids.unit, "rail": ids.rail, role: ids.number}


def _of_hosts(cluster: Cluster, plan: HostPlan, units: Mapping[tuple[int, int], IdRanges]) -> _Series:
    """Return hosts, or other nodes of a kind, by the units in which they are."""
    pods, numbers = sorted({pod for pod, _ in units}), sorted({unit for _, unit in units})
    first = {"pod": pods[0], "unit": numbers[0], HOST: 1}
    last = {"pod": pods[-1], "unit": numbers[-1], HOST: max(hosts.highest for hosts in units.values())}

    def at(ids: Mapping[str, int]) -> DeviceRef | None:
        said = {**first, **ids}
        pod, unit, host = said["pod"], said["unit"], said[HOST]
        if host not in units.get((pod, unit), ()):
            return None
        home = cluster.home(pod, unit)
        return None if home is None else cluster.device_at(home, home.plan.host_at(pod, unit, host))

    def there() -> Iterator[DeviceRef]:
        found = (at({"pod": pod, "unit": unit, HOST: host}) for (pod, unit), hosts in units.items() for host in hosts)
        return filter(None, found)

    return _Series(plan.names, first, last, at, there)
