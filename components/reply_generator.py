"""The reply generator: Rasa asks it for every text. It takes them from the bundle, in the person's language."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from components.conversation import profile_from, understood_from
from safar import guided
from safar.bundle_store import BundleClient
from safar.complaint_replies import REPLIES, resume_button
from safar.complaints import Notebook
from safar.replies import Button, Composer, Message, as_plain_text
from safar.settings import settings

logger = logging.getLogger(__name__)

# Channels that take whole messages (buttons, cards, sources) and show them in their own manner.
_RICH_CHANNELS = frozenset({"safar"})

_MENU: Callable[[Composer, dict[str, Any]], list[Button]] = lambda composer, _: composer.menu_buttons()  # noqa: E731
# Which buttons stand under which string; a string that is not named here has none.
_BUTTONS: dict[str, Callable[[Composer, dict[str, Any]], list[Button]]] = {
    "utter_greet": _MENU,
    "utter_affirm": _MENU,
    "utter_deny": _MENU,
    "utter_thank": _MENU,
    "utter_menu": _MENU,
    "utter_start_over": _MENU,
    "utter_not_understood": _MENU,
    "utter_out_of_scope": _MENU,
    "utter_insult": _MENU,
    "utter_feedback_bad": _MENU,
    "utter_handoff_noted": _MENU,
    "utter_reminders_on": lambda composer, _: [composer.button("button_remind_stop", '/checklist{"step":"unremind:"}')],
    "utter_reminders_off": _MENU,
    "utter_my_data_failed": _MENU,
    "utter_handoff_reason": lambda composer, _: guided.reason_buttons(composer),
    "utter_no_contacts": lambda composer, given: composer.after_answer_buttons(given["after"]) if given.get("after") else [],
    "utter_follow_up_by_you": lambda composer, given: composer.after_answer_buttons(given["topic"]),
    "utter_other_topics": lambda composer, given: [
        *composer.topic_buttons(given["topics"]),
        *([composer.button("button_person", "/talk_to_human")] if given.get("with_person") else ()),
        composer.button("button_none_of_these", "/feedback_bad"),
    ],
    "utter_feedback_good": _MENU,
    "utter_kept": _MENU,
    "utter_who_are_you": _MENU,
    "utter_nothing_to_simplify": _MENU,
    "utter_no_sources": _MENU,
    "utter_language_changed": _MENU,
    "utter_country_changed": _MENU,
    "utter_nationality_changed": _MENU,
    "utter_profile_changed": _MENU,
    "utter_not_understood_again": lambda composer, _: [
        composer.button("button_person", "/talk_to_human"),
        composer.button("button_menu", "/help_menu"),
    ],
    "utter_no_answer_yet": lambda composer, _: [
        composer.button("button_person", "/talk_to_human"),
        composer.button("button_menu", "/help_menu"),
    ],
    "utter_privacy": lambda composer, _: guided.privacy_buttons(composer),
    "utter_confirm_delete": lambda composer, _: [
        composer.button("button_yes", "/confirm_delete"),
        composer.button("button_no", "/keep_data"),
    ],
    "utter_group": lambda composer, given: composer.group_buttons(given["group"]),
    "utter_offer_topics": lambda composer, given: [
        *composer.topic_buttons(given["topics"]),
        *([composer.button("button_person", "/talk_to_human")] if given.get("with_person") else ()),
        composer.button("button_none_of_these", "/help_menu"),
    ],
    "utter_ask_language": lambda composer, _: composer.language_buttons(),
    "utter_language_unsupported": lambda composer, _: composer.language_buttons(),
    "utter_ask_nationality": lambda composer, _: composer.nationality_buttons(),
    "utter_ask_country": lambda composer, _: composer.country_buttons(),
    "utter_position_unknown": lambda composer, _: composer.country_buttons(),
    "utter_ask_which": lambda composer, given: composer.country_buttons(given["countries"]),
    "utter_city_changed": _MENU,
    "utter_position_noted": _MENU,
}


def _write_answer(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """`topic`, and whether with what to do next (`with_steps`) and with buttons (`with_buttons`)."""
    with_steps, with_buttons = given.get("with_steps", True), given.get("with_buttons", True)
    return composer.answer(given["topic"], with_steps=with_steps, with_buttons=with_buttons) or [
        composer.say("utter_no_answer_yet", buttons=_BUTTONS["utter_no_answer_yet"](composer, given))
    ]


def _write_brief_answer(composer: Composer, given: dict[str, Any]) -> list[Message]:
    return composer.answer_briefly(given["topic"]) or [composer.say("utter_nothing_to_simplify", buttons=composer.menu_buttons())]


def _write_first_hours(composer: Composer, given: dict[str, Any]) -> list[Message]:
    return composer.first_hours(given["topic"], int(given["place"])) or [
        composer.say("utter_menu", buttons=composer.menu_buttons())
    ]


def _write_contacts(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """`contact_ids`, the kinds that were not found (`missing`), and the topic whose buttons stand below (`after`)."""
    messages = composer.contacts(composer.contacts_by_id(given.get("contact_ids") or ()), given.get("missing") or ())
    if given.get("after") and messages:
        messages[-1] = {**messages[-1], "buttons": composer.after_answer_buttons(given["after"])}
    return messages


def _write_list(composer: Composer, given: dict[str, Any]) -> list[Message]:
    """`list`, and `stage`, `done`, `can_remind`, `reminding` as far as known."""
    flags = {name: bool(given.get(name)) for name in ("can_remind", "reminding")}
    return [guided.list_message(composer, given["list"], given.get("stage") or "", given.get("done") or (), **flags)]


def _write_handoff(name: str) -> Callable[[Composer, dict[str, Any]], list[Message]]:
    """`reference`, whether somebody is there (`is_on_duty`) and how long it takes (`wait_s`)."""
    return lambda composer, given: [
        guided.handoff(composer, name, given["reference"], is_on_duty=given.get("is_on_duty"), wait_s=given.get("wait_s") or 0.0)
    ]


def _write_safety_result(name: str) -> Callable[[Composer, dict[str, Any]], list[Message]]:
    return lambda composer, _: [guided.safety_result(composer, name)]


_WRITERS: dict[str, Callable[[Composer, dict[str, Any]], list[Message]]] = {
    "utter_answer": _write_answer,
    "utter_answer_briefly": _write_brief_answer,
    "utter_next_steps": lambda composer, given: composer.next_steps(given["topic"]) or [composer.say("utter_menu")],
    "utter_sources": lambda composer, given: [composer.sources(given.get("topic") or "")],
    "utter_danger_first": lambda composer, given: composer.danger_in_full(given.get("kinds") or ()),
    "utter_contact_cards": _write_contacts,
    "utter_handoff_opened": _write_handoff("utter_handoff_opened"),
    "utter_handoff_already": _write_handoff("utter_handoff_already"),
    "utter_safety_question": lambda composer, given: [guided.safety_question(composer, given["question"])],
    "utter_safety_high": _write_safety_result("utter_safety_high"),
    "utter_safety_low": _write_safety_result("utter_safety_low"),
    "utter_safety_stopped": _write_safety_result("utter_safety_stopped"),
    "utter_list": _write_list,
    "utter_first_hours": _write_first_hours,
    "utter_my_data": lambda composer, given: [guided.my_data(composer, given["known"])],
    "utter_watched_phone": lambda composer, _: [guided.watched_phone(composer)],
}


class BundleReplyGenerator(NaturalLanguageGenerator):
    """Writes what Rasa says, from the published bundle. No text is in the code.

    Most names (`utter_greet`) are interface strings. Those in `_WRITERS` are more, and take arguments from the action.

    A name that no bundle holds is logged and answered with the sentence that nothing was understood, never with silence.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        known = settings()
        self._client = BundleClient(f"{known.web_url}/bundles", known.var / "assistant-bundles", known.bundle_public_key).start()

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """One message as a dictionary that Rasa hands to the channel; the Conversation API's fields are under `custom`."""
        parse = tracker.latest_message.parse_data if tracker.latest_message else {}
        slots = {name: slot.value for name, slot in tracker.slots.items()}
        profile = profile_from({**slots, **kwargs})  # an action that changes the language passes it on at once
        bundle = self._client.current()
        composer = Composer(bundle, profile.language, profile.country, profile.likely_nationality, profile.city)
        messages = self._compose(composer, utter_action, {**slots, **kwargs})
        if slots.get("complaint") and not tracker.active_loop_name:
            _offer_to_go_on(composer, messages, slots["complaint"])
        understood = understood_from(parse)
        if kwargs.get("calm"):  # an action that knows what was asked for has seen that this is no alarm
            understood = {**understood, "urgent": False, "evidence": []}
        if understood["urgent"] and "domain_responses" in kwargs:
            # A rule answers with a plain response ("hello", "thanks") and no action has looked for danger.
            messages.insert(0, composer.danger())
        logger.info(
            "reply.written name=%s topic=%s language=%s version=%s bundle=%s",
            utter_action,
            messages[-1]["topic"],
            profile.language,
            messages[-1]["answer_version"],
            bundle.digest[:12],
        )
        if output_channel in _RICH_CHANNELS:
            forget = utter_action == "utter_deleted"
            known = {name: getattr(profile, name) for name in ("language", "country", "nationality", "city")}
            custom = {"messages": messages, "understood": understood, "profile": known, "forget": forget}
            return {"text": messages[-1]["text"], "custom": custom}
        if messages[-1]["topic"]:  # the gateway does this for its channels, also when Rasa is away
            messages = [*composer.notices(datetime.now(timezone.utc)), *messages]
        text = "\n\n".join(as_plain_text(message) for message in messages)
        return {"text": text, "buttons": [button for message in messages for button in message["buttons"]]}

    def _compose(self, composer: Composer, name: str, given: dict[str, Any]) -> list[Message]:
        if name in REPLIES:
            return REPLIES[name](composer, given)
        if name in _WRITERS:
            return _WRITERS[name](composer, given)
        values: dict[str, Any] = {"days": settings().retention_days, "reference": given.get("reference") or ""}
        if given.get("wait_s"):
            values["wait"] = composer.wait(given["wait_s"])
        try:
            return [composer.say(name, buttons=_BUTTONS[name](composer, given) if name in _BUTTONS else (), **values)]
        except KeyError as error:
            logger.error("reply.missing name=%s key=%s", name, error)
            return [composer.say("utter_not_understood", buttons=composer.menu_buttons())]


def _offer_to_go_on(composer: Composer, messages: list[Message], complaint: dict[str, Any]) -> None:
    """Wherever the menu is offered, a letter that was begun comes first: also a week later, also after "hello"."""
    buttons = messages[-1]["buttons"]
    resume = resume_button(composer)
    offers_menu = any(button["payload"] in ("/help_menu", "/talk_to_human") for button in buttons)
    if offers_menu and resume not in buttons and Notebook.load(complaint).is_unfinished:
        messages[-1]["buttons"] = [resume, *buttons]
