"""What does the page say of the comparison: whether it was made, what was found, and what could have gone wrong?"""

from __future__ import annotations

from enum import Enum

from abate.contracts.definition import Treatment
from abate.contracts.result import Estimate
from abate.report.numbers import NARROW_SPACE, decimals_for, describe_number, describe_range
from abate.report.view import ResultView
from abate.report.words import capital, in_words, listed, plural, sentence, shown

_CHECK = "comparison.check."
#: How the ids of negative-control exposures begin.
CONTROL_EXPOSURE = "comparison.control_exposure."
#: Differences that negative controls calibrate, or do not where one of them is none.
_CALIBRATED = ("comparison.final.calibrated", "comparison.response.calibrated", "comparison.response.calibrated_by_exposures")  # fmt: skip
#: Means of the time to the final rating that differ by more than this are said to differ, in days.
_UNLIKE_DAYS = 0.5


class State(Enum):
    """How far the comparison came."""

    NOT_ASKED = "there is no comparator"
    NOT_TOLD = "it is not in this edition"
    NO_NUMBER = "it was tried, and no number is to be used"
    MADE = "there is a difference with its interval"


def state_of(view: ResultView) -> State:
    """Return how far the comparison came, by its first outcomes."""
    if view.study.comparator is None:
        return State.NOT_ASKED
    if view.result.compared is None:
        return State.NOT_TOLD
    found = [view.known("comparison.final"), view.known("comparison.response.difference")]
    return State.MADE if any(found) else State.NO_NUMBER


def comparator_of(view: ResultView) -> str:
    """Return the name of the comparator."""
    comparator: Treatment | None = view.study.comparator
    return "" if comparator is None else shown(comparator.name)


def other_is_given(view: ResultView) -> bool:
    """Return whether the comparator is a drug, and its courses begin with a dose; else they are untreated visits."""
    comparator = view.study.comparator
    return comparator is None or comparator.is_given


def say_time_zero(view: ResultView) -> str:
    """Return what time zero is, as the end of a sentence."""
    comparator = view.study.comparator
    if comparator is None or comparator.is_given:
        return "the first dose of the course, in both groups"
    return (
        f"the first dose of a course of {shown(view.treatment)}, and {comparator.clock_starts_with} of {comparator_of(view)}: "
        "without a dose no clock can count from one"
    )


def why_no_cause(view: ResultView) -> str:
    """Return as a clause why the comparison does not say what the treatment itself did."""
    other = comparator_of(view)
    # A study may say that its comparator's courses are of patients without treatment.
    is_untreated = not other_is_given(view) or bool(getattr(view.study.attribution, "untreated", False))
    made = (
        f"the comparison with {other} is of groups that nobody formed by lot"
        if is_untreated
        else f"the comparison with {other} tells two treatments apart, not a treatment from none"
    )
    return {
        State.NOT_ASKED: "it has no comparison group",
        State.NOT_TOLD: f"the comparison with {other} is not in this edition",
        State.NO_NUMBER: f"the comparison with {other} gave no number that can be used",
        State.MADE: made,
    }[state_of(view)]


def say_comparison(view: ResultView) -> str:
    """Return the answer with its counts; where there is none, why."""
    other = comparator_of(view)
    if state_of(view) is State.NOT_TOLD:
        return f"The comparison with {other} is not in this edition: its counts are not protected yet."
    found = view.estimate("comparison.final")
    who = _who(view)
    if found is None or found.value is None:
        response = view.known("comparison.response.difference")
        if response is not None and response.value is not None:
            return f"{who}, {_say_response(view, response)}."
        reason = in_words((found.reason if found else None) or "nothing could be compared")
        return f"No difference from {other} is given: {reason}."
    return f"{who}, {_say_final(view, found)}. {_NOT_DRAWN}"


_NOT_DRAWN = "Nobody was assigned by lot: what was not recorded can still tell the groups apart."


def _who(view: ResultView) -> str:
    treated, others = (int(view.value(f"{_CHECK}{id}") or 0) for id in ("treated", "comparator"))
    compared = view.result.compared
    count = 0 if compared is None else len(compared.balance)
    alike = f", made alike in {plural(count, 'thing')} known before" if count else ""
    return f"In {plural(treated, 'course')} of {shown(view.treatment)} and {plural(others, 'course')} of {comparator_of(view)}{alike}"


def _say_final(view: ResultView, found: Estimate) -> str:
    value = found.value or 0.0
    decimals = decimals_for(found.lower, found.upper)
    size = describe_number(abs(value), decimals)
    after = f"after {shown(view.treatment)}"
    if not any(digit in size for digit in "123456789"):
        moved = f"mean final {view.noun} {after} was the same"
    else:
        moved = f"mean final {view.noun} {after} was {size} points {'lower' if value < 0 else 'higher'}"
    if found.lower is None or found.upper is None:
        return f"{moved} (no interval: {in_words(found.reason or 'not known')})"
    return (
        f"{moved} (difference {describe_number(value, decimals)}, {describe_range(found.lower, found.upper, decimals)})"
    )


def _say_response(view: ResultView, found: Estimate) -> str:
    return f"the share that responds differed by {points_of(found)} after {shown(view.treatment)}"


def points_of(found: Estimate) -> str:
    """Return a difference of shares in percentage points with its interval."""
    value = describe_number(100 * (found.value or 0.0), 0)
    if found.lower is None or found.upper is None:
        return f"{value} percentage points"
    return f"{value} ({describe_range(100 * found.lower, 100 * found.upper, 0)}) percentage points"


def say_warnings(view: ResultView) -> tuple[str, ...]:
    """Return what in time, line of treatment and records could make the groups unlike, each with its count; nothing at 0."""
    found = (
        _line_of_treatment(view),
        _untreated_so_far(view),
        _failed_before(view),
        _baseline_too_late(view),
        _chosen_by_length(view),
        _missing_finals(view),
        _unlike_times(view),
        _left_out(view),
        _controls_that_are_none(view),
    )
    return tuple(text for text in found if text)


def drug_of_control(view: ResultView, id: str) -> str:
    """Return the drug of a negative-control exposure by the id of its row."""
    control, design = id.removeprefix(CONTROL_EXPOSURE).removesuffix(".response"), view.study.target_trial
    return control if design is None else design.ingredient_of(control)


def _controls_that_are_none(view: ResultView) -> str:
    """Return which negative controls showed an effect, each once: nothing is calibrated by such."""
    reasons = [found.reason for id in _CALIBRATED if (found := view.estimate(id)) is not None]
    said = dict.fromkeys(reason for reason in reasons if reason and "from the other negative controls" in reason)
    if not said:
        return ""
    return f"Warning, negative controls: {'; '.join(shown(reason) for reason in said)}. Nothing is calibrated by these."


def _count(view: ResultView, id: str) -> int:
    return int(view.value(f"{_CHECK}{id}") or 0)


def _line_of_treatment(view: ResultView) -> str:
    both, later, design = _count(view, "both"), _count(view, "earlier_other"), view.study.target_trial
    if not both:
        return ""
    if not other_is_given(view):
        return (
            f"{plural(both, 'person')} had an episode of {comparator_of(view)} and, later, a course of {shown(view.treatment)}: both may "
            "count, since nobody knew at the first what would come."
        )
    persons = f"{plural(both, 'person')} had both treatments in these records."
    if not later or design is None:
        return persons
    courses = f"{plural(later, 'eligible course')} came after an earlier course of the other treatment"
    if design.users == "new":
        return f"{persons} {courses}, and {'was' if later == 1 else 'were'} left out."
    return (
        f"Warning: {persons} {courses} and {'is' if later == 1 else 'are'} compared all the same: who comes to a second treatment "
        "has seen the first fail."
    )


def _untreated_so_far(view: ResultView) -> str:
    """Return how far the two clocks differ, and what it does that a stay is known to be untreated only at its end."""
    if other_is_given(view):
        return ""
    waited = [view.value(f"{_CHECK}days_waited_{id}") for id in ("treated", "comparator")]
    times = (
        ""
        if waited[0] is None or waited[1] is None
        else f"the clock starts {describe_number(24 * waited[0], 0)} hours after admission before {shown(view.treatment)} and "
        f"{describe_number(24 * waited[1], 0)} hours after it for {comparator_of(view)}, on average; "
    )
    return (
        f"Warning, time zero: {times}that a stay held no dose is known only at its end, so who was better before a first dose could be "
        f"given counts as {comparator_of(view)}, which speaks against the treatment."
    )


def _failed_before(view: ResultView) -> str:
    design = view.study.target_trial
    if design is None:
        return ""
    said = [
        f"{plural(count, 'course')} of {name} began within {design.recent} of a course of {other} without response"
        for count, name, other in (
            (_count(view, "after_failed"), shown(view.treatment), comparator_of(view)),
            (_count(view, "comparator_after_failed"), comparator_of(view), shown(view.treatment)),
        )
        if count
    ]
    if not said:
        return ""
    is_left_out = design.users == "new" and other_is_given(view)
    done = "They are left out." if is_left_out else "They are compared as if it had been a first choice."
    return f"Warning, line of treatment: {listed(said)}. {done}"


def _baseline_too_late(view: ResultView) -> str:
    count = _count(view, "baseline_after_start")
    if not count:
        return ""
    return (
        f"Warning, time zero: in {plural(count, 'compared course')} the baseline was rated after the first dose, so that it may hold "
        "some of the effect."
    )


def _chosen_by_length(view: ResultView) -> str:
    count = _count(view, "lost_by_length")
    if not count:
        return ""
    return (
        f"Warning, immortal time: {plural(count, 'course')} did not enter because of {'its' if count == 1 else 'their'} length, which "
        "nobody knows at the first dose; who stops early is then missing from the groups."
    )


def _missing_finals(view: ResultView) -> str:
    treated, others = _count(view, "no_final_treated"), _count(view, "no_final_comparator")
    if not treated and not others:
        return ""
    return (
        f"Without a final rating: {plural(treated, 'course')} of {shown(view.treatment)} and {plural(others, 'course')} of "
        f"{comparator_of(view)}; the others stand for them."
    )


def _unlike_times(view: ResultView) -> str:
    times = [view.value(f"{_CHECK}days_to_final_{id}") for id in ("treated", "comparator")]
    if times[0] is None or times[1] is None or abs(times[0] - times[1]) <= _UNLIKE_DAYS:
        return ""
    first, second = (describe_number(time) for time in (times[0], times[1]))
    that = "that" if other_is_given(view) else "time zero"
    return (
        f"Warning, follow-up: the final rating came {first} days after the first dose of {shown(view.treatment)} and {second} days after "
        f"{that} of {comparator_of(view)} on average: who is not yet better may stay longer, and has more time for it. Look at the daily ratings too."
    )


def _left_out(view: ResultView) -> str:
    compared = view.result.compared
    if compared is None or not compared.left_out:
        return ""
    by_reason: dict[str, list[str]] = {}
    for name, reason in compared.left_out.items():
        by_reason.setdefault(reason, []).append(name)
    return sentence(
        "; ".join(
            f"{capital(listed(names))}: {reason}, so nothing to be made alike" for reason, names in by_reason.items()
        )
    )


def percent_of(share: float) -> str:
    """Return a share in per cent without decimals."""
    return f"{describe_number(100 * share, 0)}{NARROW_SPACE}%"
