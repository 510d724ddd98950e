"""A result prints as one line: a notebook shows it, and it must hold no row of a patient."""

import pyarrow as pa

from abate.contracts.result import Estimate, Provenance, StudyResult


def test_no_row_of_a_patient_is_printed():
    result = StudyResult(
        study={"title": "A study"},
        explanation=(),
        estimates=(Estimate(id="courses.n", quantity="courses", value=3.0),),
        attrition=(),
        characteristics=(),
        findings=(),
        sensitivity=(),
        provenance=Provenance(abate_version="0", study_hash="", data_fingerprint="", source_kind="course tables"),
        outcomes=pa.table({"person_id": ["Mr Smith"]}),
    )
    assert repr(result) == "StudyResult('A study', 3 courses, 1 estimates)"
