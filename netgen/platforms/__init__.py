"""The platforms as data, read once; and, a folder each, the builders of those whose configuration is a tree."""
