"""The derived Ansible inventory: every device, and groups by role, pod, unit, rail, platform and state."""

from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST
from netgen.device.routing import as_number, loopback
from netgen.device.text import ipv4
from netgen.export.yaml import Unsafe, quoted

SUBNET_MANAGER = "subnet-manager"
"""Role of a node that manages the subnet of an InfiniBand fabric."""

Scalar = str | int | Unsafe


def inventory(cluster: Cluster) -> str:
    """Text of ``inventory/hosts.yaml``.

    Credentials are not in it: they are in the inventories that people own, which Ansible reads beside this one.
    Everything here follows from the references to devices, so no device is built for it.
    """
    hosts: list[str] = []
    groups: dict[str, list[str]] = {}
    for ref in cluster.configured():
        variables = _variables(cluster, ref)
        # Written line by line: of tens of thousands of devices, a general writer takes twice as long.
        name = f"{quoted(ref.name)}:\n"
        hosts += (f"    {name}", *(f"      {key}: {_value(value)}\n" for key, value in variables.items()))
        for group in _groups(ref, cluster.unit_of(ref), variables):
            groups.setdefault(group, []).append(name)
    children = (
        f"    {quoted(group)}:\n      hosts:\n        {'        '.join(names)}"
        for group, names in sorted(groups.items())
    )
    return "".join(("all:\n  hosts:\n", *hosts, "  children:\n", *children))


def _value(value: Scalar) -> str:
    if isinstance(value, Unsafe):
        return f"!unsafe {encode_basestring(value.text)}"
    return _text(value) if isinstance(value, str) else str(value)


_text = lru_cache(maxsize=4096)(quoted)


def _variables(cluster: Cluster, ref: DeviceRef) -> dict[str, Scalar]:
    record = cluster.record(ref)
    fabric = cluster.network(ref.fabric)
    model = cluster.host_plan(ref).profile.name if ref.role == HOST else fabric.model_of(ref).name
    address = loopback(fabric, ref) if isinstance(fabric, Fabric) else None
    own: dict[str, Scalar] = {}
    if address is not None and isinstance(fabric, Fabric):
        own = {"netgen_asn": as_number(fabric, ref), "netgen_loopback": ipv4(address)}
    optional = {
        "netgen_serial": record.serial,
        "netgen_os_version": record.os_version,
        "netgen_rack": record.rack,
    }
    return {
        "ansible_host": ipv4(cluster.management_address(ref)),
        "netgen_cluster": cluster.name,
        "netgen_fabric": ref.fabric,
        "netgen_role": ref.role if cluster.managed_by(ref) is None else SUBNET_MANAGER,
        "netgen_platform": cluster.platform_of(ref) or "",
        "netgen_model": model,
        "netgen_pod": ref.pod,
        "netgen_unit": cluster.unit_of(ref),
        "netgen_rail": ref.rail,
        **({"netgen_plane": ref.plane} if ref.plane else {}),
        "netgen_state": record.state,
        **own,
        # What people typed is data: Ansible would otherwise evaluate a `{{ … }}` in it.
        **{key: Unsafe(text) for key, text in optional.items() if text is not None},
    }


def _groups(ref: DeviceRef, unit: int, variables: Mapping[str, Scalar]) -> list[str]:
    names = [
        f"fabric_{ref.fabric}",
        f"role_{variables['netgen_role']}",
        f"platform_{variables['netgen_platform']}",
        f"state_{variables['netgen_state']}",
    ]
    if ref.pod:
        names.append(f"pod_{ref.pod}")
    if unit:
        names.append(f"unit_{ref.pod}_{unit}")
    if ref.rail:
        names.append(f"rail_{ref.rail}")
    # Ansible refuses hyphens in the names of groups.
    return [name.replace("-", "_") for name in names]
