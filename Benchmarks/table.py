#!/usr/bin/env python3
"""Every goal of speed: peer, ours, ratio, memory, as a Markdown table ready for HISTORY.md.

A row is a function with `@row`; it returns lines of the table. What a row needs and this machine
lacks (a peer, valgrind) is said in its place, and so is what went wrong.
"""

import argparse
import contextlib
import datetime
import os
import re
import shutil
import subprocess
import sys
import time

import measure
from measure import Job, megabytes, seconds

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(HERE)
SHIPPED = [
    os.path.join(PROJECT, "scenarios", name + ".yaml")
    for name in ("huntaze-published", "huntaze-engineering", "two-tier")]
MONTH_CALLS = 9_760_000
ROWS = []


def row(body):
    ROWS.append((body.__name__.replace("_", "-"), body))
    return body


class Missing(Exception):
    """What a row needs is not installed."""


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = os.path.abspath(options.work)
        self.reports = os.path.join(self.work, "reports")
        self.short = options.short
        os.makedirs(self.work, exist_ok=True)

    def rounds(self, full):
        return 1 if self.short else min(full, self.options.rounds)

    def ours(self, name, *arguments):
        return Job(name, [self.options.costsim, *arguments, "--out", self.reports, "--quiet"])

    def replay(self, threads, scenario="replay"):
        return self.ours(
            "ours", "replay", self.log, "--scenario", self.scenario(scenario), "--policy", "logged",
            "--threads", str(threads))

    def scenario(self, name):
        return os.path.join(HERE, "scenarios", name + ".yaml")

    @property
    def log_rows(self):
        return 1_000_000 if self.short else 10_000_000

    @property
    def log(self):
        return log(self, self.log_rows)

    def peer(self, path):
        """A copy of a file of the peers' folder: they write beside themselves."""
        if not self.options.peers or not os.path.exists(os.path.join(self.options.peers, path)):
            raise Missing("peer not installed")
        folder = os.path.join(self.work, "peers", os.path.dirname(path))
        shutil.copytree(
            os.path.join(self.options.peers, os.path.dirname(path)), folder, dirs_exist_ok=True)
        return os.path.join(folder, os.path.basename(path))

    def python(self, name, module, path, *arguments, **more):
        """A peer in Python, if its module is installed."""
        command = [self.options.python, self.peer(path), *arguments]
        found = subprocess.run([self.options.python, "-c", f"import {module}"], capture_output=True)
        if found.returncode:
            raise Missing("peer not installed")
        return Job(name, command, **more)

    def compiled(self, source, *libraries):
        """A C program, built once more where its source is newer."""
        program = os.path.join(self.work, os.path.basename(source).removesuffix(".c"))
        if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
            subprocess.run(["cc", "-O2", source, "-o", program, *libraries], check=True)
        return program


def log(bench, rows):
    """The peers' log of so many rows where they are installed, else one of the same kind."""
    try:
        generator = [bench.compiled(bench.peer("gen/genlog.c"), "-lm"), str(rows), "42"]
        kind = "peers"
    except Missing:
        generator = [os.path.join(HERE, "make-log.sh"), str(rows)]
        kind = "ours"
    path = os.path.join(bench.work, f"log-{kind}-{rows}.csv")
    if not os.path.exists(path):
        with open(path + ".part", "wb") as file:
            subprocess.run(generator, stdout=file, check=True)
        os.rename(path + ".part", path)
    return path


def against(what, ours, peers, rounds, goals):
    """A line for each peer, timed in turn with ours; `peers` are functions that make jobs, `goals`
    by name of the peer."""
    jobs, missing = [ours], {}
    for name, make in peers.items():
        try:
            jobs.append(make(name))
        except Missing as reason:
            missing[name] = str(reason)
    samples = measure.interleaved(jobs, rounds, warm=rounds > 1)
    mine = samples[ours.name]
    lines = []
    for name in peers:
        goal = goals.get(name)
        told = f"≤ {goal}× {name}" if goal else "–"
        line = Line(what, told, ours=seconds(measure.median(mine, "wall")), memory=peak(mine))
        if name in missing:
            line.peer = f"{name}: {missing[name]}"
        else:
            theirs = samples[name]
            ratio = measure.ratio(mine, theirs)
            line.peer = f"{name} {seconds(measure.median(theirs, 'wall'))}"
            line.ratio = f"{ratio:.2f}"
            if not next(job for job in jobs if job.name == name).own:
                line.cpu = f"{measure.ratio(mine, theirs, 'cpu'):.2f}"
            line.peer_memory = peak(theirs)
            line.met = ratio <= goal if goal else None
        lines.append(line)
    return lines


def alone(what, job, rounds, goal, limit):
    """A line for a job with a limit of its own, in seconds."""
    samples = measure.interleaved([job], rounds, warm=limit < 10)[job.name]
    wall = measure.median(samples, "wall")
    line = Line(
        what, goal, ours=seconds(wall), memory=peak(samples), ratio=f"{wall / limit:.2f}",
        cpu=f"{measure.median(samples, 'cpu') / limit:.2f}", met=wall <= limit)
    return [line]


def within(memory, most):
    """A line for the memory of the job before, in megabytes."""
    used = float(memory.removesuffix(" MB").replace(",", ""))
    return Line(
        "the same: memory", f"≤ {most:.0f} MB", ours=memory, memory=memory,
        ratio=f"{used / most:.2f}", met=used <= most)


def peak(samples):
    return megabytes(max(sample.memory for sample in samples))


class Line:
    """A line of the table. `met` is None where there is no goal, or nothing was measured."""

    COLUMNS = ["job", "goal", "peer", "ours", "ratio", "of CPU time", "memory of the peer", "ours",
               "goal is"]

    def __init__(self, what, goal, ours="–", memory="–", ratio="–", cpu="–", met=None):
        self.what, self.goal, self.ours, self.memory = what, goal, ours, memory
        self.ratio, self.cpu, self.met = ratio, cpu, met
        self.peer = self.peer_memory = "–"

    def __str__(self):
        verdict = {True: "met", False: "**missed**", None: "–"}[self.met]
        cells = [self.what, self.goal, self.peer, self.ours, self.ratio, self.cpu, self.peer_memory,
                 self.memory, verdict]
        return "| " + " | ".join(cells) + " |"


# Replay


def duckdb(bench, threads, mode):
    return lambda name: bench.python(
        name, "duckdb", "peers/agg_duckdb.py", bench.log, str(threads), mode)


def polars(bench, threads):
    return lambda name: bench.python(
        name, "polars", "peers/agg_polars.py", bench.log, "stream",
        env={"POLARS_MAX_THREADS": str(threads)})


def raw_libcsv(bench):
    return lambda name: Job(
        name, [bench.compiled(bench.peer("parse/libcsv_bench.c"), "-lcsv"), bench.log, "count0"])


@row
def replay_2_threads(bench):
    """Everything that a log needs, against a plain GROUP BY of model and day."""
    peers = {
        "DuckDB": duckdb(bench, 2, "noprice"), "Polars": polars(bench, 2),
        "DuckDB's TTL cache as a window query": duckdb(bench, 2, "window")}
    what = f"full replay, {bench.log_rows:,} rows, 2 threads"
    lines = against(
        what, bench.replay(2), peers, bench.rounds(5), {"DuckDB": 0.5, "Polars": 0.67})
    return lines + [within(lines[0].memory, 160)]


@row
def replay_1_thread(bench):
    peers = {
        "DuckDB": duckdb(bench, 1, "noprice"), "Polars": polars(bench, 1),
        "raw libcsv, parse only": raw_libcsv(bench)}
    what = f"full replay, {bench.log_rows:,} rows, 1 thread"
    return against(what, bench.replay(1), peers, bench.rounds(3), {})


@row
def replay_slow_peers(bench):
    """Once: they take half a minute."""
    database = os.path.join(bench.work, "log.sqlite")
    peers = {
        "pandas": lambda name: bench.python(name, "pandas", "peers/agg_pandas.py", bench.log),
        "sqlite3 shell": lambda name: Job(
            name, [bench.peer("peers/agg_sqlite.sh"), bench.log, database])}
    what = f"full replay, {bench.log_rows:,} rows, 1 thread, once"
    return against(what, bench.replay(1), peers, 1, {})


@row
def stateless_cost(bench):
    """A log's cost where nothing has a state: no cache, breaker or quota."""
    what = f"cost of a log without state, {bench.log_rows:,} rows, 2 threads"
    return against(
        what, bench.replay(2, "plain"), {"Polars": polars(bench, 2)}, bench.rounds(5),
        {"Polars": 0.25})


SHAPES = {"canonical": "csv", "litellm": "csv", "langfuse": "jsonl", "otlp": "jsonl"}


def export(bench, shape, rows):
    """A log of so many rows as a tool exports it."""
    path = os.path.join(bench.work, f"{shape}-{rows}.{SHAPES[shape]}")
    if not os.path.exists(path):
        with open(path + ".part", "wb") as file:
            subprocess.run(
                [os.path.join(HERE, "make-shapes.py"), shape, str(rows)], stdout=file, check=True)
        os.rename(path + ".part", path)
    return path


@row
def real_shapes(bench):
    """Logs as tools export them, by make-shapes.py, against DuckDB that reads only what it needs."""
    rows = 100_000 if bench.short else 1_000_000
    lines = []
    for shape, ending in SHAPES.items():
        path = export(bench, shape, rows)

        def duckdb_shape(name, shape=shape, path=path):
            found = subprocess.run(
                [bench.options.python, "-c", "import duckdb"], capture_output=True)
            if found.returncode:
                raise Missing("peer not installed")
            return Job(
                name,
                [bench.options.python, os.path.join(HERE, "duckdb-shapes.py"), shape, path, "2"])

        ours = bench.ours(
            "ours", "replay", path, "--scenario", bench.scenario("plain"), "--policy", "logged",
            "--threads", "2")
        size = os.path.getsize(path) / 1e6
        here = against(
            f"full replay, {shape} {ending}, {rows:,} rows, {size:,.0f} MB, 2 threads", ours,
            {"DuckDB": duckdb_shape}, bench.rounds(5), {"DuckDB": 0.67})
        lines += here + [within(here[0].memory, 160 + 40 * rows / 1e6)]
    return lines


# Simulation


def simulated(bench, threads):
    return bench.ours(
        "ours", "run", bench.scenario("month"), "--threads", str(threads))


@row
def month(bench):
    """The peers' figures are their loops' own; ours is the whole process with its reports."""
    own = {"own": r"calls ([\d.]+)s"}
    small = 500_000
    scaled = {**own, "scale": MONTH_CALLS / small}
    numba = {"NUMBA_CACHE_DIR": os.path.join(bench.work, "numba"), "PYTHONDONTWRITEBYTECODE": "1"}

    def peer(module, script, calls, more):
        return lambda name: bench.python(name, module, f"sim/{script}", str(calls), **more)

    def fast(_):
        return peer("numba", "sim_numba.py", MONTH_CALLS, {**own, "env": numba})

    slow = {
        f"Python loop (scaled from {small:,} calls)": peer("random", "sim_py.py", small, scaled),
        f"SimPy (scaled from {small:,} calls)": peer("simpy", "sim_simpy.py", small, scaled)}
    name = "numba, 1 thread"
    what = "synthetic month, 9.76 million calls"
    return (
        against(f"{what}, 1 thread", simulated(bench, 1), {name: fast(name)}, bench.rounds(5),
                {name: 0.33})
        + against(
            f"{what}, 2 threads", simulated(bench, 2), {name: fast(name)}, bench.rounds(5), {})
        + against(f"{what}, 1 thread, once", simulated(bench, 1), slow, 1, {}))


@row
def conversations(bench):
    """As many calls in conversations as alone: what their contexts and the cache take."""
    users = ["--users", "100", "--threads", "1"] if bench.short else ["--threads", "1"]
    calls = 1 if bench.short else 10

    def run(name, scenario, *more):
        return bench.ours(name, "run", bench.scenario(scenario), *users, *more)

    singles = {
        "single calls": lambda name: run(name, "single-calls"),
        "single calls, one by one": lambda name: run(
            name, "single-calls", "--override", "+alerts.never="
            "{when: error_rate > 90%, window: 1h}")}
    return against(
        f"{calls} million calls in conversations of 20, 1 thread", run("ours", "conversations"),
        singles, bench.rounds(5), {"single calls": 1.5})


@row
def all_plans(bench):
    job = bench.ours("ours", "run", SHIPPED[0], "--threads", "2")
    return alone("all four plans (16.2 million calls) with reports, 2 threads", job,
                 bench.rounds(5), "≤ 1 s", 1)


@row
def monte_carlo(bench):
    runs = 100 if bench.short else 1_000
    job = bench.ours(
        "ours", "run", SHIPPED[0], "--users", "50", "--runs", str(runs), "--threads", "2")
    return alone(f"{runs:,} months of the 50-user plan, 2 threads", job, bench.rounds(3),
                 f"≤ {runs * 0.03:.0f} s", runs * 0.03)


@row
def ledger(bench):
    """What `--ledger` adds to a run, against the same rows through the raw C API."""
    users = 10 if bench.short else 100
    run = ["run", SHIPPED[1], "--users", str(users), "--threads", "2"]
    plain, ours = bench.ours("without", *run), bench.ours("with", *run, "--ledger")
    ours.once()
    made = os.path.join(bench.work, "ledger.sqlite")
    shutil.copy(os.path.join(bench.reports, "huntaze-engineering", "costs.sqlite"), made)
    raw = Job("raw C API, one prepared insert", [
        bench.compiled(os.path.join(HERE, "raw-ledger.c"), "-lsqlite3"), made,
        os.path.join(bench.work, "raw.sqlite")], own=r"seconds ([\d.]+)")
    samples = measure.interleaved([plain, ours, raw], bench.rounds(5))
    rows = int(subprocess.run(
        raw.command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1])
    added = [
        measure.Sample(b.wall - a.wall, b.cpu - a.cpu, b.memory)
        for a, b in zip(samples["without"], samples["with"], strict=True)]
    theirs = samples[raw.name]
    factor = measure.ratio(added, theirs)
    line = Line(
        f"{rows:,} calls into SQLite, 21 columns, index included", "≤ 1.0× raw C API",
        ours=seconds(measure.median(added, "wall")), memory=peak(added), ratio=f"{factor:.2f}",
        met=factor <= 1)
    line.peer = f"{raw.name} {seconds(measure.median(theirs, 'wall'))}"
    line.peer_memory = peak(theirs)
    return [line]


# The rest


@row
def start_up(bench):
    job = Job("ours", [bench.options.costsim, "--help"])
    return alone("start-up: `costsim --help`", job, 5 if bench.short else 41, "≤ 10 ms", 0.010)


@row
def validate(bench):
    job = Job("ours", [bench.options.costsim, "validate", *SHIPPED])
    samples = measure.interleaved([job], bench.rounds(11))[job.name]
    return [Line("`validate` of all shipped scenarios", "–",
                 ours=seconds(measure.median(samples, "wall")), memory=peak(samples))]


@row
def clean_build(bench):
    """Everything, from fetched sources; what `make build` does, beside the build that is there."""
    what, goal = "clean release build, two processors", "≤ 60 s"
    if bench.short:
        return [Line(what, goal, ours="not in the short table")]
    scratch = os.path.join(bench.work, "build")
    shutil.rmtree(scratch, ignore_errors=True)
    # The packages that were fetched before: building is measured, not the network.
    for part in ("checkouts", "repositories", "workspace-state.json"):
        source = os.path.join(PROJECT, ".build", part)
        with contextlib.suppress(FileNotFoundError):
            (shutil.copytree if os.path.isdir(source) else copied)(
                source, os.path.join(scratch, part))
    subprocess.run(["swift", "package", "--package-path", PROJECT, "--scratch-path", scratch,
                    "resolve"], check=True, capture_output=True)
    job = Job("ours", ["make", "-C", PROJECT, "build", f"BUILD_FLAGS=--scratch-path {scratch}"])
    sample = job.once()
    shutil.rmtree(scratch, ignore_errors=True)
    return [Line(what, goal, ours=f"{sample.wall:.0f} s", memory=megabytes(sample.memory),
                 ratio=f"{sample.wall / 60:.2f}", cpu=f"{sample.cpu / 60:.2f}",
                 met=sample.wall <= 60)]


def copied(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(source, target)


# Instructions


def per_call(bench, callgrind, scenario):
    """Instructions a call: two sizes, subtracted."""
    def size(users):
        count = callgrind.count(
            ["run", scenario, "--users", str(users), "--threads", "1", "--out", bench.reports,
             "--quiet"])
        name = os.path.basename(scenario).removesuffix(".yaml")
        with open(os.path.join(bench.reports, name, "plans.csv")) as plans:
            return count, int(plans.read().splitlines()[1].split(",")[3])

    (small, few), (large, many) = size(10), size(50)
    return (large - small) // (many - few)


def counted(what, count, limit):
    line = Line(what, f"≤ {limit}" if limit else "–", ours=f"{count:,}")
    if limit:
        line.ratio, line.met = f"{count / limit:.2f}", count <= limit
    return line


@row
def instructions(bench):
    try:
        callgrind = measure.Callgrind(bench.options.costsim, bench.work)
    except FileNotFoundError as missing:
        return [Line("instructions (callgrind)", "≤ 350 a call, ≤ 900 a row", ours=str(missing))]
    lines = [
        counted("instructions a call, `month` (rate cache)",
                per_call(bench, callgrind, bench.scenario("month")), 350),
        counted("instructions a call, `huntaze-published` (every call an attempt)",
                per_call(bench, callgrind, SHIPPED[0]), None)]
    part = os.path.join(bench.work, "part.csv")

    def replayed(rows):
        with open(bench.log, "rb") as source, open(part, "wb") as target:
            target.writelines(next(source) for _ in range(rows + 1))
        return callgrind.count(
            ["replay", part, "--scenario", bench.scenario("replay"), "--policy", "logged",
             "--threads", "1", "--out", bench.reports, "--quiet"])

    few, many = replayed(20_000), replayed(40_000)
    return lines + [counted("instructions a row, full replay", (many - few) // 20_000, 900)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--costsim", required=True, help="the release build")
    parser.add_argument("--peers", default="", help="where the peers are installed")
    parser.add_argument("--python", default="python3", help="the one that has the peers' modules")
    parser.add_argument("--work", required=True, help="folder for logs, reports and builds")
    parser.add_argument("--rounds", type=int, default=5, help="at most so many pairs a row")
    parser.add_argument("--short", action="store_true", help="a tenth of the sizes, one round")
    parser.add_argument("--only", default="", help="rows, with commas between")
    options = parser.parse_args()
    options.costsim = os.path.abspath(options.costsim)
    wanted = [name for name in options.only.split(",") if name]
    unknown = set(wanted) - {name for name, _ in ROWS}
    if unknown:
        sys.exit(f"unknown rows {', '.join(sorted(unknown))}: expected some of "
                 + ", ".join(name for name, _ in ROWS))
    bench = Bench(options)
    print(heading(options), flush=True)
    for name, body in ROWS:
        if wanted and name not in wanted:
            continue
        start = time.monotonic()
        try:
            lines = body(bench)
        except (RuntimeError, OSError, subprocess.SubprocessError, Missing) as error:
            lines = [Line(name, "–", ours=f"not measured: {error}")]
        for line in lines:
            print(line, flush=True)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}.")


def heading(options):
    day = datetime.datetime.now(datetime.timezone.utc).date()
    short = ", short (a tenth of the sizes, once)" if options.short else ""
    rounds = 1 if options.short else options.rounds
    return (
        f"## {day}, {measure.commit(PROJECT)}: the table of goals{short}\n\n"
        f"{measure.machine()}. Medians of up to {rounds} interleaved pairs; ratios are ours to the "
        "peer's\n(or to the goal) in the same round.\n\n"
        + "| " + " | ".join(Line.COLUMNS) + " |\n" + "|---" * len(Line.COLUMNS) + "|")


if __name__ == "__main__":
    main()
