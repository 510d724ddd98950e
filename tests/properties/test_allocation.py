"""What always holds of an allocation list: balance within each block, and the same lines whoever makes them, in any order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from abate.contracts.randomisation import Randomisation
from abate.trial.randomise import AllocationPlan, make_list, plan_allocation, stratum_lines

RATIOS = st.lists(st.integers(1, 3), min_size=2, max_size=4)


@st.composite
def plans(draw: st.DrawFn) -> AllocationPlan:
    ratio = draw(RATIOS)
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3).map(lambda times: [sum(ratio) * k for k in times]))
    levels = draw(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=3, unique=True))
    fewest = len(levels) * min(sizes) + 1
    section = {
        "arms": [f"arm {k}" for k in range(len(ratio))],
        "ratio": ratio,
        "block_sizes": sizes,
        "participants": draw(st.integers(fewest, fewest + 30)),
        "strata": [{"name": "centre", "levels": levels}],
    }
    return plan_allocation(Randomisation.model_validate(section), title="any")


@settings(max_examples=20, deadline=None)
@given(plan=plans(), key=st.binary(min_size=32, max_size=32))
def test_every_block_is_whole_and_holds_the_ratio(plan, key):
    blocks: dict[tuple[object, ...], list[str]] = {}
    for row in make_list(plan, key).rows:
        assert row.block_size in plan.block_sizes
        blocks.setdefault((row.stratum, row.block, row.block_size), []).append(row.arm)
    for (_, _, size), arms in blocks.items():
        assert len(arms) == size
        assert [arms.count(arm) for arm in plan.arms] == [part * size // sum(plan.ratio) for part in plan.ratio]


@settings(max_examples=10, deadline=None)
@given(plan=plans(), key=st.binary(min_size=32, max_size=32), threads=st.sampled_from([1, 2, 16]))
def test_threads_and_order_change_nothing(plan, key, threads):
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda stratum: stratum_lines(plan, key, stratum), reversed(plan.strata)))
    arms = [plan.arms[arm] for lines in reversed(found) for arm in lines.arms]
    assert arms == [row.arm for row in make_list(plan, key).rows]
