"""When will the trial have its participants, how likely is it in time, and how many centres would it take?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abate.stats.accrual import (
    PROBABILITIES,
    AccrualNeedError,
    AccrualRateError,
    AccrualZeroError,
    ConsentError,
    GammaRate,
    MonthsForecast,
    fit_centre_rates,
    months_until,
    patients_within,
    rate_after,
)
from abate.stats.accrual_centres import (
    Centre,
    CentresNeeded,
    accrual_fan,
    centres_needed,
    months_to_finish,
    probability_to_finish,
)
from abate.stats.consent_share import ConsentShare, consent_between

__all__ = [
    "AccrualForecast",
    "AccrualNeedError",
    "AccrualRateError",
    "AccrualZeroError",
    "Centre",
    "ConsentError",
    "ConsentShare",
    "FanLine",
    "GammaRate",
    "accrual_fan",
    "centres_needed",
    "consent_between",
    "fit_centre_rates",
    "forecast_accrual",
    "months_to_finish",
    "months_until",
    "patients_within",
    "probability_to_finish",
    "rate_after",
]

#: A fan is drawn up to the month at which nine of ten forecasts have finished, in so many steps.
_FAN_STEPS = 24


@dataclass(frozen=True, kw_only=True)
class FanLine:
    """Participants by one month: quantiles at the forecast's probabilities."""

    month: float
    participants: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AccrualForecast:
    """What accrual looks like.

    Attributes
    ----------
    needed : int
    consent : ConsentShare or None
    months : MonthsForecast
        With the centres there are.
    months_at_full_consent : MonthsForecast
        The same if everybody consented, beside it: what is left when consent is not the obstacle.
    fan : tuple of FanLine
    by_month : float or None
        The date that was asked about.
    probability_in_time : float or None
        To have the number needed by it; None where no date was asked about.
    centres : CentresNeeded or None
        Further centres for ``wanted_probability``; None where no date was asked about.
    wanted_probability : float
    """

    needed: int
    consent: ConsentShare | None
    months: MonthsForecast
    months_at_full_consent: MonthsForecast
    fan: tuple[FanLine, ...]
    by_month: float | None
    probability_in_time: float | None
    centres: CentresNeeded | None
    wanted_probability: float


def forecast_accrual(
    seen: int,
    months: float,
    needed: int,
    *,
    consent: ConsentShare | None = None,
    centre_count: int = 1,
    start_up_months: float = 0.0,
    months_between: float = 0.0,
    further: GammaRate | None = None,
    by_month: float | None = None,
    probability: float = 0.8,
    probabilities: Sequence[float] = PROBABILITIES,
) -> AccrualForecast:
    """Return the forecast from a count of eligible patients in the past.

    Counts of the past carry the seasons already. "Eligible" in records is not "eligible when asked": those who consent are two to three times fewer,
    so give ``consent`` with its uncertainty.

    Parameters
    ----------
    seen : int
        Eligible patients seen, at least 1, in all centres together.
    months : float
        Over how many months, above 0.
    needed : int
        Participants, at least 1.
    consent : ConsentShare or None
        None: all of them.
    centre_count : int
        Centres behind ``seen``, at least 1; their rates are taken as one, theirs together.
    start_up_months, months_between : float
        Until a further centre opens, and from it to the next.
    further : GammaRate or None
        What is known of a further centre; None: an average one of those there are, known from its share of the counts. Centres differ:
        where several have been counted, ``fit_centre_rates`` says how much.
    by_month : float or None
        The month by which the trial is to have its participants.
    probability : float
        With which it is to, between 0 and 1.
    probabilities : sequence of float
        Of the quantiles, between 0 and 1.

    Returns
    -------
    AccrualForecast

    Raises
    ------
    AccrualZeroError, AccrualRateError, AccrualNeedError, ConsentError
        If an argument is outside its range.

    Examples
    --------
    >>> forecast = forecast_accrual(61, 36, 120, consent=ConsentShare(agreed=18, declined=22), start_up_months=6, by_month=48)
    >>> [round(months) for months in forecast.months.months]
    [102, 118, 158, 217, 260]
    >>> round(forecast.probability_in_time, 3), forecast.centres.added
    (0.0, 4)
    """
    if not (float(centre_count).is_integer() and centre_count >= 1):
        raise AccrualRateError(f"centres are a whole number of at least 1; got {centre_count!r}.")
    rate = rate_after(seen, months)
    own = [Centre(rate=rate)]
    forecast = months_to_finish(own, needed, probabilities, consent)
    in_time, centres = None, None
    if by_month is not None:
        in_time = probability_to_finish(own, needed, by_month, consent)
        centres = centres_needed(
            own,
            further or GammaRate(shape=rate.shape / centre_count, months=rate.months),
            needed,
            by_month,
            probability=probability,
            start_up_months=start_up_months,
            months_between=months_between,
            consent=consent,
        )
    return AccrualForecast(
        needed=needed,
        consent=consent,
        months=forecast,
        months_at_full_consent=months_until(rate, needed, probabilities),
        fan=_fan(own, needed, probabilities, consent),
        by_month=by_month,
        probability_in_time=in_time,
        centres=centres,
        wanted_probability=probability,
    )


def _fan(
    centres: Sequence[Centre], needed: int, probabilities: Sequence[float], consent: ConsentShare | None
) -> tuple[FanLine, ...]:
    last = months_to_finish(centres, needed, [0.9], consent).months[0]
    step = max(1.0, np.ceil(last / _FAN_STEPS))
    months = np.arange(0.0, last + step, step)
    fan = accrual_fan(centres, months, probabilities, consent)
    return tuple(
        FanLine(month=float(month), participants=tuple(int(count) for count in line))
        for month, line in zip(months, fan, strict=True)
    )
