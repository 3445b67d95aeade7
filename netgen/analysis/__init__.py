"""What a fabric can carry, what it loses when something fails, and where collectives load it: figures of its plan."""
