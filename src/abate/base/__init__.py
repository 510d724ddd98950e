"""Ground: errors, lengths of time, units and logs. Knows nothing above it."""
