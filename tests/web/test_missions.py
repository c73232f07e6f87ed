"""Missions from Wikidata: asked country by country, resumed, merged, and never shown before somebody has called."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from console.directory import missions, services
from console.directory.models import Contact
from safar import wikidata
from safar.settings import settings

ANSWER = (Path(__file__).parent.parent / "data" / "wikidata_missions.json").read_text(encoding="utf-8")
EMPTY = '{"results": {"bindings": []}}'
TABLE = """operator,host,jurisdictions,type,city,address,latitude,longitude,phone,email,website,wikidata
NP,QA,QA;OM,embassy,Doha,,25.29,51.53,,,https://qa.nepalembassy.gov.np/en,Q1
BE,QA,QA,embassy,Doha,,25.31,51.52,+974 4466 7788,,,Q2
BE,KW,KW,embassy,,,,,,,,Q3
"""


class Wikidata:
    """A server that answers as told and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.answers: list[tuple[int, dict[str, str], str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                query = parse_qs(body)["query"][0]
                outer.asked.append(query.split('wdt:P297 "')[1][:2])
                outer.agents.add(self.headers["User-Agent"])
                status, headers, content = outer.answers.pop(0) if outer.answers else (200, {}, ANSWER)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content.encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/sparql"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def service() -> Iterator[Wikidata]:
    made = Wikidata()
    yield made
    made.server.shutdown()
    made.server.server_close()


def fetch(service: Wikidata, folder: Path, codes: list[str], **more: Any) -> tuple[int, list[str], list[float]]:
    said: list[str] = []
    waited: list[float] = []
    asked = wikidata.fetch(folder, codes, say=said.append, endpoint=service.address, wait=waited.append, **more)
    return asked, said, waited


def test_each_country_is_one_question_and_progress_is_told(service: Wikidata, tmp_path: Path) -> None:
    service.answers = [(200, {}, ANSWER), (200, {}, EMPTY)]
    asked, said, waited = fetch(service, tmp_path, ["NP", "BE"])
    assert (asked, service.asked, waited) == (2, ["NP", "BE"], [1.0])
    assert said == ["1/2 NP Nepal: 4 missions", "2/2 BE Belgium: 0 missions"]
    assert service.agents == {"Safar/1.0 (help service for migrants; directory of missions)"}


def test_a_stopped_run_goes_on_where_it_was(service: Wikidata, tmp_path: Path) -> None:
    service.answers = [(200, {}, ANSWER), *[(500, {}, "")] * 5]
    with pytest.raises(wikidata.WikidataAway, match="HTTP 500.*run the same command again"):
        fetch(service, tmp_path, ["NP", "BE", "PH"])
    assert [path.name for path in tmp_path.iterdir()] == ["NP.json"]
    service.asked.clear()
    assert fetch(service, tmp_path, ["NP", "BE", "PH"])[0] == 2
    assert service.asked == ["BE", "PH"]
    assert fetch(service, tmp_path, ["NP", "BE", "PH"], again=True)[0] == 3


def test_when_asked_to_wait_it_waits_and_a_broken_answer_is_asked_for_again(service: Wikidata, tmp_path: Path) -> None:
    service.answers = [(429, {"Retry-After": "7"}, ""), (200, {}, ANSWER[:200]), (200, {}, "{}"), (200, {}, ANSWER)]
    asked, _, waited = fetch(service, tmp_path, ["NP"])
    assert (asked, waited) == (1, [7.0, 10.0, 20.0])
    assert len(service.asked) == 4


def test_rows_of_one_mission_are_merged() -> None:
    embassy, consulate, honorary, guest_house = wikidata.missions_of("NP", json.loads(ANSWER))
    assert (embassy.sender, embassy.host, embassy.covers) == ("NP", "QA", {"QA", "BH"})
    row = wikidata.row_of(embassy)
    assert row["id"] == "qa-consulate-np-q1000001"
    assert (row["country"], row["serves"], row["covers"], row["confidence"]) == ("QA", "NP", "BH", "low")
    assert (row["phones"], row["email"], row["latitude"], row["longitude"]) == (
        "+97444667788",
        "test@example.org",
        "25.3",
        "51.5",
    )
    assert "rejected by phonenumbers: +974446677" in row["note"]
    assert row["source_url"] == "https://www.wikidata.org/wiki/Q1000001"
    assert wikidata.row_of(consulate)["name"] == "Consulate general of Nepal"
    assert wikidata.row_of(consulate)["address"] == "1 Test Road Hong Kong"
    assert [wikidata.unusable(mission) for mission in (embassy, consulate, honorary, guest_house)] == [
        "",
        "",
        "no way to reach it",
        "in its own country",
    ]


@pytest.mark.django_db
def test_the_import_adds_hidden_entries_once_and_leaves_better_ones_alone(tmp_path: Path) -> None:
    services.load_directory()
    before = Contact.objects.count()
    path = tmp_path / "missions.csv"
    path.write_text(TABLE)
    found = missions.compare(list(wikidata.missions_in_table(path)))
    assert found.figures() == {
        "missions": 3,
        "new": 1,
        "with_a_telephone": 1,
        "imported_before": 0,
        "known_better": 1,
        "left_out_no_way_to_reach_it": 1,
        "pairs_with_a_mission": 3,
        "pairs_covered_from_elsewhere_only": 1,
        "senders": 2,
        "hosts": 2,
    }
    assert Contact.objects.count() == before
    assert missions.write(found) == 1
    row = Contact.objects.get(identifier="qa-consulate-be-q2")
    assert (row.confidence, row.checked_on, row.name) == ("low", "", "Embassy of Belgium, Doha")
    assert not Contact.objects.publishable().filter(pk=row.pk).exists()
    again = missions.compare(list(wikidata.missions_in_table(path)))
    assert (again.new, again.known) == ([], 1)


# --- the command ---


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("directory", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db
def test_missions_by_the_command_are_written_only_when_told(tmp_path: Path, service: Wikidata, monkeypatch: Any) -> None:
    monkeypatch.setattr(wikidata.fetch, "__kwdefaults__", {**wikidata.fetch.__kwdefaults__, "endpoint": service.address})
    first = json.loads(run("wikidata", "--sender", "np", "--json"))
    assert (first["missions"], first["new"], first["written"], Contact.objects.count()) == (4, 2, 0, 0)
    assert (settings().var / "wikidata" / "NP.json").exists()
    second = json.loads(run("wikidata", "--sender", "np", "--json", "--write"))
    assert (second["written"], Contact.objects.count(), service.asked) == (2, 2, ["NP"])


@pytest.mark.django_db
def test_the_report_counts_what_people_see_and_what_centres_have_to_do() -> None:
    services.load_directory()
    found = json.loads(run("report", "--json"))
    assert found["entries"] == Contact.objects.count() == found["shown"] + found["hidden"]
    assert found["hidden"] == Contact.objects.filter(confidence="low").count()
    assert "QA" not in found["missing"]["labour_complaint"]
    assert "NP>QA" in found["consulates"]
    assert {"id": "qa-labour_complaint-ministry-hotline", "number": "16008"} in found["numbers"]["short_codes_to_confirm"]
    assert {"id": "bf-ombuds_nhri-cndh", "number": "80001294"} in found["numbers"]["rejected"]
    assert [centre["name"] for centre in found["centres"]] == ["(no centre)"]
    assert found["centres"][0]["entries"] == found["entries"]
    text = run("report")
    assert f"{found['entries']} entries in {found['countries']} countries" in text
    assert "80001294" in text


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_an_exported_country_comes_in_again_as_it_was(tmp_path: Path, ending: str) -> None:
    services.load_directory()
    call_command("ensure_people", stdout=StringIO())
    path = tmp_path / f"qatar.{ending}"
    run("export", str(path), "--country", "qa", "--for-staff")
    assert "0 new, 0 changed" in run("import", str(path), "--country", "QA")
    with pytest.raises(CommandError, match="'XX' is not a country"):
        run("import", str(path), "--country", "XX")
    refused = run("import", str(path), "--country", "KW")
    assert "This row is of 'QA', but the import is for KW." in refused
    assert "0 new, 0 changed, 0 same" in refused


@pytest.mark.django_db
def test_an_import_by_the_command_writes_only_when_told(tmp_path: Path) -> None:
    call_command("ensure_people", stdout=StringIO())
    path = tmp_path / "new.csv"
    path.write_text("country,kind,name,phones\nQA,legal_aid,Centre,+97444667788\n")
    assert "Nothing was written" in run("import", str(path), "--country", "QA")
    assert not Contact.objects.exists()
    assert "1 entries written" in run("import", str(path), "--country", "QA", "--write")
    assert Contact.objects.get().identifier == "qa-legal_aid-centre"
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        run("import", str(path), "--country", "QA", "--user", "nobody")
