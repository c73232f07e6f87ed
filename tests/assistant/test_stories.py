"""What is typed in tests/stories/ is understood as the story says, by the trained model.

`rasa test core` checks the actions of the same stories; its own end-to-end mode also compares entities by their place in
the text, which those for language and country do not have.
"""

from pathlib import Path

import pytest
import yaml
from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "safar.tar.gz"
STEPS = [
    (step["user"].strip(), step["intent"])
    for path in sorted((ROOT / "tests" / "stories").glob("test_*.yml"))
    for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
    for step in story["steps"]
    if "user" in step
]


@pytest.fixture(scope="module")
def loaded_agent() -> "dict[str, Agent]":
    return {}


async def agent(kept: "dict[str, Agent]") -> Agent:
    if "agent" not in kept:
        assert MODEL.exists(), "There is no model yet. Make one with: bin/safar train"
        kept["agent"] = await load_agent(model_path=str(MODEL))
    return kept["agent"]


def test_the_stories_hold_something() -> None:
    assert len(STEPS) > 10


@pytest.mark.parametrize(("text", "intent"), STEPS)
async def test_what_is_typed_is_understood(text: str, intent: str, loaded_agent: "dict[str, Agent]") -> None:
    loaded = await agent(loaded_agent)
    assert loaded.processor
    parse = await loaded.processor.parse_message(UserMessage(text, metadata={}))
    assert parse["intent"]["name"] == intent
