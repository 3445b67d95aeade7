"""NG3xx: a name that must exist elsewhere in the intent, and does not."""
