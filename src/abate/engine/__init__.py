"""The database: the only rooms that import one."""
