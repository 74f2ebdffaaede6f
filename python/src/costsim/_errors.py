"""Errors of the program as exceptions, with the place that each one names."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACE = re.compile(r"^(?P<file>.+?):(?:(?P<line>\d+):(?:(?P<column>\d+):)?)? (?P<kind>error|warning): (?P<text>.*)$")


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning: its text, its place (1-based; None where it has none) and its caret lines."""

    kind: str
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    excerpt: str = ""

    @staticmethod
    def parse(text: str) -> list[Diagnostic]:
        """Reads what the program prints to standard error; lines of no known form join the one before."""
        found: list[Diagnostic] = []
        for line in text.splitlines():
            match = _PLACE.match(line)
            if match:
                number, column = match["line"], match["column"]
                found.append(
                    Diagnostic(
                        match["kind"],
                        match["text"],
                        match["file"],
                        int(number) if number else None,
                        int(column) if column else None,
                    )
                )
            elif found:
                last = found[-1]
                excerpt = f"{last.excerpt}\n{line}" if last.excerpt else line
                found[-1] = Diagnostic(last.kind, last.message, last.file, last.line, last.column, excerpt)
        return found


class CostsimError(RuntimeError):
    """The program ended with an error; ``exit_code`` and all that it printed are kept."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text.strip() or f"costsim ended with exit code {exit_code}")
        self.exit_code = exit_code
        self.diagnostics = Diagnostic.parse(text)


class InputError(CostsimError, ValueError):
    """What was given is wrong (exit code 2); ``diagnostics`` has the places and carets."""
