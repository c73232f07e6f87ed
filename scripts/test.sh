#!/usr/bin/env bash
# Sets up, trains if needed, runs all linters and all tests. Usage: scripts/test.sh [arguments for the end-to-end pytest]
set -euo pipefail
cd "$(dirname "$0")/.."
die() { echo "$*" >&2; exit 1; }
step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

command -v chromium >/dev/null || die "chromium is missing; the browser tests drive it. Install it with: apt-get install chromium"
scripts/setup.sh --dev
SAFAR_VAR=$(mktemp -d -t safar-test-XXXXXX)
export SAFAR_VAR RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH="$PWD"
trap 'rm -rf "$SAFAR_VAR"' EXIT

scripts/lint.sh
step "Widget tests"
(cd widget && npm run --silent test)
step "Shared package, gateway and console"
.venv/web/bin/pytest --quiet
step "Model"
bin/safar train --if-needed
step "Components and actions"
.venv/assistant/bin/python -m pytest -c pytest-assistant.ini --rootdir=. --quiet
step "Rasa stories"
SAFAR_ACTIONS_URL=http://127.0.0.1:5055 SAFAR_TRACKER_DB="$SAFAR_VAR/tracker.sqlite3" PYTHONWARNINGS=ignore \
  .venv/assistant/bin/python -m rasa test core --stories tests/stories --model models/safar.tar.gz --out "$SAFAR_VAR/stories" \
  --fail-on-prediction-errors --no-plot 2>&1 | grep -vE "it/s|Warning|^ |^$" | tail -5
step "The whole of Safar, end to end"
.venv/web/bin/pytest -c pytest-e2e.ini --rootdir=. --quiet "$@"
