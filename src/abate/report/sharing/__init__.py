"""What may leave the site: every count with the sums that tie it, which must be hidden, and the result with marks in their places."""
