"""Attacks on the edition for sharing: a reader who knows all sums, two results that differ only in what is hidden, and several releases."""

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from abate.contracts.result import FindingCount, TreatmentWay
from abate.report.disclosure import PRESETS, disclose
from abate.report.files import describe_results
from abate.report.sharing.rounding import DECIMALS
from tests.attacker import Reader, whole_sums
from tests.report_example import example_result, example_study, result_of_rows, simulate_rows

STUDY = example_study()


def release_of(result, preset="5", earlier=()):
    return json.loads(describe_results(disclose(result, PRESETS[preset], earlier)))


# Rows and results with something of their own


def with_outcomes(rows, change):
    """The rows with each course changed by ``change``, which gets its place and its row."""
    courses = rows["outcomes"].to_pylist()
    for place, course in enumerate(courses):
        course |= change(place, course, courses) or {}
    return rows | {"outcomes": pa.Table.from_pylist(courses, schema=rows["outcomes"].schema)}


def with_two_courses_a_person(rows, every=6):
    def change(place, course, courses):
        return (
            {"person_id": courses[place - 1]["person_id"], "course_number": 2} if place % every == every - 1 else None
        )

    return with_outcomes(rows, change)


def with_unknown_harm(rows, count=2):
    """The rows with so many courses of which no adverse events are known."""
    kept = pc.greater(rows["harm"]["course_id"], count)
    unknown = with_outcomes(
        rows,
        lambda place, course, _: dict.fromkeys(n for n in course if n.startswith("event_")) if place < count else None,
    )
    return unknown | {"harm": rows["harm"].filter(kept)}


def result_of(rows, **changes):
    """The result, with the persons of its last step as they are in the rows."""
    found = result_of_rows(STUDY, rows, **changes)
    persons = len(set(rows["outcomes"]["person_id"].to_pylist()))
    *before, last = found.attrition
    last = replace(last, persons=persons, persons_lost=before[-1].persons - persons)
    return replace(found, attrition=(*before, last))


CASES = [
    (count, kind, preset)
    for place, count in enumerate((25, 29, 33, 40, 47, 55, 61, 72, 83, 95, 110, 120))
    for kind, preset in [
        (
            (lambda rows: rows, with_two_courses_a_person, with_unknown_harm)[place % 3],
            tuple(PRESETS)[(place + place // 4) % 4],
        )
    ]
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1].__name__.strip('<>')}-{case[2]}")
def case(request):
    count, kind, preset = request.param
    site = result_of(kind(simulate_rows(STUDY, count, 7 * count, finals=0.94)))
    return site, release_of(site, preset)


# 1. What follows from a single release


def test_the_reader_knows_only_what_is_true(case):
    reader = Reader()
    reader.read(json.loads(describe_results(case[0])))
    assert reader.untrue() == []


def test_no_small_count_can_be_worked_out(case):
    reader = Reader()
    reader.read(case[1])
    assert len(reader.unknown()) > 20
    assert reader.found(case[1]["edition"]["smallest_count"]) == {}


def test_no_small_count_stands_anywhere(case):
    _, release = case
    few = set(range(1, release["edition"]["smallest_count"]))
    told = {}
    # What others published counts no course of this study.
    for found in (one for one in release["estimates"] if not one["id"].startswith("published.")):
        told |= {(found["id"], field): found[field] for field in ("numerator", "n", "person_count")}
        if found["denominator"] is not None and not found["unit"].startswith("{events}"):
            told[found["id"], "denominator"] = found["denominator"]
    told |= {(day["day"], name): day[name] for day in release["days"] for name in ("running", "rated", "lowest")}
    told |= {(step["id"], name): step[name] for step in release["attrition"] for name in ("persons", "courses", "persons_lost", "courses_lost")}  # fmt: skip
    for row in release["characteristics"]:
        told |= {(row["variable"], row["level"], group, "missing"): count for group, count in row["missing"].items()}
        told |= {(row["variable"], row["level"], group): int(cell) for group, cell in row["cells"].items() if cell.isdigit()}  # fmt: skip
    assert {name: count for name, count in told.items() if count in few} == {}


def test_no_text_of_the_results_holds_the_number_of_a_hidden_group(case):
    site, release = case
    hidden = {found["id"] for found in release["estimates"] if found["hidden"] is not None}
    for found in release["estimates"]:
        if found["id"] in hidden:
            count = site.estimate(found["id"]).n
            words = f"{found['reason']} {found['method']}".split()
            assert str(count) not in words or f"day {count}" in found["method"], found


def test_a_mean_does_not_tell_of_how_many_it_is(case):
    """A mean of whole ratings, or its p value, would do so by its decimals."""
    for found in case[1]["estimates"]:
        if found["value"] is not None and found["n"] is None and found["hidden"] is not None:
            assert (found["sd"], found["standard_error"]) == (None, None), found["id"]
            assert found["p_value"] is None or round(found["p_value"], 3) == found["p_value"], found["id"]
            if found["id"] in ("final.mean", "change.mean"):
                courses = int(case[1]["estimates"][0]["value"])
                assert len(whole_sums(found["value"], range(courses - 4, courses), DECIMALS)) > 1


def test_the_reader_finds_what_is_told():
    """Put back into the files, a single number of the site's own edition gives a hidden count away."""
    site = example_result(61, seed=4)
    release, true = release_of(site), {found.id: found for found in site.estimates}
    by_id = {found["id"]: found for found in release["estimates"]}
    told = {("final.mean", "n"): ("missing", "final"), ("harm.grade_2", "numerator"): ("grade", "any", "grade_3")}  # fmt: skip
    for (id, field), name in told.items():
        was, exact = dict(by_id[id]), true[id]
        by_id[id] |= {field: getattr(exact, field), "value": exact.value, "lower": exact.lower}
        reader = Reader()
        reader.read(release)
        assert ("", *name) in reader.found(5), (id, field)
        by_id[id] |= was


def test_a_mean_of_counted_days_says_what_is_left_out_of_it(rows):
    shown = disclose(result_of_rows(STUDY, rows))
    found = shown.estimate("nadir_day.mean")
    assert (found.value, found.sd, found.standard_error) == (round(found.value, 1), None, None)
    assert "nadir_day.mean: spread and decimals" in [one.item for one in shown.edition.withheld]


def test_hidden_levels_stand_in_no_order_of_size():
    def levels(fewest):
        ends = ["adverse event"] * fewest + ["withdrew"] * (5 - fewest) + ["completed"] * 35
        rows = with_outcomes(simulate_rows(STUDY, 40, 4), lambda place, *_: {"end_reason": ends[place]})
        found = release_of(result_of(rows))["characteristics"]
        return [row["level"] for row in found if row["variable"] == "End of the course"]

    assert levels(2) == levels(3)


# 2. Two results that differ only in what is hidden


def shared_text(result, preset="5"):
    shown = disclose(result, PRESETS[preset])
    return describe_results(shown) + repr((shown.periods, shown.ways))


def swapped(rows, name, first, second):
    """The rows with the values of a column exchanged between two courses."""
    values = rows["outcomes"][name].to_pylist()
    values[first], values[second] = values[second], values[first]
    return with_outcomes(rows, lambda place, *_: {name: values[place]})


@pytest.fixture(scope="module")
def rows():
    return simulate_rows(STUDY, 61, 4)


@pytest.fixture(scope="module")
def plain(rows):
    return shared_text(result_of_rows(STUDY, rows))


def places(rows, **wanted):
    return [at for at, row in enumerate(rows["outcomes"].to_pylist()) if all(row[name] == value for name, value in wanted.items())]  # fmt: skip


def test_which_of_two_hidden_grades(rows, plain):
    """One hallucination of grade 3 becomes one of grade 2, and the worst grade of its course with it; two other courses turn back."""
    events = rows["harm"].to_pylist()
    courses = {row["course_id"]: row for row in rows["outcomes"].to_pylist()}
    alone = [event for event in events if event["term"] == "hallucination" and courses[event["course_id"]]["event_count"] == 1]  # fmt: skip
    by_grade = {grade: [event for event in alone if event["grade"] == grade] for grade in (1, 2, 3)}
    assert by_grade[1]
    assert by_grade[2]
    before = {grade: len(found) for grade, found in by_grade.items()}
    # Two courses exchange their grades: which course had which is all that changes.
    one, two = by_grade[1][0], by_grade[2][0]
    one["grade"], two["grade"] = 2, 1
    worst = {one["course_id"]: 2, two["course_id"]: 1}
    changed = with_outcomes(rows, lambda _, course, __: {"event_worst_grade": worst[course["course_id"]]} if course["course_id"] in worst else None)  # fmt: skip
    assert before == {grade: len([e for e in alone if e["grade"] == grade]) for grade in (1, 2, 3)}
    changed["harm"] = pa.Table.from_pylist(events, schema=rows["harm"].schema)
    assert shared_text(result_of_rows(STUDY, changed)) == plain


def test_which_of_two_hidden_terms(rows, plain):
    """A dizziness becomes a tachycardia: both terms are hidden before and after, and the number of all events stays."""
    events = rows["harm"].to_pylist()
    count = {term: sum(event["term"] == term for event in events) for term in ("dizziness", "tachycardia")}
    assert count["dizziness"] in (2, 3, 4)
    assert count["tachycardia"] in (1, 2, 3)
    had = {event["course_id"] for event in events if event["term"] == "tachycardia"}
    moved = next(event for event in events if event["term"] == "dizziness" and event["grade"] == 1 and event["course_id"] not in had)  # fmt: skip
    moved["term"] = "tachycardia"
    changed = with_outcomes(rows, lambda _, course, __: {"event_dizziness": 0, "event_tachycardia": 1} if course["course_id"] == moved["course_id"] else None)  # fmt: skip
    changed["harm"] = pa.Table.from_pylist(events, schema=rows["harm"].schema)
    assert shared_text(result_of_rows(STUDY, changed)) == plain


def test_whose_sex_it_is(rows, plain):
    """In Table 1 the levels by group are hidden: a man who responded and a woman who did not change places."""
    man = places(rows, sex="male", response_points_2=True)[0]
    woman = places(rows, sex="female", response_points_2=False)[0]
    assert shared_text(result_of_rows(STUDY, swapped(rows, "sex", man, woman))) == plain


def test_whose_course_was_the_longest(rows, plain):
    lengths = rows["outcomes"]["length_days"].to_pylist()
    longest, shortest = lengths.index(max(lengths)), lengths.index(min(lengths))
    assert shared_text(result_of_rows(STUDY, swapped(rows, "length_days", longest, shortest))) == plain


def test_on_which_of_the_hidden_days_a_course_was_lowest(rows, plain):
    """One from day 1 to day 2 and one from day 7 to day 6: all four counts are hidden, and the sum of the days stays."""
    counts = {day: len(places(rows, nadir_day=day)) for day in (1, 2, 6, 7)}
    assert all(0 < count < 5 for count in counts.values())
    ups = [day for day in (1, 6) if counts[day] > 1 and counts[day + 1] < 4]
    downs = [day for day in (2, 7) if counts[day] > 1 and counts[day - 1] < 4]
    up, down = next((up, down) for up in ups for down in downs if down != up + 1)
    moved = {places(rows, nadir_day=up)[0]: up + 1, places(rows, nadir_day=down)[0]: down - 1}
    changed = with_outcomes(rows, lambda place, *_: {"nadir_day": moved[place]} if place in moved else None)
    assert shared_text(result_of_rows(STUDY, changed)) == plain


def test_which_month_a_course_was_in(rows, plain):
    """All months are hidden, and so are their counts: one course begins a month later, or earlier."""
    import datetime as dt

    moved = next(at for at, start in enumerate(rows["outcomes"]["start"].to_pylist()) if start.month == 8)
    times = ("admission", "start", "end", "discharge")
    changed = with_outcomes(rows, lambda place, course, _: {name: course[name] + dt.timedelta(days=31) for name in times} if place == moved else None)  # fmt: skip
    assert shared_text(result_of_rows(STUDY, changed)) == plain


def test_how_many_rows_a_hidden_finding_is_of(rows, plain):
    found = result_of_rows(STUDY, rows)
    *others, last = found.findings
    assert last.count == 3
    assert shared_text(replace(found, findings=(*others, replace(last, count=4)))) == plain


def with_lost(found, count):
    """The result with ``count`` of 7 lost at the rule of age, and the others at the next."""
    first, second = (next(step for step in found.attrition if step.id == id) for id in ("age", "observed_before"))
    whole = first.courses + first.courses_lost, first.persons + first.persons_lost
    at = found.attrition.index(first)
    one = replace(first, courses=whole[0] - count, persons=whole[1] - count, courses_lost=count, persons_lost=count)
    two = replace(second, courses_lost=one.courses - second.courses, persons_lost=one.persons - second.persons)
    return replace(found, attrition=(*found.attrition[:at], one, two, *found.attrition[at + 2 :]))


def with_variant(found, final):
    """The result with such a mean under another rule for ratings."""
    main = found.sensitivity[0]
    other = replace(main.estimates["final.mean"], value=final)
    variant = replace(found.sensitivity[1], estimates={**main.estimates, "final.mean": other})
    return replace(found, sensitivity=(main, variant, *found.sensitivity[2:]))


def with_ways(found, *counts):
    """The result with a class that was tried by many, and rare ones."""
    classes = zip(("beta blockers", "gepants", "lithium", "naftidrofuryl"), (30, *counts), strict=True)
    ways = [TreatmentWay(step=1, drug_class=name, next_class=None, course_count=count) for name, count in classes]
    return replace(found, ways=tuple(ways))


def test_where_few_were_lost_what_another_rule_gives_and_which_rare_class_was_tried(rows):
    found = result_of_rows(STUDY, rows)
    one = with_ways(with_variant(with_lost(found, 2), 2.81), 3, 2, 4)
    other = with_ways(with_variant(with_lost(found, 3), 2.62), 2, 3, 4)
    assert shared_text(one) == shared_text(other)


def test_words_of_a_finding_are_no_place_for_counts(rows):
    found = replace(result_of_rows(STUDY, rows), findings=(FindingCount(table="t", rule="r", action="kept", count=1),))
    assert [one["count"] for one in release_of(found)["findings"]] == ["<5"]


# 3. Several releases


def together(*releases, grown=False):
    """A reader of several releases of one study; counts of a later one are the same, or at least those of an earlier one."""
    reader = Reader()
    for place, release in enumerate(releases):
        reader.read(release, str(place))
    for place in range(1, len(releases)):
        for name in [name[1:] for name in list(reader.low) if name[0] == str(place)]:
            then, now = (str(place - 1), *name), (str(place), *name)
            # Who left at a rule of entry may be fewer later, where the rules were changed.
            if then in reader.low and not (grown and "lost" in name):
                reader.tie({now: 1, then: -1, **({(f"new {place}", *name): -1} if grown else {})})
    return reader


@pytest.mark.parametrize("presets", [("11", "5"), ("5", "11"), ("6", "5-rounded", "5")], ids="-then-".join)
def test_editions_of_the_same_courses_by_several_rules_tell_nothing_together(presets):
    site, releases = example_result(45, seed=8), []
    for preset in presets:
        releases.append(release_of(site, preset, releases))
    assert together(*releases).found(5) == {}


def first_courses(rows, count):
    return result_of_rows(STUDY, {name: table.filter(pc.less_equal(table["course_id"], count)) for name, table in rows.items()})  # fmt: skip


@pytest.mark.parametrize("seed", range(1, 10))
def test_what_was_hidden_does_not_follow_from_a_later_release_with_new_courses(seed):
    """A count hidden before can only have grown: exact counts in the first release told two of nine such series (seeds 8 and 9)."""
    rows = simulate_rows(STUDY, 95, seed)
    releases: list = []
    for count in (70, 77, 90):
        releases.append(release_of(first_courses(rows, count), "5-rounded", releases))
    assert together(*releases, grown=True).found(5) == {}


@pytest.mark.parametrize(("seed", "later"), [(8, "5-rounded"), (9, "5")])
def test_exact_counts_of_a_grown_study_would_tell_what_was_hidden(seed, later):
    """Without this the test before could not fail: nobody looks at the earlier release here."""
    rows = simulate_rows(STUDY, 95, seed)
    releases = [
        release_of(first_courses(rows, count), preset) for count, preset in ((70, "5"), (77, later), (90, later))
    ]
    assert together(*releases, grown=True).found(5) != {}


def test_a_rounded_release_does_not_tell_how_long_a_new_course_was():
    """Days of infusion and means of doses, written exactly, would by their difference."""
    found = disclose(example_result(61, seed=4), PRESETS["5-rounded"])
    assert found.estimate("harm.rate").denominator % 5 == 0
    assert found.estimate("dose_total.mean").value % 100 == 0
