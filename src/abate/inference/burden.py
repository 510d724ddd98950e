"""How common is the condition, and how often is it new? Counts by age and sex -> rows with totals, and estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from abate.contracts.burden import ALL, DAYS_PER_YEAR, INCIDENCE_PER, SEXES, UNKNOWN, BurdenEstimate, BurdenRow, Period
from abate.stats.intervals import IntervalEstimate
from abate.stats.proportions import newcombe_difference, wilson_interval
from abate.stats.rates import poisson_rate_interval, rate_ratio_interval

#: The name of a row among the rows: period, sex, age.
RowKey = tuple[str, str, str]

PER_PERSON_YEARS = f"per {INCIDENCE_PER:,} person-years"
HIDDEN = "a count that it needs is hidden"
NO_INTERVAL = "no interval is reckoned for a ratio of two shares; the difference has one"
_UNKNOWN_AGE = -1


def name_bands(age_limits: Sequence[int]) -> Mapping[int, str]:
    """Return the name of each age band by its lowest age; -1 is the band of whose age is not known.

    Examples
    --------
    >>> name_bands((0, 18, 80))
    {0: '0 to 17', 18: '18 to 79', 80: '80 and over', -1: 'unknown'}
    """
    names = {low: f"{low} to {above - 1}" for low, above in pairwise(age_limits)}
    return {**names, age_limits[-1]: f"{age_limits[-1]} and over", _UNKNOWN_AGE: UNKNOWN}


def add_totals(
    cells: Iterable[Mapping[str, Any]], periods: Sequence[Period], age_limits: Sequence[int]
) -> Sequence[BurdenRow]:
    """Return every period's rows by sex and age, with the totals of each sex, each age and everybody.

    Parameters
    ----------
    cells : iterable of mapping
        Counts of each period, sex and lowest age (``cells`` of `abate.cohort.burden.BurdenCounts`); what is not there is 0.
    periods : sequence of Period
        In the order of the rows. A period in which nobody was observed has no row.
    age_limits : sequence of int
        Lowest age of each band.

    Returns
    -------
    sequence of BurdenRow
        Of a period: everybody, then each sex; of each the total and then the ages. A sex or an age that nobody of the period
        has is left out.
    """
    bands = name_bands(age_limits)
    by_period: dict[str, list[Mapping[str, Any]]] = {period.name: [] for period in periods}
    for cell in cells:
        by_period[cell["period"]].append(cell)
    return tuple(row for period, found in by_period.items() if found for row in _rows_of(period, found, bands))


def _rows_of(period: str, cells: Sequence[Mapping[str, Any]], bands: Mapping[int, str]) -> Iterable[BurdenRow]:
    sexes = [sex for sex in SEXES if any(cell["sex"] == sex for cell in cells)]
    ages = [low for low in bands if any(cell["age_from"] == low for cell in cells)]
    for sex in (ALL, *sexes):
        of_sex = [cell for cell in cells if sex in (ALL, cell["sex"])]
        yield _sum_up(period, sex, ALL, of_sex, cells[0])
        for low in ages:
            yield _sum_up(period, sex, bands[low], [cell for cell in of_sex if cell["age_from"] == low], cells[0])


def _sum_up(
    period: str, sex: str, age: str, cells: Sequence[Mapping[str, Any]], pattern: Mapping[str, Any]
) -> BurdenRow:
    taken = ("period", "sex", "age_from", "person_days", "days_at_risk")
    return BurdenRow(
        period=period,
        sex=sex,
        age=age,
        counts={name: sum(cell[name] for cell in cells) for name in pattern if name not in taken},
        person_years=sum(cell["person_days"] for cell in cells) / DAYS_PER_YEAR,
        person_years_at_risk=sum(cell["days_at_risk"] for cell in cells) / DAYS_PER_YEAR,
    )


def sums_of(rows: Sequence[BurdenRow], periods: Sequence[Period]) -> Sequence[tuple[RowKey, Sequence[RowKey]]]:
    """Return which rows add up to which: the sexes and the ages of each period."""
    sums: list[tuple[RowKey, Sequence[RowKey]]] = []
    for period in periods:
        found = [row for row in rows if row.period == period.name]
        sexes = list(dict.fromkeys(row.sex for row in found if row.sex != ALL))
        ages = list(dict.fromkeys(row.age for row in found if row.age != ALL))
        sums += [((period.name, ALL, age), [(period.name, sex, age) for sex in sexes]) for age in (ALL, *ages) if sexes]
        sums += [((period.name, sex, ALL), [(period.name, sex, age) for age in ages]) for sex in (ALL, *sexes) if ages]
    return sums


def sums_over_years(
    rows: Sequence[BurdenRow], whole: Period, years: Sequence[Period]
) -> Sequence[tuple[RowKey, Sequence[RowKey]]]:
    """Return which rows of the years add up to one of the whole: true of new cases and of time, not of persons."""
    there = {(row.period, row.sex, row.age) for row in rows}
    sexes = [row.sex for row in rows if row.period == whole.name and row.age == ALL]
    return [
        ((whole.name, sex, ALL), [key for year in years if (key := (year.name, sex, ALL)) in there]) for sex in sexes
    ]


def estimate_burden(rows: Sequence[BurdenRow], level: float = 0.95) -> Sequence[BurdenEstimate]:
    """Return prevalence and incidence of each row, and women against men of each period and age.

    What needs a hidden count (None) is not estimated, and says so.
    """
    by_key = {(row.period, row.sex, row.age): row for row in rows}
    estimates = [estimate for row in rows for estimate in _estimates_of(row, level)]
    for (period, sex, age), women in by_key.items():
        men = by_key.get((period, "male", age))
        if sex == "female" and men is not None:
            estimates += _compare(women, men, level)
    return tuple(estimates)


def _estimates_of(row: BurdenRow, level: float) -> Iterable[BurdenEstimate]:
    for quantity, name in (("prevalence in period", "recorded_in_period"), ("prevalence ever", "recorded_ever")):
        count, persons = row.counts[name], row.counts["persons"]
        found = None if count is None or persons is None else wilson_interval(count, persons, level)
        yield _as_estimate(quantity, row, row.sex, found, "1", level, count, persons)
    cases, years = row.counts["new_cases"], row.person_years_at_risk
    rate = None if cases is None or years is None else poisson_rate_interval(cases, years / INCIDENCE_PER, level)
    yield _as_estimate("incidence", row, row.sex, rate, PER_PERSON_YEARS, level, cases, years)


def _compare(women: BurdenRow, men: BurdenRow, level: float) -> Iterable[BurdenEstimate]:
    sexes = "female to male"
    for quantity, name in (("prevalence in period", "recorded_in_period"), ("prevalence ever", "recorded_ever")):
        shares = women.counts[name], women.counts["persons"], men.counts[name], men.counts["persons"]
        difference, ratio = None, None
        if all(count is not None for count in shares):
            difference = newcombe_difference(*shares, level)  # type: ignore[arg-type]
            ratio = _share_ratio(*shares, level)  # type: ignore[arg-type]
        yield _as_estimate(f"difference of {quantity}", women, sexes, difference, "1", level)
        yield _as_estimate(f"ratio of {quantity}", women, sexes, ratio, "1", level)
    rates = women.counts["new_cases"], women.person_years_at_risk, men.counts["new_cases"], men.person_years_at_risk
    found = None if any(number is None for number in rates) else rate_ratio_interval(*rates, level)  # type: ignore[arg-type]
    yield _as_estimate("ratio of incidence", women, sexes, found, "1", level)


def _share_ratio(count_1: int, persons_1: int, count_2: int, persons_2: int, level: float) -> IntervalEstimate:
    is_there = count_2 > 0 and persons_1 > 0
    return IntervalEstimate(
        value=(count_1 / persons_1) / (count_2 / persons_2) if is_there else None,
        level=level,
        method="ratio of two shares",
        reason=NO_INTERVAL if is_there else "there is no share to divide by",
    )


def _as_estimate(
    quantity: str,
    row: BurdenRow,
    sex: str,
    found: IntervalEstimate | None,
    unit: str,
    level: float,
    numerator: int | None = None,
    denominator: float | None = None,
) -> BurdenEstimate:
    return BurdenEstimate(
        quantity=quantity,
        period=row.period,
        sex=sex,
        age=row.age,
        value=None if found is None else found.value,
        lower=None if found is None else found.lower,
        upper=None if found is None else found.upper,
        level=level,
        unit=unit,
        method="" if found is None else found.method,
        numerator=numerator,
        denominator=denominator,
        reason=HIDDEN if found is None else found.reason,
    )
