"""Messages that lead a person step by step: the safety check, lists to tick, what is known about them, clearing traces.

Each button carries where it leads, so that one of an old message still does what it says.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from safar.cards import local_date
from safar.checklists import Checklist, Stage, checklists
from safar.replies import Button, Composer, Message
from safar.safety_check import safety_check
from safar.settings import settings
from safar.topics import catalogue

_WATCHED = ("watched_exit", "watched_history", "watched_private", "watched_telegram", "watched_calls", "watched_other")


def _payload(intent: str, step: str) -> str:
    return f"/{intent}{json.dumps({'step': step}, separators=(',', ':'))}"


def _links(sources: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"title": title, "url": url} for title, url in sources]


# --- safety check ---


def safety_question(composer: Composer, question: str) -> Message:
    """One question with yes, no and stop."""
    buttons = [
        composer.button("button_yes", _payload("safety_check", f"{question}:yes")),
        composer.button("button_no", _payload("safety_check", f"{question}:no")),
        composer.button("button_stop", _payload("safety_check", "stop")),
    ]
    return composer.say(f"safety_{question}", buttons=buttons)


def safety_result(composer: Composer, key: str) -> Message:
    """What the check came to, and what a person can ask for; the same help stands under every result."""
    known = safety_check()
    said = composer.say(key, buttons=_help_buttons(composer))
    lines = [
        f"• {composer.bundle.string(f'safety_protection_{n}', composer.language)}"
        for n, _ in enumerate(known.protection, start=1)
    ]
    heading = composer.bundle.string("safety_protection", composer.language)
    text = "\n".join([said["text"], "", f"**{heading}**", *lines])
    return {**said, "text": text, "sources": _links(known.sources)}


def _help_buttons(composer: Composer) -> list[Button]:
    return [
        composer.button("button_person", "/talk_to_human"),
        composer.button("button_watched_phone", "/watched_phone"),
        composer.button("button_menu", "/help_menu"),
    ]


# --- lists ---


def list_message(
    composer: Composer, name: str, stage: str, done: Collection[str], *, can_remind: bool = False, reminding: bool = False
) -> Message:
    """A stage of a list with what is ticked, and buttons to tick, to go on, to be reminded and to print.

    Args:
        stage: id of the stage to show; an empty one shows the first in which something is left to do.
    """
    known = checklists()[name]
    shown = next((entry for entry in known.stages if entry.id == stage), None) or known.next_stage(done)
    if shown is None:
        finished = composer.say("list_all_done", buttons=_other_stages(composer, known, None))
        return {**finished, "sources": _list_links(composer, known)}
    string = composer.bundle.string
    lines = [f"**{string(f'list_{known.id}', composer.language)}**"]
    lines += [string(f"list_{shown.id}", composer.language)]
    for number, item in enumerate(shown.items, start=1):
        lines.append(f"{number}. {'☑' if item.id in done else '☐'} {string(f'list_{item.id}', composer.language)}")
    count = sum(item.id in done for item in known.items)
    lines += ["", string("list_progress", composer.language, done=count, total=len(known.items))]
    buttons = [*_tick_buttons(shown, done), *_other_stages(composer, known, shown)]
    if known.reminders and can_remind:
        key, step = ("button_remind_stop", "unremind:") if reminding else ("button_remind", f"remind:{name}")
        buttons.append(composer.button(key, _payload("checklist", step)))
    buttons.append(composer.button("button_menu", "/help_menu"))
    return composer.message("\n".join(lines), buttons=buttons, sources=_list_links(composer, known))


def _tick_buttons(stage: Stage, done: Collection[str]) -> list[Button]:
    """`✓ 2` ticks the second item, `☐ 2` takes the tick away."""
    return [
        {
            "title": f"{'☐' if item.id in done else '✓'} {number}",
            "payload": _payload("checklist", f"{'untick' if item.id in done else 'tick'}:{item.id}"),
        }
        for number, item in enumerate(stage.items, start=1)
    ]


def _other_stages(composer: Composer, known: Checklist, shown: Stage | None) -> list[Button]:
    if len(known.stages) == 1:
        return []
    others = [stage for stage in known.stages if stage is not shown]
    return [
        composer.button("button_next_item", _payload("checklist", known.id)),
        *(composer.button(f"list_{stage.id}", _payload("checklist", f"stage:{stage.id}")) for stage in others),
    ]


def _list_links(composer: Composer, known: Checklist) -> list[dict[str, str]]:
    place = f"?country={composer.country}" if composer.country else ""
    printed = f"{settings().public_url}/lists/{known.id}/{composer.language}/{place}"
    return [{"title": composer.bundle.string("button_print", composer.language), "url": printed}, *_links(known.sources)]


def reminder(composer: Composer, name: str, item: str) -> Message:
    """The weekly reminder: what is next, and how to end reminders."""
    string = composer.bundle.string
    following = string("list_next", composer.language, item=string(f"list_{item}", composer.language))
    heading, words = string(f"list_{name}", composer.language), string("list_reminder", composer.language)
    buttons = [
        composer.button("button_next_item", _payload("checklist", name)),
        composer.button("button_remind_stop", _payload("checklist", "unremind:")),
    ]
    return composer.message(f"**{heading}**\n{words}\n{following}", buttons=buttons)


# --- privacy ---


def my_data(composer: Composer, known: Mapping[str, Any]) -> Message:
    """What is kept about a person, as `bot.services.known_about` tells it, and how to have it deleted."""
    string, language = composer.bundle.string, composer.language
    names = composer.names()
    lines = [string("known_language", language, **names)]
    lines += [string("known_country", language, **names)] if "country_name" in names else []
    lines += [string("utter_city_changed", language, **names)] if "city_name" in names else []
    lines += [string("known_nationality", language, **names)] if "nationality_name" in names else []
    lines.append(string("known_messages", language, count=known["messages"]))
    lines += [string("known_case", language, reference=known["case"])] if known["case"] else []
    lines += [string("known_ticks", language, count=known["ticks"])] if known["ticks"] else []
    lines += [string("utter_reminders_on", language)] if known["reminding"] else []
    lines += [string("known_telegram", language)] if known["is_telegram"] else []
    end = [
        string("known_no_name", language),
        string("known_deleted", language, date=local_date(known["deleted_on"], language)),
    ]
    said = composer.say("utter_my_data", buttons=privacy_buttons(composer))
    return {**said, "text": "\n".join([said["text"], *(f"• {line}" for line in lines), "", *end])}


def watched_phone(composer: Composer) -> Message:
    """How to clear traces from a phone that somebody else may look at."""
    said = composer.say(
        "utter_watched_phone",
        buttons=[composer.button("widget_forget", "/delete_my_data"), composer.button("button_menu", "/help_menu")],
    )
    lines = [f"• {composer.bundle.string(key, composer.language)}" for key in _WATCHED]
    return {**said, "text": "\n".join([said["text"], *lines])}


def privacy_buttons(composer: Composer) -> list[Button]:
    return [
        composer.button("button_my_data", "/my_data"),
        composer.button("button_watched_phone", "/watched_phone"),
        composer.button("widget_forget", "/delete_my_data"),
        composer.button("button_menu", "/help_menu"),
    ]


# --- hand-over ---


def handoff(composer: Composer, key: str, reference: str, *, is_on_duty: bool | None, wait_s: float) -> Message:
    """That a counsellor was asked, when one is there, and outside opening hours the hotlines."""
    said = composer.say(key, reference=reference)
    if is_on_duty is None:
        return said
    wait = composer.wait(wait_s)
    if is_on_duty:
        there = composer.say("utter_handoff_open", wait=wait)
        return {**said, "text": f"{said['text']}\n{there['text']}"}
    closed = composer.with_numbers("utter_handoff_closed", ("migrant_helpline", "trafficking_hotline"), wait=wait)[0]
    return {**closed, "text": f"{said['text']}\n{closed['text']}"}


def reason_buttons(composer: Composer) -> list[Button]:
    """The groups of the menu as reasons, and no reason."""
    reasons = [
        {
            "title": f"{group.pictogram} {composer.bundle.string(f'group_{group.id}', composer.language)}",
            "payload": f'/talk_to_human{{"reason":"{group.id}"}}',
        }
        for group in catalogue().groups
        if group.id != "contacts"
    ]
    return [*reasons, composer.button("button_skip", "/help_menu")]
