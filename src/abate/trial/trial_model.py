"""What is a trial assumed to be like, for all trials that are simulated or for each its own?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from abate.stats.arrays import Array, IntArray
from abate.stats.trials.calendar import Accrual
from abate.stats.trials.errors import ArmError
from abate.stats.trials.groups import Centres, RepeatedCourses
from abate.stats.trials.leaving import Leaving
from abate.stats.trials.ratings import Ordinal, RatingMap
from abate.stats.trials.rescue import Rescue
from abate.stats.trials.scenario import Scenario


@dataclass(frozen=True, kw_only=True, eq=False)
class TrialModel:
    """What a trial is assumed to be like; the first arm is the control.

    Attributes
    ----------
    per_arm : sequence of int, one an arm
        Patients randomised.
    mean : array-like, shape (arm, visit)
        Of the rating at baseline and on days 1, 2, ..., had nobody left, from 0 to 10.
    covariance : array-like, shape (visit, visit) or (arm, visit, visit)
        Of the rating at baseline and on the days, within an arm.
    retention : array-like, shape (day,) or (arm, day)
        Share still seen on each day; 1 throughout by default.
    rating_map : RatingMap
        Ordinal() (default: whole ratings with the means as given), RoundedAndClipped() or AsIs().
    leaving : Leaving
        What drop-out depends on; chance by default.
    rescue : Rescue, optional
    centres : Centres, optional
    repeats : RepeatedCourses, optional
    accrual : Accrual, optional
        Without it no months and no overrun.
    stay_days : array-like, optional
        Lengths of stay in days, drawn from with replacement; without them no bed-days.

    Raises
    ------
    ParameterError
        A subclass for each mistake: sizes, covariance not positive definite, retention that rises, accrual of nobody.

    Examples
    --------
    >>> model = TrialModel(per_arm=(30, 30), mean=[[7.4, 6.0], [7.4, 4.5]], covariance=[[2.2, 1.6], [1.6, 4.8]])
    >>> model.day_count
    1
    """

    per_arm: Sequence[int]
    mean: ArrayLike
    covariance: ArrayLike
    retention: ArrayLike = 1.0
    rating_map: RatingMap = field(default_factory=Ordinal)
    leaving: Leaving = field(default_factory=Leaving)
    rescue: Rescue | None = None
    centres: Centres | None = None
    repeats: RepeatedCourses | None = None
    accrual: Accrual | None = None
    stay_days: ArrayLike | None = None

    def __post_init__(self) -> None:
        if not all(isinstance(n, int | np.integer) for n in self.per_arm):
            raise ArmError(f"per_arm must be whole numbers of patients; got {list(self.per_arm)}.")
        for name in ("mean", "covariance", "retention"):
            try:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
            except (TypeError, ValueError):
                raise ArmError(
                    f"{name} must be numbers only, the same count for every arm; convert them first."
                ) from None
        scenario_of([self])

    @property
    def day_count(self) -> int:
        """How many days are rated after baseline."""
        return int(np.shape(self.mean)[-1]) - 1


def scenario_of(models: Sequence[TrialModel]) -> Scenario:
    """Return what one model, or one a trial, say to the simulation; all but numbers is the first one's."""
    first = models[0]
    sizes: IntArray = np.asarray(first.per_arm, dtype=np.int64)
    mean = np.stack([np.asarray(model.mean) for model in models])
    if mean.ndim != 3 or mean.shape[1] != len(sizes):
        raise ArmError(f"mean must have one row for each of the {len(sizes)} arms; got shape {mean.shape[1:]}.")
    arms, visits = mean.shape[1:]
    return Scenario(
        per_arm=sizes,
        mean=mean,
        covariance=np.stack([_by_arm(model.covariance, (arms, visits, visits), "covariance") for model in models]),
        retention=np.stack([_by_arm(model.retention, (arms, visits - 1), "retention") for model in models]),
        stay_days=None if first.stay_days is None else np.asarray(first.stay_days, dtype=np.float64).ravel(),
        **{name: getattr(first, name) for name in ("rating_map", "leaving", "rescue", "centres", "repeats", "accrual")},
    )


def _by_arm(values: ArrayLike, shape: tuple[int, ...], name: str) -> Array:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim and given.shape not in (shape, shape[1:]):
        raise ArmError(f"{name} must have shape {shape[1:]} or {shape}; got {given.shape}.")
    return np.broadcast_to(given, shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class AssumptionSets:
    """Drawn sets of assumptions; a trial takes the set with its number, round and round. What is None stays as planned.

    Attributes
    ----------
    mean : array-like, shape (set, arm, visit), optional
    covariance : array-like, shape (set, visit, visit) or (set, arm, visit, visit), optional
    retention : array-like, shape (set, day) or (set, arm, day), optional

    Examples
    --------
    >>> sets = AssumptionSets(mean=[[[7.4, 6.0], [7.4, 5.0]], [[7.4, 6.0], [7.4, 4.0]]])
    >>> sets.count
    2
    """

    mean: ArrayLike | None = None
    covariance: ArrayLike | None = None
    retention: ArrayLike | None = None

    def __post_init__(self) -> None:
        if len({len(values) for values in self._given().values()}) != 1:
            raise ArmError(
                "drawn assumptions must be given, and all with the same number of sets; check their first axes."
            )

    def _given(self) -> dict[str, Array]:
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: np.asarray(values, dtype=np.float64) for name, values in named.items() if values is not None}

    @property
    def count(self) -> int:
        """How many sets there are."""
        return len(next(iter(self._given().values())))

    def scenario(self, planned: Scenario, trials: range) -> Scenario:
        """Return the scenario with the sets of some trials."""
        rows = np.asarray(trials) % self.count
        shapes = {name: getattr(planned, name).shape[1:] for name in ("mean", "covariance", "retention")}
        given: dict[str, Any] = {}
        for name, values in self._given().items():
            wide = values[:, None] if values.ndim == len(shapes[name]) and name != "mean" else values
            try:
                given[name] = np.broadcast_to(wide[rows], (len(rows), *shapes[name]))
            except ValueError:
                raise ArmError(f"drawn {name} must have shape (set, *{shapes[name]}); got {values.shape}.") from None
        for name, shape in shapes.items():
            given.setdefault(name, np.broadcast_to(getattr(planned, name), (len(rows), *shape)))
        return replace(planned, **given)
