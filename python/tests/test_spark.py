"""Spark against one machine, byte for byte, on ``local[2]``: skips where Java or PySpark is not there."""

import csv
import importlib.util
import json
import os
import random
import shutil
import stat
import sys
import tempfile
import unittest
from pathlib import Path

import costsim
import costsim.spark

MISSING = [name for name in ("pyspark", "pyarrow") if importlib.util.find_spec(name) is None]
if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
    MISSING.append("Java")

SHIPPED = costsim.shipped_scenarios() / "two-tier.yaml"
CATALOG = """
models:
  small: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens }
  large: { provider: p, latency: 1s..30s, input: $10 per 1M tokens, output: $20 per 1M tokens }
"""
# Latencies and models are drawn by a request's number, so that every piece needs the right ones.
SCENARIO = """
period: 2026-06
plans: [10]
catalog: catalog.yaml
policy: { rules: [{ name: mail, when: { use_case: mail }, mix: { large: 75%, small: 25% } }, { name: rest, logged: true }] }
budget: { amount: $4, thresholds: [40%, 75%, { at: 100%, kind: forecast }] }
tables: [account_months]
workloads: { w: { volume: 1, input: 10, output: 10 } }
"""
KEYED = {"cache": {"mode": "keyed", "default": {"ttl": "6h"}}}


def rows(count, seed):
    """In order of time, no two of one time."""
    chance = random.Random(seed)
    moment = 1_780_272_000_000
    for _ in range(count):
        moment += chance.randrange(1, 4_000_000_000 // count)
        yield {
            "timestamp": f"{moment // 1000}.{moment % 1000:03}", "model": chance.choice(["large", "small"]),
            "user": chance.choice(["", "ann", "bob", 'c "d", e', f"u{chance.randrange(20)}"]),
            "use_case": chance.choice(["chat", "mail"]), "account_plan": chance.choice(["", "gold"]),
            "prompt": chance.choice(["", f"p{chance.randrange(5)}"]), "input_tokens": str(chance.randrange(2000)),
            "output_tokens": str(chance.randrange(500)), "status": "ok"}


@unittest.skipIf(MISSING, f"Spark is not tried: {', '.join(MISSING)} is not installed")
class SparkTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        from pyspark.sql import SparkSession

        os.environ["PYSPARK_PYTHON"] = sys.executable
        cls.folder = Path(tempfile.mkdtemp(prefix="costsim-spark-"))
        cls.arm()
        (cls.folder / "catalog.yaml").write_text(CATALOG)
        cls.scenario = cls.folder / "s.yaml"
        cls.scenario.write_text(SCENARIO)
        cls.rows = list(rows(500, 1))
        cls.log = cls.write("log.csv", cls.rows)
        # Two tasks at once, each tried four times.
        cls.spark = (
            SparkSession.builder.master("local[2,4]").appName("costsim-tests")
            .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", "4")
            .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.warehouse.dir", str(cls.folder / "warehouse"))
            .config("spark.log.level", "ERROR").getOrCreate())
        cls.spark.sparkContext.setLogLevel("OFF")
        cls.whole = cls.files(costsim.replay(cls.log, cls.scenario))

    @classmethod
    def arm(cls):
        """A program that kills the worker which runs it, twice, once ``armed`` is there."""
        cls.program, cls.armed, script = os.environ.get("COSTSIM"), cls.folder / "armed", cls.folder / "program"
        script.write_text(
            "#!/bin/sh\n"
            f'case "$*" in *--first-request*)\n'
            f'  if [ -d "{cls.armed}" ]; then for n in 1 2; do if mkdir "{cls.armed}/$n" 2>/dev/null; then\n'
            f"    head -c 200 >/dev/null; kill -9 $PPID; exit 1\n"
            f"  fi; done; fi;;\n"
            f'esac\nexec "{costsim.program_path()}" "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        os.environ["COSTSIM"] = str(script)
        costsim.program_path.cache_clear()

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()
        os.environ.pop("COSTSIM")
        if cls.program is not None:
            os.environ["COSTSIM"] = cls.program
        costsim.program_path.cache_clear()
        shutil.rmtree(cls.folder)

    @classmethod
    def write(cls, name, log):
        path = cls.folder / name
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(log[0]))
            writer.writeheader()
            writer.writerows(log)
        return path

    @staticmethod
    def files(result):
        return {str(path.relative_to(result.folder)): path.read_bytes()
                for path in result.folder.rglob("*") if path.is_file()}

    def same(self, result, whole=None):
        """Every file, byte for byte; run.json but for the hash of the log, which nobody has read in its order."""
        found, whole = self.files(result), dict(whole or self.whole)
        self.assertGreater(len(whole), 10)
        for files in (found, whole):
            for name in [name for name in files if name.endswith("run.json")]:
                record = json.loads(files[name])
                record["log"].update(bytes=None, xxh64=None)
                files[name] = json.dumps(record).encode()
        self.assertEqual(sorted(found), sorted(whole))
        self.assertEqual([name for name in whole if found[name] != whole[name]], [])

    def frame(self, log=None):
        """The rows in no order, in several partitions."""
        shuffled = random.Random(2).sample(log or self.rows, len(log or self.rows))
        names = list(shuffled[0])
        return self.spark.createDataFrame(
            [tuple(row[name] for name in names) for row in shuffled], ", ".join(f"{name} string" for name in names)
        ).repartition(3)

    def test_a_file_is_read_in_place(self):
        # Two lines of the budget and the whole of it are crossed, which the merge reads again.
        result = costsim.spark.replay(self.log, self.scenario, spark=self.spark, pieces=3)
        self.assertEqual(self.files(result), self.whole)
        self.assertEqual(len(result.columns("alerts")["rule"]), 3)

    def test_a_frame_in_spans_of_time(self):
        self.same(costsim.spark.replay(
            self.frame(), self.scenario, spark=self.spark, pieces=5, name=str(self.log), threads=2))

    def test_many_pieces_are_merged_in_a_tree(self):
        self.same(costsim.spark.replay(
            self.frame(), self.scenario, spark=self.spark, pieces=20, name=str(self.log)))

    def test_a_frame_by_account(self):
        whole = self.files(costsim.replay(self.log, self.scenario, overrides=KEYED))
        self.assertNotEqual(whole["s-replay/plans.csv"], self.whole["s-replay/plans.csv"])
        for by in ("auto", "account"):
            self.same(costsim.spark.replay(
                self.frame(), self.scenario, spark=self.spark, by=by, pieces=3, name=str(self.log),
                overrides=KEYED), whole)

    def test_parquet_and_json_are_read_in_place(self):
        self.frame().write.parquet(str(self.folder / "log.parquet"))
        self.frame().write.json(str(self.folder / "log.json"))
        for path in ("log.parquet", "log.json"):
            self.same(costsim.spark.replay(
                self.folder / path, self.scenario, spark=self.spark, pieces=2, name=str(self.log)))

    def test_a_file_in_no_order_is_sorted(self):
        log = self.write("mixed.csv", random.Random(3).sample(self.rows, len(self.rows)))
        sorted_log = shutil.copy(self.log, self.folder / "sorted.csv")
        whole = self.files(costsim.replay(sorted_log, self.scenario))
        self.same(costsim.spark.replay(log, self.scenario, spark=self.spark, pieces=2, name=str(sorted_log)), whole)

    def test_malformed_rows_are_left_out(self):
        log = [dict(row) for row in self.rows]
        for place in (3, 200, 201):
            log[place]["input_tokens"] = "many"
        path = self.write("bad.csv", log)
        whole = self.files(costsim.replay(path, self.scenario, skip_bad_rows=5))
        self.same(costsim.spark.replay(
            self.frame(log), self.scenario, spark=self.spark, pieces=3, name=str(path), skip_bad_rows=5), whole)
        with self.assertRaisesRegex(costsim.InputError, "row .*'many'"):
            costsim.spark.replay(self.frame(log), self.scenario, spark=self.spark, pieces=3)

    def test_a_worker_that_is_killed_is_repeated(self):
        """The first two tasks that replay kill their Python worker while the program runs."""
        self.armed.mkdir()
        result = costsim.spark.replay(
            self.frame(), self.scenario, spark=self.spark, pieces=5, name=str(self.log))
        self.assertEqual(sorted(path.name for path in self.armed.iterdir()), ["1", "2"])
        shutil.rmtree(self.armed)
        self.same(result)

    def test_what_couples_is_said_before_anything_runs(self):
        for overrides, by, says in [
            ({"cache": {**KEYED["cache"], "scope": "global"}}, "auto", "'cache.scope'.*expected user"),
            (KEYED, "time", "'cache.mode'.*by account"),
            ({"alerts": {"slow": {"when": "latency_p95 > 1s"}}}, "auto", "'alerts'.*no alerts"),
        ]:
            with self.subTest(says), self.assertRaisesRegex(costsim.InputError, says):
                costsim.spark.replay(self.frame(), self.scenario, spark=self.spark, by=by, overrides=overrides)
        with self.assertRaisesRegex(costsim.InputError, "'quotas.small'.*--override quotas.small=none"):
            costsim.spark.replay(
                self.frame(), self.scenario, spark=self.spark, pieces=2,
                overrides={"quotas": {"small": {"requests_per_minute": 1000}}})
        with self.assertRaisesRegex(ValueError, "no column 'when' for the time"):
            costsim.spark.replay(self.frame(), self.scenario, spark=self.spark, time="when")

    def test_months_of_a_run(self):
        common = dict(runs=7, users=5, overrides={"workloads.requests.volume": 200})
        whole = self.files(costsim.run(SHIPPED, **common))
        self.assertEqual(self.files(costsim.spark.run(SHIPPED, spark=self.spark, pieces=3, **common)), whole)

    def test_variants_of_a_sweep(self):
        volume = "workloads.requests.volume"
        for vary in (
            {"users": [5, 10, 20, 40, 80]},
            {volume: [10, 20], "users": [5, 10, 20, 40], "workloads.requests.input": "100..200:3"},
            {"cache": ["off", "{mode: rate, default: {ttl: 1h, hit_rate: 50%}}"], volume: [1, 2, 3, 4, 5, 6, 7]},
        ):
            whole = costsim.sweep(SHIPPED, vary, runs=2, overrides={volume: 20})
            found = costsim.spark.sweep(SHIPPED, vary, runs=2, overrides={volume: 20}, spark=self.spark)
            name = next(whole.folder.rglob("sweep.csv"))
            self.assertEqual((found.folder / "sweep.csv").read_bytes(), name.read_bytes())
        with self.assertRaisesRegex(ValueError, "nothing to divide"):
            costsim.spark.sweep(SHIPPED, {"users": "5..50:10"}, spark=self.spark)


if __name__ == "__main__":
    unittest.main()
