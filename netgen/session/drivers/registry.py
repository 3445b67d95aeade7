"""Which driver speaks to which platform."""

from importlib import import_module
from typing import Any

# NAPALM takes seconds to import, so a driver's module is loaded only for who touches a device.
_OWN = {
    "frr": ("netgen.session.drivers.frr", "FrrDriver"),
    "linux": ("netgen.session.drivers.linux", "LinuxDriver"),
    "opensm": ("netgen.session.drivers.opensm", "OpenSmDriver"),
    "ubuntu": ("netgen.session.drivers.ubuntu", "UbuntuDriver"),
    "ufm": ("netgen.session.drivers.ufm", "UfmDriver"),
}


def driver_class(name: str) -> type[Any]:
    """Return the NAPALM driver of a platform: netgen's own for its systems, NAPALM's for any other.

    Parameters
    ----------
    name
        Name of the driver, such as ``eos``.

    Raises
    ------
    ValueError
        When neither netgen nor NAPALM has such a driver.
    """
    if name in _OWN:
        module, attribute = _OWN[name]
        own: type[Any] = getattr(import_module(module), attribute)
        return own
    napalm = import_module("napalm.base")
    try:
        found: type[Any] = napalm.get_network_driver(name)
    except napalm.exceptions.ModuleImportError as error:
        raise ValueError(
            f"there is no NAPALM driver {name!r}: netgen has {', '.join(_OWN)}, NAPALM has its own"
        ) from error
    return found
