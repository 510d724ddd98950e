"""Limits of infusions and published titrations: what the files say, and what they say they do not know."""

import pytest

from abate.base.errors import ParameterError
from abate.knowledge.drug_classes import drug_classes
from abate.knowledge.infusion_limits import (
    BOLUS,
    INTENSIVE,
    RATE,
    SETTINGS,
    WARD,
    combine_verdicts,
    find_limit,
    infusion_limits,
    known_drugs,
)
from abate.knowledge.titrations import titrations


def test_each_drug_has_a_row_for_each_setting_and_kind():
    "A limit that was not found has a row that says so, so that its absence is never taken for freedom."
    assert set(infusion_limits()) == {
        (drug, setting, kind) for drug in known_drugs() for setting in SETTINGS for kind in (RATE, BOLUS)
    }


def test_a_row_without_a_limit_says_that_none_was_found():
    for limit in infusion_limits().values():
        assert (limit.limit is None) == (limit.tag == "unverified: no limit found")


def test_drugs_are_infusions_of_the_drug_table():
    assert set(known_drugs()) <= {drug.ingredient for drug in drug_classes() if drug.role == "infusion"}


def test_the_limits_of_ketamine():
    assert (find_limit("ketamine", WARD, RATE).limit, find_limit("ketamine", WARD, RATE).unit) == (1.0, "mg/kg/h")
    assert (find_limit("ketamine", WARD, BOLUS).limit, find_limit("ketamine", WARD, BOLUS).unit) == (0.35, "mg/kg")
    assert find_limit("ketamine", INTENSIVE, RATE).limit is None


@pytest.mark.parametrize(
    ("dose", "verdict"),
    [(0.0, "within limits"), (1.0, "within limits"), (1.0 + 1e-12, "within limits"), (1.000001, "beyond")],
)
def test_exactly_a_limit_is_within_it(dose, verdict):
    assert find_limit("ketamine", WARD, RATE).verdict(dose) == verdict


def test_no_dose_is_known_to_be_within_a_limit_that_is_not_known():
    assert find_limit("lidocaine", WARD, RATE).verdict(0.0) == "not known"


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([], "within limits"),
        (["within limits", "within limits"], "within limits"),
        (["within limits", "not known"], "not known"),
        (["not known", "beyond"], "beyond"),
    ],
)
def test_verdicts_together(verdicts, together):
    assert combine_verdicts(verdicts) == together


def test_an_unknown_drug_or_setting_names_the_nearest():
    with pytest.raises(ParameterError, match="did you mean 'lidocaine'"):
        find_limit("lidocain", WARD, RATE)
    with pytest.raises(ParameterError, match="Known are ward, intensive"):
        find_limit("ketamine", "icu", RATE)


def test_each_titration_has_a_tag_a_source_and_spans_that_rise():
    for entry in titrations():
        assert "verified" in entry.tag
        assert entry.source
        for span in (entry.start, entry.step_hours, entry.rate, entry.length_hours):
            assert span is None or 0 < span[0] <= span[1]
        assert entry.highest_rate is not None


def test_the_published_titration_of_lauritsen():
    (entry,) = [entry for entry in titrations() if entry.id == "Lauritsen 2016"]
    assert (entry.start, entry.step, entry.step_hours) == ((0.1, 0.1), 0.1, (3, 4))
    assert (entry.target_at_most, entry.held_hours) == (3, 8)
