"""The top of the page: sentences written out by hand for studies of every kind."""

import re

import pytest

from abate.contracts.definition import Study
from abate.contracts.result import Estimate
from abate.report.headline import headline, headline_lines, key_numbers, lede
from abate.report.view import ResultView
from tests.report_example import example_result, example_study, with_estimates


def sentence_of(view: ResultView) -> str:
    return "".join(span.text for span in headline(view))


def made(study: Study | None = None, **estimates: Estimate) -> ResultView:
    """A result of 61 courses in which these estimates are set by hand."""
    return ResultView(with_estimates(example_result(61, study=study), *estimates.values()))


def mean(id: str, value: float | None, n: int = 61, **more: object) -> Estimate:
    return Estimate(id=id, quantity=id, value=value, n=n, unit="{points}", **more)


def share(id: str, numerator: int, denominator: int) -> Estimate:
    value = numerator / denominator if denominator else None
    return Estimate(id=id, quantity=id, value=value, n=denominator, numerator=numerator, denominator=denominator)


def test_one_set_of_courses_moves_from_one_mean_to_the_other():
    view = made(
        a=mean("baseline.mean", 7.52),
        b=mean("final.mean", 3.41),
        c=mean("change.mean", -4.11),
        d=share("response.main", 45, 61),
    )
    assert (
        sentence_of(view)
        == "In 61 courses of ketamine, mean pain fell from 7.5 to 3.4; 45 of 61 fell by 2 points or more."
    )


def test_means_of_different_courses_stand_with_their_own_counts():
    view = made(
        a=mean("baseline.mean", 7.5),
        b=mean("final.mean", 3.4, 59),
        c=mean("change.mean", -4.1, 59),
        d=share("response.main", 45, 59),
    )
    assert sentence_of(view) == (
        "In 61 courses of ketamine, mean pain was 7.5 before (61 rated) and 3.4 at the end (59 rated); "
        "45 of the 59 that can be judged fell by 2 points or more."
    )


def test_repeat_courses_name_both_courses_and_patients():
    view = made(a=Estimate(id="persons.n", quantity="", value=52.0))
    assert sentence_of(view).startswith("In 61 courses of ketamine in 52 patients, ")


@pytest.mark.parametrize(
    ("final", "words"), [(3.4, "fell from 7.5 to 3.4"), (8.1, "rose from 7.5 to 8.1"), (7.52, "was 7.5 before and 7.5 at the end")]
)  # fmt: skip
def test_the_verb_says_where_it_went_and_no_more(final, words):
    view = made(a=mean("baseline.mean", 7.5), b=mean("final.mean", final), c=mean("change.mean", final - 7.5))
    assert words in sentence_of(view)


@pytest.mark.parametrize(("met", "words"), [(0, "none of 61 fell by"), (61, "all 61 fell by"), (1, "1 of 61 fell by")])
def test_no_responder_and_all_responders_have_exact_words(met, words):
    assert words in sentence_of(made(a=share("response.main", met, 61)))


def test_missing_counted_as_no_says_so():
    data = {"primary": {"points": 2}, "missing_final": "non-response"}
    view = made(
        example_study(response=data),
        a=share("response.main", 45, 61),
        b=Estimate(id="courses.evaluable", quantity="", value=59.0),
    )
    assert sentence_of(view).endswith("45 of 61 fell by 2 points or more, those that cannot be judged counted as not.")


def test_one_patient_is_the_patient_and_has_no_interval(one_patient):
    view = ResultView(with_estimates(one_patient.result, mean("baseline.mean", 8.0, 1), mean("final.mean", 3.0, 1),
                                     mean("change.mean", -5.0, 1), share("response.primary", 1, 1)))  # fmt: skip
    assert sentence_of(view) == (
        "In the one course of ketamine, the patient\u2019s pain fell from 8.0 to 3.0, which meets the rule of a fall of 2 points or more."
    )
    assert not any(re.search(r"\d to \d", found.detail) for found in key_numbers(view))
    assert [found.value for found in key_numbers(view)][1] == "yes"


def test_one_patient_without_a_final_rating():
    view = ResultView(example_result(1, finals=0))
    assert (
        sentence_of(view)
        == "In the one course of ketamine, the patient has no final rating, so that no change of pain can be stated."
    )


def test_all_finals_missing_states_no_change():
    view = ResultView(example_result(20, finals=0))
    assert sentence_of(view) == (
        "In 20 courses of ketamine, no change of pain can be stated: no course has both a baseline and a final rating."
    )
    assert "nothing can be said about a change" in lede(view)
    assert key_numbers(view)[0].value == "\u2013"


def test_the_lede_says_what_the_report_cannot_say(view):
    assert lede(view).startswith(
        "This report cannot say how much of the fall needs no treatment: it has no comparison group"
    )


def test_a_comparator_whose_comparison_is_not_told_is_named():
    study = example_study(comparator={"name": "lidocaine"})
    assert "the comparison with lidocaine is not in this edition" in lede(ResultView(example_result(20, study=study)))


def test_there_are_six_numbers_with_what_belongs_to_them(view):
    found = {number.label: (number.value, number.detail) for number in key_numbers(view)}
    assert len(found) == 6
    assert found["Fall of 2 points or more"] == ("76\u202f%", "44/58; 63 to 85\u202f%")


def test_of_few_the_counts_stand_first_and_of_very_few_no_percentage():
    few = made(
        a=Estimate(
            id="response.main", quantity="", value=14 / 18, lower=0.548, upper=0.91, numerator=14, denominator=18
        )
    )
    very_few = made(
        a=Estimate(id="response.main", quantity="", value=5 / 6, lower=0.436, upper=0.97, numerator=5, denominator=6)
    )
    assert (key_numbers(few)[1].value, key_numbers(few)[1].detail) == ("14/18", "78\u202f%; 55 to 91\u202f%")
    assert (key_numbers(very_few)[1].value, key_numbers(very_few)[1].detail) == ("5/6", "interval 0.44 to 0.97")


def test_what_is_not_asked_is_not_asked():
    found = key_numbers(ResultView(example_result(20, study=example_study(events=None, follow_up=None))))
    assert (found[4].value, found[4].detail) == ("\u2013", "not asked")
    assert (found[5].value, found[5].detail) == ("\u2013", "follow-up not asked")


def test_the_terminal_gets_the_same_headline_and_is_told_of_simulated_data(result):
    lines = headline_lines(result)
    assert lines[0] == "Simulated data: no patient\u2019s, and no evidence."
    assert lines[1] == sentence_of(ResultView(result))
    assert len(lines) == 9


@pytest.mark.parametrize(
    ("rated", "words"),
    [(31, "rated in 31 of 61 courses that day"), (30, "rated in fewer than half, 30 of 61 courses, that day")],
)
def test_the_lowest_day_and_the_mean_of_lowest_days_have_each_its_own_n(rated, words):
    day = Estimate(id="nadir_day.of_lowest_mean", quantity="", value=6.0, unit="d", n=rated)
    own = Estimate(id="nadir_day.mean", quantity="", value=3.5, unit="d", n=60)
    found = next(number for number in key_numbers(made(a=day, b=own)) if number.label == "Day of lowest mean")
    assert (found.value, found.detail) == ("day 6", f"{words}; mean of own lowest days 3.5 (n\u00a0=\u00a060)")


def test_a_held_response_names_the_responders_among_whom_some_were_seen():
    view = made(a=share("sustained.visit_1", 6, 8), b=share("sustained.visit_1.unseen_as_no", 6, 10))
    assert key_numbers(view)[5].detail.endswith("among 10 responders, those seen")
    all_seen = made(a=share("sustained.visit_1", 6, 8), b=share("sustained.visit_1.unseen_as_no", 6, 8))
    assert key_numbers(all_seen)[5].detail.endswith("all responders seen")
