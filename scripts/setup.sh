#!/usr/bin/env bash
# Makes the two Python environments and the widget, from hashed lock files. Safe to run again: what is
# up to date is left alone. Usage: scripts/setup.sh [--dev]   (--dev adds what tests and linters need)
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*"; }
die() { printf 'safar: %s\n' "$*" >&2; exit 1; }

[ "${1:-}" = "--help" ] && { sed -n '2,3p' "$0" | cut -c3-; exit 0; }
dev=""; [ "${1:-}" = "--dev" ] && dev=yes

free_mb=$(df -Pm . | awk 'NR==2 {print $4}')
[ -d .venv/assistant ] || [ "$free_mb" -ge 4500 ] ||
  die "only ${free_mb} MB free on this disk; the environments need 4500 MB. Free some space and start again."

find_python() { # version -> path of a working interpreter
  local version=$1 candidate
  for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python "/opt/python/$version/bin/python3"; do
    candidate=$(command -v "$candidate" 2>/dev/null) || continue
    if "$candidate" -c "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != tuple(map(int, '$version'.split('.'))))" 2>/dev/null; then
      echo "$candidate"; return 0
    fi
  done
  if command -v uv >/dev/null 2>&1; then
    uv python find --offline "$version" 2>/dev/null && return 0
    uv python install "$version" >&2 && uv python find "$version" && return 0
  fi
  return 1
}

need_python() {
  find_python "$1" || die "Python $1 is missing. Install it with one of: uv python install $1 | pyenv install $1 | apt-get install python$1-venv"
}

python_web=$(need_python 3.12)
python_assistant=$(need_python 3.10)

if [ ! -x .venv/tools/bin/uv ] || ! cmp -s requirements/tools.txt .venv/tools/lock; then
  say "Installing uv, the package installer"
  "$python_web" -m venv --clear .venv/tools
  .venv/tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
  cp requirements/tools.txt .venv/tools/lock
fi

environment() { # name, interpreter
  local name=$1 python=$2 locks=("requirements/$1.txt")
  [ -n "$dev" ] && locks+=("requirements/$name-dev.txt")
  if [ -f ".venv/$name/lock" ] && cat "${locks[@]}" | cmp -s - ".venv/$name/lock"; then return; fi
  # Without --dev an environment that holds the development tools as well is good enough.
  if [ -z "$dev" ] && [ -f ".venv/$name/lock" ] && cat "${locks[@]}" "requirements/$name-dev.txt" | cmp -s - ".venv/$name/lock"; then return; fi
  say "Installing the environment '$name' ($("$python" --version))"
  [ -x ".venv/$name/bin/python" ] || .venv/tools/bin/uv venv --quiet --python "$python" ".venv/$name"
  local arguments=()
  for lock in "${locks[@]}"; do arguments+=(-r "$lock"); done
  VIRTUAL_ENV=".venv/$name" .venv/tools/bin/uv pip install --require-hashes "${arguments[@]}"
  cat "${locks[@]}" > ".venv/$name/lock"
}

environment web "$python_web"
environment assistant "$python_assistant"

command -v npm >/dev/null 2>&1 || die "npm is missing; it builds the web widget and fetches fonts. Install it with: apt-get install nodejs npm"
if [ ! -d fonts/node_modules ] || ! cmp -s fonts/package-lock.json fonts/node_modules/lock; then
  say "Fetching the fonts of letters"
  (cd fonts && npm ci --no-audit --no-fund --loglevel=error)
  cp fonts/package-lock.json fonts/node_modules/lock
fi
sources=$(cat widget/package-lock.json widget/src/* widget/worker/* widget/*.mjs widget/tsconfig.json | cksum)
if [ ! -f widget/dist/safar-chat.js ] || [ "$sources" != "$(cat widget/dist/sources 2>/dev/null)" ]; then
  say "Building the web widget"
  if [ ! -d widget/node_modules ] || ! cmp -s widget/package-lock.json widget/node_modules/lock; then
    (cd widget && npm ci --no-audit --no-fund --loglevel=error)
    cp widget/package-lock.json widget/node_modules/lock
  fi
  (cd widget && npm run --silent build)
  printf '%s' "$sources" > widget/dist/sources
fi
