"""What does a study hand to the next trial? Its estimates and course tables become a plan file, each assumption with its source."""
