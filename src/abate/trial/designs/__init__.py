"""Which design would answer the question, what would it take, and what exactly is estimated?"""

from abate.trial.designs.blinding_choices import BlindingChoice, blinding_choices
from abate.trial.designs.catalogue import DesignEntry, catalogue
from abate.trial.designs.criteria import CRITERIA
from abate.trial.designs.default_arms import Course, default_arms
from abate.trial.designs.estimand import default_estimand, default_events, describe_events
from abate.trial.designs.facts import Facts, facts_of
from abate.trial.designs.judgement import Judgement
from abate.trial.designs.ranking import rank_designs
from abate.trial.designs.sized_design import SizedDesign
from abate.trial.designs.sizing import size_designs, sized_design

__all__ = [
    "CRITERIA",
    "BlindingChoice",
    "Course",
    "DesignEntry",
    "Facts",
    "Judgement",
    "SizedDesign",
    "blinding_choices",
    "catalogue",
    "default_arms",
    "default_estimand",
    "default_events",
    "describe_events",
    "facts_of",
    "rank_designs",
    "size_designs",
    "sized_design",
]
