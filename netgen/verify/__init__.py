"""Holds what devices say of their state against what follows from the intent."""
