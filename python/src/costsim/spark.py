"""Replays and sweeps on Spark: what one machine would write, byte for byte, from many.

Each task runs the program over its piece of the log, or of the work, and hands back a part
(``--partial``); parts are merged in a tree (``costsim merge``). No figure is computed here. The package
must be installed on all machines, and scenario files lie under the same path on each.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import os
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ._api import Common, PathLike, _folder, _option, _options, _pairs, _path, _text
from ._errors import CostsimError, Diagnostic, InputError
from ._frames import arrow_rows
from ._program import call
from ._results import Result

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from typing_extensions import Unpack

By = Literal["auto", "time", "account"]

#: Rows that a piece has at least where the number of pieces is left open: a piece costs 0.1 s by itself.
ROWS_OF_A_PIECE = 10_000_000
#: Parts that one call of ``merge`` takes.
_MERGED_AT_ONCE = 16
_PIECE, _KEY, _ORDER, _NUMBER = "costsim_piece", "costsim_time", "costsim_order", "costsim_number"
_PART_SCHEMA = "piece long, requests long, part binary, error string, code int"
_TIMES = ("timestamp",)
_ACCOUNTS = ("user", "account_id", "account", "user_id")


def replay(
    log: Any,
    scenario: PathLike,
    *,
    spark: SparkSession | None = None,
    by: By = "auto",
    time: str | None = None,
    account: str | None = None,
    order: Iterable[str] = (),
    pieces: int | None = None,
    name: str | None = None,
    policy: str | None = None,
    against: Iterable[str] = (),
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    set: Mapping[str, Any] | None = None,
    timezone: str | None = None,
    skip_bad_rows: int | str | None = None,
    **common: Unpack[Common],
) -> Result:
    """Replays a log on Spark: the files of `costsim.replay` over the same rows in order of time.

    ``log`` is a Spark frame, or the path of what Spark reads: CSV, JSON lines (``.json``, ``.jsonl``) or
    Parquet. Pieces are spans of time, or with ``by="account"`` all requests of some accounts; ``auto``
    takes spans of time unless the scenario couples them and not accounts. Rows of one time come in
    the order of the columns ``order``; without, as they lie in their files, or by all columns.
    ``time`` and ``account`` name columns where the log calls them otherwise than costsim does.
    ``name`` is what reports call the log.
    """
    arguments = _option("--policy", policy)
    for item in against:
        arguments += ["--against", item]
    arguments += _option("--format", format) + _pairs("--columns", columns) + _pairs("--set", set)
    arguments += _option("--timezone", timezone) + _option("--skip-bad-rows", skip_bad_rows)
    arguments = ["--scenario", _path(scenario)] + arguments + _options("replay", common)
    session = spark or _session()
    frame, ranks, path = _frame(session, log)
    shown = name or path or "-"
    columns = dict(columns or {})
    time = _column(frame, time or columns.get("timestamp"), _TIMES, "time")
    tried = _Replay(arguments, frame.columns if not ranks else frame.columns[: -len(ranks)], shown)
    mode = _mode(by, tried)
    if mode == "time" and path and _is_plain(path) and not order:
        try:
            return _in_place(session, tried, path, pieces, common)
        except InputError as error:
            # Rows that are in no order have to be sorted; not every machine may have the file.
            if not any(text in str(error) for text in ("follow each other", "no such file", "reads CSV", "quoted field")):
                raise
    kept = list(order) or list(ranks) or [field for field in tried.names if field != time]
    rows = _numbered(frame, time, kept, tried.names, pieces or _pieces(session, frame.count()), mode)
    if mode == "account":
        account = _column(frame, account or columns.get("user"), _ACCOUNTS, "account")
        rows = rows.by_account(account)
    return _replayed(tried, rows, common)


def run(
    scenario: PathLike,
    *,
    runs: int,
    spark: SparkSession | None = None,
    pieces: int | None = None,
    **common: Unpack[Common],
) -> Result:
    """Simulates ``runs`` months of every plan, some on each machine: the files of `costsim.run`."""
    session = spark or _session()
    arguments = [_path(scenario), *_option("--runs", runs), *_options("run", common)]
    count = min(pieces or session.sparkContext.defaultParallelism, runs)
    tasks = [["run", *arguments, "--shard", f"{number}/{count}"] for number in range(1, count + 1)]
    return _merged(_collected(_tasks(session, tasks), count), [], common)


def sweep(
    scenario: PathLike,
    vary: Mapping[str, Any],
    *,
    runs: int | None = None,
    spark: SparkSession | None = None,
    **common: Unpack[Common],
) -> Result:
    """Every combination of the values of some inputs, some on each machine.

    The table ``sweep`` is that of `costsim.sweep`, byte for byte; there is no page. Work is divided
    along the input with the most values that are given as a list.
    """
    session = spark or _session()
    lists = {key: list(values) for key, values in vary.items() if not isinstance(values, str)}
    if not any(len(values) > 3 for values in lists.values()):
        raise ValueError("nothing to divide: expected an input with a list of four values or more")
    divided = max(lists, key=lambda key: len(lists[key]))
    values = lists[divided]
    # Two or three values each: the program sweeps no less.
    cuts = list(range(0, len(values) - len(values) % 2, 2)) + [len(values)]
    tasks = []
    for first, end in itertools.pairwise(cuts):
        arguments = ["sweep", _path(scenario), *_option("--runs", runs), *_options("sweep", common)]
        for key, all_values in vary.items():
            chosen = all_values[first:end] if key == divided else all_values
            text = chosen if isinstance(chosen, str) else ",".join(map(_text, chosen))
            arguments += ["--vary", f"{key}={text}"]
        tasks.append(arguments)
    found = sorted(_checked(_tasks(session, tasks, table="sweep.csv").collect()), key=lambda row: row.piece)
    folder = _folder(common)
    _put_together([bytes(row.part) for row in found], [b - a for a, b in itertools.pairwise(cuts)],
                  list(vary).index(divided), list(vary), folder / "sweep.csv")
    return Result(None, folder, [], common.get("frames"), common.get("exact", False))


def _put_together(
    tables: list[bytes], widths: list[int], place: int, axes: list[str], target: Path
) -> None:
    """The rows of all tables in the order of the whole grid: its last axis turns fastest.

    A table has ``widths`` values of the axis at ``place``. Before each of these come all that the axes
    before it say, behind it those after.
    """
    heads = [table.split(b"\n", 1)[0] for table in tables]
    rows = [table.split(b"\n")[1:-1] for table in tables]
    if len(set(heads)) != 1:
        raise CostsimError("the pieces of the sweep have other columns", 1)
    outer = _outer(heads[0], rows, widths, place, axes)
    lines = [heads[0]]
    for turn in range(outer):
        for own in rows:
            size = len(own) // outer
            lines += own[turn * size : (turn + 1) * size]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"\n".join(lines) + b"\n")


def _outer(head: bytes, rows: list[list[bytes]], widths: list[int], place: int, axes: list[str]) -> int:
    """How many combinations the axes before the divided one have: where its values begin anew."""
    if place == 0:
        return 1
    names = next(csv.reader([head.decode()]))
    words = ["users" if axis == "users" else "_".join(
        "".join(c if c.isalnum() else " " for c in axis).split()).lower() for axis in axes[:place]]
    own = [index for index, name in enumerate(names) if name in words or name.removesuffix("_factor") in words]
    found = {tuple(cells[index] for index in own) for cells in csv.reader(line.decode() for line in rows[0])}
    return len(found)


# MARK: What the rows are


def _session() -> SparkSession:
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession() or SparkSession.builder.appName("costsim").getOrCreate()


def _frame(session: SparkSession, log: Any) -> tuple[DataFrame, list[str], str | None]:
    """The log as a frame; columns that are only there for the order of its files; its path."""
    if not isinstance(log, (str, os.PathLike)):
        return log, [], None
    from pyspark.sql import functions as f

    path = os.fspath(log)
    # Spark's own folder is the one that it was started in.
    place = os.path.abspath(path) if os.path.exists(path) else path
    if path.endswith((".parquet", ".pq")):
        frame = session.read.parquet(place)
    elif path.endswith((".json", ".jsonl", ".ndjson")):
        frame = session.read.json(place, primitivesAsString=True)
    else:
        frame = session.read.csv(place, header=True, inferSchema=False, quote='"', escape='"', multiLine=False)
    names = frame.columns
    ranks = [f"{_ORDER}_file", f"{_ORDER}_block", f"{_ORDER}_row"]
    told = [f.col("_metadata.file_path"), f.col("_metadata.file_block_start"), f.monotonically_increasing_id()]
    frame = frame.select(*[_named(name) for name in names], *[c.alias(n) for c, n in zip(told, ranks)])
    return frame, ranks, path


def _named(name: str) -> Any:
    from pyspark.sql import functions as f

    return f.col("`" + name.replace("`", "``") + "`")


def _is_plain(path: str) -> bool:
    """Whether every machine may read shares of it as it lies."""
    return os.path.isfile(path) and not path.endswith(
        (".parquet", ".pq", ".json", ".jsonl", ".ndjson", ".gz", ".zip", ".bz2", ".zst"))


def _column(frame: DataFrame, stated: str | None, usual: Iterable[str], what: str) -> str:
    for name in [stated] if stated else usual:
        if name in frame.columns:
            return name
    raise ValueError(
        f"no column '{stated or next(iter(usual))}' for the {what}: there are {', '.join(frame.columns)} "
        f"({what}= names one)")


def _pieces(session: SparkSession, rows: int) -> int:
    parallel = session.sparkContext.defaultParallelism
    wanted = max(1, rows // ROWS_OF_A_PIECE)
    return wanted if wanted < parallel else -(-wanted // parallel) * parallel


@dataclass
class _Rows:
    """Rows with the piece that each belongs to, to be read in the order of some columns."""

    frame: DataFrame
    names: list[str]
    keys: list[str]
    pieces: list[int]
    #: Of a log in spans of time: requests before each piece.
    before: dict[int, int] | None

    def by_account(self, account: str) -> _Rows:
        from pyspark.sql import functions as f

        count = max(1, len(self.pieces))
        piece = f.pmod(f.xxhash64(_named(account).cast("string")), f.lit(count))
        frame = self.frame.withColumn(_PIECE, piece)
        return changed(self, frame=frame, keys=[_NUMBER], pieces=list(range(count)), before=None)


def _numbered(
    frame: DataFrame, time: str, order: list[str], names: list[str], count: int, mode: str
) -> _Rows:
    """Cuts the rows into spans of time; to go by account, tells each its number in the whole."""
    from pyspark.sql import functions as f
    from pyspark.sql.window import Window

    column = _named(time)
    kinds = dict(frame.dtypes)
    if kinds[time].startswith(("timestamp", "date")):
        key = f.unix_micros(column.cast("timestamp")).cast("double")
    else:
        key = f.coalesce(column.try_cast("double"), f.unix_micros(column.try_cast("timestamp")).cast("double"))
    frame = frame.withColumn(_KEY, key)
    shares = [number / count for number in range(1, count)]
    bounds = sorted(set(frame.approxQuantile(_KEY, shares, 0.1 / count))) if shares else []
    # A row without a time that is understood comes first; the program says what is wrong with it.
    find = f.udf(lambda value: 0 if value is None else bisect_right(bounds, value), "int")
    piece = f.lit(0) if not bounds else _bucket(_named(_KEY), bounds) if len(bounds) < 256 else find(_named(_KEY))
    frame = frame.withColumn(_PIECE, piece.cast("int"))
    # Every order is a total one but for rows that are the same: a task that is repeated reads what it read.
    texts = []
    for place, name in enumerate(order):
        if kinds[name].startswith(("struct", "array", "map")):
            frame = frame.withColumn(f"{_ORDER}_{place}", f.to_json(_named(name)))
            texts.append(f"{_ORDER}_{place}")
        else:
            texts.append(name)
    sizes = {row[_PIECE]: row["count"] for row in frame.groupBy(_PIECE).count().collect()}
    pieces = sorted(sizes)
    before = dict(zip(pieces, itertools.accumulate([0] + [sizes[piece] for piece in pieces])))
    keys = [_KEY, *texts]
    if mode == "account":
        window = Window.partitionBy(_PIECE).orderBy(*[_named(name).asc_nulls_first() for name in keys])
        first = f.element_at(f.create_map(*[f.lit(v) for item in before.items() for v in item]), _named(_PIECE)) \
            if before else f.lit(0)
        frame = frame.withColumn(_NUMBER, (first + f.row_number().over(window)).cast("long"))
    return _Rows(frame, names, keys, pieces, before)


def _bucket(value: Any, bounds: list[float]) -> Any:
    """How many bounds are not above the value."""
    from pyspark.sql import functions as f

    return f.when(value.isNull(), 0).otherwise(sum((value >= bound).cast("int") for bound in bounds))


# MARK: Modes


@dataclass
class _Replay:
    """A replay that is to be divided."""

    arguments: list[str]
    names: list[str]
    shown: str

    def command(self, more: list[str]) -> list[str]:
        return ["replay", "-", *self.arguments, "--log-name", self.shown, *more]

    def check(self, mode: str) -> None:
        """Raises where the scenario does not allow it: asked of the program over a log of no rows."""
        number = [] if mode == "time" else [_NUMBER]
        more = ["--shard", "1/2"] if mode == "time" else ["--numbers", _NUMBER]
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(self.names + number)
        with tempfile.TemporaryDirectory(prefix="costsim-") as folder:
            call(self.command([*more, "--partial", os.path.join(folder, "part")]),
                 rows=iter([line.getvalue().encode()]))


def _mode(by: By, tried: _Replay) -> str:
    if by not in ("auto", "time", "account"):
        raise ValueError(f"no pieces by {by}: expected auto, time or account")
    if by != "auto":
        tried.check(by)
        return by
    try:
        tried.check("time")
        return "time"
    except InputError as error:
        if "cannot be replayed apart" not in str(error):
            raise
    tried.check("account")
    return "account"


# MARK: Tasks


def _replayed(tried: _Replay, rows: _Rows, common: Common) -> Result:
    folder = _folder(common)
    first = rows.before
    found = _collected(_parts(tried, rows, first), len(rows.pieces))
    try:
        return _exact(tried, rows, first, found, common, folder)
    except InputError as error:
        if "--first-request" not in str(error) or first is None:
            raise
    # Malformed rows lie before: now it is known how many requests there are in each piece.
    sizes = {row.piece: row.requests for row in _checked(_parts(tried, rows, first).collect())}
    first = dict(zip(sorted(sizes), itertools.accumulate([0] + [sizes[piece] for piece in sorted(sizes)])))
    return _exact(tried, rows, first, _collected(_parts(tried, rows, first), len(rows.pieces)), common, folder)


def _exact(
    tried: _Replay, rows: _Rows, first: dict[int, int] | None, found: list[bytes], common: Common, folder: Path
) -> Result:
    """The merged files, with the moments of the budget: what is spent in their minutes is read again."""
    result = _merged(found, [], common, folder)
    minutes = _minutes(folder)
    if not minutes:
        return result
    moments = _checked(_parts(tried, rows, first, minutes).collect())
    return _merged(found, [bytes(row.part) for row in moments], common, folder)


def _minutes(folder: Path) -> list[str]:
    for path in folder.rglob("run.json"):
        return json.loads(path.read_text(encoding="utf-8")).get("budget_minutes", [])
    return []


def _parts(
    tried: _Replay, rows: _Rows, first: dict[int, int] | None, minutes: list[str] | None = None
) -> DataFrame:
    """A part, or what it spends in some minutes, of every piece."""
    count = len(rows.pieces)
    places = {piece: place + 1 for place, piece in enumerate(rows.pieces)}
    shown = [*rows.names] if first is not None else [*rows.names, _NUMBER]
    beside = [_PIECE, *[key for key in rows.keys if key not in shown]]
    frame = rows.frame.select(*[_named(name) for name in [*beside, *shown]])
    frame = frame.withColumn(_PIECE, _named(_PIECE).cast("int")).repartition(max(1, count), _PIECE)
    frame = frame.sortWithinPartitions(*[_named(key).asc_nulls_first() for key in [_PIECE, *rows.keys]])

    def command(piece: int) -> list[str]:
        more = ["--numbers", _NUMBER]
        if first is not None:
            more = ["--shard", f"{places[piece]}/{count}", "--first-request", str(first[piece] + 1)]
        if minutes:
            more += ["--moments", ",".join(minutes)]
        return tried.command(more)

    here = os.getcwd()

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        _go(here)
        for piece, own in _by_piece(batches, len(beside)):
            yield _row(piece, command(piece), arrow_rows(own))

    return frame.mapInArrow(work, _PART_SCHEMA)


def _go(folder: str) -> None:
    """Relative paths count from the driver's folder, where this machine has it."""
    with contextlib.suppress(OSError):
        os.chdir(folder)


def _by_piece(batches: Iterator[Any], skipped: int) -> Iterator[tuple[int, Iterator[Any]]]:
    """The batches of each piece, one piece after another, without the columns that they are sorted by."""

    def cut() -> Iterator[tuple[int, Any]]:
        for batch in batches:
            pieces = batch.column(0).to_numpy(zero_copy_only=False)
            start = 0
            while start < batch.num_rows:
                end = start + int((pieces[start:] == pieces[start]).sum())
                part = batch.slice(start, end - start)
                yield int(pieces[start]), part.select(part.schema.names[skipped:])
                start = end

    for piece, own in itertools.groupby(cut(), key=lambda item: item[0]):
        yield piece, (batch for _, batch in own)


def _in_place(
    session: SparkSession, tried: _Replay, path: str, pieces: int | None, common: Common
) -> Result:
    """Shares of a file that all machines see, as it lies: nothing is sent about but parts."""
    # 50 bytes a row, or more.
    count = pieces or _pieces(session, os.path.getsize(path) // 50)
    tasks = [
        ["replay", _path(path), *tried.arguments, "--shard", f"{number}/{count}"]
        for number in range(1, count + 1)
    ]
    return _merged(_collected(_tasks(session, tasks), count), [path], common)


def _tasks(
    session: SparkSession, tasks: list[list[str]], table: str | None = None
) -> DataFrame:
    """What each command writes: its part, or a table."""

    here = os.getcwd()

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        _go(here)
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield _row(number, tasks[number], None, table)

    return session.range(len(tasks), numPartitions=len(tasks)).mapInArrow(work, _PART_SCHEMA)


def _row(piece: int, command: list[str], rows: Iterator[bytes] | None, table: str | None = None) -> Any:
    """Runs the program in this task. What is wrong with its input no second attempt mends: it is handed on."""
    import pyarrow

    told: dict[str, Any] = {"piece": piece, "requests": 0, "part": None, "error": None, "code": 0}
    with tempfile.TemporaryDirectory(prefix="costsim-") as folder:
        target = Path(folder) / "part"
        try:
            if table:
                call([*command, "--out", folder, "--quiet"])
                target = next(Path(folder).rglob(table))
            else:
                one = [] if any(item.startswith("--threads") for item in command) else ["--threads", "1"]
                _, output, _ = call([*command, *one, "--partial", str(target), "--json"], rows=rows)
                told["requests"] = json.loads(output).get("requests", 0)
            told["part"] = target.read_bytes()
        except InputError as error:
            told.update(error=str(error), code=error.exit_code)
    return pyarrow.RecordBatch.from_pylist([told], schema=_arrow_schema())


def _arrow_schema() -> Any:
    import pyarrow

    return pyarrow.schema([
        ("piece", pyarrow.int64()), ("requests", pyarrow.int64()), ("part", pyarrow.binary()),
        ("error", pyarrow.string()), ("code", pyarrow.int32())])


def _checked(rows: list[Any]) -> list[Any]:
    for row in sorted(rows, key=lambda row: row.piece):
        if row.error is not None:
            raise InputError(row.error, row.code)
    return rows


# MARK: Merging


def _collected(parts: DataFrame, count: int) -> list[bytes]:
    """The parts of all pieces, merged some at a time on the machines until few are left."""
    from pyspark.sql import functions as f

    while count > _MERGED_AT_ONCE:
        group = f.floor(f.col("piece") / _MERGED_AT_ONCE)
        parts = parts.withColumn("piece", group).groupBy("piece").applyInArrow(_merge_group, _PART_SCHEMA)
        count = -(-count // _MERGED_AT_ONCE)
    return [bytes(row.part) for row in _checked(parts.collect())]


def _merge_group(table: Any) -> Any:
    import pyarrow

    rows = table.to_pylist()
    failed = [row for row in rows if row["error"] is not None]
    told = {
        "piece": rows[0]["piece"], "requests": sum(row["requests"] for row in rows), "part": None,
        "error": failed[0]["error"] if failed else None, "code": failed[0]["code"] if failed else 0}
    if not failed:
        with tempfile.TemporaryDirectory(prefix="costsim-") as folder:
            target = Path(folder) / "merged"
            try:
                call(["merge", *_written([row["part"] for row in rows], folder), "--partial", str(target), "-q"])
                told["part"] = target.read_bytes()
            except InputError as error:
                told.update(error=str(error), code=error.exit_code)
    return pyarrow.Table.from_pylist([told], schema=_arrow_schema())


def _written(parts: list[bytes], folder: str, kind: str = "part") -> list[str]:
    paths = [os.path.join(folder, f"{kind}-{number}") for number in range(len(parts))]
    for path, part in zip(paths, parts):
        Path(path).write_bytes(part)
    return paths


def _merged(
    parts: list[bytes], refine: list[Any], common: Common, folder: Path | None = None
) -> Result:
    """The reports of all parts, where the caller wants them."""
    folder = folder or _folder(common)
    with tempfile.TemporaryDirectory(prefix="costsim-") as work:
        given = [item if isinstance(item, str) else _written([item], work, f"moments-{place}")[0]
                 for place, item in enumerate(refine)]
        more = ["--refine", *given] if given else []
        _, output, said = call(["merge", *_written(parts, work), "--json", "--out", str(folder), *more])
    return Result(
        json.loads(output), folder, Diagnostic.parse(said), common.get("frames"), common.get("exact", False))
