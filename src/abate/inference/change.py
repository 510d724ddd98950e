"""Where did the rating stand before and at the end, and by how much did it move?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import Sample, commonest_reason, numbers, persons, sample, sample_of
from abate.inference.rows import LEVEL, failed_row, interval_of, mean_row, median_row, reason_of, share_row
from abate.stats.arrays import Array, IntArray, differences
from abate.stats.distributions import t_two_sided_p
from abate.stats.signed_ranks import hodges_lehmann, test_of_signed_ranks

if TYPE_CHECKING:
    import pyarrow as pa

POINTS = "{points}"
NO_PAIR = "no course has both a baseline and a final rating"


def estimate_change(courses: pa.Table) -> list[Estimate]:
    """Return baseline, final and the change between them, as means, medians and ranks.

    Parameters
    ----------
    courses : Table
        One row a course, with the columns of `outcomes`.
    """
    baseline, final, whose = numbers(courses, "baseline"), numbers(courses, "final"), persons(courses)
    change = change_sample(baseline, final, whose)
    return [
        mean_baseline(sample_of(baseline, whose), _why_no(courses, "baseline")),
        median_row("baseline.median", "median baseline rating", sample_of(baseline, whose), POINTS),
        mean_final(sample_of(final, whose), _why_no(courses, "final")),
        median_row("final.median", "median final rating", sample_of(final, whose), POINTS),
        mean_change(change),
        median_row("change.median", "median change, final minus baseline", change, POINTS, none=NO_PAIR),
        _hodges_lehmann_change(change),
        _signed_ranks_of_change(change),
        mean_row(
            "change_percent.mean",
            "mean change in per cent of the baseline",
            sample(courses, "change_percent"),
            "%",
            none="no course has both ratings and a baseline other than 0",
        ),
        *_moves(change),
    ]


def _moves(change: Sample) -> list[Estimate]:
    """Return the shares of courses whose rating fell, rose, and did neither."""
    ways = {"fell": change.values < 0, "rose": change.values > 0, "same": change.values == 0}
    words = {
        "fell": "a final rating below the baseline",
        "rose": "a final rating above the baseline",
        "same": "a final rating equal to the baseline",
    }
    return [
        share_row(f"change.{way}", f"courses with {words[way]}", Sample(values=moved.astype(np.float64), persons=change.persons), none=NO_PAIR)
        for way, moved in ways.items()
    ]  # fmt: skip


def change_sample(baseline: Array, final: Array, whose: IntArray) -> Sample:
    """Return final minus baseline of the courses that have both; a fall is negative.

    Parameters
    ----------
    baseline, final : array of float64, shape (n,)
        In points of the scale, nan where there is none.
    whose : array of int64, shape (n,)
        A number for each course's person.
    """
    return sample_of(differences(final, baseline), whose)


def mean_baseline(baseline: Sample, none: str | None = None) -> Estimate:
    """Return the row ``baseline.mean``."""
    none = none or "no course has a baseline rating"
    return mean_row("baseline.mean", "mean baseline rating", baseline, POINTS, none=none)


def mean_final(final: Sample, none: str | None = None) -> Estimate:
    """Return the row ``final.mean``."""
    return mean_row("final.mean", "mean final rating", final, POINTS, none=none or "no course has a final rating")


def mean_change(change: Sample) -> Estimate:
    """Return the row ``change.mean``, with Student's paired test or, for repeat courses, the cluster-robust one."""
    quantity = "mean change, final minus baseline (a fall is negative)"
    row = mean_row("change.mean", quantity, change, POINTS, none=NO_PAIR)
    if not change.has_repeats:
        row = replace(row, method="mean change, paired t interval")
    if row.value is None or not row.standard_error:
        return row
    return replace(row, p_value=t_two_sided_p(row.value / row.standard_error, change.person_count - 1))


def _hodges_lehmann_change(change: Sample) -> Estimate:
    each, one_per_person = _one_per_person(change)
    found = hodges_lehmann(each.values, LEVEL)
    return Estimate(
        id="change.hodges_lehmann",
        quantity=f"Hodges-Lehmann centre of the change{one_per_person}",
        **interval_of(found),
        unit=POINTS,
        n=change.course_count,
        person_count=change.person_count,
        method=f"median of pairwise means ({found.method}){one_per_person}",
        reason=reason_of(found, each, NO_PAIR),
    )


def _signed_ranks_of_change(change: Sample) -> Estimate:
    """Return Wilcoxon's statistic as the value and its p value beside it; a statistic has no interval."""
    id, (each, one_per_person) = "change.wilcoxon", _one_per_person(change)
    quantity = f"sum of the ranks of those changes that are rises{one_per_person}"
    if change.course_count == 0:
        return failed_row(id, quantity, NO_PAIR)
    found = test_of_signed_ranks(each.values)
    left_out = "1 change" if found.zero_count == 1 else f"{found.zero_count} changes"
    return Estimate(
        id=id,
        quantity=quantity,
        value=found.positive_rank_sum,
        n=change.course_count,
        person_count=change.person_count,
        p_value=found.p_value,
        method=f"Wilcoxon signed-rank test, {found.method}, {left_out} of 0 left out{one_per_person}",
        reason=found.reason,
    )


def _one_per_person(change: Sample) -> tuple[Sample, str]:
    """Return one change a person, their mean, since ranks have no cluster-robust form; and the words that say so."""
    if not change.has_repeats:
        return change, ""
    whose, place = np.unique(change.persons, return_inverse=True)
    means = np.bincount(place, weights=change.values) / np.bincount(place)
    return Sample(values=means, persons=whose), ", one mean change a person"


def _why_no(courses: pa.Table, rating: str) -> str | None:
    """Return the commonest reason why a course has no such rating, for the row in which none has one."""
    reason = commonest_reason(courses, f"{rating}_missing")
    return f"no course has a {rating} rating ({reason})" if reason else None
