"""How is a number written in a plan file, so that it says where it comes from? Numbers and shares with their source."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from abate.contracts.definition import Name, Section

#: Where a number comes from. "assumed": nobody has measured it; it is shown as unverified wherever it is shown.
Basis = Literal["study", "literature", "typed", "assumed"]

OneShare = Annotated[float, Field(ge=0, le=1)]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1)]
OpenShare = Annotated[float, Field(gt=0, lt=1)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def as_numbers(value: Any) -> Any:
    """Return one number as a row of one, a list as a tuple, anything else as it is."""
    return (value,) if isinstance(value, int | float) else _as_tuple(value)


def _rising(values: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in pairwise(values)):
        raise ValueError("the values must rise; put them in order, each once.")
    return values


Numbers = Annotated[tuple[float, ...], BeforeValidator(_as_tuple)]
RisingNumbers = Annotated[tuple[float, ...], BeforeValidator(_as_tuple), AfterValidator(_rising)]
Counts = Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_as_tuple)]


class Sourced(Section):
    """What every assumption says of itself."""

    basis: Basis
    source: Name = Field(description="The estimate of the study, the paper, or who says so and why")
    n: int | None = Field(default=None, ge=1, description="Persons behind it")

    @property
    def is_unverified(self) -> bool:
        """Whether nobody has measured it."""
        return self.basis == "assumed"


class Number(Sourced):
    """A number with its standard error."""

    value: float
    se: float | None = Field(default=None, ge=0, description="Standard error; left out: taken as known, and said so")


class Share(Sourced):
    """A share from 0 to 1; drawn from a Beta by ``n``, or by the range in which it lies with 95 %."""

    value: OneShare
    low: OneShare | None = None
    high: OneShare | None = None

    @model_validator(mode="after")
    def _range_holds_value(self) -> Share:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high go together; give both or neither.")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value:g} lies outside low {self.low:g} to high {self.high:g}.")
        return self
