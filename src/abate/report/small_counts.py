"""Which counts of a table may not be shown? Small ones, and as many others as keep them from being reckoned back.

A table of counts with its totals is a set of sums: each total is the sum of its parts. A count below the limit is hidden, 0
is not. Whoever knows the sums can subtract, so more counts are hidden until of every sum

* none is hidden, or at least two are,
* and where the total is shown, the hidden parts together are no small count either, and more than one person each;

and until no hidden count follows from all sums taken together: from the equations a count follows exactly where no change of
the hidden counts that leaves every sum true changes it. Counts of 0 are taken as known and never help to hide another.

What two different tables tell together (recorded in the period and recorded ever, this year and last year, two studies on
one hospital) is not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

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
    for key in _keys_that_follow(sums, hidden):
        about = [one for one in sums if key == one[0] or key in one[1]]
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


def _keys_that_follow(sums: Sequence[Sum[Key]], hidden: set[Key]) -> list[Key]:
    """Return the hidden keys whose counts follow from what is shown, in the order of the sums.

    The hidden counts may change by any vector of the null space of the sums; a count that is 0 in all of them is fixed.
    """
    names = list(dict.fromkeys(key for total, parts in sums for key in (total, *parts) if key in hidden))
    if not names:
        return []
    place = {key: number for number, key in enumerate(names)}
    rows = []
    for total, parts in sums:
        row = np.zeros(len(names))
        for key, sign in ((total, -1.0), *((part, 1.0) for part in parts)):
            if key in place:
                row[place[key]] += sign
        rows.append(row)
    _, values, directions = np.linalg.svd(np.vstack(rows), full_matrices=True)
    rank = int((values > _FREE).sum())
    freedom = np.abs(directions[rank:]).max(axis=0, initial=0.0)
    return [key for key, is_free in zip(names, freedom > _FREE, strict=True) if not is_free]
