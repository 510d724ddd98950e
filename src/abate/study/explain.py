"""What does a study file say in plain words? Prose that could stand in a methods section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from abate.base.days import describe_length, parse_length
from abate.contracts.clock import parse_moment
from abate.contracts.definition import (
    Attribution,
    Codes,
    Comparator,
    Eligibility,
    FollowUp,
    Rating,
    Response,
    ResponseRule,
    Study,
    Treatment,
    WindowRule,
)
from abate.contracts.result import AttritionStep
from abate.knowledge.drug_table import drugs_of
from abate.knowledge.refractory_definitions import definition
from abate.knowledge.scales import SCALES
from abate.study.explain_comparison import describe_comparison
from abate.study.explain_refractory import describe_refractory

#: Kind of source whose codes are looked for.
OMOP = "OMOP CDM"
#: Words by which a step of the attrition says that it was not asked for want of a table.
_NOT_IN_RECORDS = "The records hold no table"
#: Said where the untreated episodes that a study describes stand in the records as courses.
UNTREATED_ARE_GIVEN = (
    "Untreated episodes are looked for in OMOP databases only: the courses of {name} are those that these records hold."
)

_MEASURES = {
    "rate_max": "the highest rate",
    "rate_mean": "the mean rate",
    "dose_total": "the total dose",
    "dose_per_kg": "the total dose by weight",
}
_TAKES = {
    "first": "the first rating",
    "last": "the last rating",
    "mean": "the mean of the ratings",
    "median": "the median of the ratings",
    "lowest": "the lowest rating",
    "highest": "the highest rating",
}
_DAILY = {
    "first": "the day’s first rating",
    "last": "the day’s last rating",
    "mean": "the mean of the day’s ratings",
    "median": "the median of the day’s ratings",
    "lowest": "the day’s lowest rating",
    "highest": "the day’s highest rating",
}


def explain(study: Study) -> Sequence[str]:
    """Return the study as paragraphs of prose, in the order of a methods section."""
    paragraphs = [
        _describe_design(study),
        _describe_courses(study.treatment),
        _describe_entry(study),
        *describe_refractory(study),
        _describe_rating(study.rating),
        _describe_response(study.response),
        _describe_follow_up(study.follow_up),
        _describe_events(study),
        *describe_comparison(study, _describe_courses),
        _describe_dose_response(study),
        _describe_claims(study),
    ]
    return [paragraph for paragraph in paragraphs if paragraph]


def explain_run(study: Study, source_kind: str, attrition: Sequence[AttritionStep]) -> Sequence[str]:
    """Return the methods of a run: the study in prose, and what these records could not be asked.

    Codes are named only where they were looked for: a chart review names its treatments and events in words.
    """
    asked = study if source_kind == OMOP else _without_codes(study)
    said = list(explain(asked))
    if source_kind != OMOP and study.comparator is not None and not study.comparator.is_given:
        said.append(UNTREATED_ARE_GIVEN.format(name=study.comparator.name))
    unanswered = [step for step in attrition if not step.is_asked and step.note and _NOT_IN_RECORDS in step.note]
    if not unanswered:
        return said
    rules = " ".join(step.rule for step in unanswered)
    return [
        *said,
        f"These rules of entry could not be asked of these records, and nobody was lost at them: {rules}",
    ]


def _without_codes(study: Study) -> Study:
    no_codes = {"concepts": (), "snomed": (), "icd10cm": (), "icd9cm": ()}
    changes: dict[str, object] = {"treatment": study.treatment.model_copy(update={"concepts": ()})}
    if study.condition is not None:
        changes["condition"] = study.condition.model_copy(update=no_codes)
    if study.comparator is not None:
        changes["comparator"] = _comparator_without_codes(study.comparator)
    if study.events is not None:
        terms = {term: codes.model_copy(update=no_codes) for term, codes in study.events.terms.items()}
        changes["events"] = study.events.model_copy(update={"terms": terms})
    return study.model_copy(update=changes)


def _comparator_without_codes(comparator: Comparator) -> Comparator:
    asked = comparator.untreated
    untreated = None if asked is None else asked.model_copy(update={"without": ()})
    return comparator.model_copy(update={"concepts": (), "untreated": untreated})


def questions_before_omop(study: Study) -> Sequence[str]:
    """Return what a study file leaves empty and a run on OMOP records must know, one sentence each."""
    asked = []
    for key, treatment in (("treatment", study.treatment), ("comparator", study.comparator)):
        if treatment is not None and treatment.is_given and not treatment.concepts:
            asked.append(f"{key}.concepts is empty: give the OMOP concept ids of {treatment.name}.")
    if study.condition is not None and study.condition.are_empty:
        asked.append(
            f"condition has no code: give concepts, snomed or icd10cm for {study.condition.name}, or leave the section out."
        )
    if not study.rating.concepts:
        asked.append(f"rating.concepts is empty: give the OMOP concept ids of {SCALES[study.rating.scale].name}.")
    for name, control in ({} if study.comparison is None else study.comparison.control_exposures).items():
        if not control.concepts and not _is_in_drug_table(study, name):
            asked.append(
                f"comparison.control_exposures.{name} has no concepts and is no drug of the drug table: give its OMOP concept ids."
            )
    for term, codes in ({} if study.events is None else study.events.terms).items():
        if codes.are_empty:
            asked.append(f"events.{term} has no code: give concepts, snomed or icd10cm, or leave the term out.")
    return asked


def _is_in_drug_table(study: Study, control: str) -> bool:
    design = study.target_trial
    known = {drug.ingredient.casefold() for drug in drugs_of(study.failure)}
    return design is not None and design.ingredient_of(control).casefold() in known


def describe_rule(rule: ResponseRule) -> str:
    """Return a rule of response as a noun phrase, such as "a fall of at least 2 points"."""
    if rule.kind == "points":
        return f"a fall of at least {_number(rule.threshold)} point{'' if rule.threshold == 1 else 's'}"
    if rule.kind == "percent":
        return f"a fall of at least {_number(rule.threshold)} % of the baseline"
    return f"a final rating of at most {_number(rule.threshold)}"


def _describe_design(study: Study) -> str:
    condition = (
        f" in patients with {study.condition.name}{_codes_in_brackets(study.condition)}" if study.condition else ""
    )
    return f"{study.title}: a retrospective study of treatment courses of {study.treatment.name}{condition}, from routine records."


def _describe_courses(treatment: Treatment) -> str:
    concepts = f" (OMOP {_listed(map(str, treatment.concepts))}, descendants included)" if treatment.concepts else ""
    routes = f" by the {_listed(treatment.routes, 'or')} route" if treatment.routes else " by any route"
    unknown = ""
    if treatment.routes:
        verb = "counted" if treatment.unknown_route == "keep" else "did not count"
        unknown = f" Doses without a recorded route {verb}."
    pause = describe_length(parse_length(treatment.new_course_after))
    return (
        f"Every recorded dose of {treatment.name}{concepts}{routes} was sought.{unknown} Doses of one person were joined to a course; "
        f"a pause of more than {pause} between doses began a new course. Changes of bag or rate and shorter pauses did not."
    )


def _describe_entry(study: Study) -> str:
    eligibility = study.eligibility
    rules = _length_rule(study.treatment)
    if study.condition is not None:
        rules.append(f"a diagnosis of {study.condition.name} was on record by the day of the first dose")
    if eligibility is not None:
        rules += _entry_rules(eligibility)
        if eligibility.refractory is not None:
            rules.append(f"the person met the definition {definition(eligibility.refractory).name} before it")
    which = "all" if eligibility is None else eligibility.courses
    counted = {
        "first": "Of each person the first recorded course of the treatment entered, if it met these rules.",
        "first eligible": "Of each person the first course that met these rules entered.",
        "all": "A person could enter with more than one course.",
    }[which]
    if not rules:
        return f"Every course entered. {counted}"
    return f"Courses entered if {_listed(rules)}. {counted}"


def _length_rule(treatment: Treatment) -> list[str]:
    if treatment.length is None:
        return []
    shortest, longest = (parse_length(end) for end in treatment.length)
    if shortest == 0:
        return [f"they lasted at most {describe_length(longest)} from the first dose to the end of the last"]
    return [
        f"they lasted from {describe_length(shortest)} to {describe_length(longest)} from the first dose to the end of the last"
    ]


def _entry_rules(eligibility: Eligibility) -> list[str]:
    rules = []
    if eligibility.age is not None:
        rules.append(f"the person was {eligibility.age[0]} to {eligibility.age[1]} years old at the first dose")
    if eligibility.observed_before is not None:
        rules.append(
            f"the person had been observed for {describe_length(parse_length(eligibility.observed_before))} before it"
        )
    for count, role, exposure in (
        (eligibility.failed_preventive_classes, "preventive", eligibility.preventive_exposure),
        (eligibility.failed_acute_classes, "acute", eligibility.acute_exposure),
    ):
        if count is not None:
            rules.append(
                f"at least {count} class{'es' if count > 1 else ''} of {role} drugs had failed before it (a recorded outcome, or else "
                f"an exposure of at least {describe_length(parse_length(exposure))} that had ended, which is an inference)"
            )
    return rules


def _describe_rating(rating: Rating) -> str:
    scale = SCALES[rating.scale]
    clock = "calendar days" if rating.day == "calendar" else "days of 24 hours from the first dose"
    return (
        f"The outcome was the {scale.name}, from {_number(scale.minimum)} to {_number(scale.maximum)}"
        f"{', lower being better' if scale.lower_is_better else ''}. Days were {clock}; day 1 is the day of the first dose, and ratings up to "
        f"the first dose belong to the time before it. A day’s value was {_DAILY[rating.daily]}. "
        f"The baseline was {_describe_window(rating.baseline)}. The final rating was {_describe_window(rating.final)}; "
        "it had to lie after the first dose. A change is final minus baseline, so that a fall is negative. "
        "Where a course had no recorded admission or discharge, 24 hours before the first dose and 24 hours after the last stood for them."
    )


def _describe_window(rule: WindowRule) -> str:
    text = f"{_TAKES[rule.take]} from {parse_moment(rule.opens)} to {parse_moment(rule.closes)}"
    if rule.fallback != "none":
        text += f", or, where there was none, the {rule.fallback.split()[0]} rating of the course"
    return text


def _describe_response(response: Response) -> str:
    others = [describe_rule(rule) for rule in response.rules[1:]]
    also = f" Beside it stand {_listed(others)}." if others else ""
    missing = (
        "Courses without a baseline or final rating are left out of the main line and counted beside it as non-responses."
        if response.missing_final == "exclude"
        else "Courses without a baseline or final rating count as non-responses in the main line."
    )
    return f"Response was {describe_rule(response.primary)}.{also} {missing}"


def _describe_follow_up(follow_up: FollowUp | None) -> str:
    if follow_up is None:
        return "What happened after the course was not asked."
    origin = {"start": "the first dose", "end": "the end of the last dose", "discharge": "discharge"}[
        follow_up.counts_from
    ]
    visits = [
        f"{name.replace('_', ' ')} ({describe_length(parse_length(low))} to {describe_length(parse_length(high))})"
        for name, (low, high) in follow_up.visits.items()
    ]
    seen = (
        f"Later ratings were sought at {_listed(visits)} after {origin}, taking {_TAKES[follow_up.take]} of the window. "
        if visits
        else ""
    )
    return (
        f"{seen}A response was sustained at a visit if the primary rule still held there against the same baseline; ratings after the "
        f"start of another course did not count. A return to care was the first {_listed(follow_up.return_to_care, 'or')} contact after discharge."
    )


def _describe_events(study: Study) -> str:
    if study.events is None:
        return "Adverse events were not asked."
    opening, closing = (parse_moment(end) for end in study.events.window)
    terms = [f"{term.replace('_', ' ')}{_codes_in_brackets(codes)}" for term, codes in study.events.terms.items()]
    what = _listed(terms) if terms else "every recorded term"
    return (
        f"Adverse events were sought from {opening} to {closing}: {what}. "
        "A term that the records already held in the 30 days before the first dose was not counted as new."
    )


def _describe_dose_response(study: Study) -> str:
    if study.dose_response is None:
        return ""
    measures = _listed(_MEASURES[measure] for measure in study.dose_response.measures)
    verb = "was" if len(study.dose_response.measures) == 1 else "were"
    return (
        f"{measures[:1].upper()}{measures[1:]} {verb} held against the final rating, the baseline held equal, and it was counted whether "
        "the primary rule was met before the rate was first raised, before its highest, or later. Doses were chosen by how it went: these are associations."
    )


def _describe_claims(study: Study) -> str:
    """Return how the fall is split, and what of it may be claimed."""
    asked = study.attribution
    split = (
        "How much of the fall needs no treatment is asked of each person’s own ratings of the half year before admission: a model of level, spells and "
        "errors of rating, fitted to them and to the rating at admission, says what would have been rated at the end had nothing been done "
        "(weak priors; interval by person, parameters included). What is left is the treatment and everything else that comes with being there; the design "
        "cannot part the two."
    )
    if asked is None:
        return split
    return " ".join(
        sentence
        for sentence in (split, _describe_index_day(asked), _describe_references(asked), _describe_margin(asked))
        if sentence
    )


def _describe_index_day(asked: Attribution) -> str:
    how = "" if asked.index_day is None else f"The day of admission was chosen so: {asked.index_day.rstrip('.')}. "
    if asked.index_rule == "as recorded":
        return how.strip()
    window = (
        "over a time that is not stated"
        if asked.index_window is None
        else f"of the {describe_length(parse_length(asked.index_window))} after it"
    )
    return f"{how}It was chosen in hindsight, as the worst {window}."


def _describe_references(asked: Attribution) -> str:
    if not asked.references:
        return ""
    sources = _listed(reference.source for reference in asked.references)
    return f"Beside it stands the range under stated values of persons who were not chosen for a bad day ({sources})."


def _describe_margin(asked: Attribution) -> str:
    return f"A fall beyond what was to be expected is claimed only where the lower limit of what is left exceeds {_number(asked.margin)} points."


def _codes_in_brackets(codes: Codes) -> str:
    parts = [
        f"{name} {_listed(map(str, values))}"
        for name, values in (
            ("OMOP", codes.concepts),
            ("SNOMED", codes.snomed),
            ("ICD-10-CM", codes.icd10cm),
            ("ICD-9-CM", codes.icd9cm),
        )
        if values
    ]
    return f" ({'; '.join(parts)})" if parts else ""


def _listed(words: Iterable[object], last: str = "and") -> str:
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
