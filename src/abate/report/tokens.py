"""Which colour means what? The page's colours in light and dark, and the type of page and figures.

A hue has one meaning on the whole page, and colour is never alone: place, shape, fill or a label says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Colour:
    """One colour in both themes, as ``#rrggbb``."""

    light: str
    dark: str
    means: str


def _colour(light: str, dark: str, means: str) -> Colour:
    return Colour(light=light, dark=dark, means=means)


#: Every colour of page and figures. No two light values are equal: a figure is drawn in them and then follows the theme by name.
COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "paper": _colour("#fdfcf9", "#15181b", "ground of page and figures"),
        "surface": _colour("#ffffff", "#1d2125", "raised ground"),
        "ink": _colour("#1b1d1f", "#eceae4", "text"),
        "ink2": _colour("#3c4146", "#cbcac4", "second text"),
        "muted": _colour("#5c6369", "#a2a6a9", "labels and notes"),
        "rule": _colour("#b9b6ad", "#4d5358", "lines"),
        "hair": _colour("#e4e1d8", "#2c3135", "grid and hairlines"),
        "band": _colour("#f3f0e8", "#1c2024", "bands of days, ground of bars"),
        "link": _colour("#1b558f", "#8cbcf0", "links"),
        "focus": _colour("#a85a00", "#f0b04a", "ring round what has the focus"),
        "hover": _colour("#f0ede4", "#262b30", "ground of a button under the pointer"),
        "btn": _colour("#8a8f94", "#757c82", "edge of buttons and fields"),
        "hit": _colour("#ffe08a", "#5a4a10", "ground of a word that was searched for"),
        "simbg": _colour("#fff1c9", "#3b2f0c", "ground of the banner on simulated data"),
        "simink": _colour("#4a3500", "#ffe6a3", "text of that banner"),
        "pain": _colour("#1f5b99", "#7db3ec", "the rating, response, every main estimate"),
        "warn": _colour("#b3001b", "#ff8f85", "a warning that stands on every page"),
        "painwash": _colour("#e9eff5", "#1d2a36", "where the rule of response is met"),
        "dose": _colour("#8a5a00", "#e0ad4c", "what was given"),
        "dosewash": _colour("#e6dcc7", "#3e3524", "middle half of the doses"),
        "d1": _colour("#ead7ad", "#4b3b17", "rates, low; with an outline"),
        "d2": _colour("#b08228", "#97722a", "rates, middle"),
        "d3": _colour("#674005", "#ecbd62", "rates, high"),
        "harm": _colour("#ad3f14", "#f28d63", "adverse events"),
        "h1": _colour("#f8dccb", "#53291a", "grade 1; with an outline"),
        "h2": _colour("#d06f3c", "#b85a31", "grade 2"),
        "h3": _colour("#7d2505", "#ffb594", "grade 3 and above"),
        "ref": _colour("#6a7076", "#9ba1a6", "lost, missing, unknown"),
        "kept": _colour("#87919a", "#656e77", "counts"),
    }
)

SERIF = 'Charter,"Bitstream Charter","Charis SIL","Iowan Old Style","Source Serif 4",Georgia,Cambria,serif'
SANS = '"Source Sans 3","Segoe UI","Helvetica Neue",Arial,"Liberation Sans",sans-serif'
MONO = 'ui-monospace,"Cascadia Mono",Consolas,"Liberation Mono",monospace'

#: Named first in saved figures: vl-convert carries this face itself, so that they come out the same on every machine.
FIGURE_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
TEXT_SIZE, SMALL_SIZE = 12.5, 11.5
#: For counts side by side on a narrow figure only; nothing is smaller.
SMALLEST_SIZE = 10.0


def light(name: str) -> str:
    """Return the light value of the colour called ``name``."""
    return COLOURS[name].light


def describe_theme() -> str:
    """Return the CSS custom properties of both themes and of print; the first rule holds the light colours.

    The theme is the system's unless the page's own switch has named one in ``data-theme``. Print is always light.
    """
    by_light, by_dark = _properties(lambda colour: colour.light), _properties(lambda colour: colour.dark)
    types = f"--serif:{SERIF};--sans:{SANS};--mono:{MONO};--figure-font:{FIGURE_FONT};"
    return (
        f":root{{{by_light}{types}color-scheme:light dark}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{by_dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{by_dark}color-scheme:dark}}:root[data-theme=light]{{color-scheme:light}}}}\n"
        "@media print{:root{color-scheme:light;--paper:#fff;--band:#f4f4f2}}"
    )


def _properties(value: Callable[[Colour], str]) -> str:
    return "".join(f"--{name}:{value(colour)};" for name, colour in COLOURS.items())


def variable_of(value: str) -> str:
    """Return the CSS variable of a light colour, or ``value`` itself where it is none; figures follow the theme so."""
    name = _NAMES_BY_LIGHT.get(value)
    return value if name is None else f"var(--{name})"


_NAMES_BY_LIGHT = {colour.light: name for name, colour in COLOURS.items()}
