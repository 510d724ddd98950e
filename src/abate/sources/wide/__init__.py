"""The wide sheet of an ordinary chart review: one row a course, its columns named by a mapping file."""

from abate.sources.wide.read import read_wide_sheet

__all__ = ["read_wide_sheet"]
