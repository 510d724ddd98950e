"""Mixed models for repeated measures: a covariance for the visits, restricted likelihood, and inference for few subjects."""

from abate.stats.mmrm.after import (
    LikelihoodRatio,
    Prediction,
    likelihood_ratio_test,
    predict,
    residuals,
    simulate,
)
from abate.stats.mmrm.fit import Contrast, JointTest, LadderStep, MmrmFit, fit_mmrm
from abate.stats.mmrm.many import ManyFits, fit_mmrm_many
from abate.stats.mmrm.monotone import fit_monotone_many

__all__ = [
    "Contrast",
    "JointTest",
    "LadderStep",
    "LikelihoodRatio",
    "ManyFits",
    "MmrmFit",
    "Prediction",
    "fit_mmrm",
    "fit_mmrm_many",
    "fit_monotone_many",
    "likelihood_ratio_test",
    "predict",
    "residuals",
    "simulate",
]
