"""``python -m netgen``."""

from netgen.cli.app import main

main()
