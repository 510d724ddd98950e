"""The comparison with another treatment as the report has it: the target trial beside the records, checks, differences."""
