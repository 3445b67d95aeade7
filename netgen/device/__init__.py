"""Devices: what one switch or host must be told, without a vendor's words."""
