"""Hand-over and back in every order: no message lost, none answered twice, no word of the bot while a person answers.

Random interleavings of a person who writes (and whose channel repeats itself), turns of the assistant that take their time, an
operator who takes over, replies and hands back, retries, and restarts that forget what was under way. All of it through the
services, with a real database. `SAFAR_INTERLEAVINGS` sets how many; a failure names its seed.
"""

import os
import random
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from bot import services
from bot.models import Conversation, Message
from bot.services import Incoming
from tests.web.conftest import NOW

INTERLEAVINGS = int(os.environ.get("SAFAR_INTERLEAVINGS", "500"))
STEPS = 12
PATIENCE = timedelta(seconds=12)


class Talk:
    """One conversation and everything that may happen to it, in the order the dice give."""

    def __init__(self, seed: int, operator: Any) -> None:
        self.dice, self.operator, self.now = random.Random(seed), operator, NOW
        self.conversation, _ = services.start_conversation(channel="web", now=NOW, wanted_languages=["en"])
        self.under_way: list[tuple[Message, int]] = []  # turns of the assistant, with the epoch they began in
        self.taken: list[int] = []  # the last message when an operator took over
        self.seen: list[int] = []  # what the operator had read when handing back
        self.sent = 0

    def last(self) -> int:
        return Message.objects.filter(conversation=self.conversation).latest("pk").pk

    # --- what may happen ---

    def write(self) -> None:
        self.sent += 1
        for _ in range(self.dice.choice((1, 1, 2))):  # a channel that got no answer sends the same again
            self._accept(self.sent)

    def repeat(self) -> None:
        if self.sent:
            self._accept(self.dice.randint(1, self.sent))

    def _accept(self, number: int) -> None:
        incoming = Incoming(f"message {number}", client_id=str(number))
        message, is_new = services.accept(conversation=self.conversation, incoming=incoming, now=self.now)
        if is_new and self.dice.random() < 0.9:  # else the process died right after storing it
            self.begin(message)

    def begin(self, message: Message) -> None:
        known = Conversation.objects.get(pk=self.conversation.pk)
        if known.holder == Conversation.Holder.OPERATOR:
            if self.dice.random() < 0.3:
                self.hand_back()  # in the moment between the look and the act
            if services.hold(message=message):
                return
            known = Conversation.objects.get(pk=self.conversation.pk)
        self.under_way.append((message, known.epoch))

    def finish(self) -> None:
        if self.under_way:
            message, epoch = self.under_way.pop(self.dice.randrange(len(self.under_way)))
            said = services.record_replies(
                message=message, replies=[{"text": "reply"}], understood=None, profile={}, epoch=epoch, now=self.now
            )
            now = Conversation.objects.get(pk=self.conversation.pk)
            assert not said or now.epoch == epoch, "a reply was said that was begun before the conversation changed hands"

    def take_over(self) -> None:
        last = self.last() if self.sent else 0
        before = Conversation.objects.get(pk=self.conversation.pk).holder
        services.take_over(conversation=self.conversation, operator=self.operator, notice={"text": "joined"}, now=self.now)
        if before == Conversation.Holder.BOT:
            self.taken.append(last)

    def reply(self) -> None:
        if Conversation.objects.get(pk=self.conversation.pk).holder == Conversation.Holder.OPERATOR:
            services.say(conversation=self.conversation, author="operator", reply={"text": "words"}, now=self.now)

    def hand_back(self) -> None:
        if Conversation.objects.get(pk=self.conversation.pk).holder == Conversation.Holder.OPERATOR:
            seen = self.dice.choice((0, self.dice.randint(self.taken[-1], self.last())))  # 0: nothing at all
            services.hand_back(conversation=self.conversation, notices=[{"text": "left"}], now=self.now, seen=seen)
            self.seen.append(seen)

    def retry(self) -> None:
        self.now += PATIENCE * 2
        for message in services.claim_unanswered(now=self.now, older_than=PATIENCE):
            self.begin(message)

    def restart(self) -> None:
        self.under_way.clear()

    def settle(self) -> None:
        """Everybody comes to rest: the operator goes, what is under way ends, what was left is answered."""
        self.hand_back()
        while self.under_way or Message.objects.filter(conversation=self.conversation, state="received").exists():
            while self.under_way:
                self.finish()
            self.retry()

    def check(self) -> None:
        messages = list(Message.objects.filter(conversation=self.conversation).order_by("pk"))
        mine = [message for message in messages if message.author == "person"]
        assert [message.client_id for message in mine] == [str(number) for number in range(1, self.sent + 1)], "lost or doubled"
        held_by_operator = False
        for message in messages:
            held_by_operator = (held_by_operator or message.text == "joined") and message.text != "left"
            assert not (held_by_operator and message.replies_to_id), "the bot spoke while a person answered"
        for message in mine:
            replies = sum(other.replies_to_id == message.pk for other in messages)
            assert (message.state, replies) in {("answered", 1), ("held", 0)}, (message.text, message.state, replies)
            if message.state == "held":
                assert message.pk <= max(self.seen), "held, and no operator has read it"


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(10))
def test_nothing_is_lost_or_doubled_in_any_order(part: int) -> None:
    operator = get_user_model().objects.create(username="operator")
    for seed in range(part * INTERLEAVINGS // 10, (part + 1) * INTERLEAVINGS // 10):
        talk = Talk(seed, operator)
        happenings = [talk.write, talk.write, talk.finish, talk.finish, talk.take_over, talk.reply, talk.hand_back]
        happenings += [talk.retry, talk.repeat, talk.restart]
        for _ in range(STEPS):
            talk.dice.choice(happenings)()
        talk.settle()
        try:
            talk.check()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        services.forget(conversation=talk.conversation)
