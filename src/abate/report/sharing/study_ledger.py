"""What is the ledger of a study? Its counts family by family.

The importance of a count says which of several is given up last.
"""

from __future__ import annotations

from abate.contracts.result import StudyResult
from abate.report.sharing.families.attribution import note_attribution
from abate.report.sharing.families.days import note_days
from abate.report.sharing.families.durability import note_durability
from abate.report.sharing.families.entry import note_entry, note_findings, note_missing
from abate.report.sharing.families.harm import note_harm
from abate.report.sharing.families.history import note_history
from abate.report.sharing.families.others import note_others
from abate.report.sharing.families.periods import note_periods
from abate.report.sharing.families.response import note_response
from abate.report.sharing.families.table_1 import note_characteristics
from abate.report.sharing.families.variants import note_variants
from abate.report.sharing.keys import COURSES, PERSONS
from abate.report.sharing.ledger import Ledger
from abate.report.view import ResultView


def ledger_of(result: StudyResult) -> Ledger:
    """Return the ledger of a result as it stays at the site."""
    view, ledger = ResultView(result), Ledger()
    ledger.state(COURSES, view.course_count, 100)
    ledger.state(PERSONS, view.person_count, 90)
    ledger.split(COURSES, PERSONS)
    ledger.is_share(("estimate", "courses.n"), COURSES, COURSES)
    ledger.shows(("estimate", "persons.n"), PERSONS)
    note_entry(ledger, result)
    note_response(ledger, view)
    note_days(ledger, view)
    note_harm(ledger, view)
    note_durability(ledger, view)
    note_missing(ledger, view)
    note_history(ledger, view)
    note_characteristics(ledger, view)
    note_variants(ledger, view)
    note_findings(ledger, result)
    note_periods(ledger, view)
    note_attribution(ledger, view)
    note_others(ledger, view)
    return ledger
