"""Which counts must be hidden so that no small one can be worked out from all the others?

Counts are tied together by sums: a total is the sum of its parts. A reader of a shared file knows the sums, every count that
stands in it, and of a hidden count only what its mark says. He may solve all sums together. A small count is safe when, after that,
it may still be one of as many numbers as its mark stands for: "<5" says 1 to 4, and nothing may say more than one of four.

For each small count the least and the largest value that the sums allow are found by linear programming. Where they leave too
few, one more count that opens them is hidden, the least important first, until all are safe. Sums that share no hidden count do not
speak to each other and are solved apart. Where nothing is left to hide but the core of a study, two possible values must do; a total
of two hidden parts, for one, cannot be 1.

The idea of auditing hidden cells by their feasible range is that of statistical disclosure control: Willenborg L, de Waal T.
Elements of Statistical Disclosure Control. Springer 2001 (doi:10.1007/978-1-4613-0121-9), chapter 7.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

#: Counts of this importance and above are hidden only where a small one would otherwise be known exactly.
CORE = 60

_INFINITY = float("inf")
_TOLERANCE = 1e-6


class Mark(Enum):
    """What stands in the place of a hidden count."""

    SMALL = "small"  # it is from 1 to one less than the smallest that may be shown
    OTHER = "other"  # it would give a small one away; nothing is said of its size


@dataclass(frozen=True, kw_only=True)
class Count:
    """A count of a study.

    Attributes
    ----------
    value : int
        At least 0.
    is_shown : bool
        Whether it is meant to stand somewhere. What is not is known to a reader through sums only, and protected all the same.
    importance : int
        Of counts of which one must be hidden, that of the lowest importance is.
    is_fixed : bool
        It is known already, as from an earlier release, and cannot be hidden any more.
    """

    value: int
    is_shown: bool = True
    importance: int = 0
    is_fixed: bool = False


@dataclass(frozen=True)
class Sum(Generic[Key]):
    """A total and its parts; a part that stands several times counts as often."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Total and parts."""
        return (self.total, *self.parts)


class CannotProtectError(ArithmeticError):
    """A small count follows from counts that are known already."""


def hide_counts(
    counts: Mapping[Key, Count],
    sums: Sequence[Sum[Key]],
    *,
    smallest: int,
    hidden: Mapping[Key, Mark] | None = None,
    told_from: int | None = None,
) -> dict[Key, Mark]:
    """Return the counts that may not be shown, each with the mark that may stand in its place.

    Parameters
    ----------
    counts : mapping of key to Count
        Every count that stands somewhere or is a part of one, totals included.
    sums : sequence of Sum
        Which counts add up to which. All keys must be among ``counts``.
    smallest : int
        The smallest count above 0 that may be shown; with 1 nothing is hidden.
    hidden : mapping of key to Mark, optional
        Counts that are hidden for other reasons, and stay so; one that is small has the mark of its size all the same.

    told_from : int, optional
        What follows from fixed counts alone and is at least so large was told by an earlier rule, and is no mistake of this one.

    Raises
    ------
    ValueError
        If a sum is not true: a mistake of the program.
    CannotProtectError
        If a small count follows from fixed ones alone.

    Examples
    --------
    >>> counts = {"women": Count(value=40), "men": Count(value=3), "all": Count(value=43, importance=1)}
    >>> hidden = hide_counts(counts, [Sum("all", ("women", "men"))], smallest=5)
    >>> {key: mark.value for key, mark in sorted(hidden.items())}
    {'men': 'small', 'women': 'other'}
    """
    for one in sums:
        if counts[one.total].value != sum(counts[part].value for part in one.parts):
            raise ValueError(f"the sum of {one.total!r} is not true")
    leaders = _leaders(counts, sums)
    merged, merged_sums = _merge(counts, sums, leaders)
    marks: dict[Key, Mark] = {
        key: Mark.SMALL
        for key, count in merged.items()
        if count.is_shown and not count.is_fixed and 0 < count.value < smallest
    }
    kept = {leaders[key]: mark for key, mark in (hidden or {}).items() if not merged[leaders[key]].is_fixed}
    marks = {**kept, **marks}
    audit = _Audit(merged, merged_sums, smallest, told_from or smallest)
    while (unsafe := audit.find_unsafe(marks)) is not None:
        marks |= audit.choose(*unsafe, marks)
    marks = audit.show_again(marks, kept)
    return {key: marks[leaders[key]] for key in counts if leaders[key] in marks}


def _leaders(counts: Mapping[Key, Count], sums: Sequence[Sum[Key]]) -> Mapping[Key, Key]:
    """Return for each count the first of those that must be equal to it: the only part above 0 of a total is the total."""
    leaders = {key: key for key in counts}

    def leader(key: Key) -> Key:
        while leaders[key] != key:
            key = leaders[key]
        return key

    for one in sums:
        above = [part for part in one.parts if counts[part].value > 0]
        if len(above) == 1:
            leaders[leader(above[0])] = leader(one.total)
    return {key: leader(key) for key in counts}


def _merge(
    counts: Mapping[Key, Count], sums: Sequence[Sum[Key]], leaders: Mapping[Key, Key]
) -> tuple[dict[Key, Count], list[Sum[Key]]]:
    """Return counts and sums with one count in the place of all that must be equal; parts of 0 say nothing more."""
    merged: dict[Key, Count] = {}
    for key, count in counts.items():
        other = merged.get(leaders[key], Count(value=count.value, is_shown=False))
        merged[leaders[key]] = Count(
            value=count.value,
            is_shown=count.is_shown or other.is_shown,
            importance=max(count.importance, other.importance),
            is_fixed=count.is_fixed or other.is_fixed,
        )
    kept = (
        Sum(leaders[one.total], tuple(leaders[part] for part in one.parts if counts[part].value > 0)) for one in sums
    )
    return merged, list(dict.fromkeys(one for one in kept if len(one.parts) > 1))


class _Audit(Generic[Key]):
    """The sums of a study, and what they say of its hidden counts."""

    def __init__(self, counts: Mapping[Key, Count], sums: Sequence[Sum[Key]], smallest: int, told_from: int) -> None:
        self._counts, self._sums, self._smallest, self._told_from = counts, sums, smallest, told_from
        self._sums_of: dict[Key, list[int]] = defaultdict(list)
        for place, one in enumerate(sums):
            for key in one.keys:
                self._sums_of[key].append(place)
        self._safe_groups: set[tuple[frozenset[Key], frozenset[tuple[Key, Mark]]]] = set()
        self._importances = sorted({count.importance for count in counts.values()})
        self._is_enough: set[Key] = set()  # nothing is left to hide for these, and two values are possible
        self._safe: set[Key] = set()  # hiding more only widens a range, so that these stay safe
        self._ranges: dict[tuple[Key, frozenset[tuple[Key, Mark | None]]], float] = {}
        self._seen: dict[frozenset[tuple[Key, Mark | None]], dict[Key, tuple[float, float]]] = defaultdict(dict)

    def find_unsafe(self, marks: Mapping[Key, Mark]) -> tuple[Key, frozenset[Key], float] | None:
        """Return a small count whose value the sums narrow down, the hidden counts tied to it, and how wide its range is."""
        for group in self._groups(marks):
            stamp = (group, frozenset((key, marks[key]) for key in group if key in marks))
            if stamp in self._safe_groups:
                continue
            open_keys = (key for key in group if self._is_small(key) and key not in self._safe | self._is_enough)
            for key in sorted(open_keys, key=repr):
                width = self._width(key, group, marks)
                if width < self._smallest - 2 - _TOLERANCE:
                    return key, group, width
                self._safe.add(key)
            self._safe_groups.add(stamp)
        return None

    def choose(self, key: Key, group: frozenset[Key], width: float, marks: Mapping[Key, Mark]) -> dict[Key, Mark]:
        """Return what to hide next: the least important count by which the range becomes wider, else the least important."""
        candidates = self._candidates(group, marks)
        for importance in self._importances if candidates else ():
            if importance >= CORE and width > 1 - _TOLERANCE:
                break
            if self._width_at_most(key, importance, marks) > width + _TOLERANCE:
                cheap = [name for name in candidates if self._counts[name].importance <= importance] or candidates
                alone = (name for name in cheap if self._width_without(key, [name], marks) > width + _TOLERANCE)
                return {next(alone, cheap[0]): Mark.OTHER}
        if width > 1 - _TOLERANCE or self._counts[key].value >= self._told_from:
            self._is_enough.add(key)
            return {}
        # Nothing more to hide would help, so that marks alone say too much: the others that are small lose theirs.
        small = {name for name in group if name != key and marks.get(name) is Mark.SMALL}
        if not small:
            raise CannotProtectError(f"{key!r} follows from counts that are known already")
        return dict.fromkeys(small, Mark.OTHER)

    def _candidates(self, group: frozenset[Key], marks: Mapping[Key, Mark]) -> list[Key]:
        """Return the counts beside a group that are still shown, the least important first."""
        places = {place for name in group for place in self._sums_of[name]}
        names = {name for place in places for name in self._sums[place].keys if self._can_be_hidden(name, marks)}
        return sorted(names, key=self._order)

    def _width_at_most(self, key: Key, importance: int, marks: Mapping[Key, Mark]) -> float:
        """Return how wide a range could become by hiding counts that are not more important than this."""
        tried = dict(marks)
        while more := [
            name
            for name in self._candidates(self._group(key, tried), tried)
            if self._counts[name].importance <= importance
        ]:
            tried |= dict.fromkeys(more, Mark.OTHER)
        return self._width(key, self._group(key, tried), tried)

    def show_again(self, marks: Mapping[Key, Mark], always: Collection[Key]) -> dict[Key, Mark]:
        """Return the marks without those of counts that need not be hidden, tried from the most important on."""
        kept = dict(marks)
        for key in sorted((key for key, mark in marks.items() if mark is Mark.OTHER), key=self._order, reverse=True):
            if self._is_small(key) or key in always:
                continue
            tried = {name: mark for name, mark in kept.items() if name != key}
            small = sorted((name for name in self._group(key, kept) if self._is_small(name)), key=repr)
            if all(self._stays_as_wide(name, kept, tried) for name in small):
                kept = tried
        return kept

    def _stays_as_wide(self, key: Key, before: Mapping[Key, Mark], after: Mapping[Key, Mark]) -> bool:
        """Return whether a small count is as safe after a change of marks as it was, or as safe as it has to be."""
        width = self._width(key, self._group(key, after), after)
        enough = self._smallest - 2 - _TOLERANCE
        return width >= enough or width >= self._width(key, self._group(key, before), before) - _TOLERANCE

    def _width_without(self, key: Key, names: Sequence[Key], marks: Mapping[Key, Mark]) -> float:
        """Return how wide the range of a count would be if these were hidden as well."""
        tried = {**marks, **dict.fromkeys(names, Mark.OTHER)}
        return self._width(key, self._group(key, tried), tried)

    def _width(self, key: Key, group: frozenset[Key], marks: Mapping[Key, Mark]) -> float:
        """Return how wide the range of a count is; where solutions found for others show that it is wide enough, at least so wide."""
        state = frozenset((name, marks.get(name)) for name in group)
        least, largest = self._seen[state].get(key, (0.0, 0.0))
        if largest - least >= self._smallest - 2:
            return largest - least
        if (key, state) not in self._ranges:
            least, largest = self._range(key, group, marks)
            self._ranges[key, state] = largest - least
        return self._ranges[key, state]

    def _note_solution(self, names: Sequence[Key], values: Sequence[float], marks: Mapping[Key, Mark]) -> None:
        """Keep the values that one solution gives to all counts of a group: each is possible."""
        seen = self._seen[frozenset((name, marks.get(name)) for name in names)]
        for name, value in zip(names, values, strict=True):
            least, largest = seen.get(name, (float(value), float(value)))
            seen[name] = min(least, float(value)), max(largest, float(value))

    def _order(self, key: Key) -> tuple[int, int, str]:
        count = self._counts[key]
        return count.importance, count.value, repr(key)

    def _is_small(self, key: Key) -> bool:
        return 0 < self._counts[key].value < self._smallest

    def _can_be_hidden(self, key: Key, marks: Mapping[Key, Mark]) -> bool:
        count = self._counts[key]
        return count.is_shown and not count.is_fixed and count.value > 0 and key not in marks

    def _is_unknown(self, key: Key, marks: Mapping[Key, Mark]) -> bool:
        count = self._counts[key]
        return not count.is_fixed and count.value > 0 and (not count.is_shown or key in marks)

    def _groups(self, marks: Mapping[Key, Mark]) -> list[frozenset[Key]]:
        """Return the unknown counts in groups that share no sum, those with a small one only."""
        seen: set[Key] = set()
        groups = []
        for start in self._counts:
            if start in seen or not self._is_small(start) or not self._is_unknown(start, marks):
                continue
            group = self._group(start, marks)
            seen |= group
            groups.append(group)
        return groups

    def _group(self, start: Key, marks: Mapping[Key, Mark]) -> frozenset[Key]:
        """Return the unknown counts that are tied to one by sums, and it itself."""
        group: set[Key] = set()
        open_keys = [start]
        while open_keys:
            key = open_keys.pop()
            if key in group:
                continue
            group.add(key)
            for place in self._sums_of[key]:
                open_keys += [other for other in self._sums[place].keys if self._is_unknown(other, marks)]
        return frozenset(group)

    def _range(self, key: Key, group: frozenset[Key], marks: Mapping[Key, Mark]) -> tuple[float, float]:
        """Return the least and the largest value that the sums and the marks allow for one unknown count."""
        places = sorted({place for name in group for place in self._sums_of[name]})
        if not places:
            return self._bounds(key, marks)
        if len(places) == 1 and len(set(self._sums[places[0]].keys)) == len(self._sums[places[0]].keys):
            return self._range_in_one_sum(key, self._sums[places[0]], marks)
        return self._range_in_sums(key, sorted(group, key=repr), places, marks)

    def _bounds(self, key: Key, marks: Mapping[Key, Mark]) -> tuple[float, float]:
        """Return what the mark of a count says; a hidden small one that has lost its mark may be any above 0."""
        if key not in marks:
            return (0.0, _INFINITY)
        if marks[key] is Mark.SMALL:
            return (1.0, self._smallest - 1.0)
        return (1.0 if self._is_small(key) else float(self._smallest), _INFINITY)

    def _range_in_one_sum(self, key: Key, one: Sum[Key], marks: Mapping[Key, Mark]) -> tuple[float, float]:
        """Return the range by adding up bounds: the same as by a linear programme with one equation."""
        low, high = self._bounds(key, marks)
        least, largest = 0.0, 0.0
        sign_of_key = -1 if key == one.total else 1
        for name in one.keys:
            if name == key:
                continue
            lower, upper = (
                self._bounds(name, marks) if self._is_unknown(name, marks) else (self._counts[name].value,) * 2
            )
            sign = (1 if name == one.total else -1) * sign_of_key
            least += lower if sign > 0 else -upper
            largest += upper if sign > 0 else -lower
        return max(low, least), min(high, largest)

    def _range_in_sums(
        self, key: Key, names: Sequence[Key], places: Sequence[int], marks: Mapping[Key, Mark]
    ) -> tuple[float, float]:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csc_array

        column = {name: at for at, name in enumerate(names)}
        equations, right = np.zeros((len(places), len(names))), np.zeros(len(places))
        for at, place in enumerate(places):
            one = self._sums[place]
            for name, sign in ((one.total, -1.0), *((part, 1.0) for part in one.parts)):
                if name in column:
                    equations[at, column[name]] += sign
                else:
                    right[at] -= sign * self._counts[name].value
        bounds = Bounds(*np.array([self._bounds(name, marks) for name in names]).T)
        sums = LinearConstraint(csc_array(equations), right, right)
        ends = []
        for direction in (1.0, -1.0):
            aim = np.zeros(len(names))
            aim[column[key]] = direction
            # Without whole numbers this is a linear programme; scipy's milp asks the same solver as its linprog, with less ado.
            found = milp(aim, constraints=sums, bounds=bounds)
            # The true counts satisfy every sum and mark, so that a programme without a solution has no end: it is unbounded.
            ends.append(direction * found.fun if found.status == 0 else -direction * _INFINITY)
            if found.status == 0:
                self._note_solution(names, found.x, marks)
        return ends[0], ends[1]
