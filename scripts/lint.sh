#!/usr/bin/env bash
# All linters and type checks. Needs scripts/setup.sh --dev.
set -euo pipefail
cd "$(dirname "$0")/.."
export SAFAR_VAR="${SAFAR_VAR:-$(mktemp -d)}" RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH="$PWD"
step() { printf '\033[1m%s\033[0m\n' "$*"; }

step "ruff"; .venv/web/bin/ruff check .; .venv/web/bin/ruff format --check .
step "mypy, web environment"; .venv/web/bin/mypy safar bot console manage.py
step "mypy, assistant environment"; .venv/assistant/bin/mypy --config-file mypy-assistant.ini components actions
step "migrations"; .venv/web/bin/python manage.py makemigrations --check --dry-run -v0
step "catalogues"; bin/safar messages --check
step "widget"; (cd widget && npm run --silent lint)
step "shell"; command -v shellcheck >/dev/null || { echo "shellcheck is missing. Install it with: apt-get install shellcheck" >&2; exit 1; }
shellcheck bin/safar scripts/*.sh .ci/run
step "rasa data validate"
languages=$(.venv/web/bin/python -c "from safar.languages import languages; print(' '.join(f'data/nlu/{code}' for code in languages()))")
# Rasa does not see which responses the actions use (tests/shared/test_content.py looks at that), and some intents are
# buttons only. Any other warning fails.
# shellcheck disable=SC2086  # several folders on purpose
SAFAR_ACTIONS_URL=http://127.0.0.1:5055 SAFAR_TRACKER_DB="$SAFAR_VAR/tracker.sqlite3" \
  .venv/assistant/bin/python -m rasa data validate --domain domain.yml --config config.yml --data $languages data/rules >"$SAFAR_VAR/validate.log" 2>&1 ||
  { tail -40 "$SAFAR_VAR/validate.log" >&2; exit 1; }
expected="is not used in any story or rule|intent '(choose_group|confirm_delete|keep_data|show_sources|safety_check|checklist|complaint|my_data|watched_phone)' .* not found in the NLU training data"
if grep "UserWarning" "$SAFAR_VAR/validate.log" | grep -vE "$expected" >&2; then exit 1; fi
grep -q "No story structure conflicts found" "$SAFAR_VAR/validate.log"
