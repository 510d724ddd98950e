"""What is told of the diaries of many persons: counts without small ones, and a table of one row a person for the site?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from abate.contracts.notice import NOT_A_DEVICE
from abate.headache.diary import DiarySummary
from abate.headache.diary_person import (
    day_name,
    note_lines,
    question_words,
    questions_to_tell,
    rules_as_dicts,
)
from abate.headache.diary_rules import VERIFIED
from abate.headache.diary_thresholds import ACUTE_DAYS, HEADACHE_DAYS, NO_COLUMN, OVERUSE, Threshold, thresholds
from abate.headache.verdicts import Verdict, Verdicts

#: Counts of persons below this, other than 0, are hidden.
LEAST_SHOWN = 5
SMALL = f"<{LEAST_SHOWN}"
HIDDEN = "hidden"
_VERDICTS = ((Verdict.MET, "met"), (Verdict.NOT_MET, "not_met"), (Verdict.NOT_KNOWN, "not_known"))


def without_small_counts(counts: Sequence[int]) -> list[int | str]:
    """Return the counts of one whole with the small ones hidden, and one more where the rest would give one away.

    Examples
    --------
    >>> without_small_counts([60, 3, 20]), without_small_counts([60, 0, 20])
    ([60, '<5', 'hidden'], [60, 0, 20])
    """
    shown: list[int | str] = [SMALL if 0 < count < LEAST_SHOWN else count for count in counts]
    if shown.count(SMALL) == 1:
        others = [place for place, cell in enumerate(shown) if isinstance(cell, int) and cell > 0]
        if others:
            shown[min(others, key=lambda place: counts[place])] = HIDDEN
    return shown


def group_as_dict(summary: DiarySummary) -> dict[str, Any]:
    """Return what is told of a group, ready for JSON; of fewer than five persons only how many."""
    diary = summary.diary
    told: dict[str, Any] = {
        "notice": NOT_A_DEVICE,
        "persons": diary.person_count if diary.person_count >= LEAST_SHOWN else SMALL,
        "rules": rules_as_dicts(summary),
        "not_read": [column.name for column in diary.not_read],
    }
    if diary.person_count < LEAST_SHOWN:
        return told
    days = summary.tallies[HEADACHE_DAYS]
    return told | {
        "days": _spread(summary.days),
        "share_filled": _spread(days.share_filled),
        "persons_with_gaps": _of_all(summary.gap_count > 0),
        "persons_with_enough_days": _of_all(days.is_enough),
        "per_month": {question: _frequency(summary, question) for question in summary.tallies},
        "thresholds": [_threshold(summary, place) for place in range(len(thresholds()))],
        "findings": [
            {"finding": finding.text, "persons": _of_all(np.arange(diary.person_count) < finding.person_count)}
            for finding in diary.findings
        ],
    }


def _of_all(is_so: Any) -> int | str:
    count = int(np.count_nonzero(is_so))
    return without_small_counts([count, len(is_so) - count])[0]


def _spread(values: Any) -> list[float]:
    """Return quartiles: no single person's value, where five or more are there."""
    return [round(float(value), 3) for value in np.percentile(values, (25, 50, 75))]


def _frequency(summary: DiarySummary, question: str) -> dict[str, Any]:
    """Return quartiles of the fewest and the most days a month, of persons of whom enough days are filled in."""
    days = summary.tallies[question]
    low, high = days.per_month()
    settled, enough = (int(np.count_nonzero(is_so)) for is_so in (days.is_settled, days.is_enough))
    cells = without_small_counts([settled, enough - settled, len(low) - enough])
    is_told = summary.has_column_for(question) and enough >= LEAST_SHOWN
    return {
        "persons_with_enough_days": _of_all(days.is_enough),
        "of_these_with_one_number": cells[0] if all(isinstance(cell, int) for cell in cells) else HIDDEN,
        "quartiles_fewest": _spread(low[days.is_enough]) if is_told else None,
        "quartiles_most": _spread(high[days.is_enough]) if is_told else None,
        "has_column": summary.has_column_for(question),
    }


def _threshold(summary: DiarySummary, place: int) -> dict[str, Any]:
    threshold = thresholds()[place]
    verdicts = summary.verdicts[threshold.id]
    counts = without_small_counts([_count(verdicts, verdict) for verdict, _ in _VERDICTS])
    return {
        "id": threshold.id,
        "question": threshold.question,
        "text": threshold.text,
        "code": threshold.code,
        **{name: count for (_, name), count in zip(_VERDICTS, counts, strict=True)},
        "decided_for_certain": _decided_for_certain(summary, threshold.id, counts),
        "why_not_known": _why(summary, threshold, counts),
        "tag": threshold.tag,
        "source": threshold.source,
    }


def _decided_for_certain(summary: DiarySummary, threshold: str, shown: Sequence[int | str]) -> int | str:
    """Return for how many it is certain; hidden where the rest, or what is hidden beside it, could be found by subtraction."""
    if not all(isinstance(count, int) for count in shown):
        return HIDDEN
    certain = np.count_nonzero(summary.certain[threshold] >= 0)
    decided = np.count_nonzero(summary.verdicts[threshold] >= 0)
    return without_small_counts([int(certain), int(decided - certain)])[0]


def _why(summary: DiarySummary, threshold: Threshold, shown: Sequence[int | str]) -> str:
    """Return for how many an answer is not known for want of days, and for how many for want of cells."""
    if not summary.has_column_for(threshold.question):
        return NO_COLUMN[threshold.question]
    is_open = summary.verdicts[threshold.id] == Verdict.NOT_KNOWN
    is_enough = summary.tallies[threshold.question].is_enough
    counts = [int(np.count_nonzero(is_open & ~is_enough)), int(np.count_nonzero(is_open & is_enough))]
    if any(isinstance(count, str) for count in (*shown, *without_small_counts(counts))):
        return "too few days filled in, or cells are empty"
    return f"{counts[0]} with too few days filled in, {counts[1]} with open cells"


def _count(verdicts: Verdicts, verdict: Verdict) -> int:
    return int(np.count_nonzero(verdicts == verdict))


def group_lines(summary: DiarySummary) -> Iterator[str]:
    """Yield what is told of a group."""
    told = group_as_dict(summary)
    yield NOT_A_DEVICE
    yield ""
    if "days" not in told:
        yield f"{told['persons']} persons: too few for a summary that names nobody; --out writes one row a person, for the site."
        return
    yield f"{told['persons']} persons; counts of persons below {LEAST_SHOWN} are hidden."
    yield f"Days of a diary: {_quartile_words(told['days'], 0)}; gaps in {told['persons_with_gaps']} diaries."
    yield (
        f"Share filled in: {_quartile_words([100 * share for share in told['share_filled']], 0)} %; "
        f"{told['persons_with_enough_days']} persons have {summary.rules.least_share_filled:.0%} or more."
    )
    yield ""
    yield f"{f'Per {summary.rules.month_days} days':47}{'persons with 1 number':>22}   median (quartiles) where enough days are filled in"
    for question in questions_to_tell(summary):
        yield _frequency_line(question, told["per_month"][question])
    yield ""
    yield f"{'Persons':75}{'met':>8}{'not met':>9}{'not known':>11}   of these decided for certain"
    for threshold in told["thresholds"]:
        if threshold["question"] in questions_to_tell(summary):
            yield from _threshold_lines(threshold)
    if not summary.has_column_for(ACUTE_DAYS):
        yield f"{OVERUSE:75}{0:>8}{0:>9}{told['persons']:>11}"
        yield f"  not known: {NO_COLUMN[ACUTE_DAYS]}"
    yield ""
    yield from note_lines(summary)
    yield from (f"Found: {found['finding']} ({found['persons']} persons)." for found in told["findings"])


def _quartile_words(quartiles: Sequence[float], decimals: int) -> str:
    first, median, third = (f"{value:.{decimals}f}" for value in quartiles)
    return f"{median} ({first} to {third})"


def _frequency_line(question: str, frequency: dict[str, Any]) -> str:
    fewest, most = frequency["quartiles_fewest"], frequency["quartiles_most"]
    words = "-" if fewest is None else _quartile_words(fewest, 1)
    if fewest != most:
        words = f"at least {words}, at most {_quartile_words(most, 1)}"
    return f"{question_words()[question]:47}{frequency['of_these_with_one_number']:>22}   {words}"


def _threshold_lines(threshold: dict[str, Any]) -> Iterator[str]:
    text = f"{threshold['text']} ({threshold['code']})"
    yield (
        f"{text[:74]:75}{threshold['met']:>8}{threshold['not_met']:>9}{threshold['not_known']:>11}   "
        f"{threshold['decided_for_certain']}"
    )
    if len(text) > 74:
        yield f"  ...{text[74:]}"
    if threshold["not_known"]:
        yield f"  not known: {threshold['why_not_known']}"
    if threshold["tag"] != VERIFIED:
        yield f"  [{threshold['tag']}]"


# ---- one row a person ---------------------------------------------------------------------------------------------------


def person_columns(summary: DiarySummary) -> dict[str, list[Any]]:
    """Return one row a person, for the site: empty where nothing is given."""
    headache, attacks = summary.tallies[HEADACHE_DAYS], summary.attacks
    everyone = range(summary.diary.person_count)
    return {
        "person_id": list(summary.diary.person_ids),
        "first_day": [day_name(summary, int(day)) for day in summary.first_day],
        "last_day": [day_name(summary, int(day)) for day in summary.last_day],
        "days": summary.days.tolist(),
        "days_filled": headache.filled.tolist(),
        "share_filled": _cells(headache.share_filled),
        "gaps": summary.gap_count.tolist(),
        **_frequency_columns(summary),
        **{
            threshold.id: [Verdict(verdict).words for verdict in summary.verdicts[threshold.id].tolist()]
            for threshold in thresholds()
        },
        "attacks_fewest": attacks.fewest.tolist(),
        "attacks_most": attacks.most.tolist(),
        **_whole_attacks(summary),
        "attack_hours": [summary.attack_hours(place) for place in everyone],
        **_period_columns(summary),
    }


def _cells(values: Any) -> list[float | None]:
    return [None if np.isnan(value) else round(value, 4) for value in values.tolist()]


def _frequency_columns(summary: DiarySummary) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for question, days in summary.tallies.items():
        low, high = days.per_month()
        columns[f"{question}_low"], columns[f"{question}_high"] = _cells(low), _cells(high)
    return columns


def _whole_attacks(summary: DiarySummary) -> dict[str, list[Any]]:
    attacks = summary.attacks
    person, days = attacks.person[attacks.is_whole], attacks.days[attacks.is_whole]
    ends = np.searchsorted(person, np.arange(summary.diary.person_count + 1))
    runs = [days[start:end] for start, end in pairwise(ends)]
    return {
        "attacks_whole": [len(run) for run in runs],
        "attack_days_median": [float(np.median(run)) if len(run) else None for run in runs],
    }


def _period_columns(summary: DiarySummary) -> dict[str, list[int]]:
    periods = summary.periods
    columns = {}
    for name, verdicts in (("headache_15", periods.headache.reaches(15)), ("migraine_8", periods.migraine.reaches(8))):
        for verdict, word in _VERDICTS:
            count = np.bincount(periods.person[verdicts == verdict], minlength=summary.diary.person_count)
            columns[f"periods_{name}_{word}"] = count.tolist()
    return columns
