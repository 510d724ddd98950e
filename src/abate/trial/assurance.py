"""How likely is the trial to succeed, given what is not known, and how much of a published effect may be believed?

Numbers in, small frozen results out; the mathematics, with sources, lies in ``abate.stats.assurance`` and
``abate.stats.winners_curse``. docs/trial-sizes.md says it in plain words.
"""

from __future__ import annotations

from abate.stats.assurance import (
    Assurance,
    AssuranceSize,
    EffectPrior,
    assurance,
    assurance_of_means,
    averaged_power,
    limit_of_assurance,
    size_for_assurance,
)
from abate.stats.sizes.size import Size
from abate.stats.winners_curse import (
    ConditionalEffect,
    Exaggeration,
    conditional_effect,
    conditional_estimate,
    exaggeration,
    z_of_power,
)

__all__ = [
    "Assurance",
    "AssuranceSize",
    "ConditionalEffect",
    "EffectPrior",
    "Exaggeration",
    "assurance",
    "assurance_of_means",
    "assurance_of_size",
    "averaged_power",
    "conditional_effect",
    "conditional_estimate",
    "exaggeration",
    "limit_of_assurance",
    "size_for_assurance",
    "z_of_power",
]


def assurance_of_size(size: Size, prior: EffectPrior) -> Assurance:
    """Return the assurance of any size whose effect has a normal estimate, from its power alone.

    The standard error is the one at which a normal test has the size's power at its effect.

    Parameters
    ----------
    size : Size
        Such as of a mixed model; its effect, alpha and power are used.
    prior : EffectPrior
        On the scale of the size's effect.

    Returns
    -------
    Assurance

    Examples
    --------
    >>> from abate.trial.sizes import Reference, two_means
    >>> planned = two_means(difference=1.3, sd=2.2, total=120, reference=Reference.NORMAL)
    >>> round(assurance_of_size(planned, EffectPrior(mean=1.3, sd=0.5)).assurance, 3)
    0.788
    """
    return assurance(
        prior, size.effect / z_of_power(size.power, size.alpha, size.sided), alpha=size.alpha, sided=size.sided
    )
