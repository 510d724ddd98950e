"""A PostgreSQL server of the machine's own programs, started for the tests and stopped after them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import skip_or_fail
from tests.small_cdm import small_cdm, write_csv, write_duckdb, write_odd_csv, write_parquet, write_postgres

PASSWORD = "s3cret-p4ss"
KINDS = ["duckdb", "parquet", "csv", "odd csv", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The small hospital at each kind of place, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("places")
    return {
        "duckdb": str(write_duckdb(small_cdm(), folder / "small.duckdb")),
        "parquet": str(write_parquet(small_cdm(), folder / "parquet")),
        "csv": str(write_csv(small_cdm(), folder / "csv")),
        "odd csv": str(write_odd_csv(small_cdm(), folder / "odd")),
    }


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, places: dict[str, str]) -> str:
    if request.param == "postgres" and "postgres" not in places:
        url = request.getfixturevalue("postgres_url")
        places["postgres"] = write_postgres(small_cdm(), url, "small")
    return places[request.param]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of an empty database, with a password in it."""
    programs = _server_programs()
    if programs is None:
        skip_or_fail("PostgreSQL's initdb and pg_ctl are not installed")
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="abate-postgres-"))
    as_user = _as_server_user(folder)
    try:
        yield from _serve(programs, folder, as_user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(programs: Path, folder: Path, as_user: list[str]) -> Iterator[str]:
    secret, data, log = folder / "secret", folder / "data", folder / "log"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    _run(as_user, programs / "initdb", "-D", data, "-U", "site", "-A", "scram-sha-256", "--pwfile", secret, "--no-sync")
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    _run(as_user, programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
    try:
        yield f"postgresql://site:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        _run(as_user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def _server_programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def _as_server_user(folder: Path) -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    user = "postgres" if _exists("postgres") else "nobody"
    shutil.chown(folder, user)
    folder.chmod(0o755)
    return ["setpriv", f"--reuid={user}", "--clear-groups", "env", "HOME=/"]


def _exists(user: str) -> bool:
    return subprocess.run(["id", user], capture_output=True, check=False).returncode == 0


def _run(as_user: list[str], *command: object) -> None:
    # The server inherits these: with pipes, run() would wait for it.
    done = subprocess.run(
        [*as_user, *map(str, command)], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, f"{command[0]} failed"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
