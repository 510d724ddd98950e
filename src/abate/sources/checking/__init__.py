"""The check of a workbook: which cell a finding means, what to do about it, and a copy in which the cells are marked."""

from abate.sources.checking.checked_copy import check_copy_target, find_mistakes, write_checked_copy
from abate.sources.checking.places import Places, read_places

__all__ = ["Places", "check_copy_target", "find_mistakes", "read_places", "write_checked_copy"]
