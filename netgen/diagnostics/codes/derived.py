"""NG4xx: what follows from the intent and cannot be: sizes, ports, addresses, numbers."""
