"""What does the run of plans say? ``docs/known-truth-of-plans.md`` is made from its results, with the demand and whether it holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from abate.contracts.plan_values import Number
from tests.known_truth.page import table
from tests.known_truth.plan_summaries import (
    ALLOWED_ERRORS,
    PROMISES,
    FallSummary,
    Lines,
    Mean,
    PlanSummary,
    refusals,
    summarise_falls,
    summarise_plans,
)
from tests.known_truth.planned_hospitals import COURSES, MAP_SEED, PLANNED_DAY, PLANS, TRIAL_SEED
from tests.known_truth.planned_trials import SIMULATED_TRIALS
from tests.known_truth.plans import AGAIN, PRIOR, REPETITIONS, ROWS, Row, read_lines, whole_runs
from tests.known_truth.scenarios import FIRST_SEED, SEEDS_PER_SCENARIO

PAGE = Path(__file__).parents[2] / "docs" / "known-truth-of-plans.md"

_HEAD = """\
# Known truth of plans

How often does a trial succeed that was planned from a study, and how often does the plan say it will? The true effect is drawn from the
prior that the plan states, a hospital is simulated with it, the study is run, the trial is planned on the study, and done once in patients
of the same hospital. This page is made by `python -m tests.known_truth.plans`; its numbers are not edited by hand.

**The demand**: with the effect drawn from the prior, the share of trials that succeed, all {repetitions} pooled, lies within
{errors:g} Monte Carlo standard errors of the mean assurance. The other rows are shown beside it without a demand.
"""

_HOW_TO_READ = """\
**How to read the tables**: the *planned difference* is what the plan expects between the arms, in points; *bias* is planned less true,
± its Monte Carlo standard error; *coverage* is how often the plan's 95 % interval holds the true difference. *Power* is the chance of success if
the planned difference were true; *assurance* is power averaged over what is believed. Both come by closed form and by {trials} simulated trials a
plan (a plan itself takes 2,000), the second with covariance and drop-out drawn too. *Realised* is the share of trials that succeeded, one trial
a plan, ± its standard error; {again} further trials of each plan, in other patients, are no part of the demand and show the same with less chance in it.
"""

_TRUTH = """\
## What is true, and who knows it

All of it is drawn from what the plan states, so that the plan's beliefs are right by construction:

- **The drug**: {prior}, the plan's `effect.prior`. The simulator's drug cannot do harm: a draw below 0, 1 in about 700, is taken for 0.
- **The ward**: what being there does beyond regression to the mean. Its two parts are drawn from the plan's `context` ({context}) and `bundle`
  ({bundle}), the starting values that `abate plan` itself writes. Both arms of the trial have the whole of it.
- **The study's population**: there the drug does as much as in the trial's, plus a draw with SD {spread}, the plan's `between_populations_sd`.
  With a fixed effect it does the same in both. Where the study's days were chosen in hindsight, ward and drug take off as many points felt.
- **Ward nearly known**: the reader has edited the plan, context {known_context}, nothing for the bundle, one population. The study then has more to say than the prior.

The truth is a contrast of ratings on day {day}, never a parameter. Points felt become points rated through one map, made from 6,000 simulated
patients of the same hospital (seed {map_seed}) and inverted; whole ratings and the floor at 0 are in it. Ward and drug have done all they do
by day {before}, so that the last rating of a course, of which the study speaks, and the mean of day {day}, of which the trial speaks, ask for the same.

**The hospital**: {courses} courses, admission likelier on bad days (hazard), half a year of ratings before, {stop} % a day stopped for harm and
independent of pain, nobody leaves because better, every person responds by the same points. **The study**: the preset `ketamine-migraine`, its split of the fall,
and the first plan as `abate plan RUN` makes it. **The plan**: looks, level, analysis and drop-out are those of the first plan; its size is that of the closed form, without the
search by simulated trials that `abate plan` adds, which makes plans this small a little larger. **The trial**: ratings from 0 to 10 of other patients of the same hospital, admitted by the hazard, the control's infusion doing nothing; day by day to day {day}, analysed by abate's MMRM with the plan's
looks and its futility bound obeyed; a fit that fails is no success.
"""


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A row with its results."""

    row: Row
    lines: Lines
    plan: PlanSummary | None
    naive: PlanSummary | None
    falls: FallSummary | None


def render_page(folder: Path) -> str:
    """Return the page as Markdown."""
    found = [_found(row, read_lines(folder, row)) for row in ROWS]
    demanded = next(each for each in found if each.row.is_demand)
    parts = [
        _HEAD.format(repetitions=REPETITIONS, errors=ALLOWED_ERRORS),
        _demand(demanded),
        _read_off(found),
        _HOW_TO_READ.format(trials=SIMULATED_TRIALS, again=AGAIN),
        "## Promised and realised\n",
        _promises(found),
        _refused(found),
        "## Planned on the naive fall\n",
        _naive_text(found),
        _naive(found),
        "## Where promise and trial part\n",
        _parting_text(),
        _parting(found),
        _why_spread(demanded),
        _truth_text(),
        "## How it is run\n",
        _how(folder, found),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _found(row: Row, lines: Lines) -> _Found:
    return _Found(
        row=row,
        lines=lines,
        plan=summarise_plans(lines, "plan"),
        naive=summarise_plans(lines, "naive"),
        falls=summarise_falls(lines),
    )


# ---- the demand ------------------------------------------------------------------------------------------------------


def _demand(found: _Found) -> str:
    """Judge the demand on the repetitions that were asked for, and say what more of them add."""
    first = summarise_plans(found.lines[:REPETITIONS], "plan")
    if first is None:
        return "**In short**: nothing was run.\n"
    sees = f" Of so many single trials {ALLOWED_ERRORS:g} standard errors are {100 * ALLOWED_ERRORS * first.success.error:.0f} points of 100: less is not seen."
    short = "" if first.asked >= REPETITIONS else f" **Only {first.asked} of {REPETITIONS} repetitions were run.**"
    text = f"**In short**: {_verdicts(first)}{sees}{short}\n\n{_demand_table(first)}"
    if found.plan is not None and found.plan.asked > REPETITIONS:
        text += (
            f"\nWith {found.plan.asked} repetitions, run after the first {REPETITIONS} had been seen: {_verdicts(found.plan)}\n\n"
            f"{_demand_table(found.plan)}"
        )
    return text


def _verdicts(summary: PlanSummary) -> str:
    success = summary.success
    judged = [(words, of(summary)) for words, of in PROMISES.items()]
    said = [
        f"the mean {words} is {_percent(promised)}, {abs(summary.errors_apart(promised)):.1f} standard errors "
        f"{'below' if promised < success.value else 'above'}: {_word(summary, promised)}"
        for words, promised in judged
        if promised is not None
    ]
    return f"{_percent(success.value)} ± {_percent(success.error, '')} of {summary.planned} trials succeeded; {'; '.join(said)}."


def _word(summary: PlanSummary, promised: float) -> str:
    return "holds" if summary.is_kept(promised) else "**does not hold**"


def _demand_table(summary: PlanSummary) -> str:
    rows = [
        [words, _percent(promised), _share(summary.success), f"{summary.errors_apart(promised):+.1f}".replace("-", "−"), _word(summary, promised)]
        for words, of in PROMISES.items()
        if (promised := of(summary)) is not None
    ]  # fmt: skip
    return table(["promised by", "promised", "realised", "standard errors apart", "verdict"], rows)


def _read_off(found: Sequence[_Found]) -> str:
    """Return what the numbers say, a sentence each; those without results are left out."""
    by_name = {each.row.name: each for each in found if each.plan is not None}
    lines = [words(by_name[name]) for name, words in _SENTENCES.items() if name in by_name]
    return "\n".join(f"- {line}" for line in lines) + "\n" if lines else ""


def _said_of_demand(found: _Found) -> str:
    plan, naive = found.plan, found.naive
    assert plan is not None
    assert naive is not None
    return (
        f"**The plan**: {AGAIN} further trials of each plan succeed in {_share(plan.success_again, '')} %, {_points_of_hundred(plan.again_less_assurance)} points against the "
        f"assurance by closed form. Of that, beliefs make {_points_of_hundred(plan.beliefs)}, the spread of the ratings {_points_of_hundred(plan.spread)} and the trial "
        f"itself {_points_of_hundred(plan.trial)}: see the last table. **The naive plan** of the same studies promises {_percent(naive.power)} and keeps {_share(naive.success, '')} %."
    )


def _said_of_nothing(found: _Found) -> str:
    assert found.plan is not None
    return (
        f"**A drug that does nothing** is still planned on at {found.plan.planned_difference.value:.2f} points, because the prior says so; its trials succeed in "
        f"{_share(found.plan.success_again, '')} %, where 2.5 % are allowed."
    )


def _said_of_hindsight(found: _Found) -> str:
    plan = found.plan
    assert plan is not None
    assert found.falls is not None
    return (
        f"**Days chosen in hindsight** raise the fall left by {_signed(found.falls.bias)} points; the plan leans on prior and ward, and its difference is off by "
        f"{_signed(plan.bias)}. Persons on their worst day also spread otherwise (planned SD {plan.spread_ratio:.2f} of the trial's). Promised by closed form "
        f"{_percent(plan.assurance)}, realised {_share(plan.success)}."
    )


_SENTENCES: Mapping[str, Callable[[_Found], str]] = {
    "plans-prior": _said_of_demand,
    "plans-fixed-0": _said_of_nothing,
    "plans-hindsight": _said_of_hindsight,
}


# ---- tables ----------------------------------------------------------------------------------------------------------


def _promises(found: Sequence[_Found]) -> str:
    header = [
        "true difference", "repetitions", "persons an arm, mean (median)", "truth", "planned difference", "bias", "coverage",
        "power, closed (simulated)", "assurance, closed (simulated)", "realised", "realised, further trials",
    ]  # fmt: skip
    return table(header, [_promise_row(each) for each in found])


def _promise_row(found: _Found) -> list[str]:
    plan = found.plan
    if plan is None:
        return [found.row.title, "not run", *["–"] * 9]
    return [
        found.row.title,
        _count(plan),
        f"{plan.per_arm:.0f} ({plan.per_arm_median:.0f})",
        f"{plan.truth.value:.2f}",
        f"{plan.planned_difference.value:.2f}",
        _signed(plan.bias),
        _percent(plan.coverage),
        f"{_percent(plan.power)} ({_percent(plan.power_simulated)})",
        f"{_percent(plan.assurance)} ({_percent(plan.assurance_simulated)})",
        _share(plan.success),
        _share(plan.success_again),
    ]


def _count(plan: PlanSummary) -> str:
    return str(plan.asked) if plan.asked >= REPETITIONS else f"**only {plan.asked}**"


def _refused(found: Sequence[_Found]) -> str:
    told = [
        f"{each.row.title} ({kind}): {count} × {name}"
        for each in found
        for kind in ("plan", "naive")
        for name, count in refusals(each.lines, kind).items()
    ]
    why = (
        " (`RatingScaleError`: nearly all of the treated end at 0, and no ratings from 0 to 10 have such means and spreads; `abate plan` says the same)"
        if any("RatingScaleError" in refusals(each.lines, "plan") for each in found)
        else ""
    )
    cut = sum(line["cut"] for each in found for line in each.lines)
    return (
        f"No plan was to be had of these, and they count nowhere: {'; '.join(told) if told else 'none'}{why}. Draws below 0 taken for 0: {cut}. "
        f"Trials whose analysis failed: {sum(each.plan.failed for each in found if each.plan)}, of naive plans {sum(each.naive.failed for each in found if each.naive)}.\n"
    )


def _naive_text(found: Sequence[_Found]) -> str:
    first = next((each.naive for each in found if each.row.is_demand), None)
    said = "" if first is None else (
        f" With the effect drawn from the prior it promises {_percent(first.power)} and {_percent(first.success.value)} succeed."
    )  # fmt: skip
    return (
        'The same studies, planned with `plan_on = "pre-post (not recommended)"`: the whole fall from before to after is taken for the difference '
        f"between the arms, for a power of 80 %; the closed form allows no fewer than six persons an arm, so that it promises more.{said}\n"
    )


def _naive(found: Sequence[_Found]) -> str:
    header = [
        "true difference",
        "persons an arm",
        "truth",
        "planned difference",
        "power promised",
        "power at the truth",
        "realised",
    ]
    rows = [
        [
            each.row.title,
            f"{plan.per_arm:.1f}",
            f"{plan.truth.value:.2f}",
            f"{plan.planned_difference.value:.2f}",
            _percent(plan.power),
            _percent(plan.power_at_truth),
            _share(plan.success),
        ]
        for each in found
        if (plan := each.naive) is not None
    ]
    return table(header, rows)


def _parting_text() -> str:
    return (
        "Realised success less assurance by closed form has three parts, each with its Monte Carlo standard error, in points of 100. *Beliefs*: power at the true "
        "difference less assurance; 0 where what is believed after the study is right. *Spread*: power there with the true spread of the ratings less power with "
        "the spread that the plan has from 61 treated persons. *Trial*: realised in the further trials less power with true difference and spread; 0 where the closed form is "
        "right about the trial; *no looks*: the same of both had nobody looked before the end. The fall left is the study's own estimate of ward and "
        "drug together; the SD of its error is in its own standard errors, 1 where they are right.\n"
    )


def _parting(found: Sequence[_Found]) -> str:
    header = [
        "true difference", "beliefs", "spread", "trial", "trial, no looks", "planned SD by true SD", "ended at the first look",
        "fall left, bias", "SD of its error", "studies without a split",
    ]  # fmt: skip
    rows = [
        [
            each.row.title,
            _points_of_hundred(each.plan.beliefs),
            _points_of_hundred(each.plan.spread),
            _points_of_hundred(each.plan.trial),
            _points_of_hundred(each.plan.trial_without_looks),
            f"{each.plan.spread_ratio:.2f}",
            _percent(each.plan.at_first_look),
            _signed(each.falls.bias),
            f"{each.falls.error_sd:.2f}",
            str(each.falls.without),
        ]
        for each in found
        if each.plan is not None and each.falls is not None
    ]
    return table(header, rows)


def _why_spread(found: _Found) -> str:
    """Say why the spread costs power, where it does."""
    plan = found.plan
    if plan is None or not plan.spread.value < -2 * plan.spread.error:
        return ""
    return (
        "Why the spread costs power: the plan takes the spread of the treated for both arms, and they lie nearer the floor of the scale than a control arm "
        f"will, so that it is too narrow (on average {plan.spread_ratio:.2f} of the true one); and where 61 persons happen to spread little, the trial is made too small. "
        "The assurance by simulated trials draws the covariance, and so counts what 61 persons leave open; the closed form does not.\n"
    )


def _truth_text() -> str:
    stated, known = ROWS[0].stated, next(row for row in ROWS if row.name == "plans-ward-known").stated
    assert stated.context is not None
    assert stated.bundle is not None
    assert stated.between_populations_sd is not None
    assert known.context is not None
    return _TRUTH.format(
        prior=_normal(PRIOR),
        context=_normal(stated.context),
        bundle=_normal(stated.bundle),
        spread=f"{stated.between_populations_sd.value:g}",
        known_context=_normal(known.context),
        day=PLANNED_DAY,
        before=PLANNED_DAY - 1,
        map_seed=MAP_SEED,
        courses=COURSES,
        stop=f"{100 * PLANS['stop_hazard']:g}",
    )


def _how(folder: Path, found: Sequence[_Found]) -> str:
    lines = [line for each in found for line in each.lines]
    whole = whole_runs(folder)
    numbers = [row.number for row in ROWS]
    if not lines:
        return "Nothing was run.\n"
    each = sum(line["seconds"] for line in lines) / len(lines)
    by_row = [sum(line["seconds"] for line in row.lines) / len(row.lines) for row in found if row.lines]
    full = sum(by_row) / len(by_row) * REPETITIONS * len(ROWS) / 60
    whole_said = (
        f"In the first {len(whole)} hospitals of the first row the records were also written as an OMOP database, the study was run on them by `abate.run`, and the "
        f"plan was made from its folder: largest difference of any fall, mean, covariance or retention {max(line['apart'] for line in whole):g}. "
        if whole
        else ""
    )
    return (
        f"The study is run by library calls on the tables that `abate.run` would have made of the simulated records, without their detour. {whole_said}"
        f"A repetition takes {each:.2f} seconds of one core (study, plan, its trials, the naive plan and its trial; in the first row also {SIMULATED_TRIALS} simulated trials twice); "
        f"the {len(lines)} on this page took {len(lines) * each / 60:.0f} minutes of one core. With {REPETITIONS} of each of the {len(ROWS)} rows it is "
        f"**about {max(full / 2, 1):.0f} minutes on two cores**. The run keeps a line for each repetition, and goes on where it stopped.\n\n"
        f"Seeds: {FIRST_SEED} + {SEEDS_PER_SCENARIO} × number of the row ({numbers[0]} to {numbers[-1]}, in the order of the tables) + repetition, counted from 0; "
        f"the trial's patients have {TRIAL_SEED} more. None of them is used anywhere else.\n"
    )


# ---- words -----------------------------------------------------------------------------------------------------------


def _normal(number: Number) -> str:
    return f"normal with mean {number.value:g} and SD {number.se or 0:g} points"


def _percent(share: float | None, unit: str = " %") -> str:
    return "–" if share is None or math.isnan(share) else f"{100 * share:.1f}{unit}"


def _share(mean: Mean | None, unit: str = " %") -> str:
    return "–" if mean is None else f"{_percent(mean.value, unit)} ± {100 * mean.error:.1f}"


def _signed(mean: Mean) -> str:
    error = "" if math.isnan(mean.error) else f" ± {mean.error:.2f}"
    return f"{mean.value:+.2f}{error}".replace("-", "−")


def _points_of_hundred(mean: Mean | None) -> str:
    if mean is None:
        return "–"
    error = "" if math.isnan(mean.error) else f" ± {100 * mean.error:.1f}"
    return f"{100 * mean.value:+.1f}{error}".replace("-", "−")
