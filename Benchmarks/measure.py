"""Whole processes, timed in turn: A B A B …, so that a machine that drifts drifts for both."""

import dataclasses
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Sample:
    """One run of a process: seconds, seconds of all processors, bytes at its peak."""

    wall: float
    cpu: float
    memory: int


@dataclasses.dataclass
class Job:
    """A command to time. `own` finds a process's own figures in what it prints, in seconds each:
    the median of them is taken for its time. `scale` makes them those of the other jobs' size."""

    name: str
    command: list
    env: dict = dataclasses.field(default_factory=dict)
    own: str = ""
    scale: float = 1.0

    def once(self) -> Sample:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            start = time.perf_counter()
            process = subprocess.Popen(
                self.command, stdout=out if self.own else subprocess.DEVNULL, stderr=errors,
                env={**os.environ, **self.env})
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                errors.seek(0)
                told = errors.read().decode(errors="replace").strip().splitlines()[-1:]
                raise RuntimeError(f"{self.name}: exit code {process.returncode}: {' '.join(told)}")
            cpu = used.ru_utime + used.ru_stime
            if self.own:
                out.seek(0)
                figures = re.findall(self.own, out.read().decode())
                wall = cpu = statistics.median(map(float, figures)) * self.scale
        return Sample(wall, cpu, used.ru_maxrss * 1024)


def interleaved(jobs, rounds, warm=True):
    """The samples of each job, by name."""
    if warm:
        for job in jobs:
            job.once()
    samples = {job.name: [] for job in jobs}
    for _ in range(rounds):
        for job in jobs:
            samples[job.name].append(job.once())
    return samples


def median(samples, field):
    return statistics.median(getattr(sample, field) for sample in samples)


def ratio(ours, theirs, field="wall"):
    """The median over rounds of ours to theirs in the same round."""
    return statistics.median(
        getattr(a, field) / getattr(b, field) for a, b in zip(ours, theirs, strict=True))


class Callgrind:
    """Counts the instructions of a program that valgrind can read."""

    def __init__(self, program, work):
        if not shutil.which("valgrind"):
            raise FileNotFoundError("valgrind is not installed")
        # Valgrind cannot read the debug information of Swift programs.
        self.program = os.path.join(work, "costsim-stripped")
        shutil.copy(program, self.program)
        subprocess.run(["strip", "--strip-debug", self.program], check=True)

    def count(self, arguments) -> int:
        told = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", self.program]
            + arguments, env={**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True).stderr
        return int(re.search(r"Collected : (\d+)", told)[1])


def machine() -> str:
    """The machine in words, and how busy it is."""
    model, memory = "", 0
    try:
        with open("/proc/cpuinfo") as lines:
            model = next(
                line.split(":")[1].strip() for line in lines if line.startswith("model name"))
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    except (OSError, StopIteration, ValueError):
        pass
    words = [f"{os.cpu_count()} processors"]
    words += [model] if model else []
    words += [f"{memory} GB of memory"] if memory else []
    return ", ".join(words) + f", load {os.getloadavg()[0]:.1f}"


def commit(folder) -> str:
    told = subprocess.run(
        ["git", "-C", folder, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return told.stdout.strip() or "no commit"


def seconds(value: float) -> str:
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def megabytes(value: int) -> str:
    return f"{value / 2**20:,.0f} MB"
