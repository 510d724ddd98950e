"""Which drugs does a site add? Its own CSV file, named in the study file, checked and taken into the study.

The rows become part of the study, so that its hash tells one set of drugs from another and the study can be sent alone.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from abate.base.errors import StudyFileError
from abate.contracts.failure import SiteDrug

_NEEDED = ("ingredient", "drug_class", "role")


def with_site_drugs(data: Mapping[str, Any], folder: Path | None, name: str) -> dict[str, Any]:
    """Return a study's data with ``failure.drugs`` as rows, where it names a file.

    Parameters
    ----------
    data : mapping
        The study file as plain data.
    folder : Path or None
        Where the study file lies; None where it is no file.
    name : str
        What the study file is called, for errors.

    Raises
    ------
    StudyFileError
        If the file is not there, has a column that is not known, lacks one, or holds an impossible value.
    """
    failure = data.get("failure")
    if not isinstance(failure, Mapping) or not isinstance(failure.get("drugs"), str):
        return dict(data)
    if folder is None:
        raise StudyFileError(
            f"{name}, failure.drugs: {failure['drugs']!r} names a file, and this study was not read from a file; "
            "read it from its file, or give the drugs as rows."
        )
    rows = read_site_drugs(folder / failure["drugs"])
    return {**data, "failure": {**failure, "drugs": rows}}


def read_site_drugs(path: Path) -> list[dict[str, str]]:
    """Return the rows of a site's file of drugs, empty cells left out.

    Raises
    ------
    StudyFileError
        As in `with_site_drugs`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not a text file in UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        raise StudyFileError(
            f"the file of drugs {path.name} {why}; failure.drugs names a CSV file beside the study file."
        ) from None
    if "\0" in text:
        raise StudyFileError(f"{path.name} holds a character that no text has (NUL); save it as CSV in UTF-8.")
    reader = csv.DictReader(text.splitlines())
    try:
        _check_columns(path.name, reader.fieldnames or ())
        rows = [_filled(path.name, number, row) for number, row in enumerate(reader, start=2)]
    except csv.Error:
        raise StudyFileError(
            f"{path.name}, line {reader.line_num + 1}: this is no line of a CSV file; mend it."
        ) from None
    _check_ingredients(path.name, [row["ingredient"] for row in rows])
    return rows


def _check_columns(name: str, found: Sequence[str]) -> None:
    known = list(SiteDrug.model_fields)
    for column in found:
        if column not in known:
            nearest = difflib.get_close_matches(column.lower(), known, n=1, cutoff=0.6)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(known)}."
            raise StudyFileError(f"{name}: the column {column!r} is not known; {hint}")
    if len(set(found)) < len(found):
        raise StudyFileError(f"{name} has a column more than once; keep one of each name.")
    missing = [column for column in _NEEDED if column not in found]
    if missing:
        raise StudyFileError(f"{name} has no column {missing[0]!r}; a drug needs {', '.join(_NEEDED)}.")


def _filled(name: str, line: int, row: Mapping[Any, Any]) -> dict[str, str]:
    if None in row or None in row.values():
        raise StudyFileError(
            f"{name}, line {line}: there are not as many cells as columns; put a text with a comma in quotes."
        )
    filled = {column: cell.strip() for column, cell in row.items() if cell.strip()}
    try:
        SiteDrug.model_validate(filled)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column = str(first["loc"][0])
        said = "it has to be given" if first["type"] == "missing" else first["msg"][:1].lower() + first["msg"][1:]
        raise StudyFileError(f"{name}, line {line}, {column}: {said}.") from None
    return filled


def _check_ingredients(name: str, ingredients: Sequence[str]) -> None:
    folded = [ingredient.casefold() for ingredient in ingredients]
    twice = next((one for one in ingredients if folded.count(one.casefold()) > 1), None)
    if twice is not None:
        raise StudyFileError(f"{name}: {twice!r} stands twice; give each ingredient once.")
