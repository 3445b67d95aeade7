"""The whole ConfigDB of a switch."""

from netgen.device.model import Switch
from netgen.platforms.model import Platform
from netgen.platforms.sonic import buffers, ports, qos, system
from netgen.platforms.sonic.sku import Table, find_sku


def build(device: Switch, platform: Platform) -> dict[str, Table]:
    """Build the tables of ConfigDB: table → key → field → value, all of them text.

    Routing is not among them: frr.conf holds it (``docker_routing_config_mode: split-unified``).

    Raises
    ------
    PlatformError
        If SONiC ships nothing for the switch's model, or cannot express what it is told.
    """
    sku = find_sku(platform, device.model)
    tables = {
        **system.tables(device, platform, sku),
        **ports.tables(device, sku),
        **qos.tables(device, sku),
        **buffers.tables(device, sku),
    }
    return {name: table for name, table in tables.items() if table}
