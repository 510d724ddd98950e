"""What does the top of the page say? One sentence with counts, what it cannot say, and six numbers."""

from __future__ import annotations

from dataclasses import dataclass

from abate.contracts.result import Estimate, StudyResult
from abate.report.attribution.words import is_flagged, is_of_planned_day, is_split, planned_day
from abate.report.cells import EMPTY, mean_cell
from abate.report.comparison.words import why_no_cause
from abate.report.numbers import (
    FEWEST_FOR_PERCENT,
    FEWEST_FOR_PERCENT_FIRST,
    decimals_for,
    describe_count,
    describe_n,
    describe_number,
    describe_percent,
    describe_range,
    describe_share,
    describe_share_range,
)
from abate.report.told import size_of, told_n
from abate.report.view import ResultView
from abate.report.words import (
    capital,
    describe_meeting,
    describe_rule,
    in_words,
    label_rule,
    of_things,
    of_those,
    plural,
    shown,
)

#: The mean of fewer courses has no interval on the page: it would be wider than the scale.
FEWEST_FOR_INTERVAL = 3


@dataclass(frozen=True, kw_only=True)
class Span:
    """A piece of the headline; its numbers stand out."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True, kw_only=True)
class KeyNumber:
    """One of the six numbers: what it is, the number, and what belongs to it."""

    label: str
    value: str
    detail: str


def headline(view: ResultView) -> tuple[Span, ...]:
    """Return what was given to how many, how the rating moved, and in how many the primary rule was met; never why."""
    if view.course_count == 0:
        return (Span(text=f"No course of {shown(view.treatment)} entered the study."),)
    if view.is_one_patient:
        return _headline_of_one(view)
    given = f"In {plural(view.course_count, 'course')} of {shown(view.treatment)}"
    if view.known("persons.n") is not None and view.person_count != view.course_count:
        given += f" in {plural(view.person_count, 'patient')}"
    moved = _movement(view)
    if moved is None and view.is_hidden("change.mean"):
        return (Span(text=f"{given}, the change of {view.noun} is hidden in this edition."),)
    if moved is None:
        reason = view.reason("change.mean") or "no course has both a baseline and a final rating"
        return (Span(text=f"{given}, no change of {view.noun} can be stated: {in_words(reason)}."),)
    return (Span(text=f"{given}, "), *moved, *_response_spans(view), Span(text="."))


def headline_lines(result: StudyResult) -> tuple[str, ...]:
    """Return the top of the page as lines for a terminal: headline, what it cannot say, and the six numbers."""
    view = ResultView(result)
    simulated = ("Simulated data: no patient\u2019s, and no evidence.",) if result.provenance.is_simulated else ()
    numbers = (f"{found.label}: {found.value} ({found.detail})" for found in key_numbers(view))
    return (*simulated, "".join(span.text for span in headline(view)), lede(view), *numbers)


def interval_of(found: Estimate) -> tuple[float, float] | None:
    """Return the ends of the interval of a mean, of so many courses that it means something."""
    if found.lower is None or found.upper is None or size_of(found) < FEWEST_FOR_INTERVAL:
        return None
    return found.lower, found.upper


def what_the_patient_lacks(view: ResultView) -> str | None:
    """Return which rating is not there in a study of one course; None where both are."""
    before, after = view.value("baseline.mean"), view.value("final.mean")
    if before is None and after is None:
        return "no rating before or at the end"
    return "no final rating" if after is None else "no baseline" if before is None else None


def lede(view: ResultView) -> str:
    """Return what this report cannot say about the cause, before anything else is read."""
    change = view.value("change.mean")
    if view.is_hidden("change.mean"):
        return "This report cannot say what part the treatment has in how the rating moved."
    if change is None:
        return "Without both ratings nothing can be said about a change, and nothing about what the treatment did."
    if is_split(view):
        return _lede_of_split(view)
    compared = why_no_cause(view)
    what = "how much of the fall needs no treatment" if change < 0 else "what part the treatment has in this"
    whose = "the patient\u2019s" if view.is_one_patient else "these patients\u2019"
    return (
        f"This report cannot say {what}: {compared}, and {whose} earlier ratings do not say "
        "what they would have led to. Treatment usually begins at a bad time, and the worst is followed by better days."
    )


def _lede_of_split(view: ResultView) -> str:
    """Return how much of the fall was to be expected, and that the rest is not the drug's for that."""
    fall, natural = view.value("regression.fall") or 0, view.value("regression.natural") or 0
    part = _part_in_words(natural / fall)
    to_day = f" to day {planned_day(view)}" if is_of_planned_day(view) else ""
    compared = capital(why_no_cause(view).replace("it has no", "there was no"))
    hangs = " It hangs on how the ratings are distributed." if is_flagged(view, "shape_of_ratings") else ""
    return (
        f"{part} of the fall{to_day}, {describe_number(natural)} of {describe_number(fall)} points, is expected without any treatment. "
        f"{compared}: this split cannot say that the rest is the drug\u2019s.{hangs}"
    )


def _part_in_words(share: float) -> str:
    """Return about how much of a whole a share is.

    Examples
    --------
    >>> _part_in_words(0.16), _part_in_words(0.52), _part_in_words(-0.1)
    ('About a sixth', 'About half', 'None')
    """
    if share <= 0.02:
        return "None" if share <= 0 else "Hardly any"
    named = {
        1 / 10: "a tenth",
        1 / 6: "a sixth",
        1 / 5: "a fifth",
        1 / 4: "a quarter",
        1 / 3: "a third",
        2 / 5: "two fifths",
        1 / 2: "half",
    }
    named |= {3 / 5: "three fifths", 2 / 3: "two thirds", 3 / 4: "three quarters", 9 / 10: "nine tenths"}
    if share >= 0.98:
        return "All"
    return f"About {named[min(named, key=lambda part: abs(part - share))]}"


def key_numbers(view: ResultView) -> tuple[KeyNumber, ...]:
    """Return the six numbers under the headline; one that there is not says why in a few words.

    Where the fall is split, that stands in the place of the day of the lowest mean, which has its own section.
    """
    expected = _expected_number(view)
    return (
        _change_number(view),
        *expected,
        _response_number(view),
        _length_number(view),
        *(() if expected else (_lowest_day_number(view),)),
        _harm_number(view),
        _sustained_number(view),
    )


def _headline_of_one(view: ResultView) -> tuple[Span, ...]:
    given, change = f"In the one course of {shown(view.treatment)}", view.value("change.mean")
    before, after = view.value("baseline.mean"), view.value("final.mean")
    lacking = what_the_patient_lacks(view)
    if change is None or before is None or after is None:
        return (Span(text=f"{given}, the patient has {lacking}, so that no change of {view.noun} can be stated."),)
    rule = view.study.response.primary
    meets = view.value("response.primary")
    ending = (
        "."
        if meets is None
        else f", which {'meets' if meets == 1 else 'does not meet'} the rule of {describe_rule(rule)}."
    )
    return (Span(text=f"{given}, the patient\u2019s {view.noun} "), *_from_to(before, after), Span(text=ending))


def _movement(view: ResultView) -> tuple[Span, ...] | None:
    """Return how the mean moved; where the two means are of different courses, each with its own count."""
    baseline, final, change = (view.known(f"{name}.mean") for name in ("baseline", "final", "change"))
    if change is None or baseline is None or final is None or baseline.value is None or final.value is None:
        return None
    before, after = (Span(text=describe_number(found.value or 0), is_strong=True) for found in (baseline, final))
    if baseline.n is not None and baseline.n == final.n == change.n:
        return (Span(text=f"mean {view.noun} "), *_from_to(baseline.value, final.value))
    return (
        Span(text=f"mean {view.noun} was "),
        before,
        Span(text=f" before ({_rated(baseline)}) and "),
        after,
        Span(text=f" at the end ({_rated(final)})"),
    )


def _rated(found: Estimate) -> str:
    count = told_n(found)
    return f"how many were rated is {count}" if isinstance(count, str) else f"{describe_count(count)} rated"


def _from_to(before: float, after: float) -> tuple[Span, ...]:
    """Return where a rating went; two that are written alike did not go anywhere."""
    first, last = (Span(text=describe_number(value), is_strong=True) for value in (before, after))
    if first == last:
        return (Span(text="was "), first, Span(text=" before and "), last, Span(text=" at the end"))
    return (Span(text="fell from " if after < before else "rose from "), first, Span(text=" to "), last)


def _response_spans(view: ResultView) -> tuple[Span, ...]:
    found = view.known("response.main")
    if view.is_hidden("response.main"):
        return _spans_of_hidden_response(view)
    if found is None or not found.denominator:
        return (Span(text="; the response cannot be judged in any course"),)
    met, judged = found.numerator or 0, found.denominator
    is_filled = view.study.response.missing_final == "non-response" and judged != (view.value("courses.evaluable") or 0)
    ending = ", those that cannot be judged counted as not" if is_filled else ""
    meeting = describe_meeting(view.study.response.primary)
    return (
        Span(text="; "),
        Span(text=of_those(met, judged, view.course_count), is_strong=True),
        Span(text=f" {meeting}{ending}"),
    )


def _spans_of_hidden_response(view: ResultView) -> tuple[Span, ...]:
    """Return the response among all courses, where only that may be told; else that it is hidden."""
    found = view.known("response.primary_missing_as_no")
    if found is None or not found.denominator:
        return (Span(text="; how many met the primary rule is hidden in this edition"),)
    return (
        Span(text="; "),
        Span(text=of_those(found.numerator or 0, found.denominator, view.course_count), is_strong=True),
        Span(text=f" {describe_meeting(view.study.response.primary)}, those that cannot be judged counted as not"),
    )


def _change_number(view: ResultView) -> KeyNumber:
    found = view.known("change.mean")
    if found is None or found.value is None:
        label = "Change, points" if view.is_one_patient else "Mean change, points"
        lacking = what_the_patient_lacks(view) if view.is_one_patient else None
        return KeyNumber(
            label=label, value=EMPTY, detail=lacking or in_words(view.reason("change.mean") or "not known")
        )
    falls = found.value < 0
    interval = interval_of(found)
    decimals = 1 if interval is None else decimals_for(*interval)
    detail = "the patient" if view.is_one_patient else describe_n(told_n(found))
    if interval is not None:
        ends = (-interval[1], -interval[0]) if falls else interval
        detail = f"{describe_range(*ends, decimals)}; {detail}"
    noun = "fall" if falls else "rise" if found.value > 0 else "change"
    label = f"Mean {noun}, points" if view.course_count > 1 else f"{capital(noun)}, points"
    return KeyNumber(label=label, value=describe_number(abs(found.value), decimals), detail=detail)


def _expected_number(view: ResultView) -> tuple[KeyNumber, ...]:
    """Return how much of the fall was to be expected, and the rest, where it is split."""
    natural, left = view.known("regression.natural"), view.known("regression.left")
    if not is_split(view) or natural is None or left is None or natural.value is None:
        return ()
    ends = interval_of(natural)
    interval = "" if ends is None else describe_range(*ends)
    detail = _joined(interval, f"left {mean_cell(left, 1)}")
    return (KeyNumber(label="Expected without treatment", value=describe_number(natural.value), detail=detail),)


def _response_number(view: ResultView) -> KeyNumber:
    label = label_rule(view.study.response.primary)
    if view.is_hidden("response.main") and view.known("response.primary_missing_as_no") is not None:
        return _share_number(view, label, view.estimate("response.primary_missing_as_no"), more="missing counted as no")
    return _share_number(view, label, view.estimate("response.main"))


def _share_number(view: ResultView, label: str, found: Estimate | None, *, more: str = "") -> KeyNumber:
    """Return a share: per cent first where there are many, counts first where there are few, no per cent of very few."""
    if found is None or found.value is None or not found.denominator:
        reason = "not asked" if found is None else in_words(found.reason or "not known")
        return KeyNumber(label=label, value=EMPTY if found is None else found.hidden or EMPTY, detail=reason)
    if view.is_one_patient:
        return KeyNumber(label=label, value="yes" if found.numerator else "no", detail="the patient")
    counts = f"{describe_count(found.numerator or 0)}/{describe_count(found.denominator)}"
    interval = describe_share_range(found.lower, found.upper, found.denominator)
    if found.denominator >= FEWEST_FOR_PERCENT_FIRST:
        return KeyNumber(
            label=label, value=describe_percent(found.value, found.denominator), detail=_joined(counts, interval, more)
        )
    percent = describe_percent(found.value) if found.denominator >= FEWEST_FOR_PERCENT else ""
    interval = f"interval {interval}" if interval and not percent else interval
    return KeyNumber(label=label, value=counts, detail=_joined(percent, interval, more))


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _length_number(view: ResultView) -> KeyNumber:
    found = view.known("course_length.mean")
    if found is None or found.value is None:
        return KeyNumber(label="Course, days", value=EMPTY, detail="no known length")
    if view.is_one_patient:
        return KeyNumber(
            label="Course, days", value=describe_number(found.value), detail="first dose to end of the last"
        )
    shortest, longest = view.value("course_length.min"), view.value("course_length.max")
    spread = f"SD {describe_number(found.sd)}" if found.sd is not None else ""
    ends = f"range {describe_range(shortest, longest)}" if shortest is not None and longest is not None else ""
    return KeyNumber(label="Course, mean days", value=describe_number(found.value), detail=_joined(spread, ends))


def _lowest_day_number(view: ResultView) -> KeyNumber:
    day, own = view.known("nadir_day.of_lowest_mean"), view.known("nadir_day.mean")
    if day is None or day.value is None:
        label = "Lowest day" if view.is_one_patient else "Day of lowest mean"
        return KeyNumber(label=label, value=EMPTY, detail="no rating after the first dose")
    if view.is_one_patient:
        return KeyNumber(
            label="Lowest day", value=f"day {describe_count(day.value)}", detail="day with the lowest daily value"
        )
    rated, courses = size_of(day), plural(view.course_count, "course")
    few = "fewer than half, " if 2 * rated < view.course_count else ""
    on_day = (
        ""
        if isinstance(told_n(day), str)
        else f"rated in {of_things(rated, rated, 'course')} that day"
        if rated == view.course_count
        else f"rated in {few}{describe_count(rated)} of {courses}{',' if few else ''} that day"
    )
    own_days = (
        ""
        if own is None or own.value is None
        else f"mean of own lowest days {describe_number(own.value)} ({describe_n(told_n(own))})"
    )
    return KeyNumber(
        label="Day of lowest mean", value=f"day {describe_count(day.value)}", detail=_joined(on_day, own_days)
    )


def _harm_number(view: ResultView) -> KeyNumber:
    label = "Any adverse event"
    if view.study.events is None:
        return KeyNumber(label=label, value=EMPTY, detail="not asked")
    serious = view.known("harm.serious")
    more = ""
    if serious is not None and serious.denominator:
        more = f"serious {describe_count(serious.numerator or 0)}/{describe_count(serious.denominator)}"
    return _share_number(view, label, view.estimate("harm.any"), more=more)


def _sustained_number(view: ResultView) -> KeyNumber:
    if not view.visits:
        return KeyNumber(label="Response still held", value=EMPTY, detail="follow-up not asked")
    visit = view.visits[0]
    if view.known(f"sustained.{visit}") is None and not view.is_hidden(f"sustained.{visit}"):
        return KeyNumber(
            label=f"Response still held at {in_words(visit)}", value=EMPTY, detail=why_nothing_held(view, visit)
        )
    everybody, seen = view.known(f"sustained.{visit}.unseen_as_no"), view.known(f"sustained.{visit}")
    more = (
        ""
        if everybody is None or not everybody.denominator
        else "all responders seen"
        if seen is not None and seen.denominator == everybody.denominator
        else f"among {plural(everybody.denominator, 'responder')}, those seen"
    )
    return _share_number(
        view, f"Response still held at {in_words(visit)}", view.estimate(f"sustained.{visit}"), more=more
    )


def why_nothing_held(view: ResultView, visit: str) -> str:
    """Return why nothing can be said of a response held at a visit."""
    if view.known("response.primary") is None and not view.is_hidden("response.primary"):
        return "the response cannot be judged"
    return in_words(view.reason(f"sustained.{visit}") or "nobody was seen")


def describe_share_of(found: Estimate, noun: str, which: str = "") -> str:
    """Return ``45 of 59 courses (76 %, 64 to 85 %)``; none, all, and of a few only the counts."""
    met, judged = found.numerator or 0, found.denominator or 0
    words = of_things(met, judged, noun, which)
    if judged < FEWEST_FOR_PERCENT or met in (0, judged):
        return words
    interval = describe_share_range(found.lower, found.upper, judged)
    return f"{words} ({_joined(describe_percent(met / judged, judged), interval)})"


def describe_estimated_share(found: Estimate) -> str:
    """Return ``45 of 59 (76 %, 64 to 85 %)``; of a few only the counts."""
    met, judged = found.numerator or 0, found.denominator or 0
    if judged < FEWEST_FOR_PERCENT:
        return describe_share(met, judged).replace("/", " of ", 1)
    interval = describe_share_range(found.lower, found.upper, judged)
    percent = describe_percent(met / judged, judged)
    return f"{describe_count(met)} of {describe_count(judged)} ({_joined(percent, interval)})"
