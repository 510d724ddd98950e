"""Assurance and exaggeration agree with closed forms in base R, to 1e-8. The file's other cases belong to looks."""

from __future__ import annotations

import pytest

from abate.stats.assurance import EffectPrior, assurance_of_means
from abate.stats.winners_curse import exaggeration, z_of_power
from tests.reference.trial_sizes.cases import Case, read_cases

TOLERANCE = 1e-8


def check_assurance(given: Case, expected: Case) -> None:
    found = assurance_of_means(
        EffectPrior(mean=given["prior_mean"], sd=given["prior_sd"]),
        sd=given["sd"],
        total=2 * given["per_arm"],
        alpha=given["alpha"],
        sided=given["sided"],
    )
    assert found.power_at_mean == pytest.approx(expected["power_at_prior_mean"], abs=TOLERANCE)
    assert found.assurance == pytest.approx(expected["assurance"], abs=TOLERANCE)
    assert found.limit == pytest.approx(expected["limit_as_n_grows"], abs=TOLERANCE)
    assert found.limit == pytest.approx(expected["probability_true_effect_positive"], abs=TOLERANCE)


def check_exaggeration(given: Case, expected: Case) -> None:
    true_z = z_of_power(given["one_direction_power"], given["alpha"], given["sided"])
    found = exaggeration(true_z, given["alpha"], given["sided"])
    numbers = {
        "true_z": found.true_z,
        "mean_z_given_significant_same_sign": found.mean_z_same_sign,
        "exaggeration_same_sign": found.exaggeration_same_sign,
        "type_m_both_signs": found.type_m,
        "type_s": found.type_s,
    }
    assert numbers == pytest.approx(expected, abs=TOLERANCE)


def test_every_case_of_assurance_and_exaggeration(abate_data):
    cases = read_cases(abate_data, "assurance-and-conditional")
    for kind, count, check in (("assurance-", 4, check_assurance), ("exaggeration-", 3, check_exaggeration)):
        of_kind = [case for name, case in cases.items() if name.startswith(kind)]
        assert len(of_kind) == count
        for case in of_kind:
            check(case["inputs"], case["outputs"])
