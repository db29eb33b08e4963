#!/bin/sh
# See that the tests have a browser and a database server; install them where we may.
set -eu

missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
    missing="$missing postgresql"
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Cài / installing:$missing" >&2
    if apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >&2; then
        exit 0
    fi
fi
echo "Các bài kiểm thử cần thêm phần mềm. Hãy chạy / The tests need more. Please run:" >&2
echo "  sudo apt-get update && sudo apt-get install -y$missing" >&2
exit 1
