"""Runs afterword beside other programs and prints who took how long. See peers.sh, which calls it.

    peers.py imports LOG WORK ROUNDS      every import, one after the other, ROUNDS times
    peers.py questions WORK ROUNDS        the questions of questions.tsv over the store in WORK
"""

import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import time

AFTERWORD = "target/release/afterword"
BIN = "target/peers/bin"
HERE = os.path.dirname(os.path.abspath(__file__))
FACETS = ["channel", "version", "status", "intents", "actions", "slots", "flows", "escalated"]
LISTS = {"intents", "actions", "slots", "flows"}


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {time.strftime('%Y-%m-%d')}"


def run(command, work):
    """Wall seconds and peak memory in bytes of one command."""
    with open(os.path.join(work, "out"), "wb") as out:
        began = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        took = time.monotonic() - began
    if status != 0:
        sys.exit(f"{command[0]} failed: {said.decode(errors='replace')[-500:]}")
    return took, usage.ru_maxrss * 1024


def imports(log, work, rounds):
    size = os.path.getsize(log)
    store = os.path.join(work, "store.db")
    duck = "import duckdb,sys; duckdb.connect(sys.argv[2]).execute(\"create table logs as select * from read_json_auto(?, format='newline_delimited', maximum_object_size=67108864)\", [sys.argv[1]])"
    peers = {
        "afterword import": ([AFTERWORD, "--store", store, "-q", "import", log], [store]),
        "sqlite-utils insert": (
            [f"{BIN}/sqlite-utils", "insert", f"{work}/utils.db", "logs", log, "--nl"],
            [f"{work}/utils.db"],
        ),
        "jq -c": (["jq", "-c", ".", log], []),
        "DuckDB read_json_auto": (
            [f"{BIN}/python", "-c", duck, log, f"{work}/duck.db"],
            [f"{work}/duck.db"],
        ),
    }
    walls = {name: [] for name in peers}
    memory = dict.fromkeys(peers, 0)
    sizes = dict.fromkeys(peers, 0)
    for _ in range(rounds):
        for name, (command, files) in peers.items():
            for file in files:
                for suffix in ("", "-wal", "-shm", ".wal"):
                    if os.path.exists(file + suffix):
                        os.remove(file + suffix)
            took, peak = run(command, work)
            walls[name].append(took)
            memory[name] = max(memory[name], peak)
            sizes[name] = sum(os.path.getsize(file) for file in files)
    print(f"imports of {log}, {size / 1e6:.0f} MB, {rounds} rounds; {machine()}\n")
    bars = {"sqlite-utils insert": 4.5, "jq -c": 3.5, "DuckDB read_json_auto": 2.0}
    own = statistics.median(walls["afterword import"])
    print(f"{'':24}{'wall s':>8}{'best':>8}{'MB/s':>8}{'memory MB':>11}{'file MB':>9}{'afterword is faster':>21}{'bar':>6}")
    for name, taken in walls.items():
        median = statistics.median(taken)
        ratio = "" if name == "afterword import" else f"{median / own:.1f} times"
        bar = bars.get(name, "")
        print(
            f"{name:24}{median:8.1f}{min(taken):8.1f}{size / 1e6 / median:8.0f}{memory[name] / 1e6:11.0f}"
            f"{sizes[name] / 1e6:9.0f}{ratio:>21}{bar:>6}"
        )
    print(f"\nThe store is {sizes['afterword import'] / size:.1%} of the JSON.\n")


def read_questions():
    """Question -> its terms, each (filter, SQL, facet that ignores it)."""
    found = {}
    with open(os.path.join(HERE, "questions.tsv"), encoding="utf-8") as lines:
        for name, term, sql, facet in csv.reader((l for l in lines if l[0] != "#"), delimiter="\t"):
            terms = found.setdefault(name, [])
            if term:
                terms.append((term, sql, facet))
    return found


def where(terms, but=None):
    conditions = [sql for _, sql, facet in terms if facet == "" or facet != but]
    return "WHERE " + " AND ".join(conditions) if conditions else ""


def table(work):
    """DuckDB's table of the conversations in the store, one row each."""
    import duckdb

    lines = os.path.join(work, "conversations.jsonl")
    with open(lines, "wb") as out:
        subprocess.run([AFTERWORD, "--store", os.path.join(work, "store.db"), "list", "--json"], stdout=out, check=True)
    con = duckdb.connect(os.path.join(work, "questions.db"))
    con.execute("SET TimeZone = 'UTC'")
    con.execute(
        """CREATE TABLE conversation AS
        SELECT id, channel, version, status, escalated, messages,
            CAST(round(min_confidence * 10000) AS INTEGER) AS min_confidence,
            started_at AS started, ended_at AS ended,
            hour(started_at) * 60 + minute(started_at) AS minute,
            json_keys(intents) AS intents, json_keys(actions) AS actions, json_keys(slots) AS slots,
            list_distinct(from_json(json_extract(flows, '$[*].name'), '["VARCHAR"]')) AS flows
        FROM read_json(?, format = 'newline_delimited', columns = {
            id: 'VARCHAR', channel: 'VARCHAR', version: 'VARCHAR', status: 'VARCHAR',
            escalated: 'BOOLEAN', messages: 'INTEGER', min_confidence: 'DOUBLE',
            started_at: 'TIMESTAMP', ended_at: 'TIMESTAMP',
            intents: 'JSON', actions: 'JSON', slots: 'JSON', flows: 'JSON'})
        ORDER BY ended DESC""",
        [lines],
    )
    os.remove(lines)
    return con


def ask(con, terms):
    """Page, count and facets; gives the count."""
    con.execute(f"SELECT id FROM conversation {where(terms)} ORDER BY ended DESC LIMIT 50").fetchall()
    (count,) = con.execute(f"SELECT count(*) FROM conversation {where(terms)}").fetchone()
    for facet in FACETS:
        value = f"unnest({facet})" if facet in LISTS else facet
        con.execute(
            f"SELECT v, count(*) FROM (SELECT {value} AS v FROM conversation {where(terms, facet)})"
            " GROUP BY v ORDER BY 2 DESC LIMIT 20"
        ).fetchall()
    return count


def questions(work, rounds):
    con = table(work)
    store = os.path.join(work, "store.db")
    done = subprocess.run(
        ["cargo", "bench", "--quiet", "--bench", "questions"],
        env={**os.environ, "AFTERWORD_BENCH_STORE": os.path.abspath(store), "TZ": "UTC"},
        stdout=subprocess.PIPE,
        check=True,
    )
    own = {line["question"]: line for line in map(json.loads, done.stdout.decode().splitlines())}
    print(f"page of 50, count and {len(FACETS)} facets; bar: 20 times faster than DuckDB")
    print(f"\n{'':58}{'matching':>10}{'first ms':>10}{'again ms':>10}{'DuckDB ms':>11}{'first':>12}{'again':>12}")
    for name, terms in read_questions().items():
        taken = []
        for _ in range(2 * rounds + 1):
            began = time.monotonic()
            count = ask(con, terms)
            taken.append((time.monotonic() - began) * 1000)
        ours = own[name]
        if ours["matching"] != count:
            sys.exit(f"{name}: afterword found {ours['matching']}, DuckDB {count}")
        duck = statistics.median(taken)
        first, again = ours["first_ms"], ours["p50_ms"]
        print(
            f"{name:58}{count:10}{first:10.2f}{again:10.2f}{duck:11.1f}{duck / first:6.0f} times{duck / again:6.0f} times"
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["imports", log, work, rounds]:
            imports(log, work, int(rounds))
        case ["questions", work, rounds]:
            questions(work, int(rounds))
        case _:
            sys.exit(__doc__)
