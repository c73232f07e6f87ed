"""The console: who may do what, publishing, and what an operator can do with a case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale

from bot import services
from bot.bundles import current_bundle
from bot.models import Conversation
from console.cases import services as cases
from console.cases.models import Case
from console.content import services as content
from console.content.models import Answer, LeftOut
from console.content.services import load_answers, publish
from console.directory.models import Contact
from console.directory.services import load_directory
from safar import answers as shared

pytestmark = pytest.mark.django_db(transaction=True)

ENGLISH = {
    "topic": "wages_unpaid",
    "country": "",
    "title": "Wages not paid",
    "first": "Write down your days.",
    "know": "One point.",
    "next_steps": "Call.",
    "checked_on": "2026-11-22",
}

LOADED = shared.Answer(
    title="Wages not paid",
    first=("Write down your days.",),
    know=(),
    next=("Call.",),
    sources=(("ILO", "https://example.org"),),
    checked_on="2026-11-22",
)


def answer(language: str = "en", **changes: object) -> Answer:
    locale, _ = Locale.objects.get_or_create(language_code=language)
    made = Answer(**{**ENGLISH, **changes}, locale=locale, translation_key=Answer.key_of("wages_unpaid", ""))
    made.sources = [("source", {"title": "ILO", "url": "https://example.org"})]
    made.save()
    return made


def edit(row: Answer, **changes: object) -> None:
    """What an editor does: change fields of the latest state, as the console's form does, and publish."""
    row.refresh_from_db()
    state = row.get_latest_revision_as_object()
    for name, value in changes.items():
        setattr(state, name, value)
    state.full_clean(exclude=["sources"])
    state.save_revision().publish()


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, int]]:
    """Load one answer as the repository would hold it: English, and Nepali that says the same."""
    monkeypatch.setattr(content, "languages", lambda: ["en", "ne"])

    def load(**changes: Any) -> dict[str, int]:
        english = replace(LOADED, **changes)
        nepali = replace(english, title="तलब", source_version=english.version)
        monkeypatch.setattr(content, "repository_answers", lambda: {"wages_unpaid": {"*": {"en": english, "ne": nepali}}})
        return load_answers()

    return load


def loaded(language: str = "en") -> Answer:
    return Answer.objects.get(locale__language_code=language)


def in_bundle(language: str = "en") -> shared.Answer:
    return current_bundle().answers["wages_unpaid"]["*"][language]


def person(name: str, group: str) -> Client:
    call_command("ensure_people")
    Locale.objects.get_or_create(language_code="en")
    user = get_user_model().objects.create_user(name, password="a long passphrase")
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def conversation(published: str) -> Conversation:
    made, _ = services.start_conversation(channel="web", now=timezone.now(), wanted_languages=["en"], country="QA")
    return made


@pytest.fixture
def case(conversation: Conversation) -> Case:
    made, _ = cases.open_case(
        conversation=conversation, reason="danger", topic="emergency_danger", urgent=True, evidence=["“x”"], now=timezone.now()
    )
    return made


def test_what_an_editor_publishes_is_in_the_bundle_at_once() -> None:
    row = answer()
    edit(row, first="Write down your hours.")
    found = current_bundle().answer("wages_unpaid", "en", None)
    assert found is not None
    assert found.answer.first == ("Write down your hours.",)


def test_of_two_publications_at_once_the_newer_content_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    row = answer()
    others: list[Thread] = []

    def publish_another() -> None:
        Answer.objects.filter(pk=row.pk).update(first="Write down your hours.")
        publish()
        connection.close()

    def pack_while_another_publishes(*given: Any) -> bytes:
        data = pack(*given)
        if not others:
            others.append(Thread(target=publish_another))
            others[0].start()
            others[0].join(timeout=4)
        return data

    pack = content.pack
    monkeypatch.setattr(content, "pack", pack_while_another_publishes)
    publish()
    others[0].join()
    assert in_bundle().first == ("Write down your hours.",)


def test_a_draft_is_not_published() -> None:
    row = answer()
    publish()
    row.first = "Not ready."
    row.save_revision()
    assert current_bundle().answers["wages_unpaid"]["*"]["en"].first == ("Write down your days.",)


def test_a_changed_english_text_makes_its_translations_give_way_until_they_are_updated() -> None:
    english, nepali = answer(), answer("ne", title="तलब")
    edit(nepali, first="लेख्नुस्।")
    assert current_bundle().answer("wages_unpaid", "ne", None).language == "ne"  # type: ignore[union-attr]
    edit(english, first="Something else now.")
    found = current_bundle().answer("wages_unpaid", "ne", None)
    assert found is not None
    assert (found.language, found.reason) == ("en", "outdated")
    edit(nepali, first="अर्को कुरा।")
    assert current_bundle().answer("wages_unpaid", "ne", None).language == "ne"  # type: ignore[union-attr]


def test_a_comma_in_english_leaves_the_translations_in_use() -> None:
    english, nepali = answer(), answer("ne", title="तलब")
    edit(english, first="Write down your days, please.")
    edit(nepali, first="लेख्नुस्।")
    edit(english, first="Write down your days.", meaning_unchanged=True)
    assert current_bundle().answer("wages_unpaid", "ne", None).language == "ne"  # type: ignore[union-attr]
    english.refresh_from_db()
    assert english.meaning_unchanged is False


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("first", "Call +974 4028 0660 now.", "belong in the directory"),
        ("know", "See www.example.org", "belong in the directory"),
        ("know", "a\nb\nc\nd\ne\nf", "6 lines; at most 5"),
        ("first", "one\ntwo", "2 lines; at most 1"),
        ("know", "word " * 130, "words in all; at most 120"),
    ],
)
def test_the_console_refuses_what_must_not_be_published(field: str, value: str, sentence: str) -> None:
    from django.core.exceptions import ValidationError

    row = answer()
    setattr(row, field, value)
    with pytest.raises(ValidationError, match=sentence):
        row.full_clean()


def test_loading_twice_changes_nothing_and_keeps_what_people_changed() -> None:
    first = load_answers()
    assert first["added"] > 100
    second = load_answers()
    assert (second["added"], second["updated"], second["same"]) == (0, 0, first["added"])
    row = Answer.objects.get(topic="wages_unpaid", country="", locale__language_code="en")
    edit(row, first="Changed by an editor.")
    load_answers()
    row.refresh_from_db()
    assert row.first == "Changed by an editor."
    assert not LeftOut.objects.exists()  # each of the repository's own can be packed


def test_a_deleted_answer_is_gone_at_once_and_not_loaded_again(repository: Callable[..., dict[str, int]]) -> None:
    repository()
    publish()
    loaded("ne").delete()
    assert "ne" not in current_bundle().answers["wages_unpaid"]["*"]
    assert repository(title="Wages unpaid") == {"added": 0, "updated": 1, "kept": 1, "same": 0}
    assert not Answer.objects.filter(locale__language_code="ne").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"reviewed": True},
        {"checked_on": date(2026, 11, 23)},
        {"sources": [("source", {"title": "Law", "url": "https://example.org/law"})]},
    ],
)
def test_what_is_changed_beside_the_text_is_published_and_never_loaded_over(
    changes: dict[str, object], repository: Callable[..., dict[str, int]]
) -> None:
    repository()
    publish()
    edit(loaded(), **changes)
    published = in_bundle()
    assert published == loaded().as_shared() != LOADED
    assert repository(title="Wages unpaid") == {"added": 0, "updated": 1, "kept": 1, "same": 0}
    assert loaded().as_shared() == published


def test_an_answer_that_nobody_touched_follows_the_repository(repository: Callable[..., dict[str, int]]) -> None:
    assert repository() == {"added": 2, "updated": 0, "kept": 0, "same": 0}
    assert repository() == {"added": 0, "updated": 0, "kept": 0, "same": 2}
    assert repository(checked_on="2026-11-23") == {"added": 0, "updated": 2, "kept": 0, "same": 0}
    assert loaded().checked_on == date(2026, 11, 23)


def test_what_is_taken_down_begun_or_moved_is_not_loaded_over(repository: Callable[..., dict[str, int]]) -> None:
    repository()
    loaded("ne").unpublish()
    edit(loaded(), country="QA")
    assert repository(title="Wages unpaid")["kept"] == 2
    assert (loaded("ne").live, loaded().country, loaded().title) == (False, "QA", "Wages not paid")
    edit(loaded(), country="")
    draft = loaded()
    draft.first = "Not ready."
    draft.save_revision()
    assert repository(title="Wages unpaid")["kept"] == 2
    assert loaded().get_latest_revision_as_object().first == "Not ready."


def test_a_translation_that_an_editor_kept_in_use_stays_so(repository: Callable[..., dict[str, int]]) -> None:
    repository()
    edit(loaded(), first="Write down your days, please.", meaning_unchanged=True)
    assert repository(title="Wages unpaid")["kept"] == 2
    publish()
    assert current_bundle().answer("wages_unpaid", "ne", None).language == "ne"  # type: ignore[union-attr]


def test_what_an_earlier_release_loaded_is_updated_unless_somebody_changed_it(
    repository: Callable[..., dict[str, int]],
) -> None:
    repository()
    for row in Answer.objects.all():  # then the version of the text was all that was kept
        Answer.objects.filter(pk=row.pk).update(loaded_version=row.as_shared().version)
    translator = get_user_model().objects.create_user("translator", password="a long passphrase")
    nepali = loaded("ne")
    nepali.reviewed = True
    nepali.save_revision(user=translator).publish()
    assert repository(title="Wages unpaid") == {"added": 0, "updated": 1, "kept": 1, "same": 0}
    assert loaded("ne").reviewed


def test_a_text_put_back_to_what_was_loaded_is_published(repository: Callable[..., dict[str, int]]) -> None:
    repository()
    edit(loaded(), first="Write down your hours.")
    edit(loaded(), first="Write down your days.")
    assert in_bundle().first == ("Write down your days.",)


def test_the_directory_is_loaded_once_and_a_changed_number_is_live() -> None:
    counts = load_directory()
    assert counts["added"] > 700
    assert load_directory()["same"] == counts["added"]
    row = Contact.objects.get(identifier__startswith="qa-labour_complaint", phones="16008")
    row.phones = "16009"
    row.save()
    bundle = current_bundle()
    assert not LeftOut.objects.exists()
    assert "16009" in [phone for contact in bundle.contacts for phone in contact.phones]
    assert load_directory()["same"] == counts["added"]
    row.refresh_from_db()
    assert row.phones == "16009"


def test_a_wrong_number_cannot_be_saved_in_the_console() -> None:
    from django.core.exceptions import ValidationError

    row = Contact(identifier="qa-x", country="QA", kind="emergency", name="Police", phones="+97412")
    with pytest.raises(ValidationError, match="neither a valid number"):
        row.full_clean()


def test_an_editor_sees_answers_and_no_cases(case: Case) -> None:
    client = person("editor", "Editors")
    assert client.get("/console/snippets/content/answer/").status_code == 200
    assert client.get("/console/snippets/directory/contact/").status_code == 200
    assert client.get("/console/cases/").status_code == 302


def test_an_operator_sees_cases_and_no_answers(case: Case) -> None:
    client = person("operator", "Operators")
    page = client.get("/console/cases/")
    assert case.reference in page.content.decode()
    assert client.get("/console/snippets/content/answer/").status_code == 302


def test_nobody_sees_anything_without_signing_in(case: Case) -> None:
    for path in ("/console/", "/console/cases/", f"/console/cases/{case.pk}/", f"/console/cases/{case.pk}/messages/"):
        assert Client().get(path).status_code == 302


def test_an_operator_takes_over_replies_and_closes(case: Case) -> None:
    client = person("operator", "Operators")
    address = f"/console/cases/{case.pk}/"
    assert client.get(f"{address}messages/?after=²").json()["messages"] == []
    client.post(f"{address}reply/", {"text": "too early"})
    assert case.conversation.messages.count() == 0
    client.post(f"{address}take/")
    client.post(f"{address}reply/", {"text": "I am here."})
    client.post(f"{address}close/")
    texts = [(m.author, m.text) for m in case.conversation.messages.all()]
    assert texts == [
        ("bot", "A counsellor has joined. A person now reads and answers your messages."),
        ("operator", "I am here."),
        ("bot", "The counsellor has left the conversation. I, the program, answer again."),
    ]
    case.refresh_from_db()
    assert (case.status, case.conversation.holder) == ("closed", "bot")
    assert [event.step for event in case.events.all()] == ["opened", "taken over", "replied", "closed"]
    page = client.get(address).content.decode()
    assert "I am here." in page
    assert "Take over" not in page


def test_a_second_operator_cannot_take_or_answer(case: Case) -> None:
    person("first", "Operators").post(f"/console/cases/{case.pk}/take/")
    second = person("second", "Operators")
    page = second.post(f"/console/cases/{case.pk}/take/", follow=True).content.decode()
    assert "first is talking with this person. Nothing was changed." in page
    second.post(f"/console/cases/{case.pk}/reply/", {"text": "me too"})
    assert case.conversation.messages.filter(author="operator").count() == 0


@pytest.mark.parametrize("action", ["close", "back"])
def test_nobody_ends_the_conversation_that_a_colleague_is_in(case: Case, action: str) -> None:
    person("first", "Operators").post(f"/console/cases/{case.pk}/take/")
    second = person("second", "Operators")
    shown = second.get(f"/console/cases/{case.pk}/").content.decode()
    assert "first is talking with this person." in shown
    assert "Close the case" not in shown
    page = second.post(f"/console/cases/{case.pk}/{action}/", follow=True).content.decode()
    assert "Nothing was changed. Ask first to hand the conversation back first." in page
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.conversation.holder, str(case.conversation.operator)) == ("with_person", "operator", "first")
    assert [event.step for event in case.events.all()] == ["opened", "taken over"]
    assert case.conversation.messages.count() == 1  # the person was not told that the counsellor has left


def test_who_keeps_the_desk_ends_a_colleagues_conversation(case: Case) -> None:
    person("first", "Operators").post(f"/console/cases/{case.pk}/take/")
    keeper = person("keeper", "Operators")
    get_user_model().objects.get(username="keeper").groups.add(Group.objects.get(name="Editors"))
    assert "Close the case" in keeper.get(f"/console/cases/{case.pk}/").content.decode()
    keeper.post(f"/console/cases/{case.pk}/close/")
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.conversation.holder) == ("closed", "bot")


def test_a_case_whose_operator_is_gone_or_that_nobody_took_is_closed_by_anybody(case: Case) -> None:
    person("first", "Operators").post(f"/console/cases/{case.pk}/take/")
    get_user_model().objects.get(username="first").delete()
    person("second", "Operators").post(f"/console/cases/{case.pk}/close/")
    assert Case.objects.get(pk=case.pk).status == "closed"


def test_a_closed_case_is_not_changed_and_a_new_danger_opens_another(case: Case) -> None:
    client = person("operator", "Operators")
    client.post(f"/console/cases/{case.pk}/close/")
    page = client.post(f"/console/cases/{case.pk}/take/", follow=True).content.decode()
    assert "This case was closed meanwhile" in page
    again, is_new = cases.open_case(
        conversation=case.conversation, reason="danger", topic=None, urgent=True, evidence=[], now=timezone.now()
    )
    assert is_new
    assert again.pk != case.pk


def test_a_case_is_raised_and_never_lowered(conversation: Conversation) -> None:
    now = timezone.now()
    wish, _ = cases.open_case(conversation=conversation, reason="wish", topic=None, urgent=False, evidence=[], now=now)
    raised, is_new = cases.open_case(
        conversation=conversation, reason="danger", topic=None, urgent=True, evidence=["“x”"], now=now
    )
    assert (raised.pk, is_new) == (wish.pk, False)
    cases.open_case(conversation=conversation, reason="wish", topic=None, urgent=False, evidence=[], now=now)
    raised.refresh_from_db()
    assert (raised.priority, raised.reason, raised.evidence) == (Case.Priority.URGENT, "danger", ["“x”"])


def test_a_loaded_contact_that_left_the_repository_goes_unless_somebody_changed_it() -> None:
    load_directory()
    kept, gone = Contact.objects.filter(country="QA")[:2]
    Contact.objects.filter(pk__in=[kept.pk, gone.pk]).update(identifier=Concat(F("identifier"), Value("-moved")))
    Contact.objects.filter(pk=kept.pk).update(note="Ring twice.")
    assert load_directory()["removed"] == 1
    assert Contact.objects.filter(pk=kept.pk).exists()
    assert not Contact.objects.filter(pk=gone.pk).exists()
