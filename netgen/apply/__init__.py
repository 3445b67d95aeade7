"""Brings devices to what a plan says, each through the one device session, orchestrated by Ansible."""
