"""What a running configuration means to the network: interfaces, BGP and policies."""

from ipaddress import IPv4Interface, IPv4Network

from msgspec import Struct, field

from netgen.lab.eos.policy import AsPathList, PrefixList, RouteMap

DEFAULT_VRF = "default"
DEFAULT_MAXIMUM_ROUTES = 12000
"""Routes that EOS takes from a peer unless told otherwise (aristanetworks/avd sets the same number outright)."""


class Interface(Struct):
    """One interface as configured; an unset speed is empty."""

    name: str
    description: str = ""
    shutdown: bool = False
    mtu: int = 1500
    speed: str = ""
    routed: bool = False
    vrf: str = DEFAULT_VRF
    address: IPv4Interface | None = None
    ipv6: bool = False
    lldp_transmit: bool = True
    lldp_receive: bool = True


class Neighbour(Struct):
    """One BGP peer, with what it takes from its peer group; named by address or, unnumbered, by interface."""

    name: str
    interface: str = ""
    remote_as: int = 0
    group: str = ""
    shutdown: bool = False
    description: str = ""
    activated: bool = False
    ipv6_next_hop: bool = False
    send_community: bool = False
    allowas_in: int = 0
    maximum_routes: int = DEFAULT_MAXIMUM_ROUTES
    maximum_routes_warning_only: bool = False
    route_map: dict[str, str] = field(default_factory=dict)
    prefix_list: dict[str, str] = field(default_factory=dict)


class Bgp(Struct):
    """The BGP process of the default VRF."""

    asn: int
    router_id: str
    neighbours: list[Neighbour]
    maximum_paths: int = 1
    networks: dict[IPv4Network, str] = field(default_factory=dict)
    redistribute: dict[str, str] = field(default_factory=dict)
    aggregates: dict[IPv4Network, bool] = field(default_factory=dict)
    """Whether an aggregate is ``summary-only``."""


class View(Struct):
    """What one switch's running configuration means."""

    hostname: str = "localhost"
    domain: str = ""
    interfaces: dict[str, Interface] = field(default_factory=dict)
    bgp: Bgp | None = None
    ip_routing: bool = False
    ipv4_over_ipv6: bool = False
    ipv6_routing: bool = False
    lldp: bool = True
    static: list[tuple[str, IPv4Network, str]] = field(default_factory=list)
    """VRF, prefix and gateway, or ``Null0``."""
    vrfs: list[str] = field(default_factory=list)
    prefix_lists: dict[str, PrefixList] = field(default_factory=dict)
    as_path_lists: dict[str, AsPathList] = field(default_factory=dict)
    community_lists: dict[str, list[tuple[bool, str]]] = field(default_factory=dict)
    route_maps: dict[str, RouteMap] = field(default_factory=dict)
    api_vrfs: frozenset[str] = frozenset()
    """VRFs in which the API answers."""
