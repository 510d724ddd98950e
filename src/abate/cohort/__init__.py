"""Who enters the study, and who was lost at which rule."""
