"""Which random numbers does a simulated trial use, whatever else is drawn, in whatever order, on however many threads?

One counter-based generator, Philox: its key is (seed, scenario), and its counter says arm, purpose and trial. Two designs with the
same seed and scenario meet the same patients; the first 60 of an arm of 80 are those of an arm of 60.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from abate.stats.trials.errors import RunError

_LARGEST = 2**64


class Purpose(IntEnum):
    """What numbers are drawn for; each has a stream of its own, so that none moves another."""

    PATIENTS = 0
    LEAVING = 1
    RESCUE = 2
    CALENDAR = 3
    CENTRES = 4
    PERSONS = 5
    STAYS = 6
    ASSUMPTIONS = 7


class Streams:
    """The streams of one seed and scenario; for one thread, which uses each stream before it asks for the next."""

    def __init__(self, seed: int, scenario: int = 0) -> None:
        self._bits = np.random.Philox(key=np.array(require_key(seed, scenario), dtype=np.uint64))
        self._generator = np.random.Generator(self._bits)
        self._state: Any = self._bits.state

    def at(self, purpose: Purpose, trial: int, arm: int = 0) -> np.random.Generator:
        """Return the generator at the start of the stream of a purpose, trial and arm.

        Examples
        --------
        >>> streams = Streams(seed=7)
        >>> first = streams.at(Purpose.PATIENTS, trial=3).random()
        >>> _ = streams.at(Purpose.LEAVING, trial=3).random()
        >>> streams.at(Purpose.PATIENTS, trial=3).random() == first
        True
        """
        self._state["state"]["counter"][:] = (0, arm, purpose, trial)
        self._state["buffer_pos"], self._state["has_uint32"] = 4, 0
        self._bits.state = self._state
        return self._generator


def require_key(seed: int, scenario: int) -> tuple[int, int]:
    """Return seed and scenario where both are whole numbers that fit the generator's key.

    Raises
    ------
    RunError
        If one is not a whole number from 0 to 2**64 - 1.

    Examples
    --------
    >>> require_key(7, 0)
    (7, 0)
    """
    for name, value in (("seed", seed), ("scenario", scenario)):
        if not (isinstance(value, int | np.integer) and 0 <= value < _LARGEST):
            raise RunError(f"{name} must be a whole number from 0 to 2**64 - 1; got {value!r}.")
    return int(seed), int(scenario)
