"""Which counts of the study may a draft tell? None above 0 that is smaller than the plan file's smallest count, and the others rounded."""

from __future__ import annotations

from abate.base.numbers import describe_count
from abate.contracts.plan_file import PlanDisclosure


def told_count(count: int | str | None, disclosure: PlanDisclosure) -> str:
    """Return a count of the study as a draft may tell it: ``<5`` for a small one, rounded as the plan file asks.

    Parameters
    ----------
    count : int, str or None
        Persons or courses of the study; a mark such as ``<5`` stays as it is, None gives "".
    disclosure : PlanDisclosure
        Smallest count that may be told, and of what the told ones are multiples.

    Examples
    --------
    >>> told_count(3, PlanDisclosure(smallest_count=5)), told_count(61, PlanDisclosure(rounding=5))
    ('<5', '60')
    """
    if count is None or isinstance(count, str):
        return count or ""
    if 0 < count < disclosure.smallest_count:
        return f"<{disclosure.smallest_count}"
    return describe_count(disclosure.rounding * round(count / disclosure.rounding))
