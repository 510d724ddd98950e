"""What is the ledger of a study? Its counts family by family: entry, sizes, response, days, harm, durability, history, Table 1.

Where it is not known whether one group lies inside another it is taken to, since that can only hide more. Each function below
notes one family; the importance of a count says which of several is given up last.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from abate.contracts.result import CharacteristicRow, Counted, Estimate, PeriodKind, PeriodRow, StudyResult
from abate.report.ledger import Key, Ledger
from abate.report.view import ResultView

COURSES: Key = ("courses",)
PERSONS: Key = ("persons",)

#: The groups of Table 1 that make up all courses.
GROUPS = ("responders", "non_responders", "not_evaluable")

_SHARE = re.compile(r"^(\d+)/(\d+) \(\d+ %\)$")


def ledger_of(result: StudyResult) -> Ledger:
    """Return the ledger of a result as it stays at the site."""
    view, ledger = ResultView(result), Ledger()
    ledger.state(COURSES, view.course_count, 100)
    ledger.state(PERSONS, view.person_count, 90)
    ledger.split(COURSES, PERSONS)
    ledger.is_share(("estimate", "courses.n"), COURSES, COURSES)
    ledger.shows(("estimate", "persons.n"), PERSONS)
    _note_entry(ledger, result)
    _note_response(ledger, view)
    _note_days(ledger, view)
    _note_harm(ledger, view)
    _note_durability(ledger, view)
    _note_missing(ledger, view)
    _note_history(ledger, view)
    _note_characteristics(ledger, view)
    _note_variants(ledger, view)
    _note_findings(ledger, result)
    _note_periods(ledger, view)
    _note_others(ledger, view)
    return ledger


def table_1_key(variable: str, level: str | None, group: str) -> Key:
    """Return the key of a cell of Table 1: courses of a group at a level, or without a value where ``level`` is None."""
    return ("table 1", variable, "missing" if level is None else f"= {level}", group)


def group_keys(primary: str) -> Mapping[str, Key]:
    """Return the keys of the numbers of courses in the groups of Table 1, which the primary rule of response makes."""
    return {
        "responders": ("met", primary),
        "non_responders": ("not met", primary),
        "not_evaluable": ("not judged", primary),
    }


def share_of_cell(cell: str) -> tuple[int, int] | None:
    """Return k and n of a cell such as ``43/49 (88 %)``; None where it is none."""
    found = _SHARE.match(cell)
    return None if found is None else (int(found[1]), int(found[2]))


def _note_entry(ledger: Ledger, result: StudyResult) -> None:
    """Note what each rule left and removed; where nobody was lost the count before and after is one."""
    for kind, end in (("courses", COURSES), ("persons", PERSONS)):
        before: Key | None = None
        last = _whole(getattr(result.attrition[-1], kind))
        for step in result.attrition:
            left, lost = _whole(getattr(step, kind)), _whole(getattr(step, f"{kind}_lost"))
            key = end if left == last == ledger[end] else ("entry", kind, str(left))
            ledger.state(key, left, 70 if step is result.attrition[0] and kind == "courses" else 40)
            number = ("entry", kind, step.id)
            ledger.shows(number, key)
            if before is not None and key != before:
                gone = ledger.state(("lost", kind, step.id), lost, 30)
                ledger.shows((*number, "lost"), gone)
                ledger.split(before, key, rest=gone)
            before = key
    for step in result.attrition:
        of_courses, of_persons = (
            next(iter(ledger.shown_by["entry", kind, step.id])) for kind in ("courses", "persons")
        )
        ledger.split(of_courses, of_persons)


def _whole(count: Counted) -> int:
    """Return a count of an edition in which none is hidden yet."""
    if isinstance(count, str):
        raise TypeError("a result in which counts are hidden has no ledger")
    return count


def _size(ledger: Ledger, family: str, count: float | None, importance: int = 60) -> Key:
    """Return the key of a number of courses; all of them are one count, whatever they are courses of."""
    if count == ledger[COURSES]:
        return COURSES
    return ledger.state(("size", family, str(int(count or 0))), count, importance)


def _sizes(ledger: Ledger, family: str) -> list[Key]:
    return [COURSES, *(key for key in ledger.counts if key[:2] == ("size", family))]


def _note_share(ledger: Ledger, found: Estimate, of: Key, key: Key, importance: int) -> None:
    """Note a share: its numerator, which is part of the denominator, and that it shows both."""
    if found.value is None:
        return
    ledger.state(key, found.numerator, importance)
    ledger.split(of, key)
    ledger.is_share(("estimate", found.id), key, of)


def _note_response(ledger: Ledger, view: ResultView) -> None:
    """Note by every rule how many responded, did not, and cannot be judged; stricter rules of a kind lie in looser ones."""
    primary = view.study.response.primary.id
    of_kind: dict[tuple[str, Key], list[tuple[float, Key]]] = defaultdict(list)
    for rule in view.study.response.rules:
        judged = view.known(f"response.{rule.id}")
        if judged is None:
            continue
        importance = 80 if rule.id == primary else 50
        size = _size(ledger, "endpoints", judged.denominator)
        met = ledger.state(("met", rule.id), judged.numerator, importance)
        not_met = ledger.state(
            ("not met", rule.id), (judged.denominator or 0) - (judged.numerator or 0), importance - 5
        )
        unknown = ledger.state(("not judged", rule.id), ledger[COURSES] - (judged.denominator or 0), 20)
        ledger.split(size, met, not_met)
        ledger.split(COURSES, met, not_met, unknown)
        ledger.split(COURSES, size, rest=unknown) if size != COURSES else None
        ledger.split(COURSES, met)
        of_kind[rule.kind, size].append((rule.threshold, met))
        ids = [f"response.{rule.id}"] + (["response.primary"] if rule.id == primary else [])
        for id in ids:
            ledger.shows(("estimate", id), not_met)
            ledger.is_share(("estimate", id), met, size)
            ledger.is_share(("estimate", f"{id}_missing_as_no"), met, COURSES)
        if rule.id == primary:
            is_of_all = view.study.response.missing_final == "non-response"
            ledger.shows(("estimate", "response.main"), *([met] if is_of_all else [met, not_met, size]))
    for (kind, _), rules in of_kind.items():
        ledger.nest(key for _, key in sorted(rules, reverse=kind == "at_most"))
    _note_time_to_response(ledger, view)
    _note_moves(ledger, view)


def _note_time_to_response(ledger: Ledger, view: ResultView) -> None:
    """Note how many had met the rule by each day: those of an earlier day are among those of a later one."""
    days = [found for found in view.under("time_to_response.day_") if found.value is not None]
    keys = []
    for found in days:
        of = _size(ledger, "waiting", found.denominator, 45)
        _note_share(ledger, found, of, ("had met", found.id), 30)
        keys.append(("had met", found.id))
    ledger.nest(keys)
    ledger.nest(_sizes(ledger, "waiting"))


def _note_moves(ledger: Ledger, view: ResultView) -> None:
    """Note how many fell, rose and did neither."""
    found = [view.known(f"change.{way}") for way in ("fell", "rose", "same")]
    if any(one is None for one in found):
        return
    keys = []
    for one in found:
        if one is not None:
            size = _size(ledger, "endpoints", one.denominator)
            _note_share(ledger, one, size, ("moved", one.id), 40 if one.id.endswith("fell") else 25)
            keys.append(("moved", one.id))
    ledger.split(size, *keys)
    # The sum of the ranks of rises is small where few rose.
    ledger.shows(("estimate", "change.wilcoxon"), *keys)


def _note_days(ledger: Ledger, view: ResultView) -> None:
    """Note the courses rated, running and lowest on each day."""
    for found in view.under("daily.mean.day_"):
        ledger.has_size(("estimate", found.id), _size(ledger, "day", found.n, 30))
    for found in view.under("daily.mean_fixed_set.day_"):
        day = view.estimate(f"daily.mean.day_{found.id.removeprefix('daily.mean_fixed_set.day_')}")
        key = _size(ledger, "day", found.n, 10)
        # Two means of one day, of which one set lies in the other, give away the courses between.
        ledger.shows(("estimate", found.id), key)
        if day is not None:
            ledger.split(_size(ledger, "day", day.n, 30), key)
    for found in [*view.under("nadir_day.of_lowest"), *view.under("nadir_day.lowest")]:
        ledger.has_size(("estimate", found.id), _size(ledger, "day", found.n, 30))
    ledger.nest(_sizes(ledger, "day"))
    _note_day_counts(ledger, view)


def _note_day_counts(ledger: Ledger, view: ResultView) -> None:
    days = view.result.days or ()
    running = []
    for one in days:
        day = str(one.day)
        keys = {
            name: ledger.state((name, day), _whole(getattr(one, name)), importance)
            for name, importance in (("running", 30), ("rated", 25), ("lowest", 15))
        }
        for name, key in keys.items():
            ledger.shows(("day", name, day), key)
        ledger.split(keys["running"], keys["rated"])
        running.append(keys["running"])
        mean = view.estimate(f"daily.mean.day_{day}")
        if mean is not None:
            ledger.split(_size(ledger, "day", mean.n, 30), keys["rated"])
    ledger.nest([COURSES, *running])
    own = view.known("nadir_day.mean")
    if own is not None and days:
        lowest: dict[Key, int] = {("lowest", str(one.day)): one.day for one in days}
        ledger.split(_size(ledger, "endpoints", own.n), *lowest)
        ledger.is_mean_of(("estimate", own.id), lowest)
        ledger.has_size(("estimate", own.id), _size(ledger, "endpoints", own.n))


def _note_harm(ledger: Ledger, view: ResultView) -> None:
    """Note adverse events: by term, grade, seriousness and response; each inside any event, and events not fewer than courses."""
    anything = view.known("harm.any")
    if anything is None:
        return
    size, any_key = _size(ledger, "harm", anything.denominator, 50), ("harm", "harm.any")
    _note_share(ledger, anything, size, any_key, 45)
    for group, met in (("responders", "met"), ("non_responders", "not met")):
        _note_harm_of_group(ledger, view, group, (met, view.study.response.primary.id))
    rates = []
    for id in _harm_ids(view):
        share = view.known(id)
        if share is None:
            continue
        key = ("harm", id)
        _note_share(ledger, share, _size(ledger, "harm", share.denominator, 50), key, 45 if id == "harm.any" else 35)
        if id != "harm.any":
            ledger.split(any_key, key)
        _note_grades(ledger, view, "harm" if id == "harm.any" else id, key)
        rate = view.known("harm.rate" if id == "harm.any" else f"{id}.rate")
        if rate is not None:
            events = ledger.state(("events", id), rate.numerator, 40 if id == "harm.any" else 5)
            ledger.is_share(("estimate", rate.id), events, key)
            ledger.shows(("estimate", rate.id), _size(ledger, "harm", rate.n, 50))
            ledger.split(events, key)
            rates += [] if id == "harm.any" else [events]
    if ("events", "harm.any") in ledger and rates:
        ledger.split(("events", "harm.any"), *rates)
    _note_what_terms_cover(ledger, any_key)
    ledger.nest(_sizes(ledger, "harm"))


def _note_what_terms_cover(ledger: Ledger, any_key: Key) -> None:
    """Note that each course with an event has one of the terms, and each of a grade or above a term of it or above."""
    terms = [key for key in ledger.counts if key[:1] == ("harm",) and ("events", key[1]) in ledger and key != any_key]
    ledger.cover(any_key, terms)
    for grade in range(5, 1, -1):
        whole, *parts = (_at_least(ledger, id, grade) for id in ("harm", *(name for _, name in terms)))
        if whole is not None and ledger[whole] > 0:
            ledger.cover(whole, [part for part in parts if part is not None])


def _at_least(ledger: Ledger, id: str, lowest: int) -> Key | None:
    """Return the courses of which the worst grade of an event is so high or higher."""
    grades = [key for grade in range(lowest, 6) if (key := ("harm", f"{id}.grade_{grade}")) in ledger]
    return ledger.add_up(("at least", id, str(lowest)), grades) if grades else None


def _harm_ids(view: ResultView) -> Sequence[str]:
    """Return the ids of shares of courses with any event, a serious one, and each term."""
    aside = ("harm.grade_", "harm.any.", "harm.rate")
    ids = [found.id for found in view.under("harm.") if not found.id.startswith(aside)]
    return [id for id in ids if not id.endswith(".rate") and ".grade_" not in id]


def _note_harm_of_group(ledger: Ledger, view: ResultView, group: str, whole: Key) -> None:
    found = view.known(f"harm.any.{group}")
    if found is None or whole not in ledger:
        return
    key = ("harm", found.id)
    of = whole if found.denominator == ledger[whole] else ledger.state(("of", found.id), found.denominator, 20)
    _note_share(ledger, found, of, key, 20)
    ledger.split(("harm", "harm.any"), key)
    if of != whole:
        ledger.split(whole, of)


def _note_grades(ledger: Ledger, view: ResultView, id: str, of: Key) -> None:
    """Note the courses by worst grade, which make up those with the event."""
    names = [*(f"grade_{grade}" for grade in range(1, 6)), "grade_not_recorded"]
    found = [one for name in names if (one := view.known(f"{id}.{name}")) is not None]
    keys = []
    for one in found:
        keys.append(ledger.state(("harm", one.id), one.numerator, 10))
        ledger.is_share(("estimate", one.id), keys[-1], _size(ledger, "harm", one.denominator, 50))
    if keys:
        ledger.split(of, *keys)


def _note_durability(ledger: Ledger, view: ResultView) -> None:
    """Note who was seen at each visit and what was held there, and the returns to care."""
    met = ("met", view.study.response.primary.id)
    for visit in view.visits:
        seen = view.known(f"{visit}.seen")
        if seen is None:
            continue
        of_seen = ledger.state(("seen", visit), seen.numerator, 40)
        _note_share(ledger, seen, _size(ledger, "all", seen.denominator), of_seen, 40)
        for id in (f"follow_up.{visit}.mean", f"follow_up.{visit}.change"):
            _note_inside(ledger, view.known(id), of_seen)
        later = view.known(f"follow_up.{visit}.response")
        if later is not None:
            of = (
                of_seen
                if later.denominator == ledger[of_seen]
                else _inside(ledger, later.id, later.denominator, of_seen)
            )
            _note_share(ledger, later, of, ("later", later.id), 30)
        _note_held(ledger, view, visit, met)
    _note_return(ledger, view)


def _inside(ledger: Ledger, id: str, count: float | None, whole: Key) -> Key:
    if count == ledger[whole]:
        return whole
    key = ledger.state(("of", id), count, 20)
    ledger.split(whole, key)
    return key


def _note_inside(ledger: Ledger, found: Estimate | None, whole: Key) -> None:
    if found is not None:
        ledger.has_size(("estimate", found.id), _inside(ledger, found.id, found.n, whole))


def _note_held(ledger: Ledger, view: ResultView, visit: str, met: Key) -> None:
    held = view.known(f"sustained.{visit}")
    if held is None or met not in ledger:
        return
    of, key = _inside(ledger, held.id, held.denominator, met), ("held", visit)
    _note_share(ledger, held, of, key, 38)
    later = ("later", f"follow_up.{visit}.response")
    if later in ledger:
        ledger.split(later, key)
    for bound, number in (("of_all", key), ("unseen_as_no", key), ("unseen_as_yes", ("held or unseen", visit))):
        found = view.known(f"{held.id}.{bound}")
        if found is None:
            continue
        ledger.state(number, found.numerator, 15)
        whole = COURSES if bound == "of_all" else met
        if found.denominator == ledger[whole]:
            ledger.split(whole, number)
        ledger.is_share(("estimate", found.id), number, whole)
    if ("held or unseen", visit) in ledger:
        ledger.split(("held or unseen", visit), key)


def _note_return(ledger: Ledger, view: ResultView) -> None:
    """Note returns to care: those by an earlier day are among those by a later one, and the others are followed or not."""
    days = [found for found in view.under("return.day_") if found.value is not None]
    returned = []
    for found in days:
        followed = _size(ledger, "followed", found.n, 40)
        key = ledger.state(("returned", found.id), found.numerator, 35)
        at_risk = ledger.state(("at risk", found.id), found.denominator, 30)
        ledger.split(followed, key, at_risk)
        # Such a curve is a product of quotients of counts: its value tells them all.
        ledger.shows(("estimate", found.id), at_risk)
        ledger.is_share(("estimate", found.id), key, followed)
        returned.append(key)
    seen = view.known("return.seen")
    if seen is not None:
        key = ledger.state(("returned", "ever"), seen.value, 20)
        ledger.is_share(("estimate", seen.id), key, COURSES)
        ledger.split(COURSES, key)
        returned.append(key)
    ledger.nest(returned)
    ledger.nest([("at risk", found.id) for found in days])
    ledger.nest(_sizes(ledger, "followed"))
    median = view.known("return.median")
    if median is not None:
        ledger.has_size(("estimate", median.id), _size(ledger, "followed", median.n, 40))


def _note_missing(ledger: Ledger, view: ResultView) -> None:
    """Note what is missing and why; what is not missing is the size of the numbers made of it."""
    made_of = {
        "baseline": "baseline.mean",
        "final": "final.mean",
        "dose_total": "dose_total.mean",
        "return": "return.day_30",
    }
    made_of |= {f"follow_up.{visit}": f"follow_up.{visit}.mean" for visit in view.visits}
    for name, id in made_of.items():
        share, made = view.known(f"missing.{name}"), view.known(id)
        if share is None:
            continue
        key = ledger.state(("missing", name), share.numerator, 20)
        ledger.is_share(("estimate", share.id), key, COURSES)
        ledger.split(COURSES, key)
        if made is not None and (made.n or 0) + (share.numerator or 0) == ledger[COURSES]:
            family = {"return": "followed"}.get(name, "endpoints")
            size = (
                ("seen", name.removeprefix("follow_up."))
                if name.startswith("follow_up.")
                else _size(ledger, family, made.n)
            )
            if size in ledger and size != COURSES:
                ledger.split(COURSES, key, size)
        reasons = [found for found in view.under(f"missing.{name}.") if found.value is not None]
        keys = [ledger.state(("missing", found.id), found.value, 10) for found in reasons]
        for found, reason in zip(reasons, keys, strict=True):
            ledger.is_share(("estimate", found.id), reason, COURSES)
        if keys:
            ledger.split(key, *keys)


def _note_history(ledger: Ledger, view: ResultView) -> None:
    """Note in how many courses each class had failed and why; the reasons lie inside, and ways meet in their classes."""
    for found in view.under("failed."):
        if found.value is None or found.numerator is None:
            continue
        role_and_class = ".".join(found.id.split(".")[:3])
        inside = (
            found.id.rsplit(".", 1)[-1] in ("no_effect", "not_tolerated", "inferred") and found.id != role_and_class
        )
        key = ("failed", found.id)
        _note_share(
            ledger, found, _size(ledger, "all", found.denominator), key, 5 if found.id != role_and_class else 25
        )
        if inside and ("failed", role_and_class) in ledger:
            ledger.split(("failed", role_and_class), key)
    _note_ways(ledger, view)


def _note_ways(ledger: Ledger, view: ResultView) -> None:
    """Note the ways from class to class; those that come in and those that go out of a class are as many."""
    ways = view.result.ways or ()
    into: dict[tuple[int, str], list[Key]] = defaultdict(list)
    out: dict[tuple[int, str], list[Key]] = defaultdict(list)
    ends: list[Key] = []
    for way in ways:
        key = ("way", str(way.step), way.drug_class, way.next_class or "")
        ledger.state(key, way.course_count, 3)
        ledger.shows(key, key)
        out[way.step, way.drug_class].append(key)
        if way.next_class is None:
            ends.append(key)
        else:
            into[way.step + 1, way.next_class].append(key)
    for place, keys in out.items():
        block = ledger.state(("class", str(place[0]), place[1]), sum(ledger[key] for key in keys), 4)
        ledger.split(block, *keys)
        if place in into and sum(ledger[key] for key in into[place]) == ledger[block]:
            ledger.split(block, *into[place])
    if ways:
        dated = _size(ledger, "dated", sum(way.course_count for way in ways if way.step == 1), 20)
        ledger.split(dated, *(("class", str(step), name) for step, name in out if step == 1))
        if sum(ledger[key] for key in ends) == ledger[dated]:
            ledger.split(dated, *ends)
        ledger.nest([COURSES, dated])


def _note_characteristics(ledger: Ledger, view: ResultView) -> None:
    """Note Table 1: each level by group, what is missing, and that groups make up all courses."""
    primary = view.study.response.primary.id
    of_group = group_keys(primary)
    if any(key not in ledger for key in of_group.values()):
        of_group = {}
    groups: Mapping[str, Key] = {"overall": COURSES, **of_group}
    rows: dict[str, list[CharacteristicRow]] = defaultdict(list)
    for row in view.result.characteristics[2:]:
        rows[row.variable].append(row)
    for variable, of_variable in rows.items():
        counts = _cells_of(of_variable, groups)
        for level in {level for level, _ in counts}:
            for group in groups:
                key = ledger.state(
                    table_1_key(variable, level, group), counts[level, group], 10 if group == "overall" else 6
                )
                ledger.shows(key, key)
            if of_group:
                whole, parts = (
                    table_1_key(variable, level, "overall"),
                    [table_1_key(variable, level, g) for g in GROUPS],
                )
                ledger.split(whole, *parts)
        for group, size in groups.items():
            ledger.split(
                size, *(table_1_key(variable, level, group) for level in dict.fromkeys(level for level, _ in counts))
            )


def _cells_of(rows: Sequence[CharacteristicRow], groups: Iterable[str]) -> Mapping[tuple[str | None, str], int]:
    """Return the counts of one variable: by level where it is a category, and what is missing in any case."""
    counts: dict[tuple[str | None, str], int] = {
        (None, group): _whole(rows[0].missing.get(group, 0)) for group in groups
    }
    for row in rows:
        for group in groups:
            share = share_of_cell(row.cells.get(group, ""))
            if share is not None:
                counts[row.level, group] = share[0]
    levels = {level for level, _ in counts}
    return {(level, group): counts.get((level, group), 0) for level in levels for group in groups}


def _note_variants(ledger: Ledger, view: ResultView) -> None:
    """Note the headline under other rules: sets of courses that differ by few give those few away, with their values."""
    for row in view.rule_changes:
        for id, found in row.estimates.items():
            number = ("variant", row.id, id)
            if found.value is None:
                continue
            size = _size(ledger, "endpoints", found.n, 15)
            ledger.shows(number, size)
            if found.numerator is not None:
                met: Key = ("met", view.study.response.primary.id) if row.is_main else ("variant", row.id, "met")
                ledger.state(met, found.numerator, 8)
                ledger.split(size, met)
                ledger.shows(number, met)
    _note_definitions(ledger, view)


def _note_definitions(ledger: Ledger, view: ResultView) -> None:
    for row in view.definition_changes:
        courses = row.estimates.get("refractory.courses")
        whole = _size(ledger, "definition", None if courses is None else courses.value, 12)
        for id, found in row.estimates.items():
            number = ("variant", row.id, id)
            if found.value is None:
                continue
            ledger.shows(number, whole)
            if id == "refractory.not_known":
                ledger.shows(number, ledger.state(number, found.value, 4))
            elif id != "refractory.courses":
                size = _inside(ledger, f"{row.id}.{id}", found.n, whole)
                ledger.shows(number, size)
                if found.numerator is not None:
                    met: Key = (
                        ("met", view.study.response.primary.id) if whole == COURSES else ("variant", row.id, "met")
                    )
                    ledger.state(met, found.numerator, 4)
                    ledger.split(size, met)
                    ledger.shows(number, met)
    ledger.nest(_sizes(ledger, "definition"))


def _note_findings(ledger: Ledger, result: StudyResult) -> None:
    """Note rows of records by rule; they count rows, not patients, and stand for themselves."""
    for place, found in enumerate(result.findings):
        key = ledger.state(("finding", str(place)), _whole(found.count))
        ledger.shows(key, key)


#: Counts of a calendar period, and in which other count of it they lie.
_INSIDE_PERIOD = {
    "person_count": "course_count",
    "length_count": "course_count",
    "change_count": "course_count",
    "judged_count": "course_count",
    "responder_count": "judged_count",
    "harm_known_count": "course_count",
    "final_missing_count": "course_count",
    "return_known_count": "course_count",
    "return_count": "return_known_count",
}
_SUMMED = ("course_count", *(name for name in _INSIDE_PERIOD if name != "person_count"), "event_count")


def _note_periods(ledger: Ledger, view: ResultView) -> None:
    """Note the calendar periods: what lies in what, that they make up all courses, and short ones the long ones they lie in."""
    rows = view.result.periods or ()
    for row in rows:
        number = period_number(row)
        for name in ("course_count", *_INSIDE_PERIOD, "event_count"):
            ledger.shows(number, ledger.state((*number, name), getattr(row, name), 2))
        for inner, outer in _INSIDE_PERIOD.items():
            ledger.split((*number, outer), (*number, inner))
    for kind in PeriodKind:
        of_kind = [row for row in rows if row.kind is kind]
        if of_kind:
            ledger.split(COURSES, *((*period_number(row), "course_count") for row in of_kind))
    for row in rows:
        inside = [other for other in rows if _MONTHS[other.kind] < _MONTHS[row.kind] and _lies_in(other, row)]
        for name in _SUMMED if inside else ():
            ledger.split((*period_number(row), name), *((*period_number(other), name) for other in inside))


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


def period_number(row: PeriodRow) -> Key:
    """Return the key of a calendar period among the numbers of a result."""
    return ("period", str(row.kind), str(row.year), str(row.number))


def _lies_in(short: PeriodRow, long: PeriodRow) -> bool:
    months = _MONTHS[long.kind] // _MONTHS[short.kind]
    return short.year == long.year and (short.number - 1) // months == long.number - 1


def _note_others(ledger: Ledger, view: ResultView) -> None:
    """Note the sizes of all other numbers, and shares that no family has noted."""
    known = {number[1] for number in (*ledger.shown_by, *ledger.size_of) if number[0] == "estimate"}
    for found in view.result.estimates:
        if found.value is None or (found.id in known and found.id != "change.wilcoxon"):
            continue
        if found.numerator is not None and found.denominator is not None and float(found.denominator).is_integer():
            of = _size(ledger, "endpoints", found.denominator)
            _note_share(ledger, found, of, ("share", found.id), 20)
        elif found.unit == "{courses}":
            key = ledger.state(("count", found.id), found.value, 20)
            ledger.is_share(("estimate", found.id), key, COURSES)
            ledger.split(COURSES, key)
        else:
            ledger.has_size(("estimate", found.id), _size(ledger, "endpoints", found.n))
    ends = [("share", found.id) for found in view.under("end_reason.") if ("share", found.id) in ledger]
    if ends:
        ledger.split(COURSES, *ends)
    _note_what_stands_twice(ledger, view)
    ledger.nest(_sizes(ledger, "endpoints"))
    ledger.nest(_sizes(ledger, "all"))


#: Variables of Table 1 of which an estimate is made as well, and what is missing of them where that is counted apart.
_MADE_OF = {
    "Baseline rating, points": ("baseline.mean", "baseline"),
    "Length of the course, days": ("course_length.mean", ""),
    "Stay, days": ("stay.mean", ""),
    "Total dose, mg": ("dose_total.mean", "dose_total"),
    "Total dose, mg/kg": ("dose_per_kg.mean", ""),
    "Highest rate, mg/h": ("rate_max.mean", ""),
}


def _note_what_stands_twice(ledger: Ledger, view: ResultView) -> None:
    """Note which counts of Table 1 are the same as those of estimates."""
    for variable, (id, missing) in _MADE_OF.items():
        lacking, made = table_1_key(variable, None, "overall"), view.known(id)
        if lacking in ledger and made is not None and (made.n or 0) + ledger[lacking] == ledger[COURSES]:
            size = _size(ledger, "endpoints", made.n)
            if size != COURSES:
                ledger.split(COURSES, lacking, size)
        if lacking in ledger and ("missing", missing) in ledger and ledger[lacking] == ledger["missing", missing]:
            ledger.split(lacking, ("missing", missing))
    for found in view.under("end_reason."):
        key = ("share", found.id)
        level = found.id.removeprefix("end_reason.").replace("_", " ")
        same = table_1_key("End of the course", level, "overall")
        if key in ledger and same in ledger and ledger[key] == ledger[same]:
            ledger.split(same, key)
