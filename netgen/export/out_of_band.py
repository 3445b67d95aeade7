"""The cables of the out-of-band network: twisted pair from every management port, and links between its switches."""

from collections.abc import Iterator, Mapping, Sequence

from netgen.catalog.model import ManagementSwitch
from netgen.catalog.optics import Medium
from netgen.cluster.fabric import DeviceRef
from netgen.cluster.model import Cluster
from netgen.cluster.out_of_band import OUT_OF_BAND, OutOfBand, out_of_band
from netgen.cluster.racks import distance_m, place
from netgen.export.cables import Cable, Cabling, Device, End
from netgen.export.choice import STRAIGHT, Choice
from netgen.export.listing import metres
from netgen.export.sockets import Socket
from netgen.platforms.model import Platform
from netgen.record import replace

RJ45 = "rj45"
COPPER_GBPS = 1
"""1000BASE-T."""


def every_cable(cabling: Cabling) -> Iterator[Cable]:
    """Yield the cables of the fabrics that are asked for, and those of the out-of-band network if it is."""
    yield from cabling
    network = _asked_for(cabling)
    if network is not None:
        yield from _cables(network, cabling.platforms, cabling.media)


def switches(cabling: Cabling) -> Iterator[tuple[DeviceRef, ManagementSwitch]]:
    """Yield the switches of the out-of-band network, if it is asked for, with their models."""
    network = _asked_for(cabling)
    if network is not None:
        yield from ((ref, network.model_of(ref)) for ref in network.devices())


def cables(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[Cable]:
    """Yield the cables of the out-of-band network, whatever they are made of."""
    network = out_of_band(cluster)
    if network is not None:
        yield from _cables(network, platforms, ())


def lines(cluster: Cluster, platforms: Mapping[str, Platform]) -> Iterator[str]:
    """Yield a line of CSV for each of them, with the columns of `netgen.export.cabling.HEADER`; none has an address."""
    for cable in cables(cluster, platforms):
        a, b, length = cable.a, cable.b, metres(cable.length_m)
        ends = f"{a.name},{a.socket.interface},,{b.name},{b.socket.interface},"
        yield f"{ends},{cable.speed_gbps}G,{length},{cable.link},{cable.fabric}\n"


def _asked_for(cabling: Cabling) -> OutOfBand | None:
    return out_of_band(cabling.cluster) if cabling.only in {None, OUT_OF_BAND} else None


def _cables(network: OutOfBand, platforms: Mapping[str, Platform], media: Sequence[Medium]) -> Iterator[Cable]:
    cluster, choice, plan = network.cluster, Choice(media), network.plan
    for plug in network.plugs():
        port = _beside_cages(plug.port or _port(cluster, platforms, plug.device))
        near = End(_device(cluster, plug.device), port)
        far = _end(network, plug.leaf, plug.leaf_port)
        yield _cable(f"{plug.device.role}-{plug.leaf.role}", near, far, choice, plan.device_m)
    for link in network.uplinks():
        near, far = _end(network, link.leaf, link.leaf_port), _end(network, link.spine, link.spine_port)
        yield _cable(f"{link.leaf.role}-{link.spine.role}", near, far, choice, plan.spine_m)


def _port(cluster: Cluster, platforms: Mapping[str, Platform], ref: DeviceRef) -> str:
    name = cluster.platform_of(ref)
    if name is None:
        raise ValueError(f"{ref.name} has no management port")
    return platforms[name].management.port


def _device(cluster: Cluster, ref: DeviceRef) -> Device:
    rack = cluster.record(ref).rack
    return Device(ref, ref.index, exists=True, rack=rack, place=place(rack), sockets={})


def _end(network: OutOfBand, ref: DeviceRef, port: int) -> End:
    model = network.model_of(ref)
    name = model.port_name(port)
    return End(_device(network.cluster, ref), _copper(name, port) if port < model.copper else _cage(model, name, port))


def _beside_cages(name: str) -> Socket:
    """Return the socket of a management port, which no number of a cage is for."""
    return replace(_copper(name, 0), cage=0)


def _copper(name: str, port: int) -> Socket:
    return _socket(name, port, RJ45, COPPER_GBPS, 1)


def _cage(model: ManagementSwitch, name: str, port: int) -> Socket:
    return _socket(name, port, model.cage, model.uplink_gbps, model.lanes)


def _socket(name: str, port: int, form: str, speed_gbps: int, lanes: int) -> Socket:
    return Socket(
        interface=name,
        position=port + 1,
        cage=port + 1,
        form=form,
        subport=0,
        split=1,
        lane=0,
        lanes=lanes,
        speed_gbps=speed_gbps,
        slots=(port,),
    )


def _cable(link: str, a: End, b: End, choice: Choice, planned_m: float | None) -> Cable:
    length = planned_m
    if a.device.place is not None and b.device.place is not None:
        length = distance_m(a.device.place, b.device.place)
    medium = (
        None if length is None else choice.medium(a.socket, b.socket, STRAIGHT, length, max(length, planned_m or 0))
    )
    return Cable(
        fabric=OUT_OF_BAND,
        link=link,
        a=a,
        b=b,
        speed_gbps=a.socket.speed_gbps,
        length_m=length,
        medium=medium,
        wiring=STRAIGHT,
        hub=b.cage,
        sold_m=None if medium is None or length is None else medium.sold_m(length),
    )
