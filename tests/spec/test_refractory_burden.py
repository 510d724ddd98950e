"""How many meet a definition of refractory by a day? Small tables, counted by hand, on every engine."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from abate.cohort.refractory_burden import count_refractory
from abate.contracts.failure import Failure
from abate.knowledge.drug_table import classes_of_role, drug_table

CONDITIONS = [(1, "2020-01-05"), (1, "2021-03-01"), (2, "2020-06-30"), (3, "2023-01-01"), (4, "2020-01-01")]


def counted(spec, by):
    "Person 1 failed four classes, the last of them in 2022; person 2 two; person 3 is seen in 2023 first; person 4 had nothing."
    spec.given(
        treatments="""
        person_id | ingredient    | drug_class     | role       | start      | end        | outcome       | basis
        1         | propranolol   | beta-blocker   | preventive | 2019-01-01 | 2019-06-01 | no effect     | recorded
        1         | topiramate    | anticonvulsant | preventive | 2019-07-01 | 2020-01-01 | no effect     | recorded
        1         | amitriptyline | tricyclic      | preventive | 2020-02-01 | 2020-09-01 | not tolerated | recorded
        1         | venlafaxine   | SNRI           | preventive | 2021-06-01 | 2022-02-01 | no effect     | recorded
        2         | propranolol   | beta-blocker   | preventive | 2019-01-01 | 2019-06-01 | no effect     | recorded
        2         | topiramate    | anticonvulsant | preventive | 2019-07-01 | 2020-01-01 | no effect     | recorded
        3         | propranolol   | beta-blocker   | preventive | 2019-01-01 | 2019-06-01 | no effect     | recorded
    """
    )
    conditions = pa.table(
        {
            "person_id": pa.array([person for person, _ in CONDITIONS], pa.int64()),
            "date": pa.array([dt.datetime.fromisoformat(day) for _, day in CONDITIONS], pa.timestamp("us")),
        }
    )
    found = count_refractory(
        spec.engine.from_arrow(conditions, "conditions"), spec.tables["treatments"], None, by, spec.engine
    )
    return {one.id: (one.persons, one.met, one.not_met, one.not_known) for one in found}


def test_what_had_failed_by_the_day_counts(spec):
    "Four classes by the end of 2022; whoever has no record of the condition by then is not counted."
    assert counted(spec, dt.date(2022, 12, 31))["goadsby-2006"] == (3, 1, 2, 0)


def test_what_failed_later_does_not_count(spec):
    "In 2021 the fourth drug is still being taken; the condition of person 3 is first recorded on the day itself in 2023."
    found = counted(spec, dt.date(2021, 12, 31))
    assert found["goadsby-2006"] == (3, 0, 3, 0)
    assert counted(spec, dt.date(2023, 1, 1))["goadsby-2006"] == (4, 1, 3, 0)


def test_what_no_record_shows_is_taken_as_met(spec):
    "Silberstein's mild form asks one class, and a grade of acute drugs that stands in no record."
    assert counted(spec, dt.date(2022, 12, 31))["silberstein-2010-mild"] == (3, 2, 1, 0)


def test_what_was_available_is_judged_by_the_year_of_the_day(spec):
    "All had failed but CGRP antibodies, which came in 2018: by the end of 2017 all available, in that year open, then not all."
    classes = [name for name in classes_of_role(drug_table(), "preventive") if name != "CGRP antibody"]
    failed = [("preventive", f"drug {place}", name) for place, name in enumerate(classes)]
    failed += [("acute", name, "triptan") for name in ("sumatriptan", "rizatriptan")]
    rows = "\n".join(
        f"1 | {drug} | {name} | {role} | 2009-01-01 | 2010-01-01 | no effect | recorded" for role, drug, name in failed
    )
    spec.given(treatments=f"person_id | ingredient | drug_class | role | start | end | outcome | basis\n{rows}\n")
    conditions = pa.table(
        {"person_id": pa.array([1], pa.int64()), "date": pa.array([dt.datetime(2009, 1, 1)], pa.timestamp("us"))}
    )
    seen = spec.engine.from_arrow(conditions, "conditions")
    vouched = Failure(available_since=dict.fromkeys(classes, 2000), no_effect_too_short="counts")

    def verdict(year):
        counts = count_refractory(seen, spec.tables["treatments"], vouched, dt.date(year, 12, 31), spec.engine)
        (one,) = (count for count in counts if count.id == "ehf-2020-refractory")
        return one.met, one.not_known, one.not_met

    assert [verdict(year) for year in (2017, 2018, 2019)] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
