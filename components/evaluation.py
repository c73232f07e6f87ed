"""Measures understanding on messages with known topics. Runs in the assistant's environment; `safar evaluate` calls it.

Usage: python -m components.evaluation MODEL CHART WORDS CASES.csv...
CHART may be empty; WORDS: so many words of the beginning of each message are asked, 0 for all. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import csv
import json
import logging
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.utils.log_utils import configure_structlog

from components.follow_up_recogniser import ANSWERED
from safar.topics import OUT_OF_SCOPE, catalogue

HEADER = ("language", "text", "topic")
AFTER_AN_ANSWER = "after"  # the style of messages that come after an answer; all others are first messages


def read_cases(paths: Iterable[Path]) -> list[dict[str, str]]:
    """The rows of all files. `alt` may hold another fair topic, or several with `|` between them.

    Raises:
        SystemExit: a file lacks a column or names a topic that does not exist.
    """
    known = {*catalogue().topics, *catalogue().conversation, *catalogue().follow_ups}
    cases = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in HEADER if name not in (reader.fieldnames or [])]
            if missing:
                sys.exit(f"{path}: the column {', '.join(missing)} is missing; the header is language,text,topic[,alt,style]")
            for number, row in enumerate(reader, start=2):
                case = {name: (row.get(name) or "").strip() for name in (*HEADER, "alt", "style")}
                for topic in _fair(case) - known:
                    sys.exit(f"{path}, row {number}: '{topic}' is no topic of data/topics.yml")
                cases.append(case)
    return cases


def _fair(case: dict[str, Any]) -> set[str]:
    """The topics that answer a case."""
    return {case["topic"], *filter(None, case["alt"].split("|"))}


def beginnings(cases: Iterable[dict[str, str]], words: int) -> list[dict[str, str]]:
    """The first words of longer messages: people begin with these, and the language has to be known by then."""
    pieces = ((case, case["text"].split()) for case in cases)
    return [{**case, "text": " ".join(piece[:words])} for case, piece in pieces if len(piece) > words]


async def judge(agent: Agent, case: dict[str, str]) -> dict[str, Any]:
    """One case with what the pipeline made of it."""
    begun = time.perf_counter()
    parse = await agent.processor.parse_message(UserMessage(case["text"], metadata={ANSWERED: case["style"] == AFTER_AN_ANSWER}))
    elapsed_ms = (time.perf_counter() - begun) * 1000
    ranking = [entry for entry in parse.get("intent_ranking") or [] if entry["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME]
    if parse["intent"]["name"] in catalogue().follow_ups:
        ranking = [parse["intent"], *ranking]
    asked = parse["intent"]["name"] in (DEFAULT_NLU_FALLBACK_INTENT_NAME, None)
    best: dict[str, Any] = ranking[0] if ranking else {"name": None, "confidence": 0.0}
    fair = _fair(case)
    return {
        **case,
        "predicted": best["name"],
        "confidence": round(float(best["confidence"]), 4),
        "second": ranking[1]["name"] if len(ranking) > 1 else None,
        "second_topic": (parse.get("second_topic") or {}).get("name"),
        "top3": [entry["name"] for entry in ranking[:3]],
        "asked": asked,
        "right": best["name"] in fair,
        "in_top3": bool(fair & {entry["name"] for entry in ranking[:3]}),
        "urgent": bool((parse.get("urgency") or {}).get("urgent")),
        "urgency_score": (parse.get("urgency") or {}).get("score") or 0.0,
        "evidence": (parse.get("urgency") or {}).get("evidence") or [],
        "recognised": (parse.get("language") or {}).get("name"),
        "ms": round(elapsed_ms, 3),
    }


def _share(rows: list[dict[str, Any]], name: str) -> float | None:
    return round(sum(1 for row in rows if row[name]) / len(rows), 4) if rows else None


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of docs/quality.md for a set of judged cases."""
    urgent_topics = catalogue().urgent
    urgent = [row for row in rows if row["topic"] in urgent_topics]
    calm = [row for row in rows if not urgent_topics & _fair(row)]
    answered = [row for row in rows if not row["asked"]]
    wrong = [row for row in answered if not row["right"]]
    out = [row for row in rows if row["topic"] == OUT_OF_SCOPE]
    ms = sorted(row["ms"] for row in rows)
    return {
        "cases": len(rows),
        "accuracy": _share(rows, "right"),
        "top3": _share(rows, "in_top3"),
        "answered_at_once": round(len(answered) / len(rows), 4),
        "wrong_without_asking": round(len(wrong) / len(rows), 4),
        "urgent_recall": _share(urgent, "urgent"),
        "urgent_false_alarms": _share(calm, "urgent"),
        "out_of_scope_recall": _share(out, "right"),
        "language": round(sum(1 for row in rows if row["recognised"] == row["language"]) / len(rows), 4),
        "ms_p50": ms[len(ms) // 2],
        "ms_p95": ms[int(len(ms) * 0.95)],
        "calibration_error": calibration_error(rows),
    }


def calibration_error(rows: list[dict[str, Any]], bins: int = 10) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over equally wide bins, weighted by size."""
    table: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        table[min(int(row["confidence"] * bins), bins - 1)].append(row)
    gaps = (abs(sum(r["confidence"] for r in part) - sum(r["right"] for r in part)) for part in table.values())
    return round(float(sum(gaps)) / len(rows), 4)


def report(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All figures: overall, by language, by style, by language and style, and the pairs most often confused."""
    groups: dict[str, defaultdict[str, list[dict[str, Any]]]] = {name: defaultdict(list) for name in ("language", "style")}
    for row in rows:
        for name, table in groups.items():
            if row[name]:
                table[row[name]].append(row)
    confused = Counter((row["topic"], row["predicted"]) for row in rows if not row["right"])
    return {
        "overall": summary(rows),
        **{f"by_{name}": {key: summary(part) for key, part in sorted(table.items())} for name, table in groups.items()},
        "confused": [{"topic": topic, "predicted": guess, "count": count} for (topic, guess), count in confused.most_common(20)],
        "rows": rows,
    }


def draw(found: dict[str, Any], path: Path) -> None:
    """Accuracy by language, and how many answers are wrong when only the surest part is answered."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, (bars, curve) = pyplot.subplots(1, 2, figsize=(11, 4))
    by_language = found["by_language"]
    bars.bar(list(by_language), [part["accuracy"] * 100 for part in by_language.values()], color="#0b6e4f")
    bars.axhline(95, color="#b00020", linewidth=1, linestyle="--")
    bars.set(title="Right topic by language (%), target 95", ylim=(0, 100))
    rows = sorted(found["rows"], key=lambda row: -row["confidence"])
    wrong, points = 0, []
    for number, row in enumerate(rows, start=1):
        wrong += not row["right"]
        points.append((number / len(rows) * 100, wrong / number * 100))
    curve.plot(*zip(*points, strict=False), color="#1f5fbf")
    curve.set(title="Wrong among the answered (%)", xlabel="answered, surest first (%)", xlim=(0, 100), ylim=(0, None))
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


async def _main(model: str, chart: str, words: int, files: list[str]) -> None:
    cases = read_cases(Path(name) for name in files)
    if words:
        cases = beginnings(cases, words)
    if not cases:
        sys.exit("The files hold no cases.")
    configure_structlog(logging.WARNING)  # as in a started Safar: a line for each message takes time
    agent = await load_agent(model_path=model)
    for case in cases[:20]:  # warm up, so that the first messages do not count the loading of code
        await judge(agent, case)
    rows = []
    for number, case in enumerate(cases, start=1):
        rows.append(await judge(agent, case))
        if number % 500 == 0:
            print(f"{number} of {len(cases)} messages", file=sys.stderr)
    found = report(rows)
    if chart:
        draw(found, Path(chart))
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
