"""A plan is checked for sense, against limits and against what was published; the schedule is added up by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abate.courses.titration_check import check_plan
from abate.courses.titration_findings import BEYOND_LIMIT, NO_LIMIT, NOTE, REFUSED
from abate.courses.titration_plan import make_plan
from tests.unit.courses.test_titration_plan import PLAN


def check(**changes):
    return check_plan(make_plan({key: value for key, value in {**PLAN, **changes}.items() if value is not None}))


def reasons(checked, severity):
    return [finding.reason for finding in checked.findings if finding.severity == severity]


def one_rate(rate, weight="85.8 kg", **changes):
    "A plan of one rate throughout."
    return check(start=rate, ceiling=rate, step=None, every=None, weight=weight, **changes)


def test_the_schedule_by_hand():
    """0.1, 0.2, 0.3, 0.4 for 4 h each, then 0.5 to hour 24: 0.4 + 0.8 + 1.2 + 1.6 + 4 = 8 mg/kg; 800 mg at 100 kg."""
    checked = check(length="24h", weight="100 kg")
    assert [(s.from_hour, s.to_hour, s.rate_mg_kg_h) for s in checked.schedule] == [
        (0, 4, 0.1),
        (4, 8, 0.2),
        (8, 12, 0.3),
        (12, 16, 0.4),
        (16, 24, 0.5),
    ]
    assert [s.given_mg_kg for s in checked.schedule] == pytest.approx([0.4, 1.2, 2.4, 4.0, 8.0])
    assert [s.rate_mg_h for s in checked.schedule] == pytest.approx([10, 20, 30, 40, 50])
    assert checked.schedule[-1].given_mg == pytest.approx(800)
    assert checked.hours_to_ceiling == 16


def test_a_bolus_counts_in_what_was_given():
    checked = check(length="4h", weight="100 kg", bolus="0.2 mg/kg")
    assert checked.schedule[-1].given_mg_kg == pytest.approx(0.6)


def test_without_a_weight_nothing_is_said_in_mg():
    checked = check(weight=None)
    assert {stretch.given_mg for stretch in checked.schedule} == {None}
    assert {stretch.rate_mg_h for stretch in checked.schedule} == {None}
    assert any("no weight" in reason for reason in reasons(checked, NOTE))


def test_the_last_step_is_cut_to_the_ceiling_and_says_so():
    checked = check(ceiling="0.35 mg/kg/h")
    assert [s.rate_mg_kg_h for s in checked.schedule] == pytest.approx([0.1, 0.2, 0.3, 0.35])
    assert checked.hours_to_ceiling == 12
    assert any("cut short" in reason for reason in reasons(checked, NOTE))
    assert not any("cut short" in reason for reason in reasons(check(), NOTE))


@pytest.mark.parametrize(
    ("rate", "weight", "verdict"),
    [
        ("1 mg/kg/h", "85.8 kg", "within limits"),
        ("1.000001 mg/kg/h", "85.8 kg", "beyond"),
        ("85.8 mg/h", "85.8 kg", "within limits"),
        ("65.2 mg/h", "65.2 kg", "within limits"),
        ("65.2 mg/h", "65.1 kg", "beyond"),
        ("65.2 mg/h", "85.8 kg", "within limits"),
        ("16.6666666666 mcg/kg/min", None, "within limits"),
        ("16.67 mcg/kg/min", None, "beyond"),
        ("70 mg/h per 70 kg", None, "within limits"),
        ("70.1 mg/h per 70 kg", None, "beyond"),
    ],
)
def test_the_limit_of_the_rate_is_one_mg_per_kg_and_hour(rate, weight, verdict):
    assert one_rate(rate, weight).verdict == verdict


@pytest.mark.parametrize(
    ("bolus", "weight", "verdict"),
    [
        ("0.35 mg/kg", None, "within limits"),
        ("0.350001 mg/kg", None, "beyond"),
        ("24.5 mg", "70 kg", "within limits"),
        ("24.6 mg", "70 kg", "beyond"),
        ("22.82 mg", "65.2 kg", "within limits"),
    ],
)
def test_the_limit_of_a_bolus(bolus, weight, verdict):
    assert check(bolus=bolus, weight=weight).verdict == verdict


def test_a_finding_beyond_a_limit_names_dose_limit_source_and_hour():
    "0.1 + n x 0.1 every 4 h: 1.1 mg/kg/h comes at hour 40."
    checked = check(ceiling="1.2 mg/kg/h")
    (finding,) = [finding for finding in checked.findings if finding.severity == BEYOND_LIMIT]
    assert "1.2 mg/kg/h is beyond 1 mg/kg/h" in finding.reason
    assert "40 h after the start" in finding.reason
    assert "29870457" in finding.source
    assert finding.tag == "verified"


def test_a_ceiling_beyond_the_limit_counts_also_where_time_does_not_reach_it():
    checked = check(ceiling="1.2 mg/kg/h", length="24h")
    assert checked.verdict == "beyond"
    assert "does not come to it" in reasons(checked, BEYOND_LIMIT)[0]
    assert any("never reached: that takes 44 h" in reason for reason in reasons(checked, NOTE))


def test_a_hair_above_is_told_from_the_limit():
    assert "of 1.000001 mg/kg/h is beyond 1 mg/kg/h" in reasons(one_rate("1.000001 mg/kg/h"), BEYOND_LIMIT)[0]


def test_a_ceiling_in_mg_per_hour_names_the_weight_below_which_it_is_beyond():
    assert any("anyone below 65.2 kg" in reason for reason in reasons(one_rate("65.2 mg/h"), NOTE))


@pytest.mark.parametrize(
    ("drug", "setting"), [("lidocaine", "ward"), ("esketamine", "ward"), ("ketamine", "intensive")]
)
def test_where_no_limit_was_found_the_answer_is_not_known(drug, setting):
    checked = check(drug=drug, setting=setting)
    assert checked.verdict == "not known"
    assert "was not checked" in reasons(checked, NO_LIMIT)[0]


def test_a_bolus_beyond_its_limit_is_beyond_whatever_else_is_not_known():
    assert check(setting="intensive", bolus="0.4 mg/kg").verdict == "beyond"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ceiling": "0.05 mg/kg/h"}, "lies below the start"),
        ({"step": "0 mg/kg/h"}, "step is 0"),
        ({"start": "0 mg/kg/h"}, "start rate is 0"),
        ({"every": "0h"}, "from step to step is 0"),
        ({"length": "0h"}, "length is 0"),
        ({"step": None}, "belong together"),
        ({"every": None}, "belong together"),
        ({"step": None, "every": None}, "how it is reached"),
        ({"step": "0.0001 mg/kg/h"}, "More than 200 steps"),
        ({"target": {"at_most": 11}}, "no value of the scale nrs, which goes from 0 to 10"),
        ({"target": {"at_most": -1}}, "no value of the scale nrs"),
        ({"target": {"at_most": 10}}, "worst value"),
        ({"target": {"at_most": 3, "held": "121h"}}, "longer than the planned 120 h"),
        ({"target": {"at_most": 3, "held": "0h"}}, "0 hours"),
    ],
)
def test_a_plan_without_sense_is_refused_with_the_reason(changes, words):
    checked = check(**changes)
    assert checked.verdict == REFUSED
    assert any(words in reason for reason in reasons(checked, REFUSED))
    assert checked.schedule == ()


def test_every_reason_is_told_at_once():
    checked = check(ceiling="0.05 mg/kg/h", target={"at_most": 11})
    assert len(reasons(checked, REFUSED)) == 2


@pytest.mark.parametrize("at_most", [0, 3, 9.9])
def test_a_target_within_its_scale_is_not_refused(at_most):
    assert check(target={"at_most": at_most, "held": "120h"}).verdict == "within limits"


@pytest.mark.parametrize(
    ("length", "is_reached"),
    [("16h", False), ("961min", True)],
)
def test_the_ceiling_is_reached_only_after_the_last_step(length, is_reached):
    notes = reasons(check(length=length), NOTE)
    assert any("never reached" in note for note in notes) is not is_reached


@pytest.mark.parametrize(
    ("changes", "words", "is_said"),
    [
        ({"start": "0.2 mg/kg/h"}, "highest published start", False),
        ({"start": "0.21 mg/kg/h"}, "highest published start, 0.2 (Kim 2023", True),
        ({"step": "0.1 mg/kg/h"}, "largest published step", False),
        ({"step": "0.11 mg/kg/h"}, "largest published step, 0.1 (Lauritsen 2016", True),
        ({"every": "3h"}, "quicker than any published", False),
        ({"every": "179min"}, "quicker than any published, 3 h (Lauritsen 2016", True),
        ({"ceiling": "0.42 mg/kg/h"}, "Lauritsen", False),
        ({"ceiling": "0.43 mg/kg/h"}, "rate when the target was met, 0.12 to 0.42 (Lauritsen 2016", True),
        ({"ceiling": "0.76 mg/kg/h"}, "mean 0.76", False),
        ({"ceiling": "0.77 mg/kg/h"}, "highest rate, mean 0.76 (Schwenk 2018 (headache)", True),
    ],
)
def test_what_is_more_than_published_is_a_note(changes, words, is_said):
    checked = check(**changes)
    assert any(words in reason for reason in reasons(checked, NOTE)) is is_said
    assert checked.verdict == "within limits"


def test_nothing_published_of_ketamine_is_held_against_another_drug():
    published = [
        finding for finding in check(drug="lidocaine", ceiling="3 mg/kg/h").findings if "doi" in finding.source
    ]
    assert published == []


tenths = st.integers(1, 20).map(lambda tenths: tenths / 10)


@given(start=tenths, rise=st.integers(0, 20), step=tenths, every=st.integers(1, 12), length=st.integers(1, 200))
def test_a_schedule_covers_the_planned_time_rises_and_never_passes_the_ceiling(start, rise, step, every, length):
    ceiling = round(start + rise / 10, 1)
    checked = check(
        start=f"{start} mg/kg/h",
        ceiling=f"{ceiling} mg/kg/h",
        step=f"{step} mg/kg/h",
        every=f"{every}h",
        length=f"{length}h",
    )
    rates = [stretch.rate_mg_kg_h for stretch in checked.schedule]
    assert rates == sorted(rates)
    assert max(rates) <= ceiling
    assert checked.schedule[0].from_hour == 0
    assert checked.schedule[-1].to_hour == length
    assert all(a.to_hour == b.from_hour for a, b in zip(checked.schedule, checked.schedule[1:], strict=False))
    assert checked.schedule[-1].given_mg_kg <= ceiling * length + 1e-9
    assert (rates[-1] == pytest.approx(ceiling)) is (checked.hours_to_ceiling < length)


@given(rate=st.floats(0.01, 3), weight=st.floats(30, 200))
def test_the_verdict_does_not_depend_on_the_unit(rate, weight):
    "Away from the limit: at it, a rate with its digits cut off may lie on the other side."
    if abs(rate - 1) < 1e-6:
        return
    written = (f"{rate:.15g} mg/kg/h", f"{rate * weight:.15g} mg/h", f"{rate * 1000 / 60:.15g} mcg/kg/min")
    assert len({one_rate(text, f"{weight:.15g} kg").verdict for text in written}) == 1
