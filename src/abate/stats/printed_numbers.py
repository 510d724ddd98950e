"""What does a printed number stand for? Every number that rounds to it.

That is half a unit of its last digit to either side, both ends counted in, so that no way of rounding a tie is held against anybody.
A number cut off and not rounded may fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from abate.base.errors import ParameterError

_NUMBER = re.compile(r"[+-]?\d+(?:\.(\d+))?")


class Fit(Enum):
    """Whether printed numbers can stand together; a number that is missing makes nothing wrong."""

    FITS = "fits"
    DOES_NOT_FIT = "does not fit"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, kw_only=True)
class PrintedNumber:
    """A number with the decimals that it was printed with.

    Attributes
    ----------
    value : Fraction
        Exactly what was printed.
    decimals : int
        Digits after the point: 27.3 has 1, and 27.30 has 2.
    """

    value: Fraction
    decimals: int

    @property
    def text(self) -> str:
        """The number with its decimals, as it was printed."""
        return f"{float(self.value):.{self.decimals}f}"

    @property
    def half_unit(self) -> Fraction:
        """Half a unit of the last digit."""
        return Fraction(1, 2 * 10**self.decimals)

    @property
    def lower(self) -> Fraction:
        """The smallest number that may have been printed so."""
        return self.value - self.half_unit

    @property
    def upper(self) -> Fraction:
        """The largest number that may have been printed so."""
        return self.value + self.half_unit

    def holds(self, exact: Fraction) -> bool:
        """Return whether ``exact`` may have been printed so."""
        return self.lower <= exact <= self.upper


def read_printed(text: str) -> PrintedNumber:
    """Return a printed number with its decimals; a sign of per cent and spaces are left out.

    Parameters
    ----------
    text : str
        Such as ``"77"``, ``"27.3 %"`` or ``"0.50"``.

    Returns
    -------
    PrintedNumber

    Raises
    ------
    ParameterError
        If it is no number with a decimal point.

    Examples
    --------
    >>> read_printed("27.3 %").lower, read_printed("27.3 %").upper
    (Fraction(109, 4), Fraction(547, 20))
    """
    bare = text.replace("%", "").replace("\u2212", "-").strip()
    found = _NUMBER.fullmatch(bare)
    if found is None:
        raise ParameterError(
            "a printed number must be digits with a decimal point at most, such as 77 or 27.3 %; found something else."
        )
    return PrintedNumber(value=Fraction(bare), decimals=len(found.group(1) or ""))
