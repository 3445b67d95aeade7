"""What can go wrong while rendering, in words for people."""


class RenderError(Exception):
    """A device cannot be rendered, or what was rendered cannot be written; nothing half-done is left behind."""
