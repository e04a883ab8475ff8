"""The one interface of the model backends, and their errors.

A backend belongs to one replica. `load` is called once, before anything else, and may take minutes; `generate` runs for
several requests at once; `close` ends what it started and may be called in any state.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from raydeck_serve.events import Message, Piece, Sampling


class BackendError(Exception):
    """The backend cannot be loaded; the message says what to do about it."""


class ModelGone(Exception):
    """The model does not answer any more, and will not again in this replica: the replica has to be replaced."""


class PromptError(Exception):
    """These messages cannot be turned into a prompt of this model."""


@dataclass(frozen=True)
class Prompt:
    text: str
    tokens: int
    ids: tuple[int, ...] = ()  # empty: the backend takes the text


@dataclass(frozen=True)
class Finish:
    """The last item of generate(): OpenAI's finish_reason, "stop" or "length"."""

    reason: str


class Backend(ABC):
    @abstractmethod
    def load(self) -> None:
        """Loads the model. Raises BackendError."""

    @abstractmethod
    def encode(self, messages: Sequence[Message]) -> Prompt:
        """Applies the model's chat template and counts the tokens. Raises PromptError."""

    @abstractmethod
    def generate(self, prompt: Prompt, sampling: Sampling, max_tokens: int) -> AsyncIterator[Piece | Finish]:
        """Yields pieces of text, then one Finish. Closing the iterator stops the generation. Raises ModelGone."""

    @abstractmethod
    async def check(self) -> None:
        """Raises ModelGone where the model is gone. Answers at once, also while it generates."""

    @abstractmethod
    def close(self) -> None: ...
