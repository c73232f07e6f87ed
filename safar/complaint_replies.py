"""What the complaint helper says: questions, the summary whose every line can be changed, the letter, the sums."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

from safar import languages
from safar.complaints import COUNTRY, LETTERS, Notebook, Sheet
from safar.letters import lines_of, shown_step, write_letter
from safar.replies import Button, Composer, Message
from safar.sums import KINDS, work_out

_PENCIL = "✎"


def step(name: str, part: str = "") -> str:
    """The payload of a button of the helper."""
    given = {"complaint_step": name, **({"complaint_part": part} if part else {})}
    return f"/complaint{json.dumps(given, ensure_ascii=False)}"


def resume_button(composer: Composer) -> Button:
    return composer.button("button_complaint_resume", step("resume"))


def question(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """The question that waits, with why it is asked again (`problem`) or that we go on (`again`) before it."""
    sheet = _sheet(given)
    leads = [composer.bundle.string(key, composer.language) for key in (given.get("lead"), given.get("problem")) if key]
    buttons = [composer.button("button_skip", step("skip", sheet.at)), composer.button("button_later", step("later"))]
    if sheet.at == COUNTRY:
        text = composer.bundle.string("utter_ask_country", composer.language)
        buttons = [*composer.country_buttons(), *buttons]
    else:
        text = composer.bundle.string(f"question_{sheet.at}", composer.language)
    return [composer.message("\n\n".join([*leads, text]), buttons=buttons)]


def summary(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """Every line with its answer, and a button to change it."""
    sheet = _sheet(given)
    nothing = composer.bundle.string("complaint_not_said", composer.language)
    lines = lines_of(composer, sheet)
    text = "\n".join(f"• {label}: {answer or nothing}" for _, label, answer in lines)
    changes = [{"title": f"{_PENCIL} {label}", "payload": step("change", line)} for line, label, _ in lines if line]
    buttons = [composer.button("button_complaint_letter", step("letter")), *changes, *_put_away(composer)]
    heading = composer.bundle.string("utter_complaint_summary", composer.language)
    return [composer.message(f"{heading}\n{text}", buttons=buttons)]


def letter(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """The letter in the person's language and in one that the office reads, as text and as files."""
    sheet = _sheet(given)
    wanted = dict.fromkeys([composer.language, languages.host_language(composer.country)])
    letters = [write_letter(replace(composer, language=code), sheet, composer.language, _today()) for code in wanted]
    messages = [composer.message(one.as_text(), language=one.language) for one in letters]
    buttons = [
        composer.button("button_send_letter", step("send")),
        composer.button("button_complaint_resume", step("resume")),
        composer.button("button_menu", "/help_menu"),
    ]
    ready = composer.say("utter_complaint_letter", buttons=buttons)
    names = {one.language: languages.language_name(one.language, composer.language) for one in letters}
    say = composer.bundle.string
    files = [
        {"title": say("letter_file", composer.language, language_name=names[one.language]), "letter": one.as_json()}
        for one in letters
    ]
    return [*messages, {**ready, "letters": files}]


def which_sum(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """All sums; one that has no checked rule where the person is says so when it is chosen."""
    buttons = [composer.button(kind, step("start", kind)) for kind in KINDS]
    return [composer.say("utter_sum_which", buttons=buttons)]


def sum_result(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """The sum with its steps and sources; or why there is none."""
    sheet = _sheet(given)
    values = sheet.values(composer.country)
    found = work_out(sheet.topic, composer.country or "", values, sheet.currency(composer.country), _today()) if values else None
    buttons = [
        composer.button("button_complaint", step("start", LETTERS[0])),
        composer.button("button_sum", step("sums")),
        composer.button("button_menu", "/help_menu"),
    ]
    if found is None:
        key = "utter_sum_no_rule" if composer.country else "utter_ask_country"
        return [composer.say(key, buttons=buttons)]
    say = composer.bundle.string
    currency = sheet.currency(composer.country)
    steps = [f"• {say(line.key, composer.language, formula=shown_step(composer, line, currency))}" for line in found.steps]
    notes = [say(key, composer.language, **found.values) if found.values else say(key, composer.language) for key in found.notes]
    heading = say(sheet.topic, composer.language)
    text = "\n".join([f"**{heading}**", *steps, "", *notes, say("sum_estimate", composer.language)])
    sources = [{"title": title, "url": url} for title, url in found.sources]
    return [composer.message(text, buttons=buttons, sources=sources)]


def _put_away(composer: Composer) -> list[Button]:
    return [composer.button("button_later", step("later")), composer.button("button_complaint_delete", step("delete"))]


def _begun_already(composer: Composer, given: dict[str, Any]) -> list[Message]:
    again = composer.button("button_complaint_again", step("again", given["topic_wanted"]))
    return [composer.say("utter_complaint_begun_already", buttons=[resume_button(composer), again])]


def _paused(composer: Composer, given: dict[str, Any]) -> list[Message]:
    delete = composer.button("button_complaint_delete", step("delete"))
    menu = composer.button("button_menu", "/help_menu")
    return [composer.say("utter_complaint_paused", buttons=[resume_button(composer), delete, menu])]


def _none(composer: Composer, given: dict[str, Any]) -> list[Message]:
    buttons = [composer.button("button_complaint", step("start", LETTERS[0])), composer.button("button_menu", "/help_menu")]
    return [composer.say("utter_complaint_none", buttons=buttons)]


def _consent(composer: Composer, given: dict[str, Any]) -> list[Message]:
    buttons = [composer.button("button_yes", step("send_yes")), composer.button("button_no", step("send_no"))]
    return [composer.say("utter_complaint_consent", buttons=buttons)]


def _sheet(given: dict[str, Any]) -> Sheet:
    sheet = Notebook.load(given["complaint"]).sheet
    assert sheet, "an action named a reply of the complaint helper without an open paper"
    return sheet


def _today() -> date:
    return datetime.now(timezone.utc).date()


# The replies that are more than one string, by the name an action gives them.
REPLIES: dict[str, Callable[[Composer, dict[str, Any]], list[Message]]] = {
    "utter_complaint_question": question,
    "utter_complaint_summary": summary,
    "utter_complaint_letter": letter,
    "utter_complaint_begun_already": _begun_already,
    "utter_complaint_paused": _paused,
    "utter_complaint_none": _none,
    "utter_complaint_consent": _consent,
    "utter_sum_which": which_sum,
    "utter_sum_result": sum_result,
}
