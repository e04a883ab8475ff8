"""The deployment that holds the model: one replica a worker pod, each with a backend of its own."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator

from ray import serve

from raydeck_serve.backends import Finish, ModelGone, PromptError, backend_new
from raydeck_serve.events import Begun, Ended, Event, Message, Piece, Refused, Sampling
from raydeck_serve.settings import Settings


@serve.deployment(
    name="Model",
    # Two at least, on two Ray nodes: the loss of one leaves one. What more there is is a matter of load.
    autoscaling_config={
        "min_replicas": 2,
        "max_replicas": 4,
        "target_ongoing_requests": 4,
        "upscale_delay_s": 30,
        "downscale_delay_s": 600,
    },
    max_replicas_per_node=1,
    # MAX_CONCURRENT of them at work; beyond the queue of each ingress replica requests are refused with 503.
    max_ongoing_requests=8,
    max_queued_requests=32,
    health_check_period_s=5,
    health_check_timeout_s=10,
    # A replica that is to go takes no request any more and finishes those it has, for as long as an answer may take.
    graceful_shutdown_timeout_s=200,
    graceful_shutdown_wait_loop_s=1,
    ray_actor_options={"num_cpus": 1},
)
class Model:
    def __init__(self) -> None:
        self._settings = Settings.from_env(os.environ)
        self._backend = backend_new(self._settings)
        self._replica = serve.get_replica_context().replica_tag
        # The pod's name is its host name; POD_NAME where the nodes of a cluster share one machine.
        self._pod = os.environ.get("POD_NAME") or socket.gethostname()
        self._backend.load()

    async def generate(self, messages: list[Message], sampling: Sampling) -> AsyncIterator[Event]:
        try:
            prompt = self._backend.encode(messages)
        except PromptError as error:
            yield Refused(400, "invalid_prompt", str(error))
            return
        most = self._settings.max_prompt_tokens
        if prompt.tokens > most:
            text = f"the prompt has {prompt.tokens} tokens; at most {most} are taken"
            yield Refused(400, "context_length_exceeded", text)
            return
        begun = False
        tokens = 0
        items = self._backend.generate(prompt, sampling, sampling.max_tokens or self._settings.max_answer_tokens)
        try:
            async for item in items:
                if not begun:
                    yield Begun(self._replica, self._pod, prompt.tokens)
                    begun = True
                if isinstance(item, Finish):
                    yield Ended(item.reason, tokens)
                    return
                tokens += item.tokens
                if item.text:
                    yield Piece(item.text, item.tokens)
        except ModelGone as error:
            yield Refused(503, "model_gone", str(error))
        except Exception as error:  # of the model's code; the replica lives on, check_health decides
            yield Refused(500, "model_failed", f"the model failed: {type(error).__name__}: {error}")
        finally:
            await items.aclose()  # type: ignore[attr-defined]  # an async generator: stops the model

    async def check_health(self) -> None:
        """Raises where the model is gone; Serve then replaces the replica."""
        await self._backend.check()

    def __del__(self) -> None:
        backend = getattr(self, "_backend", None)  # none where __init__ failed
        if backend is not None:
            backend.close()
