"""The API of the wheel against the program: python -m unittest discover -s python/tests

Frames need pandas, Polars or pyarrow: tests of those that are not installed skip.
"""

import csv
import importlib.util
import io
import shutil
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

import costsim

SCENARIO = costsim.shipped_scenarios() / "two-tier.yaml"


def has(*modules):
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    return unittest.skipIf(missing, f"{', '.join(missing)} is not installed")


class RunTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.told = []
        cls.result = costsim.run(
            SCENARIO, users=50, overrides={"workloads.requests.volume": 100}, progress=cls.told.append)

    def test_tables_are_those_of_the_program(self):
        self.assertIn("plans", self.result.tables)
        columns = self.result.columns("plans", exact=True)
        self.assertEqual(columns["users"], [50])
        self.assertEqual(columns["cost_usd"], [Decimal(self.result.json[0]["plans"][0]["cost_usd"])])
        self.assertIsInstance(self.result.columns("plans")["cost_usd"][0], float)
        self.assertIs(columns["over_budget"][0], False)

    def test_amounts_add_up_exactly(self):
        costs = self.result.columns("costs", exact=True)
        self.assertEqual(sum(costs["cost_usd"]), self.result.columns("plans", exact=True)["cost_usd"][0])

    def test_progress_ends_at_one(self):
        self.assertEqual(self.told[-1], 1.0)
        self.assertEqual(self.told, sorted(self.told))

    def test_pages(self):
        self.assertTrue(self.result.headline.startswith("With 50 users"))
        self.assertIn("# ", self.result.page())
        self.assertRaises(KeyError, self.result.columns, "no-such-table")
        self.assertRaises(AttributeError, getattr, self.result, "no_such_table")

    def test_files_go_where_they_are_wanted(self):
        with tempfile.TemporaryDirectory() as folder:
            costsim.run(SCENARIO, users=1, overrides={"workloads.requests.volume": 1}, out=folder)
            self.assertTrue((Path(folder) / "two-tier" / "plans.csv").exists())

    @has("pandas")
    def test_pandas(self):
        import pandas

        costs = self.result.costs
        self.assertIsInstance(costs, pandas.DataFrame)
        self.assertEqual(str(costs["calls"].dtype), "Int64")
        self.assertIsInstance(self.result.table("costs", exact=True)["cost_usd"][0], Decimal)

    @has("polars")
    def test_polars(self):
        import polars

        frame = self.result.table("costs", frames="polars")
        self.assertEqual(frame["calls"].dtype, polars.Int64)


class VerbTests(unittest.TestCase):
    def test_forecast(self):
        result = costsim.forecast(SCENARIO, months=3, growth="10%", users=100)
        self.assertEqual(result.columns("forecast")["month"], [1, 2, 3])
        self.assertEqual(len(result.json["months"]), 3)

    def test_solve(self):
        # A user costs $1.000038, so that $500 are enough for 499.
        result = costsim.solve(SCENARIO, for_="users", budget=500, users=100)
        self.assertTrue(result.json["answer"].startswith("499 users is the most"))

    def test_sweep(self):
        result = costsim.sweep(SCENARIO, {"users": [50, 100]})
        self.assertEqual(result.columns("sweep")["users"], [50, 100])

    def test_check(self):
        with tempfile.TemporaryDirectory() as folder:
            baseline = Path(folder) / "baseline.yaml"
            costsim._program.call(["baseline", str(SCENARIO), "-o", str(baseline)])
            self.assertTrue(costsim.check(SCENARIO, baseline=str(baseline), max_increase="5%").passed)
            failed = costsim.check(
                SCENARIO, baseline=str(baseline), max_increase="5%",
                overrides={"workloads.requests.volume": 5000})
            self.assertFalse(failed.passed)
            self.assertIn("two-tier", failed.comment)

    def test_errors_have_their_place(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "wrong.yaml"
            path.write_text("titel: x\n", encoding="utf-8")
            with self.assertRaises(costsim.InputError) as caught:
                costsim.run(path)
            first = caught.exception.diagnostics[0]
            self.assertEqual((first.file, first.line, first.column), (str(path), 1, 1))
            self.assertIn("^", first.excerpt)
            self.assertIn("did you mean 'title'?", first.excerpt)
            self.assertEqual(caught.exception.exit_code, 2)
        with self.assertRaises(costsim.InputError) as caught:
            costsim.run(path)
        self.assertIsNone(caught.exception.diagnostics[0].line)

    def test_unknown_keywords_are_refused(self):
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'user'"):
            costsim.run(SCENARIO, user=50)

    def test_warnings_of_a_scenario(self):
        self.assertEqual(costsim.validate(SCENARIO), [])
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(SCENARIO.parent, folder, dirs_exist_ok=True)
            path = Path(folder) / "cut.yaml"
            path.write_text(
                "extends: two-tier.yaml\nworkloads: {requests: {volume: 100, max_tokens: 100}}\n", encoding="utf-8")
            warnings = costsim.validate(path)
        self.assertEqual([warning.file for warning in warnings], [str(path)] * 2)
        self.assertIn("max_tokens has cut it", warnings[0].message)

    def test_prices_of_usage(self):
        # $2.50 and $10 a million tokens.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "usage.csv"
            path.write_text(
                "timestamp,model,input_tokens,output_tokens\n2025-11-01T10:00:00Z,gpt-4o,1000,100\n", encoding="utf-8")
            result = costsim.price(path, SCENARIO.parent / "catalogs" / "documents.yaml")
        self.assertEqual(result.columns("priced", exact=True)["cost_usd"], [Decimal("0.0035")])
        self.assertEqual(result.json["cost_usd"], "0.0035")

    def test_names_that_look_like_options_are_files(self):
        self.assertRaises(costsim.InputError, costsim.run, "--version")


ROWS = [
    {"timestamp": f"2025-11-0{1 + index % 5}T10:00:{index % 60:02}Z", "model": "gpt-4o", "user_id": f"u{index % 7}",
     "input_tokens": 1000 + index, "output_tokens": 100}
    for index in range(500)
]


class LogTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name) / "log.csv"
        with cls.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(ROWS[0]))
            writer.writeheader()
            writer.writerows(ROWS)
        cls.plans = costsim.replay(cls.path, SCENARIO, policy="logged").columns("plans", exact=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def same(self, log):
        self.assertEqual(
            costsim.replay(log, SCENARIO, policy="logged").columns("plans", exact=True), self.plans)

    def test_the_bill_is_that_of_the_rows(self):
        # $2.50 and $10 a million: 500 rows of 1,000 to 1,499 tokens and 100 tokens.
        cost = (500 * 1000 + 499 * 500 // 2) * Decimal("2.5e-6") + 500 * 100 * Decimal("1e-5")
        self.assertEqual(self.plans["cost_usd"], [cost.quantize(Decimal("1e-6"))])

    @has("pandas", "pyarrow")
    def test_pandas(self):
        import pandas

        frame = pandas.DataFrame(ROWS)
        self.same(frame)
        frame["timestamp"] = pandas.to_datetime(frame["timestamp"])
        self.same(frame)

    @has("polars", "pyarrow")
    def test_polars(self):
        import polars

        self.same(polars.DataFrame(ROWS))

    @has("pyarrow")
    def test_arrow_and_parquet(self):
        import pyarrow
        import pyarrow.parquet

        table = pyarrow.Table.from_pylist(ROWS)
        self.same(table)
        self.same(pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=13)))
        path = Path(self.folder.name) / "log.parquet"
        pyarrow.parquet.write_table(table, path)
        self.same(path)

    @has("pyarrow")
    def test_an_error_of_the_rows_reaches_the_caller(self):
        import pyarrow

        def batches():
            yield from pyarrow.Table.from_pylist(ROWS).to_batches(max_chunksize=50)[:2]
            raise OSError("the disk is gone")

        schema = pyarrow.Table.from_pylist(ROWS).schema
        with self.assertRaisesRegex(OSError, "the disk is gone"):
            costsim.replay(pyarrow.RecordBatchReader.from_batches(schema, batches()), SCENARIO)

    @has("pyarrow")
    def test_cells_keep_their_texts(self):
        import pyarrow

        from costsim._frames import csv_rows

        table = pyarrow.table({"a": ['x,"y"\n', None], "b": [1.0, 2.5], "c": [True, None], "d": [{"k": 1}, None]})
        text = b"".join(csv_rows(table)).decode()
        self.assertEqual(
            list(csv.reader(io.StringIO(text))),
            [["a", "b", "c", "d"], ['x,"y"\n', "1", "true", '{"k": 1}'], ["", "2.5", "", ""]])


if __name__ == "__main__":
    unittest.main()
