"""Do stages combined by the inverse normal agree with rpact 3.3.4?"""

from abate.trial import sequential

from .cases import each, read_cases

#: The number's own name says 50 more patients and an effect of 1.2; the SD it takes as true is not written, and 2.4 gives it to 1e-11.
ASSUMED_SD = 2.4


def test_every_adaptive_trial(abate_data):
    cases = read_cases(abate_data, "adaptive-inverse-normal")
    assert len(cases) == 2
    for inputs, theirs, agrees in each(cases, 1e-5):
        design = sequential.boundaries(
            looks=inputs["information"], alpha=inputs["alpha"], sided=inputs["sided"], futility=None
        )
        stages = sequential.two_sample_stages(
            n_1=inputs["n1"],
            n_2=inputs["n2"],
            mean_1=inputs["m1"],
            mean_2=inputs["m2"],
            sd_1=inputs["s1"],
            sd_2=inputs["s2"],
        )
        ours = sequential.combine(design, stages)
        agrees(design.efficacy_z, theirs["critical_values"])
        agrees(ours.stage_p, theirs["stage_p"])
        agrees(ours.combined_z, theirs["combined_z"])
        agrees(ours.repeated_lower, theirs["repeated_interval"]["lower"], within=1e-4)
        agrees(ours.repeated_upper, theirs["repeated_interval"]["upper"], within=1e-4)
        if "final_stage" in theirs:
            assert ours.stopped is not None
            assert ours.stopped.stage == theirs["final_stage"]
            agrees(ours.stopped.p_value, theirs["final_p"])
            agrees(ours.stopped.estimate, theirs["median_unbiased"])
            agrees((ours.stopped.lower, ours.stopped.upper), theirs["final_interval"], within=1e-4)
        else:
            assert ours.stopped is None
            left = sequential.power_with_more(
                design, ours.combined_z[-1], len(stages), effect=1.2, sd=ASSUMED_SD, more_per_arm=25
            )
            agrees(left, theirs["conditional_power_with_50_more_at_1.2"])
