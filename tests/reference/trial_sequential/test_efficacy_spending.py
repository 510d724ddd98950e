"""Do efficacy boundaries by spending agree with rpact 3.3.4?"""

import numpy as np
import pytest

from abate.trial import sequential

from .cases import each, read_cases


def test_every_boundary_and_its_characteristics(abate_data):
    cases = read_cases(abate_data, "gs-efficacy-spending")
    assert len(cases) == 54
    for inputs, theirs, agrees in each(cases, 1e-6):
        design = _design(inputs)
        agrees(design.efficacy_z, theirs["critical_values"])
        agrees(design.nominal_p, theirs["one_sided_stage_levels"])
        agrees(design.alpha_spent, theirs["cumulative_alpha_spent"])
        agrees(design.drift**2, theirs["drift_squared"])
        agrees(design.inflation_factor, theirs["inflation_factor"])
        null, half, full = sequential.characteristics(design, shares=(0, 0.5, 1))
        agrees(null.expected_information, theirs["expected_fraction_H0"])
        agrees(half.expected_information, theirs["expected_fraction_H01"])
        agrees(full.expected_information, theirs["expected_fraction_H1"])
        agrees(half.reject, theirs["at_half_drift"]["power"])
        agrees(half.expected_information, theirs["at_half_drift"]["expected_fraction"])
        agrees(np.cumsum(half.reject_by_look), theirs["at_half_drift"]["cumulative_reject"])


def test_where_the_other_program_stops_short_the_error_by_hand_is_ours(abate_data):
    "Before look 2 of this case next to nothing is spent, so its level is one less the normal distribution at the bound."
    (case,) = read_cases(abate_data, "gs-efficacy-spending", "efficacy-lan-demets-obrien-fleming-k5-2sided-uneven")
    from scipy.special import ndtr, ndtri

    to_spend = 2 * ndtr(ndtri(0.025 / 2) / np.sqrt([0.1, 0.3]))
    ours, theirs = _design(case["inputs"]).efficacy_z[1], case["outputs"]["critical_values"][1]
    assert ndtr(-ours) == pytest.approx(to_spend[1] - to_spend[0], abs=2e-12)
    assert abs(ndtr(-theirs) - to_spend[1]) > 1e-10


def _design(inputs):
    name, parameter = inputs["spending"].removeprefix("lan-demets-"), inputs.get("parameter")
    return sequential.boundaries(
        looks=inputs["information"],
        alpha=inputs["alpha"],
        sided=inputs["sided"],
        power=inputs["power"],
        spending=name if parameter is None else (name, parameter),
        futility=None,
    )
