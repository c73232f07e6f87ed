"""The tracker store forgets old turns and keeps the slots."""

from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered

from components.channel import forget_conversation
from components.tracker_store import RecentTrackerStore

DOMAIN = Domain.from_dict({"intents": ["greet"], "slots": {"country": {"type": "text", "mappings": [{"type": "custom"}]}}})


async def talk(store: RecentTrackerStore, turns: int) -> None:
    for number in range(turns):
        tracker = await store.get_or_create_tracker("p")
        tracker.update(ActionExecuted("action_listen"), DOMAIN)
        tracker.update(UserUttered(f"message {number}", {"name": "greet", "confidence": 1.0}), DOMAIN)
        if number == 0:
            tracker.update(SlotSet("country", "QA"), DOMAIN)
        await store.save(tracker)


async def test_a_long_conversation_stays_short_and_keeps_its_slots(tmp_path: Path) -> None:
    store = RecentTrackerStore(DOMAIN, dialect="sqlite", db=str(tmp_path / "t.sqlite3"), keep_turns=3)
    await talk(store, 50)
    tracker = await store.retrieve("p")
    assert tracker
    texts = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert texts[-1] == "message 49"
    assert 3 <= len(texts) <= 6
    assert texts == [f"message {number}" for number in range(50 - len(texts), 50)]
    assert tracker.get_slot("country") == "QA"


async def test_a_forgotten_conversation_leaves_no_row(tmp_path: Path) -> None:
    store = RecentTrackerStore(DOMAIN, dialect="sqlite", db=str(tmp_path / "t.sqlite3"))
    await talk(store, 3)
    assert forget_conversation(store, "p") > 0
    assert await store.retrieve("p") is None


async def test_a_forgotten_conversation_is_gone_from_the_file_and_its_log(tmp_path: Path) -> None:
    store = RecentTrackerStore(DOMAIN, dialect="sqlite", db=str(tmp_path / "t.sqlite3"))
    await talk(store, 3)
    assert any(b"message 1" in path.read_bytes() for path in tmp_path.iterdir())
    forget_conversation(store, "p")
    assert not any(b"message 1" in path.read_bytes() for path in tmp_path.iterdir())
