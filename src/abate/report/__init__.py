"""What goes out: sees results, never records."""
