"""Which counts does Table 1 hold, and which of them stand elsewhere too?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from abate.contracts.result import CharacteristicRow
from abate.report.sharing.keys import COURSES, GROUPS, group_keys, share_of_cell, table_1_key
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.noting import size_key, whole
from abate.report.view import ResultView

#: Variables of Table 1 of which an estimate is made as well, and what is missing of them where that is counted apart.
_MADE_OF = {
    "Baseline rating, points": ("baseline.mean", "baseline"),
    "Length of the course, days": ("course_length.mean", ""),
    "Stay, days": ("stay.mean", ""),
    "Total dose, mg": ("dose_total.mean", "dose_total"),
    "Total dose, mg/kg": ("dose_per_kg.mean", ""),
    "Highest rate, mg/h": ("rate_max.mean", ""),
}


def note_characteristics(ledger: Ledger, view: ResultView) -> None:
    """Note Table 1: each level by group, what is missing, and that groups make up all courses."""
    primary = view.study.response.primary.id
    of_group = group_keys(primary)
    if any(key not in ledger for key in of_group.values()):
        of_group = {}
    groups: Mapping[str, Key] = {"overall": COURSES, **of_group}
    rows: dict[str, list[CharacteristicRow]] = defaultdict(list)
    for row in view.result.characteristics[2:]:
        rows[row.variable].append(row)
    for variable, of_variable in rows.items():
        counts = _cells_of(of_variable, groups)
        for level in {level for level, _ in counts}:
            for group in groups:
                key = ledger.state(
                    table_1_key(variable, level, group), counts[level, group], 10 if group == "overall" else 6
                )
                ledger.shows(key, key)
            if of_group:
                whole, parts = (
                    table_1_key(variable, level, "overall"),
                    [table_1_key(variable, level, g) for g in GROUPS],
                )
                ledger.split(whole, *parts)
        for group, size in groups.items():
            ledger.split(
                size, *(table_1_key(variable, level, group) for level in dict.fromkeys(level for level, _ in counts))
            )


def _cells_of(rows: Sequence[CharacteristicRow], groups: Iterable[str]) -> Mapping[tuple[str | None, str], int]:
    """Return the counts of one variable: by level where it is a category, and what is missing in any case."""
    counts: dict[tuple[str | None, str], int] = {
        (None, group): whole(rows[0].missing.get(group, 0)) for group in groups
    }
    for row in rows:
        for group in groups:
            share = share_of_cell(row.cells.get(group, ""))
            if share is not None:
                counts[row.level, group] = share[0]
    levels = {level for level, _ in counts}
    return {(level, group): counts.get((level, group), 0) for level in levels for group in groups}


def note_what_stands_twice(ledger: Ledger, view: ResultView) -> None:
    """Note which counts of Table 1 are the same as those of estimates."""
    for variable, (id, missing) in _MADE_OF.items():
        lacking, made = table_1_key(variable, None, "overall"), view.known(id)
        if lacking in ledger and made is not None and (made.n or 0) + ledger[lacking] == ledger[COURSES]:
            size = size_key(ledger, "endpoints", made.n)
            if size != COURSES:
                ledger.split(COURSES, lacking, size)
        if lacking in ledger and ("missing", missing) in ledger and ledger[lacking] == ledger["missing", missing]:
            ledger.split(lacking, ("missing", missing))
    for found in view.under("end_reason."):
        key = ("share", found.id)
        level = found.id.removeprefix("end_reason.").replace("_", " ")
        same = table_1_key("End of the course", level, "overall")
        if key in ledger and same in ledger and ledger[key] == ledger[same]:
            ledger.split(same, key)
