"""Which visits are untreated episodes? The comparator's key ``untreated``: usual care instead of another drug."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from abate.contracts.failure import LengthOfTime

VisitKind = Literal["inpatient", "emergency", "office"]


def _each_once(names: tuple[VisitKind, ...]) -> tuple[VisitKind, ...]:
    return tuple(dict.fromkeys(names))


class UntreatedVisits(BaseModel):
    """Visits for the study's condition, without a dose of the treatment: no dose, so their clock starts with the admission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visits: Annotated[tuple[VisitKind, ...], AfterValidator(_each_once)] = Field(
        default=("inpatient",), min_length=1, description="Kinds of visit that count"
    )
    without: tuple[int, ...] = Field(
        default=(),
        description="OMOP concept ids of other drugs that such a visit must not hold either, by any route, descendants included",
    )
    starts_after: LengthOfTime = Field(
        default="0h",
        description="The clock of an untreated visit starts so long after its admission; treated persons wait for their first dose too",
    )
