"""Which facts does whoever writes the consent form need? Each in plain words with its source; never the form."""

from __future__ import annotations

from collections.abc import Iterable

from abate.base.numbers import describe_count, describe_number, describe_short
from abate.base.words import plural
from abate.contracts.draft import Draft, DraftSection, DraftTable
from abate.contracts.plan_view import PlanView
from abate.contracts.plan_words import UNVERIFIED, describe_interval, describe_points, planned_total, say_sized_on
from abate.trial.documents.design_models import assigned_by, planned_arms
from abate.trial.documents.items import of_part, of_plan

#: Stands in the place of a fact that the plan does not hold.
ASK = "needs author"

#: One fact: its heading, plain words, and where they come from.
Fact = tuple[str, str, str]

#: Strange experiences in the one trial of a multi-day infusion with a control arm; not a rate of this trial.
_PSYCHOMIMETIC = (
    "In one trial 60 persons with another pain had infusions over 4 days. "
    "Strange experiences came in 76\u202f% with ketamine and in 18\u202f% with a placebo."
)
_PSYCHOMIMETIC_FROM = "Sigtermans 2009, Pain 145:304, n = 60"


def write_consent_facts(view: PlanView) -> Draft:
    """Return the facts as a table."""
    table = DraftTable(title="Facts.", columns=("What", "In plain words", "Source"), rows=list(_facts(view)))
    return Draft(
        id="consent-facts",
        title=f"Facts for the consent form: {view.title}",
        note="Facts with their sources, in plain words. This is not a consent form, and nobody may sign it.",
        sections=(DraftSection(heading="Facts", tables=(table,)),),
        warnings=tuple(view.plan.warnings),
    )


def _facts(view: PlanView) -> Iterable[Fact]:
    yield from _why(view)
    yield "Is the drug approved for this?", "Say if it is used off-label, and what that means.", ASK
    yield from _arms(view)
    yield from _stay(view)
    yield from _size(view)
    yield from _harms(view)
    if view.is_masked:
        yield "If the blinding is broken", "Say when this happens and what it means for the person.", ASK
    yield "Other treatments", "Say what else can be done, also without the trial.", ASK
    yield "Who must not take part", "List the reasons, with those against the drug itself.", ASK
    yield "Driving", "Say from when a person may drive again.", ASK
    yield "Pregnancy", "Say what is known, which tests are made, and what protection is asked for.", ASK
    yield "Data", "Say who sees them, how long they are kept, and what is shared.", ASK
    yield (
        "Stopping",
        "A person may stop at any time, without a reason and without harm to other care.",
        "part of every consent; check against local rules",
    )
    yield "Costs", "Say what is paid for, and what happens if a person is harmed.", ASK
    yield "Whom to ask", "Name and number, day and night.", ASK
    yield "The result", "Say how and when a person hears what came out.", ASK


def _why(view: PlanView) -> Iterable[Fact]:
    steps = {step.id: step for step in view.plan.effect_steps if step.value is not None}
    observed, planned = steps.get("observed_fall"), view.value("effect.planned")
    yield (
        "What is not known",
        "Nobody knows how much of the relief comes from the drug. That is why there is a trial.",
        of_plan("question.aim"),
    )
    if observed is None or observed.value is None or planned is None or view.is_pre_post:
        return
    if view.plan.provenance.is_simulated:
        yield (
            "What was seen before",
            f"The plan rests on simulated patients. Their number, a fall of {describe_points(observed.value, 2)}, must be replaced. It is no evidence.",
            of_part("provenance"),
        )
        return
    if say_sized_on(view.plan):
        text = f"In earlier patients pain fell by {describe_points(observed.value, 2)}. This is not what the drug did."
        yield "What was seen before", text, of_part("effect_steps")
        return
    assumed = any(step.basis == "assumed" for step in steps.values())
    text = (
        f"In earlier patients pain fell by {describe_points(observed.value, 2)}. The trial expects that {describe_number(planned, 2)} of these come from "
        "the drug, and the rest from time, rest and care."
    )
    yield (
        "What was seen before",
        f"{text} Part of this was assumed ({UNVERIFIED})." if assumed else text,
        of_part("effect_steps"),
    )


def _arms(view: PlanView) -> Iterable[Fact]:
    arms, assigned = planned_arms(view), assigned_by(view)
    if len(arms) == 1:
        yield "What is given", f"All persons get {arms[0].name}. Nobody is assigned by chance.", of_plan("arms")
        return
    if assigned in _NO_CHANCE:
        yield "How it is chosen", _NO_CHANCE[assigned], of_part("designs")
        return
    if assigned == "responders":
        yield (
            "What all are given",
            "All have the course first. Only those who respond go on to the part with chance.",
            of_part("designs"),
        )
    total = sum(arm.weight for arm in arms)
    for place, arm in enumerate(arms):
        yield (
            f"Chance of {arm.name}",
            f"{describe_count(arm.weight)} in {describe_count(total)}.",
            of_plan(f"arms[{place}].weight"),
        )
    yield "How it is chosen", "By chance, from a list that nobody at the bedside can see.", of_plan("arms")
    if not view.is_masked:
        yield "Who knows", "The person and the staff will know what is given.", of_plan("question.can_be_blinded")


#: How it is chosen where chance does not give each person an arm.
_NO_CHANCE = {
    "centres": "Chance decides for the whole hospital, not for each person. It is known which one was drawn.",
    "starts": "Every hospital comes to the new protocol in the end. Chance decides when. It is known which one is used.",
    "order": "Every person gets each of the treatments, one after the other. Chance decides the order.",
}


def _stay(view: PlanView) -> Iterable[Fact]:
    stay = view.file.stay
    if stay is None:
        yield "Days in hospital", "Say how many.", ASK
        return
    mark = f" ({UNVERIFIED})" if stay.is_unverified else ""
    yield "Days in hospital", f"About {round(stay.mean)} on average{mark}.", of_plan("stay.mean")


def _size(view: PlanView) -> Iterable[Fact]:
    total, months = planned_total(view.plan), view.estimate("accrual.months")
    if total is not None:
        yield "How many take part", f"{plural(round(total), 'person')}.", of_part("designs")
    if months is not None and months.value is not None:
        interval = describe_interval(months)
        text = f"It takes about {describe_short(months.value)} months until all have come" + (
            f" ({interval})." if interval else "."
        )
        yield "How long the trial takes", text, "plan.json, estimates: accrual.months"


def _harms(view: PlanView) -> Iterable[Fact]:
    names = " ".join(f"{arm.name} {arm.text or ''}" for arm in view.file.arms).lower()
    if "ketamine" in names:
        yield "Strange experiences", _PSYCHOMIMETIC, _PSYCHOMIMETIC_FROM
    for rule in view.file.harm:
        mark = f" ({UNVERIFIED})" if rule.basis == "assumed" else ""
        text = f"A committee watches for it. It is told to stop if more than {describe_short(100 * rule.limit)} in 100 persons seem to have it{mark}."
        yield f"Watched: {rule.event}", text, of_plan("harm")
    yield "Other harms", "List them with how often they come and in how many persons this was seen.", ASK
