"""What NAPALM's getters say alike for every driver."""

from typing import Any

from netgen.session.state import Interface, LldpNeighbour


def lldp(driver: Any) -> list[LldpNeighbour]:  # noqa: ANN401 - NAPALM is untyped
    """Return the neighbours at every port; sorted."""
    heard = driver.get_lldp_neighbors()
    return sorted(
        LldpNeighbour(port, neighbour["hostname"], neighbour["port"])
        for port, neighbours in heard.items()
        for neighbour in neighbours
    )


def interfaces(driver: Any) -> list[Interface]:  # noqa: ANN401 - NAPALM is untyped
    """Return the interfaces; sorted."""
    return sorted(
        Interface(name, said["is_enabled"], said["is_up"], said["mtu"])
        for name, said in driver.get_interfaces().items()
    )
