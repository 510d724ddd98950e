"""The workbook to fill in by hand: a sheet for each contract table, one for ratings by day, and words that explain them."""

from abate.sources.template.write import example_rows, write_template

__all__ = ["example_rows", "write_template"]
