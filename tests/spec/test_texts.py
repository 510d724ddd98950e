"""Texts are compared alike on every engine."""

import pyarrow as pa

from abate.engine.texts import plain


def test_case_and_blanks_around_are_left_aside_and_no_letter_is(engine):
    "A v or an f at an end stays: Valproate, fluoxetine, a text that ends in one."
    given = [" Valproate", "fluoxetine\t", "VERTIGO of", "\nrelief ", "two  words", "", None]
    rows = engine.from_arrow(pa.table({"text": pa.array(given, pa.string()), "place": list(range(len(given)))}))
    found = engine.to_arrow(rows.select("place", plain=plain(rows.text)).order_by("place"))["plain"].to_pylist()
    assert found == ["valproate", "fluoxetine", "vertigo of", "relief", "two  words", "", None]
