"""Which published values help to judge a fall: what fell without the drug, and how well such patients usually are?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from abate.contracts.definition import Codes
from abate.knowledge.conditions import is_condition
from abate.knowledge.facts import read_facts


@dataclass(frozen=True, kw_only=True)
class PublishedMark:
    """One published value on the scale of a study.

    Attributes
    ----------
    kind : str
        ``fall``: points that a rating fell without the drug; ``level``: how such patients usually rate.
    value : float
        In points.
    label : str
        What it is, in words.
    includes_regression : bool
        Whether a fall holds regression to the mean already, so that it may not be added to it.
    tag, source : str
    """

    kind: str
    value: float
    label: str
    includes_regression: bool
    tag: str
    source: str


def published_marks(condition: Codes | None, scale: str) -> Sequence[PublishedMark]:
    """Return the published values for a condition on a scale; none where there are none.

    Examples
    --------
    >>> [mark.value for mark in published_marks(Codes(icd10cm=("G43",)), "nrs")]
    [2.0, 7.1, 5.5]
    >>> published_marks(Codes(icd10cm=("G90",)), "nrs")
    []
    """
    if condition is None:
        return []
    return [
        PublishedMark(
            kind=row["kind"],
            value=float(row["value"]),
            label=row["label"],
            includes_regression=row["regression_included"] == "yes",
            tag=row["tag"],
            source=row["source"],
        )
        for row in read_facts("falls_without_drug.csv")
        if row["scale"] == scale and is_condition(condition, int(row["condition_concept"]), row["condition_icd10cm"])
    ]
