"""What the Rasa components around a linear text model share: they learn it from all examples, keep it and load it."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from hashlib import sha256
from inspect import getsource
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.ahead import learned
from components.importer import blocks_of
from components.linear_text_model import LinearTextModel

_Self = TypeVar("_Self", bound="LearnedComponent")
# What every model depends on: a component is trained again when one of these changes.
_MADE_OF = (
    "examples.py",
    "learned_component.py",
    "linear_text_model.py",
    "normalisation.py",
    "support_vector_machines.py",
    "text_features.py",
)


class LearnedComponent(GraphComponent, ABC):
    """Trains, keeps and loads the model that `lessons.learn` makes of all examples."""

    lessons: ClassVar[ModuleType]
    also_made_of: ClassVar[Sequence[Path]] = ()  # files beside the lessons and those of every model

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:  # noqa: ARG003 (of Rasa)
        """Rasa keeps a trained model while a component's own file is the same; this one is also made of its neighbours."""
        files = [*(Path(__file__).parent / name for name in _MADE_OF), *cls.also_made_of]
        return sha256(b"".join([getsource(cls.lessons).encode(), *(path.read_bytes() for path in files)])).hexdigest()

    @classmethod
    def create(
        cls: type[_Self],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Self:
        return cls(config, model_storage, resource, LinearTextModel())

    @classmethod
    def load(
        cls: type[_Self],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> _Self:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearTextModel.load(Path(folder)))

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearTextModel) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    def train(self, training_data: TrainingData) -> Resource:
        self._model = learned(self.lessons.learn, blocks_of(training_data))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource
