"""What does a reader learn who also has an earlier release of the same study? Whoever entered between the two, by subtracting.

Counts of the earlier release are known for good. Of each that stands in both, the difference becomes a count of the ledger: what is
new is protected like any other small count. What was hidden then stays hidden as long as no course is new, since the
same number shown now would tell it. A release with rounded counts tells no differences.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from abate.base.errors import DisclosureError
from abate.contracts.result import RESULTS_SCHEMA, StudyResult
from abate.report.ledger import Key, Ledger
from abate.report.ledger_of_study import COURSES, share_of_cell, table_1_key
from abate.report.protection import Mark

Release = Mapping[str, Any]


def read_release(folder: Path) -> Release:
    """Return results.json of an earlier release.

    Raises
    ------
    DisclosureError
        If there is none, or it is not of this version, or it was not for sharing.
    """
    path = folder / "results.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise DisclosureError(f"--earlier: {path} cannot be read; name the folder of an earlier release.") from None
    if not isinstance(found, dict) or found.get("schema") != RESULTS_SCHEMA:
        raise DisclosureError(
            f"--earlier: {path} is not {RESULTS_SCHEMA}; make the earlier release anew with this abate."
        )
    if found["edition"]["audience"] != "share":
        raise DisclosureError(
            f"--earlier: {path} is the site's own edition, not a release; name the folder that was shared."
        )
    return found


def note_release(
    ledger: Ledger, result: StudyResult, release: Release, place: int, *, smallest: int
) -> dict[Key, Mark]:
    """Note in the ledger what an earlier release told, and return what must stay hidden because of it.

    Parameters
    ----------
    ledger : Ledger
        Of ``result``; grows.
    result : StudyResult
        As it stays at the site.
    release : mapping
        From `read_release`.
    place : int
        Number of the release, to tell several apart.
    smallest : int
        The smallest count above 0 that may be shown.

    Raises
    ------
    DisclosureError
        If so few courses are new that every number would tell something of them.
    """
    then = _courses_of(release)
    if then is None or release["edition"]["rounding"] > 1:
        return {}
    new = abs(ledger[COURSES] - then)
    if 0 < new < smallest:
        raise DisclosureError(
            f"nothing can be shared: fewer than {smallest} courses are new since the earlier release, and whoever has both could "
            "subtract; wait for more courses, or share both with --disclosure 5-rounded."
        )
    for name, key, count in _told(ledger, result, release):
        ledger.know(("release", str(place), *name), count)
        _note_difference(ledger, key, ("release", str(place), *name))
    return _still_hidden(ledger, result, release) if new == 0 else {}


def _courses_of(release: Release) -> int | None:
    found = next((one for one in release["estimates"] if one["id"] == "courses.n"), None)
    return None if found is None or found["value"] is None else int(found["value"])


def _note_difference(ledger: Ledger, now: Key, then: Key) -> None:
    larger, smaller = (now, then) if ledger[now] >= ledger[then] else (then, now)
    ledger.split(larger, smaller)


def _told(ledger: Ledger, result: StudyResult, release: Release) -> Iterator[tuple[Key, Key, int]]:
    """Give each count of the release that is a count of this result as well: its name, its key in the ledger, its value then."""
    before = {found["id"]: found for found in release["estimates"]}
    for found in result.estimates:
        number: Key = ("estimate", found.id)
        for field, key in (("numerator", ledger.numerator_of.get(number)), ("n", ledger.size_of.get(number))):
            then = before.get(found.id, {}).get(field)
            if key is not None and then is not None:
                yield ("estimate", found.id, field), key, int(then)
    steps = {step["id"]: step for step in release["attrition"]}
    for step in result.attrition:
        for kind in ("courses", "persons"):
            then = steps.get(step.id, {}).get(kind)
            if isinstance(then, int):
                yield ("entry", kind, step.id), next(iter(ledger.shown_by["entry", kind, step.id])), then
    for row in release["characteristics"]:
        for group, cell in row["cells"].items():
            share, key = share_of_cell(cell), table_1_key(row["variable"], row["level"], group)
            if share is not None and key in ledger:
                yield ("table 1", row["variable"], str(row["level"]), group), key, share[0]


def _still_hidden(ledger: Ledger, result: StudyResult, release: Release) -> dict[Key, Mark]:
    """Return the counts that the release hid and that are the same now."""
    kept: dict[Key, Mark] = {}
    before = {found["id"]: found for found in release["estimates"]}
    for found in result.estimates:
        then = before.get(found.id)
        if then is None or found.value is None or then["hidden"] is None:
            continue
        number: Key = ("estimate", found.id)
        size = ledger.size_of.get(number)
        hidden: Sequence[Key] = (
            [size] if then["value"] is not None and size is not None else sorted(ledger.shown_by.get(number, ()))
        )
        told = {key for name, key, _ in _told(ledger, result, release)}
        kept |= {key: Mark.OTHER for key in hidden if key not in told and ledger[key] > 0 and key != COURSES}
    steps = {step["id"]: step for step in release["attrition"]}
    for step in result.attrition:
        for kind in ("courses", "persons"):
            for field, of_entry in (
                (kind, ("entry", kind, step.id)),
                (f"{kind}_lost", ("entry", kind, step.id, "lost")),
            ):
                if isinstance(steps.get(step.id, {}).get(field), str):
                    kept |= {
                        key: Mark.OTHER
                        for key in ledger.shown_by.get(of_entry, ())
                        if ledger[key] > 0 and key != COURSES
                    }
    for row in release["characteristics"]:
        for group, cell in row["cells"].items():
            key = table_1_key(row["variable"], row["level"], group)
            if key in ledger and ledger[key] > 0 and share_of_cell(cell) is None and not cell.isdigit():
                kept[key] = Mark.OTHER
    return kept
