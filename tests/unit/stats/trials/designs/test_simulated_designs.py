"""Do simulated designs succeed as often as theory says where it is exact, and no oftener than alpha where there is nothing to find?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from abate.base.errors import ParameterError
from abate.stats.log_rank import test_of_log_rank as log_rank_test
from abate.stats.sizes.dose_finding import dose_test
from abate.stats.sizes.relapse import Times
from abate.stats.sizes.stepped_wedge import treated_periods, variance_of_effect
from abate.stats.sizes.two_stage import TwoStageDesign
from abate.stats.trials.designs import run
from abate.stats.trials.designs.clusters import RandomisedClusters
from abate.stats.trials.designs.counts import BoundedDays, EventRates, likeliest_dispersion
from abate.stats.trials.designs.doses import DoseRanging
from abate.stats.trials.designs.relapse import TimeToRelapse, log_rank_sums
from abate.stats.trials.designs.run import run_design
from abate.stats.trials.designs.stages import TwoStages
from abate.stats.trials.designs.wedge import SteppedWedge, WedgeVariance
from abate.stats.trials.designs.within_persons import Crossover, Cycles

TRIALS = 2_000
WEDGE = ("01111", "01111", "00111", "00111", "00011", "00011", "00001", "00001")
TIMES = Times(control_hazard=0.3, accrual=18, follow_up=6, loss_hazard=0.03)
LINEAR = (0.0, 0.5, 1.0)
SIMON = TwoStageDesign(
    stop_at=1,
    first_stage=10,
    fail_at=5,
    total=29,
    expected_total=15.0,
    early_stop_chance=0.74,
    attained_alpha=0.047,
    attained_power=0.805,
)


def power_of_t(effect, error, df):
    return 1 - special.nctdtr(df, effect / error, special.stdtrit(df, 0.975))


def known_wedge(effect):
    return SteppedWedge(pattern=WEDGE, per_cell=6, effect=effect, sd=2.2, icc=0.05, variance=WedgeVariance.KNOWN)


def error_of_wedge():
    return math.sqrt(variance_of_effect(treated_periods(WEDGE), 2.2**2 * 0.95 / 6, 2.2**2 * 0.05))


def exact_cases():
    "A design, and its power by the noncentral t, the normal law or by counting."
    crossover = Crossover(per_sequence=12, effect=1.0, sd_within=1.2, period_shift=0.7)
    yield "crossover", crossover, power_of_t(1.0, 1.2 * math.sqrt(2 / 24), 22)
    cycles = Cycles(persons=14, cycles=3, effect=1.2, effect_sd=1.0, sd_within=1.5)
    yield "cycles", cycles, power_of_t(1.2, math.sqrt((1 + 2 * 1.5**2 / 3) / 14), 13)
    # Seven centres in unequal parts; variance of a centre's mean: icc and (1 - icc) / 10 of that of a person.
    of_mean = 2.0**2 * (0.1 + 0.9 / 10)
    clusters = RandomisedClusters(clusters=(4, 3), per_cluster=10, effect=2.2, sd=2.0, icc=0.1)
    yield "clusters", clusters, power_of_t(2.2, math.sqrt(of_mean * (1 / 4 + 1 / 3)), 5)
    yield "wedge", known_wedge(1.2), stats.norm.cdf(1.2 / error_of_wedge() - special.ndtri(0.975))
    # One shape: its contrast is (-1, 0, 1) over the root of 2, and the test a t test of highest dose against control.
    doses = DoseRanging(
        per_dose=20, effect=1.5, profile=LINEAR, sd=2.0, test=dose_test([LINEAR], np.eye(3) * 4 / 20, 0.025, 57)
    )
    yield "doses", doses, power_of_t(1.5, 2.0 * math.sqrt(2 / 20), 57)
    first = np.arange(2, 11)
    goes_on = stats.binom.pmf(first, 10, 0.3) @ stats.binom.sf(5 - first, 19, 0.3)
    yield "two stages", TwoStages(design=SIMON, share=0.3), goes_on


@pytest.mark.parametrize(("design", "power"), [case[1:] for case in exact_cases()], ids=[c[0] for c in exact_cases()])
def test_power_is_the_exact_one(design, power):
    found = run_design(design, trials=TRIALS, seed=11)
    assert abs(found.success.value - power) < 3 * math.sqrt(power * (1 - power) / TRIALS)
    assert found.failed.numerator == 0


def null_cases():
    yield Crossover(per_sequence=10, effect=0.0, sd_within=1.2, seen=0.8, period_shift=1.0)
    yield Cycles(persons=9, cycles=2, effect=0.0, effect_sd=1.0, sd_within=1.5)
    yield TimeToRelapse(per_arm=(60, 60), hazard_ratio=1.0, times=TIMES)
    yield RandomisedClusters(clusters=(4, 4), per_cluster=6, effect=0.0, sd=2.0, icc=0.1, seen=0.8)
    yield DoseRanging(per_dose=20, effect=0.0, profile=LINEAR, sd=2.0, test=dose_test([LINEAR], np.eye(3), 0.025, 57))
    yield EventRates(per_arm=(80, 80), active_rate=4.0, control_rate=4.0, dispersion=0.8)
    yield BoundedDays(per_arm=(40, 40), active_days=20, control_days=20, days_observed=28, overdispersion=6)
    yield SteppedWedge(pattern=WEDGE, per_cell=5, effect=0.0, sd=2.2, icc=0.05, seen=0.8)


@pytest.mark.parametrize("design", list(null_cases()), ids=lambda design: type(design).__name__)
def test_nothing_is_found_more_often_than_alpha(design):
    found = run_design(design, trials=TRIALS, seed=12)
    above = 3 * math.sqrt(0.025 * 0.975 / TRIALS)
    # With eight centres an estimated variance is held against a t of few degrees of freedom, which costs some of alpha.
    below = 0.02 if isinstance(design, SteppedWedge) else above
    assert 0.025 - below < found.success.value < 0.025 + above
    assert abs(found.estimate.value) < 4 * found.estimate.monte_carlo_se


def test_a_wedge_of_many_centres_hardly_pays_for_estimating_its_variances():
    many = WEDGE * 3
    error = math.sqrt(variance_of_effect(treated_periods(many), 2.2**2 * 0.9 / 4, 2.2**2 * 0.1))
    found = run_design(SteppedWedge(pattern=many, per_cell=4, effect=0.8, sd=2.2, icc=0.1), trials=1_000, seed=13)
    power = power_of_t(0.8, error, 22)
    assert abs(found.success.value - power) < 3 * math.sqrt(power * (1 - power) / 1_000) + 0.01


def test_drawn_effects_give_the_normal_assurance():
    "P(estimate > z se) with estimate ~ N(m, se^2 + tau^2)."
    drawn = 1.0 + 0.6 * special.ndtri((np.arange(TRIALS) + 0.5) / TRIALS)
    error = error_of_wedge()
    exact = stats.norm.cdf((1.0 - special.ndtri(0.975) * error) / math.hypot(error, 0.6))
    found = run_design(known_wedge(1.0), trials=TRIALS, seed=14, effects=drawn)
    assert abs(found.success.value - exact) < 3 * math.sqrt(exact * (1 - exact) / TRIALS)


def test_who_leaves_a_crossover_costs_what_fewer_persons_would():
    kept = Crossover(per_sequence=40, effect=0.6, sd_within=1.2, seen=0.75)
    fewer = power_of_t(0.6, 1.2 * math.sqrt(2 / 60), 58)
    found = run_design(kept, trials=TRIALS, seed=15)
    # Sequences lose different numbers, which costs a little more.
    assert abs(found.success.value - fewer) < 3 * math.sqrt(fewer * (1 - fewer) / TRIALS) + 0.01


def test_the_log_rank_statistic_is_that_of_one_trial_on_its_own():
    chance = np.random.default_rng(3)
    time, event, active = chance.random((2, 30)), chance.random((2, 30)) < 0.7, np.arange(30) < 13
    excess, variance = log_rank_sums(time, event, active)
    for trial in range(2):
        alone = log_rank_test(time[trial], event[trial], active)
        assert excess[trial] ** 2 / variance[trial] == pytest.approx(alone.statistic, rel=1e-12)


def test_the_log_rank_power_lies_near_schoenfelds():
    "Expected events at the end of 120: by the chance of an event, as in the size's formula; the formula is asymptotic."
    leaving = np.array([0.3 * 0.6, 0.3]) + 0.03
    still = np.exp(-leaving * 6) * -np.expm1(-leaving * 18) / (leaving * 18)
    events = 60 * np.sum(np.array([0.18, 0.3]) / leaving * (1 - still))
    power = stats.norm.cdf(math.sqrt(events) / 2 * -math.log(0.6) - special.ndtri(0.975))
    found = run_design(TimeToRelapse(per_arm=(60, 60), hazard_ratio=0.6, times=TIMES), trials=TRIALS, seed=16)
    assert abs(found.success.value - power) < 3 * found.monte_carlo_se + 0.02


def test_the_likeliest_dispersion_is_the_one_a_search_finds():
    counts = np.array([0.0, 1, 2, 9, 4, 4, 0, 7])
    means = np.array([[3.0, 3.75]])

    def log_likelihood(dispersion):
        mean = np.repeat(means[0], 4)
        return stats.nbinom.logpmf(counts, 1 / dispersion, 1 / (1 + dispersion * mean)).sum()

    found = float(likeliest_dispersion(counts[None], means, np.array([4, 4]))[0])
    assert all(log_likelihood(found) > log_likelihood(found * off) for off in (0.99, 1.01))


def test_days_spread_as_overdispersion_says():
    "28 days at 20/28 with overdispersion 6: variance 6 x 28 x (20/28) x (8/28) = 34.29; the estimate's is twice that over 40."
    design = BoundedDays(per_arm=(40, 40), active_days=20, control_days=20, days_observed=28, overdispersion=6)
    found = run_design(design, trials=TRIALS, seed=17)
    assert found.estimate.monte_carlo_se * math.sqrt(TRIALS) == pytest.approx(math.sqrt(2 * 34.2857 / 40), rel=0.06)


def test_the_numbers_do_not_depend_on_the_blocks(monkeypatch):
    design = SteppedWedge(pattern=WEDGE, per_cell=2, effect=1.0, sd=2.0, icc=0.1, seen=0.7)
    whole = run_design(design, trials=60, seed=5)
    monkeypatch.setattr(run, "_NUMBERS_AT_ONCE", 7 * design.numbers_a_trial)
    assert run_design(design, trials=60, seed=5) == whole
    assert run_design(design, trials=60, seed=6) != whole


def test_what_cannot_be_analysed_is_counted_and_is_no_success():
    rare = EventRates(per_arm=(4, 4), active_rate=0.05, control_rate=3.0, dispersion=0.5)
    found = run_design(rare, trials=200, seed=1)
    assert found.failed.numerator > 100
    assert found.success.numerator + found.failed.numerator <= 200
    assert found.estimate.trial_count == 200 - found.failed.numerator
    nobody = RandomisedClusters(clusters=(2, 2), per_cluster=1, effect=1.0, sd=1.0, icc=0.1, seen=0.05)
    assert run_design(nobody, trials=50, seed=1).failed.numerator > 40


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Crossover(per_sequence=0, effect=1.0, sd_within=1.0), "per_sequence"),
        (lambda: Crossover(per_sequence=9, effect=1.0, sd_within=0.0), "sd_within"),
        (lambda: Crossover(per_sequence=9, effect=1.0, sd_within=1.0, seen=0.0), "share seen"),
        (lambda: Crossover(per_sequence=9, effect=math.nan, sd_within=1.0), "true effect"),
        (lambda: Cycles(persons=9, cycles=2, effect=1.0, effect_sd=-1.0, sd_within=1.0), "effect_sd"),
        (lambda: TimeToRelapse(per_arm=(9, 9), hazard_ratio=0.0, times=TIMES), "hazard_ratio"),
        (lambda: RandomisedClusters(clusters=(1, 4), per_cluster=5, effect=1.0, sd=1.0, icc=0.1), "two"),
        (lambda: SteppedWedge(pattern=("01", "00"), per_cell=5, effect=1.0, sd=1.0, icc=0.1), "three centres"),
        (lambda: SteppedWedge(pattern=WEDGE, per_cell=5, effect=1.0, sd=1.0, icc=1.0), "icc"),
        (lambda: EventRates(per_arm=(9, 9), active_rate=1.0, control_rate=2.0, dispersion=-1.0), "dispersion"),
        (
            lambda: BoundedDays(per_arm=(9, 9), active_days=20, control_days=29, days_observed=28, overdispersion=2),
            "control_days",
        ),
        (
            lambda: DoseRanging(
                per_dose=9, effect=1.0, profile=(0.0, 1.0), sd=1.0, test=dose_test([LINEAR], np.eye(3), 0.025)
            ),
            "profile",
        ),
        (lambda: run_design(known_wedge(1.0), trials=0, seed=1), "trials"),
        (lambda: run_design(known_wedge(1.0), trials=1, seed=1, effects=np.array([np.nan])), "effects"),
    ],
)
def test_a_mistake_is_one_sentence(make, said):
    with pytest.raises(ParameterError, match=said):
        make()
