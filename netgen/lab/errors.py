"""What goes wrong with a lab, in words for the person who runs it."""


class LabError(Exception):
    """The lab cannot do what was asked; the message says what, why and what to do."""
