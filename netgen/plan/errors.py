"""What can go wrong while planning, in words for people."""


class PlanError(Exception):
    """A plan cannot be made or read."""
