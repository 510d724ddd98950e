"""What does a result look like when some of its counts may not be told? Marks in their places, and a list of what is not shown.

An estimate is shown whole or hidden whole, with one exception: where only the number of courses behind it would give a small count
away, the value stays and that number goes, and with it the standard deviation and error, from which it could be found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from abate.contracts.result import (
    AttritionStep,
    CharacteristicRow,
    Counted,
    DayCount,
    Estimate,
    FindingCount,
    PeriodRow,
    SensitivityRow,
    StudyResult,
    TreatmentWay,
    Withheld,
)
from abate.report.calendar_names import name_period
from abate.report.sharing.keys import COURSES, GROUPS, PERSONS, group_keys, period_number, share_of_cell, table_1_key
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.protection import Mark
from abate.report.sharing.rounding import shortened, shortened_p

HIDDEN = "hidden"
#: So many times the smallest count are courses enough for the interval of a mean to tell little of single ones.
_MANY = 8
EMPTY = "\u2013"

#: Parts of texts that hold a count of this study's courses.
_COUNTS_IN_TEXT = (
    re.compile(r"; \d+ with events of unknown seriousness left out"),
    re.compile(r", \d+ changes? of 0 left out"),
)
#: Reasons why there is no interval that hold a count, or the time of a single course, and what is said in their place.
_COUNTS_IN_REASON = (
    (re.compile(r"^all \d+ (values|changes) are equal"), r"all \1 are equal"),
    (re.compile(r"^\d+ (value|change|cluster|person)s? (?:is|are) too few"), r"there are too few \1s"),
    (
        re.compile(r"^\d+ (courses?|persons?|pairs of ratings)\b(.*?)(?:, too few|are too few|, fewer than)(.*)"),
        r"too few \1\2",
    ),
    (re.compile(r"^nobody was observed beyond \S+"), "nobody was observed so long"),
)
_QUARTILES = re.compile(r"^(\S+) \[(\S+), (\S+)\]$")


_NUMBERS_OF_PERIOD = tuple(
    field.name
    for field in fields(PeriodRow)
    if field.name.endswith(("_count", "_mean", "_sd")) or field.name == "infusion_days"
)


class Hider:
    """Puts marks in the places of hidden counts, part by part, and keeps a list of them."""

    def __init__(self, ledger: Ledger, marks: Mapping[Key, Mark], *, primary: str, smallest: int) -> None:
        self._ledger, self._marks, self._smallest = ledger, marks, smallest
        self._groups = {group: key for group, key in group_keys(primary).items() if key in ledger}
        self._withheld: dict[Withheld, None] = {}

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """Everything that was hidden, once each, in the order in which it would have stood."""
        return tuple(self._withheld)

    def result(self, found: StudyResult) -> StudyResult:
        """Return a result with marks in all its parts, without rows of courses and without what would confirm a guess of them."""
        return replace(
            found,
            estimates=tuple(self.estimate(one, ("estimate", one.id)) for one in found.estimates),
            attrition=self.attrition(found.attrition),
            characteristics=self.characteristics(found.characteristics),
            findings=self.findings(found.findings),
            sensitivity=self.sensitivity(found.sensitivity),
            ways=self.ways(found.ways),
            days=self.days(found.days),
            periods=self.periods(found.periods),
            # A fingerprint of the contents would tell whoever guesses them that the guess is right.
            provenance=replace(found.provenance, data_fingerprint="", seed=None),
            outcomes=None,
            daily=None,
            harm=None,
            doses=None,
        )

    def estimate(self, found: Estimate, number: Key, part: str = "Estimates", item: str = "") -> Estimate:
        """Return an estimate as it may be shown; ``number`` is its key in the ledger."""
        shown = replace(
            found, quantity=_without_counts(found.quantity), method=_without_counts(found.method), person_count=None,
            reason=_reason_without_counts(found.reason),
        )  # fmt: skip
        if self._ledger[COURSES] != self._ledger[PERSONS]:
            # The interval is so many standard errors wide as the number of persons behind it says.
            shown = replace(shown, standard_error=None, p_value=shortened_p(shown.p_value))
        if found.id == "persons.n" and found.value is not None:
            shown = replace(shown, person_count=found.person_count)
        if found.value is None:
            return replace(shown, n=None)
        mark = self._mark_of(found, number)
        if mark is not None:
            self._note(part, item or f"{found.id}: {shown.quantity}", mark)
            return _hidden(shown, mark)
        size = self._ledger.size_of.get(number)
        if size in self._marks:
            self._note(part, f"{item or found.id}: number of courses", HIDDEN)
            return shortened(replace(shown, n=None, sd=None, standard_error=None, hidden=HIDDEN))
        if any(key in self._marks for key in self._ledger.made_of.get(number, ())):
            self._note(part, f"{item or found.id}: spread and decimals", HIDDEN)
            return _without_spread(shown, self._smallest)
        return shown

    def attrition(self, steps: Sequence[AttritionStep]) -> tuple[AttritionStep, ...]:
        """Return the rules of entry with marks, and without remarks that hold counts."""
        return tuple(self._step(step) for step in steps)

    def no_history(self) -> None:
        """Note that the ways from class to class are not told."""
        self._note("Treatment history", "classes in the order tried", HIDDEN)

    def characteristics(self, rows: Sequence[CharacteristicRow]) -> tuple[CharacteristicRow, ...]:
        """Return Table 1 with marks; means and medians by group only where no count of their variable is hidden."""
        variables: dict[str, list[CharacteristicRow]] = defaultdict(list)
        for row in rows:
            variables[row.variable].append(row)
        kept: list[CharacteristicRow] = []
        for variable, of_variable in variables.items():
            if variable in ("Courses", "Persons"):
                kept += [self._size_row(row) for row in of_variable]
            else:
                kept += self._rows_of_variable(variable, of_variable)
        return tuple(self._ordered(kept))

    def _ordered(self, rows: Sequence[CharacteristicRow]) -> Sequence[CharacteristicRow]:
        """Return Table 1 with hidden levels after the others of their variable, by name: their order would tell their sizes."""
        variables = list(dict.fromkeys(row.variable for row in rows))

        def order(row: CharacteristicRow) -> tuple[int, bool, str]:
            is_hidden = table_1_key(row.variable, row.level, "overall") in self._marks
            return variables.index(row.variable), is_hidden, (row.level or "") if is_hidden else ""

        return sorted(rows, key=order)

    def sensitivity(self, rows: Sequence[SensitivityRow]) -> tuple[SensitivityRow, ...]:
        """Return the headline under other rules with marks."""
        return tuple(
            replace(
                row,
                estimates={
                    id: self.estimate(found, ("variant", row.id, id), "Sensitivity", f"{row.change_of_rule}: {id}")
                    for id, found in row.estimates.items()
                },
            )
            for row in rows
        )

    def findings(self, found: Sequence[FindingCount]) -> tuple[FindingCount, ...]:
        """Return the findings in the records with marks."""
        return tuple(
            replace(
                one, count=self._counted(one.count, [("finding", str(place))], "Findings", f"{one.table}: {one.rule}")
            )
            for place, one in enumerate(found)
        )

    def days(self, days: Sequence[DayCount]) -> tuple[DayCount, ...]:
        """Return the counts by day with marks."""
        return tuple(
            replace(one, running=self._on_day(one, "running"), rated=self._on_day(one, "rated"), lowest=self._on_day(one, "lowest"))
            for one in days
        )  # fmt: skip

    def _on_day(self, one: DayCount, name: str) -> Counted:
        return self._counted(
            getattr(one, name), [("day", name, str(one.day))], "Days", f"day {one.day}: courses {name}"
        )

    def periods(self, rows: Sequence[PeriodRow] | None) -> tuple[PeriodRow, ...] | None:
        """Return the calendar periods; one of which a count is hidden tells nothing, since means would tell of its few."""
        return None if rows is None else tuple(self._period(row) for row in rows)

    def _period(self, row: PeriodRow) -> PeriodRow:
        number = period_number(row)
        if not any(key in self._marks for key in self._ledger.shown_by[number]):
            return row
        self._note("Calendar periods", name_period(row), HIDDEN)
        nothing: dict[str, Any] = dict.fromkeys(_NUMBERS_OF_PERIOD)
        return replace(row, **nothing)

    def ways(self, ways: Sequence[TreatmentWay] | None) -> tuple[TreatmentWay, ...] | None:
        """Return the ways from class to class, all of them or none."""
        if ways is None:
            return None
        if any(("way", str(way.step), way.drug_class, way.next_class or "") in self._marks for way in ways):
            self.no_history()
            return None
        return tuple(replace(way, skipped_count=0) for way in ways)

    def _mark_of(self, found: Estimate, number: Key) -> str | None:
        """Return what stands in the place of the whole estimate; None where it may be shown."""
        keys = [key for key in self._ledger.shown_by.get(number, ()) if key in self._marks]
        if keys:
            numerator = found.numerator if found.numerator is not None else found.value
            is_small = found.unit in ("1", "{courses}") and 0 < (numerator or 0) < self._smallest
            return f"<{self._smallest}" if is_small and any(self._marks[key] is Mark.SMALL for key in keys) else HIDDEN
        size = self._ledger.size_of.get(number)
        if size is not None and self._marks.get(size) is Mark.SMALL:
            return HIDDEN
        return HIDDEN if _is_of_few(found, self._smallest) else None

    def _step(self, step: AttritionStep) -> AttritionStep:
        note = step.note
        if note is not None and any(letter.isdigit() for letter in note):
            self._note("Attrition", f"remark at \u201c{step.rule}\u201d", HIDDEN)
            note = None
        return replace(
            step,
            note=note,
            persons=self._of_entry(step, "persons", is_lost=False),
            courses=self._of_entry(step, "courses", is_lost=False),
            persons_lost=self._of_entry(step, "persons", is_lost=True),
            courses_lost=self._of_entry(step, "courses", is_lost=True),
        )

    def _of_entry(self, step: AttritionStep, kind: str, *, is_lost: bool) -> Counted:
        number: Key = ("entry", kind, step.id, "lost") if is_lost else ("entry", kind, step.id)
        item = f"{kind} {'lost at' if is_lost else 'after'} \u201c{step.rule}\u201d"
        return self._counted(getattr(step, f"{kind}_lost" if is_lost else kind), [number], "Attrition", item)

    def _size_row(self, row: CharacteristicRow) -> CharacteristicRow:
        """Return how many are in each group; persons of groups are not told, since one may be in two."""
        if row.variable == "Persons":
            self._note("Table 1", "persons by group", HIDDEN)
            return replace(row, cells=dict.fromkeys(row.cells, HIDDEN) | {"overall": self._persons(row)})
        cells = dict(row.cells)
        for group, key in self._groups.items():
            if key in self._marks:
                cells[group] = self._word(key)
                self._note("Table 1", f"courses, {group.replace('_', ' ')}", cells[group])
        return replace(row, cells=cells)

    def _persons(self, row: CharacteristicRow) -> str:
        return HIDDEN if PERSONS in self._marks else row.cells["overall"]

    def _rows_of_variable(self, variable: str, rows: Sequence[CharacteristicRow]) -> list[CharacteristicRow]:
        levels = [row.level for row in rows]
        is_category = any(share_of_cell(cell) for row in rows for cell in row.cells.values())
        hidden = {
            (level, group)
            for level in (*levels, None)
            for group in ("overall", *GROUPS)
            if table_1_key(variable, level, group) in self._marks
        }
        is_group_hidden = any(key in self._marks for key in self._groups.values())
        only_overall = not is_category and (bool(hidden) or is_group_hidden)
        return [self._row(row, hidden, only_overall, is_category) for row in rows]

    def _row(
        self, row: CharacteristicRow, hidden: Collection[tuple[str | None, str]], only_overall: bool, is_category: bool
    ) -> CharacteristicRow:
        cells, missing = {}, {}
        for group, cell in row.cells.items():
            key = table_1_key(row.variable, None, group)
            missing[group] = self._counted(
                row.missing[group], [key], "Table 1", f"{row.variable}, missing, {group}", is_key=True
            )
            if is_category:
                cells[group] = self._category_cell(row, group, cell)
            elif only_overall and group != "overall":
                cells[group] = EMPTY if cell == EMPTY else HIDDEN
            else:
                cells[group] = _cell_of_numbers(cell, self._size(group) - int(row.missing[group]), self._smallest)
            if cells[group] == HIDDEN and not is_category:
                self._note("Table 1", f"{row.variable}, {row.level}, {group}", HIDDEN)
        keeps_difference = not hidden and not only_overall
        return replace(
            row, cells=cells, missing=missing, smd=row.smd if keeps_difference else None,
            smd_reason=row.smd_reason if keeps_difference or row.smd is None else "counts are hidden in this edition",
        )  # fmt: skip

    def _size(self, group: str) -> int:
        return self._ledger[COURSES] if group == "overall" else self._ledger[self._groups[group]]

    def _category_cell(self, row: CharacteristicRow, group: str, cell: str) -> str:
        share, key = share_of_cell(cell), table_1_key(row.variable, row.level, group)
        if share is None:
            return cell
        if key in self._marks:
            self._note("Table 1", f"{row.variable}, {row.level}, {group}", self._word(key))
            return self._word(key)
        # Without the percentage where its denominator would tell what is missing, or how large the group is.
        is_size_hidden = table_1_key(row.variable, None, group) in self._marks or self._groups.get(group) in self._marks
        return str(share[0]) if is_size_hidden else cell

    def _counted(
        self, value: Counted, numbers: Sequence[Key], part: str, item: str, *, is_key: bool = False
    ) -> Counted:
        keys = numbers if is_key else [key for number in numbers for key in self._ledger.shown_by.get(number, ())]
        marked = [key for key in keys if key in self._marks]
        if not marked:
            return value
        word = self._word(marked[0])
        self._note(part, item, word)
        return word

    def _word(self, key: Key) -> str:
        return f"<{self._smallest}" if self._marks[key] is Mark.SMALL else HIDDEN

    def _note(self, part: str, item: str, mark: str) -> None:
        self._withheld[Withheld(part=part, item=item, mark=mark)] = None


def coarsen_ways(
    ways: Sequence[TreatmentWay] | None,
    smallest: int,
    merge: Callable[[Sequence[TreatmentWay], int], Sequence[TreatmentWay]],
    most: int,
) -> Sequence[TreatmentWay] | None:
    """Return the ways with so many classes as one that none is of fewer courses than may be told; None where that leaves one class.

    Parameters
    ----------
    ways : sequence of TreatmentWay or None
    smallest : int
        The smallest count that may be shown.
    merge : callable
        Gives the ways with so many classes a step, the rarer ones as one.
    most : int
        How many classes a step has at most.
    """  # fmt: skip
    if ways is None:
        return None
    for kept in range(most, 1, -1):
        merged = merge(ways, kept)
        if all(way.course_count >= smallest for way in merged):
            return merged
    return None


def _hidden(found: Estimate, mark: str) -> Estimate:
    """Return an estimate of which nothing is told but that it is hidden."""
    return Estimate(
        id=found.id, quantity=found.quantity, value=None, unit=found.unit, method=found.method, group=found.group,
        reason="hidden in this edition", hidden=mark,
    )  # fmt: skip


def _without_spread(found: Estimate, smallest: int) -> Estimate:
    """Return a mean of whole numbers of which it is hidden how often each occurs: its spread would be one more sum.

    An interval with one decimal tells of many courses little of the spread, but too much of few.
    """
    short = replace(shortened(found), sd=None, standard_error=None)
    if (found.n or 0) >= _MANY * smallest:
        return short
    return replace(short, lower=None, upper=None, level=None, reason="the interval is hidden in this edition")


def _is_of_few(found: Estimate, smallest: int) -> bool:
    """Return whether a value stands so near to single courses that it may not be told: extremes, and quantiles of a few."""
    n = found.n or 0
    if found.id.endswith((".min", ".max")):
        return True
    if found.id.endswith((".q1", ".q3")):
        return n < 4 * smallest
    if "median" in found.id or found.id.endswith("hodges_lehmann") or found.method.startswith("median"):
        return n < 2 * smallest
    return found.n is not None and 0 < n < smallest


def _cell_of_numbers(cell: str, size: int, smallest: int) -> str:
    """Return a mean, or a median with its quartiles, as far as so many values allow."""
    if cell == EMPTY or size == 0:
        return cell
    if size < smallest:
        return HIDDEN
    quartiles = _QUARTILES.match(cell)
    if quartiles is None or size >= 4 * smallest:
        return cell
    return quartiles[1] if size >= 2 * smallest else HIDDEN


def _reason_without_counts(reason: str | None) -> str | None:
    for pattern, words in _COUNTS_IN_REASON if reason is not None else ():
        reason = pattern.sub(words, reason or "")
    return reason


def _without_counts(text: str) -> str:
    for pattern in _COUNTS_IN_TEXT:
        text = pattern.sub("", text)
    return text
