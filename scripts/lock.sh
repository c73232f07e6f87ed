#!/usr/bin/env bash
# Resolves requirements/*.in into lock files with versions and hashes, and nothing of where they came from.
# A release younger than seven days is not taken: a stolen account is usually noticed by then.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x .venv/tools/bin/uv ] || { echo "Run 'make setup' first: it installs uv." >&2; exit 1; }
before=$(date -u -d '7 days ago' +%Y-%m-%dT00:00:00Z)
resolve() { # name, Python version
  .venv/tools/bin/uv pip compile "requirements/$1.in" -o "requirements/$1.txt" --python-version "$2" --python ".venv/$3/bin/python" \
    --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet --exclude-newer "$before" --upgrade
}
resolve tools 3.12 web
resolve web 3.12 web
resolve web-dev 3.12 web
resolve assistant 3.10 assistant
resolve assistant-dev 3.10 assistant
