"""One device of a cluster: what it must be told, in no vendor's words."""
