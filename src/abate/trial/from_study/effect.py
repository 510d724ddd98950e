"""What of the observed fall may be planned on? The fall and what it contains, each with its standard error and source."""

from __future__ import annotations

from abate.contracts.plan_assumptions import Belief, Effect
from abate.contracts.plan_values import Number, Share
from abate.contracts.result import Estimate, StudyResult

#: Range of the scale for which the starting values below are written, in points.
_WRITTEN_FOR = 10.0
#: Middle of the 50 to 80 % who are expected to guess their arm; the same in both arms.
_GUESS_RIGHT = 0.65
_NO_EVIDENCE = "a starting value without evidence, for a scale of 0 to 10; replace it"


def carry_effect(result: StudyResult, scale_range: float) -> Effect:
    """Return the observed fall, what was to be expected with nothing done, and starting values for what no study gives.

    Parameters
    ----------
    result : StudyResult
        With the attribution estimates where the study had ratings from before.
    scale_range : float
        Highest less lowest rating; starting values are in proportion to it.

    Notes
    -----
    Context, bundle and the spread between populations are known of no study of such a course. They begin with illustrative
    values, marked as assumed wherever they are shown.
    """
    unit = scale_range / _WRITTEN_FOR
    left = _number(result.estimate("regression.left"), "fall left after regression to the mean")
    regression = _number(result.estimate("regression.natural"), "fall to be expected with nothing done")
    return Effect(
        observed_fall=_observed(result),
        regression_to_mean=regression
        or _assumed("regression to the mean, not known of this study", 0.8 * unit, 0.4 * unit),
        fall_left=left,
        context=_assumed("fall in a blinded control over and above regression to the mean", 1.8 * unit, 0.6 * unit),
        bundle=_assumed("fall by treatments that both arms are given", 0.3 * unit, 0.3 * unit),
        between_populations_sd=_assumed("spread of the effect between populations", 0.3 * unit, None),
        belief=Belief(
            effect=_assumed(
                "what believing that one has the drug does to a rating, 0 to 1.5 points", 0.75 * unit, 0.375 * unit
            ),
            in_active=_believing(_GUESS_RIGHT),
            in_control=_believing(1 - _GUESS_RIGHT),
        ),
        worthwhile=_assumed(
            "smallest difference between groups worth having: about 1 point, recalled", 1.0 * unit, None
        ),
    )


def _observed(result: StudyResult) -> Number | None:
    """Return the fall that is split, else the mean change with its sign turned."""
    split = _number(result.estimate("regression.fall"), "mean fall")
    change = result.estimate("change.mean")
    if split is not None or change is None or change.value is None:
        return split
    return Number(
        value=round(-change.value, 4),
        se=None if change.standard_error is None else round(change.standard_error, 4),
        basis="study",
        source="change.mean, its sign turned",
        n=change.person_count,
    )


def _number(found: Estimate | None, words: str) -> Number | None:
    if found is None or found.value is None or found.standard_error is None:
        return None
    return Number(
        value=round(found.value, 4),
        se=round(found.standard_error, 4),
        basis="study",
        source=f"{found.id}: {words}",
        n=found.person_count,
    )


def _assumed(words: str, value: float, se: float | None) -> Number:
    return Number(value=value, se=se, basis="assumed", source=f"{words}; {_NO_EVIDENCE}")


def _believing(value: float) -> Share:
    words = (
        "share who would say they have the drug, where 50 to 80 % guess their arm; none was measured for such a course"
    )
    low, high = round(value - 0.15, 2), round(value + 0.15, 2)
    return Share(value=round(value, 2), low=low, high=high, basis="assumed", source=f"{words}; {_NO_EVIDENCE}")
