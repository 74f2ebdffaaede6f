#!/usr/bin/env python3
"""How cost grows as the work grows: CPU time and peak memory by size, along six axes, with the
exponent fitted. Writes scaling.csv, scaling.md and scaling.svg beside itself.

An exponent is fitted to what a size *adds*: log(T(n) − T(smallest)) over log(n − smallest),
least squares, so that what any run costs (start-up, the calls of an axis that does not vary them)
does not flatten it. n·log n has the exponent of the column beside it, at the same sizes.
"""

import argparse
import csv
import datetime
import itertools
import math
import os
import statistics

import measure
import table
from growth_chart import chart

HERE = os.path.dirname(os.path.abspath(__file__))
# Below this, an addition is noise: seconds, bytes, and a share of the smallest size's figure.
NOISE_SECONDS, NOISE_BYTES, NOISE_SHARE = 0.02, 4 << 20, 0.1
# What noise may add to an exponent.
TOLERANCE = 0.1


class Axis:
    """One thing that grows; `command(n)` is the run of size n."""

    def __init__(self, name, what, sizes, command):
        self.name, self.what, self.sizes, self.command = name, what, sizes, command
        self.points = []

    def run(self, rounds):
        for size in self.sizes:
            job = measure.Job(self.name, self.command(size))
            samples = [job.once()]
            while len(samples) < rounds and samples[0].wall < 10:
                samples.append(job.once())
            point = (size, measure.median(samples, "wall"), measure.median(samples, "cpu"),
                     statistics.median(sample.memory for sample in samples))
            self.points.append(point)
            print(f"{self.name} {size:,}: {point[2]:.2f} s of CPU, {point[1]:.2f} s, "
                  f"{measure.megabytes(point[3])}", flush=True)

    def added(self, column, noise):
        """What each size adds to the smallest one, where that is more than noise."""
        (small, base), *others = [(point[0], point[column]) for point in self.points]
        return [(size - small, value - base) for size, value in others
                if value - base > max(noise, NOISE_SHARE * base)]

    @property
    def time(self):
        return self.added(2, NOISE_SECONDS)

    @property
    def memory(self):
        return self.added(3, NOISE_BYTES)

    @property
    def n_log_n(self):
        """The exponent that n·log n would be given at the sizes of `time`."""
        first = self.points[0][0]
        return exponent([
            (n, (n + first) * math.log(n + first) - first * math.log(first)) for n, _ in self.time])


def exponent(points):
    """Least squares in logarithms; None where there are not enough points."""
    if len(points) < 2:
        return None
    xs, ys = ([math.log(point[side]) for point in points] for side in (0, 1))
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    return (sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
            / sum((a - x) ** 2 for a in xs))


# The scenarios


def scenario(folder, models, rules):
    """A million calls of eight kinds over so many models and rules, each by a rule far down."""
    os.makedirs(folder, exist_ok=True)

    def write(name, lines):
        with open(os.path.join(folder, name), "w") as file:
            file.write("\n".join(lines) + "\n")

    write("catalog.yaml", ["name: scaling", "models:"] + [
        f"  m{model}: {{ provider: p, latency: 700ms, input: ${model % 50 + 1}.00 per 1M tokens, "
        f"output: ${model % 70 + 2}.00 per 1M tokens, source: generated }}"
        for model in range(models)])
    share = [f"{100 / models:.6f}" for _ in range(models - 1)]
    share.append(f"{100 - sum(map(float, share)):.6f}")
    kinds = [rules - 2 - kind for kind in range(min(8, rules - 1))]
    write("policy.yaml", ["name: scaling", "rules:"] + [
        f"  - {{ name: r{rule}, when: {{ task: t{rule} }}, "
        + ("mix: { " + ", ".join(f"m{m}: {share[m]}%" for m in range(models)) + " }"
           if rule in kinds else f"model: m{rule % models}") + " }"
        for rule in range(rules - 1)] + ["  - { name: default, model: m0 }"])
    write("scaling.yaml", [
        "name: scaling", "period: { start: 2025-10-01, days: 31 }", "seed: 42", "plans: [1000]",
        "catalog: catalog.yaml", "policy: policy.yaml",
        "breaker: { failures: 3, window: 5min, open: 1min }", "models:",
        "  default: { latency: { mean: 682ms, cv: 0.533 }, failure_rate: 0.6% }", "quotas:",
        "  default: { requests_per_minute: 6000, burst: 200, overflow: reject }", "workloads:",
        "  calls:", "    volume: 1000", "    mix:"] + [
        f"      k{kind}: {{ share: {100 / len(kinds):.6f}%, task: t{kind}, "
        "input: { mean: 600, cv: 0.8 }, output: { mean: 200, cv: 0.7 } }" for kind in kinds])
    return os.path.join(folder, "scaling.yaml")


def axes(bench, most_calls, most_rows):
    month = bench.scenario("month")

    def run(path, *more):
        return bench.ours("run", "run", path, "--threads", "1", *more).command

    def calls(count):
        return run(month, "--override", f"workloads.calls.volume={count // 1000}")

    def users(count):
        return run(month, "--users", str(count), "--override",
                   f"workloads.calls.volume={2_000_000 / count:g}")

    def generated(models, rules):
        return run(scenario(os.path.join(bench.work, f"scaling-{models}-{rules}"), models, rules))

    def rows(count):
        return bench.ours(
            "replay", "replay", table.log(bench, count), "--scenario", bench.scenario("replay"),
            "--policy", "logged", "--threads", "1").command

    def exported(count):
        return bench.ours(
            "replay", "replay", table.export(bench, "litellm", count), "--scenario",
            bench.scenario("plain"), "--policy", "logged", "--threads", "1").command

    def decades(first, most):
        return [10**power for power in range(first, 10) if 10**power <= most]

    return [
        Axis("calls", "calls of 1,000 users, `month`", decades(5, most_calls), calls),
        Axis("users", "users, 2 million calls among them",
             [50, 500, 5_000, 50_000, 200_000, 1_000_000], users),
        Axis("models", "models, a million calls among all of them", [7, 30, 100, 300, 1_000],
             lambda count: generated(count, 100)),
        Axis("rules", "rules, a million calls by the last eight", [5, 100, 1_000, 3_000, 10_000],
             lambda count: generated(7, count)),
        Axis("rows", "rows of a log, full replay", decades(4, most_rows), rows),
        Axis("export", "rows of a LiteLLM export with JSON in quotes, full replay",
             decades(3, min(most_rows, 1_000_000)), exported),
    ]


# The results


def markdown(axes, head):
    lines = [
        "# How cost grows", "", head, "",
        "| what grows | from | to | CPU time | added a unit | exponent | at the end | n·log n | "
        "memory | added a unit | exponent |", "|---" * 11 + "|"]
    for axis in axes:
        _, _, cpu, memory = axis.points[-1]
        lines.append("| " + " | ".join([
            axis.what, f"{axis.points[0][0]:,}", f"{axis.points[-1][0]:,}", measure.seconds(cpu),
            per_unit(axis.time, [("s", 1), ("ms", 1e3), ("µs", 1e6), ("ns", 1e9)]),
            told(exponent(axis.time)), told(exponent(axis.time[-2:])), told(axis.n_log_n),
            measure.megabytes(memory),
            per_unit(axis.memory, [("MB", 2**-20), ("kB", 2**-10), ("bytes", 1)]),
            told(exponent(axis.memory))]) + " |")
    steep = [axis.name for axis in axes for points in (axis.time, axis.time[-2:], axis.memory)
             if (exponent(points) or 0) > (axis.n_log_n or 1) + TOLERANCE]
    lines += ["", "Nothing grows faster than n·log n." if not steep
              else f"**Faster than n·log n: {', '.join(steep)}.**", "",
              "![CPU time and memory by size, both scales logarithmic](scaling.svg)", ""]
    return "\n".join(lines)


def told(value):
    return "–" if value is None else f"{value:.2f}"


def per_unit(points, units):
    """In the largest unit of which there is one, else in the smallest."""
    if not points:
        return "nothing measurable"
    value = points[-1][1] / points[-1][0]
    name, factor = next((unit for unit in units if value * unit[1] >= 1), units[-1])
    return f"{value * factor:.3g} {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--costsim", required=True, help="the release build")
    parser.add_argument("--peers", default="", help="where the log's generator is, if anywhere")
    parser.add_argument("--work", required=True, help="folder for logs and reports")
    parser.add_argument("--calls", type=float, default=1e8, help="calls at most")
    parser.add_argument("--rows", type=float, default=1e7, help="rows of a log at most")
    parser.add_argument("--rounds", type=int, default=3, help="runs of a size, if they are short")
    parser.add_argument(
        "--only", default="", help="axes, with commas between; printed, and no file is written")
    options = parser.parse_args()
    options.costsim = os.path.abspath(options.costsim)
    options.short = False
    bench = table.Bench(options)
    chosen = [axis for axis in axes(bench, options.calls, options.rows)
              if axis.name in (options.only or axis.name).split(",")]
    day = datetime.datetime.now(datetime.timezone.utc).date()
    head = (f"{day}, {measure.commit(table.PROJECT)}; {measure.machine()} at the start. One "
            "thread; medians of up to three runs.\nTime is CPU time (user and system), memory the peak. "
            "Exponents are of what a size adds to the smallest one: "
            "over all sizes, and between the\ntwo largest (at the end).")
    for axis in chosen:
        axis.run(options.rounds)
    print(markdown(chosen, head))
    if not options.only:
        write(chosen, markdown(chosen, head))


def write(axes, page):
    with open(os.path.join(HERE, "scaling.csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["axis", "size", "wall_s", "cpu_s", "memory_bytes"])
        writer.writerows(itertools.chain.from_iterable(
            [(axis.name, size, f"{wall:.3f}", f"{cpu:.3f}", memory)
             for size, wall, cpu, memory in axis.points] for axis in axes))
    with open(os.path.join(HERE, "scaling.svg"), "w") as file:
        file.write(chart(axes))
    with open(os.path.join(HERE, "scaling.md"), "w") as file:
        file.write(page)


if __name__ == "__main__":
    main()
