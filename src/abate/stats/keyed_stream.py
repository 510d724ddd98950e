"""Which random numbers does a secret key give, in any program and for ever? HMAC-SHA-256 in counter mode.

NumPy's generators may give other numbers in a later version, and from enough of what they gave the rest can be worked out. A list that has to
be made again after years, and whose next line must not be known from the lines before, needs neither: word ``i`` of a stream is taken from
``HMAC-SHA-256(key, purpose, 0x00, counter)`` with ``counter = i // 4`` as 8 bytes, four big-endian words of 64 bits to a digest.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import MutableSequence
from typing import Any

from abate.base.errors import ParameterError

_WORD_BYTES = 8
_WORDS = 1 << 64
#: A key has at least so many bytes.
KEY_BYTES = 32


class StreamKeyError(ParameterError):
    """A key is too short to be secret."""


class KeyedStream:
    """Random numbers of one purpose from a secret key; streams of other purposes are independent of it.

    Parameters
    ----------
    key : bytes
        At least 32 bytes; nothing of it is ever shown.
    purpose : str
        What the numbers are for, such as the name of a stratum.

    Raises
    ------
    StreamKeyError
        If the key is too short.

    References
    ----------
    Krawczyk, Bellare & Canetti (1997), RFC 2104; Barker & Kelsey (2015), NIST SP 800-90A.

    Examples
    --------
    >>> stream = KeyedStream(bytes(32), "example")
    >>> [stream.below(6) for _ in range(5)]
    [5, 0, 1, 0, 0]
    """

    __slots__ = ("_counter", "_key", "_purpose", "_words")

    def __init__(self, key: bytes, purpose: str) -> None:
        if len(key) < KEY_BYTES:
            raise StreamKeyError(f"a key needs at least {KEY_BYTES} bytes; take them from the operating system.")
        self._key, self._purpose = key, purpose.encode("utf-8") + b"\0"
        self._counter = 0
        self._words: list[int] = []

    def __repr__(self) -> str:
        return "KeyedStream(key not shown)"

    def word(self) -> int:
        """Return the next 64 random bits as a whole number."""
        if not self._words:
            message = self._purpose + self._counter.to_bytes(_WORD_BYTES, "big")
            digest = hmac.new(self._key, message, hashlib.sha256).digest()
            self._counter += 1
            words = [int.from_bytes(digest[k : k + _WORD_BYTES], "big") for k in range(0, len(digest), _WORD_BYTES)]
            self._words = words[::-1]
        return self._words.pop()

    def below(self, count: int) -> int:
        """Return a whole number from 0 to ``count - 1``, each as likely as the other: words beyond the last full multiple are drawn anew.

        Raises
        ------
        ParameterError
            If ``count`` is below 1.
        """
        if count < 1:
            raise ParameterError(f"a random number below {count!r} does not exist; count must be at least 1.")
        highest = _WORDS - _WORDS % count
        word = self.word()
        while word >= highest:
            word = self.word()
        return word % count

    def shuffle(self, items: MutableSequence[Any]) -> None:
        """Put items in random order, in place (Fisher & Yates, from the last to the second)."""
        for last in range(len(items) - 1, 0, -1):
            chosen = self.below(last + 1)
            items[last], items[chosen] = items[chosen], items[last]

    def hexadecimal(self) -> str:
        """Return 128 random bits as 32 hexadecimal digits."""
        return f"{self.word():016x}{self.word():016x}"
