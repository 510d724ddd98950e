"""The figures of a plan, one a file, in the grammar of the study's figures."""
