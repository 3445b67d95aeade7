"""NVIDIA NVOS on InfiniBand switches: one NVUE tree, built as data."""
