"""Which difference may a trial be planned on? The observed fall less all that a control arm has too, each step with its error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from abate.base.errors import ParameterError
from abate.contracts.plan_assumptions import Effect
from abate.contracts.plan_values import Number
from abate.contracts.trial_plan import EffectStep
from abate.trial.errors import DirectionError, PrePostEffectError

#: What the file must say for the change from before to after to be planned on.
PRE_POST = "pre-post (not recommended)"
PRE_POST_WARNING = (
    "This plan takes the change from before to after for the difference between arms, which it is not: regression to the mean, "
    "context and everything given to both arms are in it."
)


@dataclass(frozen=True, kw_only=True)
class PlannedEffect:
    """The difference to be planned on, in points; above 0 the active arm falls more.

    Attributes
    ----------
    mean, sd : float
        Of what is believed of the difference; ``sd`` 0 where it is taken as known.
    no_effect : float
        Probability beside it that there is no difference at all.
    measured : float
        The difference that a trial would measure where the arms are guessed: with what belief does on top.
    steps : tuple of EffectStep
        How it came about, the observed fall first and the planned difference last.
    is_pre_post : bool
        Whether it is the change from before to after.
    """

    mean: float
    sd: float
    no_effect: float
    measured: float
    steps: tuple[EffectStep, ...]
    is_pre_post: bool = False


def plan_effect(effect: Effect) -> PlannedEffect:
    """Return the difference that a plan file plans on.

    ``m = D - R - C - B``: observed fall, regression to the mean, context, bundle; the variance is the sum of their variances
    (fall left carries that of D and R together) and that between populations. A prior is weighted with it by precision.

    Parameters
    ----------
    effect : Effect

    Returns
    -------
    PlannedEffect

    Raises
    ------
    DirectionError
        If what is left is zero or below.
    PrePostEffectError
        If nothing was taken off the observed fall, and the file does not say that it wants this.

    References
    ----------
    O'Hagan, Stevens & Campbell (2005), Pharmaceutical Statistics 4, 187-201, for planning on a distribution.

    Examples
    --------
    >>> from abate.contracts.plan_file import Effect, Number
    >>> def number(value, se):
    ...     return Number(value=value, se=se, basis="typed", source="by hand")
    >>> found = plan_effect(Effect(observed_fall=number(4.1, 0.32), regression_to_mean=number(0.8, 0.4),
    ...                            context=number(1.8, 0.6), bundle=number(0.3, 0.3)))
    >>> round(found.mean, 2), round(found.sd, 2)
    (1.2, 0.84)
    """
    steps = _STEPS[effect.plan_on](effect)
    mean = sum(step.value for step in steps if step.value is not None)
    spread = effect.between_populations_sd.value if effect.between_populations_sd is not None else 0.0
    sd = math.hypot(_error_of(effect), spread)
    mean, sd, weighed = _with_prior(effect, mean, sd)
    steps = (*steps, *weighed)
    if effect.plan_on == "typed" and not mean > 0:
        raise DirectionError(
            f"effect.typed is {mean:g} points, and a trial needs a difference above 0, counted in favour of the active arm; give one."
        )
    if not mean > 0:
        raise DirectionError(
            f"effect: what is left to be planned on is {mean:.2f} points, and a trial needs a difference above 0; "
            'look at context and bundle, or give the difference itself with plan_on = "typed".'
        )
    _refuse_silent_pre_post(effect, mean)
    planned = EffectStep(
        id="planned",
        quantity="difference that is planned on",
        value=mean,
        standard_error=sd,
        basis=effect.plan_on if effect.plan_on != "shrunk" else "study and assumptions",
        source="sum of the steps; its standard error also holds the spread between populations"
        if spread
        else "sum of the steps",
    )
    return PlannedEffect(
        mean=mean,
        sd=sd,
        no_effect=effect.no_effect,
        measured=mean + belief_bias(effect),
        steps=(*steps, planned),
        is_pre_post=effect.plan_on == PRE_POST,
    )


def _with_prior(effect: Effect, mean: float, sd: float) -> tuple[float, float, tuple[EffectStep, ...]]:
    """Return mean and SD after the study, where something was believed before it: weighted by precision."""
    prior = effect.prior
    if prior is None or not prior.se:
        return mean, sd, ()
    of_prior = sd**2 / (sd**2 + prior.se**2)
    weighed = of_prior * prior.value + (1 - of_prior) * mean
    step = EffectStep(
        id="prior",
        quantity=f"drawn towards what was believed before, {prior.value:g} points, with {100 * of_prior:.0f} % of the weight",
        value=weighed - mean,
        standard_error=prior.se,
        basis=prior.basis,
        source=prior.source,
    )
    return weighed, sd * prior.se / math.hypot(sd, prior.se), (step,)


def _refuse_silent_pre_post(effect: Effect, mean: float) -> None:
    """Refuse a difference from which nothing was taken off, unless the file says in so many words that it is planned on."""
    if effect.plan_on == PRE_POST or effect.observed_fall is None or mean < effect.observed_fall.value:
        return
    raise PrePostEffectError(
        f"effect: the difference that is planned on ({mean:.2f} points) is the whole observed fall ({effect.observed_fall.value:.2f}), which "
        f'a control arm shares; take off what it has too, or write plan_on = "{PRE_POST}", and every page will say so.'
    )


def belief_bias(effect: Effect) -> float:
    """Return how much the measured difference grows where more in the active arm believe that they have the drug.

    ``e (pA - pC)``: effect of believing times the difference of the shares who believe it; 0 where nothing is said.
    """
    if effect.belief is None:
        return 0.0
    return effect.belief.effect.value * (effect.belief.in_active.value - effect.belief.in_control.value)


def _shrunk_steps(effect: Effect) -> tuple[EffectStep, ...]:
    if effect.observed_fall is None or effect.regression_to_mean is None:
        begin = _steps(("fall_left", "fall left after regression to the mean", effect.fall_left, 1))
    else:
        begin = (
            *_steps(("observed_fall", "observed mean fall", effect.observed_fall, 1)),
            *_curse_step(effect, effect.observed_fall),
            *_steps(
                ("regression_to_mean", "less what was to be expected with nothing done", effect.regression_to_mean, -1)
            ),
        )
    return (
        *begin,
        *_steps(
            ("context", "less what a blinded control arm has beyond that", effect.context, -1),
            ("bundle", "less what both arms are given", effect.bundle, -1),
        ),
    )


def _curse_step(effect: Effect, observed: Number) -> tuple[EffectStep, ...]:
    """Return what is taken off because the result was chosen for being large, where the file says so."""
    if effect.chosen_beyond_z is None:
        return ()
    if not observed.se:
        raise ParameterError(
            "effect.chosen_beyond_z: the winner's curse can be taken off only where observed_fall has a standard error above 0; give se."
        )
    from abate.stats.winners_curse import conditional_estimate

    found = conditional_estimate(observed.value, observed.se, effect.chosen_beyond_z)
    return (
        EffectStep(
            id="winners_curse",
            quantity=f"less what choosing a result beyond z = {effect.chosen_beyond_z:g} adds on average",
            value=found - observed.value,
            standard_error=None,
            basis="computed",
            source="conditional likelihood estimate (Zhong & Prentice 2008)",
        ),
    )


def _typed_steps(effect: Effect) -> tuple[EffectStep, ...]:
    return _steps(("typed", "difference as typed", effect.typed, 1))


def _pre_post_steps(effect: Effect) -> tuple[EffectStep, ...]:
    if effect.observed_fall is None:
        raise PrePostEffectError(f'plan_on = "{PRE_POST}" needs observed_fall; give it with its source.')
    return _steps(("observed_fall", "observed mean fall, nothing taken off", effect.observed_fall, 1))


_STEPS = {"shrunk": _shrunk_steps, "typed": _typed_steps, PRE_POST: _pre_post_steps}


def _error_of(effect: Effect) -> float:
    """Return the standard error of the difference, without the spread between populations."""
    if effect.plan_on == "typed":
        parts = [effect.typed]
    elif effect.plan_on == PRE_POST:
        parts = [effect.observed_fall]
    elif effect.fall_left is not None:
        parts = [effect.fall_left, effect.context, effect.bundle]
    else:
        parts = [effect.observed_fall, effect.regression_to_mean, effect.context, effect.bundle]
    return math.hypot(*(part.se or 0.0 for part in parts if part is not None))


def _steps(*parts: tuple[str, str, Number | None, int]) -> tuple[EffectStep, ...]:
    """Return a step for each number that the file gives; those it must give were demanded when it was read."""
    return tuple(
        EffectStep(
            id=id,
            quantity=quantity,
            value=sign * number.value,
            standard_error=number.se,
            basis=number.basis,
            source=number.source,
        )
        for id, quantity, number, sign in parts
        if number is not None
    )
