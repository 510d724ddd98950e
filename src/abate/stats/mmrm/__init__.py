"""Mixed models for repeated measures: a covariance for the visits, restricted likelihood, and inference for few subjects."""

from abate.stats.mmrm.fit import Contrast, JointTest, LadderStep, MmrmFit, fit_mmrm

__all__ = ["Contrast", "JointTest", "LadderStep", "MmrmFit", "fit_mmrm"]
