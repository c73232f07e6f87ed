#!/usr/bin/env python3
"""Trains Safar's classifier, Rasa's logistic regression and Rasa's DIET on the same examples and asks all three the same.

The peers see the pipeline that `rasa init` writes. DIET takes hours on all examples, so by default all of them get one in
four examples of three languages; `--share 1 --languages ...` measures more. The messages asked are those of tests/nlu.

Usage: .venv/assistant/bin/python benchmarks/understanding.py [--share 0.25] [--languages en ar ne] [--without-diet] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)}
_WORDS = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
PIPELINES: dict[str, list[dict[str, Any]]] = {
    "Safar": [{"name": "components.topic_classifier.TopicClassifier"}],
    "Rasa, logistic regression": [*_WORDS, {"name": "LogisticRegressionClassifier"}],
    "Rasa, DIET": [*_WORDS, {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True}],
}


def write_examples(languages: list[str], share: float, path: Path) -> int:
    """A part of the training examples, the same at every call, in one file; returns how many there are."""
    chosen: dict[str, list[str]] = {}
    draw = random.Random(7)
    for language in languages:
        for source in sorted((ROOT / "data" / "nlu" / language).glob("*.yml")):
            for block in yaml.safe_load(source.read_text(encoding="utf-8"))["nlu"]:
                examples = [line for line in block["examples"].splitlines() if line.startswith("- ")]
                chosen.setdefault(block["intent"], []).extend(line for line in examples if draw.random() < share)
    content = [{"intent": intent, "examples": "\n".join(lines) + "\n"} for intent, lines in chosen.items()]
    path.write_text(yaml.safe_dump({"version": "3.1", "nlu": content}, allow_unicode=True), encoding="utf-8")
    return sum(len(lines) for lines in chosen.values())


def measure(name: str, folder: Path, languages: list[str]) -> dict[str, Any]:
    """Train one pipeline and ask it everything; runs in a process of its own, so that memory is its own."""
    from rasa.core.agent import load_agent
    from rasa.model_training import train_nlu

    from components.evaluation import judge, read_cases, summary

    config = folder / "config.yml"
    config.write_text(yaml.safe_dump({"recipe": "default.v1", "language": "en", "pipeline": PIPELINES[name], "policies": []}))
    begun = time.perf_counter()
    model = train_nlu(str(config), str(folder / "nlu.yml"), str(folder), fixed_model_name="model")
    trained_s = time.perf_counter() - begun
    if model is None:
        sys.exit(f"{name}: Rasa did not train")
    cases = read_cases(ROOT / "tests" / "nlu" / f"heldout.{language}.csv" for language in languages)

    async def ask() -> list[dict[str, Any]]:
        agent = await load_agent(model_path=model)
        for case in cases[:20]:  # warm up
            await judge(agent, case)
        return [await judge(agent, case) for case in cases]

    found = summary(asyncio.run(ask()))
    return {
        "pipeline": name,
        "accuracy": found["accuracy"],
        "top3": found["top3"],
        "train_s": round(trained_s, 1),
        "ms_p50": found["ms_p50"],
        "model_mb": round(Path(model).stat().st_size / 1e6, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.25, help="part of the examples that is trained on (default: 0.25)")
    parser.add_argument("--languages", nargs="+", default=["en", "ar", "ne"], help="default: en ar ne")
    parser.add_argument("--without-diet", action="store_true", help="leave out what takes longest")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=list(PIPELINES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print("\n" + json.dumps(measure(given.only, given.folder, given.languages)))
        return
    rows = []
    with tempfile.TemporaryDirectory() as name:
        count = write_examples(given.languages, given.share, Path(name) / "nlu.yml")
        print(f"{count} examples of {', '.join(given.languages)}", file=sys.stderr)
        for pipeline in PIPELINES:
            if given.without_diet and "DIET" in pipeline:
                continue
            print(f"{pipeline} ...", file=sys.stderr)
            command = [sys.executable, __file__, "--only", pipeline, "--folder", name, "--languages", *given.languages]
            result = subprocess.run(command, env={**os.environ, **QUIET}, cwd=ROOT, capture_output=True, text=True, check=False)
            if result.returncode:
                sys.exit(f"{pipeline} failed:\n{result.stderr[-3000:]}")
            rows.append(json.loads(result.stdout.strip().splitlines()[-1]))
    if given.json:
        print(json.dumps({"examples": count, "languages": given.languages, "pipelines": rows}, indent=2))
        return
    print(f"{'':28}{'right':>8}{'top 3':>8}{'train s':>9}{'ms p50':>8}{'model MB':>10}{'memory MB':>11}")
    for row in rows:
        print(
            f"{row['pipeline']:28}{row['accuracy']:>8.1%}{row['top3']:>8.1%}{row['train_s']:>9}{row['ms_p50']:>8}"
            f"{row['model_mb']:>10}{row['peak_memory_mb']:>11}"
        )


if __name__ == "__main__":
    main()
