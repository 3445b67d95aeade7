"""``python -m netgen``."""

if __name__ == "__main__":
    # Only here: processes that this one starts look at its first module, too.
    from netgen.cli.app import main

    main()
