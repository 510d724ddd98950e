"""What is a trial of two arms in its plan? The rating at which it ends, its looks and how fast it fills."""
