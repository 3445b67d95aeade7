"""The front end: files to a tree with positions, the tree to a validated `Intent`."""
