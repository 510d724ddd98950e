"""What does abate say of trials and series that others collected? The lines of the tables of docs/outside-data.md, from the files.

Nothing here decides what is right: the tests beside it do, by hand and by what the data sets' own pages print.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from abate.stats.balancing_weights import Population as Whose
from abate.stats.balancing_weights import balancing_weights
from abate.stats.contrasts import ComparisonEstimate, difference_of
from abate.stats.covariate_balance import largest_imbalance, weighted_balance
from abate.stats.doubly_robust import doubly_robust_means
from abate.stats.mean_differences import welch_difference
from abate.stats.propensity import estimate_propensity
from abate.stats.regression_to_mean import FallLeft, fall_left
from abate.stats.regression_to_mean_courses import RatingScale, checked_courses
from abate.stats.regression_to_mean_model import fit_history_model
from abate.stats.regression_to_mean_reference import (
    StatedRange,
    StatedValues,
    natural_fall_conditional,
    range_under_stated_values,
)
from abate.stats.regression_to_mean_tipping import tipping_curve
from abate.stats.reliable_change import Better, Population, ReliableChange, classify_reliable_change, cutoff_a
from abate.stats.weighted_comparison import weighted_means

Array = NDArray[np.float64]

SEED = 20171021
#: How many subsamples are drawn to see more than the luck of one.
DRAWS = 60


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A randomised trial: arm, covariates, outcomes, and how the selected subsample is drawn from it."""

    name: str
    treated: Array
    covariates: Array
    names: tuple[str, ...]
    outcomes: Mapping[str, Array]
    keep: Array  # the chance that a patient is kept, by arm and one covariate
    told: str  # on which covariate

    def drawn(self, seed: int) -> NDArray[np.bool_]:
        """Return who is kept: by chance, and more often in one arm where the covariate is high."""
        return np.random.default_rng(seed).random(len(self.treated)) < self.keep


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, packed or not."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(text.decode("utf-8").splitlines()))


def column(rows: Sequence[Mapping[str, str]], name: str) -> Array:
    return np.array([float(row[name]) if row[name] not in ("", "NA") else np.nan for row in rows])


def licorice(data: Path) -> Trial:
    """Licorice against sugar-water gargle; surgery size chooses who is kept: large ones with licorice, small ones without."""
    rows = read_rows(data / "pain-rct-teaching" / "licorice_gargle.csv")
    rows = [row for row in rows if row["pacu30min_throatPain"] not in ("", "NA")]
    named = {"gender": "preOp_gender", "asa": "preOp_asa", "bmi": "preOp_calcBMI", "age": "preOp_age",
             "mallampati": "preOp_mallampati", "smoking": "preOp_smoking", "surgery size": "intraOp_surgerySize"}  # fmt: skip
    treated, size = column(rows, "treat"), column(rows, "intraOp_surgerySize")
    share = np.select([size == 1, size == 2], [0.25, 0.55], 0.9)
    return Trial(
        name="licorice gargle",
        treated=treated,
        covariates=np.column_stack([column(rows, name) for name in named.values()]),
        names=tuple(named),
        outcomes={
            "throat pain after 30 min": column(rows, "pacu30min_throatPain"),
            "throat pain next morning": column(rows, "pod1am_throatPain"),
        },
        keep=np.where(treated == 1, share, 1.15 - share),
        told="surgery size",
    )


def supraclavicular(data: Path) -> Trial:
    """Mixture against sequence of two anaesthetics; sex chooses who is kept: women with the sequence, men with the mixture."""
    rows = read_rows(data / "pain-rct-teaching" / "supraclavicular.csv")
    treated, male = (column(rows, "group") == 2).astype(float), column(rows, "gender")
    return Trial(
        name="supraclavicular block",
        treated=treated,
        covariates=np.column_stack([male, column(rows, "age")]),
        names=("sex", "age"),
        outcomes={"pain at rest": column(rows, "vps_rest"), "pain on movement": column(rows, "vps_movement")},
        keep=np.where(treated == male, 0.45, 0.95),
        told="sex",
    )


def randomised(trial: Trial, outcome: str) -> tuple[float, float, float]:
    """Return the contrast of all randomised patients with Welch's interval."""
    y, t = trial.outcomes[outcome], trial.treated
    one, two = y[t == 1], y[t == 0]
    found = welch_difference(
        len(one), float(one.mean()), float(one.std(ddof=1)), len(two), float(two.mean()), float(two.std(ddof=1))
    )
    assert found.value is not None
    assert found.lower is not None
    assert found.upper is not None
    return found.value, found.lower, found.upper


def randomised_and_balanced(trial: Trial, outcome: str) -> float:
    """Return the contrast of all randomised patients once chance differences of the same covariates are weighted away."""
    weights = balancing_weights(estimate_propensity(trial.treated, trial.covariates), Whose.EVERYBODY)
    found = difference_of(weighted_means(trial.outcomes[outcome], trial.treated, weights)).value
    assert found is not None
    return found


@dataclass(frozen=True, kw_only=True)
class Blinded:
    """What the subsample says: without weights, with overlap weights, with those for everybody, and augmented; and its balance."""

    count: int
    raw: tuple[float, float, float]
    overlap: ComparisonEstimate
    everybody: ComparisonEstimate
    augmented: ComparisonEstimate
    imbalance_before: float
    imbalance_after: float


def blinded(trial: Trial, outcome: str, seed: int = SEED) -> Blinded:
    """Return what the methods of comparison find in the selected subsample, of which nothing is known but what is in it."""
    kept = trial.drawn(seed)
    t, x, y = trial.treated[kept], trial.covariates[kept], trial.outcomes[outcome][kept]
    score = estimate_propensity(t, x, names=trial.names)
    weights = balancing_weights(score)
    lines = weighted_balance(x, t, weights.weight, trial.names)
    before = weighted_balance(x, t, np.ones(len(t)), trial.names)
    one, two = y[t == 1], y[t == 0]
    raw = welch_difference(
        len(one), float(one.mean()), float(one.std(ddof=1)), len(two), float(two.mean()), float(two.std(ddof=1))
    )
    return Blinded(
        count=int(kept.sum()),
        raw=(raw.value or 0.0, raw.lower or 0.0, raw.upper or 0.0),
        overlap=difference_of(weighted_means(y, t, weights)),
        everybody=difference_of(weighted_means(y, t, balancing_weights(score, Whose.EVERYBODY))),
        augmented=difference_of(doubly_robust_means(y, t, x, names=trial.names, population=Whose.EVERYBODY)),
        imbalance_before=largest_imbalance(before) or 0.0,
        imbalance_after=largest_imbalance(lines) or 0.0,
    )


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Of many subsamples: how far on average from the balanced contrast of all, and in how many the interval holds the raw one."""

    raw_bias: float
    overlap_bias: float
    overlap_holds: int
    everybody_bias: float
    everybody_holds: int


def many_draws(trial: Trial) -> Mapping[str, Draws]:
    """Return by outcome what no weights, overlap weights and weights for everybody do over `DRAWS` subsamples."""
    misses: dict[str, list[tuple[float, float, bool, float, bool]]] = {outcome: [] for outcome in trial.outcomes}
    targets = {
        outcome: (randomised_and_balanced(trial, outcome), randomised(trial, outcome)[0]) for outcome in trial.outcomes
    }
    for seed in range(1, DRAWS + 1):
        kept = trial.drawn(seed)
        t, score = trial.treated[kept], estimate_propensity(trial.treated[kept], trial.covariates[kept])
        weights = [balancing_weights(score, whose) for whose in (Whose.OVERLAP, Whose.EVERYBODY)]
        for outcome, values in trial.outcomes.items():
            y, (balanced, raw) = values[kept], targets[outcome]
            found = [_miss(difference_of(weighted_means(y, t, one)), balanced, raw) for one in weights]
            misses[outcome].append((float(y[t == 1].mean() - y[t == 0].mean()) - balanced, *found[0], *found[1]))
    return {outcome: _summed_up(rows) for outcome, rows in misses.items()}


@cache
def all_draws(data: Path) -> Mapping[str, Mapping[str, Draws]]:
    """Return what `many_draws` finds, by trial; reckoned once."""
    return {trial.name: many_draws(trial) for trial in (licorice(data), supraclavicular(data))}


def _miss(estimate: ComparisonEstimate, balanced: float, raw: float) -> tuple[float, bool]:
    assert estimate.value is not None
    assert estimate.lower is not None
    assert estimate.upper is not None
    return estimate.value - balanced, estimate.lower <= raw <= estimate.upper


def _summed_up(rows: Sequence[tuple[float, float, bool, float, bool]]) -> Draws:
    raw, overlap, in_overlap, everybody, in_everybody = zip(*rows, strict=True)
    return Draws(
        raw_bias=float(np.mean(raw)),
        overlap_bias=float(np.mean(overlap)),
        overlap_holds=sum(in_overlap),
        everybody_bias=float(np.mean(everybody)),
        everybody_holds=sum(in_everybody),
    )


@dataclass(frozen=True, kw_only=True)
class Series:
    """First and final ratings of one group of persons, without anything earlier; nan where one is missing."""

    name: str
    first: Array
    final: Array
    lowest: int
    highest: int

    @property
    def both(self) -> tuple[Array, Array]:
        known = np.isfinite(self.first) & np.isfinite(self.final)
        return self.first[known], self.final[known]


def hechler(data: Path) -> Series:
    rows = read_rows(data / "clinical-significance" / "hechler_2014.csv")
    return _from_long("pain-related disability, inpatients", rows, "patient", "measurement", "disability", ("1", "2"))


def claus(data: Path) -> Series:
    rows = read_rows(data / "clinical-significance" / "claus_2020.csv")
    return _from_long("depression (HAMD), inpatients", rows, "id", "time", "hamd", ("1", "4"))


def _from_long(
    name: str, rows: Sequence[Mapping[str, str]], person: str, time: str, value: str, times: tuple[str, str]
) -> Series:
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        text = row[value]
        found.setdefault(row[person], {})[row[time]] = float(text) if text not in ("", "NA") else float("nan")
    first, final = (np.array([of.get(at, np.nan) for of in found.values()]) for at in times)
    seen = np.concatenate([first, final])
    return Series(
        name=name, first=first, final=final, lowest=int(np.nanmin(seen)), highest=int(np.nanmax(seen))
    )  # fmt: skip


def antidepressant(data: Path, therapy: str) -> tuple[Series, Mapping[str, Array]]:
    """Return one arm's baseline against its last visit (7), and the ratings of every visit beside the baseline."""
    rows = [
        row
        for row in read_rows(data / "rbmi-antidepressant" / "antidepressant_data.csv.gz")
        if row["THERAPY"] == therapy
    ]
    persons = list(dict.fromkeys(row["PATIENT"] for row in rows))
    at = {(row["PATIENT"], row["VISIT"]): float(row["HAMDTL17"]) for row in rows}
    first = {row["PATIENT"]: float(row["BASVAL"]) for row in rows}
    visits = {
        visit: np.array([at.get((person, visit), np.nan) for person in persons]) for visit in ("4", "5", "6", "7")
    }
    baseline = np.array([first[person] for person in persons])
    seen = np.concatenate([baseline, *visits.values()])
    series = Series(
        name=f"depression (HAMD17), {therapy.lower()} arm",
        first=baseline,
        final=visits["7"],
        lowest=int(np.nanmin(seen)),
        highest=int(np.nanmax(seen)),
    )
    return series, visits


def refused_split(series: Series) -> FallLeft:
    """Return what the split of the fall says without any earlier rating; the day of the final one makes no difference to it."""
    count = len(series.first)
    scale = RatingScale(lowest=series.lowest, highest=series.highest)
    nothing = np.empty((count, 0))
    return fall_left(
        fit_history_model(
            checked_courses(nothing, nothing, series.first, series.final, np.full(count, 1.0), scale=scale)
        )
    )


def reliable_change(series: Series, reliability: float) -> ReliableChange:
    """Return the classes of Jacobson and Truax, the cut-off two SD below the patients' mean."""
    first, final = series.both
    patients = Population(mean=float(first.mean()), sd=float(first.std(ddof=1)))
    return classify_reliable_change(
        first, final, reliability=reliability, cutoff=cutoff_a(patients, Better.LOWER), better=Better.LOWER
    )


def needed_levels(series: Series, reliability: Sequence[float]) -> Array:
    """Return how well persons would usually have to be for regression alone to explain the fall, at each correlation."""
    first, final = series.both
    curve = tipping_curve(float(first.mean()), float((first - final).mean()), [float(final.mean())], list(reliability))
    return curve.needed_level


def placebo_correlations(data: Path) -> Mapping[str, tuple[float, int]]:
    """Return the correlation of the placebo arm's baseline with each visit, and of how many persons."""
    series, visits = antidepressant(data, "PLACEBO")
    found = {}
    for visit, rating in visits.items():
        known = np.isfinite(rating)
        found[visit] = (float(np.corrcoef(series.first[known], rating[known])[0, 1]), int(known.sum()))
    return found


def reference_range(data: Path, therapy: str) -> StatedRange:
    """Return the natural fall of an arm under the placebo arm's correlations and its mean ratings from the first visit on."""
    correlations = [rho for rho, _ in placebo_correlations(data).values()]
    _, visits = antidepressant(data, "PLACEBO")
    levels = [float(np.nanmean(rating)) for rating in visits.values()]
    first, _ = antidepressant(data, therapy)[0].both
    stated = StatedValues(mu=(min(levels), max(levels)), rho=(min(correlations), max(correlations)))
    return range_under_stated_values(
        lambda mu, sigma, rho: natural_fall_conditional(float(first.mean()), mu, rho), stated
    )


def number(value: float | None, decimals: int = 2) -> str:
    return "–" if value is None or np.isnan(value) else f"{value:.{decimals}f}".replace("-", "−")


def interval(value: float | None, lower: float | None, upper: float | None) -> str:
    return f"{number(value)} ({number(lower)} to {number(upper)})"


def trial_lines(data: Path) -> list[str]:
    """Return the table of the two trials."""
    lines = []
    for trial in (licorice(data), supraclavicular(data)):
        for outcome in trial.outcomes:
            found = blinded(trial, outcome)
            cells = (
                f"{trial.name}: {outcome}",
                interval(*randomised(trial, outcome)),
                number(randomised_and_balanced(trial, outcome)),
                str(found.count),
                interval(*found.raw),
                interval(found.overlap.value, found.overlap.lower, found.overlap.upper),
                interval(found.everybody.value, found.everybody.lower, found.everybody.upper),
                interval(found.augmented.value, found.augmented.lower, found.augmented.upper),
                f"{number(found.imbalance_before)} → {number(found.imbalance_after)}",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def draw_lines(data: Path) -> list[str]:
    """Return the table of many subsamples."""
    lines = []
    for name, by_outcome in all_draws(data).items():
        for outcome, found in by_outcome.items():
            cells = (
                f"{name}: {outcome}",
                number(found.raw_bias),
                f"{number(found.overlap_bias)}, {found.overlap_holds} of {DRAWS}",
                f"{number(found.everybody_bias)}, {found.everybody_holds} of {DRAWS}",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def change_lines(data: Path) -> list[str]:
    """Return the table of change, response and tipping points."""
    lines = []
    for series in (hechler(data), claus(data), *(antidepressant(data, arm)[0] for arm in ("DRUG", "PLACEBO"))):
        first, final = series.both
        split = refused_split(series)
        half = int(np.count_nonzero(final <= first / 2))
        cells = (
            series.name,
            str(len(first)),
            number(float(first.mean()), 1),
            number(float(final.mean()), 1),
            interval(split.observed.value, split.observed.lower, split.observed.upper),
            f"{half}",
            *(number(level, 1) for level in needed_levels(series, (0.3, 0.5, 0.7))),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def reliable_lines(data: Path) -> list[str]:
    """Return the table of reliable change under stated reliabilities."""
    lines = []
    for series in (hechler(data), claus(data)):
        for reliability in (0.7, 0.8, 0.9):
            found = reliable_change(series, reliability)
            counts = [str(count) for count in found.counts.values()]
            cells = (series.name, f"{reliability:g}", number(found.smallest_reliable_change, 1), number(found.cutoff, 1), *counts)  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def reference_lines(data: Path) -> list[str]:
    """Return the table of the placebo arm's correlations, and the range for a reference under it."""
    lines = [f"| {visit} | {number(rho)} | {count} |" for visit, (rho, count) in placebo_correlations(data).items()]
    for arm in ("DRUG", "PLACEBO"):
        found = reference_range(data, arm)
        lines.append(
            f"The {arm.lower()} arm: {number(found.lower, 1)} to {number(found.upper, 1)} points "
            f"(level {number(found.stated.mu[0], 1)} to {number(found.stated.mu[1], 1)}, "
            f"correlation {number(found.stated.rho[0])} to {number(found.stated.rho[1])})."
        )
    return lines
