"""What is told of one person's diary: figures, what they decide and why not, as a mapping and as lines to read?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from abate.contracts.notice import NOT_A_DEVICE
from abate.headache.diary import DiarySummary
from abate.headache.diary_counts import Tally
from abate.headache.diary_rows import Finding
from abate.headache.diary_rules import VERIFIED
from abate.headache.diary_thresholds import (
    ACUTE_DAYS,
    HEADACHE_DAYS,
    MIGRAINE_DAYS,
    NO_COLUMN,
    OVERUSE,
    Threshold,
    thresholds,
)
from abate.headache.verdicts import Verdict
from abate.knowledge.acute_classes import acute_classes

CERTAIN = "for certain"
IN_PROPORTION = "in proportion"

_FIRST_DATE = date(1970, 1, 1)


def question_words() -> dict[str, str]:
    """Return what each counted kind of day is called."""
    return {
        HEADACHE_DAYS: "headache days",
        MIGRAINE_DAYS: "migraine days",
        ACUTE_DAYS: "days with any acute drug",
        **{row.question: f"days with a drug: {row.name}" for row in acute_classes()},
    }


def person_as_dict(summary: DiarySummary, place: int) -> dict[str, Any]:
    """Return what is told of the person at ``place``, ready for JSON."""
    return {
        "notice": NOT_A_DEVICE,
        "rules": rules_as_dicts(summary),
        "days": _days(summary, place),
        "per_month": {question: _count(summary, question, place) for question in summary.tallies},
        "thresholds": [_threshold(summary, threshold, place) for threshold in thresholds()],
        "attacks": _attacks(summary, place),
        "periods": _periods(summary, place),
        "answers": {name: list(answer) if isinstance(answer, tuple) else answer for name, answer in summary.answers(place).items()},
        "findings": [finding_words(finding) for finding in summary.diary.findings],
        "not_read": [column.name for column in summary.diary.not_read],
    }  # fmt: skip


def rules_as_dicts(summary: DiarySummary) -> list[dict[str, str]]:
    """Return the rules in words, each with its tag and source."""
    return [
        {"rule": rule.text, "tag": rule.tag, "source": rule.source}
        for rule in summary.rules.statements(summary.diary.columns)
    ]


def finding_words(finding: Finding) -> str:
    """Return a finding in one person's diary."""
    rows = "1 row" if finding.row_count == 1 else f"{finding.row_count:,} rows"
    return f"{finding.text} ({rows})"


def day_name(summary: DiarySummary, day: int) -> str:
    """Return a day as the diary writes it."""
    return (_FIRST_DATE + timedelta(days=day)).isoformat() if summary.diary.has_dates else str(day)


def why_not_known(summary: DiarySummary, threshold: Threshold, place: int) -> str:
    """Return why a threshold is not known for a person."""
    if not summary.has_column_for(threshold.question):
        return NO_COLUMN[threshold.question]
    days = summary.tallies[threshold.question]
    filled, window = int(days.filled[place]), int(days.window[place])
    if not days.is_enough[place]:
        return f"too few days filled in: {filled} of {window} ({filled / window:.0%}, at least {days.least_share:.0%} are asked for)"
    open_days = int(days.possible[place] - days.yes[place])
    if open_days:
        return f"of {open_days} of {filled} days filled in it is not known"
    return "what it rests on is not known"


def _days(summary: DiarySummary, place: int) -> dict[str, Any]:
    days = summary.tallies[HEADACHE_DAYS]
    return {
        "first": day_name(summary, int(summary.first_day[place])),
        "last": day_name(summary, int(summary.last_day[place])),
        "days": int(summary.days[place]),
        "filled": int(days.filled[place]),
        "share_filled": _rounded(days.share_filled[place]),
        "is_enough": bool(days.is_enough[place]),
        "gaps": int(summary.gap_count[place]),
    }


def _count(summary: DiarySummary, question: str, place: int) -> dict[str, Any]:
    days = summary.tallies[question]
    low, high = days.per_month()
    certain_low, certain_high = days.certain_per_month()
    return {
        "counted": int(days.yes[place]),
        "possible": int(days.possible[place]),
        "filled": int(days.filled[place]),
        "low": _rounded(low[place]),
        "high": _rounded(high[place]),
        "certain_low": _rounded(certain_low[place]),
        "certain_high": _rounded(certain_high[place]),
        "has_column": summary.has_column_for(question),
    }


def _threshold(summary: DiarySummary, threshold: Threshold, place: int) -> dict[str, Any]:
    verdict = Verdict(int(summary.verdicts[threshold.id][place]))
    certain = int(summary.certain[threshold.id][place])
    how = "" if verdict == Verdict.NOT_KNOWN else CERTAIN if certain == verdict else IN_PROPORTION
    return {
        "id": threshold.id,
        "question": threshold.question,
        "text": threshold.text,
        "code": threshold.code,
        "verdict": verdict.words,
        "how": how,
        "why_not": "" if how else why_not_known(summary, threshold, place),
        "tag": threshold.tag,
        "source": threshold.source,
    }


def _attacks(summary: DiarySummary, place: int) -> dict[str, Any]:
    attacks = summary.attacks
    mine = attacks.person == place
    whole = attacks.days[mine & attacks.is_whole]
    return {
        "fewest": int(attacks.fewest[place]),
        "most": int(attacks.most[place]),
        "whole": len(whole),
        "length_not_known": int(np.count_nonzero(mine)) - len(whole),
        "median_days": float(np.median(whole)) if len(whole) else None,
        "longest_days": int(attacks.days[mine].max()) if mine.any() else None,
        "median_hours_untreated": summary.attack_hours(place),
    }


def _periods(summary: DiarySummary, place: int) -> list[dict[str, Any]]:
    periods = summary.periods
    found = []
    for at in np.flatnonzero(periods.person == place):
        first = int(summary.first_day[place]) + (int(periods.number[at]) - 1) * summary.rules.month_days
        found.append(
            {
                "number": int(periods.number[at]),
                "first": day_name(summary, first),
                "filled": int(periods.headache.filled[at]),
                "headache_days": int(periods.headache.yes[at]),
                "migraine_days": [int(periods.migraine.yes[at]), int(periods.migraine.possible[at])],
                "headache_15": _verdict_at(periods.headache, 15, at),
                "migraine_8": _verdict_at(periods.migraine, 8, at),
            }
        )
    return found


def _verdict_at(days: Tally, threshold: int, place: Any) -> str:
    return Verdict(int(days.reaches(threshold)[place])).words


def _rounded(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


# ---- lines to read ------------------------------------------------------------------------------------------------------


def person_lines(summary: DiarySummary, place: int) -> Iterator[str]:
    """Yield what is told of the person at ``place``."""
    told = person_as_dict(summary, place)
    yield NOT_A_DEVICE
    yield ""
    yield _days_line(told["days"])
    yield ""
    yield f"Days per {summary.rules.month_days} days"
    for question in questions_to_tell(summary):
        yield f"  {question_words()[question]:42} {_count_words(told['per_month'][question], question)}"
    yield ""
    yield "What it decides"
    for threshold in told["thresholds"]:
        if threshold["question"] in questions_to_tell(summary):
            yield from _threshold_lines(threshold)
    if not summary.has_column_for(ACUTE_DAYS):
        yield f"  {Verdict.NOT_KNOWN.words:10} {OVERUSE}"
        yield f"  {'':10} {NO_COLUMN[ACUTE_DAYS]}"
    yield ""
    yield from _attack_lines(told["attacks"])
    yield ""
    yield from _period_lines(told["periods"])
    yield ""
    yield from note_lines(summary)
    yield from (f"Found: {finding}." for finding in told["findings"])


def questions_to_tell(summary: DiarySummary) -> list[str]:
    """Return the counts that get a line; those by drug only where there is a column for them."""
    return [
        question
        for question in summary.tallies
        if question in (HEADACHE_DAYS, MIGRAINE_DAYS) or summary.has_column_for(question)
    ]


def note_lines(summary: DiarySummary) -> Iterator[str]:
    """Yield the rules, what of them is unverified, and the columns that were not read."""
    yield "Rules"
    for rule in rules_as_dicts(summary):
        yield f"  {rule['rule']}" + ("" if rule["tag"] == VERIFIED else f" [{rule['tag']}]")
    yield (
        "  For certain: whatever stood on the days not filled in. In proportion: those days taken to be like the others, where "
        "of none of the others it is open."
    )
    for column in summary.diary.not_read:
        near = f" (the nearest known is {column.nearest}; name it with --column)" if column.nearest else ""
        yield f"Not read: the column {column.name}{near}."


def _days_line(days: dict[str, Any]) -> str:
    gaps = f"{days['gaps']} gap" + ("" if days["gaps"] == 1 else "s")
    enough = "enough" if days["is_enough"] else "too few to give a frequency"
    return (
        f"{days['days']} days, {days['first']} to {days['last']}: {days['filled']} filled in ({days['share_filled']:.0%}; "
        f"{enough}), {gaps}."
    )


def _count_words(count: dict[str, Any], question: str) -> str:
    if not count["has_column"]:
        return f"not known: {NO_COLUMN[question]}"
    if count["low"] is None:
        return f"not given; for certain {_range(count['certain_low'], count['certain_high'])}"
    return f"{_range(count['low'], count['high'])} ({count['counted']} of {count['filled']} days filled in)"


def _range(low: float, high: float) -> str:
    return f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"


def _threshold_lines(threshold: dict[str, Any]) -> Iterator[str]:
    tag = "" if threshold["tag"] == VERIFIED else f" [{threshold['tag']}]"
    how = threshold["how"] or threshold["why_not"]
    yield f"  {threshold['verdict']:10} {threshold['text']} ({threshold['code']}){tag}"
    yield f"  {'':10} {how}"


def _attack_lines(attacks: dict[str, Any]) -> Iterator[str]:
    fewest, most = attacks["fewest"], attacks["most"]
    number = str(fewest) if fewest == most else f"{fewest} to {most}"
    yield f"Attacks (headache days in a row): {number}"
    if attacks["whole"]:
        yield f"  {attacks['whole']} whole, of {attacks['median_days']:g} days (median)"
    if attacks["length_not_known"]:
        yield f"  {attacks['length_not_known']} whose length is not known: no day without headache is known before or after"
    if attacks["longest_days"] is not None:
        yield f"  longest run of days with headache: {attacks['longest_days']}"
    if attacks["median_hours_untreated"] is not None:
        yield f"  untreated attacks last {attacks['median_hours_untreated']:g} hours (median)"


def _period_lines(periods: list[dict[str, Any]]) -> Iterator[str]:
    yield f"{'From':12}{'filled':>8}{'headache':>10}{'migraine':>10}   15 headache days   8 migraine days"
    for period in periods:
        low, high = period["migraine_days"]
        migraine = str(low) if low == high else f"{low}-{high}"
        yield (
            f"{period['first']:12}{period['filled']:>8}{period['headache_days']:>10}{migraine:>10}   "
            f"{period['headache_15']:18} {period['migraine_8']}"
        )
