"""How is a mistake in a file said? As one sentence: where, what was found, what is known there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError


def describe_mistake(error: ValidationError, name: str, model: type[BaseModel]) -> str:
    """Return the first mistake of a file as one sentence, with the count of the others.

    Parameters
    ----------
    error : ValidationError
    name : str
        Of the file.
    model : type of BaseModel
        What the file was checked against: the nearest known key is named.
    """
    mistakes = sorted(error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden")
    first, rest = mistakes[0], len(mistakes) - 1
    more = (
        ""
        if rest == 0
        else f" There {'is' if rest == 1 else 'are'} {rest} more mistake{'s' if rest > 1 else ''} in the file."
    )
    return f"{name}, {_place(first['loc'])}: {_sentence(first, model)}{more}"


def _sentence(mistake: Any, top: type[BaseModel]) -> str:
    key = mistake["loc"][-1] if mistake["loc"] else ""
    match mistake["type"]:
        case "extra_forbidden":
            known = _known_keys(mistake["loc"][:-1], top)
            nearest = nearest_word(str(key), known)
            return f"the key {str(key)!r} is not known; " + (
                f"did you mean {nearest!r}?" if nearest else f"known here are {', '.join(known)}."
            )
        case "missing":
            return f"{str(key)!r} is missing; it has to be given."
        case "value_error":
            return str(mistake["ctx"]["error"])
        case "literal_error":
            return f"found {mistake['input']!r}; write {mistake['ctx']['expected']}."
        case _:
            found = mistake["input"]
            shown = repr(found) if isinstance(found, str | int | float | bool) else f"a {type(found).__name__}"
            return f"{lower_first(mistake['msg'])}; found {shown}."


def _place(location: Sequence[str | int]) -> str:
    """Return ``response.also.2.points`` as a reader counts: ``response.also (entry 3).points``."""
    words: list[str] = []
    for part in location:
        if isinstance(part, int) and words:
            words[-1] += f" (entry {part + 1})"
        else:
            words.append(str(part))
    return ".".join(words) or "top level"


def _known_keys(location: Sequence[str | int], top: type[BaseModel]) -> list[str]:
    """Return the keys that the section at ``location`` may have, as they are written in the file."""
    model: Any = top
    is_name_of_entry = False  # the key after a mapping such as events.terms is the user's own word
    for part in location:
        if isinstance(part, int) or model is None:
            continue
        if is_name_of_entry:
            is_name_of_entry = False
            continue
        found = next((field for name, field in model.model_fields.items() if part in (name, field.alias)), None)
        model = None if found is None else _model_in(found.annotation)
        is_name_of_entry = found is not None and get_origin(found.annotation) is dict
    return [] if model is None else [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)


def nearest_word(word: str, known: Any) -> str | None:
    """Return the known word that is most like ``word``, or None where none is near."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def lower_first(text: str) -> str:
    """Return a sentence as a clause."""
    return text[:1].lower() + text[1:]
