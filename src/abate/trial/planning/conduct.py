"""What does the trial ask of those who carry it out? Months, centres, bed-days, money, stop rules for harm, guesses of the arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.contracts.plan_file import PlanFile
from abate.contracts.result import Estimate
from abate.contracts.trial_plan import BudgetRow, Curve, CurvePoint, HarmTable
from abate.trial.accrual import AccrualForecast, ConsentShare, forecast_accrual
from abate.trial.assumptions import beta_of
from abate.trial.beds import bed_days, load_of_trial
from abate.trial.blinding import plan_precision
from abate.trial.budget import Budget, CostItem, estimate_budget
from abate.trial.harm import bayesian_stopping
from abate.trial.two_arms.looks import TrialSize
from abate.trial.two_arms.pace import Pace

MONTHS, BED_DAYS, CENTRES = "mo", "{bed-days}", "{centres}"
_WEEKS_PER_MONTH = 30.4375 / 7
#: With which probability the last participant is wanted in time.
_IN_TIME = 0.8
_MIDDLE = 2  # of five quantiles


@dataclass(frozen=True, kw_only=True)
class Conduct:
    """What carrying the trial out comes to."""

    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...]
    harm: tuple[HarmTable, ...]
    budget: tuple[BudgetRow, ...]


def plan_conduct(plan: PlanFile, size: TrialSize, pace: Pace | None) -> Conduct:
    """Return accrual, beds, budget, harm and blinding of a trial of that size; what cannot be had has its reason."""
    forecast, why_not = _forecast(plan, size)
    months = None if forecast is None else forecast.months.months[_MIDDLE]
    budget, without_budget = _budget(plan, size, months)
    return Conduct(
        estimates=(
            *_accrual_rows(plan, forecast, why_not),
            *_bed_rows(plan, size, pace),
            *_budget_estimates(budget, without_budget),
            *_blinding_rows(size),
        ),
        curves=() if forecast is None else (_fan(forecast),),
        harm=tuple(_harm_tables(plan, size)),
        budget=() if budget is None else tuple(_budget_rows(budget)),
    )


def _forecast(plan: PlanFile, size: TrialSize) -> tuple[AccrualForecast | None, str | None]:
    accrual = plan.accrual
    if accrual is None:
        return None, "the plan does not say how many come; add [accrual]"
    shapes = beta_of(accrual.consent)
    consent = None if shapes is None else ConsentShare(agreed=shapes[0], declined=shapes[1])
    try:
        return (
            forecast_accrual(
                accrual.seen,
                accrual.months,
                size.total,
                consent=consent,
                centre_count=accrual.centres,
                start_up_months=accrual.start_up_months,
                by_month=accrual.finish_within_months,
                probability=_IN_TIME,
            ),
            None,
        )
    except ParameterError as error:
        return None, str(error)


def _accrual_rows(plan: PlanFile, forecast: AccrualForecast | None, why_not: str | None) -> Iterator[Estimate]:
    quantity = "months until the last participant is in"
    if forecast is None or plan.accrual is None:
        yield Estimate(id="accrual.months", quantity=quantity, value=None, unit=MONTHS, reason=why_not)
        return
    found, full = forecast.months, forecast.months_at_full_consent
    method = "Gamma and Poisson (Anisimov & Fedorov 2007), consent drawn from its Beta"
    yield Estimate(
        id="accrual.months",
        quantity=quantity,
        value=found.months[_MIDDLE],
        lower=found.months[0],
        upper=found.months[-1],
        level=found.probabilities[-1] - found.probabilities[0],
        unit=MONTHS,
        method=f"{method}; the middle forecast",
        reason=None,
    )
    yield Estimate(
        id="accrual.months_at_full_consent",
        quantity=f"{quantity}, if everybody consented",
        value=full.months[_MIDDLE],
        lower=full.months[0],
        upper=full.months[-1],
        level=full.probabilities[-1] - full.probabilities[0],
        unit=MONTHS,
        method=method,
    )
    within = plan.accrual.finish_within_months
    yield Estimate(
        id="accrual.in_time",
        quantity=f"probability that the last participant is in within {within:g} months",
        value=forecast.probability_in_time,
        method=method,
    )
    centres = forecast.centres
    added = None if centres is None else centres.added
    yield Estimate(
        id="accrual.centres",
        quantity=f"centres that make it {100 * _IN_TIME:.0f} % likely to finish within {within:g} months",
        value=None if added is None else float(added + plan.accrual.centres),
        unit=CENTRES,
        method=f"{method}; further centres as the average one of those there are",
        reason=None if added is not None or centres is None else centres.reason,
    )


def _fan(forecast: AccrualForecast) -> Curve:
    return Curve(
        id="accrual",
        title="participants by month",
        x_quantity="months from the first participant on",
        y_quantity="participants",
        points=tuple(
            CurvePoint(
                x=line.month,
                y=float(line.participants[_MIDDLE]),
                lower=float(line.participants[0]),
                upper=float(line.participants[-1]),
            )
            for line in forecast.fan
        ),
        note="middle, and the range that holds 95 %",
    )


def _bed_rows(plan: PlanFile, size: TrialSize, pace: Pace | None) -> Iterator[Estimate]:
    stay = plan.stay
    each = size.courses_each
    quantity = "bed-days of all participants" + (f", {each} courses each" if each > 1 else "")
    if stay is None:
        yield Estimate(
            id="beds.days",
            quantity=quantity,
            value=None,
            unit=BED_DAYS,
            reason="the plan does not say how long they stay; add [stay]",
        )
        return
    found = bed_days(size.total * each, stay.mean, stay.sd, stay.n)
    yield Estimate(
        id="beds.days",
        quantity=quantity,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        level=found.level,
        unit=BED_DAYS,
        method=found.method,
    )
    if stay.beds is None or stay.usual_admissions_per_week is None or pace is None:
        reason = "the plan does not say how many beds the unit has and how many it admits a week; add stay.beds and stay.usual_admissions_per_week"
        yield Estimate(
            id="beds.waits", quantity="share of admissions that would wait for a bed", value=None, reason=reason
        )
        return
    try:
        admissions = pace.per_month * each / _WEEKS_PER_MONTH
        unit = load_of_trial(stay.beds, stay.usual_admissions_per_week, admissions, stay.mean)
    except ParameterError as error:
        yield Estimate(
            id="beds.waits", quantity="share of admissions that would wait for a bed", value=None, reason=str(error)
        )
        return
    for id, words, queue in (
        ("waits_without", "without the trial", unit.without_trial),
        ("waits", "with the trial", unit.with_trial),
    ):
        yield Estimate(
            id=f"beds.{id}",
            quantity=f"share of admissions that would wait for a bed, {words}",
            value=queue.waits,
            method="Erlang C; stays are nearly constant, so that waits are about half as long as it says",
        )


def _budget(plan: PlanFile, size: TrialSize, months: float | None) -> tuple[Budget | None, str | None]:
    if not plan.costs:
        return None, "the plan has no costs; abate knows no prices, so add [[costs]]"
    paid_by = {cost.per for cost in plan.costs}
    if "month" in paid_by and months is None:
        return None, "a cost is paid by the month, and the months of the trial are not known; add [accrual]"
    if "bed-day" in paid_by and plan.stay is None:
        return None, "a cost is paid by the bed-day, and the plan does not say how long they stay; add [stay]"
    items = [
        CostItem(
            item=cost.item,
            per=cost.per,
            low=cost.low,
            likely=cost.likely,
            high=cost.high,
            arm=cost.arm,
            source=cost.source,
        )
        for cost in plan.costs
    ]
    participants = {arm.name: count for arm, count in zip(plan.arms, size.per_arm, strict=True)}
    stay = 0.0 if plan.stay is None else plan.stay.mean * size.courses_each
    try:
        return (
            estimate_budget(
                items,
                participants,
                bed_days_each=stay,
                months=months or 0.0,
                centres=plan.question.centres,
                seed=plan.simulation.seed,
            ),
            None,
        )
    except ParameterError as error:
        return None, str(error)


def _budget_estimates(budget: Budget | None, why_not: str | None) -> Iterator[Estimate]:
    if budget is None:
        yield Estimate(id="budget.total", quantity="cost of the trial", value=None, unit="{currency}", reason=why_not)
        return
    total = budget.total
    yield Estimate(
        id="budget.total",
        quantity="expected cost of the trial",
        value=total.value,
        lower=total.lower,
        upper=total.upper,
        level=total.level,
        unit="{currency}",
        method=total.method,
    )


def _budget_rows(budget: Budget) -> Iterator[BudgetRow]:
    for line in budget.lines:
        of = "" if line.arm is None else f", {line.arm}"
        yield BudgetRow(
            item=f"{line.item}{of} ({line.times:g} times, per {line.per})",
            low=line.low,
            likely=line.likely,
            high=line.high,
            source=line.source,
        )


def _harm_tables(plan: PlanFile, size: TrialSize) -> Iterator[HarmTable]:
    for rule in plan.harm:
        found = bayesian_stopping(
            rule.event,
            rule.limit,
            size.total,
            level=rule.level,
            prior=rule.prior,
            min_patients=min(rule.after, size.total),
        )
        yield HarmTable(
            event=rule.event,
            limit=rule.limit,
            rule=found.rule.method,
            stop_at=found.rule.stop_at,
            characteristics=tuple(
                {
                    "true_rate": line.true_rate,
                    "stop_probability": line.stop_probability,
                    "expected_patients": line.expected_patients,
                }
                for line in found.characteristics
            ),
            unseen_upper=found.unseen.upper,
            basis=rule.basis,
            source=rule.source,
        )


def _blinding_rows(size: TrialSize) -> Iterator[Estimate]:
    for line in plan_precision(min(size.per_arm)):
        yield Estimate(
            id=f"blinding.half_width.{line.right:g}_{line.wrong:g}".replace("0.", "0_"),
            quantity="half width of the 95 % interval of Bang's index in an arm, "
            f"where {100 * line.right:.0f} % guess right and {100 * line.wrong:.0f} % wrong",
            value=line.half_width,
            n=line.count,
            method="Bang, Ni & Davis (2004), multinomial",
        )
