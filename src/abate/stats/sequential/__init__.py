"""Trials that look at their data before the end: bounds, power, what to conclude after a stop, and new sizes on the way."""

from abate.stats.sequential.after_stopping import AfterStopping, after_stopping
from abate.stats.sequential.boundaries import SpendingRule, named_shape
from abate.stats.sequential.changed_information import BoundsNow, bounds_now
from abate.stats.sequential.characteristics import OperatingCharacteristics, operating_characteristics
from abate.stats.sequential.conditional_power import ConditionalPower, conditional_power, power_left, predictive_power
from abate.stats.sequential.design import GroupSequentialDesign, plan_design
from abate.stats.sequential.futility import BetaSpendingRule, ConditionalPowerRule, FixedBounds
from abate.stats.sequential.spending import Spending, named_spending, own_function, own_table

__all__ = [
    "AfterStopping",
    "BetaSpendingRule",
    "BoundsNow",
    "ConditionalPower",
    "ConditionalPowerRule",
    "FixedBounds",
    "GroupSequentialDesign",
    "OperatingCharacteristics",
    "Spending",
    "SpendingRule",
    "after_stopping",
    "bounds_now",
    "conditional_power",
    "named_shape",
    "named_spending",
    "operating_characteristics",
    "own_function",
    "own_table",
    "plan_design",
    "power_left",
    "predictive_power",
]
