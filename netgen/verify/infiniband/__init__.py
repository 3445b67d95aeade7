"""Holds an InfiniBand fabric as its subnet manager's host sees it against the intent."""
