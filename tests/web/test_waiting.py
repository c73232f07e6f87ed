"""Somebody waits for a counsellor: when one is there, what is said when nobody answers, and how the bot comes back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from bot import services
from bot.models import Conversation
from bot.services import Incoming
from console.cases import services as cases
from console.cases.models import Case, Desk
from console.cases.waiting import duty, tell_who_waits
from safar.hours import Calendar, parse_hours

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]

KATHMANDU = ZoneInfo("Asia/Kathmandu")
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=KATHMANDU)
LATE = timedelta(minutes=20)


def desk(**changes: str) -> Desk:
    given = {"name": "Centre", "timezone": "Asia/Kathmandu", "hours": "Su-Fr 10:00-17:00", "holidays": "", "country": ""}
    return Desk.objects.create(**{**given, **changes})


@pytest.fixture
def conversation() -> Conversation:
    made, _ = services.start_conversation(channel="web", now=MONDAY_NOON, wanted_languages=["en"], country="QA")
    return made


@pytest.fixture
def operator() -> Any:
    return get_user_model().objects.create(username="operator")


def wish(conversation: Conversation, at: datetime = MONDAY_NOON, **more: Any) -> Case:
    given = {"reason": "wish", "topic": None, "urgent": False, "evidence": [], **more}
    return cases.open_case(conversation=conversation, now=at, **given)[0]


def said(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages.filter(author="bot")]


def test_a_calendar_knows_days_spans_holidays_and_its_time_zone() -> None:
    days_off = frozenset([date(2026, 11, 24)])
    calendar = Calendar(parse_hours("Su-Fr 10:00-13:00,14:00-17:00; Fr 10:00-12:00"), KATHMANDU, days_off)
    assert calendar.is_open(MONDAY_NOON)
    assert not calendar.is_open(MONDAY_NOON.replace(hour=13, minute=30))
    assert calendar.is_open(datetime(2026, 11, 23, 4, 15, tzinfo=UTC))  # 10:00 in Kathmandu
    assert not calendar.is_open(datetime(2026, 11, 23, 4, 14, tzinfo=UTC))
    # Tuesday is a day off, so Monday evening waits for Wednesday morning.
    assert calendar.opens_after(MONDAY_NOON.replace(hour=18)) == datetime(2026, 11, 25, 10, 0, tzinfo=KATHMANDU)
    assert not calendar.is_open(datetime(2026, 11, 27, 15, 0, tzinfo=KATHMANDU))  # the later rule for Friday wins
    assert Calendar(parse_hours("24/7"), KATHMANDU).is_open(MONDAY_NOON)
    assert Calendar(parse_hours("Mo off"), KATHMANDU).opens_after(MONDAY_NOON) is None


@pytest.mark.parametrize(
    "changes", [{"timezone": "Asia/Nowhere"}, {"hours": "often"}, {"holidays": "Christmas"}, {"country": "XX"}]
)
def test_a_desk_that_cannot_be_read_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        desk(**changes).full_clean()


def test_duty_is_told_by_the_desk_of_the_country_then_by_the_one_for_everywhere() -> None:
    assert duty("QA", MONDAY_NOON) is None
    desk()
    desk(country="QA", hours="Mo 14:00-15:00")
    here, elsewhere = duty("QA", MONDAY_NOON), duty("MY", MONDAY_NOON)
    assert here is not None
    assert elsewhere is not None
    assert (here.is_open, here.wait) == (False, timedelta(hours=2))
    assert (elsewhere.is_open, elsewhere.wait) == (True, timedelta(minutes=15))


def test_when_nobody_answers_in_time_it_is_said_once_with_hotlines_and_the_case_stays_open(conversation: Conversation) -> None:
    case = wish(conversation)
    assert tell_who_waits(MONDAY_NOON + timedelta(minutes=14)) == 0
    assert tell_who_waits(MONDAY_NOON + LATE) == 1
    assert tell_who_waits(MONDAY_NOON + 2 * LATE) == 0
    message = conversation.messages.get()
    assert case.reference in message.text
    assert message.body["contacts"][0]["kind"] == "emergency"
    case.refresh_from_db()
    assert case.status == "new"
    assert [event.step for event in case.events.all()] == ["opened", "told to wait"]


def test_without_a_country_the_question_for_it_follows(conversation: Conversation) -> None:
    Conversation.objects.update(country="")
    wish(conversation)
    tell_who_waits(MONDAY_NOON + LATE)
    assert len(said(conversation)) == 2
    assert conversation.messages.last().body["buttons"]


def test_outside_opening_hours_nobody_is_told_twice(conversation: Conversation) -> None:
    desk()
    evening = MONDAY_NOON.replace(hour=20)
    wish(conversation, evening)
    assert tell_who_waits(evening + LATE) == 0
    morning = datetime(2026, 11, 24, 10, 0, tzinfo=KATHMANDU)
    assert tell_who_waits(morning + timedelta(minutes=5)) == 0
    assert tell_who_waits(morning + LATE) == 1


def test_an_operator_who_falls_silent_loses_the_conversation_and_nothing_is_lost(
    conversation: Conversation, operator: Any
) -> None:
    case = wish(conversation)
    cases.take(case=case, by=operator, now=MONDAY_NOON)
    message, _ = services.accept(conversation=conversation, incoming=Incoming("are you there?"), now=MONDAY_NOON)
    services.hold(message=message)
    assert tell_who_waits(MONDAY_NOON + timedelta(minutes=14)) == 0
    assert tell_who_waits(MONDAY_NOON + LATE) == 1
    assert tell_who_waits(MONDAY_NOON + 2 * LATE) == 0
    conversation.refresh_from_db()
    case.refresh_from_db()
    assert (conversation.holder, case.status) == ("bot", "waiting")
    assert conversation.messages.last().body["contacts"]
    waiting = services.claim_unanswered(now=MONDAY_NOON + 2 * LATE, older_than=timedelta(seconds=12))
    assert [unanswered.pk for unanswered in waiting] == [message.pk]


def test_an_operator_who_answers_keeps_the_conversation(conversation: Conversation, operator: Any) -> None:
    case = wish(conversation)
    cases.take(case=case, by=operator, now=MONDAY_NOON)
    message, _ = services.accept(conversation=conversation, incoming=Incoming("are you there?"), now=MONDAY_NOON)
    services.hold(message=message)
    cases.reply(case=case, text="Yes.", by=operator, now=MONDAY_NOON + timedelta(minutes=10))
    assert tell_who_waits(MONDAY_NOON + 2 * LATE) == 0
    conversation.refresh_from_db()
    assert conversation.holder == "operator"


def test_an_operator_who_leaves_a_question_open_loses_the_conversation_too(conversation: Conversation, operator: Any) -> None:
    case = wish(conversation)
    cases.take(case=case, by=operator, now=MONDAY_NOON)
    answered, _ = services.accept(conversation=conversation, incoming=Incoming("are you there?"), now=MONDAY_NOON)
    services.hold(message=answered)
    cases.reply(case=case, text="Yes.", by=operator, now=MONDAY_NOON + timedelta(minutes=1))
    question = MONDAY_NOON + timedelta(minutes=30)
    message, _ = services.accept(conversation=conversation, incoming=Incoming("and now?"), now=question)
    services.hold(message=message)
    assert tell_who_waits(question + timedelta(minutes=14)) == 0
    assert tell_who_waits(question + LATE) == 1
    waiting = services.claim_unanswered(now=question + LATE, older_than=timedelta(seconds=12))
    assert [unanswered.text for unanswered in waiting] == ["and now?"]


def test_a_deleted_account_holds_no_conversation(conversation: Conversation, operator: Any) -> None:
    case = wish(conversation)
    cases.take(case=case, by=operator, now=MONDAY_NOON)
    operator.delete()
    colleague = get_user_model().objects.create(username="colleague")
    cases.take(case=case, by=colleague, now=MONDAY_NOON)
    conversation.refresh_from_db()
    assert conversation.operator == colleague
    assert tell_who_waits(MONDAY_NOON + timedelta(minutes=1)) == 0

    colleague.delete()
    assert tell_who_waits(MONDAY_NOON + timedelta(minutes=1)) == 1
    conversation.refresh_from_db()
    assert conversation.holder == "bot"


def test_what_was_written_after_the_operator_looked_is_answered_by_the_bot(conversation: Conversation, operator: Any) -> None:
    case = wish(conversation)
    cases.take(case=case, by=operator, now=MONDAY_NOON)
    texts = []
    for text in ("read", "not read"):
        texts.append(services.accept(conversation=conversation, incoming=Incoming(text), now=MONDAY_NOON)[0])
        services.hold(message=texts[-1])
    cases.hand_back(case=case, by=operator, close=False, now=MONDAY_NOON, seen=texts[0].pk)
    waiting = services.claim_unanswered(now=MONDAY_NOON, older_than=timedelta(seconds=12))
    assert [message.text for message in waiting] == ["not read"]


def test_the_reason_chosen_is_kept_on_the_case(conversation: Conversation) -> None:
    wish(conversation)
    assert wish(conversation, about="work").about == "work"
    assert Case.objects.get().about == "work"
