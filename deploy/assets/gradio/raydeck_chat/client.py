"""Asks the Serve service by the OpenAI API, streaming; or by the guide's GET /infer where the service has no such API:
one question alone, answered whole. One request, never retried: a failure is shown as what it is."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from raydeck_chat.settings import Settings

CONNECT_S = 5.0
HEALTH_S = 3.0
BRACKETS = "[/INST]", "</s>"  # of Mistral's template: around the question, after the answer


class AskError(Exception):
    """No answer, or none that is whole; the message says why, in words for the person who asked."""


@dataclass
class Reply:
    """What is known of an answer so far. Times are in seconds since the question was sent."""

    text: str = ""
    pod: str = ""
    replica: str = ""
    first_token_s: float | None = None
    seconds: float = 0.0
    tokens: int | None = None  # as the server counts them
    finish: str = ""
    sent: float = field(default_factory=time.monotonic)

    def note_time(self) -> None:
        self.seconds = time.monotonic() - self.sent


class Client:
    def __init__(self, settings: Settings) -> None:
        self._url, self._timeout_s = settings.service_url, settings.timeout_s
        self._model = ""
        timeout = httpx.Timeout(settings.timeout_s, connect=CONNECT_S)
        # A connection of its own for each request: one that is kept leads to the pod that it was made to, alive or not.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False)

    async def ask(self, messages: list[dict[str, str]], reply: Reply) -> AsyncGenerator[None, None]:
        """Fills the reply and yields whenever it has grown. Raises AskError."""
        try:
            model = self._model or await self._find_model()
            if not model:
                await self._infer(messages[-1]["content"], reply)
                yield
                return
            body = {"model": model, "messages": messages, "stream": True, "stream_options": {"include_usage": True}}
            async with self._http.stream("POST", f"{self._url}/v1/chat/completions", json=body) as response:
                reply.pod = response.headers.get("X-Serving-Pod", "")
                reply.replica = response.headers.get("X-Serving-Replica", "")
                if response.status_code != 200:
                    if response.status_code == 404:
                        self._model = ""  # another model is served by now
                    raise AskError(_status_words(response.status_code, await response.aread()))
                async for event in _events(response):
                    if _take(event, reply):
                        yield
            if not reply.finish:
                raise AskError("the stream ended before the answer did")
        except httpx.HTTPError as error:
            raise AskError(_transport_words(error, self._url, bool(reply.text))) from None
        finally:
            reply.note_time()

    async def _infer(self, sentence: str, reply: Reply) -> None:
        response = await self._http.get(f"{self._url}/infer", params={"sentence": sentence})
        if response.status_code == 404:
            raise AskError("the service answers neither /v1/models nor /infer")
        if response.status_code != 200:
            raise AskError(_status_words(response.status_code, response.content))
        try:
            text = response.json()[0]
        except (ValueError, LookupError, TypeError):
            text = None
        if not isinstance(text, str):
            raise AskError("what /infer answered is no list of one text")
        reply.note_time()
        reply.first_token_s = reply.seconds
        reply.text, reply.finish = text.rpartition(BRACKETS[0])[2].removesuffix(BRACKETS[1]).strip(), "stop"

    async def healthy(self) -> str:
        """Empty where the service's proxies answer; else why not."""
        try:
            response = await self._http.get(f"{self._url}/-/healthz", timeout=HEALTH_S)
        except httpx.HTTPError as error:
            return _transport_words(error, self._url, False)
        return "" if response.status_code == 200 else _status_words(response.status_code, response.content)

    async def _find_model(self) -> str:
        """Empty where the service has no OpenAI API."""
        response = await self._http.get(f"{self._url}/v1/models", timeout=CONNECT_S)
        if response.status_code == 404:
            return ""
        if response.status_code != 200:
            raise AskError(_status_words(response.status_code, response.content))
        try:
            self._model = str(response.json()["data"][0]["id"])
        except (ValueError, LookupError, TypeError):
            raise AskError("the service lists no model at /v1/models") from None
        return self._model


def _take(event: dict[str, Any], reply: Reply) -> bool:
    """True where there is something new to show."""
    if "error" in event:
        raise AskError(str(event["error"].get("message", event["error"])))
    if usage := event.get("usage"):
        reply.tokens = usage["completion_tokens"]
    grown = False
    for choice in event.get("choices", ()):
        if text := choice["delta"].get("content"):
            reply.note_time()
            if reply.first_token_s is None:
                reply.first_token_s = reply.seconds
            reply.text += text
            grown = True
        reply.finish = choice.get("finish_reason") or reply.finish
    return grown


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data == "[DONE]":
            continue
        try:
            event = json.loads(data)
        except ValueError:
            raise AskError("the service sent an event that is no JSON") from None
        if isinstance(event, dict):
            yield event


def _status_words(status: int, body: bytes) -> str:
    try:
        words = str(json.loads(body)["error"]["message"])
    except (ValueError, LookupError, TypeError):
        words = body.decode(errors="replace").strip()[:200]
    return f"HTTP {status}: {words}" if words else f"HTTP {status}"


def _transport_words(error: httpx.HTTPError, url: str, begun: bool) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return f"{url} takes no connection within {CONNECT_S:g} s"
    if isinstance(error, httpx.ConnectError):
        return f"{url} cannot be reached: {error}"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time" if not begun else "the answer stopped in its middle: time-out"
    if begun:
        return "the connection was lost in the middle of the answer"
    return f"the connection was lost: {error or type(error).__name__}"
