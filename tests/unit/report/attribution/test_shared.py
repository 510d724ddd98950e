"""In an edition for sharing the split gives no small count away."""

from abate.contracts.result import Estimate
from abate.report.attribution.words import say_attribution
from abate.report.disclosure import PRESETS, disclose
from abate.report.view import ResultView
from tests.report_example import example_study, result_of_rows, simulate_rows, with_estimates
from tests.unit.report.attribution.test_words import number

STUDY = example_study()
#: 61 courses, all with both ratings, so that the size of the split is the only one in question.
SITE = result_of_rows(STUDY, simulate_rows(STUDY, 61, 4, finals=1.0))


def shared(split_count):
    rows = [
        number("regression.fall", 4.123456, 3.4, 4.8, n=split_count, sd=2.2), number("regression.natural", 2.234567, 1.4, 3.0, n=split_count),
        number("regression.left", 1.888889, 0.9, 2.9, n=split_count), number("regression.earlier_mean", 5.2, 4.9, 5.5, n=split_count),
        number("regression.normal_scores_left", 1.234567, 0.2, 2.2, n=split_count),
        Estimate(id="regression.late_baseline", quantity="", value=61.0 - split_count, unit="{courses}", n=61),
    ]  # fmt: skip
    return {found.id: found for found in disclose(with_estimates(SITE, *rows), PRESETS["5"]).estimates}


def test_three_courses_left_out_of_the_split_are_not_told():
    found = shared(58)
    assert (found["regression.fall"].n, found["regression.fall"].sd, found["regression.fall"].value) == (
        None,
        None,
        4.1,
    )
    assert (found["regression.normal_scores_left"].n, found["regression.normal_scores_left"].value) == (None, 1.2)
    assert found["regression.late_baseline"].value is None
    assert found["regression.late_baseline"].hidden == "<5"


def test_many_left_out_may_be_told():
    found = shared(41)
    assert found["regression.fall"].n == 41
    assert found["regression.late_baseline"].value == 20


def test_a_split_of_a_few_courses_is_hidden():
    found = shared(3)
    assert found["regression.left"].value is found["regression.normal_scores_left"].value is None
    view = ResultView(with_estimates(SITE, *(found[id] for id in found if id.startswith("regression"))))
    assert say_attribution(view)[0] == "How much of the fall was to be expected is hidden in this edition."


def test_how_many_persons_a_check_had_is_not_told():
    reason = "3 persons have three visits with unequal gaps, too few"
    flag = Estimate(id="regression.flag.asked_when_bad", quantity="", value=None, reason=reason)
    left = Estimate(id="regression.left", quantity="", value=None, reason="3 courses are too few for 5 parameters")
    found = {one.id: one for one in disclose(with_estimates(SITE, flag, left), PRESETS["5"]).estimates}
    assert found["regression.flag.asked_when_bad"].reason == "too few persons have three visits with unequal gaps"
    assert found["regression.left"].reason.startswith("too few courses")
