import pytest

from abate.base.errors import ParameterError
from abate.sources.simulated import PARAMETER_SETS, HospitalParameters, parameters_of


def test_the_default_is_set_d():
    assert HospitalParameters() == PARAMETER_SETS["D"]


@pytest.mark.parametrize("name", ["N-low", "N-mid", "N-high", "N-fit"])
def test_the_other_sets_have_no_drug_effect(name):
    assert PARAMETER_SETS[name].drug_mean == 0
    assert PARAMETER_SETS[name].set_name == name


def test_a_parameter_can_be_changed_by_name():
    changed = parameters_of("N-mid", {"hospital_mean": 1.0, "candidate_days": 28.0, "admission_rule": "worst"})
    assert (changed.hospital_mean, changed.candidate_days, changed.admission_rule) == (1.0, 28, "worst")
    assert changed.swing_sd == PARAMETER_SETS["N-mid"].swing_sd


@pytest.mark.parametrize(
    ("set_name", "overrides", "nearest"),
    [
        ("N-med", {}, "'N-mid'"),
        ("D", {"drug_men": 1.0}, "'drug_mean'"),
        ("D", {"admission_rule": "hazrd"}, "'hazard'"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(set_name, overrides, nearest):
    with pytest.raises(ParameterError, match=f"Did you mean {nearest}"):
        parameters_of(set_name, overrides)


@pytest.mark.parametrize(
    "overrides",
    [
        {"resistant_share": 1.5},
        {"slow_days": 0.0},
        {"pause_max_hours": 8.5},
        {"candidate_days": 3.5},
        {"drug_mean": "much"},
        {"drug_mean": float("nan")},
        {"first_year": 2019, "last_year": 2016},
        {"planned_day_3": 0, "planned_day_4": 0, "planned_day_5": 0, "planned_day_6": 0, "planned_day_7": 0},
        {"history_days": 20},
        {"diary_day_count": 29},
        {"step_hours_low": 5.0},
    ],
)
def test_a_value_out_of_range_is_refused(overrides):
    with pytest.raises(ParameterError):
        parameters_of("D", overrides)


def test_every_parameter_is_described_with_its_unit_or_meaning():
    described = HospitalParameters.__doc__ or ""
    assert [name for name in HospitalParameters.__dataclass_fields__ if name not in described] == []
