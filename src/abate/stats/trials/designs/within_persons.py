"""How often do trials succeed in which each person is their own control: a crossover, or cycles of both treatments?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.base.errors import ParameterError
from abate.stats.arrays import Array
from abate.stats.sizes.checks import require_spread
from abate.stats.trials.designs.checked import require_design
from abate.stats.trials.designs.judged import judged, moments_of, normals, uniforms
from abate.stats.trials.designs.run import Verdicts
from abate.stats.trials.streams import Streams


@dataclass(frozen=True, kw_only=True)
class Crossover:
    """Two sequences of two periods, nothing carried over.

    Half the difference of the sequences' mean period differences, by Student's t with the persons seen less 2: what the mixed model
    with period and sequence says of those with both periods. What a person has in both periods cancels and is not drawn.

    Attributes
    ----------
    per_sequence : int
        Persons randomised to each sequence.
    effect : float
        Between treatments, in the direction of benefit.
    sd_within : float
        Of a person's outcomes under one treatment, above 0.
    seen : float
        Share of persons rated in both periods.
    period_shift : float
        What all have more in the second period; the analysis takes it off.
    alpha : float
        One-sided.
    """

    per_sequence: int
    effect: float
    sd_within: float
    seen: float = 1.0
    period_shift: float = 0.0
    alpha: float = 0.025

    def __post_init__(self) -> None:
        require_design(alpha=self.alpha, effect=self.effect, seen=self.seen, per_sequence=self.per_sequence)
        require_spread(self.sd_within, "sd_within")

    @property
    def numbers_a_trial(self) -> int:
        """Two outcomes a person."""
        return 6 * self.per_sequence

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        outcomes = self.sd_within * normals((self.per_sequence, 2, 2), trials, streams).swapaxes(1, 2)
        outcomes[..., 1] += self.period_shift
        outcomes[:, 0, :, 0] += effect[:, None]
        outcomes[:, 1, :, 1] += effect[:, None]
        seen = uniforms((self.per_sequence, 2), trials, streams).swapaxes(1, 2) < self.seen
        of_sequence = moments_of(outcomes[..., 1] - outcomes[..., 0], seen)
        df = of_sequence.count.sum(axis=1) - 2
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = of_sequence.squares.sum(axis=1) / df
            error = 0.5 * np.sqrt(variance * np.sum(1 / of_sequence.count, axis=1))
        return judged((of_sequence.mean[:, 1] - of_sequence.mean[:, 0]) / 2, error, df, self.alpha)


@dataclass(frozen=True, kw_only=True)
class Cycles:
    """Aggregated n-of-1: each person has both treatments in every cycle, in random order.

    The persons' mean differences by Student's t with persons less 1: the mixed model with a random effect of treatment, all cycles
    complete.

    Attributes
    ----------
    persons, cycles : int
        At least 2 and 1.
    effect : float
        Mean of the persons' own effects, in the direction of benefit.
    effect_sd : float
        Of those effects between persons, at least 0.
    sd_within : float
        Of a person's outcomes in periods of one treatment, above 0.
    alpha : float
        One-sided.
    """

    persons: int
    cycles: int
    effect: float
    effect_sd: float
    sd_within: float
    alpha: float = 0.025

    def __post_init__(self) -> None:
        require_design(alpha=self.alpha, effect=self.effect, persons=self.persons, cycles=self.cycles)
        require_spread(self.sd_within, "sd_within")
        if not (math.isfinite(self.effect_sd) and self.effect_sd >= 0):
            raise ParameterError(f"effect_sd must be at least 0; got {self.effect_sd!r}.")

    @property
    def numbers_a_trial(self) -> int:
        """A person's own effect, and two outcomes a cycle."""
        return self.persons * (1 + 2 * self.cycles)

    def verdicts(self, trials: range, streams: Streams, effect: Array) -> Verdicts:
        """Return what becomes of some trials."""
        drawn = normals((self.persons, 1 + 2 * self.cycles), trials, streams)
        own = effect[:, None] + self.effect_sd * drawn[..., 0]
        treated, control = drawn[..., 1 : 1 + self.cycles], drawn[..., 1 + self.cycles :]
        differences = own + self.sd_within * (treated - control).mean(axis=-1)
        of_persons = moments_of(differences, np.ones(differences.shape, dtype=np.bool_))
        df = of_persons.count - 1
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt(of_persons.squares / df / of_persons.count)
        return judged(of_persons.mean, error, df, self.alpha)
