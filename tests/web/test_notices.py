"""A centre's crisis notice stands in front of every answer for its country, while it holds, also with the assistant away."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale

from bot import services
from bot.bundles import composer_for, current_bundle
from bot.gateway import Gateway
from bot.models import Conversation
from bot.services import Incoming
from console.content.models import Notice
from console.content.services import publish
from tests.web.conftest import FakeAssistant
from tests.web.test_console import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("published")]


def notice(country: str = "LB", hours: float = -1, until: float | None = 1, **texts: str) -> Notice:
    now = timezone.now()
    made = Notice(
        country=country,
        starts_at=now + timedelta(hours=hours),
        ends_at=None if until is None else now + timedelta(hours=until),
        texts=[("text", {"language": code, "text": text}) for code, text in (texts or {"en": "Stay at home."}).items()],
    )
    made.save()
    return made


def conversation(country: str = "LB", language: str = "en") -> Conversation:
    made, _ = services.start_conversation(channel="web", now=timezone.now(), wanted_languages=[language], country=country)
    return made


def shown(country: str = "LB", language: str = "en") -> list[tuple[str, str]]:
    """Language and last line of each notice that a person there reads."""
    messages = composer_for(conversation(country, language)).notices(timezone.now())
    return [(message["language"], message["text"].splitlines()[-1]) for message in messages]


def test_a_saved_notice_is_in_the_bundle_at_once_and_gone_when_deleted() -> None:
    made = notice()
    assert shown() == [("en", "Stay at home.")]
    assert shown("QA") == []
    made.delete()
    assert shown() == []


def test_it_holds_from_its_start_to_its_end() -> None:
    notice(hours=1, until=2)
    notice(hours=-2, until=-1)
    assert shown() == []
    notice(hours=-1, until=None)
    assert shown() == [("en", "Stay at home.")]


def test_language_then_its_fallback_then_any() -> None:
    notice(ne="घरमै बस्नुहोस्।", en="Stay at home.")
    assert shown(language="ne") == [("ne", "घरमै बस्नुहोस्।")]
    assert shown(language="ar") == [("en", "Stay at home.")]
    Notice.objects.all().delete()
    notice(fr="Restez chez vous.")
    assert shown(language="ar") == [("fr", "Restez chez vous.")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"until": -2}, "ends_at"),
        ({"en": "Call +961 1 999 999."}, "texts"),
    ],
)
def test_what_cannot_be_right_is_refused(changes: dict[str, object], field: str) -> None:
    made = notice(**changes)  # type: ignore[arg-type]
    with pytest.raises(ValidationError) as refusal:
        made.full_clean()
    assert list(refusal.value.error_dict) == [field]


async def test_it_stands_in_front_of_an_answer_and_is_not_repeated_in_small_talk(assistant: FakeAssistant) -> None:
    await sync_to_async(notice)()
    gateway, someone = Gateway(assistant), await sync_to_async(conversation)()  # type: ignore[arg-type]
    assert len(await gateway.receive(someone, Incoming("hello"))) == 1
    assistant.topic = "wages_unpaid"
    replies = await gateway.receive(someone, Incoming("not paid"))
    assert [reply.text.splitlines()[-1] for reply in replies] == ["Stay at home.", "reply 2"]
    assert replies[0].body["urgent"] is True


async def test_it_is_shown_for_the_country_that_this_very_message_names(assistant: FakeAssistant) -> None:
    await sync_to_async(notice)()
    gateway, someone = Gateway(assistant), await sync_to_async(conversation)("QA")  # type: ignore[arg-type]
    assistant.topic, assistant.profile_after = "wages_unpaid", {"country": "LB"}
    assert len(await gateway.receive(someone, Incoming("not paid in Lebanon"))) == 2


async def test_it_is_shown_with_the_assistant_away(assistant: FakeAssistant) -> None:
    await sync_to_async(notice)()
    gateway, someone = Gateway(assistant), await sync_to_async(conversation)()  # type: ignore[arg-type]
    assistant.is_away = True
    replies = await gateway.receive(someone, Incoming("hello"))
    assert replies[0].text.splitlines()[-1] == "Stay at home."
    assert replies[1].body["contacts"]


def test_an_editor_writes_one_in_the_console() -> None:
    client: Client = person("editor", "Editors")
    publish()
    assert Locale.objects.exists()
    form = {
        "country": "LB",
        "starts_at": "2026-11-22 00:00",
        "ends_at": "",
        "texts-count": "1",
        "texts-0-deleted": "",
        "texts-0-order": "0",
        "texts-0-type": "text",
        "texts-0-id": "",
        "texts-0-value-language": "en",
        "texts-0-value-text": "Stay at home.",
    }
    answer = client.post("/console/snippets/content/notice/add/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert [entry["texts"] for entry in current_bundle().notices] == [{"en": "Stay at home."}]
