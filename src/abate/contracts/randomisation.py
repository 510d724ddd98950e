"""How are participants assigned? The plan file's section ``[randomisation]``: what is drawn, never what was drawn."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from abate.contracts.definition import Name, Section

Method = Literal["permuted blocks", "minimisation", "simple", "urn", "big stick"]

#: Columns of a list that no factor may take.
_TAKEN_BY_COLUMNS = ("number", "block", "block size", "arm", "kit", "salt", "trial")
#: Which keys belong to one method only.
_OF_METHOD: dict[str, Method] = {
    "block_sizes": "permuted blocks",
    "largest_imbalance": "big stick",
    "probability": "minimisation",
}


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _repeated(names: tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


Names = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)]
Counts = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_as_tuple)]


class StrataFactor(Section):
    """One factor by which assignment is stratified, or minimised."""

    name: Name
    levels: Names = Field(min_length=1)
    shares: Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], BeforeValidator(_as_tuple)] | None = Field(
        default=None, description="Of the participants in each level, adding up to 1; left out: as many in each"
    )

    @model_validator(mode="after")
    def _levels_differ(self) -> StrataFactor:
        if twice := _repeated(self.levels):
            raise ValueError(f"the level {twice[0]!r} of {self.name!r} stands twice; give each level once.")
        if self.shares is not None and len(self.shares) != len(self.levels):
            raise ValueError(
                f"{self.name!r} has {len(self.levels)} levels and {len(self.shares)} shares; give one each."
            )
        if self.shares is not None and abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError(f"the shares of {self.name!r} add up to {sum(self.shares):g}; they must add up to 1.")
        return self


class Randomisation(Section):
    """The specification of an allocation list. It holds no seed: that comes from the operating system and stays with the unblinded."""

    method: Method = "permuted blocks"
    arms: Names | None = Field(default=None, description="Names of the arms; left out: those of the plan's [[arms]]")
    ratio: Counts | None = Field(default=None, description="Of the arms; left out: the weights of the plan's [[arms]]")
    participants: int | None = Field(
        default=None, ge=2, le=100_000, description="Left out: arms times [design] per_arm"
    )
    block_sizes: Counts | None = Field(
        default=None,
        description="Drawn at random, each a multiple of the sum of the ratio; left out: one, two and three times the sum. Not for the protocol text that sites see",
    )
    strata: Annotated[tuple[StrataFactor, ...], BeforeValidator(_as_tuple)] = Field(
        default=(), description="Centre, and at most two more"
    )
    rows_per_stratum: int | None = Field(
        default=None,
        ge=1,
        description="Lines of the list in each stratum; left out: as many as participants, so that no stratum can run out",
    )
    largest_imbalance: int | None = Field(default=None, ge=1, description="Of a big stick")
    probability: float | None = Field(
        default=None, gt=0, le=1, description="Of the better arm in minimisation; left out: 0.8 (Pocock & Simon 1975)"
    )

    @model_validator(mode="after")
    def _keys_belong_to_the_method(self) -> Randomisation:
        for key, method in _OF_METHOD.items():
            if getattr(self, key) is not None and self.method != method:
                raise ValueError(
                    f'{key} belongs to method = "{method}", not to "{self.method}"; take one of the two out.'
                )
        if self.method == "big stick" and self.largest_imbalance is None:
            raise ValueError('method = "big stick" needs largest_imbalance, such as 3.')
        if self.method == "minimisation" and not self.strata:
            raise ValueError('method = "minimisation" needs a factor at least, under [[randomisation.strata]].')
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Randomisation:
        if self.arms is not None and (len(self.arms) < 2 or _repeated(self.arms)):
            raise ValueError("arms are two names at least, each once.")
        if twice := _repeated(tuple(factor.name for factor in self.strata)):
            raise ValueError(f"the factor {twice[0]!r} stands twice under [[randomisation.strata]]; give it once.")
        if taken := [factor.name for factor in self.strata if factor.name.casefold() in _TAKEN_BY_COLUMNS]:
            raise ValueError(
                f"a factor cannot be called {taken[0]!r}: the list has a column of that name; write it out."
            )
        return self
