"""NG5xx: traffic classes, PFC, ECN and buffers."""
