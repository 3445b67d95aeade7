"""The command line: it parses, calls and shows, and does nothing else."""
