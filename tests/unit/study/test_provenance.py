"""The fingerprint is of contents; the hash is of what a study asks."""

import datetime as dt

import pyarrow as pa

from abate.study.provenance import fingerprint, hash_study
from abate.study.read import parse_study, preset_text


def table(values, texts):
    return pa.table({"value": pa.array(values, pa.float64()), "text": pa.array(texts, pa.string())})


def test_chunks_do_not_count():
    whole = table([1.0, 2.0, None], ["a", "b", None])
    parts = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert fingerprint({"t": whole}) == fingerprint({"t": parts})


def test_an_empty_text_is_not_a_missing_one():
    assert fingerprint({"t": table([1.0], [""])}) != fingerprint({"t": table([1.0], [None])})


def test_where_a_text_ends_counts():
    assert fingerprint({"t": table([1.0, 1.0], ["ab", "c"])}) != fingerprint({"t": table([1.0, 1.0], ["a", "bc"])})


def test_the_last_bits_of_a_float_do_not_count_but_the_sixth_decimal_does():
    assert fingerprint({"t": table([0.1 + 0.2], ["a"])}) == fingerprint({"t": table([0.3], ["a"])})
    assert fingerprint({"t": table([0.300001], ["a"])}) != fingerprint({"t": table([0.3], ["a"])})


def test_times_count_to_the_microsecond():
    def times(micro):
        return pa.table({"time": pa.array([dt.datetime(2024, 1, 1, 0, 0, 0, micro)], pa.timestamp("us"))})

    assert fingerprint({"t": times(1)}) != fingerprint({"t": times(2)})


def test_comments_and_order_do_not_change_a_study():
    text = preset_text("opioid-icu")
    without_comments = "\n".join(line.split("#")[0] for line in text.splitlines())
    assert hash_study(parse_study(text)) == hash_study(parse_study(without_comments))


def test_a_changed_rule_changes_the_hash():
    text = preset_text("opioid-icu")
    assert hash_study(parse_study(text)) != hash_study(parse_study(text.replace("points = 2", "points = 3")))
