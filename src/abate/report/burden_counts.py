"""Which counts of a burden may be shown? Small ones are hidden, with what would give them away, and the rest rounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from abate.contracts.burden import DAYS_PER_YEAR, BurdenRow, RefractoryCount
from abate.report.small_counts import hide_small_counts

RowKey = tuple[str, str, str]
Sums = Sequence[tuple[RowKey, Sequence[RowKey]]]


def hide_burden(
    rows: Sequence[BurdenRow],
    sums: Sums,
    more_sums: Mapping[str, Sums],
    *,
    smallest: int,
    rounding: int,
) -> Sequence[BurdenRow]:
    """Return the rows with None for every count that may not be shown, the others rounded to a multiple of ``rounding``.

    Where the number of persons is hidden, all of the row is: its other counts, and its observed time. Time at risk goes with
    the new cases, since both may be known from elsewhere of a person.

    Parameters
    ----------
    rows : sequence of BurdenRow
        With all their counts.
    sums : sequence of (total, parts)
        Which rows add up to which, in every count.
    more_sums : mapping of str to sums
        The same for one count only, by its name, or for ``person_years``.
    smallest : int
        The smallest count above 0 that may be shown.
    rounding : int
        1 leaves counts as they are.
    """
    by_key = {(row.period, row.sex, row.age): row for row in rows}
    names = list(rows[0].counts) if rows else []
    no_persons = hide_small_counts(_values(by_key, "persons"), sums, smallest=smallest)
    hidden = {
        name: no_persons
        if name == "persons"
        else no_persons
        | hide_small_counts(
            _values(by_key, name), [*sums, *more_sums.get(name, ())], smallest=smallest, also=no_persons
        )
        for name in names
    }
    days = {key: round((row.person_years or 0) * DAYS_PER_YEAR) for key, row in by_key.items()}
    no_time = no_persons | hide_small_counts(
        days, [*sums, *more_sums.get("person_years", ())], smallest=1, also=no_persons
    )
    return tuple(
        replace(
            row,
            counts={
                name: None if key in hidden[name] else _rounded(count or 0, rounding)
                for name, count in row.counts.items()
            },
            person_years=None if key in no_time else row.person_years,
            person_years_at_risk=None if key in hidden["new_cases"] else row.person_years_at_risk,
        )
        for key, row in by_key.items()
    )


def hide_refractory(counts: Sequence[RefractoryCount], *, smallest: int, rounding: int) -> Sequence[RefractoryCount]:
    """Return who meets each definition, with None for every count that may not be shown; the persons are one number for all."""
    parts = ("met", "not_met", "not_known")
    values = {("persons", ""): counts[0].persons or 0} if counts else {}
    values |= {(part, one.id): getattr(one, part) or 0 for one in counts for part in parts}
    sums = [(("persons", ""), [(part, one.id) for part in parts]) for one in counts]
    hidden = hide_small_counts(values, sums, smallest=smallest)

    def shown(part: str, id: str) -> int | None:
        return None if (part, id) in hidden else _rounded(values[part, id], rounding)

    return tuple(
        replace(
            one,
            persons=shown("persons", ""),
            met=shown("met", one.id),
            not_met=shown("not_met", one.id),
            not_known=shown("not_known", one.id),
        )
        for one in counts
    )


def _values(rows: Mapping[RowKey, BurdenRow], name: str) -> Mapping[RowKey, int]:
    return {key: row.counts[name] or 0 for key, row in rows.items()}


def _rounded(count: int, multiple: int) -> int:
    """Return the nearest multiple; of two as near, the higher."""
    return (count + multiple // 2) // multiple * multiple
