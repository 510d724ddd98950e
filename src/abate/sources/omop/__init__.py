"""OMOP CDM 5.3 and 5.4: the records of a hospital -> administrations, stays, ratings and what else the contract has."""

from abate.sources.omop.describe import RecordsDescription, describe_records
from abate.sources.omop.read import read_omop

__all__ = ["RecordsDescription", "describe_records", "read_omop"]
