"""Do the covariates tell two groups apart without error?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from abate.stats.arrays import Array
from abate.stats.ridge import ridge_columns
from abate.stats.two_groups import TwoGroups

_NEARLY_NOTHING = 1e-7


class Separation(Enum):
    """How far a line through the covariates parts the groups."""

    NONE = "none"
    QUASI = "in part"  # no row on the wrong side, some on the line itself
    COMPLETE = "complete"


@dataclass(frozen=True, kw_only=True)
class SeparationFound:
    """Whether the groups are parted, and by which covariates alone.

    Attributes
    ----------
    kind : Separation
    by_one : tuple of str
        Covariates each of which parts the groups completely by itself.
    """

    kind: Separation
    by_one: tuple[str, ...] = ()

    def sentence(self) -> str | None:
        """Return what was found as a clause, None where nothing was."""
        if self.kind is Separation.NONE:
            return None
        if self.by_one:
            return f"{', '.join(self.by_one)} alone tells the groups apart without error, so nobody has a counterpart"
        if self.kind is Separation.COMPLETE:
            return "the covariates together tell the groups apart without error, so nobody has a counterpart"
        return "the covariates tell part of a group apart without error, so some have no counterpart"


def find_separation(groups: TwoGroups) -> SeparationFound:
    """Return whether some weighted sum of the covariates parts group 1 from group 0.

    With rows ``z`` signed by group, it is the linear programme: find ``b`` within -1 and 1 with every ``z b`` at least
    0. If all can be above 0 the separation is complete; if only some, it is in part. Logistic regression without a
    penalty has no finite fit then.

    Parameters
    ----------
    groups : TwoGroups
        Both groups have rows.

    Returns
    -------
    SeparationFound

    References
    ----------
    Albert & Anderson (1984), Biometrika 71(1), 1-10. https://doi.org/10.1093/biomet/71.1.1
    Konis (2007), Linear programming algorithms for detecting separated data, DPhil thesis, University of Oxford.

    Examples
    --------
    >>> from abate.stats.two_groups import checked_groups
    >>> find_separation(checked_groups([0, 0, 1, 1], [1, 2, 3, 4], names=["age"])).by_one
    ('age',)
    """
    alone = tuple(
        name
        for name, column in zip(groups.names, groups.covariates.T, strict=True)
        if _parts(column[groups.treated == 1], column[groups.treated == 0])
    )
    if alone:
        return SeparationFound(kind=Separation.COMPLETE, by_one=alone)
    design = ridge_columns(groups.covariates).design()
    signed = design * (2 * groups.treated - 1)[:, None]
    if _widest_margin(signed) > _NEARLY_NOTHING:
        return SeparationFound(kind=Separation.COMPLETE)
    is_in_part = _sum_of_margins(signed) > _NEARLY_NOTHING * len(signed)
    return SeparationFound(kind=Separation.QUASI if is_in_part else Separation.NONE)


def _parts(first: Array, second: Array) -> bool:
    return bool(first.min() > second.max() or second.min() > first.max())


def _widest_margin(signed: Array) -> float:
    """Return the largest m with every ``signed @ b`` at least m, b within -1 and 1."""
    from scipy.optimize import linprog

    row_count, column_count = signed.shape
    answer = linprog(
        c=np.concatenate([np.zeros(column_count), [-1.0]]),
        A_ub=np.column_stack([-signed, np.ones(row_count)]),
        b_ub=np.zeros(row_count),
        bounds=[(-1, 1)] * column_count + [(0, 1)],
    )
    return -float(answer.fun) if answer.status == 0 else 0.0


def _sum_of_margins(signed: Array) -> float:
    """Return the largest sum of ``signed @ b``, every one at least 0 and b within -1 and 1."""
    from scipy.optimize import linprog

    row_count, column_count = signed.shape
    answer = linprog(c=-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(row_count), bounds=[(-1, 1)] * column_count)
    return -float(answer.fun) if answer.status == 0 else 0.0
