#!/usr/bin/env bash
# afterword beside what people would use instead, on the same file in the same run:
#
#   benches/peers.sh [CONVERSATIONS] [ROUNDS]        100000 and 3 unless said
#
# Imports: sqlite-utils insert, jq -c, DuckDB read_json_auto. Filters: DuckDB over a table of the same
# conversations, the questions of benches/questions.tsv. Installs sqlite-utils and duckdb from PyPI into
# target/peers and jq from Debian's packages where it is missing. Prints medians of wall time, the peak of
# memory, and how many times faster afterword is.
set -euo pipefail
cd "$(dirname "$0")/.."
conversations=${1:-100000}
rounds=${2:-3}

need() {
    command -v "$1" >/dev/null && return
    local sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo -n)
    "${sudo[@]}" apt-get install -y -qq "$2" >/dev/null
}
need jq jq
need python3 python3
python3 -m venv --help >/dev/null 2>&1 || need python3-venv python3-venv
if [ ! -x target/peers/bin/sqlite-utils ]; then
    python3 -m venv target/peers
    target/peers/bin/pip install --quiet --upgrade sqlite-utils duckdb
fi

cargo build --release --quiet --bin afterword --example make_log
mkdir -p target/bench
log=target/bench/$conversations.jsonl
if [ ! -e "$log" ]; then
    target/release/examples/make_log "$conversations" >"$log.part"
    mv "$log.part" "$log"
fi
work=$(mktemp -d "target/peers/run.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Reading the file once keeps the disk out of everybody's figures.
cat "$log" >/dev/null

target/peers/bin/python benches/peers.py imports "$log" "$work" "$rounds"
target/peers/bin/python benches/peers.py questions "$work" "$rounds"
