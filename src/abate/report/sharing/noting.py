"""How is a share, a number of courses or a part of one noted in the ledger?"""

from __future__ import annotations

from abate.contracts.result import Counted, Estimate
from abate.report.sharing.keys import COURSES
from abate.report.sharing.ledger import Key, Ledger


def whole(count: Counted) -> int:
    """Return a count of an edition in which none is hidden yet."""
    if isinstance(count, str):
        raise TypeError("a result in which counts are hidden has no ledger")
    return count


def size_key(ledger: Ledger, family: str, count: float | None, importance: int = 60) -> Key:
    """Return the key of a number of courses; all of them are one count, whatever they are courses of."""
    if count == ledger[COURSES]:
        return COURSES
    return ledger.state(("size", family, str(int(count or 0))), count, importance)


def sizes_of(ledger: Ledger, family: str) -> list[Key]:
    """Return the numbers of courses of one family, and the number of all."""
    return [COURSES, *(key for key in ledger.counts if key[:2] == ("size", family))]


def note_share(ledger: Ledger, found: Estimate, of: Key, key: Key, importance: int) -> None:
    """Note a share: its numerator, which is part of the denominator, and that it shows both."""
    if found.value is None:
        return
    ledger.state(key, found.numerator, importance)
    ledger.split(of, key)
    ledger.is_share(("estimate", found.id), key, of)


def inside(ledger: Ledger, id: str, count: float | None, whole: Key) -> Key:
    """Return the key of a count that lies in another: that of the whole where they are equal."""
    if count == ledger[whole]:
        return whole
    key = ledger.state(("of", id), count, 20)
    ledger.split(whole, key)
    return key


def note_inside(ledger: Ledger, found: Estimate | None, whole: Key) -> None:
    """Note that an estimate is of courses that lie in others."""
    if found is not None:
        ledger.has_size(("estimate", found.id), inside(ledger, found.id, found.n, whole))
