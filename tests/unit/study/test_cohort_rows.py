"""Cohort rows: one a course, days included at both ends, never two of a person at once."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abate.base.errors import ResultsError
from abate.study.cohort_rows import cohort_table, read_cohort_rows

KETAMINE = {"ketamine": 1}


def at(day, hour=12):
    return None if day is None else dt.datetime(2024, 3, day, hour)


def write(folder, *courses):
    """Each course: person, day of the first dose, of the end of the last, of discharge; and what else is said of it."""
    rows = [
        {"person_id": person, "treatment": "ketamine", "is_eligible": True, "start": at(start), "end": at(end), "discharge": at(gone), **more}
        for person, start, end, gone, more in courses
    ]  # fmt: skip
    (folder / "courses").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "courses" / "outcomes.parquet")
    return folder


def spans(found):
    return [(row.subject_id, row.start.day, row.end.day) for row in found.rows]


def test_a_row_runs_from_the_first_dose_to_discharge(tmp_path):
    found = read_cohort_rows(write(tmp_path, (7, 4, 8, 9, {}), (3, 10, 12, 12, {})), KETAMINE)
    assert spans(found) == [(3, 10, 12), (7, 4, 9)]
    assert (found.course_counts, found.changed_count, found.subjects) == ({1: 2}, 0, {})


@pytest.mark.parametrize(("end", "discharge", "last"), [(8, None, 8), (None, None, 4), (8, 3, 4), (8, 6, 6)])
def test_without_a_discharge_it_ends_with_the_last_dose_and_never_before_it_starts(tmp_path, end, discharge, last):
    folder = write(tmp_path, (7, 4, end, discharge, {}), (8, 1, 2, 2, {}))
    assert spans(read_cohort_rows(folder, KETAMINE))[0] == (7, 4, last)


def test_two_courses_of_one_stay_do_not_overlap(tmp_path):
    "Both are discharged on the 20th: the first ends on the day before the second starts."
    found = read_cohort_rows(write(tmp_path, (7, 4, 8, 20, {}), (7, 14, 18, 20, {})), KETAMINE)
    assert spans(found) == [(7, 4, 13), (7, 14, 20)]
    assert found.changed_count == 1


def test_two_courses_of_one_day_make_one_row(tmp_path):
    found = read_cohort_rows(write(tmp_path, (7, 4, 4, 5, {}), (7, 4, 5, 6, {})), KETAMINE)
    assert spans(found) == [(7, 4, 6)]
    assert (found.course_counts, found.changed_count) == ({1: 2}, 1)


def test_only_eligible_courses_of_the_study_enter(tmp_path):
    others = ((8, 4, 5, 6, {"is_eligible": False}), (9, 4, 5, 6, {"treatment": "another"}))
    assert spans(read_cohort_rows(write(tmp_path, (7, 4, 5, 6, {}), *others), KETAMINE)) == [(7, 4, 6)]


def test_a_comparator_is_another_cohort_and_may_overlap(tmp_path):
    folder = write(tmp_path, (7, 4, 5, 6, {}), (7, 5, 7, 8, {"treatment": "lidocaine"}))
    found = read_cohort_rows(folder, {"ketamine": 1, "lidocaine": 2})
    assert [(row.cohort_definition_id, row.start.day, row.end.day) for row in found.rows] == [(1, 4, 6), (2, 5, 8)]


def test_persons_with_texts_for_ids_get_numbers_in_the_order_of_the_texts(tmp_path):
    found = read_cohort_rows(write(tmp_path, ("P-2", 4, 5, 6, {}), ("P-1", 4, 5, 6, {})), KETAMINE)
    assert found.subjects == {"P-1": 1, "P-2": 2}
    assert spans(found) == [(1, 4, 6), (2, 4, 6)]


def test_a_number_of_64_bits_is_kept(tmp_path):
    big = 2**53 + 1
    found = read_cohort_rows(write(tmp_path, (big, 4, 5, 6, {})), KETAMINE)
    assert cohort_table(found.rows).to_pylist()[0]["subject_id"] == big


def test_no_course_is_an_empty_table_of_the_same_columns():
    assert cohort_table(()).schema.names == ["cohort_definition_id", "subject_id", "cohort_start_date", "cohort_end_date"]  # fmt: skip


def test_a_file_that_is_missing_broken_or_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="add --no-cohort"):
        read_cohort_rows(tmp_path, KETAMINE)
    (tmp_path / "courses").mkdir()
    path = tmp_path / "courses" / "outcomes.parquet"
    path.write_text("no Parquet")
    with pytest.raises(ResultsError, match="cannot be read"):
        read_cohort_rows(tmp_path, KETAMINE)
    pq.write_table(pa.table({"person_id": [1], "start": [at(1)]}), path)
    with pytest.raises(ResultsError, match="it has no treatment, is_eligible, end, discharge"):
        read_cohort_rows(tmp_path, KETAMINE)
