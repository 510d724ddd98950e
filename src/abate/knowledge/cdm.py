"""Which columns do the OMOP tables have that abate reads, and of which type? CDM 5.3 and 5.4 together.

From the field-level specification of the OHDSI CommonDataModel. Ids are 64-bit here, whatever the database says, since
sites hash their keys. A column that only one version has is simply absent in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from abate.knowledge.facts import read_facts


class CdmType(StrEnum):
    """Types of the CDM, as abate tells them apart."""

    ID = "id"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    TEXT = "text"


@cache
def cdm_columns() -> Mapping[str, Mapping[str, CdmType]]:
    """Return the type of each column by table and column, names in lower case."""
    tables: dict[str, dict[str, CdmType]] = {}
    for row in read_facts("cdm_columns.csv"):
        tables.setdefault(row["table"], {})[row["column"]] = CdmType(row["type"])
    return tables
