"""Is this a study? A TOML file becomes a checked ``Study``, or one sentence says what to mend and where."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from abate.base.errors import ParameterError, StudyFileError
from abate.contracts.definition import Study
from abate.study.mistakes import describe_mistake, lower_first, nearest_word
from abate.study.response_range import check_scale
from abate.study.site_drugs import with_site_drugs


def read_study(where: str | Path) -> Study:
    """Return the study of a file, or the preset of that name where no such file exists.

    Raises
    ------
    StudyFileError
        If there is neither a file nor a preset, the file is no TOML, a key is unknown (the nearest known one is named),
        or a value is impossible.
    """
    path = Path(where)
    if path.exists():
        return parse_study(_text_of(path), name=path.name, folder=path.parent)
    if str(where) in preset_names():
        return parse_study(preset_text(str(where)), name=f"preset {where}")
    nearest = nearest_word(str(where), preset_names())
    hint = f"did you mean the preset {nearest!r}?" if nearest else "write one with 'abate init PRESET --out FILE'."
    raise StudyFileError(f"there is no study file {str(where)!r} and no preset of that name; {hint}")


def parse_study(text: str, *, name: str = "study file", folder: Path | None = None) -> Study:
    """Return the study that a TOML text states; ``name`` stands in errors, ``folder`` is where files lie that it names.

    Raises
    ------
    StudyFileError
        As in `read_study`.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(f"{name} is not valid TOML: {lower_first(str(error))}.") from None
    return check_study(data, name=name, folder=folder)


def check_study(data: Mapping[str, Any], *, name: str = "study", folder: Path | None = None) -> Study:
    """Return the study that plain data state.

    Raises
    ------
    StudyFileError
        As in `read_study`; the first mistake is told, with the count of the others.
    """
    try:
        study = Study.model_validate(with_site_drugs(data, folder, name))
    except ValidationError as error:
        raise StudyFileError(describe_mistake(error, name, Study)) from None
    check_scale(study, name)
    _check_refractory(study, name)
    return study


def preset_names() -> Sequence[str]:
    """Return the names of the studies that come with abate, in alphabetical order."""
    folder = resources.files("abate.study") / "presets"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def preset_text(name: str) -> str:
    """Return the study file of a preset, comments included.

    Raises
    ------
    StudyFileError
        If there is no preset of that name.
    """
    if name not in preset_names():
        nearest = nearest_word(name, preset_names())
        hint = f"did you mean {nearest!r}?" if nearest else f"there are {', '.join(preset_names())}."
        raise StudyFileError(f"there is no preset {name!r}; {hint}")
    return (resources.files("abate.study") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except IsADirectoryError:
        raise StudyFileError(f"{path.name} is a folder; name the study file in it.") from None
    except PermissionError:
        raise StudyFileError(f"{path.name} may not be read; give yourself the right to read it.") from None
    except UnicodeDecodeError:
        raise StudyFileError(f"{path.name} is not a text file in UTF-8.") from None


def _check_refractory(study: Study, name: str) -> None:
    """Refuse a definition, a demand or a class of drugs that is not known."""
    from abate.knowledge.drug_table import drugs_of
    from abate.knowledge.refractory_definitions import definition, nearest_or_all

    entry = study.eligibility
    if entry is not None and entry.refractory is not None:
        try:
            asked = definition(entry.refractory)
        except ParameterError as error:
            raise StudyFileError(f"{name}, eligibility.refractory: {error}") from None
        for demand in entry.refractory_assumed or ():
            if demand not in asked.demand_ids:
                raise StudyFileError(
                    f"{name}, eligibility.refractory_assumed: {asked.id} has no demand {demand!r}; {nearest_or_all(demand, asked.demand_ids)}"
                )
    elif entry is not None and (entry.refractory_assumed is not None or entry.refractory_unknown is not None):
        raise StudyFileError(
            f"{name}, eligibility: refractory_assumed and refractory_unknown need a definition in refractory."
        )
    if study.failure is not None:
        classes = {drug.drug_class: None for drug in drugs_of(study.failure)}
        for drug_class in study.failure.available_since:
            if drug_class not in classes:
                raise StudyFileError(
                    f"{name}, failure.available_since: there is no class {drug_class!r}; {nearest_or_all(drug_class, classes)}"
                )
