"""What a run of the program leaves: its tables, its JSON and its pages."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ._errors import Diagnostic
from ._frames import Frames, columns_of, frame


class KeptFolder(type(Path())):
    """A folder that is removed when nothing names it any more."""


def kept_folder() -> Path:
    """A new folder that lasts as long as what is returned."""
    folder = KeptFolder(tempfile.mkdtemp(prefix="costsim-"))
    weakref.finalize(folder, shutil.rmtree, str(folder), True)
    return folder


@dataclass
class Result:
    """One run of the program.

    ``json`` is what the program prints with ``--json``; ``warnings`` what it says beside it. The files
    of the run lie in ``folder`` until the result is forgotten, or for good where ``out`` was given.
    """

    json: Any
    folder: Path
    warnings: list[Diagnostic] = field(default_factory=list)
    _frames: Frames | None = None
    _exact: bool = False

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in sorted(self.folder.rglob("*.csv")):
            found.setdefault(path.stem, []).append(path)
        return found

    @property
    def tables(self) -> list[str]:
        """The names of the tables: ``plans``, ``costs``, ``daily`` and so on."""
        return list(self._files)

    def columns(self, name: str, *, exact: bool | None = None) -> dict[str, list[Any]]:
        """A table as columns of plain values, those of several scenarios one after the other."""
        if name not in self._files:
            raise KeyError(f"no table '{name}': there are {', '.join(self.tables) or 'none'}")
        result: dict[str, list[Any]] = {}
        rows = 0
        for path in self._files[name]:
            part = columns_of(path, _schema(path), self._exact if exact is None else exact)
            count = len(next(iter(part.values()), []))
            for key in part.keys() - result.keys():
                result[key] = [None] * rows
            for key, values in result.items():
                values.extend(part.get(key, [None] * count))
            rows += count
        first = columns_order(self._files[name][0])
        return {key: result[key] for key in first + [key for key in result if key not in first]}

    def table(self, name: str, *, exact: bool | None = None, frames: Frames | None = None) -> Any:
        """A table as a frame; ``exact`` gives amounts as `decimal.Decimal`."""
        return frame(self.columns(name, exact=exact), frames or self._frames)

    def __getitem__(self, name: str) -> Any:
        return self.table(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._files:
            raise AttributeError(name)
        return self.table(name)

    @property
    def headline(self) -> str:
        """The first sentence of each scenario, with a line for each."""
        parts = self.json if isinstance(self.json, list) else [self.json]
        return "\n".join(part["headline"] for part in parts if isinstance(part, dict) and "headline" in part)

    def page(self, name: str = "report") -> str:
        """A Markdown page of the run, of its first scenario."""
        found = sorted(self.folder.rglob(f"{name}.md"))
        if not found:
            raise KeyError(f"no page '{name}.md'")
        return found[0].read_text(encoding="utf-8")

    def _repr_markdown_(self) -> str:
        return self.headline or repr(self)


@dataclass
class CheckResult(Result):
    """What ``costsim check`` says; ``passed`` is False where the bill grew too much or a bound broke."""

    passed: bool = True
    comment: str = ""


def columns_order(path: Path) -> list[str]:
    """The names of a CSV file's columns, in order."""
    import csv

    with path.open(newline="", encoding="utf-8-sig") as file:
        return next(csv.reader(file))


def _schema(path: Path) -> dict[str, Any] | None:
    package = path.with_name("datapackage.json")
    if not package.exists():
        return None
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        if resource["path"] == path.name:
            return resource["schema"]
    return None
