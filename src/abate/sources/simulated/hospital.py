"""How is a hospital simulated, in memory or onto the disk? The stays first, then the people who never had one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from abate.engine.columns import empty_table
from abate.engine.storage import Store, open_store
from abate.sources.simulated.dirt import add_dirt
from abate.sources.simulated.omop import SCHEMAS, TableRows, add_source, add_vocabulary
from abate.sources.simulated.others import add_others, others_in_blocks
from abate.sources.simulated.parameters import PARAMETER_SETS, HospitalParameters, parameters_of
from abate.sources.simulated.records import add_stays
from abate.sources.simulated.roster import Roster, draw_roster
from abate.sources.simulated.stays import admit_stays
from abate.sources.simulated.truth import STAY_SCHEMA, courses_of, render_truth, say_what_the_fall_is

TRUTH_FILE = "truth.json"
DEFAULT_SEED = 1
#: Rows collected before they are written; changes speed and memory only.
ROWS_PER_WRITE = 2_000_000

Progress = Callable[[int, int], None]
"""Called with the people done and all people."""


@dataclass(frozen=True, kw_only=True)
class Hospital:
    """A simulated hospital in memory.

    ``tables`` are those of OMOP CDM 5.4 by name. ``courses`` holds the truth, one row a course of the main treatment in
    the order of their ids, ``stays`` the same for every stay, comparison treatments and untreated persons included;
    their columns are those of ``truth.STAY_SCHEMA``. ``dirt`` counts the broken rows that were added, by kind.
    """

    parameters: HospitalParameters
    seed: int
    tables: Mapping[str, pa.Table]
    courses: pa.Table
    stays: pa.Table
    dirt: Mapping[str, int]

    @property
    def truth_json(self) -> str:
        """Text of the truth file."""
        return render_truth(self.courses, self.parameters, self.seed)


def simulate_hospital(
    parameters: HospitalParameters | None = None,
    *,
    person_count: int | None = None,
    course_count: int | None = None,
    seed: int = DEFAULT_SEED,
) -> Hospital:
    """Simulate a hospital in memory.

    Parameters
    ----------
    parameters : HospitalParameters, optional
        The model; set D where it is not given.
    person_count : int, optional
        People in the database, with and without the condition.
    course_count : int, optional
        Courses of the main treatment; without it their number is drawn from ``person_count``. Without either there are
        61 courses, and the people around them.
    seed : int
        Seed, 0 or above. The same seed gives the same rows in the same order.

    Raises
    ------
    ParameterError
        If a count or the seed is outside its range, or the rule of admission admits nobody.
    """
    run = _Simulation(parameters or PARAMETER_SETS["D"], person_count, course_count, seed)
    parts: dict[str, list[pa.Table]] = {name: [empty_table(schema)] for name, schema in SCHEMAS.items()}
    for tables in run.blocks():
        for name, table in tables.items():
            parts[name].append(table)
    return Hospital(
        parameters=run.parameters,
        seed=seed,
        tables={name: pa.concat_tables(tables) for name, tables in parts.items()},
        courses=run.courses,
        stays=run.stays,
        dirt=run.dirt,
    )


def write_hospital(
    out: Path,
    parameters: HospitalParameters | None = None,
    *,
    person_count: int | None = None,
    course_count: int | None = None,
    seed: int = DEFAULT_SEED,
    overwrite: bool = False,
    rows_per_write: int = ROWS_PER_WRITE,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Simulate a hospital onto the disk, block by block, and return a summary.

    Parameters
    ----------
    out : Path
        ``FILE.duckdb``, or the name of a folder for Parquet files. ``truth.json`` lies beside the file or in the folder.
    parameters, person_count, course_count, seed
        As for ``simulate_hospital``.
    overwrite : bool
        Whether what is there may be replaced.
    rows_per_write : int
        Rows collected before they are written; at least 1. Changes speed and memory, no row.
    progress : callable, optional
        Called with the people done and all people.

    Returns
    -------
    dict
        ``set``, ``seed``, ``person_count``, ``course_count``, ``row_counts`` by table, ``dirt`` by kind,
        ``fall`` (one line on what it is made of), and ``files``.

    Raises
    ------
    ParameterError
        As for ``simulate_hospital``.
    OutputError
        If the target is there already or cannot be written.
    """
    run = _Simulation(parameters or PARAMETER_SETS["D"], person_count, course_count, seed)
    row_counts = dict.fromkeys(SCHEMAS, 0)
    with open_store(out, SCHEMAS, side_files=(TRUTH_FILE,), overwrite=overwrite) as store:
        writer = _Buffer(store, rows_per_write)
        for tables in run.blocks():
            for name, table in tables.items():
                row_counts[name] += table.num_rows
            writer.add(tables)
            if progress is not None:
                progress(run.people_done, run.roster.person_count)
        writer.flush()
        store.write_text(TRUTH_FILE, render_truth(run.courses, run.parameters, seed))
    return {
        "set": run.parameters.set_name,
        "seed": seed,
        "person_count": run.roster.person_count,
        "course_count": run.courses.num_rows,
        "row_counts": row_counts,
        "dirt": run.dirt,
        "fall": say_what_the_fall_is(run.courses),
        "files": [str(out), str((out if out.is_dir() else out.parent) / TRUTH_FILE)],
    }


def simulate_to(
    out: Path,
    *,
    person_count: int | None = None,
    course_count: int | None = None,
    seed: int = DEFAULT_SEED,
    set_name: str = "D",
    overrides: Mapping[str, float | str] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Simulate a named parameter set onto the disk: the one call behind ``abate simulate``.

    Parameters
    ----------
    set_name, overrides
        As for ``parameters_of``.
    out, person_count, course_count, seed, overwrite, progress
        As for ``write_hospital``, whose summary is returned.

    Raises
    ------
    ParameterError
        If the set, a parameter, a count or the seed is not possible.
    OutputError
        If the target is there already or cannot be written.
    """
    return write_hospital(
        out,
        parameters_of(set_name, overrides),
        person_count=person_count,
        course_count=course_count,
        seed=seed,
        overwrite=overwrite,
        progress=progress,
    )


class _Simulation:
    """One hospital on its way: yields its rows in blocks and gathers its truth."""

    def __init__(
        self, parameters: HospitalParameters, person_count: int | None, course_count: int | None, seed: int
    ) -> None:
        self.parameters, self.seed = parameters, seed
        self.roster: Roster = draw_roster(parameters, person_count, course_count, seed)
        self.people_done = 0
        self.dirt: dict[str, int] = {}
        self._stays: list[pa.Table] = []

    def blocks(self) -> Iterator[dict[str, pa.Table]]:
        """Yield the rows of block after block, by table."""
        rows = TableRows()
        add_source(rows, self.parameters.last_year, self.parameters.set_name)
        add_vocabulary(rows)
        for block, stays in enumerate(admit_stays(self.parameters, self.roster, self.seed)):
            self._stays.append(add_stays(rows, stays, self.parameters, self.seed, block))
            self.people_done += int((stays.number == 0).sum())
            yield rows.take()
        self.dirt = add_dirt(rows, self.courses, self.parameters, self.seed)
        share = self.roster.other_condition_share
        for block, person_id in others_in_blocks(self.roster):
            add_others(rows, person_id, share, self.parameters, self.seed, block)
            self.people_done += person_id.size
            yield rows.take()

    @property
    def stays(self) -> pa.Table:
        """Every stay so far."""
        return pa.concat_tables([empty_table(STAY_SCHEMA), *self._stays])

    @property
    def courses(self) -> pa.Table:
        """The courses of the main treatment so far, by course id."""
        return courses_of(self._stays)


class _Buffer:
    """Collects tables and writes them when there are enough rows."""

    def __init__(self, store: Store, rows_per_write: int) -> None:
        self._store, self._limit = store, rows_per_write
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in SCHEMAS}
        self._row_count = 0

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        for name, table in tables.items():
            self._parts[name].append(table)
            self._row_count += table.num_rows
        if self._row_count >= self._limit:
            self.flush()

    def flush(self) -> None:
        for name, parts in self._parts.items():
            if parts:
                self._store.append(name, pa.concat_tables(parts))
        self._parts = {name: [] for name in SCHEMAS}
        self._row_count = 0
