"""How are the numbers of a plan said? The same words wherever a plan is read: on its page and in its drafts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from abate.base.numbers import (
    MINUS,
    describe_number,
    describe_percent,
    describe_percent_range,
    describe_range,
    describe_short,
    describe_signed,
)
from abate.base.words import in_words, sentence
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import DesignRow, EffectStep, TrialPlan

#: Ids of numbers that are shares from 0 to 1 begin so; so are those whose quantity begins with one of the words.
_SHARES = ("power.", "assurance")
_SHARE_WORDS = ("share ", "probability ")
#: Units as a reader writes them; another one stands as it is, one in braces without them.
_UNITS = {"1": "", "{currency}": "", "mo": "months", "d": "days", "wk": "weeks"}

#: What stands beside a number that nobody has measured.
UNVERIFIED = "unverified"

#: Points of effect are told with two decimals wherever they stand: one would hide that 1.35 is not 1.3.
POINT_DECIMALS = 2

#: Under the table of looks: whom it counts.
DUE = "Due by then: participants whose day of the primary outcome has come; some of them will have no rating."
#: Under the table of what looks do: why its shares are not those of power and level.
ON_Z = (
    "Rejects: by closed form on the scale of z, for the side of benefit alone, the bounds for futility obeyed; "
    "so it is not quite the power, and at no difference about half of a two-sided level."
)

#: A limit from here on is none: it would be shown as 100 %.
_NEARLY_ONE = 0.995

#: A piece of the headline, and whether it stands out.
Piece = tuple[str, bool]


def is_share(estimate: Estimate) -> bool:
    """Return whether a number is a share from 0 to 1, to be written in per cent.

    Examples
    --------
    >>> is_share(Estimate(id="power.closed", quantity="power by the closed form", value=0.8))
    True
    """
    return estimate.id.startswith(_SHARES) or estimate.quantity.lower().startswith(_SHARE_WORDS)


def is_difference_of_shares(estimate: Estimate) -> bool:
    """Return whether a number is the difference of two shares, to be written in percentage points."""
    return is_share(estimate) and estimate.id.endswith(".difference")


def describe_value(estimate: Estimate | None) -> str:
    """Return a number without its interval: ``80 %``, ``1.20 points``, ``48 months``; or the reason why there is none.

    Examples
    --------
    >>> describe_value(Estimate(id="accrual.months", quantity="months", value=48.0, unit="mo"))
    '48 months'
    """
    if estimate is None:
        return "not asked for"
    if estimate.value is None:
        return f"none: {estimate.reason.rstrip('.')}" if estimate.reason else "none"
    return _with_unit(_bare(estimate, estimate.value), estimate)


def describe_with_interval(estimate: Estimate | None) -> str:
    """Return a number with its interval: ``80 % (78 to 82 %)``, ``1.20 points (−0.45 to 2.85)``.

    Examples
    --------
    >>> describe_with_interval(Estimate(id="x", quantity="cost", value=5.0, lower=4.0, upper=7.0))
    '5 (4 to 7)'
    """
    interval = describe_interval(estimate)
    text = describe_value(estimate)
    return f"{text} ({interval})" if interval else text


def describe_interval(estimate: Estimate | None) -> str:
    """Return the interval of a number, ``78 to 82 %``; nothing where it has none."""
    if estimate is None or estimate.value is None or estimate.lower is None or estimate.upper is None:
        return ""
    if is_difference_of_shares(estimate):
        return describe_range(100 * estimate.lower, 100 * estimate.upper)
    if is_share(estimate):
        return describe_percent_range(estimate.lower, estimate.upper)
    if _is_in_points(estimate):
        return describe_range(estimate.lower, estimate.upper, POINT_DECIMALS)
    return f"{describe_short(estimate.lower)} to {describe_short(estimate.upper)}"


def describe_points(value: float, decimals: int = POINT_DECIMALS) -> str:
    """Return ``1.20 points``, ``1.00 point``."""
    text = describe_number(value, decimals)
    return f"{text} point" if abs(value) == 1 else f"{text} points"


def _bare(estimate: Estimate, value: float) -> str:
    if is_difference_of_shares(estimate):
        return f"{describe_signed(100 * value)} percentage points"
    if is_share(estimate):
        return describe_percent(value)
    if _is_in_points(estimate):
        return describe_number(value, POINT_DECIMALS)
    return describe_short(value)


def _is_in_points(estimate: Estimate) -> bool:
    return estimate.unit == "{points}"


def _with_unit(text: str, estimate: Estimate) -> str:
    unit = _UNITS.get(estimate.unit, estimate.unit.strip("{}"))
    if unit == "months" and text == "1":
        unit = "month"
    if unit.endswith("s") and estimate.unit.startswith("{") and text in ("1", "1.00"):
        unit = unit.removesuffix("s")
    return f"{text} {unit}" if unit else text


def chosen_design(plan: TrialPlan) -> DesignRow | None:
    """Return the design that is planned; None where none is marked."""
    return next((design for design in plan.designs if design.is_chosen), None)


def best_power(plan: TrialPlan) -> Estimate | None:
    """Return the simulated power, or the closed form's where there is no simulated one."""
    for id in ("power.simulated", "power.closed"):
        found = plan.estimate(id)
        if found is not None and found.value is not None:
            return found
    return plan.estimate("power.simulated") or plan.estimate("power.closed")


def best_assurance(plan: TrialPlan) -> Estimate | None:
    """Return the simulated assurance, in which all assumptions vary, or the closed form's where there is no simulated one."""
    for id in ("assurance.simulated", "assurance"):
        found = plan.estimate(id)
        if found is not None and found.value is not None:
            return found
    return plan.estimate("assurance.simulated") or plan.estimate("assurance")


def planned_total(plan: TrialPlan) -> float | None:
    """Return how many participants are planned in all; None where no size could be had."""
    found, design = plan.estimate("size.total"), chosen_design(plan)
    if found is not None and found.value is not None:
        return found.value
    return None if design is None else design.total


def describe_half_width(plan: TrialPlan) -> str:
    """Return how precisely Bang's index of blinding will be known, ``0.15 to 0.23`` over several patterns of guessing; empty if not known."""
    found = [one.value for one in plan.estimates if one.id.startswith("blinding.half_width") and one.value is not None]
    if not found:
        return ""
    low, high = (describe_number(end, 2) for end in (min(found), max(found)))
    return low if low == high else f"{low} to {high}"


def say_reason(reason: str) -> str:
    """Return a reason as a sentence; a key of the plan file at its start stays as it is written there.

    Examples
    --------
    >>> say_reason("no costs were given"), say_reason("design.margin is not given")
    ('No costs were given.', 'design.margin is not given.')
    """
    first = reason.split(" ", 1)[0]
    return sentence(reason) if "." not in first else f"{reason.rstrip('.')}."


def alarms(plan: TrialPlan) -> Sequence[bool]:
    """Return for each warning whether it stands in red: the first one, where the pre-post change is planned on."""
    is_pre_post = str(plan.plan.get("effect", {}).get("plan_on", "")).startswith("pre-post")
    return tuple(is_pre_post and place == 0 for place in range(len(plan.warnings)))


def describe_size(plan: TrialPlan) -> str | None:
    """Return how many are to take part, ``2 × 64 persons``; None where no size could be had."""
    design = chosen_design(plan)
    if design is None or (not design.size_in_words and design.total is None):
        return None
    words = design.size_in_words.replace(" x ", " \u00d7 ") or f"{describe_short(design.total or 0)}"
    return words if words[-1].isalpha() else f"{words} persons"


def say_headline(plan: TrialPlan) -> Sequence[Piece]:
    """Return what the planned trial would find and how likely, in one sentence in pieces; numbers stand out."""
    size, effect, other = describe_size(plan), plan.estimate("effect.planned"), say_sized_on(plan)
    if other:
        return _say_other(plan, size, other)
    if effect is None or effect.value is None:
        return ((f"No difference can be planned on: {_why(effect)}.", False),)
    if effect.value <= 0:
        return (
            ("Nothing is left to be found: the fall less what a control arm has too is ", False),
            (describe_value(effect), True),
            (".", False),
        )
    if size is None:
        design = chosen_design(plan)
        why = design.size_reason.rstrip(".") if design is not None and design.size_reason else "no design was sized"
        return (("No size can be given for a difference of ", False), (describe_value(effect), True), (f": {why}.", False))  # fmt: skip
    return (("A trial of ", False), (size, True), *_say_power(plan, effect))


def _say_power(plan: TrialPlan, effect: Estimate) -> Sequence[Piece]:
    power, assurance = best_power(plan), best_assurance(plan)
    if power is None or power.value is None:
        return (
            (" is planned for a difference of ", False),
            (describe_value(effect), True),
            (f"; how likely it is to find it is not known: {_why(power)}.", False),
        )
    pieces = (
        (" would find ", False),
        (describe_value(effect), True),
        (" with ", False),
        (describe_value(power), True),
        (" probability if they are there", False),
    )
    if assurance is None or assurance.value is None:
        return (*pieces, (".", False))
    return (*pieces, ("; counting what is not known, ", False), (describe_value(assurance), True), (".", False))


def say_sized_on(plan: TrialPlan) -> str:
    """Return what a design is sized on where that is no difference to be found: a margin, a hazard ratio, two shares; else empty."""
    design = chosen_design(plan)
    made = _SIZED_ON.get(design.kind) if design is not None else None
    return "" if made is None else made(plan.plan)


def _on_margin(file: Mapping[str, Any]) -> str:
    margin = _value(file, "design", "margin")
    given = "a margin that the plan does not give" if margin is None else f"a margin of {describe_points(margin)}"
    return f"{given}, one-sided, where the drugs do not differ"


def _on_hazard_ratio(file: Mapping[str, Any]) -> str:
    ratio = _value(file, "design", "hazard_ratio")
    return (
        "a hazard ratio of relapse that the plan does not give"
        if ratio is None
        else f"a hazard ratio of relapse of {describe_number(ratio, 2)}"
    )


def _on_two_shares(file: Mapping[str, Any]) -> str:
    null, worth = (
        _value(file, "design", first) or _value(file, "response", second)
        for first, second in (("p0", "control"), ("p1", "active"))
    )
    if null is None or worth is None:
        return "a share of responders that the plan does not give"
    return (
        f"a response of {describe_percent(worth)} against one of {describe_percent(null)}, without a claim of an effect"
    )


def _value(file: Mapping[str, Any], section: str, name: str) -> float | None:
    found = (file.get(section) or {}).get(name)
    return None if found is None else float(found["value"])


_SIZED_ON: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "non-inferiority": _on_margin,
    "randomised withdrawal": _on_hazard_ratio,
    "single-arm two-stage": _on_two_shares,
}


def _say_other(plan: TrialPlan, size: str | None, sized_on: str) -> Sequence[Piece]:
    """Return the headline of a design that is not sized on a difference to be found."""
    design, power = chosen_design(plan), best_power(plan)
    if size is None:
        why = design.size_reason.rstrip(".") if design is not None and design.size_reason else "no design was sized"
        return ((f"No size can be given for {sized_on}: {why}.", False),)
    if "," in size and design is not None and design.total is not None:
        size = f"{describe_short(design.total)} persons"
    begin: Sequence[Piece] = (("A trial of ", False), (size, True), (f" is planned for {sized_on}", False))
    if power is None or power.value is None:
        return (*begin, (f"; how likely it is to succeed is not known: {_why(power)}.", False))
    return (
        *begin,
        ("; it succeeds with ", False),
        (describe_value(power), True),
        (" probability if that is so.", False),
    )


def _why(estimate: Estimate | None) -> str:
    return estimate.reason.rstrip(".") if estimate is not None and estimate.reason else "it was not asked for"


def say_arithmetic(steps: Sequence[EffectStep]) -> str:
    """Return the steps from the observed fall to the difference planned on, as a sum: ``4.10 − 0.80 − 1.80 − 0.30 = 1.20 points``.

    Empty where fewer than two steps have a value.
    """
    known = [step for step in steps if step.value is not None]
    inner = [step for step in known if step.id != "planned"]
    last = next((step for step in known if step.id == "planned"), None)
    if last is None or last.value is None or not inner:
        return ""
    terms = [describe_number(inner[0].value or 0, POINT_DECIMALS)]
    for step in inner[1:]:
        value = step.value or 0
        terms.append(f"{MINUS if value < 0 else '+'} {describe_number(abs(value), POINT_DECIMALS)}")
    return f"{' '.join(terms)} = {describe_number(last.value, POINT_DECIMALS)} points"


def say_unverified(plan: TrialPlan) -> str:
    """Return how many of the assumptions nobody has measured, as a sentence; empty where there are no assumptions."""
    count, total = sum(row.is_unverified for row in plan.assumptions), len(plan.assumptions)
    if not total:
        return ""
    if not count:
        return f"None of the {total} assumptions is marked {UNVERIFIED}."
    verb = "is" if count == 1 else "are"
    return f"{count} of {total} assumptions {verb} {UNVERIFIED}: nobody has measured {'it' if count == 1 else 'them'}."


def describe_pipeline(count: float) -> str:
    """Return how many are in the pipeline at a look; less than one is no number of persons.

    Examples
    --------
    >>> describe_pipeline(0.0781), describe_pipeline(12.4)
    ('fewer than 1', '12')
    """
    return "fewer than 1" if 0 < count < 1 else describe_number(count, 0)


def say_source(source: str) -> str:
    """Return a source in words, with the id of the study's estimate after them.

    Examples
    --------
    >>> say_source("regression.fall: mean fall")
    'mean fall to the primary day (regression.fall)'
    >>> say_source("response.primary_missing_as_no")
    'share that responds, who was not seen counted as no (response.primary_missing_as_no)'
    >>> say_source("sustained.visit_1"), say_source("Schoenfeld 1981")
    ('response still held at visit 1 (sustained.visit_1)', 'Schoenfeld 1981')
    """
    found = _ID.match(source)
    if found is None:
        return source
    id, rest = found["id"], found["rest"]
    words, more = _SOURCES.get(id, _by_prefix(id)), ""
    if not words:
        words, _, more = rest.partition(";")
        more = f";{more}" if more else ""
    elif ";" in rest:
        more = f";{rest.partition(';')[2]}"
    return f"{words} ({id}){more}" if words else source


#: An estimate of the study, and what was said of it.
_ID = re.compile(r"(?P<id>[a-z][a-z_]*(?:\.[a-z0-9_]+)+)(?:: )?(?P<rest>(?:.*)?)$")
_SOURCES = {
    "regression.fall": "mean fall to the primary day",
    "change.mean": "mean fall from admission to discharge",
    "response.primary_missing_as_no": "share that responds, who was not seen counted as no",
}
_PREFIXES = {
    "sustained.": "response still held at",
    "missing.follow_up.": "share without a rating at",
}


def _by_prefix(id: str) -> str:
    return next(
        (
            f"{words} {in_words(id.removeprefix(prefix))}"
            for prefix, words in _PREFIXES.items()
            if id.startswith(prefix)
        ),
        "",
    )


def say_limit(plan: TrialPlan) -> str:
    """Return how likely success can become at most, as a sentence; empty where that is not known."""
    limit = plan.estimate("assurance.limit")
    if limit is None or limit.value is None or limit.value >= _NEARLY_ONE:
        return ""
    return f"No size brings the probability of success above {describe_percent(limit.value)}."
