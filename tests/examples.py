"""How many examples of what hypothesis makes up a test tries."""

from hypothesis import settings

QUICK = 12
"""The most in `make check`, which has less than a minute."""

# No test measures time: a busy machine must not fail one.
settings.register_profile("netgen", deadline=None)
# `make check` tries fewer examples; `make test` all.
settings.register_profile("quick", deadline=None, max_examples=QUICK)


def at_most(count: int) -> int:
    """Return so many, or as many as `make check` has time for."""
    return min(count, QUICK) if settings.get_current_profile_name() == "quick" else count
