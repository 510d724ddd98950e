"""Sizes for means agree with rpact 3.3.4 and pwr 1.3-0, at the file's tolerance of 1e-4 (absolute)."""

from __future__ import annotations

import pytest

from abate.stats.sizes.means import paired_means, two_means, two_means_not_inferior
from abate.stats.sizes.rejection import Reference
from tests.reference.trial_sizes.cases import Case, is_group_sequential, read_cases

TOLERANCE = 1e-4


def check_superiority(given: Case, expected: Case) -> None:
    size = two_means(
        difference=given["difference"],
        sd=given["sd"],
        power=given["power"],
        alpha=given["alpha"],
        sided=given["sided"],
        allocation=given["allocation_arm1_to_arm2"],
        reference=Reference.NORMAL if given["normal_approximation"] else Reference.T,
    )
    assert size.total == pytest.approx(expected["total"], abs=TOLERANCE)
    assert list(size.per_arm) == pytest.approx([expected["arm_1"], expected["arm_2"]], abs=TOLERANCE)


def check_non_inferiority(given: Case, expected: Case) -> None:
    size = two_means_not_inferior(
        margin=given["margin"],
        true_difference=given["true_difference"],
        sd=given["sd"],
        power=given["power"],
        alpha=given["alpha"],
    )
    assert size.total == pytest.approx(expected["total"], abs=TOLERANCE)


def check_paired(given: Case, expected: Case) -> None:
    size = paired_means(
        difference=given["difference"],
        sd_of_difference=given["sd_of_difference"],
        power=given["power"],
        alpha=given["alpha"],
        sided=given["sided"],
    )
    assert size.total == pytest.approx(expected["pairs_rpact"], abs=TOLERANCE)
    assert size.total == pytest.approx(expected["pairs_pwr"], abs=TOLERANCE)


def check_power(given: Case, expected: Case) -> None:
    "Both programs count rejections on either side."
    for place, difference in enumerate(given["difference"]):
        size = two_means(difference=difference, sd=given["sd"], total=given["total"], alpha=given["alpha"])
        assert size.power_either_side == pytest.approx(expected["power"][place], abs=TOLERANCE)
        assert size.power_either_side == pytest.approx(expected["power_pwr"][place], abs=1e-11)


CHECKS = {
    "two-sample difference of means": check_superiority,
    "non-inferiority, difference of means (larger is better), H0: difference <= -margin": check_non_inferiority,
    "paired (crossover, two-period), SD is of the within-person difference": check_paired,
    "power, two-sample t, 1:1": check_power,
}


def test_every_case_without_looks(abate_data):
    cases = read_cases(abate_data, "sizes-means")
    left = {name: case for name, case in cases.items() if not is_group_sequential(name)}
    assert len(left) == 27
    for case in left.values():
        CHECKS[case["inputs"]["test"]](case["inputs"], case["outputs"])
