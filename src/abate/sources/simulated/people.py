"""Who are the people: sex, age, race, and the span in which each is observed?"""

from __future__ import annotations

import numpy as np

from abate.base.days import SECONDS_PER_DAY
from abate.sources.simulated import vocabulary as concept
from abate.sources.simulated.omop import TableRows, labelled
from abate.sources.simulated.streams import Array

#: Share of women, and mean and standard deviation of age in years, as in the lidocaine series (Schwenk 2022).
FEMALE_SHARE, MEAN_AGE, AGE_SD = 0.811, 46.0, 14.0
YOUNGEST, OLDEST = 18.0, 84.0
#: Races with their shares; 0 is not recorded. Assumed.
RACE_SHARES: tuple[tuple[int, float], ...] = (
    (concept.WHITE, 0.72),
    (concept.BLACK, 0.16),
    (concept.ASIAN, 0.05),
    (concept.NO_CONCEPT, 0.07),
)
HISPANIC_SHARE = 0.08


def add_persons(
    rows: TableRows,
    random: np.random.Generator,
    person_id: Array,
    observed_start: Array,
    observed_end: Array,
    female_share: Array | float = FEMALE_SHARE,
) -> None:
    """Add persons and the spans in which they are observed.

    Parameters
    ----------
    rows : TableRows
        Where the rows go.
    random : Generator
        Source of sex, age and race.
    person_id : array of int64, shape (person,)
        Their ids.
    observed_start, observed_end : array of int64, shape (person,)
        Seconds since 1970-01-01. Ages are drawn at the start.
    female_share : array of float, shape (person,), or float
        Chance of each to be a woman.
    """
    count = person_id.size
    is_female = random.random(count) < female_share
    age = np.clip(MEAN_AGE + AGE_SD * random.standard_normal(count), YOUNGEST, OLDEST)
    born = (observed_start // SECONDS_PER_DAY - np.floor(365.25 * age).astype(np.int64)).astype("datetime64[D]")
    year, month = born.astype("datetime64[Y]"), born.astype("datetime64[M]")
    races, shares = zip(*RACE_SHARES, strict=True)
    rows.add(
        "person",
        count,
        person_id=person_id,
        gender_concept_id=np.where(is_female, concept.FEMALE, concept.MALE),
        year_of_birth=year.astype(np.int64) + 1970,
        month_of_birth=(month - year).astype(np.int64) + 1,
        day_of_birth=(born - month).astype(np.int64) + 1,
        birth_datetime=born.astype(np.int64) * SECONDS_PER_DAY,
        race_concept_id=np.array(races)[random.choice(len(races), size=count, p=shares)],
        ethnicity_concept_id=np.where(random.random(count) < HISPANIC_SHARE, concept.HISPANIC, concept.NOT_HISPANIC),
        gender_source_value=labelled(is_female.astype(np.int64), ("M", "F")),
    )
    rows.add(
        "observation_period",
        count,
        person_id=person_id,
        observation_period_start_date=observed_start,
        observation_period_end_date=observed_end,
    )
