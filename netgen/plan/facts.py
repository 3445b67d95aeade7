"""What a device is called by: the numbers and cables that growth must not change.

They come from a derived cluster, or from what `netgen render` wrote of an earlier one: the inventory and the cabling
list, which hold them as data, so that no vendor's text is parsed.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml
from msgspec import Struct

from netgen.cluster.model import Cluster
from netgen.device.bonds import address
from netgen.device.build import build_any
from netgen.device.build_infiniband import switch_ports
from netgen.device.hca import Hca
from netgen.device.infiniband import IbPort, IbSwitch, SubnetManager
from netgen.device.model import Host, Node, Switch
from netgen.device.text import ipv4
from netgen.export import out_of_band
from netgen.export.cabling import ends_of, ib_leading_up, leading_out, leading_up
from netgen.plan.errors import PlanError
from netgen.platforms.model import Platform
from netgen.record import Record

INVENTORY, CABLING = "inventory/hosts.yaml", "cabling.csv"

End = tuple[str, str]
"""A device and its port."""


class Numbers(Record):
    """A device's own numbers; ``None``: it has none, or they are not known."""

    management: str | None
    asn: str | None
    loopback: str | None


class Cable(Record):
    """Where the cable at a port leads, and the address of that port; ``None``: it is unnumbered."""

    far: End
    address: str | None


class Facts(Struct):
    """Of a whole cluster; a cable stands at its lower end, as in the cabling list."""

    numbers: dict[str, Numbers]
    cables: dict[End, Cable]


def derived_facts(cluster: Cluster, platforms: Mapping[str, Platform]) -> Facts:
    """Return the facts of a derived cluster; each device is built and let go."""
    facts = Facts({}, {})
    for ref in cluster.refs():
        if cluster.platform_of(ref) is None:
            _keep(facts, ref.name, switch_ports(cluster, platforms, ref))
            continue
        device = build_any(cluster, platforms, ref)
        facts.numbers[device.name] = _numbers(device)
        if isinstance(device, SubnetManager):
            _keep(facts, device.name, device.hcas)
            continue
        if isinstance(device, IbSwitch):
            _keep(facts, device.name, device.ports)
            continue
        if isinstance(device, Host):
            _keep(facts, device.name, device.hcas)
        for port in leading_up(device):
            own = address(device, port)
            far = (str(port.peer_device), str(port.peer_port))
            facts.cables[device.name, port.name] = Cable(far, None if own is None else ipv4(own))
        for port in leading_out(device):
            facts.cables[device.name, port.name] = Cable((str(port.description), ""), ipv4(ends_of(port)[0]))
    for cable in out_of_band.cables(cluster, platforms):
        end = (cable.b.name, cable.b.socket.interface)
        facts.cables[cable.a.name, cable.a.socket.interface] = Cable(end, None)
    return facts


def _keep(facts: Facts, device: str, ports: Iterable[IbPort | Hca]) -> None:
    """Note the cables of a device on InfiniBand fabrics."""
    for port in ib_leading_up(ports):
        facts.cables[device, port.name] = Cable((str(port.peer_device), str(port.peer_port)), None)


def read_facts(folder: Path) -> Facts:
    """Return the facts that an output folder holds.

    Raises
    ------
    PlanError
        If its inventory or cabling list cannot be read.
    """
    return Facts(dict(_read_numbers(folder / INVENTORY)), dict(_read_cables(folder / CABLING)))


def _numbers(device: Node) -> Numbers:
    management = ipv4(device.management.address)
    if not isinstance(device, Switch | Host) or device.bgp is None:
        return Numbers(management, None, None)
    return Numbers(management, str(device.bgp.asn), ipv4(device.bgp.router_id))


def _read_numbers(path: Path) -> Iterator[tuple[str, Numbers]]:
    try:
        root = yaml.compose(_read(path), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise PlanError(f"{path} is not YAML: {getattr(error, 'problem', None) or 'it cannot be read'}") from None
    hosts = _value(_value(root, "all"), "hosts")
    if not isinstance(hosts, yaml.MappingNode):
        raise PlanError(f"{path} names no hosts: it is not an inventory that `netgen render` wrote")
    for key, variables in hosts.value:
        yield (
            key.value,
            Numbers(
                _text(variables, "ansible_host"), _text(variables, "netgen_asn"), _text(variables, "netgen_loopback")
            ),
        )


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _text(node: yaml.Node, key: str) -> str | None:
    value = _value(node, key)
    return value.value if isinstance(value, yaml.ScalarNode) else None


def _read_cables(path: Path) -> Iterator[tuple[End, Cable]]:
    try:
        rows = csv.DictReader(io.StringIO(_read(path)), strict=True)
        missing = {"a_device", "a_interface", "b_device", "b_interface"} - set(rows.fieldnames or ())
        if missing:
            raise PlanError(f"{path} is not a cabling list that `netgen render` wrote: it has no column {min(missing)}")
        for row in rows:
            far = (row["b_device"], row["b_interface"])
            yield (row["a_device"], row["a_interface"]), Cable(far, row.get("a_address") or None)
    except (csv.Error, KeyError) as error:
        raise PlanError(f"{path} is not a cabling list that `netgen render` wrote: {error}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PlanError(f"{path} is not UTF-8") from None
