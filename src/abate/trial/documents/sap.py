"""What does the analysis plan say? Estimands, populations, model, missing values, looks, harm, blinding, software, empty tables, and the call itself."""

from __future__ import annotations

from abate.base.numbers import describe_count
from abate.base.words import capital, sentence
from abate.contracts.draft import Draft, DraftItem, DraftSection, DraftTable
from abate.contracts.plan_view import PlanView
from abate.trial.documents.design_models import assigned_by, planned_arms, why_open
from abate.trial.documents.items import Said, filled, needs_author, not_applicable, of_estimate, of_part, of_plan
from abate.trial.documents.said import (
    estimand_of,
    primary_day,
    say_allocation,
    say_analysis,
    say_blinding,
    say_error,
    say_harm_rules,
    say_looks,
    say_primary,
    say_size,
    why_no_looks,
)
from abate.trial.documents.tables import (
    characteristics_table,
    empty_table,
    events_table,
    looks_table,
    stop_characteristics_table,
    stop_table,
)

CONTENTS = "The contents follow Gamble 2017 (JAMA 318:2337) under labels of abate\u2019s own; the list is unverified: check it against the paper before use."

_SPENDING = {
    "obrien-fleming": "a function of the O\u2019Brien\u2013Fleming type",
    "pocock": "a function of the Pocock type",
    "hwang-shih-decani": "the function of Hwang, Shih and De Cani",
    "kim-demets": "the function of Kim and DeMets",
}


def write_sap(view: PlanView) -> Draft:
    """Return the analysis plan."""
    sections = (
        DraftSection(heading="About this draft", paragraphs=(CONTENTS,), items=_versions(view)),
        DraftSection(heading="Estimands and populations", items=_estimands(view), tables=(events_table(view),)),
        DraftSection(heading="Primary analysis", items=_primary(view)),
        DraftSection(heading="Missing values, sensitivity, multiplicity", items=_missing(view)),
        DraftSection(heading="Looks", items=_looks(view), tables=_look_tables(view)),
        DraftSection(heading="Harm and blinding", items=_harm(view), tables=_harm_tables(view)),
        DraftSection(heading="Deviations and software", items=_software(view)),
        *_call(view),
        DraftSection(heading="Empty tables", tables=_empty(view)),
    )
    return Draft(
        id="sap",
        title=f"Statistical analysis plan: {view.title}",
        note="A skeleton filled from a plan; it is signed before anybody sees an outcome by arm, or it is none.",
        sections=sections,
        warnings=tuple(view.plan.warnings),
    )


def _call(view: PlanView) -> tuple[DraftSection, ...]:
    """Return the analysis as code; where none has run on simulated data, nothing stands in its place."""
    if not view.has_run:
        return ()
    said = (
        "On simulated trials this call gives the number of the simulation\u2019s own analysis (held by abate\u2019s tests); "
        "it runs on the trial\u2019s data as it stands."
    )
    return (DraftSection(heading="The analysis as a call", paragraphs=(said,), code=view.plan.call),)


def _versions(view: PlanView) -> tuple[DraftItem, ...]:
    provenance = view.plan.provenance
    text = f"Draft by abate {provenance.abate_version} from the plan {provenance.plan_hash[:12]}."
    return (
        filled("1", "Where this draft comes from", Said(text=text, origin=of_part("provenance"))),
        needs_author(
            "1", "Versions and signatures", "Version, date, changes; version of the protocol it belongs to; who signs."
        ),
    )


def _estimands(view: PlanView) -> tuple[DraftItem, ...]:
    parts = [
        Said(text=f"{capital(name)}: {sentence(text)}", origin=of_part("estimand"))
        for name, text in estimand_of(view).items()
    ]
    everybody = Said(text=_POPULATIONS.get(assigned_by(view), _AS_ASSIGNED))
    return (
        filled("2", "Primary estimand", *parts),
        filled("2", "Primary outcome", say_primary(view)),
        needs_author("2", "Secondary estimands", "Those of the secondary outcomes, each with its strategies."),
        filled("3", "Populations", everybody),
        filled("3", "Size", say_size(view), say_allocation(view)),
    )


_AS_ASSIGNED = "All who were assigned, in the arm they were assigned to; harm: all who were given any of the treatment, by what was given."
_POPULATIONS = {
    "nobody": "All who began the treatment; harm: the same.",
    "centres": "All persons of the centres that were assigned, as their centre was assigned; harm: all who were given any of the treatment.",
    "starts": "All persons of the centres, by what was planned for their centre and month; harm: all who were given any of the treatment.",
    "order": "All who were assigned to an order, with the periods they had; harm: all who were given any of the treatment, by what was given.",
}


def _primary(view: PlanView) -> tuple[DraftItem, ...]:
    model = filled("4", "Model, contrast, degrees of freedom", *say_analysis(view), say_error(view))
    strata = needs_author("4", "Strata", "Every stratum of the randomisation stands in the model; name them.")
    if not view.is_two_arms:
        asked = "The model as a formula and in words, its contrast, and its call: none of abate\u2019s has run on this design."
        return (
            model,
            needs_author("4", "Model of this design", asked),
            *(() if len(planned_arms(view)) == 1 else (strata,)),
        )
    structure = Said(
        text=f"Covariance of a person\u2019s ratings: {view.file.ratings.structure}.",
        origin=of_plan("ratings.structure"),
    )
    ladder = "The simpler structures in the order in which they are tried; the first that has one is reported."
    covariance = (filled("4", "Covariance", structure), needs_author("4", "Covariance: if it has no maximum", ladder))
    return (model, *covariance, strata)


def _missing(view: PlanView) -> tuple[DraftItem, ...]:
    if not view.is_two_arms:
        asked = "What is assumed of missing values in this design, and the analyses that assume something else."
        return (needs_author("5", "Missing values and sensitivity", asked), _multiplicity(view))
    at_random = Said(
        text="Missing at random given arm, day, baseline and earlier ratings. What is missing is no intercurrent event.",
        origin=of_plan("design.analysis"),
    )
    tipping = Said(
        text="Delta adjustment in the treated arm, and jump to reference; each with the point at which the conclusion changes."
    )
    return (
        filled("5", "Missing values", at_random),
        filled("6", "Sensitivity", tipping),
        needs_author(
            "6", "Sensitivity: range of delta", "The range of delta that is believed possible, stated beforehand."
        ),
        _multiplicity(view),
    )


def _multiplicity(view: PlanView) -> DraftItem:
    """Return what is done about several tests: of three arms or more an author says it."""
    if view.kind == "dose-ranging":
        return filled(
            "7", "Multiplicity", Said(text="One bound for all contrasts of the shapes.", origin=of_part("designs"))
        )
    if len(planned_arms(view)) > 2 or view.kind == "three arms":
        asked = f"{describe_count(max(3, len(view.file.arms)))} arms are planned: hierarchical testing, or Dunnett\u2019s test."
        return needs_author("7", "Multiplicity", asked)
    text = "One primary outcome, one test; nothing is divided. Secondary outcomes have intervals and no tests."
    return filled("7", "Multiplicity", Said(text=text))


def _looks(view: PlanView) -> tuple[DraftItem, ...]:
    looks = say_looks(view)
    if not looks or view.file.looks is None:
        return (not_applicable("8", "Looks", why_no_looks(view)),)
    plan = view.file.looks
    rule = Said(
        text=f"Alpha is spent by {_SPENDING[plan.spending]}; futility: {plan.futility}. A look at another share of the information recomputes its bound.",
        origin="plan.json, plan: looks.spending; plan.json, plan: looks.futility",
    )
    after = Said(text="After a stop: the median-unbiased estimate and the stage-wise interval, never the mean alone.")
    return (filled("8", "Looks", *looks, rule, after),)


def _look_tables(view: PlanView) -> tuple[DraftTable, ...]:
    found = (looks_table(view), characteristics_table(view))
    return tuple(table for table in found if table.rows)


def _harm(view: PlanView) -> tuple[DraftItem, ...]:
    rules = say_harm_rules(view)
    blinding = (
        filled(
            "10",
            "Blinding",
            Said(
                text="Bang\u2019s index in each arm and James\u2019s index over all, with intervals; guesses by arm and response."
            ),
            say_blinding(view),
        )
        if view.is_masked
        else not_applicable("10", "Blinding", why_open(view) or "Each person has both; nobody guesses an arm.")
    )
    return (
        filled("9", "Rules that stop for harm", *rules)
        if rules
        else needs_author("9", "Rules that stop for harm", "The plan names none."),
        filled(
            "9",
            "Harm",
            Said(
                text="Persons with an event and events by infusion-day, by arm, with exact intervals; none seen has its upper bound."
            ),
        ),
        blinding,
    )


def _harm_tables(view: PlanView) -> tuple[DraftTable, ...]:
    return tuple(table for rule in view.plan.harm for table in (stop_table(rule), stop_characteristics_table(rule)))


def _software(view: PlanView) -> tuple[DraftItem, ...]:
    provenance = view.plan.provenance
    versions = ", ".join(f"{name} {version}" for name, version in sorted(provenance.versions.items()))
    text = f"abate {provenance.abate_version}" + (f"; {versions}" if versions else "")
    return (
        needs_author("11", "Deviations", "Which deviations from the protocol are told, and how they are handled."),
        filled("12", "Software", Said(text=f"{text}.", origin=of_part("provenance"))),
        _checked(view),
    )


def _checked(view: PlanView) -> DraftItem:
    """Return how the analysis was tried out: by the call that is printed, by a simulation of the design, or not at all."""
    provenance, found = view.plan.provenance, view.estimate("power.simulated")
    label = "Checked by simulation"
    if found is None or found.value is None:
        why = view.reason("power.simulated", "no simulation was asked for")
        return needs_author("12", label, f"Nothing was simulated: {why}.")
    trials = f"{describe_count(provenance.trials)} simulated trials (seed {provenance.seed})"
    if view.has_run:
        return filled("12", label, Said(text=f"The model was fitted to {trials}.", origin=of_part("provenance")))
    how = f" Their analysis: {found.method.rstrip('.')}." if found.method else ""
    text = f"The design was played through in {trials}, by code of its own and by no call that stands here.{how}"
    return filled("12", label, Said(text=text, origin=of_estimate("power.simulated")))


def _empty(view: PlanView) -> tuple[DraftTable, ...]:
    arms = tuple(arm.name for arm in planned_arms(view))
    days = tuple(f"Day {day:g}" for day in view.file.ratings.days)
    return (
        empty_table(
            "Baseline.",
            "Characteristic",
            *arms,
            first=("Persons", "Age", "Women", "Rating at baseline", "Headache days in the diary"),
        ),
        empty_table("Rating by day.", "Day", *arms, *(("Difference",) if len(arms) > 1 else ()), first=days),
        _empty_primary(view, arms),
        empty_table(
            "Intercurrent events.",
            "Event",
            *arms,
            first=tuple(capital(found.event) for found in view.plan.events) or ("None planned",),
        ),
        empty_table(
            "Harm.", "Event", *arms, first=tuple(capital(rule.event) for rule in view.plan.harm) or ("Any", "Serious")
        ),
        *_guesses(view, arms),
    )


def _empty_primary(view: PlanView, arms: tuple[str, ...]) -> DraftTable:
    quantities = {
        "randomised withdrawal": ("Persons", "Relapses", "Median time to relapse"),
        "single-arm two-stage": (
            "Persons in the first stage",
            "Responders in the first stage",
            "Persons",
            "Responders",
        ),
    }
    found = {"randomised withdrawal": ("Hazard ratio (interval), p",), "single-arm two-stage": ("Share (interval), p",)}
    first = quantities.get(view.kind, (f"Rating on day {primary_day(view):g}",))
    last = found.get(view.kind, ("Difference (interval), p",))
    return empty_table("Primary outcome.", "Quantity", *arms, *last, first=first)


def _guesses(view: PlanView, arms: tuple[str, ...]) -> tuple[DraftTable, ...]:
    if not view.is_masked or len(arms) < 2:
        return ()
    guesses = ("Active", "Control", "Do not know")
    return (empty_table("Guesses of the assignment.", "Guess", *arms, first=guesses),)
