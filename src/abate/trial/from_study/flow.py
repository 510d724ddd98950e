"""How many come, how long do they stay, how often do they come again, and who is lost afterwards?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abate.base.arrow_arrays import times_of
from abate.contracts.plan_assumptions import Accrual, FollowUp, Repeats, Response, Stay
from abate.contracts.plan_file import PlanDisclosure
from abate.contracts.plan_values import Number, Share
from abate.contracts.result import StudyResult
from abate.inference.columns import numbers, texts
from abate.stats.arrays import Array
from abate.trial.from_study.courses import FirstCourses
from abate.trial.from_study.small_counts import told_share

if TYPE_CHECKING:
    from abate.contracts.definition import Study

DAYS_PER_MONTH = 30.4375
#: Share of the eligible who consent: recalled from the reference, read in no source.
CONSENT = Share(
    value=0.45,
    low=0.3,
    high=0.6,
    basis="assumed",
    source="share of the eligible who consent, 0.3 to 0.6: recalled, found in no source that was read; replace it",
)
#: SD of the fall between centres: recalled from the reference, read in no source.
CENTRE_SD = Number(
    value=0.4,
    se=0.1,
    basis="assumed",
    source="SD of the fall between centres, 0.3 to 0.5 points: recalled, found in no source that was read; replace it",
)


def carry_accrual(courses: FirstCourses) -> Accrual | None:
    """Return how many persons had a first course over how many months; None where no calendar can be laid on them."""
    start = times_of(courses.rows["start"])
    start = start[~np.isnat(start)]
    if len(start) < 2:
        return None
    span = float((start.max() - start.min()) / np.timedelta64(1, "s")) / (86_400 * DAYS_PER_MONTH)
    if span <= 0:
        return None
    # Both ends are arrivals: n arrivals have n - 1 spaces between them.
    months = round(span * len(start) / (len(start) - 1), 1)
    return Accrual(
        basis="study",
        source="first courses that entered, from the first to the last; records hold more who are eligible than will be asked",
        n=len(start),
        seen=len(start),
        months=max(months, 0.1),
        consent=CONSENT,
        centres=max(len(_sites(courses)), 1),
    )


def carry_stay(courses: FirstCourses) -> Stay | None:
    """Return mean and SD of the days from admission to discharge; None where they are not known."""
    days = numbers(courses.rows, "stay_days")
    days = days[np.isfinite(days)]
    if len(days) < 2 or days.mean() <= 0:
        return None
    return Stay(
        basis="study",
        source="days from admission to discharge of first courses",
        n=len(days),
        mean=round(float(days.mean()), 2),
        sd=round(float(days.std(ddof=1)), 2),
    )


def carry_repeats(study: Study, outcomes: pa.Table, rule: PlanDisclosure) -> Repeats | None:
    """Return courses a person, and how alike the falls of one person's courses are; None where nobody has a course.

    Repeat courses are told as other counts are: few of them as half the smallest number that may be shown.
    """
    treated = outcomes.filter(pc.fill_null(pc.equal(outcomes["treatment"], study.treatment.name), False))
    if not treated.num_rows:
        return None
    person = pc.dictionary_encode(treated["person_id"]).unify_dictionaries().combine_chunks().indices.to_numpy()
    change = numbers(treated, "change")
    persons = len(np.unique(person))
    repeat_count = treated.num_rows - persons
    told = repeat_count if not 0 < repeat_count < rule.smallest_count else rule.smallest_count / 2
    note = "" if told == repeat_count else f"; fewer than {rule.smallest_count} repeat courses, exact count not told"
    return Repeats(
        basis="study",
        source=f"all courses of the treatment in the records, whether or not they entered{note}",
        n=persons,
        courses_per_person=round(1 + told / persons, 3),
        icc=_icc(person[np.isfinite(change)], change[np.isfinite(change)], rule.smallest_count),
    )


def _icc(person: Array, change: Array, fewest: int) -> float | None:
    """Return the intraclass correlation by analysis of variance; None where too few persons have two falls.

    ``(MSB - MSW) / (MSB + (n0 - 1) MSW)`` with n0 for unequal groups (Donner & Koval 1980, Biometrics 36, 19-25).
    """
    _, place, sizes = np.unique(person, return_inverse=True, return_counts=True)
    if np.count_nonzero(sizes >= 2) < fewest:
        return None
    means = np.bincount(place, weights=change) / sizes
    total, groups = len(change), len(sizes)
    between = float(np.sum(sizes * (means - change.mean()) ** 2)) / (groups - 1)
    within = float(np.sum((change - means[place]) ** 2)) / (total - groups)
    usual = (total - float(np.sum(sizes**2)) / total) / (groups - 1)
    spread = between + (usual - 1) * within
    return round(min(max((between - within) / spread, 0.0), 1.0), 3) if spread > 0 else None


def carry_follow_up(study: Study, result: StudyResult, courses: FirstCourses, rule: PlanDisclosure) -> FollowUp | None:
    """Return the share lost at the first visit, its mean day, and how many responders seen there still respond."""
    if study.follow_up is None or not study.follow_up.visits:
        return None
    visit = next(iter(study.follow_up.visits))
    lost = _share_of(result, f"missing.follow_up.{visit}", rule)
    if lost is None:
        return None
    return FollowUp(
        lost=lost,
        sustained=_share_of(result, f"sustained.{visit}", rule),
        visit=visit,
        day=_mean_day(courses.rows, visit, study.follow_up.counts_from, rule.smallest_count),
    )


def _mean_day(rows: pa.Table, visit: str, counts_from: str, fewest: int) -> float | None:
    """Return the mean days from what visits count from to the visit; None where too few are known."""
    column = f"{visit}_time"
    if column not in rows.column_names:
        return None
    days = (times_of(rows[column]) - times_of(rows[counts_from])) / np.timedelta64(86_400, "s")
    days = days[np.isfinite(days)]
    return round(float(days.mean()), 1) if len(days) >= fewest and days.mean() > 0 else None


def carry_response(study: Study, result: StudyResult, rule: PlanDisclosure) -> Response | None:
    """Return the share that met the primary rule, and the share that would have with nothing done."""
    id = study.response.primary.id
    active = _share_of(result, "response.primary_missing_as_no", rule)
    if active is None:
        return None
    return Response(rule=id, active=active, control=_expected(result, id))


def _expected(result: StudyResult, id: str) -> Share | None:
    found = result.estimate(f"response.{id}.expected")
    if found is None or found.value is None:
        return None
    source = f"response.{id}.expected: with nothing done; what the ward and its context add is not in it"
    low, high = (None, None) if found.lower is None or found.upper is None else (found.lower, found.upper)
    return Share(
        value=round(found.value, 3),
        low=_rounded(low),
        high=_rounded(high),
        basis="study",
        source=source,
        n=found.person_count,
    )


def _share_of(result: StudyResult, id: str, rule: PlanDisclosure) -> Share | None:
    found = result.estimate(id)
    if found is None or found.numerator is None or not found.denominator:
        return None
    return told_share(round(found.numerator), round(found.denominator), id, rule)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(min(max(value, 0.0), 1.0), 3)


def carry_centres(courses: FirstCourses, fewest: int) -> Number:
    """Return the SD of the fall between centres, sampling error taken off; assumed where fewer than two centres have enough.

    By moments: the variance of the centres' means less the mean of their squared standard errors.
    """
    sites, change = np.array(texts(courses.rows, "site"), dtype=object), numbers(courses.rows, "change")
    groups = [change[(sites == site) & np.isfinite(change)] for site in _sites(courses)]
    groups = [group for group in groups if len(group) >= fewest]
    if len(groups) < 2:
        return CENTRE_SD
    means = np.array([group.mean() for group in groups])
    errors = np.array([group.var(ddof=1) / len(group) for group in groups])
    spread = max(float(means.var(ddof=1) - errors.mean()), 0.0)
    source = f"falls of {len(groups)} centres with at least {fewest} courses each, by moments"
    return Number(value=round(spread**0.5, 3), basis="study", source=source, n=int(sum(len(group) for group in groups)))


def _sites(courses: FirstCourses) -> list[str]:
    return sorted({site for site in texts(courses.rows, "site") if site})
