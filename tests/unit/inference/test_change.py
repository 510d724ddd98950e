"""Baseline, final and the change between them, by hand."""

from __future__ import annotations

import pytest

from tests.outcome_tables import estimates_of, outcomes_of, small_study

STUDY = small_study()


def test_each_mean_is_over_the_courses_that_have_it_and_the_change_over_those_with_both():
    found = estimates_of(STUDY, outcomes_of(STUDY, baseline=[8.0, 6.0, None, 7.0], final=[3.0, None, 5.0, 4.0]))
    assert (found["baseline.mean"].value, found["baseline.mean"].n) == (7.0, 3)
    assert (found["final.mean"].value, found["final.mean"].n) == (4.0, 3)
    assert (found["change.mean"].value, found["change.mean"].n) == (-4.0, 2)


def test_the_paired_t_interval_by_hand():
    "Changes -4, -3, -5: mean -4, sd 1, standard error 0.57735; t = -6.9282 on 2 degrees of freedom, p = 0.0202."
    row = estimates_of(STUDY, outcomes_of(STUDY, baseline=[7.0, 8, 9], final=[3.0, 5, 4]))["change.mean"]
    assert (row.value, row.sd, row.method) == (-4.0, 1.0, "mean change, paired t interval")
    assert (row.lower, row.upper) == pytest.approx((-4 - 2.48414, -4 + 2.48414), abs=1e-5)
    assert row.p_value == pytest.approx(0.0202, abs=5e-5)


def test_medians():
    found = estimates_of(STUDY, outcomes_of(STUDY, baseline=[7.0, 8, 9], final=[3.0, 5, 4]))
    assert [found[f"{id}.median"].value for id in ("baseline", "final", "change")] == [8.0, 4.0, -4.0]


def test_wilcoxons_statistic_has_a_row_of_its_own():
    "Falls of 4, 3, 2, 5 and a rise of 1: the rise has rank 1; exact p = 4/32."
    outcomes = outcomes_of(STUDY, baseline=[9.0, 8, 7, 9, 4], final=[5.0, 5, 5, 4, 5])
    row = estimates_of(STUDY, outcomes)["change.wilcoxon"]
    assert (row.value, row.p_value, row.lower, row.n) == (1.0, 0.125, None, 5)


def test_hodges_lehmann_by_hand():
    "Pairwise means of -4, -3, -2, -5, 1, -6 have the median -3.5 and end at -6 and 1."
    outcomes = outcomes_of(STUDY, baseline=[9.0, 8, 7, 9, 4, 10], final=[5.0, 5, 5, 4, 5, 4])
    row = estimates_of(STUDY, outcomes)["change.hodges_lehmann"]
    assert (row.value, row.lower, row.upper) == (-3.5, -6.0, 1.0)


def test_ranks_of_repeat_courses_take_one_mean_change_a_person():
    "Person 1: -4 and -2, mean -3; person 2: -1; so two changes, both falls, the rank sum of rises is 0 and p = 0.5."
    outcomes = outcomes_of(STUDY, person_id=[1, 1, 2], baseline=[8.0, 8, 8], final=[4.0, 6, 7])
    found = estimates_of(STUDY, outcomes)
    assert (found["change.wilcoxon"].value, found["change.wilcoxon"].p_value) == (0.0, 0.5)
    assert found["change.hodges_lehmann"].value == -2.0
    assert (found["change.wilcoxon"].n, found["change.wilcoxon"].person_count) == (3, 2)
    assert found["change.wilcoxon"].method.endswith("one mean change a person")


def test_a_change_of_nothing_in_all_is_no_test():
    row = estimates_of(STUDY, outcomes_of(STUDY, baseline=[5.0, 6, 7], final=[5.0, 6, 7]))["change.wilcoxon"]
    assert (row.value, row.p_value, row.reason) == (None, None, "every change is 0")


def test_no_final_rating_at_all_says_why():
    outcomes = outcomes_of(STUDY, baseline=[5.0, 6], final_missing=["no rating at the end", "no rating at the end"])
    found = estimates_of(STUDY, outcomes)
    assert found["final.mean"].reason == "no course has a final rating (no rating at the end)"
    assert found["change.mean"].reason == "no course has both a baseline and a final rating"


def test_change_in_per_cent_comes_from_its_column():
    row = estimates_of(STUDY, outcomes_of(STUDY, change_percent=[-50.0, -30.0, None]))["change_percent.mean"]
    assert (row.value, row.unit, row.n) == (-40.0, "%", 2)


@pytest.mark.parametrize(("final", "words"), [([5.0, 4, 3], "1 change of 0"), ([5.0, 6, 3], "2 changes of 0")])
def test_changes_of_nothing_are_counted_in_words_that_fit(final, words):
    row = estimates_of(STUDY, outcomes_of(STUDY, baseline=[5.0, 6, 7], final=final))["change.wilcoxon"]
    assert f"{words} left out" in row.method
