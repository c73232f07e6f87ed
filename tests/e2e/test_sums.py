"""What somebody is owed, with its steps and its sources, in three languages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.complaint import buttons, last, step
from tests.e2e.spoken import LANGUAGES, country, payloads, written

pytestmark = pytest.mark.parametrize("code", LANGUAGES)

# The country, the answers as people type them, the line with the result.
SUMS: dict[str, tuple[str, dict[str, tuple[str, ...]], str]] = {
    "sum_wages": (
        "LB",
        {"en": ("1.200", "3", "0"), "ar": ("١٢٠٠", "ثلاثة", "لا"), "my": ("၁၂၀၀", "သုံးလ", "၀")},
        "1,200 × 3 = 3,600 LBP",
    ),
    "sum_overtime": (
        "AE",
        {"en": ("2400 dirham", "10"), "ar": ("٢٤٠٠ درهم", "١٠"), "my": ("၂၄၀၀ ဒါရမ်", "၁၀ နာရီ")},
        "12.5 × 10 = 125 AED",
    ),
    "sum_end_of_service": (
        "QA",
        {"en": ("1500", "30"), "ar": ("۱۵۰۰", "30 شهر"), "my": ("၁၅၀၀", "၃၀")},
        "1,500 ÷ 30 × 21 × 2.5 = 2,625 QAR",
    ),
}


@pytest.mark.parametrize("part", SUMS)
def test_a_sum_shows_its_steps(person: Any, code: str, part: str) -> None:
    place, answers, expected = SUMS[part]
    someone = person(language=code, country=place)
    offered = someone.press(step("sums"))
    assert last(offered) == written(code, "utter_sum_which")
    assert any(part in payload for payload in buttons(offered))
    someone.press(step("start", part))
    for text in answers[code]:
        messages = someone.say(text)
    assert last(messages).startswith(f"**{written(code, part)}**")
    assert expected in last(messages)
    assert last(messages).endswith(written(code, "sum_estimate"))
    assert bool(messages[-1]["sources"]) == (part != "sum_wages")
    assert "/help_menu" in payloads(messages)


def test_without_a_checked_rule_the_sum_says_so(person: Any, code: str) -> None:
    someone = person(language=code, country="LB")
    told = last(someone.press(step("start", "sum_end_of_service")))
    assert told == written(code, "utter_sum_no_rule", country_name=country(code, "LB"))


def test_a_sum_left_for_the_menu_and_begun_again(person: Any, code: str) -> None:
    someone = person(language=code, country="QA")
    assert last(someone.press(step("start", "sum_wages"))) == written(code, "question_wage")
    assert '/choose_group{"group":"work"}' in payloads(someone.press("/help_menu"))
    assert last(someone.press(step("start", "sum_wages"))) == written(code, "question_wage")
