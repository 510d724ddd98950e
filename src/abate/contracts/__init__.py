"""Words in common: the tables, the study definition and the results that all other rooms speak in."""
