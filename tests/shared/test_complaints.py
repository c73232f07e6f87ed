"""The papers of the complaint helper and the letter made from them, in every language."""

from datetime import date

import pytest

from safar import catalogues
from safar.bundle import Bundle, open_archive, pack, repository_answers, repository_contacts
from safar.complaint_replies import REPLIES
from safar.complaints import LETTERS, QUESTIONS, SUMMARY, Notebook, Sheet
from safar.languages import host_language, languages
from safar.letters import Letter, lines_of, write_letter
from safar.replies import Composer
from safar.sums import KINDS

TODAY = date(2026, 11, 22)
ANSWERS = {"work": "cleaner", "employer": "Al Noor", "wage": "1,200", "months": "3", "paid": "500", "proof": None}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_archive(pack(repository_answers(), repository_contacts()), "test")


def sheet(**answers: "str | None") -> Sheet:
    return Sheet("wages_unpaid", {**ANSWERS, **answers})


def test_every_question_and_line_has_its_words() -> None:
    known = catalogues.interface()
    assert {f"question_{question}" for questions in QUESTIONS.values() for question in questions} <= set(known)
    assert {f"line_{question}" for topic in LETTERS for question in QUESTIONS[topic]} <= set(known)
    assert set(KINDS) <= set(known)
    assert set(REPLIES) - {"utter_complaint_question", "utter_sum_result"} <= set(known)


def test_what_is_kept_comes_back_whole() -> None:
    book = Notebook(letter=sheet(), open="letter", message="m1")
    assert Notebook.load(book.dump()) == book
    assert Notebook.load(None) == Notebook()


def test_a_paper_that_is_not_known_any_more_is_left_out() -> None:
    kept = Notebook(letter=sheet(), open="letter").dump()
    kept["letter"]["added_later"] = 1
    assert Notebook.load(kept).letter == sheet()
    kept["letter"]["topic"] = "gone"
    assert Notebook.load(kept) == Notebook()


def test_the_country_is_asked_only_when_it_is_not_known() -> None:
    begun = Sheet("work_injury")
    assert begun.next_question(country_known=False) == "country"
    assert begun.next_question(country_known=True) == "work"
    done = Sheet("work_injury", dict.fromkeys(QUESTIONS["work_injury"]))
    assert done.next_question(country_known=True) == SUMMARY


def test_the_wages_owed_are_worked_out_in_the_letter(bundle: Bundle) -> None:
    lines = {label: text for _, label, text in lines_of(Composer(bundle, "en", "QA"), sheet())}
    assert lines["Wages owed"] == "1,200 × 3 − 500 = 3,100 QAR"
    assert lines["Agreed pay for one month"] == "1,200 QAR"
    assert "Wages owed" not in {label for _, label, _ in lines_of(Composer(bundle, "en", "QA"), sheet(months=None))}


@pytest.mark.parametrize(
    ("wage", "paid", "result"),
    [
        ("1200 QAR", "500 USD", None),
        ("1200", "500 USD", None),
        ("1200 USD", "500 riyal", None),
        ("1200 USD", "500 USD", "3100 USD"),
        ("1200 USD", "500", "3100 USD"),
        ("1200 USD", "nothing", "3600 USD"),
        ("1200 USD", None, "3600 USD"),
    ],
)
def test_two_currencies_are_never_one_sum(wage: str, paid: "str | None", result: "str | None") -> None:
    for paper in (sheet(wage=wage, paid=paid), Sheet("sum_wages", {"wage": wage, "months": "3", "paid": paid})):
        owed, values = paper.owed("QA"), paper.values("QA")
        assert (owed and owed.total and f"{owed.total.amount:.0f} {owed.total.currency}") == result
        if paper.is_sum:
            assert (values is None) is (result is None)


def test_a_sum_in_two_currencies_is_not_told(bundle: Bundle) -> None:
    mixed = Sheet("sum_wages", {"wage": "1200 QAR", "months": "3", "paid": "500 USD"})
    told = REPLIES["utter_sum_result"](Composer(bundle, "en", "QA"), {"complaint": Notebook(sum=mixed, open="sum").dump()})
    assert not any(number in told[0]["text"] for number in ("1,200", "3,100", "500"))


def test_what_was_skipped_is_not_in_the_letter(bundle: Bundle) -> None:
    letter = write_letter(Composer(bundle, "en", "QA"), sheet(), "en", TODAY)
    assert "Proof" not in dict(letter.facts)
    assert dict(letter.facts)["Employer"] == "Al Noor"
    assert letter.head == ("Date: November 22, 2026", "Country of work: Qatar", "Please look into my complaint.")
    assert Letter.from_json(letter.as_json()) == letter


def test_numbers_stay_left_to_right_in_arabic(bundle: Bundle) -> None:
    letter = write_letter(Composer(bundle, "ar", "QA"), sheet(proof="هاتف +974 5555 1234"), "ar", TODAY)
    assert "\u20661,200 × 3 − 500 = 3,100 QAR\u2069" in [text for _, text in letter.facts]
    assert "هاتف \u2066+974 5555 1234\u2069" in [text for _, text in letter.facts]


@pytest.mark.parametrize("code", list(languages()))
def test_a_letter_in_every_language(bundle: Bundle, code: str) -> None:
    letter = write_letter(Composer(bundle, code, "SA"), sheet(), "ne", TODAY)
    assert (letter.language, letter.dir) == (code, languages()[code].dir)
    assert "Al Noor" in letter.as_text()
    assert "{" not in letter.as_text()


@pytest.mark.parametrize(
    ("country", "language"), [("QA", "ar"), ("FR", "fr"), ("MY", "en"), ("HK", "en"), ("IL", "en"), (None, "en")]
)
def test_the_office_gets_its_own_language_or_english(country: "str | None", language: str) -> None:
    assert host_language(country) == language


def test_after_an_answer_about_work_a_letter_and_a_sum_are_offered(bundle: Bundle) -> None:
    composer = Composer(bundle, "en", "QA")

    def offered(topic: str) -> set[str]:
        return {button["title"] for message in composer.answer(topic) for button in message["buttons"]}

    assert offered("wages_unpaid") >= {"Write a complaint letter", "How much am I owed?"}
    assert "Write a complaint letter" in offered("violence_at_work")
    assert not offered("health_care") & {"Write a complaint letter", "How much am I owed?"}


@pytest.mark.parametrize("name", REPLIES)
def test_every_reply_of_the_helper_can_be_said_in_every_language(bundle: Bundle, name: str) -> None:
    letter = Notebook(letter=Sheet("wages_unpaid", dict(ANSWERS), at="events"), open="letter")
    values = Sheet("sum_overtime", {"basic": "2400", "hours": "10"})
    book = Notebook(sum=values, open="sum") if name == "utter_sum_result" else letter
    for code in languages():
        for message in REPLIES[name](
            Composer(bundle, code, "QA", "NP"), {"complaint": book.dump(), "topic_wanted": "work_injury"}
        ):
            assert message["text"]
            assert "{" not in message["text"]
            assert all(button["payload"].startswith("/") and button["title"] for button in message["buttons"])
