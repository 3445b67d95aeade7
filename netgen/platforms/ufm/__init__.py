"""NVIDIA UFM: partitions as its REST API takes them."""
