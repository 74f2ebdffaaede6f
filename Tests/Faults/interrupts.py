#!/usr/bin/env python3
"""Signals at random moments of six verbs: interrupts.py PATH-OF-COSTSIM [COUNT [SEED]]

An older report lies where the verb writes. Whenever it is interrupted, all of the old one must be
there, or all of the new one, and no temporary file: in the reports, beside them, in TMPDIR.
"""
import collections, os, random, shutil, signal, subprocess, sys, tempfile, time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
COSTSIM = os.path.realpath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20_261_129
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
TWO = "scenarios/two-tier.yaml"
# What was written before, and what is interrupted: into out, and to files beside it.
VERBS = {
    "run": ("run TWO --users 20 --calls calls.csv --out out --seed 1",
            "run TWO --users 20 --calls calls.csv --out out --seed 2"),
    "run --ledger": ("run TWO --users 10 --ledger --out out --seed 1",
                     "run TWO --users 10 --ledger --out out --seed 2"),
    "replay": ("replay log.csv --scenario TWO --calls calls.csv --out out --policy logged",
               "replay log.csv --scenario TWO --calls calls.csv --out out"),
    "sensitivity": ("sensitivity TWO --users 20 --out out", "sensitivity TWO --users 50 --out out"),
    "check": ("check TWO --users 50 --baseline baseline.yaml --out out",
              "check TWO --users 100 --baseline baseline.yaml --out out"),
    "price": ("price usage.csv --catalog CAT -o out/priced.csv --skip-bad-rows 2",
              "price usage2.csv --catalog CAT -o out/priced.csv --skip-bad-rows 2"),
}


def arguments(text):
    places = {"TWO": TWO, "CAT": "scenarios/catalogs/documents.yaml"}
    return [COSTSIM] + [places.get(word, word) for word in text.split()] + ["-q"]


def content(folder):
    """What commands have written: every file but the inputs."""
    files = {}
    for name in ["out", "calls.csv", "rejected.csv"]:
        path = f"{folder}/{name}"
        for place, _, names in os.walk(path):
            for file in names:
                full = f"{place}/{file}"
                files[os.path.relpath(full, folder)] = open(full, "rb").read()
        if os.path.isfile(path):
            files[name] = open(path, "rb").read()
    return files


def reset(folder, files):
    for name in ["out", "calls.csv", "rejected.csv"]:
        shutil.rmtree(f"{folder}/{name}", ignore_errors=True)
        if os.path.isfile(f"{folder}/{name}"):
            os.remove(f"{folder}/{name}")
    for name, data in files.items():
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        open(f"{folder}/{name}", "wb").write(data)


def temporaries(folder):
    return [f"{place}/{name}" for place, folders, files in os.walk(folder)
            for name in folders + files if name.startswith((".costsim-", "costsim-"))]


def main():
    rng = random.Random(SEED)
    work = tempfile.mkdtemp(prefix="interrupts-")
    environment = dict(os.environ, TMPDIR=work + "/tmp")
    os.mkdir(work + "/tmp")
    shutil.copytree(ROOT + "/scenarios", work + "/scenarios")

    def call(text, **options):
        return subprocess.run(arguments(text), cwd=work, env=environment, check=True, **options)

    call("run TWO --users 20 --out made --calls log.csv")
    call("baseline TWO --simulate-up-to 100 -o baseline.yaml")
    rows = ["model,input_tokens,output_tokens"] + ["gpt-4o-mini,1000,300"] * 20_000 + ["gpt-4o-mini,x,1"]
    models = subprocess.run(arguments("catalog list CAT --columns model --top 1")[:-1], cwd=work,
                            capture_output=True, text=True).stdout.split()
    rows = [row.replace("gpt-4o-mini", models[-1]) for row in rows]
    open(work + "/usage.csv", "w").write("\n".join(rows) + "\n")
    open(work + "/usage2.csv", "w").write("\n".join(rows + rows[1:]) + "\n")
    states = {}
    for verb, (before, after) in VERBS.items():
        reset(work, {})
        call(before)
        old = content(work)
        start = time.time()
        call(after)
        took = time.time() - start
        states[verb] = (old, content(work), took)
        assert states[verb][0] != states[verb][1], verb
    failures, ends = 0, collections.Counter()
    for number in range(COUNT):
        verb = list(VERBS)[number % len(VERBS)]
        old, new, took = states[verb]
        # Half of the time there was nothing.
        old = old if number // len(VERBS) % 2 else {}
        reset(work, old)
        process = subprocess.Popen(
            arguments(VERBS[verb][1]), cwd=work, env=environment, stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
        # Commits come last: half of all signals near the end.
        share = rng.random() if rng.random() < 0.5 else 0.8 + 0.4 * rng.random()
        time.sleep(took * share)
        number_sent = rng.choice(SIGNALS)
        process.send_signal(number_sent)
        complaint = process.stderr.read()
        code = process.wait()
        found = content(work)
        wrong = []
        if temporaries(work):
            wrong.append(f"temporaries {temporaries(work)}")
        if found not in (old, new):
            wrong.append("mixed: " + ", ".join(
                f"{name} {'old' if found.get(name) == old.get(name) else 'new' if found.get(name) == new.get(name) else 'neither'}"
                for name in sorted({*found, *old, *new})))
        if code not in (0, 128 + number_sent, -number_sent):
            wrong.append(f"exit {code}")
        if complaint:
            wrong.append(str(complaint[:200]))
        ends[f"{'new' if found == new else 'old'}, exit {code}"] += 1
        if wrong:
            failures += 1
            print("FAIL ", number, verb, number_sent.name, "; ".join(wrong), flush=True)
            for path in temporaries(work):
                shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(work)
    print(f"{COUNT} interrupts of {len(VERBS)} verbs: {dict(sorted(ends.items()))}, {failures} failures")
    sys.exit(1 if failures else 0)


main()
