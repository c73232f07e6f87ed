"""The complaint helper: a form that asks one thing at a time, can be left and taken up again, and ends in a letter or a sum."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.backend import BackendUnavailable
from actions.base import SafarAction, topic_of
from components.follow_ups import follow_ups
from safar.complaints import CONSENT, COUNTRY, LETTER, LETTERS, MONEY, NUMBERS, QUESTIONS, SUMMARY, TOLD, Notebook, Sheet
from safar.sums import KINDS, kinds_for
from safar.topics import catalogue

logger = logging.getLogger(__name__)

FORM = "complaint_form"
_QUESTION_MARK = re.compile(r"[?？؟፧]\s*$")
# What people say to the assistant itself, in the middle of a form as anywhere: it is done, and the form waits.
_TO_THE_ASSISTANT = frozenset(
    {"talk_to_human", "delete_my_data", "change_language", "help_menu", "start_over", "who_are_you", "privacy", "goodbye"}
    | {"explain_simpler", "feedback_bad"}
)
# After these the form does not ask its question again by itself.
_LEAVES = frozenset(
    {"delete_my_data", "confirm_delete", "goodbye", "start_over", "talk_to_human", "help_menu", "choose_group"}
    | {"safety_check", "checklist", "watched_phone", "my_data"}  # these ask questions of their own
)
_CONTACTS = frozenset(topic.id for group in catalogue().groups if group.id == "contacts" for topic in group.topics)
_PROFILE = ("language", "country", "city")
_SURE = 0.6
_SURE_OF_DANGER = 0.85  # without a word of danger: "hotel, cleaning" is a job and was taken for abuse with 0.71
_FEW_WORDS = 3


class ValidateComplaintForm(SafarAction):
    """Called by Rasa on every message while the form is open, and when a button opens it."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return await _Turn(self, dispatcher, tracker).events()


class _Turn:
    """One message while the form is open."""

    def __init__(self, action: SafarAction, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.action, self.dispatcher, self.tracker = action, dispatcher, tracker
        self.book = Notebook.load(tracker.get_slot("complaint"))
        self.said = tracker.latest_message
        self.text: str = self.said.get("text") or ""
        self.intent: str = (self.said.get("intent") or {}).get("name") or ""
        self.known: dict[str, Any] = self.said.get("metadata") or {}
        self.language, self.country = tracker.get_slot("language"), tracker.get_slot("country")
        self.city = tracker.get_slot("city")
        if self.intent == "deny" and self.book.sheet and self.book.sheet.at == "paid":
            self.text = "0"  # "no", to how much was paid
        self.alarm = self._danger

    async def events(self) -> list[EventType]:
        """What the form does: go on, end, or leave the message to the rules and come back after them."""
        identity = str(self.said.get("message_id") or "")
        if identity and self.book.message == identity:
            return self._come_back()
        self.book.message = identity
        if self.intent == "complaint":
            return await self._press(self._given("complaint_step"), self._given("complaint_part"))
        return await self._take()

    def _given(self, entity: str) -> str:
        found = (e["value"] for e in self.said.get("entities") or [] if e["entity"] == entity)
        return str(next(found, ""))

    # --- buttons ---

    async def _press(self, step: str, part: str) -> list[EventType]:
        if step in ("start", "again") and part in QUESTIONS:
            return self._start(part, anew=step == "again")
        if step == "sums":
            self._say("utter_sum_which")
            return self._end()
        if self.book.letter is None and not (step in ("skip", "later") and self.book.sheet):
            self._say("utter_complaint_none")
            return self._end()
        if step in ("send_yes", "delete"):
            return await (self._send() if step == "send_yes" else self._delete())
        if step in ("skip", "change"):
            return self._skip(part) if step == "skip" else self._change(part)
        plain = {
            "later": self._later,
            "letter": self._letter,
            "send": self._consent,
            "send_no": self._not_sent,
        }
        return plain.get(step, self._resume)()

    def _start(self, topic: str, *, anew: bool) -> list[EventType]:
        if topic in LETTERS and self.book.letter and self.book.letter.answers and not anew:
            self._say("utter_complaint_begun_already", topic_wanted=topic)
            return self._end()
        if topic in KINDS and self.country and topic not in kinds_for(self.country):
            self._say("utter_sum_no_rule")
            return self._end()
        sheet = self.book.begin(topic)
        if not sheet.is_sum:
            self._say("utter_complaint_begin")
        return self._go_on(sheet)

    def _skip(self, question: str) -> list[EventType]:
        """A button of a question that is not open any more skips nothing."""
        sheet = self.book.sheet
        if sheet is None or sheet.at != question:
            return self._resume()
        sheet.answer(question, None)
        return self._go_on(sheet)

    def _change(self, question: str) -> list[EventType]:
        assert self.book.letter
        self.book.open = "letter"
        if question not in self.book.letter.questions:
            return self._resume()
        self.book.letter.is_correction = True
        return self._ask(self.book.letter, question)

    def _later(self) -> list[EventType]:
        sheet = self.book.sheet
        if sheet and sheet.is_sum:
            self.book.sum, self.book.open = None, ""
        if self.book.letter is None:
            self._say("utter_deny")
        else:
            self._say("utter_complaint_paused")
        return self._end()

    def _resume(self) -> list[EventType]:
        """Where we stopped; with everything answered, the summary."""
        self.book.open = "letter" if self.book.letter else self.book.open
        sheet = self.book.sheet
        assert sheet
        if sheet.at in (*sheet.questions, COUNTRY):
            return self._ask(sheet, sheet.at, lead="utter_complaint_go_on")
        return self._go_on(sheet)

    async def _delete(self) -> list[EventType]:
        """With its letters; when these cannot be reached it stays, so that the button can be pressed again."""
        try:
            await self.action.backend.delete_letters(conversation=self.tracker.sender_id)
        except BackendUnavailable as error:
            logger.error("letters.not_deleted conversation=%s error=%s", self.tracker.sender_id, error)
            self._say("utter_my_data_failed")
            return self._end()
        self.book = Notebook(message=self.book.message)
        self._say("utter_complaint_deleted")
        return self._end()

    def _letter(self) -> list[EventType]:
        assert self.book.letter
        self.book.open, self.book.letter.at = "letter", LETTER
        self._say("utter_complaint_letter")
        return self._end()

    def _consent(self) -> list[EventType]:
        """Ask before sending. What would go is the newest letter made, so not while another one is being written."""
        assert self.book.letter
        if self.book.letter.at not in (LETTER, CONSENT):
            return self._resume()
        self.book.open, self.book.letter.at = "letter", CONSENT
        self._say("utter_complaint_consent")
        return self._stay()

    def _not_sent(self) -> list[EventType]:
        assert self.book.letter
        if self.book.letter.at != CONSENT:
            return self._resume()
        self.book.letter.at = LETTER
        self._say("utter_complaint_not_sent")
        return self._end()

    async def _send(self) -> list[EventType]:
        """Only after the question, and only with a yes: a case with the letter."""
        assert self.book.letter
        if self.book.letter.at != CONSENT:
            return self._consent()
        self.book.letter.at = LETTER
        try:
            case = await self.action.backend.open_case(
                conversation=self.tracker.sender_id, reason="complaint", topic=self.book.letter.topic, urgent=False, evidence=[]
            )
        except BackendUnavailable:
            self._say("utter_handoff_unavailable")
            self._say("utter_danger_first")
            return self._end()
        self._say("utter_complaint_sent", reference=case.reference)
        return self._end()

    # --- typed answers ---

    async def _take(self) -> list[EventType]:
        sheet = self.book.sheet
        if sheet is None:
            return self._give_way()
        if sheet.at in (SUMMARY, CONSENT):
            return await self._yes_or_no(sheet)
        if sheet.at == COUNTRY and self.country and not self.alarm:
            return self._go_on(sheet)
        if self._is_for_somebody_else(sheet):
            return self._give_way()
        self._keep_profile(sheet)
        if follow_ups().is_unknown(self.text) and sheet.at != COUNTRY:
            return self._skip(sheet.at)
        if sheet.before and float(self.known.get("sent_at") or sheet.asked_at) < sheet.asked_at:
            return await self._add_to(sheet)
        if sheet.at in MONEY | NUMBERS and not self._fits(sheet):
            return self._ask(sheet, sheet.at, problem="complaint_number_needed")
        if sheet.at == COUNTRY:
            return self._ask(sheet, sheet.at)
        sheet.answer(sheet.at, self.text)
        await self._danger_first()
        return self._go_on(sheet)

    def _fits(self, sheet: Sheet) -> bool:
        """Whether a number can be read; "un poco" is none, though "un" is one."""
        if follow_ups().is_vague(self.text):
            return False
        probe = Sheet(sheet.topic, {sheet.at: self.text})
        return probe.value(sheet.at, self.country) is not None

    async def _add_to(self, sheet: Sheet) -> list[EventType]:
        """Two messages at once: the second was written before our next question was seen, so it belongs to the first."""
        if sheet.before in sheet.questions and sheet.before not in MONEY | NUMBERS:
            sheet.add(sheet.before, self.text)
        await self._danger_first()
        return self._ask(sheet, sheet.at)

    async def _yes_or_no(self, sheet: Sheet) -> list[EventType]:
        if self.intent == "affirm" and not self.alarm:
            return self._letter() if sheet.at == SUMMARY else await self._send()
        if self.intent == "deny" and not self.alarm:
            return self._go_on(sheet) if sheet.at == SUMMARY else self._not_sent()
        return self._give_way()

    @property
    def _danger(self) -> bool:
        """Whether help comes first. A name or a number that only looks a little like a cry for help is none.

        The classifier has never seen names of companies, and takes some for a danger with a small chance.
        """
        sheet = self.book.sheet
        if not self.action.speaks_of_danger(self.tracker) or sheet is None or sheet.at in (*TOLD, SUMMARY, CONSENT):
            return self.action.speaks_of_danger(self.tracker)
        intent = self.said.get("intent") or {}
        topic = topic_of(self.intent)
        seen = any(str(found).startswith("“") for found in (self.said.get("urgency") or {}).get("evidence") or [])
        if seen or (sheet.at in MONEY | NUMBERS and self._fits(sheet)):
            return seen
        return bool(topic and topic.urgent and float(intent.get("confidence") or 0.0) >= _SURE_OF_DANGER)

    async def _danger_first(self) -> None:
        """What was told goes into the letter, and help comes before the next question."""
        if self.alarm:
            self._say("utter_danger_first")
            await self.action.raise_alarm(self.dispatcher, self.tracker, topic_of(self.intent))

    def _is_for_somebody_else(self, sheet: Sheet) -> bool:
        """Whether a message is no answer but a question, a wish to the assistant, a cry for help, or another button."""
        if self.text.startswith("/"):
            return True
        if self.alarm:
            return sheet.at not in TOLD
        if follow_ups().is_unknown(self.text) or follow_ups().is_vague(self.text):
            return False  # the classifier takes these for a wish to see the menu
        if sheet.at in MONEY | NUMBERS and self._fits(sheet):
            return False
        sure = float((self.said.get("intent") or {}).get("confidence") or 0.0) >= _SURE
        return bool(_QUESTION_MARK.search(self.text)) or (sure and self.intent in _CONTACTS | _TO_THE_ASSISTANT)

    def _keep_profile(self, sheet: Sheet) -> None:
        """A company's English name is no wish to change the language, and a town in it no change of country."""
        if sheet.at not in TOLD or len(self.text.split()) <= _FEW_WORDS:
            self.language = self.known.get("language") or self.language
        if self.known.get("country") not in (None, self.country):
            self.country, self.city = self.known["country"], self.known.get("city")

    # --- what the form does next ---

    def _give_way(self) -> list[EventType]:
        """Leave the message to the rules; Rasa runs the form again after them."""
        return [SlotSet("complaint", self.book.dump()), ActionExecutionRejected(FORM)]

    def _come_back(self) -> list[EventType]:
        sheet = self.book.sheet
        if sheet is None or self.intent in _LEAVES or sheet.at in (SUMMARY, CONSENT, LETTER):
            return self._end()
        if self.alarm or (topic := topic_of(self.intent)) and topic.urgent:
            return self._later()
        if sheet.at == COUNTRY and self.country:
            return self._go_on(sheet)
        return self._ask(sheet, sheet.at, lead="utter_complaint_go_on")

    def _go_on(self, sheet: Sheet) -> list[EventType]:
        if sheet.is_correction and not sheet.is_sum:
            sheet.is_correction = False
            question = SUMMARY
        else:
            question = sheet.next_question(country_known=bool(self.country))
        if question != SUMMARY:
            return self._ask(sheet, question)
        if sheet.is_sum:
            self._say("utter_sum_result")
            return self._end()
        sheet.at, sheet.before = SUMMARY, ""
        self._say("utter_complaint_summary")
        return self._stay()

    def _ask(self, sheet: Sheet, question: str, **leads: str) -> list[EventType]:
        if question != sheet.at:
            sheet.before, sheet.at = sheet.at, question
        sheet.asked_at = time.time()
        self._say("utter_complaint_question", **leads)
        return self._stay()

    def _say(self, response: str, **values: Any) -> None:
        profile = {name: value for name in _PROFILE if (value := getattr(self, name))}
        calm = self.action.speaks_of_danger(self.tracker) and not self.alarm
        self.dispatcher.utter_message(response=response, complaint=self.book.dump(), calm=calm, **profile, **values)

    def _stay(self) -> list[EventType]:
        kept = [SlotSet(name, getattr(self, name)) for name in _PROFILE]
        return [*kept, SlotSet("complaint", self.book.dump())]

    def _end(self) -> list[EventType]:
        book = self.book.dump() if self.book.letter or self.book.sum else None
        return [SlotSet("complaint", book), SlotSet("requested_slot", None)]
