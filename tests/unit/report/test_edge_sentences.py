"""Sentences of studies at the edge: one patient, two, none and all, everything missing, nothing asked, names that harm."""

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest

from abate.contracts.result import Estimate, StudyResult
from abate.report import prose
from abate.report.attribution.words import say_attribution
from abate.report.headline import headline, key_numbers, lede
from abate.report.limits import limits_table
from abate.report.sections import build_sections
from abate.report.view import ResultView
from abate.study.provenance import study_as_data
from abate.study.read import read_study
from tests.report_example import example_result, example_study, result_of_rows, simulate_rows, with_estimates, without
from tests.unit.report.test_html import HOSTILE


def top_of(view: ResultView) -> str:
    return "".join(span.text for span in headline(view))


def said(view: ResultView) -> dict[str, str]:
    return {section.id: section.say for section in build_sections(view)}


def captions(view: ResultView) -> dict[str, str]:
    figures = [figure for section in build_sections(view) for figure in section.figures]
    return {figure.id: figure.reason or f"{figure.claim} {figure.caption}" for figure in figures}


def share(id: str, numerator: int, denominator: int, **more: object) -> Estimate:
    return Estimate(
        id=id,
        quantity=id,
        value=numerator / denominator,
        n=denominator,
        numerator=numerator,
        denominator=denominator,
        **more,
    )


def mean(id: str, value: float, n: int, **more: object) -> Estimate:
    return Estimate(id=id, quantity=id, value=value, n=n, unit="{points}", **more)


# one patient


def test_one_patient_section_by_section(one_patient):
    sentences = said(one_patient)
    assert sentences["characteristics"] == "The course met the primary rule."
    assert sentences["courses"] == "The course took 4.8 days. The highest rate was 25 mg/h. It had no pause inside."
    assert sentences["by-day"] == "The patient\u2019s daily value was lowest on day 5, at 0.0."
    assert sentences["change"] == "The change was \u22128.0 points."
    assert sentences["response"] == "The patient\u2019s rating fell by 2 points or more."
    assert sentences["nadir"] == "The patient\u2019s lowest day was day 5."
    assert sentences["harm"] == "In the patient an adverse event was recorded."
    assert (
        sentences["durability"]
        == "At visit 1, the patient\u2019s rating no longer met the rule. At visit 2, the patient\u2019s rating still met the rule."
    )
    assert "; the change is \u22128.0 points" in sentences["sensitivity"]
    assert sentences["attribution"] == "No split is possible."


def test_one_patient_is_never_a_mean_or_a_share_of_courses(one_patient):
    found = captions(one_patient)
    assert found["swimmer"].startswith("The course, from the first dose to its end. Bars: the infusion ran.")
    assert found["pain-by-day"].startswith("The patient\u2019s pain by day. Dots: the patient\u2019s daily values.")
    assert (
        found["time-to-response"]
        == "The patient\u2019s first rating that met the primary rule came within 24 hours of the first dose."
    )
    assert found["return-to-care"] == "The patient was not seen to return to care within 180 days of discharge."
    assert found["nadir-day"].startswith("When the course was at its lowest. The dot is the course.")
    everything = " ".join((*said(one_patient).values(), *found.values()))
    assert not [
        word
        for word in ("on average", "mean ", "median", "95", "share of")
        if word in everything.replace("the mean rating", "")
    ]


def test_one_patient_whose_rating_rose():
    view = ResultView(example_result(1, seed=3, responders=0))
    assert top_of(view) == (
        "In the one course of ketamine, the patient\u2019s pain rose from 9.0 to 10.0, which does not meet the rule of a fall of 2 points or more."
    )
    assert lede(view).startswith(
        "This report cannot say what part the treatment has in this: it has no comparison group"
    )
    assert captions(view)["time-to-response"] == "No rating of the patient met the primary rule before discharge."


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [({"finals": 0}, "no final rating"), ({"rated": False}, "no rating before or at the end")],
)
def test_one_patient_without_a_rating(changes, lacking):
    view = ResultView(example_result(1, **changes))
    assert prose.say_change(view) == f"No change can be stated: the patient has {lacking}."
    assert prose.say_response(view) == f"The response cannot be judged: the patient has {lacking}."
    assert prose.say_characteristics(view) == "The response of the course cannot be judged."
    first = key_numbers(view)[0]
    assert (first.label, first.value, first.detail) == ("Change, points", "\u2013", lacking)


def test_one_patient_never_rated():
    view = ResultView(example_result(1, rated=False))
    assert prose.say_trajectory(view) == "The patient has no rating of pain after the first dose."
    assert prose.say_nadir(view) == "The patient has no rating after the first dose, so that there is no lowest day."
    assert key_numbers(view)[3].label == "Lowest day"


def discharged_on_day_1() -> StudyResult:
    """One course of three hours, discharged two hours later."""
    study = example_study()
    rows = simulate_rows(study, 1, 5)
    (course,) = rows["outcomes"].to_pylist()
    end = course["start"] + dt.timedelta(hours=3)
    (first, *_) = [row for row in rows["daily"].to_pylist() if row["day"] == 1]
    course |= {
        "end": end,
        "discharge": end + dt.timedelta(hours=2),
        "length_days": 3 / 24,
        "nadir_day": 1,
        "nadir": first["value"],
    }
    daily = [row for row in rows["daily"].to_pylist() if row["day"] <= 1]
    doses = [row | {"end": min(row["end"], end)} for row in rows["doses"].to_pylist() if row["start"] < end]
    for name, found in (("outcomes", [course]), ("daily", daily), ("doses", doses)):
        rows[name] = pa.Table.from_pylist(found, schema=rows[name].schema)
    return result_of_rows(study, rows)


def test_a_course_discharged_on_day_1():
    view = ResultView(discharged_on_day_1())
    assert prose.say_courses(view).startswith("The course took 3.0 hours.")
    assert prose.say_nadir(view) == "The patient\u2019s lowest day was day 1."
    findings = {figure.id: figure.finding for section in build_sections(view) for figure in section.figures}
    assert findings["swimmer"] == "The course ended on day 1."
    assert findings["ratings-by-day"] == "The one course-day has a rating."


# two patients


def test_two_patients_are_both_and_have_no_interval_of_a_mean():
    view = ResultView(example_result(2))
    assert prose.say_characteristics(view) == "Both courses met the primary rule."
    assert (
        prose.say_change(view)
        == "The mean fall was 5.5 points in 2 courses; none rose and none ended where they began."
    )
    assert (
        prose.say_response(view)
        == "Both courses fell by 2 points or more; down to 0.34 of courses is compatible with that."
    )
    assert key_numbers(view)[0].detail == "n\u00a0=\u00a02"
    held = share("sustained.visit_1", 2, 2, lower=0.34, upper=1.0)
    assert prose.say_durability(ResultView(with_estimates(view.result, held))).startswith(
        "At visit 1, both responders seen still met the rule; down to 0.34 of them is compatible with that."
    )


def test_three_have_an_interval():
    view = ResultView(with_estimates(example_result(3), mean("change.mean", -4.0, 3, lower=-6.0, upper=-2.0)))
    assert prose.say_change(view).startswith("The mean fall was 4.0 points (2.0 to 6.0) in 3 courses")


# none, all


def test_no_responder_and_all_responders():
    none, every = (ResultView(example_result(59, seed=3, responders=share)) for share in (0, 1))
    assert top_of(none).endswith("; none of 59 fell by 2 points or more.")
    assert top_of(every).endswith("; all 59 fell by 2 points or more.")
    assert prose.say_characteristics(none) == "None of 59 courses met the primary rule."
    assert prose.say_characteristics(every) == "All 59 courses met the primary rule."
    assert captions(none)["sustained"] == "No sustained response can be drawn: no course responded."


def test_a_rise_is_not_split_and_not_called_a_return():
    first, second = say_attribution(ResultView(with_estimates(example_result(20), mean("change.mean", 0.3, 20))))
    assert first == "The pain did not fall, and there is no fall to split."
    assert second == (
        "Treatment usually begins at a bad time, and the worst is followed by better days: from that alone a fall would be expected. "
        "These records cannot say why there was none."
    )


def test_events_in_all_and_serious_ones_in_some():
    view = ResultView(
        with_estimates(
            example_result(12),
            share("harm.any", 12, 12, lower=0.74, upper=1.0),
            share("harm.serious", 2, 11, lower=0.02, upper=0.52),
        )
    )
    assert prose.say_harm(view) == (
        "All 12 courses had at least one adverse event recorded. 2 of the 11 courses of which that is known (18\u202f%; 2 to 52\u202f%) had a serious one."
    )


def test_denominators_are_named():
    judged = share("response.primary", 45, 59, lower=0.64, upper=0.85)
    everybody = share("response.primary_missing_as_no", 45, 61, lower=0.62, upper=0.83)
    assert prose.say_response(ResultView(with_estimates(example_result(61), judged, everybody))) == (
        "45 of the 59 courses that can be judged (76\u202f%; 64 to 85\u202f%) fell by 2 points or more. "
        "With those that cannot be judged counted as not: 45 of 61 courses (74\u202f%; 62 to 83\u202f%)."
    )


def test_of_fewer_than_ten_there_is_no_percentage():
    view = ResultView(example_result(6))
    everything = " ".join((top_of(view), *said(view).values(), *(f"{n.value} {n.detail}" for n in key_numbers(view))))
    assert "\u202f%" not in everything.replace("95\u202f% interval", "")


# who entered


def entered(*left: tuple[int, int]) -> ResultView:
    """A study of which the rules left so many persons and courses, one after the other."""
    result = example_result(6)
    steps, before = [], left[0]
    for step, (persons, courses) in zip(result.attrition, left, strict=False):
        lost = {"persons_lost": before[0] - persons, "courses_lost": before[1] - courses}
        steps.append(replace(step, persons=persons, courses=courses, is_asked=True, **lost))
        before = (persons, courses)
    return ResultView(replace(result, attrition=steps))


@pytest.mark.parametrize(
    ("left", "ending"),
    [
        (
            ((9, 9), (6, 6), (6, 6)),
            "All others were lost at the rule \u201ca diagnosis of migraine before the first dose\u201d.",
        ),
        (
            ((7, 7), (6, 6), (6, 6)),
            "The other was lost at the rule \u201ca diagnosis of migraine before the first dose\u201d.",
        ),
        (
            ((9, 10), (7, 8), (6, 7)),
            "Most were lost at the rule \u201ca diagnosis of migraine before the first dose\u201d: 2 courses.",
        ),
        (
            ((9, 10), (8, 8), (6, 6)),
            (
                "Most were lost at the rules \u201ca diagnosis of migraine before the first dose\u201d and "
                "\u201cthe person was 18 to 89 years old at the first dose\u201d: 2 courses each."
            ),
        ),
        (((9, 9), (8, 8), (7, 7), (6, 6)), "No rule removed more than 1 course."),
    ],
)
def test_where_they_were_lost(left, ending):
    assert prose.say_attrition(entered(*left)).endswith(ending)


def test_nobody_entered():
    view = entered((9, 10), (0, 0))
    assert prose.say_attrition(view).startswith("None of 10 courses of 9 persons entered. All others were lost")
    assert captions(view)["attrition"].startswith("None of 10 recorded courses entered.")


def test_all_entered_and_one_entered():
    assert captions(entered((6, 6), (6, 6)))["attrition"].startswith("All 6 recorded courses entered.")
    assert captions(entered((1, 1), (1, 1)))["attrition"].startswith("The one recorded course entered.")


# large studies


def test_what_chance_alone_gives_is_never_nothing():
    # 1.96 * sqrt(1 / 41096 + 1 / 9601) = 0.022
    met = share("response.primary", 41_096, 50_697)
    view = ResultView(with_estimates(example_result(61, seed=4), met))
    assert "differences up to about 0.02 come by chance alone" in prose.say_characteristics(view)


# nothing asked, nothing recorded


def test_a_study_that_asks_nothing_more():
    view = ResultView(
        example_result(20, study=example_study(events=None, follow_up=None, eligibility=None, condition=None))
    )
    assert said(view)["harm"] == "The study does not ask for adverse events: this report says nothing about harm."
    assert said(view)["durability"].startswith("The study does not ask what happened after the course")
    assert not {"harm", "sustained", "return-to-care"} & set(captions(view))


def test_no_rating_after_the_baseline():
    study = example_study()
    rows = simulate_rows(study, 20, 5)
    starts = ("final", "change", "response_", "nadir", "first_response", "visit")
    courses = [
        {name: None if name.startswith(starts) else value for name, value in course.items()}
        | {"final_missing": "no rating in the window"}
        for course in rows["outcomes"].to_pylist()
    ]
    rows["outcomes"] = pa.Table.from_pylist(courses, schema=rows["outcomes"].schema)
    rows["daily"] = pa.Table.from_pylist(
        [row for row in rows["daily"].to_pylist() if row["day"] < 1], schema=rows["daily"].schema
    )
    view = ResultView(result_of_rows(study, rows))
    assert (
        top_of(view)
        == "In 20 courses of ketamine, no change of pain can be stated: no course has both a baseline and a final rating."
    )
    assert said(view)["by-day"] == "No course has a rating of pain after the first dose."
    found = captions(view)
    assert found["pain-by-day"] == "There is no rating after the first dose to draw."
    assert found["nadir-day"] == "No course has a rating after the first dose, so none has a lowest day."
    assert found["sustained"] == "No sustained response can be drawn: the response cannot be judged."


# names that harm


@pytest.mark.parametrize("name", [*HOSTILE, "a" * 300])
def test_a_hostile_drug_stays_in_its_place(name):
    treatment = {**study_as_data(read_study("ketamine-migraine"))["treatment"], "name": name}
    view = ResultView(example_result(12, study=example_study(treatment=treatment)))
    assert top_of(view).startswith("In 12 courses of ")
    assert name in top_of(view)
    assert top_of(view).endswith("fell by 2 points or more.")
    assert all(text for text in captions(view).values())


# what an edition for sharing hides


def test_hidden_persons_are_not_counted_in_a_sentence():
    result = example_result(40)
    first, *others = result.attrition
    steps = (replace(first, persons="hidden", courses=first.courses), *others)
    view = ResultView(replace(result, attrition=steps))
    assert said(view)["attrition"].startswith(
        "40 persons and 40 of 175 courses entered; the number of persons before any rule is hidden in this edition."
    )
    assert "n\u00a0=\u00a0175 courses at the start; the number of persons is hidden" in captions(view)["attrition"]
    both = ResultView(replace(result, attrition=(replace(first, persons="hidden", courses="hidden"), *others)))
    assert said(both)["attrition"].startswith(
        "40 persons and 40 courses entered; the numbers of persons and courses before any rule are hidden"
    )
    assert captions(both)["attrition"].startswith("40 courses entered; of how many is hidden in this edition.")


def test_a_figure_names_what_is_hidden_of_it():
    result = example_result(40)
    found = {estimate.id: estimate for estimate in result.estimates}
    names = ("sustained.visit_2", "response.percent_30", "time_to_response.day_3")
    hidden = [
        replace(found[name], value=None, numerator=None, lower=None, upper=None, hidden="hidden") for name in names
    ]
    texts = captions(ResultView(with_estimates(result, *hidden)))
    assert texts["sustained"].endswith("Hidden in this edition, and not drawn: visit 2.")
    assert texts["response"].endswith("Hidden in this edition, and not drawn: a fall of 30\u202f% or more.")
    assert texts["time-to-response"].endswith("Hidden in this edition, and not drawn: day 3.")


def test_rates_are_spoken_of_only_where_they_are_shown():
    result = example_result(40)
    edition = replace(result.edition, audience="share")
    for shown, given in (
        (True, result),
        (False, replace(result, edition=edition)),
        (False, without(result, "rate_max")),
    ):
        sections = {section.id: section for section in build_sections(ResultView(given))}
        assert ("dose under it" in sections["by-day"].title) == shown
        assert any(note.head == "The rates over time" for note in sections["courses"].notes) == shown


def test_of_few_courses_a_bound_is_called_a_share():
    rows = {row.cells[0]: row.cells[2] for row in limits_table(ResultView(example_result(6))).rows}
    assert "; a share of up to" in rows["That it is safe"]
    assert (
        "a share of"
        not in {row.cells[0]: row.cells[2] for row in limits_table(ResultView(example_result(40))).rows}[
            "That it is safe"
        ]
    )
