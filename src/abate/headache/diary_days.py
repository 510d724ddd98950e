"""Which days of a diary are headache days and migraine days, by the rules: yes, no, or not known?"""

from __future__ import annotations

import numpy as np

from abate.headache.diary_rows import Diary
from abate.headache.diary_rules import DiaryRules
from abate.headache.verdicts import Numbers, Verdicts, all_of, any_of, at_least

#: Criterion B of 1.1: from so many hours on.
_HOURS_OF_AN_ATTACK = 4.0


def headache_days(diary: Diary, rules: DiaryRules) -> Verdicts:
    """Return which rows are headache days; -1 where not filled in, or not known for want of hours."""
    if rules.least_hours == 0:
        return diary.headache
    is_enough = [_lasts(diary.hours, rules.least_hours)]
    if rules.treated_counts:
        is_enough.append(diary.medication.any)
    return all_of([diary.headache, any_of(is_enough)])


def migraine_days(diary: Diary, rules: DiaryRules) -> Verdicts:
    """Return which rows are migraine days; a day that is no headache day is none."""
    reasons = [_like_migraine(diary, rules)]
    if rules.triptan_or_ergot_counts:
        reasons += [diary.medication.classes["triptan_days"], diary.medication.classes["ergot_days"]]
    if rules.aura_counts:
        reasons.append(diary.features["aura"])
    return all_of([headache_days(diary, rules), any_of(reasons)])


def _like_migraine(diary: Diary, rules: DiaryRules) -> Verdicts:
    criterion_c, criterion_d = _criterion_c(diary), _criterion_d(diary)
    if rules.migraine_rule == "definite":
        return all_of([criterion_c, criterion_d])
    return at_least(2, [_criterion_b(diary), criterion_c, criterion_d])


def _criterion_b(diary: Diary) -> Verdicts:
    """Return whether the hours of the day are an attack's; a shorter headache that was treated leaves it open."""
    lasts = _lasts(diary.hours, _HOURS_OF_AN_ATTACK)
    return np.where((lasts == 0) & (diary.medication.any != 0), -1, lasts).astype(np.int8)


def _criterion_c(diary: Diary) -> Verdicts:
    return at_least(2, [diary.features[name] for name in ("unilateral", "pulsating", "strong", "aggravated")])


def _criterion_d(diary: Diary) -> Verdicts:
    features = diary.features
    both = all_of([features["photophobia"], features["phonophobia"]])
    return any_of([features["nausea"], features["vomiting"], both])


def _lasts(hours: Numbers, least: float) -> Verdicts:
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(hours), -1, hours >= least).astype(np.int8)
