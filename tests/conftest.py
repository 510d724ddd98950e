"""What tests share: engines, the data sets outside the repository, and the spec tables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from abate.engine.connection import Engine, open_engine

ROOT = Path(__file__).parents[1]
#: Tests have few rows: compiling and spreading a query costs far more than interpreting it in one place. Same results.
SPARK_ON_FEW_ROWS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
}
IS_CI = os.environ.get("CI", "").lower() == "true"


def skip_or_fail(reason: str) -> None:
    """Skip with the reason; under CI=true a missing part is a failure, so that nothing goes untested unseen."""
    if IS_CI:
        pytest.fail(f"missing under CI=true: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def abate_data() -> Path:
    """The folder of data sets: ABATE_DATA, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("ABATE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        skip_or_fail("the data sets are not there; set ABATE_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[Engine]:
    with open_engine("duckdb") as engine:
        yield engine


@pytest.fixture(scope="session")
def spark_engine() -> Iterator[Engine]:
    if shutil.which("java") is None:
        skip_or_fail("Spark needs Java, which is not installed")
    with open_engine("spark") as engine:
        for setting, value in SPARK_ON_FEW_ROWS.items():
            engine.backend._session.conf.set(setting, value)
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    return request.getfixturevalue(f"{request.param}_engine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, on one of the workers, what shares something dear: the one Spark, and the hospital or browser of an acceptance module.

    Everything else is dealt out singly. It changes where a test runs, never whether.
    """
    for item in items:
        if item.get_closest_marker("spark") is not None:
            item.add_marker(pytest.mark.xdist_group("spark"))
        elif item.path.parent.name == "acceptance":
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
