#!/bin/sh
# Build a virtual environment from a lock file with hashes: environment.sh FOLDER LOCK
set -eu
folder=$1
lock=$2
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null 2>&1; then
    say "Chưa có Python. Hãy chạy / Please run:  sudo apt-get install -y python3 python3-venv"
    exit 1
fi
if ! "$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))'; then
    say "Cần Python 3.11 trở lên, máy có $("$python" --version). Ví dụ: make PYTHON=python3.12"
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    say "Thiếu mô-đun venv. Hãy chạy / Please run:  sudo apt-get install -y python3-venv"
    exit 1
fi

say "Dựng môi trường $folder từ $lock …"
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
"$folder/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes -r "$lock"
"$folder/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
touch "$folder/ready"
