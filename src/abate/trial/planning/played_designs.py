"""How are crossover, withdrawal, doses, two stages, centres and cycles played? As their closed forms assume, analysed as the catalogue says."""

from __future__ import annotations

from abate.stats.sizes.clusters import mean_effect_over_cycles, two_means_in_clusters
from abate.stats.sizes.means import crossover_means
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.relapse import log_rank
from abate.stats.sizes.stepped_wedge import stepped_wedge
from abate.stats.sizes.two_stage import TwoStageDesign
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.designs.sizes_of_centres import planned_wedge
from abate.trial.designs.sizes_of_doses import dose_question
from abate.trial.designs.sizes_of_one_arm import worthwhile_share
from abate.trial.designs.sizes_of_relapse import times_to_relapse
from abate.trial.draws import draw_assumptions
from abate.trial.effect import plan_effect
from abate.trial.planning.played import PlayedDesign
from abate.trial.simulate_designs import (
    Crossover,
    Cycles,
    DesignSummary,
    DoseRanging,
    DrawnDesign,
    RandomisedClusters,
    SteppedWedge,
    TimeToRelapse,
    TwoStages,
    simulate_design,
)

#: Streams of the plan's seed: trials at the planned effect, and those of drawn effects.
_PLANNED, _DRAWN = 11, 12


def play_crossover(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """Persons of both sequences; who is not rated in both periods is left out."""
    assert sized.total is not None  # only sized designs are played
    seen, sd = 1 - sized.parts["lost"], sized.parts["sd_within"]
    closed = crossover_means(
        difference=comparison.effect,
        sd_within=sd,
        total=seen * sized.total,
        alpha=comparison.alpha,
        sided=comparison.sided,
    )
    design = Crossover(
        per_sequence=int(sized.total) // 2,
        effect=comparison.effect,
        sd_within=sd,
        seen=seen,
        alpha=comparison.one_sided_alpha,
    )
    return _played(
        comparison, design, closed.power, "persons with both periods, Student's t with period and sequence terms"
    )


def play_cycles(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """Persons with all their cycles."""
    parts = sized.parts
    assert sized.total is not None
    closed = mean_effect_over_cycles(
        effect=comparison.effect,
        cycles=parts["cycles"],
        effect_sd_between_persons=parts["sd_between"],
        sd_within_period=parts["sd_within"],
        total=sized.total,
        alpha=comparison.alpha,
        sided=comparison.sided,
    )
    design = Cycles(
        persons=int(sized.total),
        cycles=int(parts["cycles"]),
        effect=comparison.effect,
        effect_sd=parts["sd_between"],
        sd_within=parts["sd_within"],
        alpha=comparison.one_sided_alpha,
    )
    return _played(comparison, design, closed.power, "the persons' mean differences over cycles, Student's t")


def play_relapse(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """The randomised phase; who responds to the open course is given."""
    assert sized.total is not None
    ratio, times = sized.parts["hazard_ratio"], times_to_relapse(comparison)
    closed = log_rank(
        hazard_ratio=ratio, times=times, total=sized.total, alpha=comparison.alpha, sided=comparison.sided
    )
    half = int(sized.total) // 2
    design = TimeToRelapse(
        per_arm=(half, int(sized.total) - half), hazard_ratio=ratio, times=times, alpha=comparison.one_sided_alpha
    )
    return _played(
        comparison,
        design,
        closed.power,
        "times to relapse and loss with constant hazards, log-rank test",
        "the design rests on a typed hazard ratio, of which no distribution is drawn",
    )


def play_doses(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """The least favourable shape is true."""
    per_dose, question = int(sized.parts["per_dose"]), dose_question(comparison)
    test = question.test_with(per_dose * comparison.seen)
    powers = question.powers(test)
    worst = powers.index(min(powers))
    design = DoseRanging(
        per_dose=per_dose,
        effect=comparison.effect,
        profile=tuple(float(mean) / comparison.effect for mean in question.means[worst]),
        sd=question.sd,
        test=test,
        seen=comparison.seen,
    )
    return _played(
        comparison,
        design,
        powers[worst],
        "the least favourable shape, largest contrast of the means by dose against the plan's bound; who is not rated is left out",
    )


def play_two_stages(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """Its power is exact; the simulation confirms it."""
    parts = sized.parts
    assert sized.total is not None
    design = TwoStageDesign(
        stop_at=int(parts["stop_at"]),
        first_stage=int(parts["first_stage"]),
        fail_at=int(parts["fail_at"]),
        total=int(sized.total),
        expected_total=parts["expected_at_null"],
        early_stop_chance=parts["early_stop"],
        attained_alpha=parts["alpha"],
        attained_power=parts["power"],
    )
    return _played(
        comparison,
        TwoStages(design=design, share=worthwhile_share(comparison.plan).value),
        design.attained_power,
        "responders of both stages, binomial; the power beside it is exact, and the simulation only confirms it",
        "one arm shows no difference of means; its success at a share of responders is no assurance of an effect",
    )


def play_clusters(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """Half of the centres, or one more, have the protocol."""
    parts = sized.parts
    clusters, each = int(parts["clusters"]), int(parts["per_centre"])
    seen_each = max(1.0, each * comparison.seen)
    closed = two_means_in_clusters(
        difference=comparison.effect,
        sd=comparison.sd_given_baseline,
        icc=parts["icc"],
        mean_cluster_size=seen_each,
        total=clusters * seen_each,
        alpha=comparison.alpha,
        sided=comparison.sided,
    )
    design = RandomisedClusters(
        clusters=(clusters - clusters // 2, clusters // 2),
        per_cluster=each,
        effect=comparison.effect,
        sd=comparison.sd_given_baseline,
        icc=parts["icc"],
        seen=comparison.seen,
        alpha=comparison.one_sided_alpha,
    )
    return _played(
        comparison, design, closed.power, "means of the centres, Student's t with the number of centres less 2"
    )


def play_stepped_wedge(comparison: PlannedComparison, sized: SizedDesign) -> PlayedDesign:
    """Variances are estimated, as the analysis will have to."""
    parts = sized.parts
    assert sized.total is not None
    pattern, spreads = planned_wedge(comparison, parts["icc"])
    closed = stepped_wedge(
        effect=comparison.effect,
        pattern=pattern,
        sd_within=spreads[0],
        sd_between_clusters=spreads[1],
        total=comparison.seen * sized.total,
        alpha=comparison.alpha,
        sided=comparison.sided,
        reference=Reference.T,
    )
    design = SteppedWedge(
        pattern=pattern,
        per_cell=int(parts["per_centre_and_period"]),
        effect=comparison.effect,
        sd=comparison.sd_given_baseline,
        icc=parts["icc"],
        seen=comparison.seen,
        alpha=comparison.one_sided_alpha,
    )
    return _played(
        comparison,
        design,
        closed.power,
        "mixed model with centre and period by restricted likelihood, Student's t with the number of centres less 2",
    )


def _played(
    comparison: PlannedComparison, design: DrawnDesign, closed: float, how: str, no_assurance: str | None = None
) -> PlayedDesign:
    settings = comparison.plan.simulation

    def power() -> DesignSummary:
        return simulate_design(design, seed=settings.seed, trials=settings.trials, scenario=_PLANNED)

    def assurance() -> DesignSummary:
        drawn = draw_assumptions(comparison.plan, plan_effect(comparison.plan.effect), settings.trials)
        return simulate_design(
            design, seed=settings.seed, trials=settings.trials, scenario=_DRAWN, effects=drawn.effect
        )

    return PlayedDesign(
        closed=closed,
        power=power,
        assurance=assurance if no_assurance is None else None,
        no_assurance=no_assurance,
        how=how,
    )
