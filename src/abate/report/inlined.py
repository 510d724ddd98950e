"""What stands in the page besides its text? Its styles and its scripts, and the policy that lets nothing else run.

The scripts are files beside the template, put into the page as they are; the policy names each by its hash. Whatever a
study file or records bring into the page could therefore not run even if it were taken for a script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from abate.report.words import shown

#: What the page does after it was read, in this order; all in one script, so that they share their names.
_PARTS = ("contents", "search", "wide_tables", "saying", "figures", "tables", "theme")
#: The longest title in the foot of a printed page, in characters.
_LONGEST_IN_FOOT = 90


@dataclass(frozen=True, kw_only=True)
class Scripts:
    """The scripts of the page: ``early`` runs before anything is drawn, ``late`` when all has been read."""

    early: str
    late: str

    @property
    def policy(self) -> str:
        """The content security policy that allows these scripts, the page's own styles, and pictures made in the page."""
        hashes = " ".join(f"'sha256-{_hash(script)}'" for script in (self.early, self.late))
        return (
            f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
            "connect-src 'none'; base-uri 'none'; form-action 'none'"
        )


@cache
def read_scripts() -> Scripts:
    """Return the scripts as they stand in the page."""
    late = "".join(_read(f"{name}.js") for name in _PARTS)
    return Scripts(early=_read("early.js"), late=f"(() => {{\n'use strict';\n{late}}})();\n")


def describe_foot(title: str, *, is_simulated: bool) -> str:
    """Return the styles of the foot of every printed page: study, "simulated data" where it is, and page of pages."""
    foot = describe_page_foot(title, *(("simulated data",) if is_simulated else ()))
    if not is_simulated:
        return f"@page{{{foot} }}"
    head = f'@top-center{{content:"Simulated data: no patient, no evidence";{_BANNER}}}'
    return f"@page{{{foot}{head} }}\n@page:first{{@top-center{{content:none}} }}"


def describe_page_foot(title: str, *words: str) -> str:
    """Return the boxes under a printed page: whose it is, further words, and page of pages."""
    study = shown(title if len(title) <= _LONGEST_IN_FOOT else f"{title[: _LONGEST_IN_FOOT - 1].rstrip()}\u2026")
    text = quoted(" \u00b7 ".join(("abate", study, *words)))
    return (
        f'@bottom-left{{content:{text};{_SMALL}}}@bottom-right{{content:counter(page) " / " counter(pages);{_SMALL}}}'
    )


def quoted(text: str) -> str:
    """Return ``text`` as a string of CSS in which no character can end the string, the rule or the style element.

    Examples
    --------
    >>> quoted('a"</style>')
    '"a\\\\22 \\\\3c \\\\2f style\\\\3e "'
    """
    return '"' + re.sub(r"[^\w ]", lambda found: f"\\{ord(found[0]):x} ", text, flags=re.ASCII) + '"'


_SMALL = 'font:7.5pt Arial,"Liberation Sans",sans-serif;color:#555'
_BANNER = 'font:bold 8pt Arial,"Liberation Sans",sans-serif;color:#4a3500'


def _read(name: str) -> str:
    """Return a script with line ends as a browser counts them, whatever the checkout made of them."""
    return (files("abate.report") / "templates" / "script" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
