"""What does a reader learn who also has an earlier release of the same study? Whoever entered between the two, by subtracting.

Two releases are shared together in two cases only. Either nothing has changed between them: then what was told is known for good, and
what was hidden stays hidden, also under another rule. Or both have rounded counts, and the later one has at least as many new courses
as the smallest count that may be told. Exact counts of a study that has changed, in either release, are refused: they would tell
something of the few that are new, and of what the earlier release hid, which can only have grown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from abate.base.errors import DisclosureError
from abate.contracts.definition import Disclosure
from abate.contracts.result import RESULTS_SCHEMA, Estimate, StudyResult
from abate.report.sharing.keys import COURSES, share_of_cell, table_1_key
from abate.report.sharing.ledger import Key, Ledger
from abate.report.sharing.protection import Mark
from abate.report.sharing.rounding import rounded_count

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
    ledger: Ledger, result: StudyResult, release: Release, place: int, *, rule: Disclosure
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
    rule : Disclosure
        By which the later release hides and rounds.

    Raises
    ------
    DisclosureError
        If the study has changed since, and exact counts or few new courses would tell how.
    """
    told = list(_told(ledger, result, release))
    if _is_unchanged(ledger, told, release):
        for name, key in ((name, key) for name, key, _ in told):
            # Rounded counts are taken as exactly known: that can only hide more.
            ledger.split(key, ledger.know(("release", str(place), *name), ledger[key]))
        return _still_hidden(ledger, result, release)
    _refuse_what_tells_the_change(ledger, release, rule)
    return {}


def _is_unchanged(ledger: Ledger, told: Sequence[tuple[Key, Key, int]], release: Release) -> bool:
    """Return whether every count that was told is the same now, as far as its rounding lets one see."""
    multiple = release["edition"]["rounding"]
    return bool(told) and all(rounded_count(ledger[key], multiple) == count for _, key, count in told)


def _refuse_what_tells_the_change(ledger: Ledger, release: Release, rule: Disclosure) -> None:
    if release["edition"]["rounding"] == 1:
        raise DisclosureError(
            "nothing can be shared: the study has changed since the earlier release, whose counts are exact, and whoever has both could "
            "tell how; releases of a study that grows need --disclosure 5-rounded from the first on."
        )
    if rule.rounding == 1:
        raise DisclosureError(
            "nothing can be shared: the study has changed since the earlier release, and exact counts would tell how; "
            "share with --disclosure 5-rounded."
        )
    then = _courses_of(release)
    most_then = ledger[COURSES] if then is None else then + release["edition"]["rounding"] // 2
    if ledger[COURSES] - most_then < rule.smallest_count:
        raise DisclosureError(
            f"nothing can be shared: fewer than {rule.smallest_count} courses may be new since the earlier release, and whoever has both "
            "could tell something of them; wait for more courses."
        )


def _courses_of(release: Release) -> int | None:
    found = next((one for one in release["estimates"] if one["id"] == "courses.n"), None)
    return None if found is None or found["value"] is None else int(found["value"])


def _told(ledger: Ledger, result: StudyResult, release: Release) -> Iterator[tuple[Key, Key, int]]:
    """Give each count of the release that is a count of this result as well: its name, its key in the ledger, its value then."""
    for number, found, then in _estimates_of_both(result, release):
        for field, key in _counts_behind(ledger, number, found).items():
            count = then.get(field)
            if count is not None and float(count).is_integer():
                yield (*number, field), key, int(count)
    for name, keys, count in _counts_of_both(ledger, result, release):
        if isinstance(count, int):
            yield from ((name, key, count) for key in keys)


def _still_hidden(ledger: Ledger, result: StudyResult, release: Release) -> dict[Key, Mark]:
    """Return the counts that the release hid and that are the same now."""
    told = {key for _, key, _ in _told(ledger, result, release)}
    hidden: list[Key] = []
    for number, found, then in _estimates_of_both(result, release):
        if then["hidden"] is None or found.value is None:
            continue
        size = ledger.size_of.get(number)
        is_size_alone = then["value"] is not None and size is not None
        hidden += [size] if is_size_alone and size is not None else sorted(ledger.shown_by.get(number, ()))
    for _, keys, count in _counts_of_both(ledger, result, release):
        hidden += keys if isinstance(count, str) else ()
    return {key: Mark.OTHER for key in hidden if key not in told and ledger[key] > 0 and key != COURSES}


def _estimates_of_both(result: StudyResult, release: Release) -> Iterator[tuple[Key, Estimate, Mapping[str, Any]]]:
    """Give each estimate that the release has as well: its key among the numbers, what it is now and what it was then."""
    before = {found["id"]: found for found in release["estimates"]}
    for found in result.estimates:
        if found.id in before:
            yield ("estimate", found.id), found, before[found.id]
    variants = {row["id"]: row["estimates"] for row in release["sensitivity"]}
    for row in result.sensitivity:
        for id, found in row.estimates.items():
            if id in variants.get(row.id, {}):
                yield ("variant", row.id, id), found, variants[row.id][id]


def _counts_behind(ledger: Ledger, number: Key, found: Estimate) -> Mapping[str, Key]:
    """Return the counts of the ledger that stand in the fields of an estimate: those of its own that are as large."""
    own = [ledger.numerator_of.get(number), ledger.size_of.get(number), *sorted(ledger.shown_by.get(number, ()))]
    keys = [key for key in own if key is not None]
    counts = {field: getattr(found, field) for field in ("numerator", "n", "denominator")}
    behind = {
        field: next((key for key in keys if ledger[key] == count), None)
        for field, count in counts.items()
        if count is not None
    }
    return {field: key for field, key in behind.items() if key is not None}


def _counts_of_both(
    ledger: Ledger, result: StudyResult, release: Release
) -> Iterator[tuple[Key, Sequence[Key], int | str]]:
    """Give the counts outside of estimates: name, keys in the ledger, and what stood there then, a count or a mark."""
    yield from _entry_of_both(ledger, result, release)
    yield from _table_1_of_both(ledger, release)
    for day in release["days"]:
        for name in ("running", "rated", "lowest"):
            key: Key = (name, str(day["day"]))
            if key in ledger:
                yield ("day", *key), [key], day[name]
    rules = {(one["table"], one["rule"], one["action"]): one["count"] for one in release["findings"]}
    for place, one in enumerate(result.findings):
        count = rules.get((one.table, one.rule, one.action))
        if count is not None:
            yield ("finding", str(place)), [("finding", str(place))], count


def _entry_of_both(
    ledger: Ledger, result: StudyResult, release: Release
) -> Iterator[tuple[Key, Sequence[Key], int | str]]:
    steps = {step["id"]: step for step in release["attrition"]}
    for step in result.attrition:
        for kind in ("courses", "persons"):
            for field, more in ((kind, ()), (f"{kind}_lost", ("lost",))):
                number: Key = ("entry", kind, step.id, *more)
                keys = sorted(ledger.shown_by.get(number, ()))
                if step.id in steps and keys:
                    yield number, keys, steps[step.id][field]


def _table_1_of_both(ledger: Ledger, release: Release) -> Iterator[tuple[Key, Sequence[Key], int | str]]:
    for row in release["characteristics"]:
        for group, cell in row["cells"].items():
            key, lacking = (table_1_key(row["variable"], level, group) for level in (row["level"], None))
            share = share_of_cell(cell)
            if row["level"] is not None and key in ledger:
                told = share[0] if share is not None else int(cell) if cell.isdigit() else cell
                yield ("table 1", row["variable"], row["level"], group), [key], told
            if lacking in ledger:
                yield ("table 1", row["variable"], "missing", group), [lacking], row["missing"][group]
