"""One answer of the model, as the ingress reads it: with time-outs, and another replica where the first one is lost.

Until the model's first token nothing was shown to anybody, so that a request whose replica died is sent once more.
After it the loss is an error: an answer that began elsewhere is not the same answer.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol

from ray.exceptions import RayActorError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError

from raydeck_serve.events import Begun, Ended, Event, Message, Piece, Refused, Sampling
from raydeck_serve.protocol import RequestError
from raydeck_serve.settings import Settings

ATTEMPTS = 3
RETRY_AFTER_S = 1  # of a request that is refused for load


class Stream(Protocol):
    """What a streaming deployment handle returns."""

    async def __anext__(self) -> Event: ...

    def cancel(self) -> None: ...


class Generate(Protocol):
    def remote(self, messages: list[Message], sampling: Sampling) -> Stream: ...


class Answer:
    def __init__(self, generate: Generate, messages: list[Message], sampling: Sampling, settings: Settings) -> None:
        self._generate, self._messages, self._sampling, self._settings = generate, messages, sampling, settings
        self._deadline = time.monotonic() + settings.request_timeout_s
        self._stream: Stream | None = None
        self.begun = Begun("", "", 0)
        self.attempts = 0

    async def begin(self) -> None:
        """Returns once the model has its first token. Raises RequestError: nothing was answered."""
        while True:
            self.attempts += 1
            try:
                self._stream = self._generate.remote(self._messages, self._sampling)
                event = await self._next(self._settings.first_token_timeout_s)
            except RayActorError as error:
                if self.attempts < ATTEMPTS:
                    continue
                text = f"{self.attempts} replicas of the model were lost: {error}"
                raise RequestError(503, "replica_lost", text) from None
            if isinstance(event, Begun):
                self.begun = event
                return
            if isinstance(event, Refused) and event.code == "model_gone" and self.attempts < ATTEMPTS:
                continue
            raise self._failed(event)

    async def next(self) -> Piece | Ended:
        """Raises RequestError where the answer ends in its middle."""
        try:
            event = await self._next(self._settings.token_timeout_s)
        except RayActorError:
            text = f"the replica {self.begun.replica} was lost in the middle of the answer"
            raise RequestError(502, "replica_lost", text) from None
        if isinstance(event, Piece | Ended):
            return event
        raise self._failed(event)

    def close(self) -> None:
        """Ends the generation where it still runs: the replica's generator is cancelled."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.cancel()

    async def _next(self, timeout_s: float) -> Event:
        assert self._stream is not None
        left = self._deadline - time.monotonic()
        try:
            return await asyncio.wait_for(self._stream.__anext__(), max(0.0, min(timeout_s, left)))
        except TimeoutError:
            self.close()
            if left < timeout_s:
                text = f"the answer took longer than {self._settings.request_timeout_s:g} s"
            else:
                text = f"the model was silent for {timeout_s:g} s"
            raise RequestError(504, "timeout", text) from None
        except StopAsyncIteration:
            raise RequestError(502, "model_failed", "the model's answer has no end") from None
        except BackPressureError:
            raise RequestError(503, "overloaded", "too many requests are waiting for the model; try again") from None
        except DeploymentUnavailableError:
            raise RequestError(503, "model_unavailable", "the model cannot be deployed; see the Serve status") from None

    @staticmethod
    def _failed(event: Any) -> RequestError:
        if isinstance(event, Refused):
            return RequestError(event.status, event.code, event.message)
        return RequestError(502, "model_failed", f"the model answered out of turn: {type(event).__name__}")
