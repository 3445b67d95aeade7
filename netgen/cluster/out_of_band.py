"""The out-of-band network: which switch each management port is cabled to.

Devices share leaves by where they are: those of a unit, those of a pod that are of no unit, and those above the pods.
Within such an area hosts come first, laid out for the capacity, then switches, fabric by fabric, and then nodes in the
places of hosts; they fill the ports of its leaves in order. Each leaf has the same number of links to every spine. All
of it is laid out for the capacity, so that growth within it moves no cable; what is built are the leaves that some
device is at.
"""

import math
from collections import defaultdict
from collections.abc import Iterator

from netgen.catalog.model import ManagementSwitch
from netgen.cluster.fabric import AnyNetwork, DeviceRef, units_of
from netgen.cluster.model import Cluster, OutOfBandPlan
from netgen.cluster.topology.slots import HOST
from netgen.record import Record

OUT_OF_BAND = "out-of-band"
"""What the network is called, among the names of fabrics."""
OOB_LEAF, OOB_SPINE = "oob-leaf", "oob-spine"
BMC = "bmc"
"""The port of a host's baseboard management controller, which has no name that the host knows."""
DEFAULT_PORTS = 2
"""Of a host, where the intent names none: the interface that is on no fabric, and the BMC's."""


class Area(Record):
    """Devices that share leaves.

    Parameters
    ----------
    pod, unit
        0 for devices of no pod, or of no unit.
    hosts
        How many are laid out.
    switches
        Network and node of each that is laid out, in order.
    guests
        Unit and id of each node in the place of a host that is laid out, in order.
    first, leaves
        How many leaves come before its own, and how many it has.
    """

    pod: int
    unit: int
    hosts: int
    switches: tuple[tuple[str, int], ...]
    guests: tuple[tuple[int, int], ...]
    first: int
    leaves: int


class Plug(Record):
    """A management port of a device that exists, and where it is cabled to.

    Parameters
    ----------
    port
        Its name; ``None``: that of its platform's management port.
    leaf_port
        From 0.
    """

    device: DeviceRef
    port: str | None
    leaf: DeviceRef
    leaf_port: int


class Uplink(Record):
    """A link from a leaf that exists to a spine; ports count from 0, those of twisted pair first."""

    leaf: DeviceRef
    leaf_port: int
    spine: DeviceRef
    spine_port: int


class OutOfBand(Record):
    """The network, laid out for the capacity of a cluster."""

    cluster: Cluster
    plan: OutOfBandPlan
    areas: tuple[Area, ...]

    @property
    def leaves(self) -> int:
        """How many leaves are laid out."""
        return self.areas[-1].first + self.areas[-1].leaves if self.areas else 0

    @property
    def spine_ports(self) -> int:
        """Ports of a spine that the leaves need."""
        return self.leaves * self.plan.uplinks // self.plan.spines if self.plan.spines else 0

    def plugs(self) -> Iterator[Plug]:
        """Yield every management port of a device that exists, in the order of the leaves' ports."""
        for area in self.areas:
            for slot, device, port in self._ends(area):
                number, leaf_port = divmod(slot, self.plan.leaf.copper)
                yield Plug(device, port, self._leaf(area, number), leaf_port)

    def devices(self) -> Iterator[DeviceRef]:
        """Yield the switches that exist: the spines, and the leaves that some device is at."""
        leaves = list(dict.fromkeys(plug.leaf for plug in self.plugs()))
        yield from (self._spine(number) for number in range(self.plan.spines if leaves else 0))
        yield from leaves

    def uplinks(self) -> Iterator[Uplink]:
        """Yield every link between switches that exist."""
        plan = self.plan
        if not plan.spines or plan.spine is None:
            return
        each = plan.uplinks // plan.spines
        for leaf in dict.fromkeys(plug.leaf for plug in self.plugs()):
            for uplink in range(plan.uplinks):
                again, spine = divmod(uplink, plan.spines)
                port = plan.spine.copper + leaf.index * each + again
                yield Uplink(leaf, plan.leaf.copper + uplink, self._spine(spine), port)

    def model_of(self, ref: DeviceRef) -> ManagementSwitch:
        """Return the model of a switch of this network."""
        return self.plan.spine if ref.role == OOB_SPINE and self.plan.spine is not None else self.plan.leaf

    def _ends(self, area: Area) -> Iterator[tuple[int, DeviceRef, str | None]]:
        """Yield the slot, device and port of everything in an area that exists."""
        cluster, each = self.cluster, len(self.plan.host_ports) or DEFAULT_PORTS
        for host in cluster.pods.get(area.pod, {}).get(area.unit, ()) if area.hosts else ():
            yield from self._ports(area, area.unit, host, (host - 1) * each)
        for number, (name, node) in enumerate(area.switches, area.hosts * each):
            network = cluster.network(name)
            if cluster.exists(network, node):
                yield number, cluster.device_at(network, node), None
        for number, (unit, node) in enumerate(area.guests):
            if node in cluster.pods[area.pod][unit]:
                yield from self._ports(area, unit, node, area.hosts * each + len(area.switches) + number * each)

    def _ports(self, area: Area, unit: int, number: int, first: int) -> Iterator[tuple[int, DeviceRef, str | None]]:
        """Yield the management ports of a host or another node that is on a fabric, from a slot on."""
        home = self.cluster.home(area.pod, unit)
        if home is not None:
            device = self.cluster.device_at(home, home.plan.host_at(area.pod, unit, number))
            ports = self.plan.host_ports or (self.cluster.host_plan(device).profile.frontend, BMC)
            yield from ((slot, device, port) for slot, port in enumerate(ports, first))

    def _leaf(self, area: Area, number: int) -> DeviceRef:
        where = f"pod{area.pod}-su{area.unit}-" if area.unit else f"pod{area.pod}-" if area.pod else "core-"
        return self._ref(OOB_LEAF, f"{where}oob{number + 1}", area.first + number, number + 1, area)

    def _spine(self, number: int) -> DeviceRef:
        return self._ref(OOB_SPINE, f"oob-spine{number + 1}", number, number + 1, None)

    def _ref(self, role: str, name: str, index: int, number: int, area: Area | None) -> DeviceRef:
        record = self.cluster.inventory.get(name)
        return DeviceRef(
            role=role,
            fabric=OUT_OF_BAND,
            index=index,
            derived_name=name,
            name=(record.alias if record else None) or name,
            pod=area.pod if area else 0,
            unit=area.unit if area else 0,
            rail=0,
            number=number,
        )


def out_of_band(cluster: Cluster) -> OutOfBand | None:
    """Lay the out-of-band network of a cluster out; ``None``: the intent does not say what it is."""
    plan = cluster.management.out_of_band
    return None if plan is None else OutOfBand(cluster, plan, tuple(_areas(cluster, plan)))


def _areas(cluster: Cluster, plan: OutOfBandPlan) -> Iterator[Area]:
    switches: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    hosts = _hosts(cluster)
    for network in cluster.networks:
        for role in network.tiers:
            for node in _laid_out(cluster, network, role):
                ids = network.plan.ids(node)
                switches[ids.pod, ids.unit].append((network.name, node))
    guests: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (pod, unit), places in cluster.places.items():
        guests[pod, places.unit] += ((unit, node + 1) for node in range(places.room))
    each, first = len(plan.host_ports) or DEFAULT_PORTS, 0
    for pod, unit in sorted({*hosts, *switches}):
        here, devices, seated = hosts.get((pod, unit), 0), tuple(switches[pod, unit]), tuple(guests[pod, unit])
        leaves = math.ceil(((here + len(seated)) * each + len(devices)) / plan.leaf.copper)
        yield Area(pod, unit, here, devices, seated, first, leaves)
        first += leaves


def _hosts(cluster: Cluster) -> dict[tuple[int, int], int]:
    """Count the hosts that each unit is laid out for, built or not; of other nodes, those of their capacity."""
    found = {}
    with_hosts = [
        network.plan.ids(network.plan.layers[0].seats[-1])
        for network in cluster.networks
        if any((pod, unit) not in cluster.others for pod, units in network.pods.items() for unit in units)
    ]
    if with_hosts:
        # of several fabrics, one may have units of other nodes behind those of hosts
        last = min(with_hosts, key=lambda ids: (ids.pod, ids.unit))
        found = {(pod, unit): last.number for pod in range(1, last.pod + 1) for unit in range(1, last.unit + 1)}
    there = {(pod, unit): ids.highest for pod, units in units_of(cluster.pods).items() for unit, ids in units.items()}
    laid_out = {at: cluster.others[at].capacity if at in cluster.others else found.get(at, 0) for at in there}
    return found | {at: max(most, laid_out[at]) for at, most in there.items()}


def _laid_out(cluster: Cluster, network: AnyNetwork, role: str) -> Iterator[int]:
    """Yield the nodes of a role that are managed; of a list, those in it."""
    if network.tiers[role].platform is not None and role != HOST:
        yield from cluster.nodes(network, role) if network.listed is not None else network.layer(role).nodes
