"""What people and programs want to know of a cluster, as plain data."""
