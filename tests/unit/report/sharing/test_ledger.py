"""Which counts a result holds and how they add up: each family against sums reckoned by hand."""

from itertools import pairwise

import pytest

from abate.report.sharing.keys import COURSES, share_of_cell, table_1_key
from abate.report.sharing.ledger import Ledger
from abate.report.sharing.protection import Sum
from abate.report.sharing.study_ledger import ledger_of
from tests.report_example import example_result


@pytest.fixture(scope="module")
def result():
    return example_result(61)


@pytest.fixture(scope="module")
def ledger(result):
    return ledger_of(result)


def test_a_rest_that_nobody_states_is_a_count_of_its_own():
    ledger = Ledger()
    ledger.state(("all",), 61)
    ledger.state(("rated",), 59)
    ledger.split(("all",), ("rated",))
    rest = next(key for key in ledger.counts if key[0] == "rest")
    assert ledger[rest] == 2
    assert not ledger.counts[rest].is_shown
    assert ledger.sums == (Sum(("all",), (("rated",), rest)),)


def test_parts_that_overlap_are_no_parts():
    ledger = Ledger()
    for key, value in (("all", 10), ("a", 7), ("b", 6)):
        ledger.state((key,), value)
    ledger.split(("all",), ("a",), ("b",))
    assert ledger.sums == ()


def test_counts_that_lie_in_one_another_tell_what_is_between():
    ledger = Ledger()
    for key, value in (("day 2", 38), ("day 1", 41), ("day 3", 38)):
        ledger.state((key,), value)
    ledger.nest([("day 1",), ("day 2",), ("day 3",)])
    assert sorted(value.value for key, value in ledger.counts.items() if key[0] == "rest") == [3]
    assert Sum(("day 2",), (("day 3",),)) in ledger.sums


def test_one_count_has_one_value():
    ledger = Ledger()
    ledger.state(("all",), 61)
    with pytest.raises(ValueError, match="61 and 60"):
        ledger.state(("all",), 60)


def test_every_sum_of_a_study_is_true(ledger):
    for one in ledger.sums:
        assert ledger[one.total] == sum(ledger[part] for part in one.parts), one


def test_every_estimate_is_in_the_ledger(result, ledger):
    noted = {number[1] for number in (*ledger.shown_by, *ledger.size_of) if number[0] == "estimate"}
    own = {found.id for found in result.estimates if found.value is not None and not found.id.startswith("published.")}
    assert own <= noted


def test_what_others_published_is_no_count_of_this_study(result, ledger):
    named = {number for number in (*ledger.shown_by, *ledger.size_of) if number[-1].startswith("published.")}
    assert any(found.id.startswith("published.") for found in result.estimates)
    assert named == set()


def test_every_other_rule_is_in_the_ledger(result, ledger):
    wanted = {("variant", row.id, id) for row in result.sensitivity for id, found in row.estimates.items() if found.value is not None}  # fmt: skip
    assert wanted <= set(ledger.shown_by)


def test_who_responds_who_does_not_and_who_cannot_be_judged_make_up_all(result, ledger):
    primary = "points_2"
    parts = (("met", primary), ("not met", primary), ("not judged", primary))
    assert Sum(COURSES, parts) in ledger.sums
    by_hand = [row["response_points_2"] for row in result.outcomes.to_pylist()]
    assert [ledger[part] for part in parts] == [by_hand.count(True), by_hand.count(False), by_hand.count(None)]


def test_a_stricter_rule_lies_in_a_looser_one(ledger):
    strict, loose = ("met", "percent_50"), ("met", "percent_30")
    assert any(one.total == loose and strict in one.parts for one in ledger.sums)


def test_levels_by_group_and_what_is_missing_make_up_table_1(result, ledger):
    women = [table_1_key("Sex", "female", group) for group in ("responders", "non_responders", "not_evaluable")]
    assert Sum(table_1_key("Sex", "female", "overall"), tuple(women)) in ledger.sums
    by_hand = [(row["sex"], row["response_points_2"]) for row in result.outcomes.to_pylist()]
    assert [ledger[key] for key in women] == [by_hand.count(("female", answer)) for answer in (True, False, None)]


def test_every_event_lies_in_any_event_and_grades_make_up_a_term(ledger):
    any_event = ("harm", "harm.any")
    for term in ("hallucination", "nausea", "dizziness"):
        assert any(one.total == any_event and ("harm", f"harm.{term}") in one.parts for one in ledger.sums), term
    graded = [one for one in ledger.sums if one.total == ("harm", "harm.nausea") and len(one.parts) == 6]
    assert len(graded) == 1


def test_courses_that_run_tell_how_many_ended(result, ledger):
    running = [day.running for day in result.days]
    ended = {before - after for before, after in pairwise(running) if before > after}
    stated = {
        ledger[key] for key in ledger.counts if key[:3] == ("rest", "running", "3") or key[:2] == ("rest", "running")
    }
    assert ended <= stated


@pytest.mark.parametrize(("cell", "share"), [("43/49 (88 %)", (43, 49)), ("50.2 (14.2)", None), ("–", None)])
def test_shares_are_read_from_cells(cell, share):
    assert share_of_cell(cell) == share
