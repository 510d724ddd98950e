"""Patients of the tests: answers that meet one disorder, to be changed one by one."""

from __future__ import annotations

from abate.headache.answers import make_answers
from abate.headache.diagnosis import diagnose
from abate.headache.verdicts import Verdict

MIGRAINE = {
    "age": 40,
    "attack_count": 5,
    "attack_hours": 24,
    "location": "unilateral",
    "quality": "pulsating",
    "intensity": "mild",
    "aggravated": "no",
    "nausea": "mild",
    "vomiting": "no",
    "photophobia": "no",
    "phonophobia": "no",
    "better_explained": "no",
}
AURA = {
    "aura_count": 2,
    "aura_symptoms": ["visual"],
    "aura_spreads": "yes",
    "aura_in_succession": "no",
    "aura_minutes": 30,
    "aura_unilateral": "yes",
    "aura_positive": "no",
    "aura_then_headache": "no",
    "tia_excluded": "yes",
    "better_explained": "no",
}
CHRONIC = {**MIGRAINE, "headache_days": 15, "headache_months": 4, "migraine_days": 8}
TENSION = {
    "attack_count": 10,
    "attack_hours": 4,
    "location": "bilateral",
    "quality": "pressing or tightening",
    "intensity": "moderate",
    "aggravated": "yes",
    "nausea": "none",
    "vomiting": "no",
    "photophobia": "yes",
    "phonophobia": "no",
    "this_kind_days": 0.5,
    "headache_months": 12,
    "better_explained": "no",
}
CLUSTER = {
    "attack_count": 5,
    "attack_hours": 1,
    "location": "unilateral",
    "orbital_or_temporal": "yes",
    "intensity": "severe",
    "autonomic_signs": ["swollen eyelid"],
    "restless": "no",
    "attacks_per_day": 2,
    "bout_count": 2,
    "bout_days": 30,
    "bout_months": 24,
    "remission_months": 6,
    "better_explained": "no",
}
CONTINUA = {
    "location": "unilateral",
    "headache_months": 4,
    "exacerbations": "moderate",
    "autonomic_signs": "none",
    "restless": "no",
    "worse_with_movement": "yes",
    "indomethacin": "pain gone",
    "pain_free_day": "no",
    "better_explained": "no",
}
DAILY = {
    "continuous": "yes",
    "onset_remembered": "yes",
    "hours_to_continuous": 24,
    "headache_months": 4,
    "triptan_days": 0,
    "overuse_months": 0,
    "better_explained": "no",
}
OVERUSE = {
    "headache_days": 15,
    "headache_before_overuse": "yes",
    "overuse_months": 4,
    "triptan_days": 10,
    "ergot_days": 0,
    "simple_analgesic_days": 0,
    "opioid_days": 0,
    "combination_days": 0,
    "other_acute_days": 0,
    "acute_days": 10,
    "better_explained": "no",
}
STATUS = {
    **MIGRAINE,
    "current_hours": 73,
    "current_unremitting": "yes",
    "current_debilitating": "yes",
    "current_typical": "yes",
    "headache_days": 6,
}


def found(code, answers, letter=None, **changes):
    """Return what a disorder, or one of its criteria, comes to for one patient; None takes an answer away."""
    given = {question: [answer] for question, answer in {**answers, **changes}.items() if answer is not None}
    diagnoses = diagnose(make_answers(given))
    verdicts = diagnoses.met[code] if letter is None else diagnoses.criteria[code, letter]
    return Verdict(int(verdicts[0])).words


def coded(answers, **changes):
    """Return the codes of all that is coded for one patient."""
    given = {question: [answer] for question, answer in {**answers, **changes}.items() if answer is not None}
    return [disorder.code for disorder in diagnose(make_answers(given)).coded_for(0)]
