"""Which thresholds of ICHD-3 can a diary reach, in days a month, and which columns say so?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from abate.headache.diary_columns import FEATURES, HEADACHE, MEDICATION
from abate.headache.diary_counts import Tally
from abate.headache.diary_rules import ICHD3, RECALLED, VERIFIED
from abate.headache.verdicts import Verdicts, all_of, any_of, at_least, not_
from abate.knowledge.acute_classes import acute_classes

HEADACHE_DAYS = "headache_days"
MIGRAINE_DAYS = "migraine_days"
ACUTE_DAYS = "acute_days"
#: Which columns a count is read from; one of them is enough for it to say anything.
COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    HEADACHE_DAYS: (HEADACHE,),
    MIGRAINE_DAYS: ("intensity", *FEATURES, MEDICATION),
    ACUTE_DAYS: (MEDICATION,),
    **{row.question: (MEDICATION,) for row in acute_classes()},
}
_SEVERAL_DAYS = 10


#: What is said where none of these columns is there.
NO_COLUMN: Mapping[str, str] = {
    question: "no column of intensity, features or acute_medication"
    if question == MIGRAINE_DAYS
    else f"no column {columns[0]}"
    for question, columns in COLUMNS_OF.items()
}
OVERUSE = "overuse of acute drugs (8.2)"


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """One question of the kind "on so many days a month or more?".

    Attributes
    ----------
    id : str
    question : str
        Whose days are counted, by the answer sheet's name.
    days : int
    text : str
    code : str
        The criterion or disorder of ICHD-3.
    tag, source : str
    """

    id: str
    question: str
    days: int
    text: str
    code: str
    tag: str
    source: str


@cache
def thresholds() -> tuple[Threshold, ...]:
    """Return every threshold, in the order of the report."""
    return (
        Threshold(id="headache_15", question=HEADACHE_DAYS, days=15, text="headache on 15 days a month or more", code="1.3 A", tag=VERIFIED, source=ICHD3),
        Threshold(id="migraine_8", question=MIGRAINE_DAYS, days=8, text="migraine on 8 days a month or more", code="1.3 C", tag=VERIFIED, source=ICHD3),
        *(
            Threshold(
                id=row.question.replace("_days", "_overuse"),
                question=row.question,
                days=row.overuse_days,
                text=f"{row.name} on {row.overuse_days} days a month or more",
                code=row.code,
                tag=row.tag,
                source=row.source,
            )
            for row in acute_classes()
        ),
        Threshold(
            id="several_classes_overuse",
            question=ACUTE_DAYS,
            days=_SEVERAL_DAYS,
            text=f"acute drugs of several classes on {_SEVERAL_DAYS} days a month or more, none of them overused alone",
            code="8.2.6",
            tag=RECALLED,
            source="background knowledge",
        ),
    )  # fmt: skip


def judge(
    tallies: Mapping[str, Tally], reaches: Callable[[Tally, int], Verdicts] = Tally.reaches
) -> dict[str, Verdicts]:
    """Return for each threshold whether each person reaches it; ``reaches`` is how days a month are judged."""
    *single, several = thresholds()
    verdicts = {one.id: reaches(tallies[one.question], one.days) for one in single}
    classes = [row.question for row in acute_classes()]
    alone = any_of([verdicts[one.id] for one in single if one.question in classes])
    used = at_least(2, [_is_used(tallies[question]) for question in classes])
    verdicts[several.id] = all_of([reaches(tallies[ACUTE_DAYS], several.days), used, not_(alone)])
    return verdicts


def _is_used(days: Tally) -> Verdicts:
    nothing_is_open = days.possible + days.window - days.filled == 0
    return np.where(days.yes > 0, 1, np.where(nothing_is_open, 0, -1)).astype(np.int8)
