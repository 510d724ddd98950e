"""Models of data frames: formulas in, results that print and compare in the words of the frame."""
