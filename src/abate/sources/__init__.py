"""Ways in: records where they live -> the contract's tables."""
