"""What both ends of a link must have in common, each as its platform really applies it."""

from collections.abc import Callable, Iterator, Mapping

from netgen.cluster.roce import DSCPS
from netgen.device.bonds import address
from netgen.device.model import Host, Port, Switch
from netgen.device.nic import NicQos
from netgen.diagnostics.codes import derived, qos
from netgen.diagnostics.codes.code import Code
from netgen.platforms.model import Platform
from netgen.record import Record


class End(Record):
    """One end of a link."""

    device: Switch | Host
    port: Port
    platform: Platform

    def says(self, feature: str) -> bool:
        """Whether the platform can express a feature of `netgen.platforms.features`."""
        return self.platform.expresses[feature] is None

    def __str__(self) -> str:
        return f"the {self.device.role} ({self.platform.title})"


class Difference(Record):
    """What two ends do not have in common.

    Parameters
    ----------
    code
        Of the finding.
    said
        The values at both ends, in words.
    key
        Of a tier, under which the intent decides it.
    reasons
        Why a platform does otherwise.
    advice
        What to do.
    at_first
        Whether it is the first end that does otherwise, and not the second.
    """

    code: Code
    said: str
    key: str
    reasons: tuple[str, ...] = ()
    advice: str = ""
    at_first: bool = False


def differences(a: End, b: End) -> Iterator[Difference]:
    """Yield what differs between the ends of one link."""
    for code, key, what, read in _MUST_EQUAL:
        ours, theirs = read(a), read(b)
        if ours is not None and theirs is not None and ours != theirs:
            yield Difference(code, f"{a} has {what} {ours}, {b} {theirs}", key)
    yield from _addresses(a, b)
    yield from _bfd(a, b)
    yield from _roce(a, b)


def _speed(end: End) -> str:
    return f"{end.port.speed_gbps}G"


def _mtu(end: End) -> str:
    return str(end.port.mtu_bytes)


def _fec(end: End) -> str | None:
    return end.port.fec if end.says("fec") else None


def _autoneg(end: End) -> str | None:
    return ("on" if end.port.autoneg else "off") if end.says("autoneg") else None


def _lanes(end: End) -> str | None:
    """Lanes of a switch's port; how a NIC's port is made up, its vendor decides."""
    if isinstance(end.device, Host):
        return None
    return f"{end.port.lanes} x {end.port.speed_gbps / end.port.lanes:g}G"


_MUST_EQUAL: tuple[tuple[Code, str, str, Callable[[End], str | None]], ...] = (
    (derived.SPEED_MISMATCH, "breakout", "a speed of", _speed),
    (derived.MTU_MISMATCH, "mtu", "an IP MTU of", _mtu),
    (derived.LINK_ENDS, "breakout", "forward error correction", _fec),
    (derived.LINK_ENDS, "breakout", "autonegotiation", _autoneg),
    (derived.LINK_LANES, "breakout", "lanes of", _lanes),
)


def _addresses(a: End, b: End) -> Iterator[Difference]:
    if a.port.unnumbered != b.port.unnumbered:
        yield Difference(derived.LINK_ENDS, f"one of {a} and {b} is unnumbered, the other is not", "platform")
        return
    ours, theirs = _interface(a), _interface(b)
    if ours is None and theirs is None:
        return
    networks = {end and (end[0] >> (32 - end[1]), end[1]) for end in (ours, theirs)}
    if ours == theirs or len(networks) > 1:
        yield Difference(derived.LINK_ENDS, f"the addresses of {a} and {b} are not two of one subnet", "platform")


def _interface(end: End) -> tuple[int, int] | None:
    """Address and prefix length of a port, or of its bundle, or of the VLAN that it is switched into."""
    own = address(end.device, end.port)
    if own is not None:
        return own, end.port.ipv4_length
    svis = end.device.svis if isinstance(end.device, Switch) else ()
    return next(((svi.ipv4, svi.ipv4_length) for svi in svis if svi.vlan == end.port.vlan), None)


def _bfd(a: End, b: End) -> Iterator[Difference]:
    ours, theirs = _detects(a), _detects(b)
    if ours is not None and theirs is not None and ours != theirs:
        one, other = (a, b) if ours else (b, a)
        reason = other.platform.expresses["bfd"]
        reasons = () if reason is None else (reason,)
        said = f"{one} detects failures by BFD, {other} does not"
        advice = "write `bfd: null`, or choose platforms that do"
        yield Difference(derived.LINK_ENDS, said, "platform", reasons, advice, at_first=other is a)


def _detects(end: End) -> bool | None:
    """Whether the session over the port has BFD; ``None``: there is no session."""
    bgp = end.device.bgp
    if bgp is None:
        return None
    groups = {group.name: group.bfd for group in bgp.groups}
    sessions = [groups[n.group] and end.says("bfd") for n in bgp.neighbors if n.port == end.port.name]
    return sessions[0] if sessions else None


def _roce(a: End, b: End) -> Iterator[Difference]:
    for feature, words in (("pfc", _paused), ("dscp-map", _classified)):
        ours, theirs = _paused_code_points(a, feature), _paused_code_points(b, feature)
        if ours is not None and theirs is not None and words(ours) != words(theirs):
            reasons = tuple(filter(None, (end.platform.expresses[feature] for end in (a, b))))
            said = f"{a} {words(ours)}, {b} {words(theirs)}"
            advice = "choose platforms that treat RoCE alike at both ends, or leave `roce` out"
            yield Difference(qos.ROCE_ENDS, said, "platform", reasons, advice, at_first=not a.says(feature))
            return


Lossless = Mapping[int, tuple[int, ...]]
"""Code points by the PFC priority that pauses them; what is not paused, no neighbour knows apart."""


def _paused_code_points(end: End, feature: str) -> Lossless | None:
    """Return what a port protects, in so far as its platform applies it; ``None``: not known.

    What a switch is not told is not there; a host may have been told by others.
    """
    if not end.says(feature):
        return {} if isinstance(end.device, Switch) else None
    if isinstance(end.device, Host):
        # of its NICs those that are bundled have no policy, whatever the others have
        return _of_nic(end.device.qos if end.port.bond is None else None)
    classes = end.port.qos.lossless if end.port.qos else ()
    return {c.pfc_priority: c.dscp for c in classes if c.pfc_priority is not None}


def _of_nic(qos: NicQos | None) -> Lossless:
    """Return what a NIC protects, in its own numbers: code point to priority, and which of these are paused."""
    if qos is None:
        return {}
    paused = (priority for priority, is_paused in enumerate(qos.pfc) if is_paused)
    return {priority: tuple(dscp for dscp in DSCPS if qos.dscp_priority[dscp] == priority) for priority in paused}


def _paused(lossless: Lossless) -> str:
    return f"pauses priority {', '.join(map(str, sorted(lossless)))}" if lossless else "pauses nothing"


def _classified(lossless: Lossless) -> str:
    said = (f"DSCP {', '.join(map(str, dscp))} to priority {priority}" for priority, dscp in sorted(lossless.items()))
    return f"maps {'; '.join(said)}" if lossless else "maps nothing"
