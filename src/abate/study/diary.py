"""How is a headache diary counted from a file, and where does the result go?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from abate.base.errors import ParameterError
from abate.headache.diary import summarise_diary
from abate.headache.diary_columns import DATE, PERSON
from abate.headache.diary_group import group_as_dict, group_lines, person_columns
from abate.headache.diary_person import person_as_dict, person_lines
from abate.headache.diary_rows import read_diary
from abate.headache.diary_rules import DiaryRules
from abate.report.csv_text import columns_as_csv
from abate.study.output import write_bytes

#: Options of the command are written with a hyphen, the rules' own words with a space.
_SPACED = ("empty_medication", "two_rows")


def count_file(
    path: Path,
    rules: DiaryRules,
    named: Mapping[str, str],
    own_words: Mapping[str, str],
    *,
    as_json: bool = False,
    out: Path | None = None,
    overwrite: bool = False,
) -> Iterator[str]:
    """Count the diary in a file; yield what is to be printed, and write one row a person to ``out`` (CSV).

    Raises
    ------
    AbateError
        If the diary cannot be read, or ``out`` cannot be written.
    """
    if out is not None:
        _check_out(out, path)
    summary = summarise_diary(read_diary(path, rules, named=named, own_words=own_words), rules)
    if out is not None:
        write_bytes(columns_as_csv(person_columns(summary)).encode("utf-8"), out, overwrite=overwrite, is_private=True)
    is_one = summary.diary.person_count == 1
    if as_json:
        told = person_as_dict(summary, 0) if is_one else group_as_dict(summary)
        yield json.dumps(told, indent=2, ensure_ascii=False)
        return
    yield from person_lines(summary, 0) if is_one else group_lines(summary)
    if out is not None:
        yield f"wrote {out}: one row a person, for the site"


def _check_out(out: Path, path: Path) -> None:
    if out.exists() and path.exists() and out.samefile(path):
        raise ParameterError(f"--out names the diary itself, {path.name}; name another file.")
    if out.suffix.lower() != ".csv":
        raise ParameterError("--out writes a CSV file; give it a name that ends in .csv.")


def make_rules(**options: Any) -> DiaryRules:
    """Return the rules of the command's options.

    Raises
    ------
    ParameterError
        If an option is outside its range.
    """
    return DiaryRules(
        **{name: value.replace("-", " ") if name in _SPACED else value for name, value in options.items()}
    )


def read_names(texts: Sequence[str], *, person: str | None, day: str | None) -> dict[str, str]:
    """Return ``known=own`` texts as a mapping of known columns to a diary's own.

    Raises
    ------
    ParameterError
        If a text has no ``=``, or a column is named twice.
    """
    given = [_pair(text, "a column is named KNOWN=YOURS, such as headache=kopfschmerz") for text in texts]
    given += [(known, own) for known, own in ((PERSON, person), (DATE, day)) if own is not None]
    names = dict(given)
    if len(names) < len(given):
        raise ParameterError("a column is named twice; name each known column once.")
    return names


def read_words(texts: Sequence[str]) -> dict[str, str]:
    """Return ``word=known`` texts as a mapping of a diary's words to known drugs or classes.

    Raises
    ------
    ParameterError
        If a text has no ``=``.
    """
    return dict(_pair(text, "a word for a drug is given as WORD=KNOWN, such as relief=NSAID") for text in texts)


def _pair(text: str, expected: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not (left.strip() and equals and right.strip()):
        raise ParameterError(f"{text!r} has no two sides of '='; {expected}.")
    return left.strip(), right.strip()
