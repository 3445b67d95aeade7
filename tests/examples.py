"""How many examples of what hypothesis makes up a test tries."""

from hypothesis import HealthCheck, settings

QUICK = 12
"""The most in `make check`, which has less than a minute."""

# No test measures time: a busy machine must not fail one.
_BASE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same code has the same examples, so that what fails, fails for whoever changed it.
settings.register_profile("netgen", _BASE, derandomize=True, database=None)
# `make check` tries fewer examples; `make test` all.
settings.register_profile("quick", settings.get_profile("netgen"), max_examples=QUICK)
# `make explore` tries others every time.
settings.register_profile("explore", _BASE, derandomize=False)


def at_most(count: int) -> int:
    """Return so many, or as many as `make check` has time for."""
    return min(count, QUICK) if settings.get_current_profile_name() == "quick" else count
