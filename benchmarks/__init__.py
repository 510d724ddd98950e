"""Is it still fast? Times beside the alternative that a user would take, in one run, as ratios."""
