"""Findings for people and programs: one type, a closed registry of codes, one renderer a format."""
