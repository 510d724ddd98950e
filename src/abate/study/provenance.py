"""Where do the numbers come from? Hashes of the study and of the records' contents, versions, engine and seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from abate.contracts.definition import Study

if TYPE_CHECKING:
    import pyarrow as pa

#: Digits after the point that enter a fingerprint: two engines may differ in the last bits of a float, not in these.
FINGERPRINT_DECIMALS = 6


def study_as_data(study: Study) -> dict[str, Any]:
    """Return the study as plain data under the keys of the study file; what is left out stays out."""
    return study.model_dump(mode="json", by_alias=True, exclude_none=True)


def hash_study(study: Study) -> str:
    """Return the SHA-256 of the study's canonical form: comments, order of keys and spacing do not count."""
    text = json.dumps(study_as_data(study), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def fingerprint(tables: Mapping[str, pa.Table]) -> str:
    """Return a SHA-256 over the contents of tables whose rows stand in a stated order.

    File bytes, paths, row groups and the engine that wrote the rows do not enter; floats enter rounded to
    ``FINGERPRINT_DECIMALS``.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        table = tables[name].combine_chunks()
        digest.update(f"{name}:{table.num_rows};".encode())
        for column in table.column_names:
            digest.update(f"{column};".encode())
            for part in _canonical_parts(table[column]):
                digest.update(part)
    return digest.hexdigest()


def installed_versions() -> Mapping[str, str]:
    """Return the versions of abate and of the libraries that its numbers pass through."""
    names = ("abate", "duckdb", "ibis-framework", "sqlglot", "pyarrow", "numpy", "scipy")
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed as a package"


def _canonical_parts(column: pa.ChunkedArray) -> list[bytes]:
    """Return a column as bytes that depend on its values alone: which are there, and what they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    is_there = np.asarray(pc.is_valid(array).to_numpy(zero_copy_only=False), dtype=bool)
    parts = [np.packbits(is_there).tobytes()]
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        texts = pc.fill_null(array.cast(pa.large_string()), "")
        parts.append(pc.binary_length(texts).to_numpy(zero_copy_only=False).astype("<i8").tobytes())
        parts.append("".join(texts.to_pylist()).encode("utf-8"))
    elif pa.types.is_floating(kind):
        numbers = np.nan_to_num(array.to_numpy(zero_copy_only=False).astype("<f8"), nan=0.0)
        parts.append((np.round(numbers, FINGERPRINT_DECIMALS) + 0.0).tobytes())
    elif pa.types.is_boolean(kind):
        parts.append(np.packbits(pc.fill_null(array, False).to_numpy(zero_copy_only=False)).tobytes())
    else:
        whole = array.cast(pa.timestamp("us")) if pa.types.is_timestamp(kind) else array
        whole = whole.cast(pa.int32()) if pa.types.is_date32(kind) else whole
        parts.append(pc.fill_null(whole.cast(pa.int64()), 0).to_numpy(zero_copy_only=False).astype("<i8").tobytes())
    return parts
