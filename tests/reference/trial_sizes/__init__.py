"""Sizes and power of trials, held against rpact, pwr, DoseFinding, MASS and published tables."""
