"""What would overturn a difference: something unmeasured, or error that shows where there is no effect?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from abate.contracts.result import Estimate
from abate.inference.columns import numbers
from abate.inference.compared_checks import pooled_sd
from abate.inference.rows import LEVEL, failed_row
from abate.inference.weighted_outcome import contrast_row, weigh
from abate.stats.e_value import EValue, e_value_of_mean_difference, e_value_of_risk_ratio
from abate.stats.negative_controls import EmpiricalNull, calibrate, fit_empirical_null
from abate.stats.unmeasured_confounding import AfterConfounding, difference_after_confounding, ratio_after_confounding
from abate.stats.weighted_comparison import weighted_means

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abate.inference.compared_courses import ComparedCourses

POINTS = "{points}"


def vary_final(courses: ComparedCourses, found: Estimate) -> list[Estimate]:
    """Return the E-value of a difference of means, and what a hidden confounder of the declared strength would leave of it."""
    strength = courses.design.hidden_confounder
    bare = {
        "e_value": "E-value of the difference of the mean final rating",
        "e_value_limit": "E-value of the end of its interval that is nearer to no difference",
        "hidden": f"difference of the mean final rating if something unmeasured that moves it by {strength.points:g} points "
        f"were {100 * strength.difference:g} percentage points commoner in one group",
    }
    sd = pooled_sd(numbers(courses.rows, "final"), courses.treated)
    if found.value is None or sd is None:
        reason = found.reason or "the final ratings do not vary"
        return [failed_row(f"{found.id}.{id}", quantity, reason, POINTS if id == "hidden" else "1") for id, quantity in bare.items()]  # fmt: skip
    strongest = e_value_of_mean_difference(found.value, sd, found.lower, found.upper)
    towards = np.sign(found.value) * strength.points
    left = difference_after_confounding(found.value, towards, strength.difference, found.lower, found.upper)
    hidden = _after(f"{found.id}.hidden", bare["hidden"], left, found)
    return [*_e_values(found, bare, strongest), hidden]


def vary_response(courses: ComparedCourses, ratio: Estimate) -> list[Estimate]:
    """Return the E-value of a ratio of shares, and what a hidden confounder of the declared strength would leave of it."""
    strength, id = courses.design.hidden_confounder, "comparison.response"
    bare = {
        "e_value": "E-value of the ratio of the shares that respond",
        "e_value_limit": "E-value of the end of its interval that is nearer to 1",
        "hidden": f"ratio of the shares that respond if something unmeasured were {strength.ratio_with_group:g} times as common in one "
        f"group and made response {strength.ratio_with_outcome:g} times as likely",
    }
    if ratio.value is None or not ratio.value > 0:
        reason = ratio.reason or "there is no ratio"
        return [failed_row(f"{id}.{name}", quantity, reason) for name, quantity in bare.items()]
    named = replace(ratio, id=id)
    strongest = e_value_of_risk_ratio(ratio.value, ratio.lower, ratio.upper)
    left = ratio_after_confounding(
        ratio.value, strength.ratio_with_group, strength.ratio_with_outcome, ratio.lower, ratio.upper
    )
    return [*_e_values(named, bare, strongest), _after(f"{id}.hidden", bare["hidden"], left, named)]


def calibrate_response(courses: ComparedCourses, difference: Estimate) -> list[Estimate]:
    """Return the difference found in each negative control, and the response's difference with their error taken into account.

    Where a control lies so far from the others that the treatment may affect it, nothing is calibrated.
    """
    terms = courses.design.negative_controls
    if not terms:
        return []
    controls = [_control(courses, term) for term in terms]
    known = [row for row in controls if row.value is not None and row.standard_error]
    null = fit_empirical_null([row.value or 0.0 for row in known], [row.standard_error or 1.0 for row in known])
    calibrated = calibrated_row(
        "comparison.response.calibrated",
        "difference of the shares that meet the primary rule, calibrated",
        difference,
        null,
        [row.id.removeprefix("comparison.control.").replace("_", " ") for row in known],
        courses.design.thresholds.largest_systematic_error,
    )
    return [*controls, _excluding(known, null), calibrated]


def _control(courses: ComparedCourses, term: str) -> Estimate:
    """Return the difference of the shares with a new event of one term, for which the truth is none."""
    id, words = f"comparison.control.{term}", term.replace("_", " ")
    quantity = f"difference of the shares with {words}, where there should be none"
    counts = numbers(courses.rows, f"event_{term}")
    is_there = np.isfinite(counts)
    if not np.any(is_there):
        return failed_row(id, quantity, "events were not recorded")
    weighted = weigh(courses.where(is_there))
    has_event = (counts[is_there] > 0).astype(np.float64)
    return contrast_row(
        weighted, id, quantity, weighted_means(has_event, weighted.treated, weighted.weights, weighted.persons)
    )


def _excluding(known: Sequence[Estimate], null: EmpiricalNull) -> Estimate:
    return Estimate(
        id="comparison.check.controls_excluding",
        quantity="negative controls whose interval excludes no difference",
        value=float(null.excluding_count),
        unit="{controls}",
        numerator=None,
        method=f"of {len(known)} negative controls that can be compared; one in twenty is chance",
    )


def calibrated_row(
    id: str, quantity: str, difference: Estimate, null: EmpiricalNull, named: Sequence[str], most: float | None = None
) -> Estimate:
    """Return a difference with the error of its negative controls taken into account, or why it cannot be.

    Parameters
    ----------
    id, quantity : str
        Of the row.
    difference : Estimate
        On the scale of the controls.
    null : EmpiricalNull
    named : sequence of str
        The controls behind ``null``, in its order.
    most : float, optional
        The largest systematic error that may be expected.
    """
    if difference.value is None or not difference.standard_error:
        return failed_row(id, quantity, difference.reason or "the difference has no standard error", difference.unit)
    if null.mean is None:
        reason = null.reason or "there is no distribution of systematic error"
        return failed_row(id, quantity, reason, difference.unit)
    if null.affected:
        names = " and ".join(named[place] for place in null.affected)
        verb, rest = ("lies", "it is none") if len(null.affected) == 1 else ("lie", "they are none")
        reason = f"{names} {verb} far from the other negative controls and may be affected by the treatment: {rest}"
        return failed_row(id, quantity, reason, difference.unit)
    if most is not None and (null.expected_size or 0.0) > most:
        reason = f"not to be used: the systematic error to be expected is {null.expected_size:.3g}, above {most:g}"
        return failed_row(id, quantity, reason, difference.unit)
    found = calibrate(difference.value, difference.standard_error, null, LEVEL)
    return replace(
        difference,
        id=id,
        quantity=quantity,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        p_value=found.p_value,
        method=f"{found.method}{'; ' + found.caution if found.caution else ''}; {difference.method}",
    )


def _e_values(found: Estimate, words: dict[str, str], strongest: EValue) -> list[Estimate]:
    why = strongest.reason or "the estimate has no interval"
    return [
        Estimate(id=f"{found.id}.{id}", quantity=words[id], value=value, n=found.n, method=strongest.method)
        if value is not None
        else failed_row(f"{found.id}.{id}", words[id], why)
        for id, value in (("e_value", strongest.value), ("e_value_limit", strongest.limit))
    ]


def _after(id: str, quantity: str, left: AfterConfounding, found: Estimate) -> Estimate:
    return replace(
        found,
        id=id,
        quantity=quantity,
        value=left.value,
        lower=left.lower,
        upper=left.upper,
        standard_error=None,
        p_value=None,
        method=f"the worst that it could do taken off; {found.method}",
    )
