"""What is the effect, with interval and p-value, once a trial has stopped at a look?

Results are ordered by stages: to stop earlier above is more extreme than to stop later above, whatever the estimates, and at the same
look the larger Z is. The p-value is the chance, with no effect, of a result at least as extreme; the interval holds the drifts that
would not make the result extreme; the median-unbiased drift makes it as likely as not. A non-binding futility bound is left out of the
order, so that the numbers stay right if it was overruled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.arrays import Array, require_level
from abate.stats.sequential.boundaries import no_lower_bounds
from abate.stats.sequential.characteristics import lower_bounds
from abate.stats.sequential.design import GroupSequentialDesign
from abate.stats.sequential.errors import InformationError, StageError
from abate.stats.sequential.looks import rising_information
from abate.stats.sequential.recursion import follow
from abate.stats.sequential.rising_chances import where_chance_is


@dataclass(frozen=True, kw_only=True)
class AfterStopping:
    """Stage-wise p-value, estimate and interval; of the drift, and of the effect where its standard error was given."""

    look: int
    z: float
    p_value: float  # one-sided: of no effect against one upwards
    two_sided_p_value: float
    level: float
    drift: float  # median-unbiased, at information 1
    drift_lower: float
    drift_upper: float
    effect: float | None
    effect_lower: float | None
    effect_upper: float | None
    naive_effect: float | None  # z times standard error: too far from 0, on average, after an early stop
    ordering: str = "stage-wise"


def after_stopping(
    design: GroupSequentialDesign,
    *,
    look: int,
    z: float,
    standard_error: float | None = None,
    information: Sequence[float] | None = None,
    critical: Sequence[float] | None = None,
    level: float | None = None,
) -> AfterStopping:
    """Return p-value, median-unbiased estimate and interval after a stop.

    Parameters
    ----------
    design : GroupSequentialDesign
    look : int
        At which the trial stopped, from 1.
    z : float
        Seen there; estimate over standard error.
    standard_error : float, optional
        Of the estimate at that look; turns drifts into effects, in the estimate's unit.
    information : sequence of float, shape (look,), optional
        Really seen at the looks up to the stop, as shares of the planned end; the planned ones where left out.
    critical : sequence of float, shape (at least look - 1,), optional
        Critical values really used before the stop; the planned ones where left out.
    level : float, optional
        Coverage of the interval; ``1 - alpha`` for two sides, ``1 - 2 * alpha`` for one, where left out.

    Raises
    ------
    StageError
        If the look, z, standard error or critical values do not fit the design.
    InformationError
        If the information does not rise or has not one value for each look.

    References
    ----------
    Tsiatis, Rosner & Mehta (1984), Biometrics 40(3), 797-803.
    Jennison & Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials, chapter 8.

    Examples
    --------
    >>> from abate.stats.sequential.boundaries import obrien_fleming
    >>> from abate.stats.sequential.design import plan_design
    >>> design = plan_design((0.5, 1), alpha=0.05, sided=2, power=0.9, efficacy=obrien_fleming())
    >>> found = after_stopping(design, look=2, z=2.2, standard_error=0.5)
    >>> round(found.two_sided_p_value, 4), round(found.effect, 3), round(found.naive_effect, 3)
    (0.0304, 1.093, 1.1)
    """
    level = (1 - design.alpha if design.sided == 2 else 1 - 2 * design.alpha) if level is None else level
    require_level(level)
    _check_stop(design, look, z, standard_error)
    order = _Order.of(design, look, z, information, critical)
    p = order.chance(0.0)
    drift, lower, upper = (order.drift_with(chance) for chance in (0.5, (1 - level) / 2, (1 + level) / 2))
    unit = None if standard_error is None else standard_error * math.sqrt(float(order.information[-1]))
    return AfterStopping(
        look=look,
        z=z,
        p_value=p,
        two_sided_p_value=2 * min(p, 1 - p),
        level=level,
        drift=drift,
        drift_lower=lower,
        drift_upper=upper,
        effect=None if unit is None else drift * unit,
        effect_lower=None if unit is None else lower * unit,
        effect_upper=None if unit is None else upper * unit,
        naive_effect=None if standard_error is None else z * standard_error,
    )


@dataclass(frozen=True, eq=False)
class _Order:
    """The looks up to the stop, with the z seen in place of the last upper bound."""

    information: Array
    lower: Array
    upper: Array

    @classmethod
    def of(
        cls,
        design: GroupSequentialDesign,
        look: int,
        z: float,
        information: Sequence[float] | None,
        critical: Sequence[float] | None,
    ) -> _Order:
        t = rising_information(design.information[:look] if information is None else information)
        if len(t) != look:
            raise InformationError(f"information needs one value for each look up to the stop, {look}; got {len(t)}.")
        used = np.array(design.efficacy_z if critical is None else critical, dtype=np.float64)[: look - 1]
        if len(used) != look - 1:
            raise StageError(f"critical values of the {look - 1} looks before the stop are needed; got {len(used)}.")
        if design.sided == 2:
            lower = np.append(-used, -np.inf)
        elif design.is_binding:
            lower = np.append(lower_bounds(design)[: look - 1], -np.inf)
        else:
            lower = no_lower_bounds(look)
        return cls(t, lower, np.append(used, z))

    def chance(self, drift: float) -> float:
        """Return the chance of a result at least as far up as the one seen."""
        return float(follow(self.information, self.lower, self.upper, drift).above.sum())

    def drift_with(self, chance: float) -> float:
        """Return the drift at which the result, or one further up, has this chance."""
        naive = float(self.upper[-1]) / math.sqrt(float(self.information[-1]))
        found = where_chance_is(self.chance, chance, naive)
        if found is None:
            raise StageError(
                f"z {self.upper[-1]:g} lies so far from what any effect makes likely that there is no interval; check z."
            )
        return found


def _check_stop(design: GroupSequentialDesign, look: int, z: float, standard_error: float | None) -> None:
    if look not in range(1, len(design.information) + 1):
        raise StageError(f"look must be from 1 to {len(design.information)}; got {look!r}.")
    if not math.isfinite(z):
        raise StageError(f"z must be a finite number; got {z!r}.")
    if standard_error is not None and not (math.isfinite(standard_error) and standard_error > 0):
        raise StageError(f"standard_error must be above 0; got {standard_error!r}.")
