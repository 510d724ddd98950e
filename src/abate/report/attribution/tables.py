"""Which tables stand beside the split: its lines, the responses to be expected, and the checks?"""

from __future__ import annotations

from abate.contracts.result import Estimate
from abate.report.attribution.words import is_flagged, with_interval
from abate.report.cells import EMPTY
from abate.report.numbers import describe_count, describe_number, describe_percent_range
from abate.report.report_table import ReportTable, TableRow, row, table
from abate.report.told import told_n
from abate.report.view import ResultView
from abate.report.words import capital, in_words, label_rule

_CHECKS = {
    "asked_when_bad": ("Visits came when it was bad", "the split rests on planned times alone, or is not drawn"),
    "visits_above_diary": (
        "Ratings at visits above the diary",
        "no alarm by itself: choosing a bad day lowers the diary",
    ),
    "lasting_rise": ("Pain had been rising for weeks", "the split may be too strict"),
    "discharge_when_better": ("Patients left when better", "the last rating flatters; a planned day is read instead"),
    "shape_of_ratings": (
        "The split hangs on how the ratings are distributed",
        "a claim has to hold by both splits",
    ),
    "in_hindsight": ("The day was chosen in hindsight", "the split has to allow for the days after it"),
    "chosen_day": (
        "The diary lies below what the first rating lets expect",
        "no alarm: measures that the day was chosen",
    ),
    "surprise_of_first": ("The first rating surprises", "a hint at hindsight, never a proof"),
    "information": ("Too few ratings close together", "no split; the bracket alone"),
    "parameter_at_bound": ("The fit ended at a bound", "no split"),
    "prior_dominated": ("Assumptions decide a part of the model", "read the split with care"),
    "ward_effect": ("What the ward does", "no rating of the treated shows it"),
}


def split_table(view: ResultView) -> ReportTable:
    """Return every line of the split: what was to be expected and what is left."""
    rows = [
        *_line(view, "From each patient\u2019s earlier ratings", "natural", "left"),
        *_line(view, "Visits modelled as coming with pain", "visits_natural", "visits_left"),
        *_line(view, "By the last rating, which flatters", "last_rating_natural", "last_rating_left"),
        *_line(view, "By the rank of the ratings, normal scores", "normal_scores_natural", "normal_scores_left"),
        *_line(view, "Untreated episodes chosen alike", "untreated_natural", "untreated_left"),
        *_bracket(view),
        *_reference(view),
    ]
    notes = (
        "What is left is the treatment and everything else that comes with being there.",
        "The bracket: a patient\u2019s mean of earlier ratings forgets that a bad spell lasts, and the whole fall forgets that it began at a bad time.",
    )
    columns = ("Line", "Expected without treatment, points", "Left, points", "n", "Method")
    return table("split", "The fall, split.", columns, rows, notes=notes)


def _line(view: ResultView, label: str, natural: str, left: str) -> list[TableRow]:
    first, second = view.known(f"regression.{natural}"), view.known(f"regression.{left}")
    if first is None or second is None:
        return []
    return [
        row(label, with_interval(first), with_interval(second), describe_count(told_n(second)), capital(second.method))
    ]


def _bracket(view: ResultView) -> list[TableRow]:
    low, high = view.known("regression.history_mean_left"), view.known("regression.history_fall")
    if low is None or high is None or low.value is None or high.value is None:
        return []
    expected = describe_number(high.value - low.value)
    return [
        row("Bracket, lower end: mean of earlier ratings", expected, with_interval(low), describe_count(told_n(low)), capital(low.method)),
        row("Bracket, upper end: the whole fall", describe_number(0), with_interval(high), describe_count(told_n(high)), capital(high.method)),
    ]  # fmt: skip


def _reference(view: ResultView) -> list[TableRow]:
    low, high = view.known("regression.reference_low"), view.known("regression.reference_high")
    fall = view.value("regression.fall")
    if low is None or high is None or low.value is None or high.value is None or fall is None:
        return []
    expected = f"{describe_number(low.value)} to {describe_number(high.value)}"
    left = f"{describe_number(fall - high.value)} to {describe_number(fall - low.value)}"
    return [
        row("Stated references: a range, no interval", expected, left, describe_count(told_n(low)), capital(low.method))
    ]


def expected_table(view: ResultView) -> ReportTable:
    """Return for every rule the share that met it, and the share to be expected with nothing done."""
    rows = []
    for rule in view.study.response.rules:
        expected, met = view.known(f"response.{rule.id}.expected"), view.known(f"response.{rule.id}")
        if expected is not None:
            rows.append(row(label_rule(rule), _hundred(met), _hundred(expected)))
    for visit in view.visits:
        expected, met = view.known(f"sustained.{visit}.expected"), view.known(f"follow_up.{visit}.response")
        if expected is not None:
            name = f"{label_rule(view.study.response.primary)}, at {in_words(visit)}"
            rows.append(row(name, _hundred(met), _hundred(expected)))
    notes = (
        "Expected: on the same day, given each patient\u2019s own earlier ratings and the one at admission, had nothing been done.",
    )
    columns = ("Rule", "Seen, of 100", "Expected without treatment, of 100")
    return table("expected-response", "Responses seen and to be expected.", columns, rows, notes=notes)


def _hundred(found: Estimate | None) -> str:
    if found is None or found.value is None:
        return EMPTY
    value = describe_number(100 * found.value, 0)
    if found.lower is None or found.upper is None:
        return value
    ends = describe_percent_range(found.lower, found.upper).removesuffix("\u202f%")
    return f"{value} ({ends})"


def checks_table(view: ResultView) -> ReportTable:
    """Return what was checked before the split, what was found, and what a flag means."""
    rows = []
    for name, (words, meaning) in _CHECKS.items():
        flag = view.estimate(f"regression.flag.{name}")
        if flag is not None:
            rows.append(row(words, _found(view, name, flag), _size(view, name, flag), meaning))
    beyond = (
        "Flagged beyond 1.96 standard errors in the direction of the name; how the ratings are distributed, where the two splits lie "
        "further apart than the margin."
    )
    return table(
        "split-checks", "Checks before the split.", ("Check", "Flag", "Found", "If flagged"), rows, notes=(beyond,)
    )


def _found(view: ResultView, name: str, flag: Estimate) -> str:
    if flag.hidden is not None:
        return flag.hidden
    if flag.value is None:
        return "not known"
    return "flagged" if is_flagged(view, name) else "no"


def _size(view: ResultView, name: str, flag: Estimate) -> str:
    if flag.value is None:
        return capital(flag.reason or EMPTY)
    statistic = view.value(f"regression.check.{name}")
    size = flag.method.replace("-", "\u2212")
    return size if statistic is None else f"{size}; {describe_number(statistic)} standard errors"
