"""Where a device stands on a fabric: who is at the other end of its cables, and what the ports there are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netgen.cluster.fabric import DeviceRef, Fabric
from netgen.cluster.model import Cluster
from netgen.cluster.topology.slots import HOST, End, Layer
from netgen.device.names import ports_of
from netgen.platforms.model import Platform


@dataclass(frozen=True, slots=True)
class Site:
    """The device that is built, and what surrounds it."""

    cluster: Cluster
    platforms: Mapping[str, Platform]
    fabric: Fabric
    ref: DeviceRef
    node: int
    """Of the device in the fabric's topology."""
    layer: Layer = field(init=False, repr=False)
    """Of the device in the topology."""
    ends: list[End | None] = field(init=False, repr=False)
    """Nodes and their slots at the other ends of its cables, by slot."""
    _alike: bool = field(init=False, repr=False)
    """Whether all devices of a role are of one kind: no exception says another model, and no unit is of other nodes."""
    _ports: dict[str | tuple[str, str], Mapping[int, str]] = field(default_factory=dict, init=False, repr=False)
    """Names of ports by slot, of the kinds of devices at the other ends: all cables of a device lead to a few."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ends", self.fabric.overlay.topology.far_ends(self.node))
        object.__setattr__(self, "layer", self.fabric.layer(self.ref.role))
        object.__setattr__(self, "_alike", not self.fabric.overlay.models and not self.cluster.others)

    def port_name(self, ref: DeviceRef, slot: int) -> str:
        """Name the port of another device's slot."""
        kind = ref.role if self._alike else self._kind(ref)
        ports = self._ports.get(kind)
        if ports is None:
            ports = self._ports[kind] = ports_of(self.cluster, self.platforms, self.fabric, ref)
        return ports[slot]

    def _kind(self, ref: DeviceRef) -> tuple[str, str]:
        is_host = ref.role == HOST
        return ref.role, (self.cluster.host_plan(ref).profile if is_host else self.fabric.model_of(ref)).name

    def is_shut(self, slot: int) -> bool:
        """Whether an exception shuts the port of a slot."""
        return (self.node, slot) in self.fabric.overlay.disabled

    def is_kept(self, slot: int) -> bool:
        """Whether a list keeps the port of a slot for what is not there yet."""
        return self.fabric.listed is not None and (self.node, slot) in self.fabric.listed.kept
