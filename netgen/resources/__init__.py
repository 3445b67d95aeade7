"""One loader for templates, platforms, catalog and playbooks: the built-in files, then the user's over them."""
