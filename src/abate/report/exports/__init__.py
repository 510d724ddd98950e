"""How do other tools read the results? From a run's results alone: the OMOP and the HADES form, small counts hidden."""
