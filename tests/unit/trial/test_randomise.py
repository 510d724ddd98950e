"""A list is made again from its key by whoever reads the page on it; and what a specification must keep."""

from __future__ import annotations

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from abate.contracts.randomisation import Randomisation
from abate.trial.randomise import (
    AllocationPlanError,
    BlockSizeError,
    MinimisationError,
    RatioError,
    TooManyStrataError,
    check_list,
    make_list,
    plan_allocation,
    simulate_balance,
    simulate_lists,
    stratum_lines,
    warnings_of,
)

KEY = bytes(range(32))
CENTRES = ({"name": "centre", "levels": ["A", "B"]}, {"name": "overuse", "levels": ["yes", "no"]})


def plan(**keys):
    section = {"arms": ["ketamine", "midazolam"], "participants": 48, "strata": CENTRES, **keys}
    return plan_allocation(Randomisation.model_validate(section), title="Next trial")


def words(purpose):
    counter = 0
    while True:
        digest = hmac.new(KEY, purpose.encode() + b"\0" + counter.to_bytes(8, "big"), hashlib.sha256).digest()
        yield from (int.from_bytes(digest[k : k + 8], "big") for k in (0, 8, 16, 24))
        counter += 1


def below(stream, count):
    while True:
        word = next(stream)
        if word < 2**64 - 2**64 % count:
            return word % count


def test_the_list_can_be_made_again_from_the_page_alone():
    "The algorithm of docs/trial-randomisation.md, written a second time."
    made = make_list(plan(block_sizes=[2, 4, 6]), KEY)
    expected = []
    for centre in "AB":
        for overuse in ("yes", "no"):
            levels = json.dumps([["centre", centre], ["overuse", overuse]])
            arms, salts, lines = (
                words(f"abate-allocation/1/arms/{levels}"),
                words(f"abate-allocation/1/salt/{levels}"),
                [],
            )
            while len(lines) < 48:
                size = [2, 4, 6][below(arms, 3)]
                block = ["ketamine"] * (size // 2) + ["midazolam"] * (size // 2)
                for last in range(size - 1, 0, -1):
                    other = below(arms, last + 1)
                    block[last], block[other] = block[other], block[last]
                lines += block
            expected += [
                ((centre, overuse), k + 1, arm, f"{next(salts):016x}{next(salts):016x}") for k, arm in enumerate(lines)
            ]
    assert [(row.stratum, row.number, row.arm, row.salt) for row in made.rows] == expected
    kits, numbers = words("abate-allocation/1/kits"), []
    while len(numbers) < len(expected):
        number = 1000 + below(kits, 9000)
        if number not in numbers:
            numbers.append(number)
    assert [row.kit for row in made.rows] == [str(number) for number in numbers]


def test_any_number_of_threads_in_any_order():
    spec = plan()
    whole = make_list(spec, KEY)
    for threads in (1, 2, 16):
        with ThreadPoolExecutor(threads) as pool:
            found = dict(pool.map(lambda stratum: (stratum, stratum_lines(spec, KEY, stratum)), spec.strata[::-1]))
        arms = [spec.arms[arm] for stratum in spec.strata for arm in found[stratum].arms]
        assert arms == [row.arm for row in whole.rows]


def test_a_stratum_more_changes_no_other():
    more = ({"name": "centre", "levels": ["A", "B", "C"]}, CENTRES[1])
    for stratum in plan().strata:
        assert stratum_lines(plan(), KEY, stratum) == stratum_lines(plan(strata=more), KEY, stratum)


def test_kits_and_salts_differ_and_tell_no_arm():
    made = make_list(plan(), KEY)
    assert len({row.kit for row in made.rows}) == len(made.rows) == len({row.salt for row in made.rows})
    first = [int(row.kit) for row in made.rows if row.arm == "ketamine"]
    second = [int(row.kit) for row in made.rows if row.arm == "midazolam"]
    assert abs(sum(first) / len(first) - sum(second) / len(second)) < 3 * 9000 / 12**0.5 * (2 / len(first)) ** 0.5


@pytest.mark.parametrize(
    "keys",
    [
        {"method": "simple"},
        {"method": "urn"},
        {"method": "big stick", "largest_imbalance": 2},
        {"ratio": [2, 1]},
        {"rows_per_stratum": 20},
    ],
)
def test_every_method_makes_a_list_for_each_stratum(keys):
    spec = plan(**keys)
    made = make_list(spec, KEY)
    for stratum in spec.strata:
        assert sum(row.stratum == stratum for row in made.rows) >= spec.rows_per_stratum
    assert check_list(made).list_count == 1
    assert 0.3 < simulate_lists(spec, list_count=20).share_guessed < 0.9


def test_what_the_section_leaves_out_comes_from_the_plan():
    bare = Randomisation()
    spec = plan_allocation(bare, title="T", arms=["a", "b"], weights=[2, 1], participants=90)
    assert (spec.arms, spec.ratio, spec.block_sizes, spec.participants) == (("a", "b"), (2, 1), (3, 6, 9), 90)
    own = plan_allocation(Randomisation(arms=("c", "d")), title="T", arms=["a", "b"], weights=[2, 1], participants=90)
    assert (own.arms, own.ratio) == (("c", "d"), (1, 1))


def test_shares_of_strata_multiply():
    strata = ({"name": "centre", "levels": ["A", "B"], "shares": [0.75, 0.25]}, CENTRES[1])
    assert plan(strata=strata).stratum_shares == pytest.approx([0.375, 0.375, 0.125, 0.125])


def test_minimisation_makes_no_list_but_is_simulated():
    spec = plan(method="minimisation")
    assert spec.probability == 0.8
    assert simulate_balance(spec, trials=50).trials == 50
    with pytest.raises(AllocationPlanError, match="minimisation makes no list"):
        make_list(spec, KEY)
    with pytest.raises(AllocationPlanError):
        simulate_balance(plan())


def test_what_speaks_against_a_specification_is_said():
    assert warnings_of(plan(participants=120)) == ()
    many = {"name": "centre", "levels": list("ABCDE")}
    assert "many for 48 participants" in warnings_of(plan(strata=[many, CENTRES[1]]))[0]
    assert any("one block size only" in said for said in warnings_of(plan(block_sizes=[4], strata=[])))
    (simple,) = warnings_of(plan(method="simple", strata=[], participants=100))
    assert "40 to 60 %" in simple  # 0.5 +- 1.96 * 0.05
    assert any("run out of lines" in said for said in warnings_of(plan(rows_per_stratum=6)))


@pytest.mark.parametrize(
    ("error", "keys"),
    [
        (TooManyStrataError, {"participants": 6}),
        (BlockSizeError, {"block_sizes": [3]}),
        (RatioError, {"method": "urn", "ratio": [2, 1]}),
        (RatioError, {"method": "big stick", "largest_imbalance": 2, "arms": ["a", "b", "c"]}),
        (RatioError, {"method": "minimisation", "ratio": [2, 1]}),
        (MinimisationError, {"method": "minimisation", "probability": 0.5}),
        (AllocationPlanError, {"ratio": [1, 1, 1]}),
        (AllocationPlanError, {"arms": None}),
        (AllocationPlanError, {"participants": None}),
        (AllocationPlanError, {"participants": 100_000, "strata": CENTRES}),
    ],
)
def test_mistakes(error, keys):
    with pytest.raises(error) as caught:
        plan(**keys)
    assert caught.value.exit_code == 18
    assert "\n" not in str(caught.value)


def test_nothing_of_a_list_is_shown_by_its_name():
    made = make_list(plan(), KEY)
    assert "midazolam" not in repr(made).replace("'ketamine', 'midazolam'", "")
    assert made.rows[0].salt not in repr(made.rows[0])
