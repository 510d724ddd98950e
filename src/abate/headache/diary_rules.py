"""By which rules is a diary counted? What a headache day and a migraine day are, and how much must be filled in to answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from abate.base.errors import ParameterError

MigraineRule = Literal["definite", "probable"]
IntensityScale = Literal["0-10", "0-3"]
EmptyMedication = Literal["not known", "none"]
TwoRows = Literal["refuse", "leave out"]

VERIFIED = "verified"
RECALLED = "unverified: recalled"
OWN = "abate's choice"
ICHD3 = "ICHD-3, Cephalalgia 2018;38:1-211, doi:10.1177/0333102417738202"

_HOURS_OF_A_DAY = 24


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One rule in words, whether it was verified, and where it comes from."""

    text: str
    tag: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class DiaryRules:
    """The rules; each one is shown with the result (:meth:`statements`).

    Attributes
    ----------
    month_days : int
        Days that count as a month, 28 to 31; frequencies are per that many days, and a shorter diary is one of that length whose other
        days are empty.
    least_share_filled : float
        Share of days, 0 to 1, that must be filled in before a frequency is given.
    last_days : int, optional
        Count only so many days at the end of each person's diary; all of them where it is None.
    least_hours : float
        Hours of headache that make a headache day, 0 to 24; at 0 any headache does.
    treated_counts : bool
        Whether a shorter headache makes a headache day where an acute drug was taken.
    migraine_rule : {"definite", "probable"}
        What makes a headache day a migraine day: criteria C and D of 1.1, or two of B, C and D (for counting in a person in
        whom migraine is diagnosed).
    triptan_or_ergot_counts : bool
        Whether a headache day on which a triptan or ergot was taken is a migraine day.
    aura_counts : bool
        Whether a headache day with aura is a migraine day; aura is not read otherwise.
    moderate_from : float
        Lowest rating, 0 to 10, that is moderate.
    intensity_scale : {"0-10", "0-3"}, optional
        What numbers in the column ``intensity`` mean; words need none.
    empty_medication : {"not known", "none"}
        What an empty cell of ``acute_medication`` says on a day that is filled in.
    two_rows : {"refuse", "leave out"}
        What is done where two rows of one person and day differ: refuse the diary, or take the day as not filled in.

    Raises
    ------
    ParameterError
        If a value is outside its range.
    """

    month_days: int = 28
    least_share_filled: float = 0.8
    last_days: int | None = None
    least_hours: float = 0.0
    treated_counts: bool = True
    migraine_rule: MigraineRule = "definite"
    triptan_or_ergot_counts: bool = True
    aura_counts: bool = False
    moderate_from: float = 4.0
    intensity_scale: IntensityScale | None = None
    empty_medication: EmptyMedication = "not known"
    two_rows: TwoRows = "refuse"

    def __post_init__(self) -> None:
        _require(28 <= self.month_days <= 31, "the days of a month", "28 to 31", self.month_days)
        _require(
            0 < self.least_share_filled <= 1, "the minimum filled in", "above 0 and at most 1", self.least_share_filled
        )
        _require(self.last_days is None or self.last_days >= 1, "last_days", "1 or more", self.last_days)
        _require(0 <= self.least_hours <= _HOURS_OF_A_DAY, "least_hours", "0 to 24", self.least_hours)
        _require(0 < self.moderate_from <= 10, "moderate_from", "above 0 and at most 10", self.moderate_from)
        _require_one_of(self.migraine_rule, get_args(MigraineRule), "the migraine rule")
        _require_one_of(self.intensity_scale, (None, *get_args(IntensityScale)), "the scale of intensity")
        _require_one_of(self.empty_medication, get_args(EmptyMedication), "an empty medication cell")
        _require_one_of(self.two_rows, get_args(TwoRows), "two rows a day")

    def statements(self, columns: Collection[str] = ("intensity", "acute_medication")) -> tuple[Statement, ...]:
        """Return the rules in words, with tags and sources; those for a column that the diary does not have are left out."""
        rules = [
            Statement(
                text=f"A month is {self.month_days} days; a shorter diary is one of {self.month_days} days whose others are empty.",
                tag=RECALLED,
            ),
            Statement(
                text=f"Frequencies are given where at least {self.least_share_filled:.0%} of the days are filled in.",
                tag=RECALLED,
            ),
            self._which_days(),
            self._headache_day(),
            self._migraine_day(),
        ]
        if "intensity" in columns:
            rules.append(
                Statement(text=f"On a scale of 0 to 10, pain is moderate from {self.moderate_from:g}.", tag=RECALLED)
            )
        if "acute_medication" in columns:
            rules += self._medication()
        return tuple(rules)

    def _medication(self) -> list[Statement]:
        empty = {"not known": "what was taken is not known", "none": "nothing was taken"}[self.empty_medication]
        return [
            Statement(text=f"Where the medication cell is empty on a day that is filled in, {empty}.", tag=OWN),
            Statement(
                text="The name of a class, such as NSAID, is taken as one and the same drug on all days.", tag=OWN
            ),
        ]

    def _which_days(self) -> Statement:
        which = "Every day of the diary counts" if self.last_days is None else f"The last {self.last_days} days count"
        return Statement(
            text=f"{which}; a day without a row, or with an empty headache cell, is not filled in.", tag=OWN
        )

    def _headache_day(self) -> Statement:
        if self.least_hours == 0:
            return Statement(text="Headache day: any headache.", tag=VERIFIED, source=ICHD3)
        treated = ", or a shorter one that was treated" if self.treated_counts else ""
        return Statement(text=f"Headache day: headache of {self.least_hours:g} hours or more{treated}.", tag=RECALLED)

    def _migraine_day(self) -> Statement:
        features = {
            "definite": "1.1 C and D are met",
            "probable": "two of 1.1 B, C and D are met (for counting in someone diagnosed)",
        }[self.migraine_rule]
        drugs = ", or a triptan or ergot was taken" if self.triptan_or_ergot_counts else ""
        aura = ", or there was aura" if self.aura_counts else ""
        parts = [name for name, text in (("triptan or ergot", drugs), ("aura", aura)) if text]
        tag = f"unverified: {' and '.join(parts)} (recalled)" if parts else VERIFIED
        return Statement(text=f"Migraine day: a headache day on which {features}{drugs}{aura}.", tag=tag, source=ICHD3)


def _require(holds: bool, what: str, expected: str, found: object) -> None:
    if not holds:
        raise ParameterError(f"{what} must be {expected}; found {found}.")


def _require_one_of(found: object, allowed: tuple[object, ...], what: str) -> None:
    if found not in allowed:
        words = ", ".join(repr(word) for word in allowed if word is not None)
        raise ParameterError(f"{what} must be one of {words}; found {found!r}.")
