"""Rasa's memory of a conversation, kept short and near: the last turns and the slots.

Rasa reads every event of a conversation on every turn and sends them all to the action server, so a turn gets slower with
each message. What people and operators read again is in the gateway's database; the assistant needs little more than the slots.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

_MOST_AT_HAND = 2000  # trackers, some 20 kB each


class RecentTrackerStore(SQLTrackerStore):
    """An SQL tracker store that keeps between `keep_turns` and twice as many turns of a conversation.

    A conversation in the middle of a form is left whole until the form ends. On SQLite, which one process uses alone, the
    connection stays open and the last conversations stay in memory; on a database server neither is done.
    """

    def __init__(self, *args: Any, keep_turns: int = 4, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keep_turns = keep_turns
        self._at_hand: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        engine: Any = self.engine  # type: ignore[has-type]
        self._is_alone = engine.dialect.name == "sqlite"
        if self._is_alone:
            self._keep_connection_open()

    def _keep_connection_open(self) -> None:
        engine: Any = self.engine  # type: ignore[has-type]
        engine.dispose()
        self.engine = sa.create_engine(engine.url, poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False})
        sa.event.listen(self.engine, "connect", _as_fast_as_safe)
        self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        # Taken out while it is worked on: if the turn fails, the next one reads what was saved.
        tracker = self._at_hand.pop(sender_id, None)
        return tracker or await super().retrieve(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await super().save(tracker)
        events = list(tracker.events)
        turns = [number for number, event in enumerate(events) if isinstance(event, UserUttered)]
        if len(turns) > 2 * self._keep_turns and not tracker.active_loop:
            kept = events[turns[-self._keep_turns] :]
            self._replace(tracker.sender_id, [*_beginning(tracker, kept[0]), *kept])
        elif self._is_alone:
            self._at_hand[tracker.sender_id] = tracker
            if len(self._at_hand) > _MOST_AT_HAND:
                self._at_hand.popitem(last=False)

    def forget(self, sender_id: str) -> int:
        """Remove all events of a conversation; return how many there were."""
        self._at_hand.pop(sender_id, None)
        with self.session_scope() as session:
            removed = session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            session.commit()
        if self._is_alone:
            self._empty_log()
        return int(removed)

    def _empty_log(self) -> None:
        """The write-ahead log still holds the deleted events until it is written back and cut off."""
        engine: Any = self.engine
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _replace(self, sender_id: str, events: list[Event]) -> None:
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete()
            for event in events:
                data = event.as_dict()
                session.add(
                    self.SQLEvent(
                        sender_id=sender_id,
                        type_name=event.type_name,
                        timestamp=data.get("timestamp"),
                        intent_name=data.get("parse_data", {}).get("intent", {}).get("name"),
                        action_name=data.get("name"),
                        data=json.dumps(data),
                    )
                )
            session.commit()


def _beginning(tracker: DialogueStateTracker, first_kept: Event) -> Iterator[Event]:
    """A session that starts with the slots as they are, just before the first event that is kept."""
    moment = first_kept.timestamp
    yield ActionExecuted(ACTION_SESSION_START_NAME, timestamp=moment)
    yield SessionStarted(timestamp=moment)
    for slot in tracker.slots.values():
        if slot.value is not None:
            yield SlotSet(slot.name, slot.value, timestamp=moment)
    yield ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment)


def _as_fast_as_safe(connection: Any, record: Any) -> None:
    """Write-ahead log: readers never wait and a commit does not wait for the disk.

    A crash of the whole machine may cost the last turns; the gateway has them.
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten in the file
    cursor.close()
