#!/usr/bin/env bash
# All linters and type checks. Needs scripts/setup.sh --dev.
set -euo pipefail
cd "$(dirname "$0")/.."
export SAFAR_VAR="${SAFAR_VAR:-$(mktemp -d)}" RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH="$PWD"
step() { printf '\033[1m%s\033[0m\n' "$*"; }

step "ruff"; .venv/web/bin/ruff check . && .venv/web/bin/ruff format --check .
step "mypy, web environment"; .venv/web/bin/mypy safar bot console manage.py
step "mypy, assistant environment"; .venv/assistant/bin/mypy --config-file mypy-assistant.ini components actions
step "migrations"; .venv/web/bin/python manage.py makemigrations --check --dry-run -v0
step "catalogues"; bin/safar messages --check
step "widget"; (cd widget && npm run --silent lint)
step "shell"; command -v shellcheck >/dev/null || { echo "shellcheck is missing. Install it with: apt-get install shellcheck" >&2; exit 1; }
shellcheck bin/safar scripts/*.sh .ci/run
step "rasa data validate"
languages=$(.venv/web/bin/python -c "from safar.languages import languages; print(' '.join(f'data/nlu/{code}' for code in languages()))")
# shellcheck disable=SC2086  # several folders on purpose
SAFAR_ACTIONS_URL=http://127.0.0.1:5055 SAFAR_TRACKER_DB="$SAFAR_VAR/tracker.sqlite3" PYTHONWARNINGS=ignore \
  .venv/assistant/bin/python -m rasa data validate --fail-on-warnings --domain domain.yml --config config.yml --data $languages data/rules 2>&1 | tee "$SAFAR_VAR/validate.log" | grep -vE "^$|Processed|it/s" | tail -5
