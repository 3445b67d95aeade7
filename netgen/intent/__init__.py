"""The front end: what a person wrote, read with positions, checked, and turned into models."""
