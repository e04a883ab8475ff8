"""What a replica of the model yields for one request: Begun, pieces, Ended; or Refused alone, or after the pieces.

Failures are values: an exception that crosses two replicas arrives wrapped in another type, and its status is lost.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    role: str  # system, user or assistant
    content: str


@dataclass(frozen=True)
class Sampling:
    max_tokens: int | None = None  # None: as many as the settings allow
    temperature: float = 0.7
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Begun:
    """The model has its first token. Until then a request may be sent to another replica: nothing is shown yet."""

    replica: str
    pod: str
    prompt_tokens: int


@dataclass(frozen=True)
class Piece:
    text: str
    tokens: int = 1


@dataclass(frozen=True)
class Ended:
    finish: str  # OpenAI's finish_reason: stop, or length
    tokens: int


@dataclass(frozen=True)
class Refused:
    status: int  # HTTP
    code: str  # OpenAI's error code
    message: str


Event = Begun | Piece | Ended | Refused
