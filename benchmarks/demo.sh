#!/bin/sh
# From nothing to a filled, computed demonstration: sh benchmarks/demo.sh (the bar is 30 s)
set -eu
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
time -p .venv/bin/cchc demo --no-serve --home "$home/demo" >/dev/null
