"""Who was admitted, when, and how did the stay end? Candidates go in, block by block; those admitted come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from abate.base.days import SECONDS_PER_DAY
from abate.base.errors import ParameterError
from abate.sources.simulated.parameters import LONGEST_STAY_DAYS, HospitalParameters
from abate.sources.simulated.ratings import (
    SECONDS_PER_STEP,
    STEPS_PER_DAY,
    Paths,
    Traits,
    Worlds,
    draw_paths,
    draw_traits,
    find_admission_days,
    find_departures,
    origin_step,
    rate_in_worlds,
)
from abate.sources.simulated.roster import Role, Roster, draw_first_candidate_times
from abate.sources.simulated.streams import Array, Purpose, stream

#: Candidates in a block. Part of what a seed means: another size gives another hospital.
BLOCK_SIZE = 128
#: Blocks in a row without a single admission after which the rule is said to admit nobody.
EMPTY_BLOCK_LIMIT = 50


@dataclass(frozen=True, kw_only=True)
class Stays:
    """Stays of some persons. Arrays have the shape (stay,), paths (step, stay).

    Times are seconds since 1970-01-01, local wall-clock. ``number`` is 0 for the person's first stay. ``start`` and
    ``end`` bound the infusion where there is one; for the others they bound the same span of the stay.
    """

    person_id: Array
    number: Array
    role: Array
    paths: Paths
    traits: Traits
    first_candidate_time: Array
    admission_step: Array
    last_day: Array
    reason: Array
    admission: Array
    start: Array
    end: Array
    discharge: Array

    @property
    def count(self) -> int:
        """Number of stays."""
        return int(self.person_id.size)

    def times_of(self, stay: Array, step: Array, parameters: HospitalParameters) -> Array:
        """Return the time of grid steps of some stays."""
        times: Array = self.first_candidate_time[stay] + (step - origin_step(parameters)) * SECONDS_PER_STEP
        return times

    def worlds_at(self, stay: Array, step: Array, parameters: HospitalParameters) -> Worlds:
        """Return the ratings in the three worlds at grid steps of some stays.

        A person who got no drug lives in the world of the hospital, one who stayed at home in that of nothing done:
        there the richer worlds hold the ratings of the poorer one.
        """
        since_days = (step - self.admission_step[stay]) / STEPS_PER_DAY
        stay_days = (self.discharge - self.admission)[stay] / SECONDS_PER_DAY
        felt, error = self.paths.felt[step, stay], self.paths.error[step, stay]
        traits = _take(self.traits, stay)
        return rate_in_worlds(felt, error, since_days, stay_days, traits, parameters)


def _take(traits: Traits, index: Array) -> Traits:
    return Traits(**{field.name: getattr(traits, field.name)[index] for field in fields(Traits)})


def admit_stays(parameters: HospitalParameters, roster: Roster, seed: int) -> Iterator[Stays]:
    """Yield the stays of the roster's persons, a block of candidates at a time.

    Candidates who are not admitted (in each of their stays) do not enter; so two to three times as many are simulated.

    Raises
    ------
    ParameterError
        If the rule of admission admits nobody.
    """
    singles = roster.single.reshape(-1, 1)
    yield from _admit(parameters, singles, roster.stay_person_ids[: len(singles)], seed)
    yield from _admit(parameters, roster.double, roster.stay_person_ids[len(singles) :], seed)


def _admit(parameters: HospitalParameters, roles: Array, person_ids: Array, seed: int) -> Iterator[Stays]:
    """Yield stays until every person has the stays of their roles; ``roles`` has the shape (person, stay)."""
    admitted_count = block = empty_count = 0
    while admitted_count < len(roles):
        candidates = _Candidates(parameters, seed, stay_count=roles.shape[1], block=block)
        chosen = np.flatnonzero(candidates.is_admitted)[: len(roles) - admitted_count]
        block += 1
        empty_count = 0 if chosen.size else empty_count + 1
        if empty_count == EMPTY_BLOCK_LIMIT:
            raise ParameterError(
                f"the rule of admission {parameters.admission_rule!r} admitted none of {empty_count * BLOCK_SIZE} "
                "candidates; lower its threshold or raise its hazard."
            )
        if chosen.size:
            end = admitted_count + chosen.size
            yield candidates.become_stays(chosen, roles[admitted_count:end], person_ids[admitted_count:end])
            admitted_count = end


class _Candidates:
    """One block of candidates: their traits, and for each of their stays a path and a day of admission."""

    def __init__(self, parameters: HospitalParameters, seed: int, stay_count: int, block: int) -> None:
        self.parameters, self.seed, self.key = parameters, seed, (stay_count, block)
        self.traits = draw_traits(stream(seed, Purpose.TRAITS, *self.key), parameters, BLOCK_SIZE)
        self.paths: list[Paths] = []
        self.admission_days: list[Array] = []
        for number in range(stay_count):
            paths = draw_paths(stream(seed, Purpose.PATHS, *self.key, number), parameters, self.traits.level)
            random = stream(seed, Purpose.ADMISSION, *self.key, number)
            self.paths.append(paths)
            self.admission_days.append(find_admission_days(random, parameters, paths))

    @property
    def is_admitted(self) -> Array:
        """Whether each candidate is admitted in every one of their stays."""
        everywhere: Array = np.all([day >= 0 for day in self.admission_days], axis=0)
        return everywhere

    def become_stays(self, chosen: Array, roles: Array, person_ids: Array) -> Stays:
        """Return the stays of the chosen candidates, a person's stays after one another."""
        stay_count = roles.shape[1]
        times = draw_first_candidate_times(
            stream(self.seed, Purpose.PERSONS, *self.key), self.parameters, chosen.size, stay_count
        )
        parts = [
            self._live_through(number, chosen, roles[:, number], person_ids, times[:, number])
            for number in range(stay_count)
        ]
        return _interleave(parts)

    def _live_through(
        self, number: int, chosen: Array, role: Array, person_ids: Array, first_candidate_time: Array
    ) -> Stays:
        """Return the chosen persons' stays of one number, from admission to discharge."""
        random = stream(self.seed, Purpose.STAY, *self.key, number)
        admission_step = origin_step(self.parameters) + STEPS_PER_DAY * self.admission_days[number][chosen]
        admission = first_candidate_time + self.admission_days[number][chosen] * SECONDS_PER_DAY
        placeholder = np.zeros(chosen.size, dtype=np.int64)
        stays = Stays(
            person_id=person_ids,
            number=np.full(chosen.size, number),
            role=role,
            paths=Paths(felt=self.paths[number].felt[:, chosen], error=self.paths[number].error[:, chosen]),
            traits=_effects_in_role(_take(self.traits, chosen), role, self.parameters),
            first_candidate_time=first_candidate_time,
            admission_step=admission_step,
            last_day=placeholder,
            reason=placeholder,
            admission=admission,
            start=placeholder,
            end=placeholder,
            # Nobody has left yet: while the departures are looked for, the stay has no end.
            discharge=admission + (LONGEST_STAY_DAYS + 1) * SECONDS_PER_DAY,
        )
        return _depart(random, stays, self.parameters)


def _effects_in_role(traits: Traits, role: Array, parameters: HospitalParameters) -> Traits:
    """Return the effects that a person's role lets them have."""
    drug_ratio = np.zeros(len(Role))
    drug_ratio[[Role.KETAMINE, Role.LIDOCAINE, Role.DIHYDROERGOTAMINE]] = (
        1.0,
        parameters.lidocaine_effect_ratio,
        parameters.dihydroergotamine_effect_ratio,
    )
    return replace(
        traits,
        hospital_effect=np.where(role == Role.HOME, 0.0, traits.hospital_effect),
        drug_effect=traits.drug_effect * drug_ratio[role],
    )


def _depart(random: np.random.Generator, stays: Stays, parameters: HospitalParameters) -> Stays:
    """Return the stays with their last day, and the clock times of infusion and discharge.

    The first dose follows the admission by two to four hours. The infusion ends within an hour of as many whole days
    after its start as the stay has, and discharge follows by 30 to 60 minutes: before the next rating would be due.
    """
    step = stays.admission_step + np.arange(LONGEST_STAY_DAYS * STEPS_PER_DAY + 1)[:, None]
    ratings = stays.worlds_at(np.arange(stays.count), step, parameters).treated
    departures = find_departures(
        random, parameters, ratings, can_leave=stays.role != Role.HOME, can_stop=stays.role <= Role.DIHYDROERGOTAMINE
    )
    start = stays.admission + 60 * random.integers(120, 241, size=stays.count)
    end = start + departures.last_day * SECONDS_PER_DAY + 60 * random.integers(-60, 61, size=stays.count)
    discharge = end + 60 * random.integers(30, 61, size=stays.count)
    return replace(
        stays, last_day=departures.last_day, reason=departures.reason, start=start, end=end, discharge=discharge
    )


def _interleave(parts: list[Stays]) -> Stays:
    """Return stays of several numbers as one, each person's stays together and in their order."""
    if len(parts) == 1:
        return parts[0]
    count, person_count = len(parts), parts[0].count
    order = np.arange(count * person_count).reshape(count, person_count).T.ravel()

    def joined(name: str) -> Array:
        return np.concatenate([getattr(part, name) for part in parts])[order]

    plain = {field.name: joined(field.name) for field in fields(Stays) if field.name not in ("paths", "traits")}
    paths = Paths(
        **{
            f.name: np.concatenate([getattr(part.paths, f.name) for part in parts], axis=1)[:, order]
            for f in fields(Paths)
        }
    )
    traits = Traits(
        **{f.name: np.concatenate([getattr(part.traits, f.name) for part in parts])[order] for f in fields(Traits)}
    )
    return Stays(paths=paths, traits=traits, **plain)
