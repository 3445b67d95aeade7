"""What a switch is, where it is managed, and what it reports to.

Schema: sonic-{device_metadata,loopback-interface,mgmt_port,mgmt_interface,mgmt_vrf,ntp,syslog,snmp,dns,gnmi,
flex_counter}.yang of SONiC 202411.
"""

from netgen.device.model import Management, Role, Switch
from netgen.device.text import ipv4
from netgen.platforms.document import PlatformError
from netgen.platforms.model import Platform
from netgen.platforms.sonic.sku import Sku, Table
from netgen.platforms.trees import Fixed

TYPES = {Role.LEAF: "ToRRouter", Role.ROUTER: "ToRRouter", Role.SPINE: "LeafRouter", Role.SUPERSPINE: "SpineRouter"}
"""SONiC's names for the tiers, from the hosts upwards (device_metadata.yang; T0 and T1 of its shipped buffers)."""

MAX_NAME_SERVERS = 3
"""``max-elements`` of DNS_NAMESERVER_LIST, sonic-dns.yang."""

CERTIFICATES = {
    "ca_crt": "/etc/sonic/credentials/dsmsroot.cer",
    "server_crt": "/etc/sonic/credentials/server.cer",
    "server_key": "/etc/sonic/credentials/server.key",
}
"""Where the gNMI server's certificates are put, as in sonic-yang-models tests_config/gnmi.json.

Without this entry the server speaks no TLS at all (docker-sonic-gnmi/gnmi-native.sh).
"""
GNMI_PORT = "50052"
"""As in the same file."""

COUNTERS = (
    "PORT",
    "QUEUE",
    "PFCWD",
    "PG_DROP",
    "QUEUE_WATERMARK",
    "PG_WATERMARK",
    "BUFFER_POOL_WATERMARK",
    "WRED_ECN_QUEUE",
    "WRED_ECN_PORT",
)
"""Counter groups that are polled, each at its default interval (dockers/docker-orchagent/enable_counters.py)."""


_POLLED = Fixed({group: {"FLEX_COUNTER_STATUS": "enable"} for group in COUNTERS})


def tables(device: Switch, platform: Platform, sku: Sku) -> dict[str, Table]:
    """Build the tables of the system itself.

    Raises
    ------
    PlatformError
        If the management network has no gateway, or there are too many name servers.
    """
    return {
        "DEVICE_METADATA": {"localhost": _metadata(device, sku)},
        "LOOPBACK_INTERFACE": {"Loopback0": {}, f"Loopback0|{ipv4(device.loopback)}/32": {}},
        "FLEX_COUNTER_TABLE": _POLLED,
        **_management(device.management, platform),
        **_services(device.management, platform),
    }


def _metadata(device: Switch, sku: Sku) -> dict[str, str]:
    divided = {port.breakout for port in device.ports}
    # A SKU of divided cages is one where all are; the SKU of whole cages takes any mixture of breakouts.
    ports_per_cage = divided.pop() if len(divided) == 1 else 1
    return {
        "hostname": device.name,
        "platform": sku.platform,
        "hwsku": sku.hwsku.get(ports_per_cage, sku.hwsku[1]),
        "type": TYPES[device.role],
        "bgp_asn": str(device.bgp.asn),
        "buffer_model": "traditional",
        # frr.conf is ours; SONiC generates none of it (docker-fpm-frr/docker_init.sh).
        "docker_routing_config_mode": "split-unified",
    }


def _management(management: Management, platform: Platform) -> dict[str, Table]:
    port = platform.management.port
    if management.gateway is None:
        raise PlatformError(
            "SONiC takes no management address without a gateway (sonic-mgmt_interface.yang): "
            "say 'gateway' below 'management'"
        )
    address = f"{ipv4(management.address)}/{management.length}"
    return {
        "MGMT_PORT": {port: {"alias": port, "admin_status": "up"}},
        "MGMT_VRF_CONFIG": {"vrf_global": {"mgmtVrfEnabled": "true"}},
        "MGMT_INTERFACE": {f"{port}|{address}": {"gwaddr": ipv4(management.gateway)}},
    }


def _services(management: Management, platform: Platform) -> dict[str, Table]:
    services, port = management.services, platform.management.port
    vrf = platform.management.vrf or services.vrf
    if len(services.dns) > MAX_NAME_SERVERS:
        raise PlatformError(f"SONiC takes {MAX_NAME_SERVERS} name servers at most, not {len(services.dns)}")
    source = ipv4(management.address)
    clock = {"admin_state": "enabled", "vrf": vrf, "src_intf": port}
    return {
        "NTP": {"global": clock} if services.ntp else {},
        "NTP_SERVER": {
            server: {"association_type": "server", "iburst": "on", "admin_state": "enabled", "version": "4"}
            for server in services.ntp
        },
        "SYSLOG_SERVER": {
            server: {"port": "514", "protocol": "udp", "severity": "notice", "vrf": vrf, "source": source}
            for server in services.syslog
        },
        "DNS_NAMESERVER": {server: {} for server in services.dns},
        "SNMP": {} if services.snmp_location is None else {"LOCATION": {"Location": services.snmp_location}},
        "SNMP_COMMUNITY": {} if services.snmp_community is None else {services.snmp_community: {"TYPE": "RO"}},
        "GNMI": _gnmi() if services.gnmi else {},
    }


def _gnmi() -> Table:
    return {"gnmi": {"client_auth": "true", "log_level": "2", "port": GNMI_PORT}, "certs": CERTIFICATES}
