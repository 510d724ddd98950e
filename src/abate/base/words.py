"""Which small words do all rooms write alike? Plurals, lists, sentences, and texts without characters that nobody can see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from abate.base.numbers import describe_count


def plural(count: float | str, noun: str, nouns: str | None = None) -> str:
    """Return ``1 course`` or ``61 courses``; of a count that is hidden ``<5 courses`` or ``a hidden number of courses``."""
    if count == "hidden":
        return f"a hidden number of {nouns or noun + 's'}"
    return f"{describe_count(count)} {noun if count == 1 else nouns or noun + 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return ``a, b and c``."""
    items = list(words)
    return "".join(items) if len(items) < 2 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def sentence(text: str) -> str:
    """Return ``text`` with a capital at its start and a full stop at its end."""
    text = text.strip()
    if not text:
        return ""
    return capital(text) + ("" if text.endswith((".", "!", "?")) else ".")


def capital(text: str) -> str:
    """Return ``text`` with a capital at its start."""
    return text[:1].upper() + text[1:]


def in_words(name: str) -> str:
    """Return an identifier of the study file, such as ``blurred_vision`` or ``visit_1``, as a reader writes it."""
    return name.replace("_", " ")


def clean(text: str) -> str:
    """Return a text in which every break is a space and every other control character the replacement character."""
    return _CONTROL.sub("\ufffd", _BREAK.sub(" ", text))


def shown(text: str) -> str:
    """Return a text from a study file or from records so that it can stand in a sentence.

    Characters that nobody can see become the replacement character, and a text that runs from right to left, or says
    that it does, is kept to its own place.
    """
    cleaned = clean(text)
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in cleaned):
        return f"\u2068{cleaned}\u2069"
    return cleaned


_BREAK = re.compile(r"[\t\n\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")

#: Letters of right-to-left scripts, and the marks that turn the direction of what follows.
_RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI", "PDF", "PDI"})
