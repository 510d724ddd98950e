"""The border: the contract is checked here once; what comes after trusts it."""

from abate.sources.border.check import check_course_tables

__all__ = ["check_course_tables"]
