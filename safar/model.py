"""The trained model: whether there is one for the files as they are, and making one."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from safar.errors import SafarError
from safar.languages import languages
from safar.settings import ROOT

MODELS = ROOT / "models"
MODEL = MODELS / "safar.tar.gz"
_STAMP = MODELS / "safar.json"
ASSISTANT_PYTHON = ROOT / ".venv" / "assistant" / "bin" / "python"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}
# Large pages of memory: a tenth of the training time was spent on getting small ones (glibc 2.35 and later; ignored elsewhere).
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
# Rasa's command without Python's search for garbage, of which training makes little but through whose millions of objects it goes
# time and again, and without freeing them one by one at the end. What does not need Rasa is done by other processes.
_RASA = """
import gc, os, sys
gc.disable()
from components.ahead import begin, end
begin()
from rasa.__main__ import main
main()
end()
sys.stdout.flush()
os._exit(0)
"""


class TrainingFailed(SafarError):
    """Rasa could not train; the model that was there is untouched."""


def training_files() -> list[Path]:
    """Everything the model is made from."""
    folders = [ROOT / "data" / "nlu" / code for code in languages()]
    folders += [ROOT / "data" / name for name in ("frames", "rules", "stories")]
    data = [path for folder in folders for path in folder.glob("*.yml")]
    code = list((ROOT / "components").glob("*.py"))
    return sorted([*data, *code, ROOT / "config.yml", ROOT / "domain.yml", ROOT / "data" / "languages.yml"])


def fingerprint() -> str:
    """See `fingerprint_of`, of all training files."""
    return fingerprint_of(training_files())


def fingerprint_of(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents of files of the repository."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the model was made from the files as they are now."""
    try:
        return MODEL.exists() and json.loads(_STAMP.read_text())["fingerprint"] == fingerprint()
    except (OSError, ValueError, KeyError):
        return False


def train(progress: Callable[[str], None] = print) -> None:
    """Train a model and put it in the place of the one before.

    Raises:
        TrainingFailed: with the end of Rasa's output.
    """
    made_from = fingerprint()
    data = [str(ROOT / "data" / "nlu" / code) for code in languages()] + [
        str(ROOT / "data" / "rules"),
        str(ROOT / "data" / "stories"),
    ]
    command = [str(ASSISTANT_PYTHON), "-c", _RASA, "train", "--domain", "domain.yml", "--config", "config.yml"]
    command += ["--data", *data, "--out", str(MODELS), "--fixed-model-name", "safar-new"]
    command.append("--skip-validation")  # a quarter of the time; `make test` validates (scripts/lint.sh)
    progress(f"Training on {len(training_files())} files in {len(languages())} languages (a minute or two) ...")
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **QUIET, **_LARGE_PAGES, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    fresh = MODELS / "safar-new.tar.gz"
    if result.returncode or not fresh.exists():
        raise TrainingFailed("Training failed. The end of Rasa's output:\n" + (result.stdout + result.stderr)[-3000:])
    fresh.replace(MODEL)
    _STAMP.write_text(json.dumps({"fingerprint": made_from}))
    progress(f"Trained: {MODEL.relative_to(ROOT)} ({MODEL.stat().st_size / 1e6:.1f} MB)")
