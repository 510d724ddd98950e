"""Which visits are untreated episodes? The rules of docs/courses.md in plain Python, a second opinion for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
DAY = dt.timedelta(days=1)


def find_untreated(
    visits: Sequence[Row],
    first_dose: Mapping[int, dt.datetime],
    other_doses: Sequence[Row],
    longest_pause: dt.timedelta,
    starts_after: dt.timedelta,
) -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    """Return episodes (person, number, admission, start, discharge, setting) and findings (rule, key of the visit that opens the stay)."""
    episodes, findings = [], []
    for person in sorted({visit["person_id"] for visit in visits}):
        number = 0
        for stay in join_visits([visit for visit in visits if visit["person_id"] == person], longest_pause):
            admission = stay[0]["start"]
            opening = [visit["diagnosed"] for visit in stay if visit["start"].date() == admission.date()]
            ends = [visit["end"] for visit in stay]
            doses = [dose for dose in other_doses if dose["person_id"] == person]
            if "by admission" not in opening:
                if any(visit["diagnosed"] for visit in stay):
                    findings.append(("diagnosed later", stay[0]["stay_id"]))
                continue
            if None in ends:
                findings.append(("open", stay[0]["stay_id"]))
                continue
            treated = first_dose.get(person)
            if treated is not None and treated < admission:
                findings.append(("after treatment", stay[0]["stay_id"]))
            elif treated is not None and treated <= max(ends):
                continue
            elif any(dose["start"] <= max(ends) and (dose["end"] or dose["start"]) >= admission for dose in doses):
                findings.append(("other drug", stay[0]["stay_id"]))
            elif max(ends) <= admission + starts_after:
                findings.append(("over before clock", stay[0]["stay_id"]))
            else:
                number += 1
                is_inpatient = any(visit["setting"] == "inpatient" for visit in stay)
                setting = "inpatient" if is_inpatient else "outpatient"
                episodes.append((person, number, admission, admission + starts_after, max(ends), setting))
    return episodes, findings


def join_visits(visits: Sequence[Row], longest_pause: dt.timedelta) -> list[list[Row]]:
    """Return the stays of one person, each as its visits in order."""
    stays: list[list[Row]] = []
    for visit in sorted(visits, key=lambda one: (one["start"], one["end"] or one["start"], one["stay_id"])):
        if stays and visit["start"] - max(one["end"] or one["start"] for one in stays[-1]) <= longest_pause:
            stays[-1].append(visit)
        else:
            stays.append([visit])
    return stays
