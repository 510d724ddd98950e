"""Mixed models for repeated measures: a covariance for the visits, restricted likelihood, and inference for few subjects."""

from abate.stats.mmrm.fit import Contrast, JointTest, LadderStep, MmrmFit, fit_mmrm
from abate.stats.mmrm.many import ManyFits, fit_mmrm_many

__all__ = ["Contrast", "JointTest", "LadderStep", "ManyFits", "MmrmFit", "fit_mmrm", "fit_mmrm_many"]
