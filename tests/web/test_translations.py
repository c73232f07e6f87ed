"""The translators' table: what state each answer is in, and the steps from it."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from wagtail.models import Locale

from bot.bundles import current_bundle
from console.content.models import Answer
from console.translations import services
from console.translations.models import NotNeeded
from console.translations.services import State
from tests.web.test_console import answer, edit, person

pytestmark = pytest.mark.django_db(transaction=True)


def state_of(language: str) -> State:
    (row,) = services.table([language])
    return row.cells[0].state


def translated(*, reviewed: bool) -> Answer:
    """A published translation of the English answer, as an editor makes it."""
    made = answer("ne", title="तलब", first="दिन लेख्नुहोस्।", know="एक कुरा।", next_steps="फोन गर्नुहोस्।")
    edit(made, reviewed=reviewed)
    return made


def test_a_translation_goes_through_its_states() -> None:
    english = answer()
    edit(english)
    assert state_of("ne") is State.MISSING
    row = translated(reviewed=False)
    assert state_of("ne") is State.UNREVIEWED
    edit(row, reviewed=True)
    assert state_of("ne") is State.APPROVED
    edit(english, first="Write down your hours.")
    assert state_of("ne") is State.OUTDATED
    edit(row, first="घण्टा लेख्नुहोस्।")
    assert state_of("ne") is State.APPROVED
    row.refresh_from_db()
    row.first = "घण्टा र दिन लेख्नुहोस्।"
    row.save_revision()
    assert state_of("ne") is State.DRAFT


def test_a_begun_translation_is_a_draft_that_people_do_not_get() -> None:
    english = answer()
    edit(english)
    user = get_user_model().objects.create_user("translator", password="a long passphrase")
    draft = services.begin_translation(english=english, language="ne", by=user)
    assert state_of("ne") is State.DRAFT
    assert draft.first == english.first
    assert services.begin_translation(english=english, language="ne", by=user).pk == draft.pk
    found = current_bundle().answer("wages_unpaid", "ne", None)
    assert found is not None
    assert (found.language, found.reason) == ("en", "missing")


def test_what_is_not_needed_is_no_work() -> None:
    edit(answer())
    services.mark_needed(topic="wages_unpaid", country="", language="ne", needed=False)
    assert state_of("ne") is State.NOT_NEEDED
    assert services.summary(services.table(["ne"]))["ne"] == {State.NOT_NEEDED: 1}
    services.mark_needed(topic="wages_unpaid", country="", language="ne", needed=True)
    assert state_of("ne") is State.MISSING


def test_an_editor_translates_from_the_table_and_sees_the_english_text() -> None:
    english = answer()
    edit(english)
    editor = person("editor", "Editors")
    page = editor.get(reverse("translations:table"), {"language": "ne"})
    assert "missing" in page.content.decode()
    opened = editor.post(reverse("translations:begin", args=[english.pk, "ne"]), follow=True)
    assert opened.status_code == 200
    content = opened.content.decode()
    assert "The English text" in content
    assert "Write down your days." in content
    edit(english, first="Write down your hours.")
    again = editor.get(opened.redirect_chain[-1][0]).content.decode()
    assert "The English text has changed since this translation was made" in again


def test_the_table_is_for_editors_alone() -> None:
    english = answer()
    operator = person("operator", "Operators")
    assert operator.get(reverse("translations:table")).status_code == 302
    operator.post(reverse("translations:needed", args=[english.pk, "ne"]), {"needed": "0"})
    assert not NotNeeded.objects.exists()
    assert Locale.objects.filter(language_code="en").exists()
