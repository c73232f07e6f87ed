"""Lets other processes learn while Rasa starts, which takes a third of a training and one of two cores."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context

from components import follow_up_model, language_model, topic_model
from components.examples import Block, all_blocks
from components.linear_text_model import LinearTextModel

logger = logging.getLogger(__name__)
Learn = Callable[[list[Block]], LinearTextModel]
_begun: dict[Learn, tuple[list[Block], Future[LinearTextModel]]] = {}


def begin() -> None:
    """Begin to learn topics, languages and follow-ups from all examples, each in a process of its own.

    Raises:
        ContentError: a file of examples cannot be read.
    """
    blocks = all_blocks()
    for learn, niceness in ((topic_model.learn, 0), (language_model.learn, 10), (follow_up_model.learn, 10)):
        # A fork, before there are threads: a new interpreter would read everything again. The topics take longest and go first.
        pool = ProcessPoolExecutor(1, mp_context=get_context("fork"), initializer=os.nice, initargs=(niceness,))
        _begun[learn] = blocks, pool.submit(learn, blocks)


def end() -> None:
    """End the processes whose work nobody asked for: where nothing has changed, Rasa takes what it learned before.

    Left alone they would wait for more work for ever, and who reads their output with them.
    """
    for child in active_children():
        child.kill()


def learned(learn: Learn, blocks: list[Block]) -> LinearTextModel:
    """What is learned from these blocks: by the process that began with the same ones, or now."""
    begun, future = _begun.pop(learn, (None, None))
    if future and begun == blocks:
        try:
            return future.result()
        except BrokenProcessPool:
            logger.warning("training.ahead_ended task=%s: the process was ended from outside; learning here", learn.__module__)
    return learn(blocks)
