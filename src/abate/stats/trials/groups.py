"""What do patients of one centre, or courses of one person, have in common?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, IntArray
from abate.stats.trials.errors import GroupingError

# Steps of this share of 1 fall evenly into shares of any size: each arm's patients spread over centres as they come.
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, kw_only=True)
class Centres:
    """Centres among which every arm's patients are spread evenly; what a centre adds comes on top of the patients' covariance.

    Attributes
    ----------
    shares : tuple of float
        Of the patients, one a centre; made to add up to 1.
    sd : float
        Between centres, of the mean on every day after baseline, in points.
    effect_sd : float
        Between centres, of the difference of each later arm from the first, in points.
    """

    shares: tuple[float, ...]
    sd: float = 0.0
    effect_sd: float = 0.0

    def __post_init__(self) -> None:
        if len(self.shares) < 2 or not all(share > 0 for share in self.shares):
            raise GroupingError(f"there must be two or more centres, each with a share above 0; got {self.shares}.")
        if not (0 <= self.sd < math.inf and 0 <= self.effect_sd < math.inf):
            raise GroupingError(f"SDs between centres must be at least 0; got {self.sd!r} and {self.effect_sd!r}.")

    @property
    def count(self) -> int:
        """How many centres there are."""
        return len(self.shares)

    def of_patients(self, per_arm: IntArray) -> IntArray:
        """Return each patient's centre, the arms one after the other; the first patients of an arm do not depend on its size."""
        edges = np.cumsum(self.shares)[:-1] / sum(self.shares)
        by_arm = [np.searchsorted(edges, ((np.arange(n) + 0.5) * _GOLDEN) % 1, side="right") for n in per_arm]
        return np.concatenate(by_arm).astype(np.int64)

    def drawn(self, generator: np.random.Generator, arms: int) -> Array:
        """Return what each centre adds in each arm, shape (centre, arm)."""
        numbers = generator.standard_normal((self.count, arms))
        return np.concatenate(
            [self.sd * numbers[:, :1], self.sd * numbers[:, :1] + self.effect_sd * numbers[:, 1:]], axis=1
        )


@dataclass(frozen=True, kw_only=True)
class RepeatedCourses:
    """Several courses of one person, in one arm; sizes of arms count courses.

    Attributes
    ----------
    per_person : int
        Courses of each person, 2 or more.
    correlation : float
        Of the same day in two courses of one person, 0 to 1; it comes out of the covariance and not on top of it.
    """

    per_person: int
    correlation: float

    def __post_init__(self) -> None:
        if not (self.per_person >= 2 and 0 <= self.correlation <= 1):
            raise GroupingError(
                f"a person must have 2 or more courses with a correlation from 0 to 1; got {self.per_person!r} and "
                f"{self.correlation!r}."
            )

    def shared(self, own: Array, generator: np.random.Generator) -> Array:
        """Return standard normals (course, visit) of which a share is the person's."""
        persons = generator.standard_normal((-(-len(own) // self.per_person), own.shape[1]))
        of_person = np.repeat(persons, self.per_person, axis=0)[: len(own)]
        return math.sqrt(self.correlation) * of_person + math.sqrt(1 - self.correlation) * own
