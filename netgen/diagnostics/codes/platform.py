"""NG6xx: what a platform or a model of switch cannot do."""
