"""The directory in the console: whose entries are whose, the call that verifies, history and undo, import with its preview."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.log_actions import log
from wagtail.models import Locale

from bot.bundles import current_bundle
from console.directory import exchange, services
from console.directory.models import Centre, Contact, Task, Upload
from safar.directory import COLUMNS, read_directory

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = timezone.now().date()
LIST = "/console/snippets/directory/contact/"


def entry(identifier: str, **changes: Any) -> Contact:
    known = {"country": "QA", "kind": "legal_aid", "name": identifier, "phones": "+97444667788"}
    return Contact.objects.create(identifier=identifier, **{**known, **changes})


@pytest.fixture
def centres() -> dict[str, Centre]:
    return {name: Centre.objects.create(name=name) for name in ("Doha", "Beirut")}


def person(name: str, group: str, centre: Centre | None = None) -> Client:
    call_command("ensure_people")
    Locale.objects.get_or_create(language_code="en")
    user = get_user_model().objects.create_user(name, password="a long passphrase")
    user.groups.add(Group.objects.get(name=group))
    if centre:
        centre.members.add(user)
    client = Client()
    client.force_login(user)
    return client


def form(row: Contact, **changes: str) -> dict[str, str]:
    """What the browser posts from the edit form of an entry."""
    values = {name: value for name, value in row.row().items() if name != "id"}
    return {"identifier": row.identifier, **values, **changes}


# --- whose entries ---


def test_members_of_a_centre_change_its_entries_and_no_others(centres: dict[str, Centre]) -> None:
    own, other, nobodys = entry("own", centre=centres["Doha"]), entry("other", centre=centres["Beirut"]), entry("nobodys")
    client = person("member", "Centre editors", centres["Doha"])
    page = client.get(LIST).content.decode()
    assert all(name in page for name in ("own", "other", "nobodys"))
    assert client.post(f"{LIST}edit/{own.pk}/", form(own, city="Doha")).status_code == 302
    for row in (other, nobodys):
        for answer in (
            client.get(f"{LIST}edit/{row.pk}/"),
            client.post(f"{LIST}edit/{row.pk}/", form(row, city="Doha")),
            client.post(f"{LIST}delete/{row.pk}/"),
            client.post(f"/console/directory/{row.pk}/call/"),
            client.post(f"/console/bulk/directory/contact/delete/?id={row.pk}"),
        ):
            assert answer.status_code in (302, 404)
    assert set(Contact.objects.filter(city="Doha").values_list("identifier", flat=True)) == {"own"}
    assert set(Contact.objects.filter(checked_on="").values_list("identifier", flat=True)) == {"own", "other", "nobodys"}
    assert Contact.objects.count() == 3


def test_a_member_cannot_give_an_entry_away_or_take_one(centres: dict[str, Centre]) -> None:
    own = entry("own", centre=centres["Doha"])
    client = person("member", "Centre editors", centres["Doha"])
    client.post(f"{LIST}edit/{own.pk}/", {**form(own, city="Doha"), "centre": str(centres["Beirut"].pk)})
    own.refresh_from_db()
    assert (own.city, own.centre) == ("Doha", centres["Doha"])


def test_what_a_member_adds_belongs_to_the_centre_and_who_has_none_adds_nothing(centres: dict[str, Centre]) -> None:
    new = form(Contact(identifier="qa-new", country="QA", kind="legal_aid", name="New", phones="+97444667788"))
    person("member", "Centre editors", centres["Doha"]).post(f"{LIST}add/", new)
    assert Contact.objects.get().centre == centres["Doha"]
    stranger = person("stranger", "Centre editors")
    stranger.post(f"{LIST}add/", {**new, "identifier": "qa-newer"})
    assert Contact.objects.count() == 1
    assert "You belong to no centre yet" in stranger.get("/console/directory/").content.decode()


def test_an_operator_has_no_door_to_the_directory() -> None:
    row = entry("own")
    client = person("operator", "Operators")
    for path in (
        "/console/directory/",
        "/console/directory/map/",
        "/console/directory/import/",
        f"/console/directory/{row.pk}/call/",
    ):
        assert client.get(path).status_code == 302
    assert client.get("/console/directory/").url.startswith("/console/login/")  # type: ignore[attr-defined]


# --- to do ---


def test_the_list_holds_what_the_centre_has_to_do_and_nothing_of_others(centres: dict[str, Centre]) -> None:
    fresh = entry("fresh-entry", centre=centres["Doha"], checked_on=TODAY.isoformat())
    entry("old-entry", centre=centres["Doha"], checked_on="2020-01")
    entry("never-entry", centre=centres["Doha"])
    entry("foreign-entry", centre=centres["Beirut"])
    services.report_number(contact=fresh.as_shared(), now=timezone.now())
    page = person("member", "Centre editors", centres["Doha"]).get("/console/directory/").content.decode()
    assert "did not work (1)" in page
    assert "To be checked again (2)" in page
    assert all(name in page for name in ("fresh-entry", "old-entry", "never-entry"))
    assert "foreign-entry" not in page


@pytest.mark.parametrize("checked_on", ["", "2020", "2025-11", "2026-05-25", "2026-05-26", "2026-06", "2026-06-01", "2026-11-22"])
@pytest.mark.parametrize("kind", ["emergency", "legal_aid"])
def test_the_database_and_the_bundle_agree_on_what_is_due(kind: str, checked_on: str) -> None:
    from datetime import date

    row = entry("x", kind=kind, checked_on=checked_on)
    for day in (date(2026, 11, 22), date(2026, 11, 28), date(2025, 12, 31), date(2021, 1, 1)):
        assert Contact.objects.due(day).exists() is not row.as_shared().is_fresh(day)


def test_one_click_verifies_and_shows_a_hidden_entry(centres: dict[str, Centre]) -> None:
    row = entry("qa-hidden", centre=centres["Doha"], confidence="low")
    client = person("member", "Centre editors", centres["Doha"])
    page = client.post(f"/console/directory/{row.pk}/call/", {"next": "/console/directory/?country=QA"}, follow=True)
    assert "checked today" in page.content.decode()
    assert page.redirect_chain == [("/console/directory/?country=QA", 302)]
    row.refresh_from_db()
    assert (row.checked_on, row.confidence) == (timezone.now().date().isoformat(), "high")
    assert [contact.confidence for contact in current_bundle().contacts if contact.id == "qa-hidden"] == ["high"]
    assert client.post(f"/console/directory/{row.pk}/call/", {"next": "https://evil.example"}).url == "/console/directory/"  # type: ignore[attr-defined]


def test_a_removed_entry_is_not_loaded_again(centres: dict[str, Centre]) -> None:
    services.load_directory()
    row = Contact.objects.get(identifier="qa-labour_complaint-ministry-hotline")
    row.centre = centres["Doha"]
    row.save()
    person("member", "Centre editors", centres["Doha"]).post(f"{LIST}delete/{row.pk}/")
    assert not Contact.objects.filter(identifier=row.identifier).exists()
    assert services.load_directory()["kept"] == 1
    assert not Contact.objects.filter(identifier=row.identifier).exists()


def test_what_an_earlier_release_noted_as_removed_is_not_loaded_again() -> None:
    services.load_directory()
    row = Contact.objects.exclude(loaded_digest="").first()
    assert row
    log(row, "directory.deleted", data={"contact": row.identifier})
    row.delete()
    assert services.load_directory()["kept"] == 1
    assert not Contact.objects.filter(identifier=row.identifier).exists()


def test_a_new_number_and_a_removed_entry_close_their_tasks(centres: dict[str, Centre]) -> None:
    row = entry("own", centre=centres["Doha"])
    client = person("member", "Centre editors", centres["Doha"])
    services.report_number(contact=row.as_shared(), now=timezone.now())
    client.post(f"{LIST}edit/{row.pk}/", form(row, city="Doha"))
    assert Task.objects.open().count() == 1
    client.post(f"{LIST}edit/{row.pk}/", form(row, phones="+97444667799"))
    assert Task.objects.get().outcome == "changed"
    row.refresh_from_db()
    services.report_number(contact=row.as_shared(), now=timezone.now())
    client.post(f"{LIST}delete/{row.pk}/")
    assert Task.objects.filter(outcome="removed").count() == 1
    assert not Task.objects.open().exists()


def test_a_national_number_without_an_entry_is_closed_by_who_keeps_all(centres: dict[str, Centre]) -> None:
    from safar.directory import library_emergency

    library = library_emergency("VA")
    assert library
    task = services.report_number(contact=library, now=timezone.now())
    member, keeper = person("member", "Centre editors", centres["Doha"]), person("keeper", "Editors")
    member.post(f"/console/directory/tasks/{task.pk}/close/")
    assert Task.objects.open().count() == 1
    assert "National emergency number" in keeper.get("/console/directory/").content.decode()
    keeper.post(f"/console/directory/tasks/{task.pk}/close/")
    assert Task.objects.get().outcome == "works"


def test_a_centre_that_is_no_number_narrows_nothing() -> None:
    entry("own")
    client = person("keeper", "Editors")
    for centre in ("²", "٣", "x", "9" * 30):
        assert client.get("/console/directory/", {"centre": centre}).status_code == 200


# --- history ---


def test_a_change_is_in_the_history_and_can_be_undone() -> None:
    services.load_directory()
    row = Contact.objects.get(identifier="qa-labour_complaint-ministry-hotline")
    client = person("keeper", "Editors")
    client.post(f"{LIST}edit/{row.pk}/", form(row, phones="16009"))
    row.refresh_from_db()
    assert row.phones == "16009"
    first = row.revisions.order_by("created_at").first()
    assert first is not None
    assert first.as_object().phones == "16008"
    page = client.get(f"{LIST}history/{row.pk}/").content.decode()
    assert f"{LIST}history/{row.pk}/revisions/{first.pk}/revert/" in page
    assert "As it was before the first change" in page
    old = client.get(f"{LIST}history/{row.pk}/revisions/{first.pk}/revert/").content.decode()
    assert 'value="16008"' in old
    client.post(f"{LIST}edit/{row.pk}/", form(row, phones="16008"))
    row.refresh_from_db()
    assert row.phones == "16008"
    assert row.revisions.count() == 3


# --- what the screens show ---


def test_filters_map_and_export_answer(centres: dict[str, Centre]) -> None:
    services.load_directory()
    client = person("keeper", "Editors")
    assert client.get(f"{LIST}?country=QA&due=true&serves=NP").status_code == 200
    for words in ("Ministry+of+Labour", "16008", "qa-labour_complaint-ministry-hotline"):
        assert "Ministry of Labour hotline" in client.get(f"{LIST}?q={words}").content.decode()
    assert "Ministry of Labour hotline" not in client.get(f"{LIST}?q=no+such+words").content.decode()
    world = client.get("/console/directory/map/").content.decode()
    assert world.count("<circle") > 200
    assert world.count("</text></a>") > 20
    qatar = client.get("/console/directory/map/?country=QA").content.decode()
    assert ">Doha (" in qatar
    assert "No entry of Andorra has coordinates" in client.get("/console/directory/map/?country=AD").content.decode()
    exported = b"".join(client.get(f"{LIST}?country=QA&export=csv").streaming_content)  # type: ignore[attr-defined]
    rows = exchange.read_file("directory.csv", exported)
    assert {row["country"] for row in rows} == {"QA"}
    changes = exchange.preview(rows, country="QA", user=get_user_model().objects.get(username="keeper"))
    assert {change.state for change in changes} == {"same"}


def test_a_safe_house_with_an_address_cannot_be_saved() -> None:
    from django.core.exceptions import ValidationError

    row = Contact(identifier="qa-x", country="QA", kind="shelter", name="House", phones="999", address="Street 1")
    with pytest.raises(ValidationError, match="A safe house has no public address"):
        row.full_clean()


# --- import ---


def table(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


ROW = {"id": "qa-x", "country": "QA", "kind": "legal_aid", "name": "Centre", "phones": "+97444667788"}


@pytest.fixture
def keeper() -> Any:
    person("keeper", "Editors")
    return get_user_model().objects.get(username="keeper")


def states(content: bytes, user: Any, name: str = "x.csv", country: str = "QA") -> list[tuple[str, Any]]:
    changes = exchange.preview(exchange.read_file(name, content), country=country, user=user)
    return [(change.state, change.problems or change.warnings or change.differences) for change in changes]


def test_the_preview_says_what_is_new_changed_and_the_same(keeper: Any) -> None:
    entry("qa-x", name="Centre", note="kept")
    entry("qa-y", name="Other")
    found = states(
        table({**ROW, "phones": "+97444667799"}, {**ROW, "id": "qa-y", "name": "Other"}, {**ROW, "id": "qa-z"}), keeper
    )
    assert found[0] == ("changed", (("phones", "+97444667788", "+97444667799"),))
    assert found[1] == ("same", ())
    assert found[2][0] == "new"
    assert ("phones", "", "+97444667788") in found[2][1]
    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"country": "KW"}, "This row is of 'KW', but the import is for QA."),
        ({"phones": "+97412"}, "'+97412' is neither a valid number in E.164 nor a short code."),
        ({"kind": "embassy"}, "'embassy' is not a kind of contact."),
        ({"kind": "consulate"}, "An embassy or its labour office serves its own citizens: name their country in serves."),
        ({"id": "kw-x"}, "The entry 'kw-x' belongs to KW, not to QA."),
        ({"latitude": "north", "longitude": "1"}, "latitude: 'north' is not a number."),
        ({"latitude": "25", "longitude": "51"}, "precision must be 'exact' or 'city' beside coordinates"),
        ({"latitude": "91", "longitude": "1", "precision": "city"}, "Latitude goes from -90 to 90, longitude from -180 to 180."),
        ({"checked_on": "22.11.2026"}, "checked_on must be YYYY, YYYY-MM or YYYY-MM-DD."),
        ({"name": ""}, "needs a name and at least one way to reach it."),
        ({"kind": "shelter", "address": "Street 1"}, "A safe house has no public address: remove address and coordinates"),
        ({"name": "x" * 201}, "name: 201 characters; at most 200."),
        ({"id": "a b"}, "The id may hold letters, digits, - and _ only, at most 120."),
        ({"serves": "XX"}, "serves: 'XX' is not a country."),
    ],
)
def test_a_wrong_row_is_left_out_with_a_reason(keeper: Any, changes: dict[str, str], sentence: str) -> None:
    entry("kw-x", country="KW", phones="112")
    state, problems = states(table({**ROW, **changes}), keeper)[0]
    assert state == "wrong"
    assert any(sentence in problem for problem in problems), problems


def test_a_number_of_another_country_is_pointed_out(keeper: Any) -> None:
    found = states(
        table({**ROW, "serves": "*", "phones": "+96590906719"}, {**ROW, "id": "qa-y", "serves": "NP", "phones": "+97714200000"}),
        keeper,
    )
    assert found[0] == ("new", ("+96590906719 is a number of Kuwait, not of Qatar.",))
    assert found[1][0] == "new"
    assert "+97714200000" in str(found[1][1])
    assert "is a number of" not in str(found[1][1])


def test_a_double_is_wrong_the_second_time(keeper: Any) -> None:
    assert [state for state, _ in states(table(ROW, ROW), keeper)] == ["new", "wrong"]


def test_of_a_double_the_row_that_was_shown_is_written(keeper: Any) -> None:
    rows = exchange.read_file("x.csv", table(ROW, {**ROW, "country": "ZZ", "kind": "nokind", "phones": "not-a-number"}))
    changes = exchange.preview(rows, country="QA", user=keeper)
    upload = Upload.objects.create(name="x.csv", country="QA", rows=rows, by=keeper, at=timezone.now())
    assert services.import_changes(upload=upload, changes=changes, by=keeper) == 1
    assert list(Contact.objects.values_list("country", "kind", "phones")) == [("QA", "legal_aid", "+97444667788")]


def test_a_member_cannot_import_over_another_centre(centres: dict[str, Centre]) -> None:
    entry("qa-x", name="Centre", centre=centres["Beirut"])
    person("member", "Centre editors", centres["Doha"])
    member = get_user_model().objects.get(username="member")
    assert states(table({**ROW, "phones": "999"}), member) == [("wrong", ("This entry belongs to another centre.",))]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.pdf", b"", "only .csv, .xlsx and .json"),
        ("x.csv", b"", "The column 'country' is missing"),
        ("x.csv", b"country,kind,name\n", "there is no row below the header"),
        ("x.csv", b"country,kind,name,telephone\nQA,x,y,1\n", "The column 'telephone' is not known"),
        ("x.csv", "country,kind,name\nQA,x,é\n".encode("latin-1"), "The file is not UTF-8"),
        ("x.xlsx", b"no workbook", "The file is not an Excel workbook"),
        ("x.json", b"{", "The file is not JSON"),
        ("x.json", b"{}", "This is not HSDS"),
        ("x.csv", b"country,kind,name\nQA,x," + b"a" * 200_000, "The file cannot be read as a table"),
        ("x.json", b"[" * 100_000, "The file is not JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(name: str, content: bytes, sentence: str) -> None:
    from safar.errors import ContentError

    with pytest.raises(ContentError, match=sentence):
        exchange.read_file(name, content)


def test_spreadsheets_of_the_world_can_be_read(keeper: Any) -> None:
    semicolons = "\ufeffcountry;kind;name;phones\nqa;legal_aid;Centre;+97444667788\n".encode()
    assert exchange.read_file("x.CSV", semicolons) == [
        {"country": "qa", "kind": "legal_aid", "name": "Centre", "phones": "+97444667788"}
    ]
    assert states(semicolons, keeper)[0][0] == "new"
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    book.active.append(["country", "kind", "name", "phones", "checked_on", "latitude", "longitude"])
    book.active.append(["QA", "legal_aid", "Centre", 999, TODAY, 25.29, 51.53])
    book.save(out)
    row = exchange.read_file("x.xlsx", out.getvalue())[0]
    assert (row["phones"], row["checked_on"], row["latitude"]) == ("999", TODAY.isoformat(), "25.29")


@pytest.mark.parametrize(("name", "write"), [("x.csv", exchange.as_csv), ("x.xlsx", exchange.as_xlsx)])
def test_the_whole_directory_comes_back_from_a_file_as_it_was(name: str, write: Any) -> None:
    services.load_directory()
    rows = [row.row() for row in Contact.objects.all()]
    back = exchange.read_file(name, write(rows))
    assert [dict.fromkeys(COLUMNS, "") | row for row in back] == rows
    assert len(rows) == len(read_directory())


def test_numbers_in_a_workbook_are_text() -> None:
    row = {**dict.fromkeys(COLUMNS, ""), "phones": "+97444667788", "id": "x"}
    sheet = load_workbook(io.BytesIO(exchange.as_xlsx([row]))).worksheets[0]
    cell = sheet.cell(2, COLUMNS.index("phones") + 1)
    assert (cell.value, cell.data_type) == ("+97444667788", "s")


def test_nothing_is_written_before_the_yes_and_all_of_it_after(centres: dict[str, Centre]) -> None:
    own = entry("qa-x", name="Centre", centre=centres["Doha"])
    client = person("member", "Centre editors", centres["Doha"])
    file = SimpleUploadedFile(
        "mine.csv", table({**ROW, "phones": "+97444667799"}, {**ROW, "id": "qa-new"}, {**ROW, "id": "kw", "country": "KW"})
    )
    answer = client.post("/console/directory/import/", {"country": "QA", "file": file}, follow=True)
    page = answer.content.decode()
    assert "1 new, 1 changed, 0 the same, 1 left out" in page
    assert "This row is of &#x27;KW&#x27;, but the import is for QA." in page
    assert "Import 2 entries" in page
    own.refresh_from_db()
    assert own.phones == "+97444667788"
    where, digest = answer.request["PATH_INFO"], answer.context["digest"]
    own.city = "Doha"
    own.save()
    assert "has changed since this preview" not in client.post(where, {"digest": digest}, follow=True).content.decode()
    own.refresh_from_db()
    assert client.get(f"{LIST}history/{own.pk}/").content.decode().count("/revert/") == 1
    new = Contact.objects.get(identifier="qa-new")
    assert (own.phones, own.city, new.centre) == ("+97444667799", "Doha", centres["Doha"])
    assert [revision.as_object().phones for revision in own.revisions.order_by("created_at")] == ["+97444667788", "+97444667799"]
    assert not Upload.objects.exists()
    assert {contact.id for contact in current_bundle().contacts} == {"qa-x", "qa-new"}


def test_a_preview_that_is_out_of_date_writes_nothing(keeper: Any) -> None:
    row = entry("qa-x", name="Centre")
    client = Client()
    client.force_login(keeper)
    file = SimpleUploadedFile("mine.csv", table({**ROW, "phones": "+97444667799"}))
    answer = client.post("/console/directory/import/", {"country": "QA", "file": file}, follow=True)
    row.phones = "+97444667700"
    row.save()
    again = client.post(answer.request["PATH_INFO"], {"digest": answer.context["digest"]})
    assert "has changed since this preview" in again.content.decode()
    row.refresh_from_db()
    assert row.phones == "+97444667700"
    assert client.get(answer.request["PATH_INFO"]).status_code == 200
    assert person("member", "Editors").get(answer.request["PATH_INFO"]).status_code == 404
