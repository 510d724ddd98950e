"""What is left of the exactness of a result that leaves the site? Counts as multiples, and no more decimals than counts can bear.

A mean of whole ratings, written with many decimals, tells how many there were: only few numbers make it a quotient of whole
numbers. So a mean of which the number of courses is not told, or is rounded, keeps only so many decimals that every number of courses
near the true one would do.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace

from abate.contracts.result import (
    AttritionStep,
    CharacteristicRow,
    Counted,
    DayCount,
    Estimate,
    FindingCount,
    PeriodRow,
    RateStep,
    SensitivityRow,
    StudyResult,
    TreatmentWay,
)
from abate.report.sharing.keys import share_of_cell

#: Decimals of a value whose number of courses is not told.
DECIMALS = 1
DECIMALS_OF_P = 3
_FROM_ROUNDED = "from counts rounded to multiples of {multiple}"


def round_result(result: StudyResult, multiple: int) -> StudyResult:
    """Return a result with every count a multiple of ``multiple``, shares and rates made anew from these, and means shortened.

    Parameters
    ----------
    result : StudyResult
        In which small counts are hidden already.
    multiple : int
        1 leaves counts as they are.
    """
    return replace(
        result,
        estimates=tuple(_round_estimate(found, multiple) for found in result.estimates),
        attrition=tuple(_round_step(step, multiple) for step in result.attrition),
        characteristics=tuple(_round_row(row, multiple) for row in result.characteristics),
        findings=tuple(_round_finding(found, multiple) for found in result.findings),
        sensitivity=tuple(_round_variant(row, multiple) for row in result.sensitivity),
        ways=None if result.ways is None else tuple(_round_way(way, multiple) for way in result.ways),
        days=tuple(_round_day(day, multiple) for day in result.days),
        periods=None if result.periods is None else tuple(_round_period(row, multiple) for row in result.periods),
        rates=None if result.rates is None else tuple(_round_rates(step, multiple) for step in result.rates),
    )


def rounded_count(count: Counted, multiple: int) -> Counted:
    """Return the nearest multiple, of two as near the higher; a mark stays.

    Examples
    --------
    >>> [rounded_count(count, 5) for count in (12, 13, "<5")]
    [10, 15, '<5']
    """
    return count if isinstance(count, str) else (count + multiple // 2) // multiple * multiple


def _round_estimate(found: Estimate, multiple: int) -> Estimate:
    if found.value is None:
        return found
    if multiple == 1:
        return found if found.n is not None or found.numerator is not None else shortened(found)
    if found.unit in ("{courses}", "{persons}"):
        count = float(rounded_count(round(found.value), multiple))
        return replace(_with_rounded_counts(found, multiple), value=count)
    if found.id.startswith("return."):
        return replace(
            found, value=None, lower=None, upper=None, level=None, n=None, numerator=None, denominator=None,
            reason="hidden in this edition: such a curve tells exact counts", hidden="hidden",
        )  # fmt: skip
    if found.numerator is not None and found.denominator is not None:
        return _made_anew(_with_rounded_counts(found, multiple), multiple)
    return replace(shortened(_with_rounded_counts(found, multiple)), sd=None, standard_error=None)


def _with_rounded_counts(found: Estimate, multiple: int) -> Estimate:
    def near(count: float | None) -> int | None:
        return None if count is None else int(rounded_count(round(count), multiple))

    return replace(
        found, n=near(found.n), person_count=near(found.person_count), numerator=near(found.numerator),
        # Days of infusion with their fractions would tell the length of a course that is new in the next release.
        denominator=near(found.denominator),
    )  # fmt: skip


def _made_anew(found: Estimate, multiple: int) -> Estimate:
    """Return a share or a rate with value and interval from its rounded counts."""
    from abate.stats.proportions import clopper_pearson_interval, wilson_interval
    from abate.stats.rates import poisson_rate_interval

    from_rounded = _FROM_ROUNDED.format(multiple=multiple)
    count, of = int(found.numerator or 0), found.denominator or 0
    if found.unit.startswith("{events}"):
        rate = poisson_rate_interval(count, of / 100)
        return replace(
            found, value=rate.value, lower=rate.lower, upper=rate.upper, method=f"{rate.method}, {from_rounded}"
        )
    if of == 0:
        return replace(
            found, value=None, lower=None, upper=None, level=None, reason="hidden in this edition", hidden="hidden"
        )
    interval = clopper_pearson_interval if "Clopper" in found.method else wilson_interval
    share = interval(min(count, int(of)), int(of))
    return replace(
        found, value=share.value, lower=share.lower, upper=share.upper, method=f"share, {share.method}, {from_rounded}"
    )


def shortened(found: Estimate) -> Estimate:
    """Return a mean or median with fewer decimals where the number of its courses is not told exactly.

    Its last digit is not smaller than a tenth, and not smaller than the error of the mean by more than tenfold: a dose of
    thousands of mg with tenths would tell as much as a rating with four decimals. A p value has three decimals, as on the page.
    """
    decimals = _decimals_of(found)

    def short(value: float | None) -> float | None:
        return None if value is None or not math.isfinite(value) else round(value, decimals) + 0.0

    return replace(
        found,
        value=short(found.value),
        lower=short(found.lower),
        upper=short(found.upper),
        p_value=shortened_p(found.p_value),
    )


def shortened_p(p_value: float | None) -> float | None:
    """Return a p value with the decimals that a page shows; with all digits it tells how many courses or persons there were."""
    return None if p_value is None else round(p_value, DECIMALS_OF_P)


def _decimals_of(found: Estimate) -> int:
    if found.lower is None or found.upper is None or not found.upper > found.lower:
        return DECIMALS
    error = (found.upper - found.lower) / 4
    return min(DECIMALS, -math.floor(math.log10(error)))


def _round_step(step: AttritionStep, multiple: int) -> AttritionStep:
    return replace(
        step,
        persons=rounded_count(step.persons, multiple),
        courses=rounded_count(step.courses, multiple),
        persons_lost=rounded_count(step.persons_lost, multiple),
        courses_lost=rounded_count(step.courses_lost, multiple),
    )


def _round_row(row: CharacteristicRow, multiple: int) -> CharacteristicRow:
    if multiple == 1:
        return row
    missing = {group: rounded_count(count, multiple) for group, count in row.missing.items()}
    cells = {group: _round_cell(cell, multiple) for group, cell in row.cells.items()}
    is_of_counts = any(share_of_cell(cell) is not None for cell in row.cells.values())
    return replace(row, cells=cells, missing=missing, smd=None if is_of_counts else row.smd)


def _round_cell(cell: str, multiple: int) -> str:
    share = share_of_cell(cell)
    if share is not None:
        count, of = (int(rounded_count(part, multiple)) for part in share)
        return f"{count}/{of} ({100 * count / of:.0f} %)" if of else "hidden"
    return str(rounded_count(int(cell), multiple)) if cell.isdigit() else cell


def _round_finding(found: FindingCount, multiple: int) -> FindingCount:
    return replace(found, count=rounded_count(found.count, multiple))


def _round_variant(row: SensitivityRow, multiple: int) -> SensitivityRow:
    return replace(row, estimates={id: _round_estimate(found, multiple) for id, found in row.estimates.items()})


def _round_way(way: TreatmentWay, multiple: int) -> TreatmentWay:
    return replace(way, course_count=int(rounded_count(way.course_count, multiple)))


def _round_period(row: PeriodRow, multiple: int) -> PeriodRow:
    """Return a period with rounded counts; means keep one decimal, and spreads go, from which counts could be found."""
    if multiple == 1 or row.course_count is None:
        return row
    counts = {
        field.name: int(rounded_count(getattr(row, field.name), multiple))
        for field in fields(row)
        if field.name.endswith("_count") and getattr(row, field.name) is not None
    }
    means = {
        name: None if (mean := getattr(row, name)) is None else round(mean, DECIMALS)
        for name in ("length_mean", "change_mean")
    }
    return replace(row, length_sd=None, change_sd=None, **means, **counts)  # type: ignore[arg-type]


def _round_rates(step: RateStep, multiple: int) -> RateStep:
    """Return a step whose rates have two digits that mean something, where counts are rounded."""
    if multiple == 1:
        return step
    lower, median, upper = (float(f"{rate:.2g}") for rate in (step.lower_quartile, step.median, step.upper_quartile))
    return replace(step, lower_quartile=lower, median=median, upper_quartile=upper)


def _round_day(day: DayCount, multiple: int) -> DayCount:
    return replace(
        day,
        running=rounded_count(day.running, multiple),
        rated=rounded_count(day.rated, multiple),
        lowest=rounded_count(day.lowest, multiple),
    )
