"""Sheets: course tables in a workbook, a folder of CSV and Parquet files, or a DuckDB file."""

from abate.sources.sheets.describe import SheetDescription, SheetProblem, describe_sheets
from abate.sources.sheets.read import read_sheets

__all__ = ["SheetDescription", "SheetProblem", "describe_sheets", "read_sheets"]
