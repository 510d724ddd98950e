"""What does each section say in one sentence or two? From estimates only, with their counts, and without a cause."""

from __future__ import annotations

import math
from collections.abc import Sequence

from abate.contracts.result import SAME_ROW_TWICE, AttritionStep, Estimate
from abate.report.figures.day_axis import means_by_day
from abate.report.figures.durability import FEWEST_AT_RISK
from abate.report.headline import describe_share_of, interval_of, what_the_patient_lacks, why_nothing_held
from abate.report.numbers import (
    decimals_for,
    describe_bound,
    describe_count,
    describe_n,
    describe_number,
    describe_percent,
    describe_range,
    describe_share,
    describe_share_range,
    describe_short,
    describe_signed,
)
from abate.report.told import size_of, told_n
from abate.report.view import ResultView
from abate.report.words import capital, describe_meeting, in_words, listed, of_things, plural, sentence, shown

#: Of more rules that removed as many courses, none is named.
_MOST_RULES_NAMED = 2


def say_attrition(view: ResultView) -> str:
    """Return who entered of those in whom the treatment was recorded, and at which rule most were lost."""
    steps = view.attrition
    first, last, unused = steps[0], steps[-1], _say_unused(view)
    if first.courses == last.courses:
        if unused:
            return f"Nobody was lost at a rule: {_all_courses(last, ' that could be used')} entered; {unused}."
        return f"Nobody was lost: {_all_courses(last)} entered."
    return f"{_say_entered(first, last)}. {_say_most_lost(steps)} {sentence(unused)}".rstrip()


def _say_entered(first: AttritionStep, last: AttritionStep) -> str:
    """Return how many persons and courses entered, of how many; where that is hidden, that it is."""
    if not last.courses:
        return f"None of {plural(first.courses, 'course')} of {plural(first.persons, 'person')} entered"
    pairs = ((last.persons, first.persons, "person"), (last.courses, first.courses, "course"))
    told = [
        plural(kept, noun) if isinstance(everybody, str) else f"{describe_count(kept)} of {plural(everybody, noun)}"
        for kept, everybody, noun in pairs
    ]
    unknown = [f"{noun}s" for _, everybody, noun in pairs if isinstance(everybody, str)]
    numbers, verb = ("number", "is") if len(unknown) == 1 else ("numbers", "are")
    ending = f"; the {numbers} of {listed(unknown)} before any rule {verb} hidden in this edition" if unknown else ""
    return f"{listed(told)} entered{ending}"


def _say_most_lost(steps: Sequence[AttritionStep]) -> str:
    """Return at which rule most courses were lost; at which ones, where several lost as many."""
    losses = [step.courses_lost for step in steps[1:]]
    known = [loss for loss in losses if isinstance(loss, int)]
    if len(known) < len(losses):
        return "How many were lost at each rule is partly hidden in this edition."
    lost, most = sum(known), max(known)
    rules = [f"\u201c{shown(step.rule.rstrip('.'))}\u201d" for step in steps[1:] if step.courses_lost == most]
    if most == lost:
        return f"{'The other was' if lost == 1 else 'All others were'} lost at the rule {rules[0]}."
    if len(rules) == 1:
        return f"Most were lost at the rule {rules[0]}: {plural(most, 'course')}."
    if len(rules) <= _MOST_RULES_NAMED:
        return f"Most were lost at the rules {listed(rules)}: {plural(most, 'course')} each."
    return f"No rule removed more than {plural(most, 'course')}."


def _all_courses(step: AttritionStep, which: str = "") -> str:
    if step.courses == 1:
        return f"the one course{which or ' recorded'}"
    return f"all {plural(step.courses, 'course')} of {plural(step.persons, 'person')}{which}"


def _say_unused(view: ResultView) -> str:
    """Return how many rows of courses were dropped before any rule of entry was asked; empty where none were."""
    dropped = [found for found in view.result.findings if (found.table, found.action) == ("courses", "dropped")]
    counts = [found.count for found in dropped if found.rule != SAME_ROW_TWICE]
    if not counts:
        return ""
    known = [count for count in counts if isinstance(count, int)]
    if len(known) < len(counts):
        return "some rows of courses could not be used, see findings"
    # A row that breaks two rules is counted under each of them.
    at_most = "" if len(counts) == 1 else "up to "
    return f"{at_most}{plural(sum(known), 'row')} of courses could not be used, see findings"


def say_characteristics(view: ResultView) -> str:
    """Return how many are in each group of Table 1, in what they differ most, and what chance alone would give."""
    met = view.known("response.primary")
    if view.is_hidden("response.primary"):
        return f"Of {plural(view.course_count, 'course')}, how many met the primary rule, did not, or cannot be judged is partly hidden in this edition."
    if met is None or not met.denominator:
        if view.is_one_patient:
            return "The response of the course cannot be judged."
        return "In no course can the response be judged, so that there is one group only."
    responders, others = int(met.numerator or 0), int(met.denominator - (met.numerator or 0))
    unknown = view.course_count - responders - others
    if view.is_one_patient:
        return f"The course {'met' if responders else 'did not meet'} the primary rule."
    if not unknown and not (responders and others):
        return f"{capital(of_things(responders, view.course_count, 'course'))} met the primary rule."
    parts = [
        f"{describe_count(responders) if responders else 'none'} met the primary rule",
        f"{describe_count(others) if others else 'none'} did not",
    ]
    if unknown:
        parts.append(f"{describe_count(unknown)} cannot be judged")
    counts = f"Of {plural(view.course_count, 'course')}, {listed(parts)}."
    return f"{counts} {_say_difference(view, responders, others)}".strip()


def _say_difference(view: ResultView, responders: int, others: int) -> str:
    differences = [row for row in view.result.characteristics if row.smd is not None and math.isfinite(row.smd)]
    if not differences or not responders or not others:
        return ""
    most = max(differences, key=lambda row: abs(row.smd or 0))
    name = shown(_lower_first(most.variable.split(",")[0]))
    chance = 1.96 * math.sqrt(1 / responders + 1 / others)
    return (
        f"The groups differ most in {name} (standardised difference {describe_signed(most.smd or 0, 2)}); "
        f"with groups of this size, differences up to about {describe_number(chance, 1 if chance >= 0.1 else 2)} come by chance alone."
    )


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def say_courses(view: ResultView) -> str:
    """Return how long the courses were, how many were paused, and the highest rate."""
    length, rate, pause = (view.known(id) for id in ("course_length.mean", "rate_max.mean", "pause.share"))
    parts = []
    if length is not None and length.value is not None:
        if view.is_one_patient:
            parts.append(f"The course took {_days_or_hours(length.value)}.")
        else:
            ends = [view.value(f"course_length.{end}") for end in ("min", "max")]
            spread = "" if length.sd is None else f" (SD {describe_number(length.sd)})"
            between = (
                ""
                if None in ends
                else f", the shortest {describe_number(ends[0] or 0)} and the longest {describe_number(ends[1] or 0)}"
            )
            parts.append(
                f"{plural(told_n(length), 'course')} took {describe_number(length.value)} days on average{spread}{between}."
            )
    if rate is not None and rate.value is not None:
        who = "" if view.is_one_patient else "mean "
        known = "" if size_of(rate) in (view.course_count, math.inf) else f", known in {describe_count(told_n(rate))}"
        parts.append(f"The {who}highest rate was {describe_short(rate.value)} mg/h{known}.")
    if pause is not None and pause.denominator and not view.is_one_patient:
        parts.append(f"{capital(of_things(pause.numerator or 0, pause.denominator, 'course'))} had a pause inside.")
    if pause is not None and pause.denominator and view.is_one_patient:
        parts.append(f"It had {'a' if pause.numerator else 'no'} pause inside.")
    if view.is_hidden("pause.share"):
        parts.append("How many had a pause inside is hidden in this edition.")
    return " ".join(parts) or "Neither lengths nor doses are known."


def _days_or_hours(days: float) -> str:
    """Return a length in days; one of less than a day in hours."""
    if days >= 1:
        return f"{describe_number(days)} days"
    hours = describe_number(24 * days)
    return f"{hours} hour{'' if hours == '1.0' else 's'}"


def say_trajectory(view: ResultView) -> str:
    """Return where the daily mean began and was lowest, and that it is not always of the same courses."""
    first, day, lowest = (
        view.known("daily.mean.day_1"),
        view.known("nadir_day.of_lowest_mean"),
        view.known("nadir_day.lowest_mean"),
    )
    if view.is_hidden("nadir_day.of_lowest_mean") or view.is_hidden("nadir_day.lowest_mean"):
        return f"The day with the lowest mean of {view.noun} is of few courses and hidden in this edition."
    if day is None or lowest is None or day.value is None or lowest.value is None:
        return f"{'The patient' if view.is_one_patient else 'No course'} has {'no' if view.is_one_patient else 'a'} rating of {view.noun} after the first dose."
    if view.is_one_patient:
        return f"The patient\u2019s daily value was lowest on day {describe_count(day.value)}, at {describe_number(lowest.value)}."
    started = (
        ""
        if first is None or first.value is None or day.value == 1
        else f"{describe_number(first.value)} on day 1 and "
    )
    where = f"on day {describe_count(day.value)}, at {describe_number(lowest.value)} ({describe_n(told_n(day))})"
    text = f"The daily mean of {view.noun} was {started}lowest {where}."
    days = [(found_day, found) for found_day, found in means_by_day(view) if found_day >= 1]
    if days and size_of(days[-1][1]) < size_of(days[0][1]):
        text += f" It is the mean of {_courses_on(days[0])} and of {_courses_on(days[-1])}, because patients leave or are not rated."
    return text


def _courses_on(found: tuple[int, Estimate]) -> str:
    return f"{plural(told_n(found[1]), 'course')} on day {found[0]}"


def say_change(view: ResultView) -> str:
    """Return the mean change with its interval, and how many did not fall."""
    change = view.known("change.mean")
    if view.is_hidden("change.mean"):
        return "The change is hidden in this edition."
    if change is None or change.value is None:
        if view.is_one_patient and (lacking := what_the_patient_lacks(view)):
            return f"No change can be stated: the patient has {lacking}."
        return sentence(
            f"No change can be stated: {in_words(view.reason('change.mean') or 'no course has both ratings')}"
        )
    if view.is_one_patient:
        return f"The change was {describe_signed(change.value)} points."
    found = interval_of(change)
    decimals = 1 if found is None else decimals_for(*found)
    noun = "fall" if change.value < 0 else "rise" if change.value > 0 else "change"
    interval = ""
    if found is not None:
        ends = (-found[1], -found[0]) if change.value < 0 else found
        interval = f" ({describe_range(*ends, decimals)})"
    points = f"{describe_number(abs(change.value), decimals)} points{interval}"
    others = _say_who_did_not_fall(view)
    return f"The mean {noun} was {points} in {plural(told_n(change), 'course')}; {others}."


def _say_who_did_not_fall(view: ResultView) -> str:
    """Return how many rose and how many ended where they began; what of it is told."""
    rose, same = view.known("change.rose"), view.known("change.same")
    if rose is None or same is None:
        return "how many rose or ended where they began is partly hidden in this edition"
    up, level = (int(found.numerator or 0) for found in (rose, same))
    return f"{describe_count(up) if up else 'none'} rose and {describe_count(level) if level else 'none'} ended where {'it' if level == 1 else 'they'} began"


def say_response(view: ResultView) -> str:
    """Return the primary response among the judged and among all, and how far the other rules lie from it."""
    judged, everybody = view.known("response.primary"), view.known("response.primary_missing_as_no")
    meeting = describe_meeting(view.study.response.primary)
    if view.is_hidden("response.primary"):
        if everybody is None:
            return "How many met the primary rule is hidden in this edition."
        counted = capital(describe_share_of(everybody, "course"))
        return f"{counted} {meeting}, those that cannot be judged counted as not; how many these are is hidden in this edition."
    if judged is None or not judged.denominator:
        if view.is_one_patient and (lacking := what_the_patient_lacks(view)):
            return f"The response cannot be judged: the patient has {lacking}."
        why = view.reason("change.mean") or "no course has the ratings that it needs"
        return f"The response cannot be judged in any course: {in_words(why)}."
    if view.is_one_patient:
        return (
            f"The patient\u2019s rating {meeting}."
            if judged.numerator
            else f"The patient\u2019s rating did not meet the rule \u201c{meeting}\u201d."
        )
    which = "" if judged.denominator == view.course_count else "that can be judged"
    bounds = ""
    if judged.numerator in (0, judged.denominator):
        bounds = _bound(judged.lower, judged.upper, int(judged.denominator), is_none=judged.numerator == 0)
    text = f"{capital(describe_share_of(judged, 'course', which))} {meeting}{bounds}."
    if everybody is not None and everybody.denominator and everybody.denominator != judged.denominator:
        counted = describe_share_of(everybody, "course")
        text += f" With those that cannot be judged counted as not: {counted}."
    return text


def _bound(lower: float | None, upper: float | None, count: int, *, is_none: bool) -> str:
    """Return what none or all of a few is compatible with."""
    bound = upper if is_none else lower
    if bound is None:
        return ""
    text = describe_bound(bound, count)
    return f"; {'up to' if is_none else 'down to'} {text} of courses is compatible with that"


def say_nadir(view: ResultView) -> str:
    """Return the two statistics that sound alike, each under its own name."""
    own, day = view.known("nadir_day.mean"), view.known("nadir_day.of_lowest_mean")
    if view.is_hidden("nadir_day.mean") or view.is_hidden("nadir_day.of_lowest_mean"):
        return "The lowest day is of few courses and hidden in this edition."
    if own is None or day is None or own.value is None or day.value is None:
        who = "The patient has no" if view.is_one_patient else "No course has a"
        return f"{who} rating after the first dose, so that there is no lowest day."
    if view.is_one_patient:
        return f"The patient\u2019s lowest day was day {describe_count(day.value)}."
    return (
        f"On average a course was at its lowest on day {describe_number(own.value)} ({describe_n(told_n(own))}). "
        f"The daily mean was lowest on day {describe_count(day.value)} ({describe_n(told_n(day))}). "
        "The two answer different questions."
    )


def say_harm(view: ResultView) -> str:
    """Return in how many an adverse event was recorded; none seen with its upper bound; not asked and not recorded as such."""
    found = view.known("harm.any")
    if view.study.events is None:
        return "The study does not ask for adverse events: this report says nothing about harm."
    if view.is_hidden("harm.any"):
        return "How many had an adverse event recorded is hidden in this edition."
    if found is None or not found.denominator:
        return sentence(f"Nothing can be said about harm: {view.reason('harm.any') or 'it was not estimated'}")
    if view.is_one_patient:
        return f"In the patient {'an adverse event' if found.numerator else 'no adverse event'} was recorded."
    if found.numerator == 0:
        text = f"No adverse event was recorded in {plural(found.denominator, 'course')}."
        return text + _none_seen(found.upper, found.denominator, "any event")
    which = "" if found.denominator == view.course_count else "of which events are known"
    text = f"{capital(describe_share_of(found, 'course', which))} had at least one adverse event recorded."
    serious = view.known("harm.serious")
    if view.is_hidden("harm.serious"):
        return f"{text} How many had a serious one is hidden in this edition."
    if serious is None or not serious.denominator:
        return f"{text} Seriousness is not known."
    if serious.numerator:
        which = "" if serious.denominator == view.course_count else "of which that is known"
        return f"{text} {capital(describe_share_of(serious, 'course', which))} had a serious one."
    return f"{text} None was serious." + _none_seen(serious.upper, serious.denominator, "a serious event")


def _none_seen(upper: float | None, count: float, what: str) -> str:
    if upper is None:
        return ""
    return f" None seen is not none: {what} in up to {describe_bound(upper, count)} of courses is compatible with 0 of {describe_count(count)}."


def say_durability(view: ResultView) -> str:
    """Return in how many of the responders seen the response was still held, and how many had returned to care."""
    if view.study.follow_up is None:
        return "The study does not ask what happened after the course: this report says nothing about how long the change lasted."
    parts = []
    for visit in view.visits:
        found = view.known(f"sustained.{visit}")
        if found is None or not found.denominator:
            if view.is_hidden(f"sustained.{visit}"):
                parts.append(f"At {in_words(visit)}, how many still met the rule is hidden in this edition.")
                continue
            reason = why_nothing_held(view, visit)
            parts.append(f"At {in_words(visit)} nothing can be said of a held response: {in_words(reason)}.")
            continue
        parts.append(f"At {in_words(visit)}, {_say_held(view, found)}.")
    returned = [estimate for estimate in view.under("return.day_") if estimate.value is not None]
    if returned and (returned[-1].n or 0) >= 10:
        last = returned[-1]
        interval = ""
        if (last.denominator or 0) >= FEWEST_AT_RISK:
            interval = describe_share_range(last.lower, last.upper, last.n or 0)
        how = f"({interval}{'; ' if interval else ''}Kaplan\u2013Meier, {describe_n(told_n(last))})"
        parts.append(
            f"By {last.id.removeprefix('return.day_')} days after discharge {describe_percent(last.value or 0, last.n)} had returned to care {how}."
        )
    return " ".join(parts) or "The study names no follow-up visit."


def _say_held(view: ResultView, found: Estimate) -> str:
    held, seen = found.numerator or 0, found.denominator or 0
    if seen == 1:
        who = "the patient\u2019s rating" if view.is_one_patient else "the one responder seen"
        return f"{who} {'still met' if held else 'no longer met'} the rule"
    if held in (0, seen):
        bound = _bound(found.lower, found.upper, int(seen), is_none=held == 0).replace("courses", "them")
        return f"{of_things(held, seen, 'responder', 'seen')} still met the rule{bound}"
    share = describe_share(held, seen).partition(" (")[2].removesuffix(")")
    interval = describe_share_range(found.lower, found.upper, seen) if share else ""
    brackets = f" ({share}; {interval})" if interval else ""
    return f"{describe_count(held)} of the {describe_count(seen)} responders seen still met the rule{brackets}"


def say_sensitivity(view: ResultView) -> str:
    """Return between which means the change lies under all rules tried."""
    others = [row for row in view.rule_changes if not row.is_main]
    if not others:
        return "No other rule was tried."
    changes = [
        found.value
        for row in others
        if (found := row.estimates.get("change.mean")) is not None and found.value is not None
    ]
    text = f"{plural(len(others), 'other rule')} {'was' if len(others) == 1 else 'were'} tried, one change at a time"
    is_partly_hidden = any(found.hidden is not None for row in others for found in row.estimates.values())
    if not changes and is_partly_hidden:
        return f"{text}; what they gave is hidden in this edition."
    if not changes:
        return f"{text}; under none of them can a change be stated."
    what = "the change" if view.is_one_patient else "the mean change"
    lowest, highest = describe_signed(min(changes)), describe_signed(max(changes))
    if len(changes) == 1:
        where = "" if len(others) == 1 else " in the one of them in which it can be stated"
        return f"{text}; {what} is {lowest} points{where}."
    if lowest == highest:
        return f"{text}; {what} is {lowest} points under each of those under which it can be stated."
    return f"{text}; {what} runs from {lowest} to {highest} points. No choice within the design speaks to what the design cannot show."


def say_failed(view: ResultView) -> str:
    """Return how many classes of preventives had failed, and that it is partly inferred."""
    found = view.estimate("failed.preventive")
    if found is None or found.value is None:
        why = f": {found.reason}" if found is not None and found.reason else ""
        return f"What had failed before is not known{why}."
    courses = plural(told_n(found), "course")
    median = describe_number(found.value, 0 if found.value.is_integer() else 1)
    if view.is_one_patient:
        classes = plural(found.value, "class", "classes")
        return f"Before the first dose {classes} of preventive drugs had failed, as recorded or as inferred from exposures."
    return (
        f"Before the first dose a median of {median} classes of preventive drugs had failed, over {courses}, "
        "as recorded or as inferred from exposures."
    )


def say_attribution(view: ResultView) -> tuple[str, ...]:
    """Return the sentences that stand where a split of the change would stand, and why there is none."""
    change = view.known("change.mean")
    if change is None or change.value is None:
        return ("Without a change there is nothing to split.",)
    what = "fall" if change.value < 0 else "change"
    own = "the patient\u2019s" if view.is_one_patient else "the patients\u2019"
    no_split = (
        f"No split of the {what} is drawn: there is no group without {shown(view.treatment)} in this analysis, "
        f"and what {own} own earlier ratings would have led to was not estimated."
    )
    if change.value >= 0:
        no_fall = (
            "Treatment usually begins at a bad time, and the worst is followed by better days: from that alone a fall would be "
            "expected. These records cannot say why there was none."
        )
        return (no_split, no_fall)
    expected = (
        "Treatment usually begins at a bad time, and the worst is followed by better days: "
        f"part of the {what} is to be expected from that alone. What would be left is the treatment and everything else "
        "that comes with the stay, such as expectation, other treatments and care; these cannot be separated "
        "without patients who were in the same place without it."
    )
    sentences = [no_split, expected]
    baseline, final = view.known("baseline.mean"), view.known("final.mean")
    if baseline is not None and final is not None and baseline.n == final.n == change.n and final.value is not None:
        whose = "the patient\u2019s" if view.is_one_patient else "these patients\u2019"
        sentences.append(
            f"For the whole fall to be a return to the usual level, {whose} usual level would have to be {describe_number(final.value)} or lower."
        )
    return tuple(sentences)


def say_hidden(view: ResultView) -> str:
    """Return by which rule numbers are hidden, and how many places show a mark."""
    edition = view.result.edition
    rounded = f" Other counts are rounded to multiples of {edition.rounding}." if edition.rounding > 1 else ""
    if edition.smallest_count == 1:
        return f"No count is hidden; smallest and largest values, and quantiles of few courses, are not shown.{rounded}"
    few = edition.smallest_count - 1
    places = plural(len(edition.withheld), "place")
    return (
        f"Counts from 1 to {few} read \u201c<{edition.smallest_count}\u201d. Others from which one could be worked out, by adding, "
        f"subtracting or dividing, read \u201chidden\u201d, as do values of single courses: {places} in all.{rounded}"
    )


def say_findings(view: ResultView) -> str:
    """Return how many rows of the records drew a finding, by what was done."""
    if not view.result.findings:
        return "No row of the records broke a rule."
    by_action: dict[str, int] = {}
    for found in view.result.findings:
        if isinstance(found.count, str):
            rules = plural(len(view.result.findings), "rule")
            return f"Rows of the records broke or met {rules}; counts from 1 to {view.result.edition.smallest_count - 1} are hidden in this edition."
        by_action[found.action] = by_action.get(found.action, 0) + found.count
    parts = [f"{describe_count(count)} {action}" for action, count in by_action.items()]
    return f"Rows of the records that broke a rule or drew a remark: {listed(parts)}. Only counts stand here; which rows they are stays at the site."
