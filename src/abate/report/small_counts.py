"""Which counts of a table may not be shown? Small ones, and as many others as keep them from being reckoned back.

A table of counts with its totals is a set of sums: each total is the sum of its parts. A count below the limit is hidden, 0
is not. Whoever knows the sums can subtract, so more counts are hidden until of every sum

* none is hidden, or at least two are,
* and where the total is shown, the hidden parts together are no small count either, and more than one person each;

and until no hidden count follows from all sums taken together: from the equations a count follows exactly where no change of
the hidden counts that leaves every sum true, and each of them at least 1, changes it. Counts of 0 are taken as known and never help to hide another.

What two different tables tell together (recorded in the period and recorded ever, this year and last year, two studies on
one hospital) is not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)

#: A total and its parts.
Sum = tuple[Key, Sequence[Key]]
_FREE = 1e-8


def hide_small_counts(
    counts: Mapping[Key, int], sums: Sequence[Sum[Key]], *, smallest: int, also: Collection[Key] = ()
) -> frozenset[Key]:
    """Return the keys of counts that may not be shown.

    Parameters
    ----------
    counts : mapping of key to int
        Every count, totals included; at least 0.
    sums : sequence of (total, parts)
        Which counts add up to which.
    smallest : int
        The smallest count above 0 that may be shown; with 1 nothing is hidden.
    also : collection of keys
        Counts to be hidden whatever their size; those of 0 are left as they are.

    Examples
    --------
    >>> counts = {"women": 40, "men": 3, "all": 43}
    >>> sorted(hide_small_counts(counts, [("all", ("women", "men"))], smallest=5))
    ['men', 'women']
    >>> sorted(hide_small_counts({"women": 40, "men": 0, "all": 40}, [("all", ("women", "men"))], smallest=5))
    []
    """
    hidden = {key for key, count in counts.items() if 0 < count < smallest or (count > 0 and key in also)}
    while more := _next_to_hide(counts, sums, hidden, smallest):
        hidden |= more
    return frozenset(hidden)


def _next_to_hide(counts: Mapping[Key, int], sums: Sequence[Sum[Key]], hidden: set[Key], smallest: int) -> set[Key]:
    """Return what must be hidden next; nothing where all is safe. Single sums first, since they are quick."""
    open_sums = [one for one in sums if _gives_away(one, counts, hidden, smallest)]
    for one in open_sums:
        if chosen := _choose([one], counts, hidden, open_sums):
            return chosen
    following = _keys_that_follow(counts, sums, hidden)
    if not following:
        return set()
    for names in (following, hidden):
        about = [one for one in sums if one[0] in names or any(part in names for part in one[1])]
        if chosen := _choose(about, counts, hidden, about):
            return chosen
    return set()


def _gives_away(one: Sum[Key], counts: Mapping[Key, int], hidden: set[Key], smallest: int) -> bool:
    total, parts = one
    count = sum(key in hidden for key in (total, *parts))
    if count == 0:
        return False
    if count == 1:
        return True
    unseen = [counts[key] for key in parts if key in hidden]
    return total not in hidden and sum(unseen) < max(smallest, len(unseen) + 1)


def _choose(
    sums: Sequence[Sum[Key]], counts: Mapping[Key, int], hidden: set[Key], open_sums: Sequence[Sum[Key]]
) -> set[Key]:
    """Return a part above 0 that is still shown, else a total; nothing where none is left.

    Of several, one that closes more of ``open_sums`` at once, then the smallest: so the fewest and smallest are hidden.
    """
    parts = [key for _, parts in sums for key in parts if key not in hidden and counts[key] > 0]
    totals = [total for total, _ in sums if total not in hidden and counts[total] > 0]

    def order(key: Key) -> tuple[int, int]:
        return -sum(key == total or key in parts for total, parts in open_sums), counts[key]

    return {min(parts or totals, key=order)} if parts or totals else set()


def _keys_that_follow(counts: Mapping[Key, int], sums: Sequence[Sum[Key]], hidden: set[Key]) -> set[Key]:
    """Return the hidden keys whose counts follow from what is shown and from every hidden count being at least 1.

    Hidden counts may change by any vector of the null space of the sums in which none falls below 1. A count of 1 that
    cannot rise is fixed; what is 0 in all vectors of the null space of the others is fixed, too.
    """
    names = list(dict.fromkeys(key for total, parts in sums for key in (total, *parts) if key in hidden))
    if not names:
        return set()
    equations = _equations(sums, names)
    is_one = np.array([counts[key] == 1 for key in names])
    is_fixed = is_one & ~_can_rise(equations, is_one)
    freedom = np.zeros(len(names))
    freedom[~is_fixed] = _freedom(equations[:, ~is_fixed])
    return {key for key, is_free in zip(names, freedom > _FREE, strict=True) if not is_free}


def _equations(sums: Sequence[Sum[Key]], names: Sequence[Key]) -> NDArray[np.float64]:
    """Return one row a sum: 1 for each hidden part, -1 for a hidden total."""
    place = {key: number for number, key in enumerate(names)}
    equations = np.zeros((len(sums), len(names)))
    for row, (total, parts) in zip(equations, sums, strict=True):
        for key, sign in ((total, -1.0), *((part, 1.0) for part in parts)):
            if key in place:
                row[place[key]] += sign
    return equations


def _can_rise(equations: NDArray[np.float64], is_one: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the counts that are 1 can rise while none of them falls; others are free to move.

    One linear programme: a change d of the counts, and for each 1 a share of it, at most 1, whose sum is as large as can be.
    Since d may be scaled, the share is 1 for all that can rise and 0 for the others.
    """
    if not is_one.any():
        return is_one
    from scipy.optimize import linprog

    ones = np.flatnonzero(is_one)
    count = len(is_one)
    shares = np.eye(len(ones))
    share_at_most_change = np.hstack([-np.eye(count)[ones], shares])
    found = linprog(
        np.concatenate([np.zeros(count), -np.ones(len(ones))]),
        A_ub=share_at_most_change,
        b_ub=np.zeros(len(ones)),
        A_eq=np.hstack([equations, np.zeros((len(equations), len(ones)))]),
        b_eq=np.zeros(len(equations)),
        bounds=[(0.0 if one else None, None) for one in is_one] + [(0.0, 1.0)] * len(ones),
    )
    can_rise = np.zeros(count, dtype=bool)
    can_rise[ones] = found.x[count:] > 0.5
    return can_rise


def _freedom(equations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each count moves at most along the directions that leave every sum true; 0 where it cannot."""
    if equations.shape[1] == 0:
        return np.zeros(0)
    _, values, directions = np.linalg.svd(equations, full_matrices=True)
    rank = int((values > _FREE).sum())
    moves: NDArray[np.float64] = np.abs(directions[rank:]).max(axis=0, initial=0.0)
    return moves
