"""Bundles: the same content gives the same bytes; what is damaged or not ours is refused; the last good one stays."""

import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safar.answers import Answer
from safar.bundle import Bundle, pack, unpack
from safar.bundle_store import BundleClient, BundleReader, BundleStore, public_key, signing_key
from safar.directory import Contact
from safar.errors import BundleError

ENGLISH = Answer("Wages", ("Write it down.",), ("Point.",), ("Call.",), (("ILO", "https://example.org"),), "2026-11-22")


def answers(text: str = "Write it down.", **translations: Answer) -> dict[str, dict[str, dict[str, Answer]]]:
    english = Answer("Wages", (text,), ("Point.",), ("Call.",), (("ILO", "https://example.org"),), "2026-11-22")
    return {"wages_unpaid": {"*": {"en": english, **translations}}}


def nepali(of: Answer) -> Answer:
    return Answer("तलब", ("लेख्नुस्।",), ("कुरा।",), ("फोन गर्नुस्।",), of.sources, of.checked_on, source_version=of.version)


@pytest.fixture
def store(tmp_path: Path) -> BundleStore:
    return BundleStore(tmp_path / "bundles")


@pytest.fixture
def key(tmp_path: Path) -> Ed25519PrivateKey:
    return signing_key(tmp_path / "keys")


def opened(data: bytes, key: Ed25519PrivateKey) -> Bundle:
    import hashlib

    digest = hashlib.sha256(data).hexdigest()
    return unpack(data, digest, key.sign(digest.encode()), key.public_key())


def test_same_content_same_bytes() -> None:
    assert pack(answers(), []) == pack(answers(), [])
    assert pack(answers(), []) != pack(answers("Other."), [])


def test_a_round_trip_keeps_answers_and_contacts(key: Ed25519PrivateKey) -> None:
    office = Contact(
        id="qa-x", country="QA", serves=("*",), kind="labour_complaint", name="Office", phones=("16008",), note="secret"
    )
    bundle = opened(pack(answers(), [office]), key)
    assert bundle.answers["wages_unpaid"]["*"]["en"] == ENGLISH
    assert bundle.contacts[0].phones == ("16008",)
    assert bundle.contacts[0].note == ""  # staff's notes do not leave the console


def test_damage_and_foreign_signatures_are_refused(key: Ed25519PrivateKey) -> None:
    import hashlib

    data = pack(answers(), [])
    digest = hashlib.sha256(data).hexdigest()
    with pytest.raises(BundleError, match="do not match its name"):
        unpack(data[:-1] + b"x", digest, key.sign(digest.encode()), key.public_key())
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(BundleError, match="not signed by our key"):
        unpack(data, digest, stranger.sign(digest.encode()), key.public_key())


def test_the_language_asked_for_comes_before_english_and_english_is_said_openly(key: Ed25519PrivateKey) -> None:
    bundle = opened(pack(answers(ne=nepali(ENGLISH)), []), key)
    found = bundle.answer("wages_unpaid", "ne", "QA")
    assert found is not None
    assert (found.language, found.reason) == ("ne", "")
    fallback = bundle.answer("wages_unpaid", "ar", "QA")
    assert fallback is not None
    assert (fallback.language, fallback.reason) == ("en", "missing")
    assert bundle.answer("no_such_topic", "en", None) is None


def test_a_translation_of_an_older_text_gives_way(key: Ed25519PrivateKey) -> None:
    bundle = opened(pack(answers("A new first step.", ne=nepali(ENGLISH)), []), key)
    found = bundle.answer("wages_unpaid", "ne", None)
    assert found is not None
    assert (found.language, found.reason, found.answer.first) == ("en", "outdated", ("A new first step.",))


def test_the_rule_of_a_country_comes_before_the_general_one(key: Ed25519PrivateKey) -> None:
    table = answers()
    table["wages_unpaid"]["QA"] = {"en": Answer("Wages", ("In Qatar.",), (), ("Call.",), ENGLISH.sources, "2026-11-22")}
    bundle = opened(pack(table, []), key)
    in_qatar, elsewhere = bundle.answer("wages_unpaid", "en", "QA"), bundle.answer("wages_unpaid", "en", "MY")
    assert in_qatar is not None
    assert elsewhere is not None
    assert (in_qatar.country, elsewhere.country) == ("QA", "*")


def test_publish_switch_and_roll_back(store: BundleStore, key: Ed25519PrivateKey) -> None:
    with pytest.raises(BundleError, match="no earlier bundle"):
        store.roll_back()
    first = store.publish(pack(answers(), []), key)
    assert store.publish(pack(answers(), []), key) == first
    second = store.publish(pack(answers("Other."), []), key)
    assert store.current() is not None
    assert store.current()["digest"] == second  # type: ignore[index]
    assert store.roll_back() == first
    assert store.current()["digest"] == first  # type: ignore[index]


def test_a_reader_sees_a_publication_at_once_and_keeps_the_last_good_one(
    store: BundleStore, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    reader = BundleReader(store, tmp_path / "keys" / "bundle.pub")
    with pytest.raises(BundleError, match="Nothing has been published"):
        reader.current()
    first = store.publish(pack(answers(), []), key)
    assert reader.current().digest == first
    second = store.publish(pack(answers("Other."), []), key)
    assert reader.current().digest == second
    third = store.publish(pack(answers("Third."), []), key)
    (store.folder / f"{third}.zip").write_bytes(b"damaged")
    assert reader.current().digest == second


class _Web(SimpleHTTPRequestHandler):
    """Serves a store as the web process does."""

    store: BundleStore
    asked: list[str] = []

    def do_GET(self) -> None:
        current = self.store.current()
        assert current
        name = self.path.rsplit("/", 1)[1]
        self.asked.append(name)
        data, signature = self.store.read(current["digest"])
        if name == "current" and self.headers.get("If-None-Match") == f'"{current["digest"]}"':
            self.send_response(304)
            self.end_headers()
            return
        body = json.dumps({"digest": current["digest"], "signature": signature.hex()}).encode() if name == "current" else data
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web(store: BundleStore) -> Iterator[str]:
    handler = type("Web", (_Web,), {"store": store, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/bundles"
    server.shutdown()


def test_a_client_polls_with_an_etag_and_survives_the_web_process(
    store: BundleStore, key: Ed25519PrivateKey, web: str, tmp_path: Path
) -> None:
    first = store.publish(pack(answers(), []), key)
    client = BundleClient(web, tmp_path / "held", tmp_path / "keys" / "bundle.pub")
    assert client.refresh() is True
    assert client.refresh() is False  # 304
    second = store.publish(pack(answers("Other."), []), key)
    assert client.refresh() is True
    assert client.current().digest == second != first
    # A restart with the web process away: what is on disk is used.
    again = BundleClient("http://127.0.0.1:1/bundles", tmp_path / "held", tmp_path / "keys" / "bundle.pub", timeout_s=0.2)
    assert again.current().digest == second


def test_a_client_refuses_what_does_not_verify(store: BundleStore, key: Ed25519PrivateKey, web: str, tmp_path: Path) -> None:
    first = store.publish(pack(answers(), []), key)
    client = BundleClient(web, tmp_path / "held", tmp_path / "keys" / "bundle.pub")
    client.refresh()
    store.publish(pack(answers("Forged."), []), Ed25519PrivateKey.generate())
    with pytest.raises(BundleError, match="not signed by our key"):
        client.refresh()
    assert client.current().digest == first


def test_the_private_key_is_for_its_owner(tmp_path: Path) -> None:
    signing_key(tmp_path / "keys")
    assert (tmp_path / "keys" / "bundle.key").stat().st_mode & 0o777 == 0o600
    assert public_key(tmp_path / "keys" / "bundle.pub")
