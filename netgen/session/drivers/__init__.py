"""NAPALM drivers that NAPALM does not have: Linux hosts, FRR routers and OpenSM over SSH, UFM over REST."""
