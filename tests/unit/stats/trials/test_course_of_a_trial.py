"""Do looks stop where their boundaries say, does the calendar count who is in, and do sums come to means?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from abate.stats.trials.analyse import Analysis, Answers, Response
from abate.stats.trials.calendar import Accrual
from abate.stats.trials.errors import AccrualError, LookError, RunError
from abate.stats.trials.looks import Looks, at_stop, find_stops, only_look
from abate.stats.trials.summaries import TrialResults, summarise, sums_of

LOOKS = Looks(share=(0.5, 1.0), efficacy=(2.8, 1.98), futility=(0.0,))


def answers(z):
    z = np.array(z, dtype=float)
    numbers = {name: np.zeros(len(z)) for name in ("estimate", "standard_error", "df", "p")}
    return Answers(z=z, failed=np.isnan(z), **numbers)


def test_trials_stop_at_the_first_boundary_they_cross():
    # Lower is better: z of -3 is success, +0.5 in the wrong direction futile, nan a failed fit that stops nothing.
    first, last = answers([-3.0, -1.0, 0.5, math.nan, -1.0]), answers([0.0, -2.0, -4.0, -2.0, math.nan])
    stops = find_stops(LOOKS, Analysis(sides=1), [first, last])
    assert stops.look.tolist() == [0, 1, 0, 1, 1]
    assert stops.succeeded.tolist() == [True, True, False, True, False]
    assert at_stop(np.stack([first.z, last.z], axis=1), stops).tolist()[:3] == [-3.0, -2.0, 0.5]


def test_with_two_sides_either_direction_is_a_rejection_and_with_one_only_the_good():
    last = [answers([-2.5, 2.5])]
    looks = Looks(share=(1.0,), efficacy=(1.96,))
    assert find_stops(looks, Analysis(sides=2), last).succeeded.tolist() == [True, True]
    assert find_stops(looks, Analysis(sides=1), last).succeeded.tolist() == [True, False]
    more = Analysis(kind="responders", response=Response(points=2), sides=1)
    assert find_stops(looks, more, last).succeeded.tolist() == [False, True]


def test_patients_at_looks():
    assert LOOKS.patients(np.array([30, 61])).tolist() == [[15, 30], [30, 61]]
    assert only_look(Analysis(alpha=0.025, sides=1)).efficacy[0] == pytest.approx(1.959964, abs=1e-6)


def test_entries_follow_the_rate_of_each_month():
    accrual = Accrual(per_month=(0, 2, 4), months_to_outcome=1)
    # Nobody in month 1, then 2 a month, from month 3 on 4 a month: the 1st expected at 1.5, the 6th at 3.
    assert accrual.entries(np.ones((1, 7)))[0] == pytest.approx([1.5, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25])


def test_a_look_waits_for_the_outcome_and_counts_who_is_in():
    accrual = Accrual(per_month=(4,), months_to_outcome=1.0)
    entries = accrual.entries(np.ones((1, 12)))  # one every quarter of a month
    months, entered = accrual.looks(entries, np.array([4, 12]))
    assert months[0] == pytest.approx([2.0, 4.0])  # the 4th came at 1.0
    assert entered[0].tolist() == [8, 12]


def results(**changes):
    count = 4
    given = {name: np.full(count, 1.0) for name in TrialResults.__dataclass_fields__}
    given |= {"succeeded": np.array([True, False, True, False]), "failed": np.array([False, False, False, True])}
    given |= {
        "estimate": np.array([1.0, 2.0, 3.0, np.nan]),
        "true_value": np.full(count, 1.5),
        "look": np.array([1.0, 2, 2, 2]),
    }
    given |= {"covered": np.array([1.0, 0.0, 1.0, np.nan]), "months": np.full(count, np.nan)}
    return TrialResults(**(given | changes))


def test_sums_come_to_shares_and_means():
    found = summarise(sums_of(results(), 2), np.array([60, 120]))
    assert (found.success.value, found.success.numerator, found.monte_carlo_se) == (0.5, 2, 0.25)
    assert (found.failed.numerator, found.coverage.numerator, found.coverage.denominator) == (1, 2, 3)
    assert found.bias.value == pytest.approx(0.5)
    assert found.sd_of_estimates == pytest.approx(1.0)
    assert found.bias.monte_carlo_se == pytest.approx(1 / math.sqrt(3))
    assert found.months.value is None
    assert [(look.patient_count, look.succeeded, look.stopped_without_success) for look in found.looks] == [
        (60, 1, 0),
        (120, 1, 2),
    ]


def test_sums_of_parts_are_the_sum():
    whole = results(estimate=np.array([1e3, 1e3 + 1, 1e3 + 2, 1e3 + 7]))
    parts = [
        sums_of(TrialResults(**{name: getattr(whole, name)[rows] for name in TrialResults.__dataclass_fields__}), 2)
        for rows in (slice(0, 1), slice(1, 4))
    ]
    one, other = summarise(parts[0].plus(parts[1]), np.array([1, 2])), summarise(sums_of(whole, 2), np.array([1, 2]))
    assert one.sd_of_estimates == pytest.approx(other.sd_of_estimates, rel=1e-12)
    assert one.success == other.success
    assert one.looks == other.looks


def test_no_trial_has_no_summary():
    with pytest.raises(RunError):
        summarise(
            sums_of(TrialResults(**{name: np.zeros(0) for name in TrialResults.__dataclass_fields__}), 1), np.array([1])
        )


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: Looks(share=(0.5, 0.5, 1.0), efficacy=(3, 3, 2)),
        lambda: Looks(share=(0.5, 0.9), efficacy=(3, 2)),
        lambda: Looks(share=(0.5, 1.0), efficacy=(3,)),
        lambda: Looks(share=(0.5, 1.0), efficacy=(3, 2), futility=(0, 0)),
        lambda: Looks(share=(0.5, 1.0), efficacy=(3, 2), futility=(3.5,)),
        lambda: Looks(share=(0.01, 1.0), efficacy=(3, 2)).patients(np.array([30, 30])),
        lambda: Looks(share=(0.5, 0.501, 1.0), efficacy=(3, 3, 2)).patients(np.array([30, 30])),
    ],
)
def test_impossible_looks_are_refused(mistake):
    with pytest.raises(LookError):
        mistake()


@pytest.mark.parametrize("given", [((), 1), ((0.0,), 1), ((3, 0), 1), ((-1, 2), 1), ((2,), -1)])
def test_accrual_of_nobody_is_refused(given):
    with pytest.raises(AccrualError):
        Accrual(per_month=given[0], months_to_outcome=given[1])
