"""What goes wrong on the way to another tool's format."""


class ExportError(Exception):
    """A cluster cannot be said in a format; the message says what it lacks."""
