"""Which column of a diary is which? The known names, a reader's own names for them, and what is not read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abate.base.errors import MissingTableError, ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

PERSON = "person_id"
DATE = "date"
HEADACHE = "headache"
MEDICATION = "acute_medication"
FEATURES = ("unilateral", "pulsating", "aggravated", "nausea", "vomiting", "photophobia", "phonophobia", "aura")
OPTIONAL = ("hours", "intensity", *FEATURES, MEDICATION)
COLUMNS = (PERSON, DATE, HEADACHE, *OPTIONAL)

_OTHER_NAMES = {"day": DATE}
#: From so alike on, a name is taken as a slip of the pen rather than as another column.
_SLIP = 0.85


@dataclass(frozen=True, kw_only=True)
class NotRead:
    """A column of the file that is not read, and the known name nearest to it, if one is near."""

    name: str
    nearest: str | None


def find_columns(table: pa.Table, named: Mapping[str, str]) -> tuple[dict[str, pa.ChunkedArray], tuple[NotRead, ...]]:
    """Return the known columns of a table, and those that are not read.

    Parameters
    ----------
    table : Table of Arrow
    named : mapping of str to str
        Known name to the table's own name, such as ``{"person_id": "id"}``.

    Raises
    ------
    ParameterError
        If ``named`` has a name that is not known.
    MissingTableError
        If a column is missing or there twice, or a name is nearly a known one.
    """
    wanted = {_known(name): own for name, own in named.items()}
    found: dict[str, str] = dict(_named_columns(table.column_names, wanted))
    others = []
    for own in table.column_names:
        if own in found.values():
            continue
        name = _plain(own)
        if name in COLUMNS and name not in wanted:
            _refuse_second(name, found)
            found[name] = own
        else:
            others.append(own)
    not_read = tuple(NotRead(name=own, nearest=_nearest(_plain(own), found)) for own in others)
    _refuse_missing(found, table.column_names)
    _refuse_same_names(found, table.column_names)
    _refuse_slips(not_read)
    return {name: table.column(table.column_names.index(own)) for name, own in found.items()}, not_read


def _known(name: str) -> str:
    plain = _plain(name)
    if plain in COLUMNS:
        return plain
    raise ParameterError(f"a diary has no column {name!r}{_hint(plain, COLUMNS)}; known are {', '.join(COLUMNS)}.")


def _named_columns(own_names: Sequence[str], wanted: Mapping[str, str]) -> list[tuple[str, str]]:
    for name, own in wanted.items():
        if own not in own_names:
            raise MissingTableError(
                f"the diary has no column {own!r} for {name}{_hint(own, own_names)}; {_told(own_names)}."
            )
    return list(wanted.items())


def _told(own_names: Sequence[str]) -> str:
    """Return the columns that are there by name where they look like a heading; a file without one begins with a patient's row."""
    is_heading = any(_plain(name) in COLUMNS for name in own_names)
    return (
        f"it has {', '.join(own_names)}"
        if is_heading
        else f"none of its {len(own_names)} columns is known; is there a heading?"
    )


def _plain(name: str) -> str:
    plain = "_".join(name.strip().lower().replace("-", " ").split())
    return _OTHER_NAMES.get(plain, plain)


def _hint(name: str, others: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, others, n=1)
    return f"; the nearest is {near[0]!r}" if near else ""


def _nearest(name: str, found: Mapping[str, str]) -> str | None:
    near = difflib.get_close_matches(name, [known for known in COLUMNS if known not in found], n=1)
    return near[0] if near else None


def _refuse_second(name: str, found: Mapping[str, str]) -> None:
    if name in found:
        raise MissingTableError(f"the diary has two columns for {name}; rename or remove one.")


def _refuse_same_names(found: Mapping[str, str], own_names: Sequence[str]) -> None:
    for name, own in found.items():
        if own_names.count(own) > 1:
            raise MissingTableError(f"the diary has two columns {own!r} for {name}; rename or remove one.")


def _refuse_missing(found: Mapping[str, str], own_names: Sequence[str]) -> None:
    for name in (DATE, HEADACHE):
        if name not in found:
            raise MissingTableError(
                f"the diary has no column {name!r}{_hint(name, own_names)}; {_told(own_names)}. "
                f"Name it with --column {name}=YOURS."
            )


def _refuse_slips(not_read: Sequence[NotRead]) -> None:
    for column in not_read:
        if column.nearest is None:
            continue
        likeness = difflib.SequenceMatcher(None, _plain(column.name), column.nearest).ratio()
        if likeness >= _SLIP:
            raise MissingTableError(
                f"the diary's column {column.name!r} is not known; did you mean {column.nearest!r}? Rename it, or name it with "
                f"--column {column.nearest}={column.name}."
            )
