"""Devices of InfiniBand by hand, small and complete, as `tests.devices` has those of Ethernet."""

from netgen.cluster.infiniband import (
    DEFAULT_PKEY,
    Everybody,
    Member,
    Membership,
    Partition,
    QosPlan,
    Service,
    ServiceLevel,
)
from netgen.device.hca import Hca
from netgen.device.infiniband import IbPort, IbSwitch, SubnetManager
from netgen.device.model import Host, Management, Role
from netgen.platforms.model import Platform
from netgen.platforms.ports import port_name
from netgen.record import replace
from tests.devices import MANAGEMENT, host, services, without_services

SPINE_GUIDS = 0x0002C90300200000
"""Of the nodes of the top tier; of leaves 0x…10…, of hosts 0x…0…, whose ports follow."""
PORT_GUIDS = 0x0002C90300000001


def ib_host(platform: Platform) -> Host:
    """A host of two HCAs, in the default partition and in those of `subnet_manager`."""
    found = host(platform)
    default, train, storage = subnet_manager(platform).partitions
    full, limited = Membership.FULL, Membership.LIMITED
    found.ports, found.routes, found.fabric = [], [], "ib"
    found.hcas = tuple(
        Hca(
            name=f"ib{rail}",
            rdma=f"mlx5_{rail}",
            port=1,
            fabric="ib",
            slot=rail,
            speed_gbps=400,
            guid=PORT_GUIDS + 16 * rail,
            enabled=True,
            partitions=((replace(train, index0=True), full), (storage, limited), (default, limited)),
            peer_device=f"pod1-su1-rail{rail + 1}-leaf1",
            peer_port="1/1/1",
            cable_m=5,
        )
        for rail in range(2)
    )
    return found


def subnet_manager(platform: Platform, *, qos: bool = True, both: bool = False, bare: bool = False) -> SubnetManager:
    """A manager of four hosts and two storage nodes on two spines, one of three partitions being the default one.

    ``both``: a storage node is both kinds of member; ``bare``: nothing is listed for the routing engine.
    """
    full, limited = Membership.FULL, Membership.LIMITED
    origin = "fabrics.ib.partitions"
    hosts = [PORT_GUIDS + 16 * number for number in range(4)]
    stores = [PORT_GUIDS + 16 * number for number in (8, 9)]
    manager = PORT_GUIDS + 16 * 12
    default = Partition(
        name="Default",
        pkey=DEFAULT_PKEY,
        ipoib=False,
        mtu_bytes=None,
        rate_gbps=None,
        service_level=None,
        members=(Member(manager, full, origin, "sm-1 mlx5_0"),),
        everybody={Everybody.ALL: limited, Everybody.MANAGER: full},
        origin=origin,
    )
    train = Partition(
        name="train-a",
        pkey=0x101,
        ipoib=True,
        mtu_bytes=4096,
        rate_gbps=200,
        service_level=1 if qos else None,
        members=tuple(Member(guid, full, origin, f"host{number}") for number, guid in enumerate(hosts[:2], start=1)),
        everybody={},
        origin=origin,
    )
    storage = Partition(
        name="storage",
        pkey=0x200,
        ipoib=True,
        mtu_bytes=2048,
        rate_gbps=None,
        service_level=2 if qos else None,
        members=(
            *(Member(guid, limited, origin) for guid in hosts),
            Member(stores[0], Membership.BOTH if both else full, origin, "store1"),
            Member(stores[1], full, origin, "store2"),
        ),
        everybody={},
        origin=origin,
    )
    levels = (
        ServiceLevel("training", 1, 1, 192, high=False, origin="fabrics.ib.qos"),
        ServiceLevel("storage", 2, 2, 64, high=True, origin="fabrics.ib.qos"),
    )
    reached = Service("store", 2, tuple((guid, f"store {guid:x}") for guid in stores), "fabrics.ib.qos.services.store")
    return SubnetManager(
        name="sm-1",
        cluster="toy",
        fabric="ib",
        role=Role.HOST,
        platform=platform.name,
        model="sm-1x400g",
        pod=0,
        unit=0,
        rail=0,
        serial=None,
        os_version=None,
        state="active",
        management=Management(MANAGEMENT + 60, 22, MANAGEMENT + 1, services()),
        origin="nodes.sm",
        guid=manager,
        priority=14,
        engine="ftree",
        partitions=(default, train, storage),
        qos=QosPlan(levels, high_limit=4, lanes=4, services=(reached,)) if qos else None,
        allow_both=both,
        roots=() if bare else (SPINE_GUIDS, SPINE_GUIDS + 16),
        compute=() if bare else tuple(hosts),
        io=() if bare else tuple(stores),
        names=((SPINE_GUIDS, "pod1-spine1"), (SPINE_GUIDS + 16, "pod1-spine2"), (PORT_GUIDS - 1, "host1 mlx5_0")),
        adaptive_routing=False,
        sharp=False,
    )


def ib_switch(platform: Platform, *, served: bool = True) -> IbSwitch:
    """A leaf of two hosts and an uplink, with a reserved port and a spare one, of one cage each two."""
    ends = [("host1", "mlx5_0"), ("host2", "mlx5_0"), ("pod1-spine1", "1/1/1"), None, None]
    ports = [
        IbPort(
            name=port_name(
                platform, cage=index // 2 + 1, subport=index % 2, lane=index % 2 * 4, lanes_per_cage=8, breakout=2
            ),
            number=index + 1,
            slot=None if index == 4 else index,
            speed_gbps=400,
            enabled=index != 4,
            description=None if end is None else " ".join(end),
            peer_device=None if end is None else end[0],
            peer_port=None if end is None else end[1],
            cable_m=None if end is None else 5,
        )
        for index, end in enumerate(ends)
    ]
    switch = IbSwitch(
        name="pod1-su1-leaf1",
        cluster="toy",
        fabric="ib",
        role=Role.LEAF,
        platform=platform.name,
        model="qm9700",
        pod=1,
        unit=1,
        rail=0,
        serial="MT2233X00001",
        os_version=None,
        state="active",
        management=Management(MANAGEMENT + 70, 22, MANAGEMENT + 1, services()),
        origin="fabrics.ib.leaf",
        ports=ports,
        guid=SPINE_GUIDS + 64,
    )
    if not served:
        without_services(switch)
    return switch
