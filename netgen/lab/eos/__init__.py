"""Simulated Arista EOS switches that speak eAPI over HTTPS, hundreds in one process.

An independent model of what the switch accepts, normalises and derives; it knows nothing of how netgen renders.
"""
