"""NAPALM drivers that NAPALM does not have: Linux hosts and FRR routers over SSH."""
