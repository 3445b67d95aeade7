"""Topologies as arithmetic on logical slots, a module a kind."""
