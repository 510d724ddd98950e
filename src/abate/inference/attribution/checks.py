"""Do the ratings, or the way the day of admission was chosen, speak against splitting the fall?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abate.base.days import parse_length
from abate.contracts.clock import Anchor, parse_moment
from abate.contracts.definition import Attribution
from abate.inference.attribution.histories import Histories
from abate.inference.columns import numbers, rows_of_courses, texts
from abate.stats.regression_to_mean_checks import (
    WARD_UNSEEN,
    Check,
    CheckName,
    check_asked_when_bad,
    check_chosen_day,
    check_discharge_when_better,
    check_surprise_of_first,
    check_visits_against_diary,
    checks_of_information,
)
from abate.stats.regression_to_mean_model import HistoryModel

if TYPE_CHECKING:
    from abate.contracts.definition import Study

#: Nobody is asked whether they left because they were better before this day: the first day of a course has hardly a rating.
FIRST_DAY_TO_LEAVE = 2
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What was checked, in the order in which it is to be read."""

    found: tuple[Check, ...]

    def is_flagged(self, name: CheckName) -> bool:
        """Return whether this check is flagged; not where it is not known."""
        return any(check.name is name and check.is_flagged for check in self.found)

    def joined_by(self, check: Check) -> Checks:
        """Return these checks and one that could be asked only after the split was made."""
        return replace(self, found=(*self.found, check))


def run_checks(study: Study, courses: pa.Table, daily: pa.Table, histories: Histories, model: HistoryModel) -> Checks:
    """Return every check that these courses allow.

    Parameters
    ----------
    study : Study
        For how the day of admission was chosen.
    courses, daily : Table
        Columns of `outcomes` with ``person_number`` and of `daily`, of the courses that entered.
    histories : Histories
    model : HistoryModel
        Of all ratings before.
    """
    # Where no occasion is known these checks say so themselves.
    known = histories.by_occasion or histories.everything
    return Checks(
        found=(
            check_asked_when_bad(known),
            *check_visits_against_diary(known),
            _check_leaving(courses, daily),
            _check_hindsight(study),
            check_chosen_day(model),
            check_surprise_of_first(model),
            *checks_of_information(model),
            WARD_UNSEEN,
        )
    )


def margin_of(study: Study) -> float:
    """Return the points that the study holds to be of no account, declared or assumed."""
    return (study.attribution or Attribution()).margin


def looks_ahead_days(study: Study) -> float | None:
    """Return over how many days after the first rating the study itself chose that rating; None where it did not.

    A baseline that is the highest rating of a window is chosen in hindsight: the days after it were no worse.

    Examples
    --------
    >>> from abate.contracts.definition import Study
    >>> base = {"title": "x", "treatment": {"name": "k"}, "response": {"primary": {"points": 2}}}
    >>> worst = {"from": "start-7d", "to": "start", "take": "highest"}
    >>> looks_ahead_days(Study.model_validate(base | {"rating": {"scale": "nrs", "baseline": worst}}))
    7.0
    """
    asked = study.attribution
    if asked is not None and asked.index_window is not None:
        return parse_length(asked.index_window) / _SECONDS_PER_DAY
    rule = study.rating.baseline
    if rule.take != "highest":
        return None
    opening, closing = parse_moment(rule.opens), parse_moment(rule.closes)
    same = opening.anchor == closing.anchor or {opening.anchor, closing.anchor} == {Anchor.ADMISSION, Anchor.START}
    seconds = closing.offset_seconds - opening.offset_seconds if same else 0
    return max(seconds / _SECONDS_PER_DAY, 0.0)


def is_in_hindsight(study: Study) -> bool:
    """Return whether the day of the first rating was chosen by what came after it."""
    declared = study.attribution is not None and study.attribution.index_rule == "in hindsight"
    return declared or (looks_ahead_days(study) or 0.0) >= 1.0


def _check_hindsight(study: Study) -> Check:
    """Return what the study file says: no rating tells a day chosen in hindsight for sure."""
    is_flagged = is_in_hindsight(study)
    return Check(name=CheckName.HINDSIGHT, is_flagged=is_flagged, unit="days ahead", size=looks_ahead_days(study))


def _check_leaving(courses: pa.Table, daily: pa.Table) -> Check:
    """Return whether those left who were better that day; a course leaves on the last day on which it ran or was rated."""
    rows, place = rows_of_courses(daily, courses)
    day, value = numbers(rows, "day"), numbers(rows, "value")
    last = np.full(courses.num_rows, -np.inf)
    np.maximum.at(last, place, day)
    is_stop = np.array([reason == "adverse event" for reason in texts(courses, "end_reason")], dtype=bool)
    kept = (day >= FIRST_DAY_TO_LEAVE) & np.isfinite(value)
    leaving = (day == last[place]) & kept
    return check_discharge_when_better(
        day[kept].astype(np.int64), value[kept], leaving[kept], (is_stop[place] & leaving)[kept]
    )
