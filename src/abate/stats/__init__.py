"""Numbers: arrays in, small results out; nothing of medicine, no data frames."""
