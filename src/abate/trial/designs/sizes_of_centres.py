"""How large are designs that randomise centres: in clusters, or as a stepped wedge?"""

from __future__ import annotations

import math
from collections.abc import Callable

from abate.base.errors import ParameterError
from abate.contracts.plan_file import DesignKind
from abate.stats.sizes.clusters import require_clusters, two_means_in_clusters
from abate.stats.sizes.errors import ClusterCountError, UnreachableError
from abate.stats.sizes.rejection import Reference
from abate.stats.sizes.size import rounded_up, with_dropout
from abate.stats.sizes.stepped_wedge import stepped_wedge
from abate.trial.designs.facts import facts_of
from abate.trial.designs.planned_comparison import PlannedComparison
from abate.trial.designs.sized_design import SizedDesign

#: Shown side by side where nobody has measured how alike persons of one centre are; assumed.
ASSUMED_ICCS = (0.01, 0.05, 0.1)
#: In how many steps centres take a protocol up, unless there are fewer centres; assumed.
ASSUMED_STEPS = 4
_MOST_PER_CENTRE = 10_000
_FEWEST_CLUSTERS = 4


def size_of_clusters(comparison: PlannedComparison) -> SizedDesign:
    """Return persons a centre, where half of the centres have the protocol; a table over assumed ICCs where none is typed."""
    return _by_icc("cluster", comparison, _with_clusters)


def size_of_stepped_wedge(comparison: PlannedComparison) -> SizedDesign:
    """Return persons a centre and step, where centres take the protocol up one after another."""
    return _by_icc("stepped wedge", comparison, _with_steps)


def _by_icc(
    kind: DesignKind, comparison: PlannedComparison, size: Callable[[PlannedComparison, float], SizedDesign]
) -> SizedDesign:
    icc = comparison.plan.design.icc
    require_clusters(facts_of(comparison.plan).clusters)
    if icc is not None:
        _require_icc(icc.value)
        return size(comparison, icc.value)
    each = {assumed: _attempt(size, comparison, assumed) for assumed in ASSUMED_ICCS}
    words = "; ".join(f"{assumed:g}: {found}" for assumed, (found, _) in each.items())
    return SizedDesign(
        kind=kind,
        total=None,
        reason=f"design.icc is not given; with assumed ones (unverified) it would be {words}",
        parts={f"total.icc_{assumed:g}": total for assumed, (_, total) in each.items() if total is not None},
        notes=comparison.notes,
    )


def _require_icc(icc: float) -> None:
    if not 0 <= icc < 1:
        raise ParameterError(f"design.icc must be from 0 to below 1; got {icc:g}.")


def _attempt(
    size: Callable[[PlannedComparison, float], SizedDesign], comparison: PlannedComparison, icc: float
) -> tuple[str, float | None]:
    try:
        found = size(comparison, icc)
    except UnreachableError:
        return "no number of persons is enough", None
    return found.in_words, found.total


def _with_clusters(comparison: PlannedComparison, icc: float) -> SizedDesign:
    clusters = facts_of(comparison.plan).clusters
    if clusters < _FEWEST_CLUSTERS:
        raise ClusterCountError(
            f"{clusters} centres leave an arm with one, which cannot tell the protocol from the centre; take {_FEWEST_CLUSTERS} or more."
        )
    seen_per_centre = _enough_per_centre(comparison, icc, clusters)
    each = rounded_up(seen_per_centre / comparison.seen)
    return SizedDesign(
        kind="cluster",
        total=float(clusters * each),
        in_words=f"{clusters} centres of {each}",
        method="means in randomised clusters, Student's t with the number of clusters less 2",
        parts={"icc": icc, "clusters": clusters, "per_centre": each, "per_centre.seen": seen_per_centre},
        notes=(*comparison.notes, f"raised for {100 * (1 - comparison.seen):.0f} % without the primary rating"),
    )


def _enough_per_centre(comparison: PlannedComparison, icc: float, clusters: int) -> int:
    """Return the smallest whole number of rated persons a centre that gives the power; it rises with it, to a limit."""

    def is_enough(per_centre: int) -> bool:
        size = two_means_in_clusters(
            difference=comparison.effect,
            sd=comparison.sd_given_baseline,
            icc=icc,
            mean_cluster_size=per_centre,
            total=clusters * per_centre,
            alpha=comparison.alpha,
            sided=comparison.sided,
        )
        return size.power >= comparison.power

    if not is_enough(_MOST_PER_CENTRE):
        raise UnreachableError(
            f"with {clusters} centres and an ICC of {icc:g} no number of persons a centre gives a power of "
            f"{comparison.power:g}; more centres are needed."
        )
    low, high = 0, _MOST_PER_CENTRE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _with_steps(comparison: PlannedComparison, icc: float) -> SizedDesign:
    clusters = facts_of(comparison.plan).clusters
    pattern, (sd_within, sd_between) = planned_wedge(comparison, icc)
    size = stepped_wedge(
        effect=comparison.effect,
        pattern=pattern,
        sd_within=sd_within,
        sd_between_clusters=sd_between,
        power=comparison.power,
        alpha=comparison.alpha,
        sided=comparison.sided,
        reference=Reference.T,
    )
    cells = clusters * len(pattern[0])
    each = rounded_up(with_dropout(size, 1 - comparison.seen).total / cells)
    return SizedDesign(
        kind="stepped wedge",
        total=float(cells * each),
        in_words=f"{clusters} centres x {len(pattern[0])} periods of {each}",
        method=size.method,
        parts={
            "icc": icc,
            "clusters": clusters,
            "per_centre_and_period": each,
            "per_centre_and_period.seen": size.total / cells,
        },
        notes=(
            *comparison.notes,
            f"{len(pattern[0]) - 1} steps, assumed (unverified)",
            f"raised for {100 * (1 - comparison.seen):.0f} % without the primary rating",
        ),
    )


def planned_wedge(comparison: PlannedComparison, icc: float) -> tuple[tuple[str, ...], tuple[float, float]]:
    """Return the pattern of a plan's centres, and the SDs within and between them."""
    clusters, sd = facts_of(comparison.plan).clusters, comparison.sd_given_baseline
    return wedge_pattern(clusters, min(clusters, ASSUMED_STEPS)), (sd * math.sqrt(1 - icc), sd * math.sqrt(icc))


def wedge_pattern(clusters: int, steps: int) -> tuple[str, ...]:
    """Return who has the protocol when: a text a centre, a character a period; none at first, all in the end.

    Examples
    --------
    >>> wedge_pattern(4, 2)
    ('011', '011', '001', '001')
    """
    starts = (1 + place * steps // clusters for place in range(clusters))
    return tuple("0" * start + "1" * (steps + 1 - start) for start in starts)
