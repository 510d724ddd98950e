"""On what does a plan rest? Each assumption with its value, its uncertainty, where it comes from, and whether anybody has measured it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from abate.contracts.plan_assumptions import Ratings
from abate.contracts.plan_file import PlanFile
from abate.contracts.plan_values import Number, Share, Sourced
from abate.contracts.trial_plan import AssumptionRow

POINTS = "{points}"
_NORMAL_975 = 1.959963984540054
TAKEN_AS_KNOWN = "taken as known"

#: What each number of the section [effect] is, in words.
_EFFECT_WORDS = {
    "typed": "difference between the arms, as typed",
    "observed_fall": "observed mean fall",
    "regression_to_mean": "fall to be expected with nothing done",
    "fall_left": "fall left after regression to the mean",
    "context": "fall in a blinded control beyond regression to the mean",
    "bundle": "fall by what both arms are given",
    "between_populations_sd": "SD of the effect between populations",
    "prior": "difference that was believed before the study",
    "worthwhile": "smallest difference between groups worth having",
}


#: What simulated trials draw: the difference, of all that it is made of, the spread of the ratings and who leaves.
_DRAWN = (
    "effect.typed", "effect.observed_fall", "effect.regression_to_mean", "effect.fall_left", "effect.context", "effect.bundle",
    "effect.between_populations_sd", "effect.prior", "effect.no_effect", "ratings.sd", "ratings.correlation", "retention.primary",
)  # fmt: skip
#: What the forecast of accrual, beds and costs draws, and simulated trials do not.
_IN_FORECASTS = ("accrual.", "stay.", "costs.")


def describe_assumptions(plan: PlanFile) -> tuple[AssumptionRow, ...]:
    """Return every assumption of a plan in the order of its file."""
    return tuple(
        _with_use(row)
        for part in (
            _effect_rows,
            _rating_rows,
            _retention_rows,
            _rescue_rows,
            _response_rows,
            _flow_rows,
            _centre_rows,
            _cost_rows,
        )
        for row in part(plan)
    )


def _with_use(row: AssumptionRow) -> AssumptionRow:
    """Say where a distribution is drawn from, where simulated trials do not draw from it."""
    if row.distribution == TAKEN_AS_KNOWN or row.id.startswith(_DRAWN):
        return row
    if row.id.startswith(_IN_FORECASTS):
        return replace(row, distribution=f"{TAKEN_AS_KNOWN}; in forecasts {row.distribution}")
    return replace(row, distribution=TAKEN_AS_KNOWN)


def _effect_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    for name, words in _EFFECT_WORDS.items():
        number = getattr(plan.effect, name)
        if number is not None:
            yield number_row(f"effect.{name}", words, number, POINTS)
    if plan.effect.no_effect > 0:
        yield _plain_row(
            "effect.no_effect",
            "probability that there is no difference at all",
            plan.effect.no_effect,
            "1",
            "typed",
            "plan file",
        )
    if plan.effect.belief is not None:
        belief = plan.effect.belief
        yield number_row(
            "effect.belief.effect", "what believing that one has the drug does to the rating", belief.effect, POINTS
        )
        yield share_row("effect.belief.in_active", "share in the active arm who believe it", belief.in_active)
        yield share_row("effect.belief.in_control", "share in the control arm who believe it", belief.in_control)


def _rating_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    ratings = plan.ratings
    covariance = np.asarray(ratings.covariance, dtype=np.float64)
    last = primary_place(plan)
    words = f"day {ratings.days[last]:g}"
    yield _from(ratings, "ratings.mean.baseline", "mean rating at the baseline", ratings.mean[0], POINTS)
    yield _from(ratings, "ratings.mean.primary", f"mean rating of the treated on {words}", ratings.mean[last], POINTS)
    sd, baseline_sd = math.sqrt(max(covariance[last, last], 0.0)), math.sqrt(max(covariance[0, 0], 0.0))
    yield _sd_row("ratings.sd.baseline", "SD of the rating at the baseline", baseline_sd, ratings)
    yield _sd_row("ratings.sd.primary", f"SD of the rating on {words} between persons of one arm", sd, ratings)
    if sd > 0 and baseline_sd > 0:
        rho = covariance[0, last] / (sd * baseline_sd)
        yield _correlation_row(f"correlation of the baseline with {words}", rho, ratings)
        yield _sd_row(
            "ratings.sd.given_baseline",
            f"SD of the rating on {words}, given the baseline",
            sd * math.sqrt(max(1 - rho**2, 0.0)),
            ratings,
        )


def primary_place(plan: PlanFile) -> int:
    """Return the place of the primary day among ``ratings.days``."""
    day = plan.design.primary_day
    return len(plan.ratings.days) - 1 if day is None else plan.ratings.days.index(day)


def _retention_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    place = primary_place(plan)
    seen = plan.retention.seen[place - 1]
    quantity = f"share still rated on day {plan.ratings.days[place]:g}"
    n = plan.retention.n
    share = Share(value=min(max(seen, 0.0), 1.0), n=n, basis=plan.retention.basis, source=plan.retention.source)
    yield share_row("retention.primary", quantity, share)
    for reason, found in plan.retention.reasons.items():
        yield share_row(f"retention.reasons.{reason}", f"share of courses that ended: {reason}", found)


def _rescue_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    """Give rescue as simulated trials take it: as known, none of it is drawn."""
    rescue = plan.rescue
    if rescue is None:
        return
    place = primary_place(plan)
    day = f"day {plan.ratings.days[place]:g}"
    for arm, shares in (("active", rescue.in_active), ("control", rescue.in_control)):
        by_day = shares.share * len(plan.retention.seen) if len(shares.share) == 1 else shares.share
        words = f"share of the {arm} arm who take rescue on {day}"
        row = _from(shares, f"rescue.in_{arm}", words, by_day[place - 1], "1")
        yield (
            row
            if len(set(by_day)) == 1
            else replace(row, shown=f"{row.shown}; by day {', '.join(map(_shown, by_day))}")
        )
    yield _from(
        rescue.points,
        "rescue.points",
        f"by how much rescue lowers the rating of its day ({rescue.strategy} in the analysis)",
        rescue.points.value,
        POINTS,
    )
    if rescue.depends_on_pain is not None:
        words = "rise of the log odds of rescue with each point of the rating"
        yield _from(rescue.depends_on_pain, "rescue.depends_on_pain", words, rescue.depends_on_pain.value, "1")


def _response_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    if plan.response is not None:
        if plan.response.active is not None:
            yield share_row(
                "response.active", f"share of the treated who meet {plan.response.rule}", plan.response.active
            )
        if plan.response.control is not None:
            yield share_row(
                "response.control", f"share who would meet {plan.response.rule} without the drug", plan.response.control
            )
    if plan.follow_up is not None:
        yield share_row("follow_up.lost", f"share without a rating at {plan.follow_up.visit}", plan.follow_up.lost)
        if plan.follow_up.sustained is not None:
            words = f"response still held at {plan.follow_up.visit}, among responders seen"
            yield share_row("follow_up.sustained", words, plan.follow_up.sustained)


def _flow_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    if plan.accrual is not None and plan.accrual.seen > 0:
        accrual = plan.accrual
        rate = accrual.seen / accrual.months
        row = _from(accrual, "accrual.eligible", "eligible persons a month", rate, "{persons}/mo")
        yield _with_error(row, math.sqrt(accrual.seen) / accrual.months, "Gamma, from the count and the months")
        yield share_row("accrual.consent", "share of the eligible who consent", accrual.consent)
    if plan.stay is not None:
        row = _from(plan.stay, "stay.mean", "mean days in hospital", plan.stay.mean, "d")
        yield row if plan.stay.n is None else _with_error(row, plan.stay.sd / math.sqrt(plan.stay.n), "normal")
    if plan.repeats is not None:
        yield _from(
            plan.repeats, "repeats.courses_per_person", "courses a person", plan.repeats.courses_per_person, "1"
        )
        if plan.repeats.icc is not None:
            yield _from(
                plan.repeats, "repeats.icc", "correlation of the falls of one person's courses", plan.repeats.icc, "1"
            )


def _centre_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    if plan.centre_sd is not None:
        yield number_row("centre_sd", "SD of the fall between centres", plan.centre_sd, POINTS)


def _cost_rows(plan: PlanFile) -> Iterator[AssumptionRow]:
    for place, cost in enumerate(plan.costs, start=1):
        yield AssumptionRow(
            id=f"costs.{place}",
            quantity=f"{cost.item}, per {cost.per}",
            shown=f"{cost.likely:g} ({cost.low:g} to {cost.high:g})",
            value=cost.likely,
            lower=cost.low,
            upper=cost.high,
            unit="{currency}",
            basis="typed",
            source=cost.source,
            distribution="triangular",
        )


def number_row(id: str, quantity: str, number: Number, unit: str) -> AssumptionRow:
    """Return the row of a number with its standard error."""
    row = _from(number, id, quantity, number.value, unit)
    return row if number.se is None else _with_error(row, number.se, "normal")


def share_row(id: str, quantity: str, share: Share) -> AssumptionRow:
    """Return the row of a share with the Beta that it is drawn from."""
    row = _from(share, id, quantity, share.value, "1")
    beta = beta_of(share)
    if beta is None:
        return row
    from scipy.special import betaincinv

    lower, upper = (float(betaincinv(*beta, p)) for p in (0.025, 0.975))
    if share.low is not None and share.high is not None:
        lower, upper = share.low, share.high
    return _with_limits(row, lower, upper, f"Beta({beta[0]:.3g}, {beta[1]:.3g})")


def beta_of(share: Share) -> tuple[float, float] | None:
    """Return the Beta that a share is drawn from: by its range, else by the persons behind it; None where it is taken as known.

    With a range the Beta has its mean and the SD of a normal with that range of 95 %. With ``n`` it is
    ``Beta(k + 0.5, n - k + 0.5)``.

    Examples
    --------
    >>> beta_of(Share(value=0.4, n=10, basis="typed", source="by hand"))
    (4.5, 6.5)
    """
    if share.low is not None and share.high is not None and share.high > share.low and 0 < share.value < 1:
        sd = (share.high - share.low) / (2 * _NORMAL_975)
        weight = share.value * (1 - share.value) / sd**2 - 1
        if weight > 0:
            return share.value * weight, (1 - share.value) * weight
    if share.n is not None:
        return share.value * share.n + 0.5, (1 - share.value) * share.n + 0.5
    return None


def _sd_row(id: str, quantity: str, sd: float, ratings: Ratings) -> AssumptionRow:
    row = _from(ratings, id, quantity, sd, POINTS)
    if ratings.df is None:
        return row
    from scipy.special import chdtri

    lower, upper = (sd * math.sqrt(ratings.df / float(chdtri(ratings.df, p))) for p in (0.025, 0.975))
    return _with_limits(row, lower, upper, f"inverse Wishart with {ratings.df:g} degrees of freedom")


def _correlation_row(quantity: str, rho: float, ratings: Ratings) -> AssumptionRow:
    row = _from(ratings, "ratings.correlation.primary", quantity, rho, "1")
    if ratings.df is None or ratings.df <= 2 or abs(rho) >= 1:
        return row
    # Fisher's z.
    half = _NORMAL_975 / math.sqrt(ratings.df - 2)
    lower, upper = (math.tanh(math.atanh(rho) + sign * half) for sign in (-1, 1))
    return _with_limits(row, lower, upper, f"inverse Wishart with {ratings.df:g} degrees of freedom")


def _from(sourced: Sourced, id: str, quantity: str, value: float, unit: str) -> AssumptionRow:
    return AssumptionRow(
        id=id,
        quantity=quantity,
        shown=_shown(value),
        value=value,
        unit=unit,
        basis=sourced.basis,
        source=sourced.source,
        n=sourced.n,
        is_unverified=sourced.is_unverified,
        distribution=TAKEN_AS_KNOWN,
    )


def _plain_row(id: str, quantity: str, value: float, unit: str, basis: str, source: str) -> AssumptionRow:
    return AssumptionRow(
        id=id,
        quantity=quantity,
        shown=_shown(value),
        value=value,
        unit=unit,
        basis=basis,
        source=source,
        distribution=TAKEN_AS_KNOWN,
    )


def _with_error(row: AssumptionRow, error: float, distribution: str) -> AssumptionRow:
    if row.value is None or error == 0:
        return row
    half = _NORMAL_975 * error
    return replace(_with_limits(row, row.value - half, row.value + half, distribution), standard_error=error)


def _with_limits(row: AssumptionRow, lower: float, upper: float, distribution: str) -> AssumptionRow:
    shown = f"{row.shown} ({_shown(lower)} to {_shown(upper)})"
    return replace(row, shown=shown, lower=lower, upper=upper, distribution=distribution)


def _shown(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
