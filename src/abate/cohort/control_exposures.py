"""At which courses was a drug taken that does nothing for the rating? The negative-control exposures of a comparison.

A drug was taken at time zero if a treatment with it had begun by then and had not ended before the admission (24 hours before
time zero where the admission is not recorded). What began after time zero is not looked at: it may have been given because of how
the rating went. A treatment without a start does not count; one without an end counts on the day of its start only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from abate.contracts.clock import Anchor
from abate.engine.course_clock import anchor_seconds
from abate.engine.texts import plain
from abate.engine.time import calendar_day, epoch_seconds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from abate.contracts.target_trial import TargetTrial
    from abate.engine.connection import Engine


def find_control_exposures(design: TargetTrial, courses: ir.Table, treatments: ir.Table, engine: Engine) -> ir.Table:
    """Return the courses at whose time zero a negative-control exposure was taken.

    Parameters
    ----------
    design : TargetTrial
        Names the exposures; their names in the table of treatments are compared without case and blanks around.
    courses, treatments : table COURSES, table TREATMENTS
    engine : Engine

    Returns
    -------
    table
        ``course_id`` and ``control``, the key of the study file; each pair once.
    """
    names = {control: design.ingredient_of(control).strip().lower() for control in design.control_exposures}
    wanted = engine.from_arrow(
        pa.table({"ingredient": pa.array(list(names.values()), pa.string()), "control": pa.array(list(names), pa.string())}),
        "control_exposures",
    )  # fmt: skip
    begun, ended = epoch_seconds(treatments["start"]), epoch_seconds(treatments["end"])
    taken = treatments.select(
        "person_id", ingredient=plain(treatments.ingredient), begun=begun, ended=ended
    ).inner_join(wanted, "ingredient")
    moments = courses.select(
        "course_id",
        "person_id",
        zero=anchor_seconds(Anchor.START, courses),
        admission=anchor_seconds(Anchor.ADMISSION, courses),
    )
    pairs = moments.inner_join(taken, "person_id")
    is_lasting = (pairs.ended >= pairs.admission).fill_null(calendar_day(pairs.begun) == calendar_day(pairs.zero))
    held = pairs.filter((pairs.begun <= pairs.zero).fill_null(False) & is_lasting.fill_null(False))
    return held.select("course_id", "control").distinct()
