"""Targets to try things on: simulated EOS switches, real FRR routers and subnet managers on this machine.

Nothing here imports what renders, models a device or opens a session: a lab that shared its author's
mistakes would prove nothing.
"""
