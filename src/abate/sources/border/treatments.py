"""Of which class was a treatment that a sheet names only by its drug? Classes come from the table in knowledge."""

from __future__ import annotations

import ibis

from abate.contracts.failure import Failure
from abate.engine.connection import Engine
from abate.knowledge.drug_table import drugs_of
from abate.sources.border.reading import ROW_KEY, ReadTable
from abate.sources.border.words import plain_word, words_in
from abate.sources.findings import Findings


def fill_drug_classes(
    table: ReadTable, engine: Engine, findings: Findings, failure: Failure | None = None
) -> ReadTable:
    """Return the treatments with empty ``drug_class`` filled where the ingredient is one that abate knows.

    ``failure`` is the study's section, with the drugs of the site. A treatment without a class counts as no failed class,
    so the rows that stay without one are named.
    """
    table = _with_known_spelling(table, engine, failure)
    without = table.with_rows(table.rows.filter(table.rows.drug_class.isnull()))
    ingredients = words_in(without, "ingredient", engine)
    if not ingredients:
        return table
    known = {plain_word(drug.ingredient): drug.drug_class for drug in drugs_of(failure)}
    found = [(name, known[plain_word(name)]) for name in ingredients if plain_word(name) in known]
    if len(found) < len(ingredients):
        unknown = without.rows.filter(~without.rows.ingredient.isin([name for name, _ in found]))
        sentence = "drug_class is empty and not known for the ingredient; it counts as no failed class"
        findings.add_rows(unknown, table="treatments", rule=sentence, action="kept", key=ROW_KEY)
    if not found:
        return table
    findings.add_remark("treatments", "drug_class is empty; that of the ingredient is taken where it is known")
    rows = table.rows
    by_ingredient = ibis.cases(
        *((rows.ingredient == name, drug_class) for name, drug_class in found), else_=ibis.null("string")
    )
    return table.with_rows(rows.mutate(drug_class=rows.drug_class.coalesce(by_ingredient)))


def _with_known_spelling(table: ReadTable, engine: Engine, failure: Failure | None) -> ReadTable:
    """Return the treatments with each class spelt as the drug table spells it, where only case or spaces differ."""
    known = {plain_word(drug.drug_class): drug.drug_class for drug in drugs_of(failure)}
    found = [
        (name, known[plain_word(name)])
        for name in words_in(table, "drug_class", engine)
        if plain_word(name) in known and known[plain_word(name)] != name
    ]
    if not found:
        return table
    rows = table.rows
    spelt = ibis.cases(*((rows.drug_class == own, name) for own, name in found), else_=rows.drug_class)
    return table.with_rows(rows.mutate(drug_class=spelt))
