"""What is to be estimated, in the words of ICH E9(R1)? A default text filled from the plan, and the intercurrent events."""

from __future__ import annotations

from abate.base.words import in_words
from abate.contracts.plan_assumptions import Ratings, Repeats, Retention
from abate.contracts.plan_file import Arm, DesignKind, Estimand, IntercurrentEvent, PlanFile
from abate.contracts.plan_values import Share
from abate.contracts.plan_view import OTHER_ESTIMANDS, PARALLEL_SUMMARY
from abate.contracts.trial_plan import EventRow
from abate.knowledge.scales import SCALES
from abate.trial.designs.author_marks import needs_author
from abate.trial.designs.facts import shown_share
from abate.trial.designs.usual_events import UsualEvent, usual_events

#: Designs whose outcome is an event or a response, into which another event can be counted.
_COUNTED = ("randomised withdrawal", "single-arm two-stage")

#: A guess is caused by the drug and changes the rating: between the two, not an event after which a rating means less.
MEDIATOR = "none: it lies between drug and rating (a mediator), and is no intercurrent event"


def name_of_scale(scale: str) -> str:
    """Return the name of a scale that is known, such as ``numeric rating scale`` of ``nrs``; of another one its own words."""
    known = SCALES.get(scale)
    return in_words(scale) if known is None else known.name


def default_estimand(
    *,
    kind: DesignKind,
    condition: str,
    arms: tuple[Arm, ...],
    ratings: Ratings,
    retention: Retention,
    primary_day: float | None = None,
    failed_classes: int | None = None,
    persons: str = "Adults",
    repeats: Repeats | None = None,
) -> Estimand:
    """Return the estimand of a plan as a default text; what only an author knows is marked.

    Parameters
    ----------
    kind : str
        As in the plan file's ``design.kind``.
    condition : str
        Such as ``migraine``.
    arms : tuple of Arm
        Text of each arm where there is one, else its name.
    ratings : Ratings
        Scale and days.
    retention : Retention
        Tells how often courses end early.
    primary_day : float or None
        One of ``ratings.days``; None: the last.
    failed_classes : int or None
        Classes of preventive drugs that have failed; None: left to an author.
    persons : str
        Whom the study's rules of age admit.
    repeats : Repeats or None
        Tells how often a course is repeated.
    """
    day = ratings.days[-1] if primary_day is None else primary_day
    rating = f"rating of the {name_of_scale(ratings.scale)} ({ratings.lowest:g} to {ratings.highest:g}) on day {day:g}"
    variable, summary = OTHER_ESTIMANDS.get(kind, ("{rating}", PARALLEL_SUMMARY))
    return Estimand(
        population=_population(persons, condition, failed_classes),
        treatment=_treatment(arms),
        variable=variable.format(rating=rating),
        summary=summary,
        events=default_events(ratings=ratings, retention=retention, primary_day=day, repeats=repeats),
    )


def default_events(
    *, ratings: Ratings, retention: Retention, primary_day: float, repeats: Repeats | None = None
) -> tuple[IntercurrentEvent, ...]:
    """Return the intercurrent events of a course with their default strategies and how often the study saw them.

    Where the study does not have it, the usual range stands as assumed, or nothing.
    """
    place = ratings.days.index(primary_day) - 1
    seen = {
        "reason: adverse event": retention.reasons.get("adverse event"),
        "reason: no effect": retention.reasons.get("no effect"),
        "left before the primary day": _left_before(retention, place, primary_day),
        "repeat courses": None if repeats is None else _repeated(repeats),
    }
    return tuple(_default_event(usual, seen.get(usual.study)) for usual in usual_events())


def describe_events(plan: PlanFile) -> tuple[EventRow, ...]:
    """Return the rows of the table of intercurrent events, and below them the guess of the assignment, which is none."""
    words = {usual.event: usual.usual_in_words for usual in usual_events()}
    rows = tuple(
        _row(event, words.get(event.event, ""), plan.disclosure.smallest_count, _strategy(event, plan))
        for event in plan.estimand.events
    )
    return (*rows, _guess_row(plan))


def _population(persons: str, condition: str, failed_classes: int | None) -> str:
    failed = (
        needs_author("how many classes of preventive drugs have failed")
        if failed_classes is None
        else f"at least {failed_classes} classes of preventive drugs failed"
    )
    return f"{persons} with {condition}, {failed}, with a diary of the 28 days before, admitted for a course"


def _treatment(arms: tuple[Arm, ...]) -> str:
    assigned = " or to ".join(arm.text or arm.name for arm in arms)
    return f"Assignment to {assigned}, on top of one fixed bundle: {needs_author('what is in the bundle')}"


def _default_event(usual: UsualEvent, seen: Share | None) -> IntercurrentEvent:
    return IntercurrentEvent(
        event=usual.event,
        strategy=usual.strategy,
        alternative=usual.alternative,
        expected=usual.usual if seen is None else seen,
    )


def _left_before(retention: Retention, place: int, day: float) -> Share:
    return Share(
        value=round(1 - retention.seen[place], 4),
        basis=retention.basis,
        n=retention.n,
        source=f"{retention.source}; no longer rated on day {day:g}, for any reason",
    )


def _repeated(repeats: Repeats) -> Share:
    return Share(
        value=round(min(1.0, repeats.courses_per_person - 1), 4),
        basis=repeats.basis,
        source=f"{repeats.source}; {repeats.courses_per_person:.3g} courses a person, so at most this share has a repeat course",
    )


def _strategy(event: IntercurrentEvent, plan: PlanFile) -> str:
    """Return the strategy, with what it cannot be for this variable: a mean of ratings has no composite, a day no event after it."""
    if event.strategy == "composite" and plan.design.kind not in _COUNTED:
        return "described; composite where the outcome is response"
    if "follow-up" in event.event.lower() and plan.design.kind != "randomised withdrawal":
        return f"{event.strategy}; concerns the follow-up, not the primary rating"
    return event.strategy


def _row(event: IntercurrentEvent, usual_in_words: str, smallest_count: int, strategy: str) -> EventRow:
    expected = event.expected
    return EventRow(
        event=event.event,
        strategy=strategy,
        alternative=event.alternative or "",
        expected=_usual_words(usual_in_words) if expected is None else expected_in_words(expected, smallest_count),
        is_unverified=expected is None or expected.is_unverified,
    )


def _usual_words(words: str) -> str:
    return f"{words} (unverified)" if words else "not known"


def expected_in_words(share: Share, smallest_count: int) -> str:
    """Return how often something is to be expected, with its source; an assumed range as a range.

    Examples
    --------
    >>> expected_in_words(Share(value=0.065, low=0.03, high=0.1, basis="assumed", source="usual range"), 5)
    '3 to 10 % (usual range; unverified)'
    """
    if share.is_unverified and share.low is not None and share.high is not None:
        return f"{100 * share.low:.0f} to {100 * share.high:.0f} % ({share.source}; unverified)"
    shown = shown_share(share, smallest_count).removesuffix(" (unverified)")
    return f"{shown} ({share.source}{'; unverified' if share.is_unverified else ''})"


def _guess_row(plan: PlanFile) -> EventRow:
    belief = plan.effect.belief
    expected, is_unverified = "50 to 80 % (usual range; unverified)", True
    if belief is not None:
        active, control = (
            expected_in_words(share, plan.disclosure.smallest_count) for share in (belief.in_active, belief.in_control)
        )
        expected = f"believe that they have the drug: with it {active}, without it {control}"
        is_unverified = belief.in_active.is_unverified or belief.in_control.is_unverified
    return EventRow(
        event="correct guess of the assignment",
        strategy=MEDIATOR,
        alternative="sensitivity: the difference less the effect of belief",
        expected=expected,
        is_unverified=is_unverified,
    )
