"""Do conditional power, predictive power and the blinded variance agree with closed forms computed in R?"""

from abate.stats.distributions import normal_quantile
from abate.stats.sequential import conditional_power
from abate.trial import sequential

from .cases import each, read_cases


def test_every_conditional_power(abate_data):
    cases = read_cases(abate_data, "assurance-and-conditional", "conditional-power")
    assert len(cases) == 3
    for inputs, theirs, agrees in each(cases, 1e-8):
        final_z = normal_quantile(1 - inputs["alpha"] / inputs["sided"])
        ours = conditional_power(inputs["z"], inputs["information_fraction"], final_z, inputs["planned_drift"])
        agrees(ours.under_plan, theirs["under_plan"])
        agrees(ours.under_trend, theirs["under_trend"])
        agrees(ours.under_null, theirs["under_null"])
        agrees(ours.predictive, theirs["predictive_flat_prior"])


def test_the_blinded_variance(abate_data):
    cases = read_cases(abate_data, "assurance-and-conditional", "blinded-variance")
    assert len(cases) == 1
    for inputs, theirs, agrees in each(cases, 1e-8):
        ours = sequential.reestimate(
            inputs["pooled_one_sample_sd"],
            inputs["patients_so_far"],
            difference=inputs["assumed_difference"],
            alpha=inputs["alpha"],
            sided=inputs["sided"],
            power=inputs["power"],
        )
        agrees(ours.adjusted_sd, theirs["adjusted_sd"])
        agrees(ours.arm_1_unadjusted, theirs["per_arm_unadjusted"])
        agrees(ours.arm_1_adjusted, theirs["per_arm_adjusted"])
