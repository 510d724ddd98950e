"""What may be said of the split of the fall, and what stands in its place where there is none?

No sentence here says that the drug did anything: what is left after regression to the mean is the treatment and all that comes
with being there.
"""

from __future__ import annotations

from collections.abc import Sequence

from abate.contracts.result import Estimate
from abate.report.cells import mean_cell
from abate.report.numbers import decimals_for, describe_count, describe_number, describe_range, describe_share_range
from abate.report.told import told_n
from abate.report.view import ResultView
from abate.report.words import capital, describe_meeting, in_words, listed, plural, shown

ADMITTED_AT_A_BAD_TIME = "Patients were admitted at a bad time, and the worst is followed by better days."
NOT_TO_BE_PARTED = (
    "What is left is the treatment and everything else that comes with being in hospital: these cannot be separated without patients who "
    "were in the same ward without the drug."
)
BAD_DAYS_ONLY = (
    "Earlier ratings were taken mostly on bad days. They cannot show how these patients usually are; no split is drawn."
)


def is_split(view: ResultView) -> bool:
    """Return whether there is a fall and a split of it."""
    fall = view.value("regression.fall")
    return fall is not None and fall > 0 and view.known("regression.left") is not None


def is_flagged(view: ResultView, check: str) -> bool:
    """Return whether this check is flagged; not where it is not known."""
    return view.value(f"regression.flag.{check}") == 1


def with_interval(found: Estimate) -> str:
    """Return ``2.2 (1.4 to 3.0)``."""
    return mean_cell(found, decimals_for(found.lower, found.upper))


def say_attribution(view: ResultView) -> tuple[str, ...]:
    """Return the answer in one sentence, then what stands around it, a paragraph each."""
    change = view.known("change.mean")
    if change is None or change.value is None:
        return ("Without a change there is nothing to split.",)
    if change.value >= 0:
        return _say_no_fall(view)
    if view.is_hidden("regression.left"):
        return ("How much of the fall was to be expected is hidden in this edition.",)
    if is_split(view):
        return _say_split(view)
    return _say_no_split(view)


def _say_no_fall(view: ResultView) -> tuple[str, ...]:
    no_fall = (
        "Treatment usually begins at a bad time, and the worst is followed by better days: from that alone a fall would be "
        "expected. These records cannot say why there was none."
    )
    return (f"The {view.noun} did not fall, and there is no fall to split.", no_fall)


def _say_split(view: ResultView) -> tuple[str, ...]:
    fall, natural, left = (view.known(f"regression.{name}") for name in ("fall", "natural", "left"))
    assert fall is not None and natural is not None and left is not None  # noqa: PT018
    to_day = f" to day {planned_day(view)}" if is_of_planned_day(view) else ""
    answer = (
        f"Of a mean fall of {describe_number(fall.value or 0)}{to_day}, about {with_interval(natural)} would have been expected from each "
        f"patient\u2019s own earlier ratings; {with_interval(left)} is left."
    )
    paragraphs = [
        f"{ADMITTED_AT_A_BAD_TIME} {NOT_TO_BE_PARTED}{_say_responders(view)}",
        _say_claim(view, left),
        _say_rests_on(view, fall),
        *_say_flags(view),
        _say_bracket_beside(view),
        *_say_others(view),
    ]
    return (answer, *(text for text in paragraphs if text))


def _say_responders(view: ResultView) -> str:
    """Return how many of a hundred would have met the primary rule with nothing done, and how many did."""
    rule = view.study.response.primary
    expected = view.known(f"response.{rule.id}.expected")
    met = view.known(f"response.{rule.id}")
    if expected is None or met is None or expected.value is None or met.value is None:
        return ""
    meeting = describe_meeting(rule).replace("fell", "have fallen").replace("ended", "have ended")
    interval = describe_share_range(expected.lower, expected.upper, 100).removesuffix("\u202f%")
    return (
        f" Of 100 such patients, {round(100 * expected.value)}{f' ({interval})' if interval else ''} would {meeting} without either; "
        f"{round(100 * met.value)} did."
    )


def _say_claim(view: ResultView, left: Estimate) -> str:
    """Return whether a fall beyond what was to be expected is claimed, with the limit that decides it."""
    margin = 0.25 if view.study.attribution is None else view.study.attribution.margin
    claim = view.value("regression.claim")
    how = (
        "declared in the study file"
        if view.study.attribution is not None
        else "assumed, for the study file declares none"
    )
    if claim is None or left.lower is None:
        return "The part left has no interval, and nothing is claimed of it."
    lower = _deciding_limit(view, left.lower)
    if claim == 1:
        return f"{lower}, exceeds the margin of {margin:g} points {how}."
    return (
        f"{lower}, does not exceed the margin of {margin:g} points {how}: "
        "no fall beyond what was to be expected is claimed."
    )


def _deciding_limit(view: ResultView, lower: float) -> str:
    """Return the limit that a claim rests on: of two splits that lie far apart the lower one."""
    by_scores = view.known("regression.normal_scores_left")
    if not is_flagged(view, "shape_of_ratings") or by_scores is None or by_scores.lower is None:
        return f"The lower limit of what is left, {describe_number(lower)}"
    return f"Of the lower limits of what is left by the two splits, the lower one, {describe_number(min(lower, by_scores.lower))}"


def _say_rests_on(view: ResultView, fall: Estimate) -> str:
    ratings, mean = view.known("regression.earlier_ratings"), view.known("regression.earlier_mean")
    if ratings is None or mean is None or ratings.value is None:
        return ""
    first = describe_number((view.value("regression.expected_final") or 0) + (view.value("regression.natural") or 0))
    return (
        f"It rests on {plural(ratings.value, 'rating')} of the half year before admission, in {plural(told_n(mean), 'course')} of "
        f"{describe_count(told_n(fall))}. Before admission these averaged {describe_number(mean.value or 0)}; the rating at admission was {first}."
    )


def _say_flags(view: ResultView) -> Sequence[str]:
    found = []
    if is_flagged(view, "asked_when_bad"):
        left = view.known("regression.visits_left")
        beside = (
            ""
            if left is None
            else f" With the visits in the model, as coming with pain, {with_interval(left)} would be left."
        )
        found.append(
            f"Visits came when it was bad. The split therefore rests on ratings at planned times and in diaries alone.{beside}"
        )
    if is_flagged(view, "in_hindsight"):
        found.append(
            "The day of admission was chosen afterwards, as the worst of its neighbours; the split allows for the days that the study file names."
        )
    if is_flagged(view, "lasting_rise"):
        found.append(
            "Pain had been rising for weeks. If that was a lasting worsening, less would have come back by itself and the fall left is larger "
            "than shown; if a long spell, the figure stands."
        )
    if is_flagged(view, "discharge_when_better"):
        found.append(_say_leaving(view))
    if is_flagged(view, "shape_of_ratings"):
        found.append(_say_shape(view))
    if is_flagged(view, "prior_dominated"):
        found.append(
            "The earlier ratings say little of some parts of the model, and assumptions decide them: read the split with care."
        )
    return found


def _say_shape(view: ResultView) -> str:
    """Return both splits of the last rating, with ratings as they are and by their rank, and what that does to the claim."""
    last, by_scores = view.known("regression.last_rating_left"), view.known("regression.normal_scores_left")
    plain, by_the_last = last or view.known("regression.left"), "" if last is None else " by the last rating"
    both = ""
    if plain is not None and by_scores is not None:
        both = (
            f": taken as they are, {with_interval(plain)} is left{by_the_last}, and taken by their rank among all ratings, "
            f"{with_interval(by_scores)}"
        )
    return f"The split hangs on how the ratings are distributed{both}; a claim is made only where the lower limits of both exceed the margin."


def _say_leaving(view: ResultView) -> str:
    statistic = view.value("regression.check.discharge_when_better")
    test = "" if statistic is None else f" (score test, {describe_number(statistic)} standard errors)"
    left, last = view.known("regression.planned_day_left"), view.known("regression.last_rating_left")
    if left is None or last is None:
        why = view.reason("regression.planned_day_left")
        more = f" A planned day cannot be read instead: {in_words(why)}." if why else ""
        return f"Patients left when better{test}. The last rating therefore flatters, and the fall left is smaller than shown.{more}"
    ended, day = view.known("regression.planned_day_relief_ended_left"), planned_day(view)
    if_ended = (
        ""
        if ended is None
        else f" If the relief of those who left had ended with their leaving, {with_interval(ended)} would be left."
    )
    return (
        f"Patients left when better{test}. The last rating therefore flatters: by it {with_interval(last)} would be left; the rating of day {day} "
        f"gives {with_interval(left)} and is the one that is split.{_say_filled(view)}{if_ended}"
    )


def _say_filled(view: ResultView) -> str:
    """Return how many courses had no rating on the planned day."""
    filled = view.known("regression.planned_day_filled")
    if filled is None or not filled.value:
        return ""
    whom = f"{describe_count(filled.value)} of {plural(told_n(filled), 'course')}"
    return f" {whom} had none that day and were filled in from their earlier days, many times over; the interval covers it."


def planned_day(view: ResultView) -> int:
    """Return the day of the course that was planned as the last."""
    return 5 if view.study.attribution is None else view.study.attribution.planned_day


def is_of_planned_day(view: ResultView) -> bool:
    """Return whether the fall that is split is that to the planned day."""
    return view.known("regression.planned_day_left") is not None


def _say_bracket_beside(view: ResultView) -> str:
    low, high = view.known("regression.history_mean_left"), view.known("regression.history_fall")
    if low is None or high is None:
        return ""
    return (
        f"Without a model: each patient\u2019s own mean of earlier ratings would leave {with_interval(low)}, which takes off too much, and the whole "
        f"fall of {with_interval(high)} takes off nothing. What is left lies between the two."
    )


def _say_others(view: ResultView) -> Sequence[str]:
    found = []
    left, natural = view.known("regression.untreated_left"), view.known("regression.untreated_natural")
    if left is not None and natural is not None and view.study.comparator is not None:
        found.append(
            f"Against {shown(view.study.comparator.name)}, at the same first rating: {with_interval(natural)} to be expected, "
            f"{with_interval(left)} left. Where those were elsewhere, what the ward does is in it."
        )
    found += _say_reference(view)
    return found


def _say_reference(view: ResultView) -> Sequence[str]:
    low, high = view.value("regression.reference_low"), view.value("regression.reference_high")
    if low is None or high is None or view.study.attribution is None:
        return []
    stated = [
        f"mean {_range(one.mean)}, correlation {_range(one.correlation)}; {shown(one.source)}"
        for one in view.study.attribution.references
    ]
    under = (
        f"Under published values ({listed(stated)}) {describe_range(low, high)} would have been expected. These values are not from these "
        "patients, and such formulas tend to take off too little."
    )
    return [under]


def _range(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g}" if ends[0] == ends[1] else f"{ends[0]:g} to {ends[1]:g}"


def _say_no_split(view: ResultView) -> tuple[str, ...]:
    """Return the sentences that stand where the split would stand."""
    if is_flagged(view, "asked_when_bad"):
        return (BAD_DAYS_ONLY, *_say_others(view), _say_level(view), f"{ADMITTED_AT_A_BAD_TIME} {NOT_TO_BE_PARTED}")
    low, high = view.known("regression.history_mean_left"), view.known("regression.history_fall")
    reason = in_words(view.reason("regression.left") or "what earlier ratings would have led to is not known")
    has_bracket = (
        low is not None and high is not None and low.lower is not None and not is_flagged(view, "in_hindsight")
    )
    if has_bracket and low is not None and high is not None:
        answer = f"Between {with_interval(low)} and {with_interval(high)} is left: the earlier ratings are too few to say where."
    else:
        answer = "No split is possible."
    whose = "the patient\u2019s" if view.is_one_patient else "these patients\u2019"
    why = f"{capital(reason)}. {_say_level(view, whose)}".strip()
    return (answer, why, *_say_others(view), f"{ADMITTED_AT_A_BAD_TIME} {NOT_TO_BE_PARTED}")


def _say_level(view: ResultView, whose: str = "these patients\u2019") -> str:
    """Return how well they would usually have to be for the whole fall to be regression to the mean."""
    baseline, final, change = (view.known(f"{name}.mean") for name in ("baseline", "final", "change"))
    if (
        baseline is None
        or final is None
        or change is None
        or final.value is None
        or not baseline.n == final.n == change.n
    ):
        return ""
    return f"For the whole fall to be regression, {whose} usual level would have to be {describe_number(final.value)} or lower."


def say_later(view: ResultView, visit: str) -> str:
    """Return the share still better at a visit beside the chance of that on a random later day without any treatment."""
    expected, seen = view.known(f"sustained.{visit}.expected"), view.known(f"follow_up.{visit}.response")
    if expected is None or seen is None or expected.value is None or seen.value is None or told_n(seen) in ("hidden",):
        return ""
    meeting = describe_meeting(view.study.response.primary)
    interval = describe_share_range(expected.lower, expected.upper, 100)
    return (
        f"At {in_words(visit)}, {round(100 * seen.value)}\u202f% of those seen {meeting} against admission; {round(100 * expected.value)}\u202f% "
        f"{f'({interval}) ' if interval else ''}would on a random later day without any treatment."
    )
