"""Which counts does a result hold, which of its numbers show them, and how do they add up?

A ledger names every count once, ties counts by sums, and says for each estimate which counts a reader learns from it. What a
result does not state itself, but a reader could subtract (those who did not respond, those lost between two days), stands in it
as the unstated rest of a sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from abate.report.sharing.protection import Count, Sum

Key = tuple[str, ...]


class Ledger:
    """The counts of a result, built up family by family."""

    def __init__(self) -> None:
        self._values: dict[Key, int] = {}
        self._is_shown: dict[Key, bool] = {}
        self._importance: dict[Key, int] = {}
        self._is_known: set[Key] = set()
        self._sums: dict[Sum[Key], None] = {}
        self._whole: dict[Key, set[Key]] = defaultdict(set)
        self._sized: dict[Key, Key] = {}
        self._numerators: dict[Key, Key] = {}
        self._made_of: dict[Key, tuple[Key, ...]] = {}

    @property
    def counts(self) -> Mapping[Key, Count]:
        """Every count by its key."""
        return {
            key: Count(
                value=value,
                is_shown=self._is_shown[key],
                importance=self._importance.get(key, 0),
                is_fixed=key in self._is_known,
            )
            for key, value in self._values.items()
        }

    @property
    def sums(self) -> Sequence[Sum[Key]]:
        """Which counts add up to which."""
        return tuple(self._sums)

    @property
    def shown_by(self) -> Mapping[Key, set[Key]]:
        """For each number of the result, the counts that are learnt from it; where one is hidden, all of the number is."""
        return self._whole

    @property
    def size_of(self) -> Mapping[Key, Key]:
        """For each number of the result, the count of courses behind it, which may be hidden while the number is shown."""
        return self._sized

    def state(self, key: Key, value: float | None, importance: int = 0) -> Key:
        """Note a count that stands in the result; said again, it must be the same."""
        return self._note(key, value, importance, is_shown=True)

    def know(self, key: Key, value: int) -> Key:
        """Note a count that readers have already, as from an earlier release."""
        self._is_known.add(key)
        return self._note(key, value, 0, is_shown=True)

    def split(self, total: Key, *parts: Key, rest: Key | None = None) -> None:
        """Note that ``total`` is the sum of ``parts`` and of a rest, which may be a count of its own.

        Nothing is noted where the parts are more than the total: then they overlap and are no parts.
        """
        left = self._values[total] - sum(self._values[part] for part in parts)
        if left < 0:
            return
        if rest is None and left == 0:
            self._sums[Sum(total, parts)] = None
            return
        rest = rest or ("rest", *total, "of", *(name for part in parts for name in part))
        self._note(rest, left, 0, is_shown=False)
        self._sums[Sum(total, (*parts, rest))] = None

    def nest(self, keys: Iterable[Key]) -> None:
        """Note that counts lie in one another, the largest outside: what is between two neighbours is a count, too."""
        ordered = sorted(dict.fromkeys(keys), key=lambda key: -self._values[key])
        for outer, inner in pairwise(ordered):
            self.split(outer, inner)

    def add_up(self, key: Key, parts: Iterable[Key]) -> Key:
        """Note the sum of counts that nobody states."""
        found = tuple(parts)
        self._note(key, sum(self._values[part] for part in found), 0, is_shown=False)
        self._sums[Sum(key, found)] = None
        return key

    def cover(self, whole: Key, parts: Iterable[Key]) -> None:
        """Note that counts lie in ``whole``, may overlap, and leave nothing of it out: together they are not fewer than it."""
        found = tuple(parts)
        for part in found:
            self.split(whole, part)
        if len(found) > 1:
            self.split(self.add_up(("together", *whole), found), whole)

    def shows(self, number: Key, *keys: Key) -> None:
        """Note that a number of the result gives these counts away."""
        self._whole[number].update(keys)

    def is_share(self, number: Key, key: Key, of: Key) -> None:
        """Note that a number is the share ``key`` of ``of``, and gives both away."""
        self._whole[number].update((key, of))
        self._numerators[number] = key

    @property
    def numerator_of(self) -> Mapping[Key, Key]:
        """For each share, rate or count among the numbers, what it counts."""
        return self._numerators

    @property
    def made_of(self) -> Mapping[Key, Sequence[Key]]:
        """For each mean that is a quotient of counts, those counts; where one is hidden, the mean loses its decimals."""
        return self._made_of

    def is_mean_of(self, number: Key, values: Mapping[Key, int]) -> None:
        """Note that a number is a mean of whole numbers, of which it is counted how often each occurs: it tells their sum."""
        parts = tuple(key for key, value in values.items() for _ in range(value))
        whole = ("sum of", *number)
        self._note(whole, sum(self._values[part] for part in parts), 45, is_shown=True)
        self._sums[Sum(whole, parts)] = None
        self._whole[number].add(whole)
        self._made_of[number] = tuple(values)

    def has_size(self, number: Key, key: Key) -> None:
        """Note that a number is of so many courses."""
        self._sized[number] = key

    def __contains__(self, key: Key) -> bool:
        """Whether a count is noted."""
        return key in self._values

    def __getitem__(self, key: Key) -> int:
        """Return the value of a count."""
        return self._values[key]

    def _note(self, key: Key, value: float | None, importance: int, *, is_shown: bool) -> Key:
        count = int(value or 0)
        if self._values.setdefault(key, count) != count:
            raise ValueError(f"{key!r} is {self._values[key]} and {count}")
        self._is_shown[key] = self._is_shown.get(key, False) or is_shown
        self._importance[key] = max(self._importance.get(key, 0), importance)
        return key
