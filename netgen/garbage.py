"""How often Python looks for circular garbage: this module imports next to nothing, so that it can be asked first."""

import atexit
import gc

ALLOCATIONS = 100_000
"""So many objects more than before, and it looks. By default it is 700: 90,000 objects of netgen's own code stay as
long as the process does, and to look through them again and again would take a short command a tenth of its time."""


def collect_rarely() -> None:
    """Look for garbage less often: devices come and go by the hundred thousand, and have no circles.

    And not once more at the end, among all that the process is about to leave behind.
    """
    gc.set_threshold(ALLOCATIONS)
    atexit.register(gc.freeze)
