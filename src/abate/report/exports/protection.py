"""Which numbers may leave the house? The one door of every export: small counts are hidden, with what gives them away.

A count from 1 to one below the smallest that may be shown is hidden. With it goes

* of an estimate, everything that rests on such a count, on such a remainder (denominator minus numerator) or on so few courses;
* of the attrition and of Table 1, as many other counts as keep it from being reckoned back (``small_counts``), and what was
  computed from a hidden count.

What two estimates tell together is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from abate.base.errors import ParameterError
from abate.report.exports.summary import (
    COURSES,
    GROUPS,
    CharacteristicNumbers,
    DifferenceNumbers,
    EstimateNumbers,
    Hidden,
    Kind,
    MissingNumbers,
    Number,
    StepNumbers,
    Summary,
)
from abate.report.small_counts import Sum, hide_small_counts

#: Without another word of the study or the user.
USUAL_SMALLEST = 5

#: Place of a count in the attrition: field and step. In Table 1: variable, level and group.
_Step = tuple[str, int]
_Cell = tuple[str, str, str]
_LEFT = {"persons": "persons_lost", "courses": "courses_lost"}
_MISSING = "missing"


def protected(summary: Summary, smallest: int) -> Summary:
    """Return the summary with everything hidden that may not leave; every number of every export passes here.

    Parameters
    ----------
    summary : Summary
        All aggregates of a run.
    smallest : int
        The smallest count above 0 that is shown; with 1 nothing is hidden.

    Raises
    ------
    ParameterError
        If ``smallest`` is below 1.
    """
    if smallest < 1:
        raise ParameterError(f"the smallest count that is shown must be 1 or more; got {smallest}.")
    cells, missing = _protect_table(summary.characteristics, summary.missing, smallest)
    return replace(
        summary,
        smallest=smallest,
        estimates=tuple(_protect_estimate(found, smallest) for found in summary.estimates),
        attrition=_protect_attrition(summary.attrition, smallest),
        characteristics=cells,
        missing=missing,
        differences=_protect_differences(summary.differences, cells, missing),
        sensitivity=tuple(
            replace(row, estimates=tuple(_protect_estimate(found, smallest) for found in row.estimates))
            for row in summary.sensitivity
        ),
    )


def _is_small(number: Number | None, smallest: int) -> bool:
    return isinstance(number, int | float) and 0 < number < smallest


def _protect_estimate(estimate: EstimateNumbers, smallest: int) -> EstimateNumbers:
    numbers = estimate.numbers
    counts = {"n", "person_count", "numerator"}
    counts |= {"denominator"} if estimate.kind in (Kind.SHARE, Kind.COUNT) else set()
    counts |= {"value"} if estimate.kind is Kind.COUNT else set()
    rests_on = [numbers.get(name) for name in counts]
    if "denominator" in counts:
        rests_on.append(_remainder(numbers.get("numerator"), numbers.get("denominator")))
    worded = replace(
        estimate,
        quantity=without_small_counts(estimate.quantity, smallest),
        method=without_small_counts(estimate.method, smallest),
        reason=None if estimate.reason is None else without_small_counts(estimate.reason, smallest),
    )
    if not any(_is_small(number, smallest) for number in rests_on):
        return worded
    sizes = {"n", "person_count", "denominator"} & counts
    hidden: dict[str, Number] = {}
    for name, number in numbers.items():
        if name in counts and _is_small(number, smallest):
            hidden[name] = Hidden.SMALL
        else:
            hidden[name] = number if name in sizes else Hidden.LINKED
    return replace(worded, numbers=hidden)


def _remainder(numerator: Number | None, denominator: Number | None) -> Number | None:
    if isinstance(numerator, int | float) and isinstance(denominator, int | float):
        return denominator - numerator
    return None


_COUNT_IN_WORDS = re.compile(r"\b([1-9]\d*) (course|change|person|event|rating)s?\b")


def without_small_counts(text: str, smallest: int) -> str:
    """Return a sentence of the results in which no small count of courses, changes, persons, events or ratings stands.

    Examples
    --------
    >>> without_small_counts("normal approximation, 1 change of 0 left out", 5)
    'normal approximation, fewer than 5 changes of 0 left out'
    """

    def told(match: re.Match[str]) -> str:
        return f"fewer than {smallest} {match[2]}s" if int(match[1]) < smallest else match[0]

    return _COUNT_IN_WORDS.sub(told, text)


def _protect_attrition(steps: Sequence[StepNumbers], smallest: int) -> tuple[StepNumbers, ...]:
    """Hide small losses, and as many counts around them that none can be reckoned back.

    The counts after the last rule stand among the estimates, too, and count as known.
    """
    counts: dict[_Step, int] = {}
    sums: list[Sum[_Step]] = []
    for place, step in enumerate(steps):
        counts |= {(name, place): int(n) for name, n in step.numbers.items() if not isinstance(n, Hidden)}
    last = len(steps) - 1
    for left, lost in _LEFT.items():
        known = {(left, place) for place in range(len(steps)) if _is_final(steps, left, place)}
        for place in range(1, last + 1):
            before, after, gone = (left, place - 1), (left, place), (lost, place)
            if counts[before] != counts[after] + counts[gone]:
                continue  # a person may be lost with one course and stay with another
            parts = [part for part in (after, gone) if part not in known]
            if before not in known:
                sums.append((before, parts))
    hidden = _hide_in_pairs(counts, sums, smallest)
    return tuple(
        replace(step, numbers=_covered(step.numbers, {n for n in step.numbers if (n, p) in hidden}, smallest))
        for p, step in enumerate(steps)
    )


def _hide_in_pairs(counts: Mapping[_Step, int], sums: Sequence[Sum[_Step]], smallest: int) -> frozenset[_Step]:
    """Hide persons wherever as many courses are hidden, and the other way round: with one course a person they are the same."""
    partner = {
        "persons": "courses",
        "courses": "persons",
        "persons_lost": "courses_lost",
        "courses_lost": "persons_lost",
    }
    hidden = hide_small_counts(counts, sums, smallest=smallest)
    while True:
        also = {(partner[name], place) for name, place in hidden if counts[partner[name], place] == counts[name, place]}
        more = hide_small_counts(counts, sums, smallest=smallest, also=hidden | also)
        if more == hidden:
            return hidden
        hidden = more


def _is_final(steps: Sequence[StepNumbers], field: str, place: int) -> bool:
    """Return whether nothing is lost after this step: its count is the study's own."""
    return all(step.numbers[_LEFT[field]] == 0 for step in steps[place + 1 :])


def _covered(numbers: Mapping[str, Number], hidden: set[str], smallest: int) -> dict[str, Number]:
    return {
        name: (Hidden.SMALL if _is_small(number, smallest) else Hidden.LINKED) if name in hidden else number
        for name, number in numbers.items()
    }


def _protect_table(
    cells: Sequence[CharacteristicNumbers], missing: Sequence[MissingNumbers], smallest: int
) -> tuple[tuple[CharacteristicNumbers, ...], tuple[MissingNumbers, ...]]:
    """Hide small counts of Table 1 with what gives them away, and all of a group that is small as a whole."""
    numbers = {_place(cell): cell.numbers.get("count") for cell in cells}
    numbers |= {(row.variable, _MISSING, row.group): row.numbers["missing"] for row in missing}
    counts = {place: int(number) for place, number in numbers.items() if isinstance(number, int | float)}
    small_groups = {group for group in GROUPS if _is_small(counts.get((COURSES, "", group)), smallest)}
    also = [place for place in counts if place[2] in small_groups]
    hidden = hide_small_counts(counts, _sums_of_table(counts), smallest=smallest, also=also)
    touched = {(place[0], place[2]) for place in hidden}
    return (
        tuple(_protect_cell(cell, hidden, touched, small_groups, smallest) for cell in cells),
        tuple(
            replace(
                row,
                numbers=_covered(
                    row.numbers, {"missing"} if (row.variable, _MISSING, row.group) in hidden else set(), smallest
                ),
            )
            for row in missing
        ),
    )


def _place(cell: CharacteristicNumbers) -> _Cell:
    return (cell.variable, "" if cell.level is None else f"level {cell.level}", cell.group)


def _sums_of_table(counts: Mapping[_Cell, int]) -> list[Sum[_Cell]]:
    """Return the sums of Table 1 that are true: all is the sum of the groups, a group the sum of levels and missing."""
    sums: list[Sum[_Cell]] = []
    rows = dict.fromkeys((variable, level) for variable, level, _ in counts)
    for variable, level in rows:
        parts = [(variable, level, group) for group in GROUPS[1:] if (variable, level, group) in counts]
        sums.append(((variable, level, GROUPS[0]), parts))
    for variable in dict.fromkeys(variable for variable, level in rows if level.startswith("level ")):
        for group in GROUPS:
            parts = [place for place in counts if place[0] == variable and place[2] == group]
            sums.append(((COURSES, "", group), parts))
    return [
        (total, parts)
        for total, parts in sums
        if total in counts and parts and counts[total] == sum(counts[part] for part in parts)
    ]


def _protect_cell(
    cell: CharacteristicNumbers,
    hidden: frozenset[_Cell],
    touched: set[tuple[str, str]],
    small_groups: set[str],
    smallest: int,
) -> CharacteristicNumbers:
    if cell.group in small_groups:
        return replace(
            cell, numbers=_covered(cell.numbers, set(cell.numbers), smallest) if _may_hide(cell) else cell.numbers
        )
    names = {"count"} if _place(cell) in hidden else set()
    if (cell.variable, cell.group) in touched and "known" in cell.numbers:
        names |= {"known"}  # with a percentage it would tell what is missing
    return replace(cell, numbers=_covered(cell.numbers, names, smallest))


def _may_hide(cell: CharacteristicNumbers) -> bool:
    """Return whether there is anything to hide: a count of 0 in a group of 0 courses is shown."""
    return any(isinstance(number, Hidden) or number != 0 for number in cell.numbers.values())


def _protect_differences(
    differences: Sequence[DifferenceNumbers],
    cells: Sequence[CharacteristicNumbers],
    missing: Sequence[MissingNumbers],
) -> tuple[DifferenceNumbers, ...]:
    """Hide the difference of a variable of which anything is hidden."""
    rows = [(row.variable, row.numbers) for row in cells] + [(row.variable, row.numbers) for row in missing]
    touched = {variable for variable, numbers in rows if any(isinstance(n, Hidden) for n in numbers.values())}
    return tuple(
        replace(row, numbers={"smd": Hidden.LINKED}) if row.variable in touched else row for row in differences
    )
