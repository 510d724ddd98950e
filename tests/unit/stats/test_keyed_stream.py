"""Random numbers from a key: HMAC written out once more, equal chances, and nothing of the key shown."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from abate.base.errors import ParameterError
from abate.stats.keyed_stream import KeyedStream, StreamKeyError

KEY = bytes(range(32))


def hmac_by_hand(key: bytes, message: bytes) -> bytes:
    "RFC 2104, for a key no longer than a block of 64 bytes."
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


def test_words_are_the_digests_in_order():
    stream = KeyedStream(KEY, "arms")
    digests = b"".join(hmac_by_hand(KEY, b"arms\0" + counter.to_bytes(8, "big")) for counter in range(3))
    words = [int.from_bytes(digests[8 * k : 8 * k + 8], "big") for k in range(12)]
    assert [stream.word() for _ in range(12)] == words


def test_the_first_numbers_never_change():
    "A list made today must be made again in ten years: these numbers are part of the algorithm."
    stream = KeyedStream(KEY, "arms")
    assert [stream.below(6) for _ in range(12)] == [int(hmac_word(k) % 6) for k in range(12)]


def hmac_word(k: int) -> int:
    digest = hmac_by_hand(KEY, b"arms\0" + (k // 4).to_bytes(8, "big"))
    return int.from_bytes(digest[8 * (k % 4) : 8 * (k % 4) + 8], "big")


def test_words_beyond_the_last_full_multiple_are_drawn_anew(monkeypatch):
    words = iter([2**64 - 1, 2**64 - 2, 7])
    monkeypatch.setattr(KeyedStream, "word", lambda self: next(words))
    assert (
        KeyedStream(KEY, "x").below(3) == (2**64 - 2) % 3
    )  # 2**64 is 1 above a multiple of 3, so 2**64 - 1 is drawn anew


def test_every_number_and_every_order_is_as_likely():
    stream = KeyedStream(KEY, "chances")
    counts = np.bincount([stream.below(6) for _ in range(6000)], minlength=6)
    assert float(((counts - 1000) ** 2 / 1000).sum()) < 20.5  # chi-square with 5 degrees of freedom, 0.999
    orders: dict[tuple[int, ...], int] = {}
    for _ in range(6000):
        items = [0, 1, 2]
        stream.shuffle(items)
        orders[tuple(items)] = orders.get(tuple(items), 0) + 1
    assert len(orders) == 6
    assert sum((count - 1000) ** 2 / 1000 for count in orders.values()) < 20.5


def test_purposes_and_keys_give_other_streams():
    first = [KeyedStream(KEY, "a").word(), KeyedStream(KEY, "b").word(), KeyedStream(KEY[::-1], "a").word()]
    assert len(set(first)) == 3


def test_nothing_of_the_key_is_shown():
    assert KEY.hex()[:8] not in repr(KeyedStream(KEY, "arms"))


def test_mistakes():
    with pytest.raises(StreamKeyError):
        KeyedStream(b"short", "arms")
    with pytest.raises(ParameterError):
        KeyedStream(KEY, "arms").below(0)
