"""How do the records of an OMOP database become the tables that a study begins with? One pass, table by table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from abate.base.errors import MissingTableError, StudyFileError
from abate.base.logs import Progress, silent
from abate.contracts.course_tables import SourceTables
from abate.sources.findings import Findings
from abate.sources.omop.diagnoses import as_conditions, find_events, read_condition_rows, visits_for_condition
from abate.sources.omop.doses import read_administrations, read_exposures
from abate.sources.omop.history import read_treatments
from abate.sources.omop.people import read_observed, read_patients
from abate.sources.omop.ratings import RATING_TABLES, RatingTable, check_occasions, read_ratings
from abate.sources.omop.times import time_columns
from abate.sources.omop.untreated import find_candidate_visits, read_other_doses
from abate.sources.omop.visits import as_contacts, as_stays, read_visits
from abate.sources.omop.weights import find_weight_concepts, read_weights
from abate.sources.vocabulary import Vocabulary, Wanted

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.definition import Study
    from abate.contracts.untreated import UntreatedVisits
    from abate.engine.connection import Engine
    from abate.engine.records import RecordStore

#: What the simulated hospital writes into cdm_source, so that its data are never taken for a hospital's.
SIMULATED = "abate-simulated"
UNREADABLE = "A value cannot be read as the type of its column and counts as empty: "


def read_omop(store: RecordStore, study: Study, engine: Engine, progress: Progress | None = None) -> SourceTables:
    """Return what an OMOP database holds for a study, all of it on persons with a dose of one of its treatments.

    Where the comparator is untreated visits, persons with a visit that may be one are read too. Events, conditions and the
    drug history are read only where the study asks for them; else they are None.

    Parameters
    ----------
    store : RecordStore
        The records; only the tables and columns that the study needs are touched.
    study : Study
        Names treatments, rating, condition and events.
    engine : Engine
        Where the work runs.
    progress : callable, optional
        Is given a short sentence whenever a table begins.

    Returns
    -------
    SourceTables
        With ``administrations`` and ``stays``; every row that was read and not used is in ``findings``.

    Raises
    ------
    MissingTableError
        If PERSON, DRUG_EXPOSURE, both MEASUREMENT and OBSERVATION, or a needed column is missing; for untreated visits also
        if VISIT_OCCURRENCE or CONDITION_OCCURRENCE is.
    StudyFileError
        If the study names no concepts, or an occasion that does not exist.
    BrokenRecordsError
        If rows that differ share one key.
    """
    return _Reading(store=store, study=study, engine=engine, progress=progress or silent).run()


def check_tables(store: RecordStore) -> None:
    """Raise MissingTableError where a table is missing without which no study can be answered."""
    for table in ("person", "drug_exposure"):
        store.columns(table)
    if not any(store.has(table) for table in RATING_TABLES):
        raise MissingTableError(
            "the records have neither MEASUREMENT nor OBSERVATION, one of which must hold the ratings; "
            f"they have {', '.join(store.table_names)}."
        )


def source_details(store: RecordStore, engine: Engine) -> tuple[dict[str, str], bool]:
    """Return what the records say of themselves, and whether they are those of the simulated hospital."""
    details = {"records": store.kind}
    if not store.has("cdm_source"):
        return details, False
    names = {
        "cdm_source_name": "source",
        "cdm_version": "CDM version",
        "vocabulary_version": "vocabulary version",
        "cdm_source_abbreviation": "abbreviation",
    }
    rows = engine.to_arrow(store.table("cdm_source", (), optional=tuple(names))).to_pylist()
    for column, name in names.items():
        said = sorted({row[column] for row in rows if row[column]})
        if said and column != "cdm_source_abbreviation":
            details[name] = ", ".join(said)
    return details, any(row["cdm_source_abbreviation"] == SIMULATED for row in rows)


@dataclass(kw_only=True)
class _Reading:
    """One reading of one database; what several steps need."""

    store: RecordStore
    study: Study
    engine: Engine
    progress: Progress

    def __post_init__(self) -> None:
        self.findings = Findings(self.engine)
        self.vocabulary = Vocabulary(store=self.store, engine=self.engine, findings=self.findings)

    def run(self) -> SourceTables:
        check_tables(self.store)
        self._check_study()
        self.progress("reading doses")
        exposures = read_exposures(self.store, self.study, self.vocabulary, self.engine, self.findings)
        candidates = self._candidate_visits()
        persons = self._persons(exposures, candidates)
        self.progress("reading ratings and weights")
        measured, observed = self._read_measured(persons), self._read_observed(persons)
        administrations = self._administrations(exposures, measured)
        ratings = self._ratings(measured, observed)
        self.progress("reading persons and visits")
        patients = read_patients(self.store, persons, self.vocabulary, self.engine, self.findings)
        periods = read_observed(self.store, persons, self.engine, self.findings)
        visits = read_visits(self.store, persons, self.engine, self.findings)
        diagnoses = self._diagnoses(persons)
        events, conditions = self._events(diagnoses, observed), self._conditions(diagnoses)
        treatments = self._treatments(persons)
        details, is_simulated = source_details(self.store, self.engine)
        self._list_unreadable()
        return SourceTables(
            ratings=ratings,
            findings=self.findings.as_table(),
            administrations=administrations,
            stays=None if visits is None else as_stays(visits),
            candidate_visits=candidates,
            other_doses=self._other_doses(persons),
            patients=patients,
            events=events,
            treatments=treatments,
            conditions=conditions,
            contacts=None if visits is None else as_contacts(visits, self._visits_for_condition(diagnoses)),
            observed=periods,
            source_kind="OMOP CDM",
            source_details=details,
            is_simulated=is_simulated,
        )

    def _check_study(self) -> None:
        check_occasions(self.study.rating)
        if not self.study.rating.concepts:
            raise StudyFileError(
                "the rating names no concepts; add the OMOP concept ids of the rating to rating.concepts."
            )

    def _candidate_visits(self) -> ir.Table | None:
        """Return the visits that may be untreated episodes, where the study asks for such."""
        if self._untreated is None:
            return None
        self.progress("looking for untreated visits")
        return find_candidate_visits(
            self.store, self.study, self._untreated, self.vocabulary, self.engine, self.findings
        )

    def _persons(self, exposures: ir.Table, candidates: ir.Table | None) -> ir.Table:
        persons = exposures.select("person_id")
        if candidates is not None:
            persons = persons.union(candidates.select("person_id"))
        return self.engine.materialise(persons.distinct(), "persons")

    def _other_doses(self, persons: ir.Table) -> ir.Table | None:
        if self._untreated is None:
            return None
        return read_other_doses(self.store, persons, self._untreated, self.vocabulary, self.engine)

    def _read_measured(self, persons: ir.Table) -> ir.Table | None:
        """Return ratings and weights of the persons, in one pass over MEASUREMENT."""
        if not self.store.has("measurement"):
            return None
        concepts = {*self.study.rating.concepts, *self._weight_concepts}
        table = RATING_TABLES["measurement"]
        optional = (*table.optional, "unit_concept_id", "unit_source_value")
        return self._read_rows(table, optional, {table.concept: sorted(concepts), "person_id": persons})

    def _read_observed(self, persons: ir.Table) -> ir.Table | None:
        """Return ratings of the persons and, where the study asks for events, all their observations."""
        if not self.store.has("observation"):
            return None
        table = RATING_TABLES["observation"]
        optional = (*table.optional, "value_as_concept_id", "observation_source_concept_id", "observation_source_value")
        keep = {"person_id": persons}
        # An event may be named by the value or the source code of an observation: its concept does not tell.
        if not self._event_codes:
            keep = {table.concept: self.study.rating.concepts, **keep}
        return self._read_rows(table, tuple(dict.fromkeys(optional)), keep)

    def _read_rows(self, table: RatingTable, optional: tuple[str, ...], keep: Mapping[str, object]) -> ir.Table:
        time_columns(self.store, table.name, table.name)
        return self.store.table(table.name, table.columns, optional=optional, keep=keep, hold=True)

    def _administrations(self, exposures: ir.Table, measured: ir.Table | None) -> ir.Table:
        weights = None
        if measured is not None:
            weighed = measured.filter(measured.measurement_concept_id.isin(self._weight_concepts))
            weights = read_weights(weighed, self.vocabulary, self.engine, self.findings)
        return read_administrations(exposures, weights, self.engine, self.findings)

    def _ratings(self, measured: ir.Table | None, observed: ir.Table | None) -> ir.Table:
        rows = {"measurement": measured, "observation": observed}
        rated = {
            name: table.filter(table[RATING_TABLES[name].concept].isin(self.study.rating.concepts))
            for name, table in rows.items()
            if table is not None
        }
        return read_ratings(rated, self.study.rating, self.engine, self.findings)

    def _diagnoses(self, persons: ir.Table) -> ir.Table | None:
        """Return the diagnoses of the persons where the study has a condition or events; else nobody needs them."""
        if self.study.condition is None and not self._event_codes:
            return None
        self.progress("reading diagnoses")
        return read_condition_rows(self.store, persons, self.engine, self.findings)

    def _conditions(self, diagnoses: ir.Table | None) -> ir.Table | None:
        if diagnoses is None or self.study.condition is None or self._own_codes is None:
            return None
        name = self.study.condition.name
        return as_conditions(diagnoses, self._own_codes, name, self.vocabulary, self.engine, self.findings)

    def _visits_for_condition(self, diagnoses: ir.Table | None) -> ir.Table | None:
        if diagnoses is None or self._own_codes is None:
            return None
        return visits_for_condition(diagnoses, self._own_codes)

    def _events(self, diagnoses: ir.Table | None, observed: ir.Table | None) -> ir.Table | None:
        rows = {"condition_occurrence": diagnoses, "observation": observed}
        there = {name: table for name, table in rows.items() if table is not None}
        return find_events(self._event_codes, there, self.engine, self.findings)

    def _treatments(self, persons: ir.Table) -> ir.Table | None:
        """Return the drug history where the study asks what had failed, or who took a negative control."""
        if not self.study.reads_history:
            return None
        self.progress("reading the drug history")
        return read_treatments(
            self.store, persons, self.vocabulary, self.engine, self.findings, self.study.failure, self._controls
        )

    @property
    def _untreated(self) -> UntreatedVisits | None:
        return None if self.study.comparator is None else self.study.comparator.untreated

    @property
    def _controls(self) -> Mapping[str, tuple[int, ...]]:
        """The concepts of the negative-control exposures that the study gives concepts for, by ingredient."""
        design = self.study.comparison
        named = {} if design is None else design.control_exposures
        return {
            design.ingredient_of(name): control.concepts
            for name, control in named.items()
            if design is not None and control.concepts
        }

    @cached_property
    def _own_codes(self) -> Wanted | None:
        return None if self.study.condition is None else self.vocabulary.find(self.study.condition)

    @cached_property
    def _weight_concepts(self) -> tuple[int, ...]:
        return find_weight_concepts(self.vocabulary)

    @cached_property
    def _event_codes(self) -> Mapping[str, Wanted]:
        terms = {} if self.study.events is None else self.study.events.terms
        return {term: self.vocabulary.find(codes) for term, codes in terms.items()}

    def _list_unreadable(self) -> None:
        for found in self.store.unreadable:
            self.findings.add_rows(
                found.rows,
                table=found.table,
                rule=UNREADABLE + found.rows["columns"] + ".",
                action=found.rows["action"],
                key="row_key",
            )
