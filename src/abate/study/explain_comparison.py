"""What does the section ``[comparison]`` say in plain words?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from abate.base.days import describe_length, parse_length
from abate.contracts.definition import Study, Treatment
from abate.contracts.target_trial import TargetTrial

_WEIGHTS: Mapping[str, str] = {
    "overlap": "overlap weights, by which those count most who might have got either treatment",
    "matching": "matching each course to the nearest one of the other treatment, within 0.2 standard deviations of the log odds of the score",
    "strata": "five strata of the score",
    "entropy": "entropy balancing to the means of all compared courses",
    "everybody": "inverse weights, for all compared courses",
}
_NAMES: Mapping[str, str] = {
    "year": "calendar year",
    "weight": "body weight",
    "baseline": "baseline rating",
    "earlier_course": "an earlier course",
    "days_before": "days from admission to the first dose",
}


def describe_comparison(study: Study, describe_courses: Callable[[Treatment], str]) -> tuple[str, ...]:
    """Return the comparator and the target trial as paragraphs; nothing without a comparator."""
    design = study.target_trial
    if study.comparator is None or design is None:
        return ()
    courses = describe_courses(study.comparator) if study.comparator.is_given else _describe_untreated(study)
    return (
        f"{courses} The same rules of entry apply to these courses.",
        _describe_design(study, study.comparator.name, design),
        _describe_thresholds(design),
    )


def _describe_untreated(study: Study) -> str:
    """Return how untreated episodes are found, and what time zero is where there is no dose."""
    comparator, condition = study.comparator, study.condition
    assert comparator is not None
    assert comparator.untreated is not None
    assert condition is not None
    asked, treatment = comparator.untreated, study.treatment.name
    pause = describe_length(parse_length(comparator.new_course_after))
    others = (
        f" Nor may a dose of another drug named (OMOP {_listed([str(concept) for concept in asked.without])}, descendants included) "
        "touch the stay."
        if asked.without
        else ""
    )
    return (
        f"As {comparator.name} counted {' or '.join(asked.visits)} visits for which {condition.name} was on record by the day of admission and "
        f"that ended before the person\u2019s first dose of {treatment}; what came after a visit was not looked at, so that a person who was treated "
        f"later counts as untreated before. Visits of one person at most {pause} apart were one stay.{others} The clock of such a stay starts with "
        f"{comparator.clock_starts_with} and it ends with discharge: the rules for baseline and final rating that speak of the first dose speak of that "
        "moment here, those that speak of the last dose of discharge."
    )


def _describe_design(study: Study, other: str, design: TargetTrial) -> str:
    known = [_NAMES.get(name, name.replace("_", " ")) for name in design.covariates]
    users = (
        "A course after an earlier one of the other treatment was left out."
        if design.users == "new"
        else "Courses after an earlier one of the other treatment were kept."
    )
    zero = "the first dose in both groups"
    if study.comparator is not None and not study.comparator.is_given:
        users = f"Courses of {study.treatment.name} after an untreated stay were kept."
        zero = f"the first dose of {study.treatment.name}, and {study.comparator.clock_starts_with} of {other}"
    switch = (
        "Follow-up went on after a switch to the other treatment (treatment policy)."
        if design.intercurrent.switch == "treatment policy"
        else "Follow-up ended at a switch to the other treatment (hypothetical strategy)."
    )
    return (
        f"Courses of {study.treatment.name} were compared with courses of {other} as in a trial in which treatments would be assigned "
        f"{design.assignment}. Time zero was {zero}. {users} A ridge logistic score of who got which treatment was fitted to {_listed(known)}; what was not "
        f"recorded was filled with the mean and marked. The groups were made alike by {_WEIGHTS[design.weights]}. The final rating counted whenever a course "
        "ended (while on treatment), and however it ended, an adverse event included (treatment policy). "
        f"{switch} Intervals are by person and count the error of the score. Augmented weighting, cross-fitted by person, stands beside."
    )


def _describe_thresholds(design: TargetTrial) -> str:
    limits = design.thresholds
    controls = (
        f" Negative controls were {_listed([name.replace('_', ' ') for name in design.negative_controls])}."
        if design.negative_controls
        else " No negative control was named."
    )
    if design.control_exposures:
        named = _listed([design.ingredient_of(name) for name in design.control_exposures])
        controls += (
            f" Negative-control exposures, drugs that do nothing for the rating, were {named}: courses at whose time zero one was taken "
            "were compared with the others of both treatments in the same way."
        )
    return (
        f"Declared beforehand: no difference is to be used where a standardised difference stays above {limits.largest_imbalance:g}, fewer than "
        f"{100 * limits.least_equipoise:g} % of a group have a preference score from 0.3 to 0.7, a group is worth fewer than "
        f"{limits.least_effective_persons:g} persons, or one person carries more than {100 * limits.largest_share:g} % of a group’s weight; the first two are "
        f"conventions, the others placeholders.{controls}"
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
