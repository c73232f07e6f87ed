"""The graph components on small data of their own, and on the repository's gazetteer and lexicon."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import hstack
from scipy.sparse import random as random_rows
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from components.channel import with_profile
from components.conversation import profile_from, understood_from
from components.examples import Block
from components.follow_up_model import DANGER, OTHER
from components.follow_up_model import learn as learn_follow_ups
from components.follow_up_recogniser import FollowUpRecogniser
from components.linear_text_model import LinearTextModel
from components.normalisation import consonants, normalise
from components.place_recogniser import Gazetteer, PlaceRecogniser
from components.place_report import report
from components.sentences import parts, sentences
from components.support_vector_machines import SupportVectorMachines
from components.text_features import TextFeatures, View
from components.topic_classifier import TopicClassifier
from components.urgency_detector import UrgencyDetector, UrgencyLexicon

PLACES = PlaceRecogniser(Gazetteer())
URGENCY = UrgencyDetector(UrgencyDetector.get_default_config(), UrgencyLexicon())

TEXTS = {
    "wages": [
        "my boss did not pay",
        "no salary for two months",
        "salary is late again",
        "unpaid wages since may",
        "boss keeps my pay",
        "no pay",
    ],
    "passport": [
        "he took my passport",
        "passport is with the owner",
        "agent keeps passport",
        "my passport was taken",
        "give passport back",
        "passport kept",
    ],
    "hello": ["hello", "hi there", "good morning", "hello friend", "hey", "hi"],
}


@pytest.fixture(scope="module")
def model() -> LinearTextModel:
    made = LinearTextModel(bits=12)
    made.fit(
        [normalise(text) for texts in TEXTS.values() for text in texts], [label for label, texts in TEXTS.items() for _ in texts]
    )
    return made


@pytest.mark.parametrize(
    ("text", "label"), [("salary not paid", "wages"), ("they took passport", "passport"), ("hello hello", "hello")]
)
def test_the_model_generalises(model: LinearTextModel, text: str, label: str) -> None:
    chances = model.probabilities([normalise(text)])[0]
    assert model.labels[int(chances.argmax())] == label
    assert chances.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_saved_model_says_the_same(model: LinearTextModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = LinearTextModel.load(tmp_path)
    assert again.labels == model.labels
    texts = ["salary not paid", "x", "", "passport"]
    assert again.probabilities(texts) == pytest.approx(model.probabilities(texts), abs=5e-3)
    assert not list(tmp_path.glob("*.pkl"))


# So many columns that no two n-grams share one.
VIEWS = [View(22, (2, 4)), View(22, pairs=True), View(22, (2, 4), reading=consonants, weight=0.7)]
VIEWED = ["the salary the boss", "साहुले तलब दिएन, तलब!", "", "a  b", "??? x", "လစာမရဘူး", "the boss"]


def test_rows_are_those_of_scikit_learn() -> None:
    texts = VIEWED * 3  # so that every n-gram is seen often enough to be kept
    features = TextFeatures(VIEWS)
    learned = features.learn(texts, np.ones(len(texts), dtype=bool))
    consonant_texts = [" ".join(map(consonants, text.split())) for text in texts]
    settings = {"sublinear_tf": True, "lowercase": False}
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), **settings)
    words = TfidfVectorizer(analyzer="word", ngram_range=(1, 2), token_pattern=r"\S+", **settings)
    expected = hstack(
        [characters.fit_transform(texts), words.fit_transform(texts), characters.fit_transform(consonant_texts) * 0.7]
    ).tocsr()
    assert expected.shape == learned.shape
    assert expected.nnz == learned.nnz > 100
    # Which n-gram has which column differs, so texts are compared with one another.
    assert abs(expected @ expected.T - learned @ learned.T).max() < 1e-5
    for some in (slice(None), slice(3), slice(2, 3)):  # the second time of words that are remembered; no words at all
        columns, weights = features.weights(texts[some])
        rows = np.zeros(learned[some].shape, dtype=np.float32)
        rows[:, columns] = weights
        assert abs(rows - learned[some].toarray()).max() < 1e-6


def test_ngrams_seen_seldom_and_parts_of_a_text_are_not_kept() -> None:
    features = TextFeatures([View(14, pairs=True)])
    texts = ["no salary", "my salary", "salary today", "today", "today"]
    rows = features.learn(texts, np.array([True, True, True, False, False]))
    assert len(features.kept) == 1  # "salary"; "today" stands in one whole text only
    assert rows.toarray().tolist() == [[1], [1], [1], [0], [0]]


def test_machines_are_those_of_scikit_learn() -> None:
    dice = np.random.default_rng(1)
    rows = random_rows(300, 200, density=0.1, random_state=2, format="csr", dtype=np.float32)
    classes = dice.integers(0, 5, 300)
    rows.data += 0.3 * (rows.indices % 5 == np.repeat(classes, np.diff(rows.indptr)))
    weights = dice.choice([1.0, 0.4], 300)

    def learned(*parts: Any) -> Any:
        machines = SupportVectorMachines(rows, classes, 5, 0.4, weights, tolerance=1e-3)
        for part in parts:
            machines.learn(part)
        return machines.scores(np.arange(300))

    own = learned(np.arange(300))
    assert (learned(np.arange(300)) == own).all()
    assert np.abs(learned(np.arange(100), np.arange(300)) - own).mean() < 0.02
    for label in range(5):
        machine = LinearSVC(C=0.4, tol=1e-4, max_iter=10_000).fit(rows, classes == label, weights)
        difference = own[:, label] - machine.decision_function(rows)
        assert np.abs(difference).mean() < 0.01


def test_romanised_and_native_writing_help_each_other() -> None:
    made = LinearTextModel(bits=12)
    texts = ["साहुले तलब दिएन", "तलब पाएको छैन", "तलब बाँकी छ", "नागरिकता हरायो", "राहदानी हरायो", "राहदानी चोरी भयो"]
    made.fit([normalise(text) for text in texts], ["wages"] * 3 + ["lost"] * 3)
    assert made.labels[int(made.probabilities([normalise("talab diena")])[0].argmax())] == "wages"
    assert made.labels[int(made.probabilities([normalise("rahdani harayo")])[0].argmax())] == "lost"


def test_fragments_teach_what_a_sentence_alone_means() -> None:
    texts = ["we came in may. the salary never came", "it is hot. no pay again"] * 3 + [
        "my sister called. he kept the passport"
    ] * 6
    made = LinearTextModel(bits=12)
    made.fit(texts, ["wages"] * 6 + ["passport"] * 6, [sentences(text) for text in texts])
    assert made.labels[int(made.probabilities(["the salary never came"])[0].argmax())] == "wages"


class TwoProblems(LinearTextModel):
    """Sure of what each word says: `wages_unpaid` for pay, `passport_confiscated` for passport."""

    def __init__(self) -> None:
        super().__init__(bits=10)
        self.labels = ["greet", "passport_confiscated", "wages_unpaid"]

    def probabilities(self, texts: Sequence[str]) -> Any:
        return np.array([self._of_one(text) for text in texts])

    @staticmethod
    def _of_one(text: str) -> Any:
        pay, passport = text.count("pay"), text.count("passport")
        weights = np.array([0.02 if pay or passport else 1.0, 2 * passport, 3 * pay])
        return weights / weights.sum()


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("my boss does not pay me. and he has my passport too", "passport_confiscated"),
        ("for two months he does not pay and my old passport is with him", "passport_confiscated"),
        ("my boss does not pay me. he said next month", None),
        ("hello. good morning to all of you", None),
        ("pay", None),
    ],
)
def test_a_second_problem_is_told(text: str, second: "str | None") -> None:
    classifier = TopicClassifier(TopicClassifier.get_default_config(), None, None, TwoProblems())  # type: ignore[arg-type]
    message = Message({"text": text})
    classifier.process([message])
    assert (message.get("second_topic") or {}).get("name") == second


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I work in a shop. He has not paid me; what can I do?", ["I work in a shop", "He has not paid me"]),
        ("साहुले पैसा दिएन। अब के गर्ने होला", ["साहुले पैसा दिएन", "अब के गर्ने होला"]),
        ("صاحب العمل ما دفع، وأخذ مني جواز سفري", ["صاحب العمل ما دفع", "وأخذ مني جواز سفري"]),
        ("Hi. It costs 1,200 riyals every month.", []),
        ("", []),
    ],
)
def test_sentences(text: str, found: "list[str]") -> None:
    assert sentences(text) == found


def test_a_long_sentence_has_two_halves() -> None:
    assert parts("a b c d e f g h i j k l") == ["a b c d e f", "g h i j k l"]
    assert parts("too short for that") == []


def test_two_labels_are_enough() -> None:
    made = LinearTextModel(bits=12)
    made.fit(["aa aa", "aa ab", "aa ac", "bb bb", "bb bc", "bb bd"], ["a", "a", "a", "b", "b", "b"])
    assert made.labels[int(made.probabilities(["bb"])[0].argmax())] == "b"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("म कतार।", {"country": "QA"}),  # a full stop that stands among the letters in Unicode
        ("আমি কাতার।", {"country": "QA"}),
        ("ကာတာမှာပါ၊ သော့ခတ်ထားတယ်", {"country": "QA"}),
        ("I am Nepali in Doha", {"nationality": "NP", "country": "QA", "city": "Doha"}),
        ("i am from nepal working in qatar", {"nationality": "NP", "country": "QA"}),
        ("nepal embassy in qatar", {"nationality": "NP", "country": "QA"}),
        ("I want to go home to Nepal", {"nationality": "NP"}),
        ("malaysia", {"country": "MY"}),
        ("म कतारमा छु", {"country": "QA"}),
        ("म नेपालबाट हुँ", {"nationality": "NP"}),
        ("नेपाली दूतावास दोहा", {"nationality": "NP", "country": "QA", "city": "Doha"}),
        ("katar ma kaam garchu", {"country": "QA"}),
        ("أنا في قطر ومن السودان", {"country": "QA", "nationality": "SD"}),
        ("انا فلبينية شغالة بالرياض", {"nationality": "PH", "country": "SA", "city": "Riyadh"}),
        ("عايز سفارة نيبال في الدوحة", {"nationality": "NP", "country": "QA", "city": "Doha"}),
        ("my salary is late", {}),
        ("", {}),
    ],
)
def test_places_in_three_languages(text: str, found: "dict[str, str]") -> None:
    assert PLACES.recognise(text) == found


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("mali ang sahod ko", "fil", {}),
        ("je suis au mali", "fr", {"country": "ML"}),
        ("le patron est en réunion", "fr", {}),
        ("como se usa esto", "es", {}),
        # Everyday words that are also places somewhere: "at night", "a paper", "photos", "please", "abroad", "evening".
        ("يضربني بالليل", "ar", {}),
        ("وقعت على ورقة في ورقة ثانية", "ar", {}),
        ("طلب صور الجواز", "ar", {}),
        ("بليز ساعدوني", "ar", {}),
        ("باہر جانے سے پہلے", "ur", {}),
        ("شام کو مارتا ہے", "ur", {}),
        ("وہ گھر چلی گئی", "ur", {}),
        ("suami saya mati di kapal", "id", {}),
        ("paid in lira", "en", {}),
        ("j'attends au carrefour", "fr", {}),
        ("me multan en la calle", "es", {}),
        ("मेरो ईकामा सकियो", "ne", {}),
        # ... and the places themselves.
        ("انا في كوت ديفوار", "ar", {"country": "CI"}),  # begins with a word that alone is none
        ("انا في صور", "ar", {"country": "LB", "city": "Tyre"}),
        ("انا بباريس", "ar", {"country": "FR", "city": "Paris"}),
        ("میں شام میں ہوں", "ur", {"country": "SY"}),
        # Amman and Oman are written alike; elsewhere than in Arabic the name is that of the country.
        ("انا بعمان", "ar", {"which": ["OM", "JO"]}),
        ("انا بعمان عاصمة الاردن", "ar", {"country": "JO"}),
        ("انا في سلطنة عمان", "ar", {"country": "OM"}),
        ("انا في عُمان", "ar", {"country": "OM"}),
        ("ولاد أختي عندي بعمّان", "ar", {"country": "JO"}),
        ("میں عمان میں ہوں", "ur", {"country": "OM"}),
        # The largest city of a name is not always the one that its speakers mean.
        ("estoy en Santa Cruz", "es", {"country": "BO"}),
        ("trabajo en Granada", "es", {"which": ["ES", "NI"]}),
        ("আমি সিসিলিতে থাকি", "bn", {"country": "IT"}),
        ("je suis à San Pedro", "fr", {"country": "CI"}),
        ("انا في مانشستر", "ar", {"country": "GB"}),
        ("I live in New Jersey", "en", {"country": "US"}),
    ],
)
def test_what_a_name_means_depends_on_the_language(text: str, language: str, found: "dict[str, str]") -> None:
    assert PLACES.recognise(text, language=language) == found


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("i work in Medellin", "en", {"country": "CO", "city": "Medellín"}),
        ("म सोलमा काम गर्छु", "ne", {"country": "KR", "city": "Seoul"}),
        ("أنا في غازي عنتاب", "ar", {"country": "TR", "city": "Gaziantep"}),
        ("মাস্কাট", "bn", {"country": "OM", "city": "Muscat"}),
        ("ካርቱም", "am", {"country": "SD", "city": "Khartoum"}),
        ("sudah pindah kota", "id", {}),
        ("mera boss chala gaya", "hi", {}),
        ("sa bata ko", "fil", {}),
        ("i lost my surat at work", "en", {}),
    ],
)
def test_a_city_counts_beside_in_or_alone(text: str, language: str, found: "dict[str, str]") -> None:
    assert PLACES.recognise(text, language=language) == found


@pytest.mark.parametrize(
    ("text", "known", "found"),
    [
        ("i am in georgia", {}, {"which": ["GE", "US"]}),
        ("i am in georgia", {"host": "US"}, {"country": "US"}),
        ("from tbilisi, i am in georgia", {}, {"nationality": "GE", "country": "GE"}),
        ("je suis au congo", {"language": "fr"}, {"which": ["CD", "CG"]}),
        ("je suis au congo", {"language": "fr", "home": "CD"}, {"country": "CD"}),
        ("je suis à kinshasa au congo", {"language": "fr"}, {"country": "CD", "city": "Kinshasa"}),
        ("i am in tripoli", {}, {"which": ["LY", "LB"]}),
        ("i am in tripoli lebanon", {}, {"country": "LB"}),
        ("i am in the usa", {}, {"country": "US"}),
        ("mi jefe usa mi pasaporte", {"language": "es"}, {}),
    ],
)
def test_an_ambiguous_name_is_asked_about_unless_something_else_tells(
    text: str, known: "dict[str, str]", found: "dict[str, Any]"
) -> None:
    assert PLACES.recognise(text, **known) == found


@pytest.mark.parametrize("text", ["galing sa Nepal ako", "galing ako sa Nepal", "galing po ako sa Nepal", "taga Nepal ako"])
def test_galing_sa_is_where_one_comes_from(text: str) -> None:
    assert PLACES.recognise(text, language="fil") == {"nationality": "NP"}


def test_i_am_in_stays_the_host_in_filipino() -> None:
    assert PLACES.recognise("nandito po ako sa Qatar", home="PH", language="fil") == {"country": "QA"}


def test_where_a_boat_came_from_is_nobodys_nationality() -> None:
    assert PLACES.recognise("the boat came from Zuwarah, home is Sudan", home="SD") == {"nationality": "SD"}


def test_from_malaysia_back_home_is_not_a_malaysian() -> None:
    assert PLACES.recognise("मलेसियाबाट नेपाल फर्कन चाहन्छु", home="NP") == {"country": "MY", "nationality": "NP"}


@pytest.mark.parametrize(
    "text", ["they lock the door and took my phone", "يقفلون الباب واخذوا جوالي", "मलाई थुनेर राखेको छ", "malai thunera rakheko cha"]
)
def test_a_sure_phrase_needs_little_suspicion(text: str) -> None:
    ranking = [{"name": "wages_unpaid", "confidence": 0.9}, {"name": "forced_labour_trafficking", "confidence": 0.06}]
    judged, cry = URGENCY.judge(text, ranking)
    assert cry is None
    assert judged["urgent"]
    assert judged["evidence"]


def test_a_very_short_phrase_is_a_whole_word() -> None:
    lexicon = UrgencyLexicon()
    assert lexicon.find("there is war here")["hint"] == ["war"]
    assert lexicon.find("saya kerja di warung")["hint"] == []


def test_a_burmese_phrase_needs_no_space_before_it() -> None:
    assert UrgencyLexicon().find(normalise("သူဌေးကကျွန်မကိုရိုက်တယ်"))["sure"]


def test_an_alarming_word_alone_does_not_raise() -> None:
    assert not URGENCY.judge("we beat them at football, help me", [{"name": "out_of_scope", "confidence": 0.95}])[0]["urgent"]


def test_the_classifier_alone_raises_when_it_is_sure() -> None:
    judged = URGENCY.judge("my employer wants more than work", [{"name": "sexual_violence", "confidence": 0.5}])[0]
    assert judged["urgent"]
    assert judged["evidence"] == ["sexual_violence 50%"]


@pytest.mark.parametrize(
    ("text", "kind", "score", "urgent"),
    [
        ("no pay since may. he put his hands on me", "sentence", 0.98, True),
        ("no pay since may. he put his hands on me", "sentence", 0.9, False),
        ("no pay since may and he put his hands on me", "window", 0.99, True),
        ("no pay since may and he put his hands on me", "window", 0.96, False),
        ("no pay since may. he beats me", "sentence", 0.85, True),  # with a sure phrase less is enough
    ],
)
def test_danger_beside_another_problem_is_heard(text: str, kind: str, score: float, urgent: bool) -> None:
    part = {"text": text[-20:], "name": "domestic_violence", "score": score}
    ranking = [{"name": "wages_unpaid", "confidence": 0.97}]
    message = Message({"text": text, "intent": ranking[0], "intent_ranking": ranking, "loudest": {kind: part}})
    URGENCY.process([message])
    judged = message.get("urgency")
    assert judged["urgent"] is urgent
    assert any(found.endswith(text[-20:]) for found in judged["evidence"]) is urgent
    assert (message.get("second_topic") or {}).get("name") == ("violence_at_work" if urgent else None)


@pytest.mark.parametrize(
    ("chance", "loudest", "heard", "second"),
    [
        (0.03, {}, True, None),
        (0.01, {}, False, None),
        (0.01, {"sentence": 0.75}, True, "domestic_violence"),
        (0.01, {"sentence": 0.65}, False, None),
        (0.01, {"window": 0.92}, True, "domestic_violence"),
        (0.01, {"window": 0.85}, False, None),
    ],
)
def test_what_is_taken_for_idle_talk_is_looked_at_more_closely(
    chance: float, loudest: "dict[str, float]", heard: bool, second: "str | None"
) -> None:
    text = "the rice is on the stove and the cat sleeps on my bag, which is packed since he found my phone"
    ranking = [{"name": "out_of_scope", "confidence": 0.93}, {"name": "domestic_violence", "confidence": chance}]
    parts = {kind: {"text": text[-20:], "name": "domestic_violence", "score": score} for kind, score in loudest.items()}
    message = Message({"text": text, "intent": ranking[0], "intent_ranking": ranking, "loudest": parts})
    URGENCY.process([message])
    assert message.get("urgency")["urgent"] is heard
    assert (message.get("second_topic") or {}).get("name") == second


@pytest.mark.parametrize(
    ("text", "urgent"), [("what should i do now", False), ("we go to and fro and nobody sees how it ends with us here", True)]
)
def test_a_short_message_must_speak_more_clearly_of_danger_than_a_long_one(text: str, urgent: bool) -> None:
    ranking = [{"name": "help_menu", "confidence": 0.35}, {"name": "suicidal_distress", "confidence": 0.2}]
    assert URGENCY.judge(text, ranking)[0]["urgent"] is urgent


def test_what_is_taken_for_a_place_is_listed_by_how_often() -> None:
    found = report(["म कतारमा छु", "कतारमा काम", "मेसमा खाना", "I live in Oslo"], "ne", PLACES)
    assert [(row["name"], row["countries"], row["city"], row["count"], row["example"]) for row in found] == [
        ("कतारमा", ["QA"], "", 2, "म कतारमा छु"),
        ("oslo", ["NO"], "Oslo", 1, "I live in Oslo"),
    ]


@pytest.mark.parametrize(("beside", "score"), [(0.1, 0.1), (0.97, 0.97), (0.999, 0.99)])
def test_a_sentence_of_a_story_counts_for_no_more_than_beside_another(beside: float, score: float) -> None:
    class Model:
        labels = ("wages_unpaid", "child_at_risk")

        def probabilities(self, texts: "list[str]") -> "np.ndarray[Any, Any]":
            return np.array([[1 - beside, beside] if "four years" in text else [1.0, 0.0] for text in texts])

    classifier = TopicClassifier({}, None, None, Model())  # type: ignore[arg-type]
    pieces = ["he does not pay", "she is four years old", "i want my money"]
    of = {piece: np.array([0.01, 0.99]) if "four" in piece else np.array([1.0, 0.0]) for piece in pieces}
    loudest = classifier._loudest(pieces, of, in_story=True)
    assert loudest
    assert loudest["score"] == pytest.approx(score)
    assert classifier._loudest(pieces, of) == {"text": pieces[1], "name": "child_at_risk", "score": 0.99}


def test_danger_at_home_stays_so_beside_what_is_no_work() -> None:
    part = {"text": "he beats me", "name": "domestic_violence", "score": 0.99}
    ranking = [{"name": "family_law_across_borders", "confidence": 0.97}]
    message = Message({"text": "i want a divorce. he beats me", "intent_ranking": ranking, "loudest": {"sentence": part}})
    URGENCY.process([message])
    assert message.get("second_topic") == {"name": "domestic_violence", "confidence": 0.99}


def test_the_loudest_sentence_and_six_words_are_told() -> None:
    made = LinearTextModel(bits=12)
    texts = ["he beats me", "he hits me every day", "my boss beats me", "they hit me"]
    paid = ["no salary", "my pay is late", "they did not pay me", "salary not paid since may"]
    made.fit(texts + paid, ["violence_at_work"] * 4 + ["wages_unpaid"] * 4)
    classifier = TopicClassifier(TopicClassifier.get_default_config(), None, None, made)  # type: ignore[arg-type]
    message = Message({"text": "They did not pay me since may. He beats me"})
    classifier.process([message])
    loudest = message.get("loudest")
    assert (loudest["sentence"]["text"], loudest["sentence"]["name"]) == ("he beats me", "violence_at_work")
    assert loudest["window"]["text"].endswith("he beats me")
    short = Message({"text": "hi"})
    classifier.process([short])
    assert short.get("loudest") == {"sentence": None, "window": None}


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_a_recogniser(text: str) -> None:
    assert isinstance(PLACES.recognise(text), dict)
    assert isinstance(URGENCY.judge(text, [])[0]["urgent"], bool)


@pytest.mark.parametrize(
    ("text", "metadata", "sent"),
    [
        ("hello", {"language": "ne"}, "hello"),
        ("/greet", {"language": "ne", "country": None}, '/greet{"language": "ne"}'),
        ('/change_language{"language":"ar"}', {"language": "ne"}, '/change_language{"language": "ar"}'),
        ("/greet", {}, "/greet"),
        ("/broken{", {"language": "ne"}, "/broken{"),
        ("/list{}[1]", {"language": "ne"}, "/list{}[1]"),
        ('/change_country{"country":5,"city":["Doha"]}', {"country": "QA"}, '/change_country{"country": "QA"}'),
    ],
)
def test_a_button_carries_the_profile(text: str, metadata: "dict[str, Any]", sent: str) -> None:
    assert with_profile(text, metadata) == sent


def test_a_profile_never_names_a_language_nobody_speaks_here() -> None:
    assert profile_from({"language": "xx", "country": "QA"}).language == "en"
    assert profile_from({"language": "ne"}).likely_nationality == "NP"
    assert profile_from({"language": "ne"}).nationality is None


def test_what_is_understood_of_nothing() -> None:
    assert understood_from({}) == {
        "topic": None,
        "confidence": 0.0,
        "ranking": [],
        "second_topic": None,
        "language": None,
        "urgent": False,
        "evidence": [],
    }


class _AfterAnAnswer:
    """Chances of a follow-up model, the same for every message."""

    def __init__(self, follow_up: float, danger: float) -> None:
        self.labels = [DANGER, "follow_up_money", "follow_up_time", OTHER]
        self._chances = [danger, follow_up / 4, follow_up * 3 / 4, 1 - follow_up - danger]

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([self._chances for _ in texts])


def after_an_answer(follow_up: float, danger: float = 0.0, *, answered: bool = True, **known: Any) -> Message:
    """A message with what the other components found, after the recogniser has seen it."""
    model: Any = _AfterAnAnswer(follow_up, danger)
    nothing: Any = None
    found = {"intent": {"name": "nlu_fallback", "confidence": 0.8}, "urgency": {"urgent": False, "evidence": [], "sure": False}}
    message = Message({"text": "how long", "metadata": {"answered": answered}, **found, **known})
    return FollowUpRecogniser(FollowUpRecogniser.get_default_config(), nothing, nothing, model).process([message])[0]


def test_a_follow_up_is_one_after_an_answer_alone() -> None:
    assert after_an_answer(0.9).get("intent") == {"name": "follow_up_time", "confidence": pytest.approx(0.9)}
    assert after_an_answer(0.9, answered=False).get("intent")["name"] == "nlu_fallback"


@pytest.mark.parametrize(("confidence", "needed"), [(0.8, 0.3), (0.9, 0.6), (1.0, 0.9)])
def test_the_surer_the_classifier_the_more_it_takes_to_make_a_message_a_follow_up(confidence: float, needed: float) -> None:
    sure = {"intent": {"name": "wages_unpaid", "confidence": confidence}}
    assert after_an_answer(needed + 0.02, **sure).get("intent")["name"] == "follow_up_time"
    assert after_an_answer(needed - 0.02, **sure).get("intent")["name"] == "wages_unpaid"


@pytest.mark.parametrize(
    ("danger", "score", "sure", "second", "is_urgent"),
    [
        (0.0, 0.1, False, None, False),
        (0.2, 0.1, False, None, True),
        (0.0, 0.7, False, None, True),
        (0.0, 0.1, True, None, True),
        (0.0, 0.1, False, "violence_at_work", True),
    ],
)
def test_an_alarm_is_taken_back_only_where_nothing_speaks_of_danger(
    danger: float, score: float, sure: bool, second: "str | None", is_urgent: bool
) -> None:
    alarm = {"urgent": True, "score": score, "evidence": ["domestic_violence 10%"], "sure": sure}
    message = after_an_answer(0.8, danger, urgency=alarm, second_topic={"name": second} if second else None)
    assert message.get("urgency")["urgent"] is is_urgent
    assert bool(message.get("urgency")["evidence"]) is is_urgent
    assert (message.get("intent")["name"] == "follow_up_time") is not is_urgent


def test_follow_ups_are_told_from_danger_and_from_everything_else() -> None:
    times = ["how long does it take", "how many days", "when will they answer", "is it too late now", "how many weeks"] * 2
    costs = ["how much is it", "is it free", "who pays for it", "what does it cost", "do they take money"] * 2
    blows = ["he beats me", "he hit me again", "they locked me in", "he has a knife", "he kicked me"] * 2
    wages = ["my salary is not paid", "no salary for two months", "boss keeps my pay", "wages are late", "not paid since may"] * 2
    named = {"follow_up_time": times, "follow_up_money": costs, "violence_at_work": blows, "wages_unpaid": wages}
    made = learn_follow_ups([Block("en", intent, tuple(texts)) for intent, texts in named.items()])
    assert set(made.labels) == {"follow_up_time", "follow_up_money", DANGER, OTHER}
    asked = ["how long does that take", "is that free", "he beats us", "my salary was not paid"]
    guesses = [made.labels[number] for number in made.probabilities(asked).argmax(axis=1)]
    assert guesses == ["follow_up_time", "follow_up_money", DANGER, OTHER]
