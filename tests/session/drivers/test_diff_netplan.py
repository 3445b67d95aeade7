"""What netplan's file says of a bundle is looked for in the kernel, as of a NIC."""

import json

from netgen.session.drivers.diff_netplan import netplan_diff

FILE = """\
network:
  version: 2
  ethernets:
    storage1: {mtu: 9000}
  bonds:
    bond0:
      mtu: 9000
      interfaces: [storage1]
      addresses: [10.1.0.2/27]
      routes: [{to: 10.1.0.0/16, via: 10.1.0.1, table: 1001}]
"""


def link(name: str, *addresses: str, mtu: int = 9000) -> dict[str, object]:
    found = [{"local": a.split("/")[0], "prefixlen": int(a.split("/")[1]), "scope": "global"} for a in addresses]
    return {"ifname": name, "flags": ["UP", "LOWER_UP"], "mtu": mtu, "addr_info": found}


def diff(*links: dict[str, object], routes: object = ()) -> str:
    parts = {"base": FILE, "addresses": json.dumps(links), "routes": json.dumps(routes), "rules": "[]"}
    return netplan_diff(FILE, parts)


ROUTE = {"dst": "10.1.0.0/16", "gateway": "10.1.0.1", "table": "1001"}


def test_nothing_differs():
    assert diff(link("storage1"), link("bond0", "10.1.0.2/27"), routes=[ROUTE]) == ""


def test_a_bundle_without_its_address_and_route_is_told():
    told = diff(link("storage1"), link("bond0"))
    assert " bond0:\n+  address: 10.1.0.2/27\n+  route: to 10.1.0.0/16 via 10.1.0.1 table 1001\n" in told


def test_a_bundle_that_is_not_there_is_told():
    assert " bond0:\n+  up\n" in diff(link("storage1"))
