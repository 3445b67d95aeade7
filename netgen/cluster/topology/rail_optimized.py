"""Rail-optimised leaf and spine: NIC *i* of every host of a unit goes to the leaf (or leaf group) of rail *i*.

Nodes are laid out for the capacity. Hosts count pod by pod, unit by unit; leaves pod by pod, unit by unit, rail by
rail, and within the group of a rail; spines pod by pod. So more units or pods add numbers and change none.
"""

from dataclasses import dataclass, field

from netgen.cluster.topology.slots import End, Layer, layers_of


@dataclass(frozen=True, slots=True)
class RailOptimized:
    """Two tiers.

    Parameters
    ----------
    pods, units, hosts
        Pods, units a pod, hosts a unit.
    rails
        NICs a host, and leaf groups a unit.
    group
        Leaves a rail of a unit; more than one where a unit has more hosts than a leaf has host ports.
    down
        Host slots of a leaf.
    spines
        Spines a pod.
    trunk
        Links between every leaf and every spine of its pod.
    """

    pods: int
    units: int
    hosts: int
    rails: int
    group: int
    down: int
    spines: int
    trunk: int
    layers: tuple[Layer, ...] = field(init=False, repr=False, compare=False)
    """Hosts with a slot a NIC, leaves with host slots before uplinks, spines with slots leaf by leaf."""

    def __post_init__(self) -> None:
        layers = layers_of(
            ("host", self.pods * self.units * self.hosts, self.rails),
            ("leaf", self.pods * self.leaves_per_pod, self.down + self.uplinks),
            ("spine", self.pods * self.spines, self.leaves_per_pod * self.trunk),
        )
        object.__setattr__(self, "layers", layers)

    @property
    def uplinks(self) -> int:
        """Uplinks of a leaf."""
        return self.spines * self.trunk

    @property
    def leaves_per_pod(self) -> int:
        """Leaves of a pod."""
        return self.units * self.rails * self.group

    def spines_of(self, pod: int) -> range:
        """Indices of a pod's spines; pods count from 1, as all ids do."""
        return range((pod - 1) * self.spines, pod * self.spines)

    def leaves_of(self, pod: int, unit: int) -> range:
        """Indices of a unit's leaves, rail by rail."""
        first = self._unit(pod, unit) * self.rails * self.group
        return range(first, first + self.rails * self.group)

    def host_at(self, pod: int, unit: int, host: int) -> int:
        """Index of a host."""
        return self._unit(pod, unit) * self.hosts + host - 1

    def spine_ids(self, index: int) -> tuple[int, int]:
        """Pod and number of a spine by its index."""
        pod, spine = divmod(index, self.spines)
        return pod + 1, spine + 1

    def leaf_ids(self, index: int) -> tuple[int, int, int, int]:
        """Pod, unit, rail, and number within the rail's group, of a leaf by its index."""
        rest, leaf = divmod(index, self.group)
        rest, rail = divmod(rest, self.rails)
        pod, unit = divmod(rest, self.units)
        return pod + 1, unit + 1, rail + 1, leaf + 1

    def host_ids(self, index: int) -> tuple[int, int, int]:
        """Pod, unit, and number of a host by its index."""
        rest, host = divmod(index, self.hosts)
        pod, unit = divmod(rest, self.units)
        return pod + 1, unit + 1, host + 1

    def hosts_of(self, leaf: int) -> range:
        """Numbers, within their unit, of the hosts that a leaf serves; the last leaf of a group may serve fewer."""
        first = leaf % self.group * self.down + 1
        return range(first, min(first + self.down, self.hosts + 1))

    def faces_host(self, slot: int) -> bool:
        """Whether a slot of a leaf is for a host, and not an uplink."""
        return slot < self.down

    def _unit(self, pod: int, unit: int) -> int:
        return (pod - 1) * self.units + unit - 1

    def peer(self, node: int, slot: int) -> End | None:
        """The other end of a slot's cable."""
        hosts, leaves, spines = self.layers
        if node in hosts:
            unit, host = divmod(hosts.index(node), self.hosts)
            in_group, port = divmod(host, self.down)
            return leaves.first + (unit * self.rails + slot) * self.group + in_group, port
        if node in spines:
            pod = spines.index(node) // self.spines
            leaf, link = divmod(slot, self.trunk)
            return (
                leaves.first + pod * self.leaves_per_pod + leaf,
                self.down + spines.index(node) % self.spines * self.trunk + link,
            )
        leaf = leaves.index(node)
        if slot < self.down:
            rail_of_unit, in_group = divmod(leaf, self.group)
            unit, rail = divmod(rail_of_unit, self.rails)
            host = in_group * self.down + slot
            return (hosts.first + unit * self.hosts + host, rail) if host < self.hosts else None
        pod, leaf_in_pod = divmod(leaf, self.leaves_per_pod)
        spine, link = divmod(slot - self.down, self.trunk)
        return spines.first + pod * self.spines + spine, leaf_in_pod * self.trunk + link

    def link_counts(self) -> dict[tuple[str, str], int]:
        """A link a NIC; every leaf to every spine of its pod."""
        return {
            ("host", "leaf"): self.pods * self.units * self.hosts * self.rails,
            ("leaf", "spine"): self.pods * self.leaves_per_pod * self.uplinks,
        }
