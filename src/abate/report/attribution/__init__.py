"""The section on what the fall needs no drug for."""
