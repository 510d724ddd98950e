"""Is a plan file read as it was written, and is each mistake said in one sentence?"""

from __future__ import annotations

import pytest

from abate.study.plan_file import example_text, parse_plan, read_plan
from abate.study.plan_text import render_plan
from abate.trial.errors import PlanFileError
from tests.conftest import ROOT
from tests.unit.trial.plans import plan_data, plan_of, share


def test_a_plan_is_read_as_it_was_written():
    plan = plan_of(title='A "made-up"\ttrial \\ with\nlines')
    assert parse_plan(render_plan(plan)) == plan


def test_the_rescue_of_the_page_is_read_and_written_again():
    page = (ROOT / "docs" / "trial-simulation.md").read_text(encoding="utf-8")
    section = page.split("```toml\n")[1].split("```")[0]
    plan = parse_plan(render_plan(plan_of()) + "\n" + section)
    assert plan.rescue.in_active.share == (0.1,)
    assert plan.rescue.in_control.share == (0.1, 0.2, 0.3)
    assert parse_plan(render_plan(plan)) == plan


def test_the_example_is_a_plan_whose_guesses_are_marked():
    plan = parse_plan(example_text())
    assert plan.effect.context.is_unverified
    assert plan.ratings.is_unverified


def test_a_file_of_a_newer_version_says_so():
    with pytest.raises(PlanFileError, match="was made for a newer abate"):
        parse_plan('schema = "abate-plan/2"\n')


def test_a_file_without_a_version_says_so():
    with pytest.raises(PlanFileError, match="does not say its version"):
        parse_plan('title = "x"\n')


def test_another_kind_of_file_is_refused():
    with pytest.raises(PlanFileError, match="look whether it is a plan file"):
        parse_plan('schema = "abate-results/2"\n')


def test_an_unknown_key_names_the_nearest():
    text = render_plan(plan_of()).replace("plan_on =", "plan_onn =")
    with pytest.raises(PlanFileError, match="'plan_onn' is not known; did you mean 'plan_on'"):
        parse_plan(text)


def test_no_file_is_one_sentence(tmp_path):
    with pytest.raises(PlanFileError, match="there is no plan file"):
        read_plan(tmp_path / "none.toml")


def test_text_that_is_no_toml_is_one_sentence():
    with pytest.raises(PlanFileError, match="is not valid TOML"):
        parse_plan("= 1")


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ({"retention": {"basis": "typed", "source": "x", "seen": [1.0]}}, "retention.seen has 1 values"),
        ({"design": {"alpha": 1.5}}, "alpha"),
        ({"design": {"power": 0.0}}, "power"),
        ({"design": {"primary_day": 9}}, "none of ratings.days"),
        ({"looks": {"information": [0.5, 0.4, 1.0]}}, "must rise"),
        ({"design": {"power": 0.04}}, "power 0.04 is not above alpha 0.05"),
        ({"design": {"power": 0.8, "per_arm": 40}}, "not both"),
        ({"arms": [{"name": "a"}, {"name": "a", "role": "control"}]}, "two arms have the same name"),
        ({"arms": [{"name": "a"}]}, "has two arms, the first with role"),
        ({"arms": [{"name": "a", "role": "control"}, {"name": "b"}]}, "has two arms, the first with role"),
        ({"arms": [{"name": "a"}], "design": {"kind": "parallel, other drug"}}, "has two arms, the first with role"),
        ({"ratings": {**plan_data()["ratings"], "mean": [17.5, 6, 5, 4]}}, "every mean must lie on the scale"),
        ({"accrual": {"basis": "typed", "source": "x", "seen": 9, "months": 9, "consent": share(0)}}, "consent is 0"),
        (
            {"costs": [{"item": "bed", "per": "bed-day", "low": 3, "likely": 2, "high": 4}]},
            "must rise from low to likely",
        ),
    ],
)
def test_an_impossible_value_is_one_sentence(sections, sentence):
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        plan_of(**sections)
