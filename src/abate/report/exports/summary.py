"""Which numbers can an export hold? All aggregates of a run as named numbers, so that each can be shown or hidden alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from abate.contracts.definition import Study
from abate.contracts.result import (
    PUBLISHED,
    AttritionStep,
    CharacteristicRow,
    Counted,
    Estimate,
    Provenance,
    SensitivityRow,
    StudyResult,
)
from abate.report.cells import EMPTY


class Hidden(Enum):
    """Why a number is not shown: it is a small count itself, or it would give one away."""

    SMALL = "small"
    LINKED = "linked"


Number = int | float | Hidden
#: Numbers by name; one that there is not is left out.
Numbers = Mapping[str, Number]


class Kind(Enum):
    """What the value of an estimate is."""

    COUNT = "count"
    SHARE = "share"
    RATE = "rate"
    MEAN = "mean"
    MEDIAN = "median"
    HODGES_LEHMANN = "hodges_lehmann"
    LOWER_QUARTILE = "q25"
    UPPER_QUARTILE = "q75"
    MINIMUM = "min"
    MAXIMUM = "max"
    STATISTIC = "statistic"
    DAY = "day"
    OTHER = "estimate"


@dataclass(frozen=True, kw_only=True)
class EstimateNumbers:
    """One estimate: ``numbers`` are value, lower, upper, n, person_count, numerator, denominator, standard_error, sd, p_value."""

    id: str
    quantity: str
    kind: Kind
    unit: str
    method: str
    part: str | None
    reason: str | None
    level: float | None
    numbers: Numbers


@dataclass(frozen=True, kw_only=True)
class SensitivityNumbers:
    """The headline estimates under one change of the rules."""

    id: str
    change_of_rule: str
    is_main: bool
    estimates: tuple[EstimateNumbers, ...]


@dataclass(frozen=True, kw_only=True)
class StepNumbers:
    """One rule of entry: ``numbers`` are persons, courses, persons_lost, courses_lost."""

    id: str
    rule: str
    is_asked: bool
    numbers: Numbers


@dataclass(frozen=True, kw_only=True)
class CharacteristicNumbers:
    """One cell of Table 1: ``numbers`` are count and known, mean and sd, or median, q25 and q75."""

    variable: str
    level: str | None
    group: str  # overall, responders, non_responders, not_evaluable
    numbers: Numbers


@dataclass(frozen=True, kw_only=True)
class MissingNumbers:
    """How many courses of a group have no value: ``numbers`` is missing."""

    variable: str
    group: str
    numbers: Numbers


@dataclass(frozen=True, kw_only=True)
class DifferenceNumbers:
    """The standardised difference of one variable between responders and the others: ``numbers`` is smd."""

    variable: str
    numbers: Numbers


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All aggregates of a run. ``smallest`` is the smallest count that is shown; None: nothing has been hidden yet."""

    study: Study
    provenance: Provenance
    estimates: tuple[EstimateNumbers, ...]
    attrition: tuple[StepNumbers, ...]
    characteristics: tuple[CharacteristicNumbers, ...]
    missing: tuple[MissingNumbers, ...]
    differences: tuple[DifferenceNumbers, ...]
    sensitivity: tuple[SensitivityNumbers, ...]
    smallest: int | None = None

    @property
    def numbers(self) -> Iterable[Number]:
        """Every number, hidden ones included."""
        rows: list[_Row] = [*self.estimates, *self.attrition, *self.characteristics, *self.missing, *self.differences]
        rows += [estimate for row in self.sensitivity for estimate in row.estimates]
        return (number for row in rows for number in row.numbers.values())


_Row = EstimateNumbers | StepNumbers | CharacteristicNumbers | MissingNumbers | DifferenceNumbers

#: Variables of Table 1 that count what they are called after.
COURSES, PERSONS = "Courses", "Persons"
GROUPS = ("overall", "responders", "non_responders", "not_evaluable")


def summary_of(result: StudyResult) -> Summary:
    """Return the aggregates of a run as named numbers; findings stay behind, since they count rows of the site's records.

    What is hidden in ``result``, which `report.disclosure.disclose` sees to, is hidden here.
    """
    return Summary(
        study=Study.model_validate(result.study),
        provenance=result.provenance,
        estimates=tuple(_estimate(estimate) for estimate in result.estimates if not estimate.id.startswith(PUBLISHED)),
        attrition=tuple(_step(step) for step in result.attrition),
        characteristics=tuple(_cells(result.characteristics)),
        missing=tuple(_missing(result.characteristics)),
        differences=tuple(_differences(result.characteristics)),
        sensitivity=tuple(_sensitivity(row) for row in result.sensitivity),
        smallest=result.edition.smallest_count if result.edition.is_shared else None,
    )


def kind_of(estimate: Estimate) -> Kind:
    """Return what the value of an estimate is, from its unit, its method and its id."""
    last = estimate.id.rsplit(".", 1)[-1]
    if estimate.unit in ("{courses}", "{persons}") or estimate.id in ("refractory.courses", "refractory.not_known"):
        return Kind.COUNT
    if estimate.unit.startswith("{events}/"):
        return Kind.RATE
    if estimate.numerator is not None:
        return Kind.SHARE
    for beginning, kind in _KINDS_BY_METHOD.items():
        if estimate.method.startswith(beginning):
            return kind
    return _KINDS_BY_ID.get(last, Kind.OTHER)


_KINDS_BY_METHOD: Mapping[str, Kind] = {
    "share": Kind.SHARE,
    "cumulative incidence": Kind.SHARE,
    "1 - Kaplan": Kind.SHARE,
    "median of pairwise means": Kind.HODGES_LEHMANN,
    "median": Kind.MEDIAN,
    "mean": Kind.MEAN,
    "Wilcoxon": Kind.STATISTIC,
    "day with the lowest mean": Kind.DAY,
}
_KINDS_BY_ID: Mapping[str, Kind] = {
    "mean": Kind.MEAN,
    "median": Kind.MEDIAN,
    "hodges_lehmann": Kind.HODGES_LEHMANN,
    "q1": Kind.LOWER_QUARTILE,
    "q3": Kind.UPPER_QUARTILE,
    "min": Kind.MINIMUM,
    "max": Kind.MAXIMUM,
    "wilcoxon": Kind.STATISTIC,
}
_NUMBERS_OF_ESTIMATE = (
    "value", "lower", "upper", "n", "person_count", "numerator", "denominator", "standard_error", "sd", "p_value",
)  # fmt: skip


def _estimate(estimate: Estimate) -> EstimateNumbers:
    return EstimateNumbers(
        id=estimate.id,
        quantity=estimate.quantity,
        kind=kind_of(estimate),
        unit=estimate.unit,
        method=estimate.method,
        part=estimate.group,
        reason=estimate.reason,
        level=estimate.level,
        numbers=_numbers_of(estimate),
    )


def _numbers_of(estimate: Estimate) -> Numbers:
    """Return the numbers of an estimate; of a hidden one that which its kind has, hidden."""
    found = {name: getattr(estimate, name) for name in _NUMBERS_OF_ESTIMATE}
    numbers: dict[str, Number] = {name: number for name, number in found.items() if number is not None}
    if estimate.hidden is None:
        return numbers
    if estimate.value is not None:
        return {**numbers, "n": Hidden.LINKED}
    kind, mark = kind_of(estimate), _hidden(estimate.hidden)
    if kind is Kind.COUNT:
        return {"value": mark}
    if kind is Kind.SHARE:
        return {"value": Hidden.LINKED, "numerator": mark, "denominator": Hidden.LINKED}
    return {"value": Hidden.LINKED, "n": Hidden.LINKED}


def _hidden(mark: str) -> Hidden:
    return Hidden.SMALL if mark.startswith("<") else Hidden.LINKED


def _number(count: Counted) -> Number:
    return _hidden(count) if isinstance(count, str) else count


def _sensitivity(row: SensitivityRow) -> SensitivityNumbers:
    estimates = tuple(_estimate(estimate) for estimate in row.estimates.values())
    return SensitivityNumbers(id=row.id, change_of_rule=row.change_of_rule, is_main=row.is_main, estimates=estimates)


def _step(step: AttritionStep) -> StepNumbers:
    numbers = {name: _number(getattr(step, name)) for name in ("persons", "courses", "persons_lost", "courses_lost")}
    return StepNumbers(id=step.id, rule=step.rule, is_asked=step.is_asked, numbers=numbers)


_NUMBER = r"(-?\d+(?:\.\d+)?)"
#: The forms of a cell of Table 1, and the names of the numbers in it.
_CELLS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"^(\d+)$"), ("count",)),
    (re.compile(r"^(\d+)/(\d+) \(\d+ %\)$"), ("count", "known")),
    (re.compile(rf"^{_NUMBER} \((?:{_NUMBER}|{EMPTY})\)$"), ("mean", "sd")),
    (re.compile(rf"^{_NUMBER} \[{_NUMBER}, {_NUMBER}\]$"), ("median", "q25", "q75")),
)


def numbers_of_cell(cell: str) -> Numbers:
    """Return the numbers in a cell of Table 1, as it is rounded there; what cannot be read counts as hidden.

    Examples
    --------
    >>> numbers_of_cell("43/49 (88 %)")
    {'count': 43, 'known': 49}
    >>> numbers_of_cell("48.6 [39.5, 59.8]")
    {'median': 48.6, 'q25': 39.5, 'q75': 59.8}
    """
    if cell == EMPTY:
        return {}
    for form, names in _CELLS:
        if match := form.match(cell):
            parse = int if "count" in names else float
            return {name: parse(text) for name, text in zip(names, match.groups(), strict=True) if text is not None}
    return {"count": _hidden(cell)}


def _cells(rows: Iterable[CharacteristicRow]) -> Iterable[CharacteristicNumbers]:
    for row in rows:
        level = None if row.level in ("mean (SD)", "median [Q1, Q3]") else row.level
        for group in GROUPS:
            if numbers := numbers_of_cell(row.cells.get(group, EMPTY)):
                yield CharacteristicNumbers(variable=row.variable, level=level, group=group, numbers=numbers)


def _missing(rows: Iterable[CharacteristicRow]) -> Iterable[MissingNumbers]:
    """Return the missing of each variable once: its rows all say the same."""
    variables = {row.variable: row.missing for row in rows if row.variable not in (COURSES, PERSONS)}
    for variable, missing in variables.items():
        for group in GROUPS:
            if group in missing:
                yield MissingNumbers(variable=variable, group=group, numbers={"missing": _number(missing[group])})


def _differences(rows: Iterable[CharacteristicRow]) -> Iterable[DifferenceNumbers]:
    for row in rows:
        if row.smd is not None:
            yield DifferenceNumbers(variable=row.variable, numbers={"smd": row.smd})
