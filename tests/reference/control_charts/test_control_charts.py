"""Published data with samples of equal and unequal size."""

from __future__ import annotations

import numpy as np
import pytest

from abate.stats.control_charts import Limits, share_chart
from tests.reference.case import read_case

CASE = read_case(__file__)


def test_crates_of_unequal_size():
    case = CASE["peaches"]
    chart = share_chart(case["bruised"], case["peaches"])
    assert chart.limits is Limits.NORMAL
    assert chart.centre == pytest.approx(case["centre"])
    assert (chart.lower[0], chart.upper[0]) == pytest.approx(case["of_250"], abs=case["tolerance"])
    assert (chart.lower[10], chart.upper[10]) == pytest.approx(case["of_500"], abs=case["tolerance"])
    assert not chart.is_outside.any()


def test_a_worker_in_control():
    case = CASE["worker"]
    size = np.full(len(case["per_cent"]), case["size"])
    chart = share_chart(np.array(case["per_cent"]) * case["size"] // 100, size)
    assert chart.centre == pytest.approx(case["centre"], abs=5e-5)
    assert chart.lower[0] == pytest.approx(case["lower"], abs=case["tolerance"])
    assert not chart.is_outside.any()
