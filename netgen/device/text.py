"""Turns the integers of a device into the text that configurations are made of."""

_IPV4 = 0xFFFFFFFF


def ipv4(address: int) -> str:
    """Dotted quad of an IPv4 address: ``167772161`` is ``10.0.0.1``."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


def network(address: int, length: int) -> str:
    """Prefix that an address lies in: ``10.0.0.1`` and 8 are ``10.0.0.0/8``."""
    return f"{ipv4(address & _IPV4 << 32 - length & _IPV4)}/{length}"


def netmask(length: int) -> str:
    """Dotted mask of a prefix length: 31 is ``255.255.255.254``."""
    return ipv4(_IPV4 << 32 - length & _IPV4)


def seconds(milliseconds: int) -> str:
    """Milliseconds as seconds, with no more decimals than needed: 200 is ``0.2``, 1000 is ``1``."""
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
