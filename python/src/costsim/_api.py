"""The verbs of the program as functions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from ._errors import Diagnostic
from ._frames import Frames, csv_rows, is_frame
from ._program import Progress, call
from ._results import CheckResult, Result, kept_folder

if TYPE_CHECKING:
    from typing_extensions import Unpack

PathLike = str | os.PathLike
ShownProgress = Progress | Literal["auto"] | None


class Common(TypedDict, total=False):
    """What every verb takes: other users, values, seed and prices; where files go; how tables come."""

    users: int | Iterable[int] | None
    overrides: Mapping[str, Any] | None
    seed: int | None
    catalog: PathLike | None
    threads: int | None
    out: PathLike | None
    frames: Frames | None
    exact: bool
    progress: ShownProgress


def run(
    scenario: PathLike | Sequence[PathLike],
    *,
    runs: int | None = None,
    **common: Unpack[Common],
) -> Result:
    """Simulates every plan of one scenario or several: tables plans, costs, daily, accounts and so on."""
    return _result("run", _paths(scenario) + _option("--runs", runs), common)


def replay(
    log: Any,
    scenario: PathLike,
    *,
    policy: str | None = None,
    against: Iterable[str] = (),
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    set: Mapping[str, Any] | None = None,
    timezone: str | None = None,
    skip_bad_rows: str | None = None,
    **common: Unpack[Common],
) -> Result:
    """Sends every request of a log through the scenario's policy.

    ``log`` is a path (text or Parquet), a frame of pandas or Polars, an Arrow table or an Arrow
    ``RecordBatchReader``; what is no text is streamed to the program and never held as text.
    """
    arguments = [*_log(log), "--scenario", _path(scenario)] + _option("--policy", policy)
    arguments += _option("--format", format)
    arguments += _pairs("--columns", columns) + _pairs("--set", set) + _option("--timezone", timezone)
    arguments += _option("--skip-bad-rows", skip_bad_rows)
    for item in against:
        arguments += ["--against", item]
    return _result("replay", arguments, common, _rows(log))


def price(
    usage: Any,
    catalog: PathLike,
    *,
    columns: Mapping[str, str] | None = None,
    set: Mapping[str, Any] | None = None,
    timezone: str | None = None,
    skip_bad_rows: str | None = None,
    frames: Frames | None = None,
    exact: bool = False,
) -> Result:
    """Prices every row of a usage table (a path or a frame); the table ``priced`` has its cost."""
    folder = kept_folder()
    arguments = [*_log(usage), "--catalog", _path(catalog), *_pairs("--columns", columns)]
    arguments += _pairs("--set", set) + _option("--timezone", timezone)
    arguments += _option("--skip-bad-rows", skip_bad_rows)
    target = str(folder / "priced.csv")
    _, output, said = call(["price", *arguments, "--json", "--out", target], rows=_rows(usage))
    return Result(
        json.loads(output) if output.strip() else None, folder, Diagnostic.parse(said), frames, exact)


def forecast(
    scenario: PathLike,
    *,
    months: int | None = None,
    growth: str | None = None,
    budget: float | str | None = None,
    prepaid: float | str | None = None,
    runs: int | None = None,
    **common: Unpack[Common],
) -> Result:
    """The bills of the months to come, and when one breaks its budget: the table ``forecast``."""
    arguments = [_path(scenario)]
    arguments += _option("--months", months) + _option("--growth", growth)
    arguments += _option("--budget", budget) + _option("--prepaid", prepaid) + _option("--runs", runs)
    return _result("forecast", arguments, common)


def solve(
    scenario: PathLike,
    *,
    for_: str | None = None,
    budget: float | str | None = None,
    confidence: str | None = None,
    between: str | None = None,
    runs: int | None = None,
    **common: Unpack[Common],
) -> Result:
    """How many users a budget carries, or what value of any input (``for_``) it allows."""
    arguments = [_path(scenario)]
    arguments += _option("--for", for_) + _option("--budget", budget)
    arguments += _option("--confidence", confidence) + _option("--between", between) + _option("--runs", runs)
    return _result("solve", arguments, common)


def sweep(
    scenario: PathLike,
    vary: Mapping[str, Any],
    *,
    runs: int | None = None,
    **common: Unpack[Common],
) -> Result:
    """Every combination of the values of some inputs: the table ``sweep``."""
    arguments = [_path(scenario)]
    for key, values in vary.items():
        text = values if isinstance(values, str) else ",".join(map(_text, values))
        arguments += ["--vary", f"{key}={text}"]
    return _result("sweep", arguments + _option("--runs", runs), common)


def check(
    scenario: PathLike | Sequence[PathLike],
    *,
    baseline: str | None = None,
    max_increase: str | None = None,
    max_increase_usd: float | str | None = None,
    strict: bool = False,
    **common: Unpack[Common],
) -> CheckResult:
    """Compares the bills with a baseline and judges thresholds; a bill that fails raises nothing."""
    folder = _folder(common)
    arguments = _paths(scenario)
    arguments += _option("--baseline", baseline) + _option("--max-increase", max_increase)
    arguments += _option("--max-increase-usd", max_increase_usd) + (["--strict"] if strict else [])
    code, output, said = call(
        ["check", *arguments, *_options("check", common), "--json", "--out", str(folder)], accept=(0, 99))
    comment = folder / "comment.md"
    return CheckResult(
        json.loads(output), folder, Diagnostic.parse(said), passed=code == 0,
        comment=comment.read_text(encoding="utf-8") if comment.exists() else "")


def validate(scenario: PathLike | Sequence[PathLike]) -> list[Diagnostic]:
    """The warnings of a scenario; its errors are raised as `InputError`."""
    _, output, _ = call(["validate", *_paths(scenario), "--json"])
    return [
        Diagnostic("warning", text, found["file"])
        for found in json.loads(output)
        for text in found["warnings"]
    ]


def _result(verb: str, arguments: list[str], common: Common, rows: Any = None) -> Result:
    folder = _folder(common)
    progress = common.get("progress", "auto")
    told = _notebook_progress(verb) if progress == "auto" else progress
    _, output, said = call(
        [verb, *arguments, *_options(verb, common), "--json", "--out", str(folder)],
        rows=rows, progress=told)
    return Result(
        json.loads(output), folder, Diagnostic.parse(said), common.get("frames"), common.get("exact", False))


def _folder(common: Common) -> Path:
    out = common.get("out")
    return Path(out) if out else kept_folder()


def _notebook_progress(verb: str) -> Progress | None:
    """A line in a notebook that tells how far a run is; None outside notebooks."""
    import sys

    if "ipykernel" not in sys.modules:
        return None
    from IPython.display import display

    handle = display({"text/plain": f"{verb}: 0 %"}, raw=True, display_id=True)

    def tell(share: float) -> None:
        handle.update({"text/plain": f"{verb}: {share:.0%}"}, raw=True)

    return tell


def _path(path: PathLike) -> str:
    text = os.fspath(path)
    return f"./{text}" if text.startswith("-") else text


def _paths(paths: PathLike | Sequence[PathLike]) -> list[str]:
    return [_path(paths)] if isinstance(paths, (str, os.PathLike)) else [_path(path) for path in paths]


def _log(log: Any) -> list[str]:
    return ["-"] if is_frame(log) else [_path(log)]


def _rows(log: Any) -> Any:
    return csv_rows(log) if is_frame(log) else None


def _text(value: Any) -> str:
    """A value as the program reads it: texts as they are, everything else as JSON, which is YAML."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _option(name: str, value: Any) -> list[str]:
    return [] if value is None else [f"{name}={_text(value)}"]


def _pairs(name: str, pairs: Mapping[str, Any] | None) -> list[str]:
    return [f"{name}={key}={_text(value)}" for key, value in (pairs or {}).items()]


def _options(verb: str, common: Common) -> list[str]:
    """The options that all verbs have; a keyword that none of them is raises `TypeError`."""
    for name in common:
        if name not in Common.__annotations__:
            raise TypeError(f"{verb}() got an unexpected keyword argument '{name}'")
    catalog, users = common.get("catalog"), common.get("users")
    arguments = _pairs("--override", common.get("overrides"))
    arguments += _option("--seed", common.get("seed")) + _option("--threads", common.get("threads"))
    arguments += _option("--catalog", None if catalog is None else _path(catalog))
    if users is not None:
        numbers = [users] if isinstance(users, int) else users
        arguments.append("--users=" + ",".join(str(number) for number in numbers))
    return arguments
