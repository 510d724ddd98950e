"""Per-course outcomes -> estimates with intervals, denominators and methods."""
