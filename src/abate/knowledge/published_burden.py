"""What has been said of how common a condition is? Rows of a data file, each with its source and whether it was verified."""

from __future__ import annotations

from abate.contracts.definition import Codes
from abate.knowledge.conditions import is_condition
from abate.knowledge.facts import read_facts


def published_burden(condition: Codes) -> str | None:
    """Return the published picture of a condition in one line, with its source and tag; None where there is none.

    Examples
    --------
    >>> published_burden(Codes(concepts=(318736,)))
    "about 12 % of people, three times as common in women (as stated by the model study's press text; unverified: not verified here)"
    """
    for row in read_facts("published_burden.csv"):
        if is_condition(condition, int(row["condition_concept"]), row["condition_icd10cm"]):
            return f"{row['statement']} ({row['source']}; {row['tag']})"
    return None
