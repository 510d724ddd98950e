"""From which random numbers is each part of the hospital made? One independent stream for each purpose and block.

A stream depends on the seed, the purpose and the number of a block of fixed size, and on nothing else: so neither the
size of a chunk nor the number of threads can change a row, and a parameter that switches an effect off leaves every
other random number as it was.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from abate.base.errors import ParameterError

Array = npt.NDArray[Any]


class Purpose(IntEnum):
    """What a stream is for; the numbers are part of what a seed means and must not change."""

    ROSTER = 1
    TRAITS = 2
    PATHS = 3
    ADMISSION = 4
    PERSONS = 5
    STAY = 6
    OCCASIONS = 7
    DOSES = 8
    HISTORY = 9
    EVENTS = 10
    CONTACTS = 11
    OTHERS = 12
    DIRT = 13


def stream(seed: int, purpose: Purpose, *block: int) -> np.random.Generator:
    """Return the random numbers of one purpose and block.

    Parameters
    ----------
    seed : int
        Seed of the hospital; 0 or above.
    purpose : Purpose
        What the numbers are for.
    *block : int
        Which block of persons, and which of its parts.

    Raises
    ------
    ParameterError
        If the seed is negative.
    """
    if seed < 0:
        raise ParameterError(f"the seed must be 0 or above; got {seed}.")
    key = np.random.SeedSequence(entropy=seed, spawn_key=(int(purpose), *block))
    return np.random.Generator(np.random.Philox(key))
