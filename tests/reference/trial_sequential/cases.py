"""Which cases of the trial reference does a test read, and how near must our numbers come?

Each file says which program made its numbers; none of them is ours. A number agrees where the difference is at most the tolerance, or
at most that share of a number above 1: the other program stops its search by the error spent, not by the bound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Case = dict[str, Any]
Agrees = Callable[[ArrayLike, ArrayLike], None]


def read_cases(abate_data: Path, name: str, begins: str = "") -> list[Case]:
    """Return the cases of a file whose id begins so."""
    cases = json.loads((abate_data / "trial-reference" / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return [case for case in cases if case["id"].startswith(begins)]


def differences(ours: ArrayLike, theirs: ArrayLike) -> np.ndarray:
    """Return how far apart numbers are, as a share of those above 1."""
    mine, other = np.atleast_1d(np.asarray(ours, dtype=float)), np.atleast_1d(np.asarray(theirs, dtype=float))
    assert mine.shape == other.shape
    return np.abs(mine - other) / np.maximum(1.0, np.abs(other))


def each(cases: list[Case], tolerance: float) -> Iterator[tuple[dict[str, Any], dict[str, Any], Agrees]]:
    """Give inputs, outputs and the comparison of each case in turn; a difference names its case."""
    for case in cases:

        def agrees(ours: ArrayLike, theirs: ArrayLike, within: float = tolerance, name: str = case["id"]) -> None:
            apart = differences(ours, theirs)
            assert apart.max() <= within, f"{name}: {ours} against {theirs}, apart by {apart.max():.2g}"

        yield case["inputs"], case["outputs"], agrees
