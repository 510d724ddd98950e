"""The study: alone knows the order of the work."""
