"""Finding the program and running it."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ._errors import CostsimError, InputError

Progress = Callable[[float], None]
_PERCENT = re.compile(r"(\d+) %")


@lru_cache(maxsize=1)
def program_path() -> str:
    """The program: ``$COSTSIM`` where it is set, else this package's own, else the first on PATH."""
    stated = os.environ.get("COSTSIM")
    own = Path(__file__).with_name("bin") / "costsim"
    found = stated or (str(own) if own.exists() else shutil.which("costsim"))
    if not found:
        raise FileNotFoundError("this package has no program costsim in it, and PATH has none")
    return found


@lru_cache(maxsize=1)
def program_version() -> str:
    """The version that the program tells."""
    return subprocess.run(
        [program_path(), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()


def main() -> None:
    """Becomes the program, as the command ``costsim`` of an installed wheel."""
    program = program_path()
    os.execv(program, [program, *sys.argv[1:]])


def call(
    arguments: Sequence[str],
    *,
    rows: Iterator[bytes] | None = None,
    progress: Progress | None = None,
    accept: Sequence[int] = (0,),
) -> tuple[int, str, str]:
    """Runs the program and returns its exit code, what it printed and what it said to standard error.

    ``rows`` are written to its standard input as they come. ``progress`` is told the share that is
    done, between 0 and 1. Exit codes beyond ``accept`` raise `InputError` (2) or `CostsimError`.
    """
    terminal = _Terminal(progress) if progress else None
    process = subprocess.Popen(
        [program_path(), *arguments],
        stdin=subprocess.PIPE if rows is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=terminal.slave if terminal else subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    errors: list[str] = []
    if terminal:
        reader = threading.Thread(target=terminal.read, args=(errors,), daemon=True)
    else:
        reader = threading.Thread(target=lambda: errors.append(_text(process.stderr)), daemon=True)
    reader.start()
    failure: list[BaseException] = []
    writer = None
    if rows is not None:
        writer = threading.Thread(target=_feed, args=(process, rows, failure), daemon=True)
        writer.start()
    try:
        output = _text(process.stdout)
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        if terminal:
            terminal.close()
    if writer:
        writer.join()
    reader.join()
    for stream in (process.stdout, process.stderr, process.stdin):
        if stream and not stream.closed:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
    if failure:
        raise failure[0]
    said = "".join(errors)
    if code not in accept:
        raise (InputError if code == 2 else CostsimError)(said or output, code)
    return code, output, said


def _text(stream) -> str:
    return stream.read().decode("utf-8", "replace")


def _feed(process: subprocess.Popen, rows: Iterator[bytes], failure: list[BaseException]) -> None:
    """Writes all rows; a program that has ended needs no more, an error of the rows ends the program."""
    try:
        for chunk in rows:
            process.stdin.write(chunk)
        process.stdin.close()
    except BrokenPipeError:
        pass
    except BaseException as error:  # told by the caller's thread
        failure.append(error)
        process.kill()


class _Terminal:
    """A pseudo-terminal as standard error, on which the program tells how far it is."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.master, self.slave = os.openpty()
        self.is_open = True

    def close(self) -> None:
        if self.is_open:
            os.close(self.slave)
            self.is_open = False

    def read(self, errors: list[str]) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text, said = "", ""
        while True:
            try:
                chunk = os.read(self.master, 65_536)
            except OSError:
                break
            if not chunk:
                break
            text += decoder.decode(chunk)
            # A line end may come in two halves.
            held = "\r" if text.endswith("\r") else ""
            pieces = text.removesuffix("\r").replace("\r\n", "\n").split("\r")
            for piece in pieces:
                told = _PERCENT.findall(piece) if "█" in piece or "·" in piece else []
                if told:
                    self.progress(int(told[-1]) / 100)
            said += "".join(piece for piece in pieces[:-1] if "█" not in piece and "·" not in piece)
            text = pieces[-1] + held
        os.close(self.master)
        self.progress(1.0)
        last = "" if "█" in text or "·" in text else text
        errors.append((said + last).replace("\x1b[K", "").replace("\r", ""))


def shipped_scenarios() -> Path:
    """The folder of the scenarios that ship with the program."""
    stated = os.environ.get("COSTSIM_SCENARIOS")
    own = Path(stated) if stated else Path(__file__).with_name("scenarios")
    if own.is_dir():
        return own
    shared = Path(program_path()).resolve().parent.parent / "share" / "costsim" / "scenarios"
    if shared.is_dir():
        return shared
    raise FileNotFoundError("no scenarios ship with this program")
