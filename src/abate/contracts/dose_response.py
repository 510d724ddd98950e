"""What does a study ask of dose and response? The study file's section ``[dose_response]``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: What of a course's doses is held against its response.
Measure = Literal["rate_max", "rate_mean", "dose_total", "dose_per_kg"]


class DoseResponse(BaseModel):
    """Rate and total dose against the final rating, and what came first: the rise of the rate or the fall of the rating."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measures: tuple[Measure, ...] = Field(
        default=("rate_max", "dose_total"),
        min_length=1,
        description="Highest rate, mean rate, total dose, total dose by weight",
    )
