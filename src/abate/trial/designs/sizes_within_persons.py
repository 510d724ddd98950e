"""How large are designs in which each person is their own control: crossover and aggregated n-of-1?"""

from __future__ import annotations

import math

from abate.stats.sizes.clusters import mean_effect_over_cycles
from abate.stats.sizes.means import crossover_means
from abate.stats.sizes.size import rounded_up, with_dropout
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign

#: Pairs of periods of each person; assumed.
ASSUMED_CYCLES = 3


def size_of_crossover(comparison: PlannedComparison) -> SizedDesign:
    """Return the persons of both sequences, raised for those who are not rated in both periods; nothing is carried over."""
    sd, origin = comparison.sd_within
    size = crossover_means(
        difference=comparison.effect,
        sd_within=sd,
        power=comparison.power,
        alpha=comparison.alpha,
        sided=comparison.sided,
    )
    lost, why = _lost_to_second_period(comparison)
    per_sequence = rounded_up(with_dropout(size, lost).total / 2)
    return SizedDesign(
        kind="crossover",
        total=2.0 * per_sequence,
        in_words=f"2 x {per_sequence} persons, each in both periods",
        method=size.method,
        courses_each=2,
        parts={"pairs": size.total, "sd_within": sd, "lost": lost, "power": size.power},
        notes=(*comparison.notes, origin, why, "nothing carried over"),
    )


def _lost_to_second_period(comparison: PlannedComparison) -> tuple[float, str]:
    """Both periods must be rated, and persons must come back for the second."""
    follow_up = comparison.plan.follow_up
    back = 1.0 if follow_up is None else 1 - follow_up.lost.value
    lost = 1 - comparison.seen**2 * back
    return lost, f"raised for {100 * lost:.0f} % without a rating in both periods"


def size_of_cycles(comparison: PlannedComparison) -> SizedDesign:
    """Return the persons of an aggregated n-of-1 trial; effects differ between persons as much as their falls do."""
    within, origin = comparison.sd_within
    between = math.sqrt(max(comparison.sd_of_fall**2 - within**2, 0.0))
    size = mean_effect_over_cycles(
        effect=comparison.effect,
        cycles=ASSUMED_CYCLES,
        effect_sd_between_persons=between,
        sd_within_period=within,
        power=comparison.power,
        alpha=comparison.alpha,
        sided=comparison.sided,
    )
    persons = size.total_rounded
    return SizedDesign(
        kind="n-of-1",
        total=float(persons),
        in_words=f"{persons} persons, {ASSUMED_CYCLES} cycles of two periods each",
        method=size.method,
        courses_each=2 * ASSUMED_CYCLES,
        parts={"sd_within": within, "sd_between": between, "cycles": ASSUMED_CYCLES, "persons": size.total},
        notes=(
            *comparison.notes,
            origin,
            f"{ASSUMED_CYCLES} cycles, assumed (unverified)",
            f"effects taken to differ between persons as much as falls do, SD {between:.3g} (unverified)",
            "nobody leaves and nothing is carried over",
        ),
    )
