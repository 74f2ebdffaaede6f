"""Tables of the program as frames, and frames as logs for the program."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

Frames = Literal["pandas", "polars", "arrow"]

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})$")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?$")
#: Rows that are turned into text at once, so that a log is never held whole.
_BATCH_ROWS = 65_536


def columns_of(path: Path, schema: dict[str, Any] | None, exact: bool) -> dict[str, list[Any]]:
    """The columns of a CSV file, each with the type that ``schema`` (a table schema) states.

    Without a schema a column is numbers or truth values where each of its cells is one. Empty cells
    are None. With ``exact`` numbers that are no integers are `decimal.Decimal`, else floats.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        names = next(reader)
        rows = list(reader)
    stated = {field["name"]: field["type"] for field in schema["fields"]} if schema else {}
    result = {}
    for index, name in enumerate(names):
        cells = [row[index] for row in rows]
        kind = stated.get(name) or _kind(cells)
        result[name] = [_value(cell, kind, exact) for cell in cells]
    return result


def _kind(cells: list[str]) -> str:
    filled = [cell for cell in cells if cell]
    if filled and all(map(_INTEGER.match, filled)):
        return "integer"
    if filled and all(map(_NUMBER.match, filled)):
        return "number"
    if filled and all(cell in ("true", "false") for cell in filled):
        return "boolean"
    return "string"


def _value(cell: str, kind: str, exact: bool) -> Any:
    if cell == "":
        return None
    if kind == "integer":
        return int(cell)
    if kind == "number":
        return Decimal(cell) if exact else float(cell)
    if kind == "boolean":
        return cell == "true"
    return cell


def frame(columns: dict[str, list[Any]], kind: Frames | None) -> Any:
    """The columns as a frame of the kind asked for; else of pandas, Polars or Arrow, the first there is."""
    for name in [kind] if kind else ["pandas", "polars", "arrow"]:
        try:
            if name == "pandas":
                import pandas

                return pandas.DataFrame({key: _series(pandas, value) for key, value in columns.items()})
            if name == "polars":
                import polars

                return polars.DataFrame(columns, strict=False)
            if name == "arrow":
                import pyarrow

                return pyarrow.table(columns)
        except ModuleNotFoundError:
            if kind:
                raise
            continue
        raise ValueError(f"no frames of {name}: expected pandas, polars or arrow")
    raise ModuleNotFoundError("tables as frames need pandas, Polars or pyarrow; Result.columns needs none")


def _series(pandas: Any, values: list[Any]) -> Any:
    """A series whose integers stay integers beside cells that are empty."""
    known = [value for value in values if value is not None]
    if known and all(type(value) is int for value in known):
        return pandas.Series(values, dtype="Int64")
    if known and all(type(value) is bool for value in known):
        return pandas.Series(values, dtype="boolean")
    return pandas.Series(values, dtype="object" if not known or type(known[0]) is Decimal else None)


def is_frame(log: Any) -> bool:
    """Whether a log is a frame, an Arrow table or the path of a Parquet file, and no text file."""
    if isinstance(log, (str, os.PathLike)):
        return os.fspath(log).endswith((".parquet", ".pq"))
    return True


def csv_rows(log: Any) -> Iterator[bytes]:
    """A frame, an Arrow table, batches or a Parquet file as CSV, some thousand rows at a time."""
    yield from arrow_rows(_batches(log))


def arrow_rows(batches: Iterator[Any]) -> Iterator[bytes]:
    """Arrow batches as CSV, with a header."""
    names: list[str] | None = None
    for batch in batches:
        if names is None:
            names = batch.schema.names
            yield _line(names)
        yield _plain(batch) or _any(batch)


def _plain(batch: Any) -> bytes | None:
    """Texts and whole numbers alone, which Arrow writes as the program reads them, and much faster."""
    import pyarrow
    import pyarrow.csv

    types = pyarrow.types
    if len(batch.schema) < 2 or not all(types.is_string(kind) or types.is_integer(kind) for kind in batch.schema.types):
        return None
    out = io.BytesIO()
    pyarrow.csv.write_csv(
        batch, out, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    return out.getvalue()


def _any(batch: Any) -> bytes:
    columns = [_texts(batch.column(index)) for index in range(batch.num_columns)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(zip(*columns))
    return out.getvalue().encode()


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def _batches(log: Any) -> Iterator[Any]:
    import pyarrow

    if isinstance(log, (str, os.PathLike)):
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(log) as file:
            yield from file.iter_batches(batch_size=_BATCH_ROWS)
        return
    if isinstance(log, pyarrow.RecordBatchReader):
        yield from log
        return
    if hasattr(log, "to_arrow"):  # Polars
        log = log.to_arrow()
    elif not isinstance(log, pyarrow.Table):  # pandas, a slice at a time
        for start in range(0, max(1, len(log)), _BATCH_ROWS):
            part = pyarrow.Table.from_pandas(log.iloc[start : start + _BATCH_ROWS], preserve_index=False)
            yield from part.combine_chunks().to_batches() or [_empty(part)]
        return
    batches = log.to_batches(max_chunksize=_BATCH_ROWS)
    yield from batches or [_empty(log)]


def _empty(table: Any) -> Any:
    import pyarrow

    return pyarrow.RecordBatch.from_pylist([], schema=table.schema)


def _texts(column: Any) -> list[str]:
    """The cells as a CSV file of the program has them: times in ISO 8601, nested values in JSON."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_timestamp(kind):
        column = column.cast(pyarrow.timestamp("us", kind.tz), safe=False)
        zone = "Z" if kind.tz else ""
        return [
            "" if value is None else _utc(value).isoformat(timespec="microseconds") + zone
            for value in column.to_pylist()
        ]
    return [_cell(value) for value in column.to_pylist()]


def _utc(value: Any) -> Any:
    from datetime import timezone

    return value.astimezone(timezone.utc).replace(tzinfo=None) if value.tzinfo else value


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, default=str)
    return str(value)
