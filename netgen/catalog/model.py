"""What the catalog knows of switches, hosts and policies."""

from collections.abc import Mapping

from msgspec import field

from netgen.catalog.asic import Asic
from netgen.intent.models import RoceClass
from netgen.intent.quantities import Breakout
from netgen.record import Record


class Power(Record):
    """What a switch draws without its transceivers, in watts; ``None``: not known."""

    typical: int | None
    maximum: int | None
    source: str
    """Where that is published, or why it is not known."""


UNKNOWN_POWER = Power(None, None, "the catalog says nothing of it")


class SwitchModel(Record):
    """A switch as a box: cages, lanes, and into what a cage can be divided."""

    name: str
    title: str
    asic: Asic
    cages: int
    lanes: int
    """Electrical lanes a cage."""
    breakouts: tuple[Breakout, ...]
    platforms: tuple[str, ...]
    """Platforms that run on it."""
    cage: str = ""
    """Form of its cages, such as ``osfp``; empty: nothing can be plugged in, or it is not known."""
    power: Power = UNKNOWN_POWER
    technology: str = "ethernet"
    """``ethernet`` or ``infiniband``."""


class ManagementSwitch(Record):
    """A switch of the out-of-band network: ports of twisted pair for devices, and behind them cages for uplinks."""

    name: str
    title: str
    copper: int
    """Ports of 1000BASE-T; 0: it joins others of its kind only."""
    uplinks: int
    """Cages, each undivided."""
    uplink_gbps: int
    cage: str
    """Form of its cages, such as ``qsfp28``."""
    lanes: int
    """Electrical lanes a cage."""
    interface: str
    """What its ports are called; ``{port}`` counts from 1, copper first."""
    power: Power = UNKNOWN_POWER

    def port_name(self, port: int) -> str:
        """Name a port, counted from 0, copper first."""
        return self.interface.replace("{port}", str(port + 1))


class Nics(Record):
    """NICs of a host that are on one fabric, in rail order."""

    count: int
    names: tuple[str, ...]
    """Of the interfaces; of a NIC with several ports, port by port."""
    speed_gbps: int
    """Of a port."""
    rdma: tuple[str, ...] = ()
    """Names of their RDMA devices, as the interfaces are ordered; empty: they have none."""
    adapter: str = ""
    """What they are, such as ``ConnectX-7``."""
    ports: int = 1
    """Ports of a NIC, each of the speed: one a plane of the fabric, or one a leaf of two."""
    out_of_order: bool = False
    """Whether they place packets that overtake each other, as load balancing by packet makes them."""
    cage: str = ""
    """Form of a port's cage, such as ``osfp-rhs`` (flat top: the heat sink is on the cage); empty: not known."""
    ports_per_cage: int = 1
    """Ports of a NIC that share one cage, and so one transceiver."""
    lanes: int | None = None
    """Electrical lanes of a port; ``None``: not known."""
    technology: str = "ethernet"
    """``ethernet`` or ``infiniband``."""


class HostProfile(Record):
    """A host as fabrics see it."""

    name: str
    title: str
    gpus: int
    nics: Mapping[str, Nics]
    """By what they are for, such as ``compute`` and ``storage``."""
    frontend: str = "eth0"
    """The interface that is on no fabric: management, and what programs find each other by."""


class Marking(Record):
    """One row of a profile's ECN thresholds; what it does not name it is for all of."""

    platform: str | None
    asic: str | None
    role: str | None
    speed_gbps: int | None
    minimum: int
    maximum: int
    """Where marking begins and is complete: bytes, or bytes for each Gb/s of the port."""
    per_gbps: bool
    probability_percent: int
    source: str

    def fits(self, platform: str, asic: str, role: str, speed_gbps: int) -> bool:
        """Whether the row is for ports of a role and a speed, on a chip under a platform."""
        wanted = ((self.platform, platform), (self.asic, asic), (self.role, role), (self.speed_gbps, speed_gbps))
        return all(own is None or own == theirs for own, theirs in wanted)

    def bytes_at(self, speed_gbps: int) -> tuple[int, int]:
        """Return where marking begins and is complete, in bytes."""
        factor = speed_gbps if self.per_gbps else 1
        return self.minimum * factor, self.maximum * factor


class RoceProfile(Record):
    """A named RoCE policy: classes, and marking thresholds."""

    name: str
    title: str
    classes: Mapping[str, RoceClass]
    markings: tuple[Marking, ...]
    """The first that fits counts; the last fits everything."""

    def marking(self, platform: str, asic: str, role: str, speed_gbps: int) -> Marking:
        """Return the thresholds of ports of a role and a speed, on a chip under a platform."""
        return next(row for row in self.markings if row.fits(platform, asic, role, speed_gbps))


class Catalog(Record):
    """Everything, by name."""

    switches: Mapping[str, SwitchModel]
    hosts: Mapping[str, HostProfile]
    roce: Mapping[str, RoceProfile]
    management: Mapping[str, ManagementSwitch] = field(default_factory=dict)
    """Switches of the out-of-band network."""
