"""Reading cases and counting: what `safar evaluate` says rests on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.evaluation import beginnings, calibration_error, read_cases, summary

CASE = {"language": "en", "text": "they keep my passport and pay", "topic": "passport_confiscated"}
CASE |= {"alt": "wages_unpaid|privacy", "style": "story"}


def written(folder: Path, rows: str) -> Path:
    path = folder / "cases.csv"
    path.write_text("language,text,topic,alt,style\n" + rows, encoding="utf-8")
    return path


def test_several_topics_may_be_fair(tmp_path: Path) -> None:
    assert read_cases([written(tmp_path, ",".join(CASE.values()))]) == [CASE]


@pytest.mark.parametrize("row", ["en,no pay,wages_unpayd,,plain", "en,no pay,wages_unpaid,privacy|pivacy,plain"])
def test_a_topic_that_does_not_exist_is_named(tmp_path: Path, row: str) -> None:
    with pytest.raises(SystemExit, match="row 2: '(wages_unpayd|pivacy)' is no topic"):
        read_cases([written(tmp_path, row)])


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("language,text\nen,hello\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="the column topic is missing"):
        read_cases([path])


def test_beginnings_are_of_longer_messages_only() -> None:
    assert [case["text"] for case in beginnings([CASE, {**CASE, "text": "no pay"}], 2)] == ["they keep"]


def judged(**changed: object) -> dict[str, object]:
    row = {
        **CASE,
        "right": True,
        "in_top3": True,
        "asked": False,
        "urgent": False,
        "recognised": "en",
        "confidence": 0.95,
        "ms": 1.0,
    }
    return row | changed


def test_the_figures() -> None:
    rows = [
        judged(),
        judged(right=False, confidence=0.85),  # answered, and wrong
        judged(right=False, asked=True, confidence=0.35, recognised="fil"),
        judged(topic="emergency_danger", alt="", urgent=True),
        judged(alt="emergency_danger", urgent=True),  # no false alarm: danger is a fair reading of it
        judged(alt="", urgent=True),  # a false alarm
        judged(topic="out_of_scope", alt=""),
    ]
    found = summary(rows)
    assert (found["accuracy"], found["top3"]) == (round(5 / 7, 4), 1.0)
    assert (found["answered_at_once"], found["wrong_without_asking"]) == (round(6 / 7, 4), round(1 / 7, 4))
    assert (found["urgent_recall"], found["urgent_false_alarms"]) == (1.0, 0.2)
    assert (found["out_of_scope_recall"], found["language"]) == (1.0, round(6 / 7, 4))
    assert calibration_error(rows) == pytest.approx((5 * 0.05 + 0.85 + 0.35) / 7, abs=1e-4)
