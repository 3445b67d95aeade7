"""All simulated switches of a lab, the cables between them, and what follows from both."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network

from msgspec import Struct, field

from netgen.lab.eos.device import MANAGEMENT_PORT, Device
from netgen.lab.eos.faults import Fault
from netgen.lab.eos.grammar import grammar
from netgen.lab.eos.reading import read
from netgen.lab.eos.routes import Routing, SessionKey, settle
from netgen.lab.eos.view import DEFAULT_VRF, View
from netgen.lab.eos.wiring import Peering, Port, Wiring, far_ends, link_fault, peering
from netgen.lab.spec import LabCable, LabSpec
from netgen.record import replace

_HOLDER = "held-by-operator"
"""The session that somebody else has open while `Fault.HELD_LOCK` holds."""


class Standing(Struct):
    """Since when something is as it is.

    Parameters
    ----------
    up
        Whether a link or a session is up.
    since_s
        When that began, on the fabric's clock.
    peer
        Who is at the other end.
    flaps
        How often it has changed.
    """

    up: bool
    since_s: float
    peer: Port
    flaps: int = 0


class Switch(Struct):
    """One switch and what is wrong with it."""

    device: Device
    faults: set[Fault] = field(default_factory=set)
    cut_off_by: object = None
    """The running configuration whose commit cost it its management, while `LOSE_MANAGEMENT_ON_COMMIT` holds."""


class Fabric:
    """The state of a whole lab; every method may be called from any thread.

    Parameters
    ----------
    spec
        The lab; nodes of kind ``eos`` become switches, those of kind ``host`` passive ends of cables.
    clock
        Seconds since the epoch.
    """

    def __init__(self, spec: LabSpec, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._lock = threading.RLock()
        self._cables: list[LabCable] = []
        self._far: dict[Port, Port] = {}
        self._hosts = frozenset(node.name for node in spec.nodes if node.kind == "host")
        self._switches = {
            node.name: Switch(Device(node, grammar(), clock)) for node in spec.nodes if node.kind == "eos"
        }
        self._views: dict[str, tuple[object, View]] = {}
        self._links: dict[Port, Standing] = {}
        self._peerings: dict[SessionKey, Peering] = {}
        self._sessions: dict[SessionKey, Standing] = {}
        self._routing: Routing | None = None
        self._listeners: list[Callable[[], None]] = []
        self._depth = 0
        self._changed = False
        self.lay_cables(spec.cables)

    @contextmanager
    def _still(self) -> Iterator[None]:
        """Hold the lab still; once it is let go, tell the listeners if something has changed.

        They are told without the lock, since they may have to wait for a thread that waits for it.
        """
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                tell = self._changed and self._depth == 0
                self._changed = self._changed and not tell
        if tell:
            for listener in self._listeners:
                listener()

    # -- what the server and the show commands use ---------------------------------------------------------------

    @contextmanager
    def at(self, name: str) -> Iterator[Switch]:
        """Hold the lab still and give out one switch; what was changed takes effect at the end.

        Raises
        ------
        KeyError
            There is no such switch.
        """
        with self._still():
            self.fire_timers()
            switch = self._switches[name]
            before = switch.device.running
            try:
                yield switch
            finally:
                if switch.device.running is not before:
                    self._refresh([name])

    def fire_timers(self) -> None:
        """Let every commit timer fire whose time has come."""
        with self._still():
            fired = [name for name, switch in self._switches.items() if switch.device.tick()]
            if fired:
                self._refresh(fired)

    def next_deadline_s(self) -> float | None:
        """Return when the next commit timer fires, on the fabric's clock."""
        with self._lock:
            return min(
                (switch.device.timer.deadline_s for switch in self._switches.values() if switch.device.timer),
                default=None,
            )

    def reachable(self, name: str) -> bool:
        """Return whether the management address of a switch takes connections.

        It does not when the switch is off or a fault says so, and not when its own running configuration shuts
        the management port or does not let the API answer in the VRF of that port.
        """
        with self._lock:
            switch = self._switches[name]
            if switch.faults & {Fault.UNREACHABLE, Fault.POWERED_OFF}:
                return False
            if switch.cut_off_by is switch.device.running:
                return False
            port = self.view(name).interfaces[MANAGEMENT_PORT]
            return not port.shutdown and port.vrf in self.view(name).api_vrfs

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change of the lab's state, in the thread that made it."""
        self._listeners.append(listener)

    def names(self) -> list[str]:
        """Return the names of the switches."""
        return list(self._switches)

    def view(self, name: str) -> View:
        """Return what the running configuration of a switch means."""
        with self._lock:
            running = self._switches[name].device.running
            known = self._views.get(name)
            if known is None or known[0] is not running:
                known = (running, read(running))
                self._views[name] = known
            return known[1]

    def wiring(self) -> Wiring:
        """Return the lab as it is laid at this moment."""
        with self._lock:
            switches = self._switches.items()
            return Wiring(
                far=self._far,
                views={name: self.view(name) for name, each in switches if Fault.POWERED_OFF not in each.faults},
                hosts=self._hosts,
                mute=frozenset(name for name, each in switches if Fault.SILENT_LLDP in each.faults),
                no_bgp=frozenset(name for name, each in switches if Fault.STOPPED_BGP in each.faults),
            )

    def link(self, name: str, port: str) -> Standing:
        """Return whether a port has a link, and since when."""
        return self._links[name, port]

    def peering(self, name: str, neighbour: str) -> tuple[Peering, Standing]:
        """Return how a BGP neighbour stands, and since when."""
        with self._lock:
            standing = self._peerings[name, neighbour]
            if (name, neighbour) in self.routing().overrun:
                standing = replace(standing, state="Idle", reason="maximum number of routes exceeded")
            return standing, self._sessions[name, neighbour]

    def routing(self) -> Routing:
        """Return all routing tables, computed when something has changed."""
        with self._lock:
            if self._routing is None:
                wiring = self.wiring()
                connected = {name: self._connected(name) for name in wiring.views}
                peerings = {key: each for key, each in self._peerings.items() if key[0] in wiring.views}
                self._routing = settle(wiring.views, connected, peerings)
            return self._routing

    # -- what somebody does to the lab ---------------------------------------------------------------------------

    def cables(self) -> list[LabCable]:
        """Return the cables as they are laid now."""
        with self._lock:
            return list(self._cables)

    def lay_cables(self, cables: Iterable[LabCable]) -> None:
        """Lay all cables anew; a link or a session between the same ends does not notice."""
        with self._still():
            self._cables = list(cables)
            self._far = far_ends(self._cables)
            self._refresh(self._switches)

    def set_fault(self, name: str, fault: Fault) -> None:
        """Make something go wrong with a switch, until it is cleared.

        Raises
        ------
        KeyError
            There is no such switch.
        """
        with self._still():
            switch = self._switches[name]
            switch.faults.add(fault)
            if fault is Fault.HELD_LOCK:
                switch.device.session(_HOLDER, "operator")
            self._refresh([name])

    def clear_fault(self, name: str, fault: Fault) -> None:
        """Mend what `set_fault` did; nothing happens if it did not.

        Raises
        ------
        KeyError
            There is no such switch.
        """
        with self._still():
            switch = self._switches[name]
            if fault not in switch.faults:
                return
            switch.faults.discard(fault)
            if fault is Fault.HELD_LOCK:
                switch.device.sessions.pop(_HOLDER, None)
            if fault is Fault.LOSE_MANAGEMENT_ON_COMMIT:
                switch.cut_off_by = None
            self._refresh([name])

    def set_serial(self, name: str, serial: str = "") -> None:
        """Let a switch say another serial number, as if somebody had swapped the box; or its own again.

        Raises
        ------
        KeyError
            There is no such switch.
        """
        with self._lock:
            device = self._switches[name].device
            device.serial = serial or device.node.serial

    def faults(self, name: str) -> frozenset[Fault]:
        """Return what is wrong with a switch."""
        with self._lock:
            return frozenset(self._switches[name].faults)

    def drift(self, name: str, lines: Iterable[str]) -> None:
        """Change the running configuration of a switch by hand, as somebody at its console would.

        Parameters
        ----------
        name
            The switch.
        lines
            What is typed, beginning in global configuration mode.

        Raises
        ------
        KeyError
            There is no such switch.
        InvalidLine
            The switch refuses a line; those before it stay.
        """
        with self.at(name) as switch:
            switch.device.type_in(lines)

    def running(self, name: str) -> str:
        """Return the running configuration of a switch as it shows it."""
        with self.at(name) as switch:
            return switch.device.with_head("show running-config", switch.device.shown())

    # -- what follows --------------------------------------------------------------------------------------------

    def _refresh(self, changed: Iterable[str]) -> None:
        """Find out anew what holds for some switches and whoever they are cabled to."""
        wiring = self.wiring()
        touched = set(changed)
        for name in changed:
            ports = self._switches[name].device.node.ports
            touched |= {self._far[name, port][0] for port in ports if (name, port) in self._far}
        touched &= self._switches.keys()
        for name in sorted(touched):
            self._refresh_links(wiring, name)
        for name in sorted(touched):
            self._refresh_sessions(wiring, name)
        self._routing = None
        self._changed = True

    def _refresh_links(self, wiring: Wiring, name: str) -> None:
        for port in self.view(name).interfaces:
            up = name in wiring.views and not link_fault(wiring, name, port)
            peer = self._far.get((name, port), ("", ""))
            self._stand(self._links, (name, port), Standing(up, self.clock(), peer))

    def _refresh_sessions(self, wiring: Wiring, name: str) -> None:
        bgp = self.view(name).bgp
        now = {each.name: each for each in bgp.neighbours} if bgp else {}
        for key in [key for key in self._peerings if key[0] == name and key[1] not in now]:
            del self._peerings[key], self._sessions[key]
        for neighbour in now.values():
            found = Peering("", "", neighbour.name, "Idle", "switched off", "")
            if name in wiring.views:
                found = peering(wiring, name, neighbour)
            self._peerings[name, neighbour.name] = found
            now_so = Standing(found.state == "Established", self.clock(), (found.peer, found.peer_name))
            self._stand(self._sessions, (name, neighbour.name), now_so)

    def _stand(self, standings: dict[tuple[str, str], Standing], key: tuple[str, str], now_so: Standing) -> None:
        """Note how something stands; it counts as a change if it is up with somebody else."""
        known = standings.get(key)
        if known is None:
            standings[key] = now_so
        elif known.up != now_so.up or (now_so.up and known.peer != now_so.peer):
            standings[key] = replace(now_so, flaps=known.flaps + 1)

    def _connected(self, name: str) -> dict[IPv4Network, str]:
        return {
            port.address.network: port.name
            for port in self.view(name).interfaces.values()
            if port.address and port.vrf == DEFAULT_VRF and port.routed and self._links[name, port.name].up
        }
