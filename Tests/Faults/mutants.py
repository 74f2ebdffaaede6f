#!/usr/bin/env python3
"""Damaged inputs for every reader of the program itself: mutants.py PATH-OF-COSTSIM [COUNT [SEED]]

No run may end by a signal, take more than 10 s of processor time, a minute by the clock or 2 GB; what is
refused is refused with exit code 2 (or 99 of a gate) and a message. What breaks that is kept, with its
command line.
"""
import collections, os, random, resource, shutil, sqlite3, subprocess, sys, tempfile, threading

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
COSTSIM = os.path.realpath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20_261_129
SECONDS, MEGABYTES = 10, 2_000

GOLDEN = os.path.join(ROOT, "Tests/Golden")
# Target: seeds, name of the damaged file, verbs that read it (FILE and TEXT stand for it).
VERBS = {
    "scenario": ("fuzz/scenario", "s.yaml", ["validate FILE", "explain FILE --call 1 --users 1"]),
    "report": ("fuzz/report", "s.yaml", ["validate FILE", "sensitivity FILE --users 1 --out out"]),
    "decisions": ("fuzz/decisions", "s.yaml",
                  ["solve FILE --users 2 --out out", "forecast FILE --users 2 --out out",
                   "select FILE --users 1 --out out"]),
    "policy": ("fuzz/policy", "policy.yaml", ["validate scenario.yaml"]),
    "catalog": ("fuzz/catalog", "c.yaml",
                ["catalog list FILE", "catalog lint FILE", "catalog diff catalog.yaml FILE"]),
    "override": ("fuzz/override", "o.txt", ["validate scenario.yaml --override TEXT"]),
    "vary": ("fuzz/vary", "v.txt", ["sweep scenario.yaml --vary TEXT --users 1 --out out"]),
    "claims": ("fuzz/claims", "claims.yaml", ["audit FILE --out out"]),
    "baseline": ("fuzz/baseline", "b.yaml", ["check scenario.yaml --users 1 --baseline FILE"]),
    "run-json": ("fuzz/run-json", "run.json", ["diff before ."]),
    "costs": ("fuzz/costs", "costs.csv", ["diff . before"]),
    "litellm": ("fuzz/litellm", "l.json", ["catalog import litellm FILE"]),
    "wheel": ("fuzz/wheel", "w.whl", ["catalog import litellm FILE"]),
    "genai-prices": ("fuzz/genai-prices", "g.json", ["catalog import genai-prices FILE"]),
    "usage": ("fuzz/usage", "u.csv", ["price FILE --catalog catalog.yaml --skip-bad-rows 3"]),
    "trace-format": ("fuzz/trace-format", "f.yaml",
                     ["replay log.csv --scenario scenario.yaml --format FILE --out out"]),
    "replay": ("fuzz/replay", "log.csv",
               ["replay FILE --scenario scenario.yaml --skip-bad-rows 9 --out out"]),
    "calibrate": ("fuzz/calibrate", "log.csv",
                  ["calibrate FILE --catalog catalog.yaml --skip-bad-rows 9 -o fitted.yaml"]),
    "query": ("", "d.sqlite", ["query FILE", "query FILE 'SELECT * FROM t ORDER BY b'"]),
    "sql": ("", "q.sql", ["query good.sqlite TEXT"]),
}
for trace in sorted(os.listdir(GOLDEN + "/traces")):
    VERBS[trace] = ("traces/" + trace, trace,
                    ["calibrate FILE --catalog catalog.yaml --skip-bad-rows 9 -o fitted.yaml"])

SQL = [b"SELECT a, upper(b) FROM t WHERE a > 1 GROUP BY b HAVING count(*) > 0 ORDER BY 1 LIMIT 5",
       b"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT sum(i) FROM n",
       b"SELECT printf('%9d', a), zeroblob(9), replace(b, 'x', 'yy'), json_object('k', b) FROM t, t u"]
PIECES = [b'"', b"'", b"\n", b",", b";", b": ", b"- ", b"{", b"}", b"[", b"]", b"\t", b"&a ", b"*a",
          b"<<: ", b"|", b">", b"#", b"---\n", b"-1", b"0", b"1e308", b"1e999999999", b"NaN",
          b"9223372036854775808", b"0.000000000000000001", b"null", b"~", b"100%", b"1000000y",
          b"\x1b[31m", "\u202e".encode(), b"\0", b"\xff", b"\xef\xbb\xbf", b"PK\3\4", b"*", b"("]
NUMBERS = [b"0", b"-1", b"1", b"1e9", b"999999999", b"9223372036854775807", b"18446744073709551616",
           b"0.5", b"1e-9", b"100000000"]


def damaged(seed, rng):
    data = bytearray(seed)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.randint(1, 40))
        kind = rng.randrange(9)
        if kind == 0:
            data[at:at] = rng.choice(PIECES)
        elif kind == 1 and at < len(data):
            data[at] = rng.randrange(256)
        elif kind == 2:
            del data[at:end]
        elif kind == 3:
            to = rng.randrange(len(data) + 1)
            data[to:to] = data[at:end]
        elif kind == 4:
            digits = [i for i in range(at, len(data)) if 48 <= data[i] < 58][:1]
            if digits:
                stop = digits[0]
                while stop < len(data) and 48 <= data[stop] < 58:
                    stop += 1
                data[digits[0]:stop] = rng.choice(NUMBERS)
        elif kind == 5:
            lines = bytes(data).split(b"\n")
            line = rng.randrange(len(lines))
            lines[line:line] = [rng.choice(lines)] * rng.choice([1, 1, 50])
            data = bytearray(b"\n".join(lines))
        elif kind == 6:
            data[at:end] = data[at:end][::-1]
        elif kind == 7 and rng.randrange(8) == 0:
            del data[at:]
        elif kind == 8:
            piece = bytes(data[at:end])
            data[at:at] = piece * rng.choice([2, 10, 500])
    return bytes(data)


def seeds(path):
    if not path:
        return SQL
    full = os.path.join(GOLDEN, path)
    files = [full] if os.path.isfile(full) else [full + "/" + name for name in sorted(os.listdir(full))]
    return [open(file, "rb").read() for file in files]


def database(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        connection.execute("CREATE VIEW v AS SELECT b, count(*) AS n FROM t GROUP BY b")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(i, "x" * i) for i in range(50)])
    connection.close()
    return open(path, "rb").read()


def run(arguments, folder):
    """Exit code (negative: a signal), seconds of processor time, megabytes, what was complained."""
    with open(folder + "/stderr", "wb") as errors:
        process = subprocess.Popen(
            [COSTSIM] + arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30)))
        timer = threading.Timer(6 * SECONDS, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = 0
    took = usage.ru_utime + usage.ru_stime
    code = os.waitstatus_to_exitcode(status)
    return code, took, usage.ru_maxrss / 1024, open(folder + "/stderr", "rb").read(2_000)


def main():
    work = tempfile.mkdtemp(prefix="costsim-mutants-")
    kept = tempfile.mkdtemp(prefix="costsim-mutants-found-")
    tasks = iter(range(COUNT))
    lock = threading.Lock()
    found, codes = [], collections.Counter()
    worst = {"seconds": (0, ""), "megabytes": (0, "")}
    good = database(work + "/good.sqlite")
    names = list(VERBS)

    def worker(number):
        folder = f"{work}/{number}"
        shutil.copytree(GOLDEN + "/fuzz-companions", folder)
        open(folder + "/good.sqlite", "wb").write(good)
        while True:
            with lock:
                task = next(tasks, None)
            if task is None:
                return
            rng = random.Random(SEED * 1_000_003 + task)
            path, file, verbs = VERBS[names[task % len(names)]]
            seed = good if file == "d.sqlite" else rng.choice(seeds(path))
            data = damaged(seed, rng)
            companion = f"{GOLDEN}/fuzz-companions/{file}"
            open(f"{folder}/{file}", "wb").write(data)
            text = data.replace(b"\0", b"").decode("latin-1").split("\n")[0][:5_000]
            if file.endswith(".sql"):
                text = data.replace(b"\0", b"").decode("latin-1")
            verb = rng.choice(verbs)
            words = ["SELECT * FROM t ORDER BY b" if word == "SQL" else word
                     for word in verb.replace("'SELECT * FROM t ORDER BY b'", "SQL").split()]
            arguments = [file if w == "FILE" else text if w == "TEXT" else w for w in words]
            if "TEXT" in words and arguments[-1].startswith("-"):
                arguments.insert(words.index("TEXT"), "--")
            code, took, memory, errors = run(arguments, folder)
            wrong = []
            if code < 0:
                wrong.append(f"signal {-code}")
            elif code not in (0, 2, 99):
                wrong.append(f"exit {code}")
            elif code == 2 and b"rror: " not in errors:
                wrong.append("no message")
            if took > SECONDS:
                wrong.append(f"{took:.1f} s")
            if memory > MEGABYTES:
                wrong.append(f"{memory:.0f} MB")
            with lock:
                codes[code] += 1
                label = f"{task}: {verb}"
                worst["seconds"] = max(worst["seconds"], (round(took, 2), label))
                worst["megabytes"] = max(worst["megabytes"], (round(memory), label))
                if wrong:
                    found.append(label)
                    place = f"{kept}/{task}"
                    shutil.copytree(folder, place, dirs_exist_ok=True)
                    print("FAIL ", label, ", ".join(wrong), place, errors[:200], flush=True)
            if os.path.exists(companion):
                shutil.copy(companion, f"{folder}/{file}")
            for name in ("out", "fitted.yaml", "rejected.csv"):
                shutil.rmtree(f"{folder}/{name}", ignore_errors=True)
                if os.path.isfile(f"{folder}/{name}"):
                    os.remove(f"{folder}/{name}")

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(os.cpu_count() or 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shutil.rmtree(work)
    if not found:
        os.rmdir(kept)
    print(f"{COUNT} damaged inputs for {len(VERBS)} readers, exit codes {dict(codes)}")
    print(f"longest {worst['seconds']}, largest {worst['megabytes']}, {len(found)} failures")
    sys.exit(1 if found else 0)


main()
