"""What a platform may or may not be able to say, and which numbers it hears.

Every platform.yaml answers for each that concerns its kinds of devices: switches and hosts for Ethernet, subnet
managers, InfiniBand switches and hosts for InfiniBand.
"""

from collections.abc import Iterable

from netgen.platforms.model import Kind

FEATURES: dict[str, str] = {
    "descriptions": "a description on every interface",
    "breakout": "splitting a cage into several ports",
    "fec": "forward error correction chosen by port",
    "autoneg": "autonegotiation switched by port",
    "host-bgp": "BGP between leaves and hosts, where leaves pass on what hosts announce themselves",
    "svi": "a VLAN that the hosts of a leaf share, with the leaf as their gateway",
    "bond": "ports to one host as one bundle by LACP (IEEE 802.1AX), active and at the fast rate",
    "numbered": "IPv4 addresses on fabric links",
    "unnumbered": "BGP over IPv6 link-local addresses with IPv4 routes (RFC 8950)",
    "bfd": "failure detection of BGP sessions by BFD (RFC 5880)",
    "ecmp": "equal-cost paths over neighbours of different ASNs",
    "prefix-filters": "prefix lists on what is announced and accepted",
    "own-routes-only": "announcing only routes that originate here (valley-free)",
    "maximum-prefixes": "a limit to the prefixes of one neighbour",
    "aggregates": "announcing an aggregate of the hosts' prefixes",
    "dscp-map": "classifying by DSCP",
    "queue-map": "a traffic class to an egress queue of another number",
    "pfc": "priority flow control (IEEE 802.1Qbb)",
    "watchdog": "detection and recovery of a stuck lossless queue",
    "watchdog-forward": "a watchdog that sends on what a stuck queue holds instead of dropping it",
    "ecn": "ECN marking with thresholds by queue (RFC 3168)",
    "weighted-queues": "a share of the link for each queue",
    "strict-queues": "strict priority for a queue",
    "strict-cap": "a limit to the rate of a strict queue",
    "headroom": "PFC headroom for the speed and cable of each port",
    "dcbx": "announcing PFC and the RoCE priority over LLDP (DCBX, IEEE 802.1Qaz)",
    "flowlet": "moving flowlets to the less loaded of equal-cost paths",
    "per-packet": "spreading the packets of a flow over equal-cost paths by load",
    "lldp": "LLDP (IEEE 802.1AB) on every fabric port",
    "management-vrf": "management traffic in a routing table of its own",
    "ntp": "time servers",
    "syslog": "log servers",
    "snmp": "SNMP community and location",
    "gnmi": "a gNMI server",
    "dns": "name servers",
    "users": "local accounts with a password",
    "ssh-keys": "public keys of local accounts",
    "native": "lines in the vendor's own words",
}
"""Feature of Ethernet and of what is routed over it → what it means, as it reads after "cannot express"."""

INFINIBAND: dict[str, str] = {
    "partitions": "partitions with the membership of each port",
    "both-memberships": "a port as full and as limited member of one partition",
    "index-0": "a partition's P_Key at index 0 of its members' tables",
    "ipoib": "IP over InfiniBand in a partition",
    "ipoib-mtu": "the MTU of a partition's IP over InfiniBand",
    "ipoib-rate": "the rate of a partition's IP over InfiniBand",
    "service-levels": "a service level by partition",
    "services": "a service level by what is reached",
    "virtual-lanes": "virtual lanes with shares of the link by service level",
    "routing-engine": "the choice of how routes are computed",
    "node-lists": "lists of roots, compute and storage nodes for the computing of routes",
    "manager-priority": "the rank of a subnet manager among others",
    "node-names": "names of nodes for their GUIDs",
    "adaptive-routing": "adaptive routing by the switches",
    "sharp": "reductions by the switches (SHARP)",
    "collectives": "P_Key and service level of collective communication (NCCL)",
}
"""Feature of InfiniBand → what it means, likewise."""

MANAGED = ("descriptions", "ntp", "syslog", "snmp", "gnmi", "dns", "users", "ssh-keys", "native")
"""Features of Ethernet that concern InfiniBand switches as well: how they are managed."""

NUMBERS: dict[str, str] = {
    "class.dscp": "a code point of a class",
    "class.traffic-class": "the traffic class of a class",
    "class.queue": "the egress queue of a class",
    "class.pfc-priority": "the PFC priority of a class",
    "class.bandwidth-percent": "the share of a weighted class",
    "class.cap-percent": "the ceiling of a strict class",
    "ecn.min-bytes": "where marking begins",
    "ecn.max-bytes": "where marking is complete",
    "ecn.probability-percent": "the probability of marking",
    "watchdog.detect-ms": "when a queue counts as stuck",
    "watchdog.restore-ms": "when a stuck queue is given back",
    "watchdog.poll-ms": "how often the watchdog looks",
    "port.cable-m": "the length of a cable",
    "port.mtu-bytes": "the IP MTU of a port",
}
"""Every number of the RoCE policy → what it is: every platform.yaml says under ``effects`` which lines it changes."""

INFINIBAND_NUMBERS: dict[str, str] = {
    "partition.pkey": "the P_Key of a partition",
    "partition.mtu-bytes": "the MTU of a partition's IP over InfiniBand",
    "partition.rate-gbps": "the rate of a partition's IP over InfiniBand",
    "partition.service-level": "the service level of a partition",
    "service.service-level": "the service level of what is reached",
    "level.lane": "the virtual lane of a service level",
    "level.weight": "the share of a service level",
    "qos.high-limit": "how long lanes of high priority may go first",
    "qos.lanes": "how many virtual lanes ports use",
    "manager.priority": "the rank of a subnet manager",
}
"""Every number of InfiniBand's policy → what it is, likewise."""

ETHERNET_KINDS = (Kind.SWITCH, Kind.HOST)
INFINIBAND_KINDS = (Kind.SUBNET_MANAGER, Kind.IB_SWITCH, Kind.HOST)


def asked_features(kinds: Iterable[Kind]) -> dict[str, str]:
    """Return the features that a platform of some kinds of devices answers for."""
    found = tuple(kinds)
    managed = {feature: FEATURES[feature] for feature in MANAGED} if Kind.IB_SWITCH in found else {}
    return managed | _asked(found, FEATURES, INFINIBAND)


def asked_numbers(kinds: Iterable[Kind]) -> dict[str, str]:
    """Return the numbers that a platform of some kinds of devices answers for."""
    return _asked(tuple(kinds), NUMBERS, INFINIBAND_NUMBERS)


def _asked(kinds: tuple[Kind, ...], ethernet: dict[str, str], infiniband: dict[str, str]) -> dict[str, str]:
    asked = dict(ethernet) if any(kind in ETHERNET_KINDS for kind in kinds) else {}
    return asked | infiniband if any(kind in INFINIBAND_KINDS for kind in kinds) else asked
