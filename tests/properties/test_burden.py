"""What always holds of a burden: whatever the spans and records, the engine counts what counting day by day gives."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abate.cohort.burden import count_burden
from abate.contracts.burden import Period
from tests.oracle.burden import count_by_hand

START = dt.date(2019, 12, 20)
PERIODS = {
    "whole": (dt.date(2020, 1, 1), dt.date(2021, 12, 31)),
    "2020": (dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
    "2021": (dt.date(2021, 1, 1), dt.date(2021, 12, 31)),
}
AGES = (0, 1, 18, 40)

days = st.integers(0, 800).map(lambda number: START + dt.timedelta(days=number))
persons = st.integers(1, 5)
spans = st.lists(st.tuples(persons, days, st.integers(0, 300)), max_size=12)
events = st.lists(st.tuples(persons, days), max_size=8)
births = st.dates(dt.date(1979, 12, 28), dt.date(2020, 3, 1))
people = st.dictionaries(
    persons,
    st.tuples(
        st.sampled_from(["female", "male", "other", "unknown"]), st.none() | births, st.none() | st.integers(1978, 2022)
    ),
)


def table_of(engine, rows, names, kinds):
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return engine.from_arrow(
        pa.table({n: pa.array(list(c), k) for n, c, k in zip(names, columns, kinds, strict=True)}), "t"
    )


def check(engine, people, spans, records, marks, washout):
    time = pa.timestamp("us")
    whole = [(person, first, first + dt.timedelta(days=length)) for person, first, length in spans]
    end = dt.time(23, 59, 59)
    found = count_burden(
        table_of(engine, [(p, *rest) for p, rest in people.items()], ("person_id", "sex", "birth_date", "birth_year"),
                 (pa.int64(), pa.string(), pa.date32(), pa.int64())),
        table_of(engine, [(p, dt.datetime.combine(a, dt.time()), dt.datetime.combine(b, end)) for p, a, b in whole],
                 ("person_id", "start", "end"), (pa.int64(), time, time)),
        *(table_of(engine, [(p, dt.datetime.combine(day, dt.time(12))) for p, day in rows], ("person_id", "date"), (pa.int64(), time))
          for rows in (records,)),
        {"mark": table_of(engine, [(p, dt.datetime.combine(day, end)) for p, day in marks], ("person_id", "date"), (pa.int64(), time))},
        periods=[Period(name=name, first=first, last=last) for name, (first, last) in PERIODS.items()],
        age_limits=AGES,
        washout_days=washout,
        engine=engine,
    )  # fmt: skip
    rows = {(r["period"], r["sex"], r["age_from"]): r for r in found.cells.to_pylist()}
    people = {
        person: (sex, date, date.year if date and year is None else year)
        for person, (sex, date, year) in people.items()
    }
    wanted = count_by_hand(
        people, whole, records, {"mark": marks}, periods=PERIODS, age_limits=AGES, washout_days=washout
    )
    assert set(rows) == set(wanted)
    for key, counts in wanted.items():
        assert {name: rows[key][name] for name in counts} == dict(counts), key


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people, spans, events, events, st.sampled_from([0, 1, 30, 365]))
def test_duckdb_counts_what_counting_day_by_day_gives(duckdb_engine, people, spans, records, marks, washout):
    check(duckdb_engine, people, spans, records, marks, washout)


@pytest.mark.spark
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people, spans, events, events, st.sampled_from([0, 1, 30, 365]))
def test_spark_counts_what_counting_day_by_day_gives(spark_engine, people, spans, records, marks, washout):
    check(spark_engine, people, spans, records, marks, washout)
