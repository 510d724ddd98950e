"""Contrast by WCAG 2.2's formula, worked out here from the colours."""

import pytest

from abate.report.tokens import COLOURS, describe_theme, variable_of

TEXTS = ("ink", "ink2", "muted", "link", "pain", "dose", "harm", "warn")
MARKS = ("pain", "dose", "harm", "ref", "kept", "focus", "btn")
#: Text on grounds that are not paper: on buttons under the pointer, on found words and counts, on what is said for a moment.
PAIRS = (("link", "hover"), ("ink", "hover"), ("ink", "hit"), ("ink", "surface"), ("link", "surface"), ("paper", "ink"), ("simink", "simbg"), ("muted", "hair"))  # fmt: skip


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("ground", ["paper", "band"])
def test_text_stands_out_from_the_paper_and_from_the_bands(theme, name, ground):
    assert contrast(getattr(COLOURS[name], theme), getattr(COLOURS[ground], theme)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", MARKS)
def test_marks_stand_out_from_the_paper(theme, name):
    assert contrast(getattr(COLOURS[name], theme), getattr(COLOURS["paper"], theme)) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_every_other_ground(theme, text, ground):
    assert contrast(getattr(COLOURS[text], theme), getattr(COLOURS[ground], theme)) >= 4.5


def test_the_formula_gives_the_published_ends():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_every_light_colour_has_one_name_so_that_figures_can_follow_the_theme():
    assert len({colour.light for colour in COLOURS.values()}) == len(COLOURS)
    assert variable_of(COLOURS["pain"].light) == "var(--pain)"
    assert variable_of("none") == "none"


def test_the_theme_gives_every_colour_in_light_and_dark():
    css = describe_theme()
    assert all(
        f"--{name}:{colour.light};" in css and f"--{name}:{colour.dark};" in css for name, colour in COLOURS.items()
    )


def test_the_readers_choice_goes_before_the_systems_and_print_is_light():
    css = describe_theme()
    assert css.startswith(":root{--paper:#fdfcf9;")  # the rule that a saved figure reads its colours from
    assert "@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light])" in css
    assert "@media screen{:root[data-theme=dark]" in css
    assert "@media print{:root{color-scheme:light;--paper:#fff" in css
