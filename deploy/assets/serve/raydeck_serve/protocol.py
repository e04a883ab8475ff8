"""The bodies of the OpenAI API: the requests that are taken, and what is answered."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from raydeck_serve.events import Message, Sampling
from raydeck_serve.settings import Settings


class RequestError(Exception):
    """A request that is not served, with its HTTP status and OpenAI's code for it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class TextPart(BaseModel):
    type: Literal["text"]
    text: str


class ChatMessage(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str | list[TextPart]

    def message(self) -> Message:
        content = self.content
        return Message(self.role, content if isinstance(content, str) else "".join(part.text for part in content))


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """Fields of OpenAI's that are not listed here are ignored, as other servers of that API do."""

    model: str
    messages: list[ChatMessage] = Field(min_length=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float = Field(default=0.7, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int | None = None
    stop: str | list[str] | None = None
    n: Literal[1] = 1
    stream: bool = False
    stream_options: StreamOptions | None = None

    def sampling(self) -> Sampling:
        stop = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return Sampling(self.max_completion_tokens or self.max_tokens, self.temperature, self.top_p, self.seed, stop)


def chat_request(body: bytes, settings: Settings) -> ChatRequest:
    try:
        request = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RequestError(400, "invalid_request", f"{place + ': ' if place else ''}{first['msg']}") from None
    if request.model != settings.served_name:
        text = f"the model {request.model!r} is not served here; {settings.served_name!r} is"
        raise RequestError(404, "model_not_found", text)
    sampling_check(request.sampling(), settings)
    return request


def sampling_check(sampling: Sampling, settings: Settings) -> None:
    most = settings.max_answer_tokens
    if sampling.max_tokens is not None and sampling.max_tokens > most:
        raise RequestError(400, "invalid_request", f"max_tokens is {sampling.max_tokens}; at most {most}")


def error_body(status: int, code: str, message: str) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "code": code}}


def models_body(settings: Settings) -> dict[str, Any]:
    model = {"id": settings.served_name, "object": "model", "created": 0, "owned_by": settings.backend}
    return {"object": "list", "data": [model]}


class Completion:
    """The bodies of one answer: a whole one, or the chunks of a stream, which share id and time."""

    def __init__(self, model: str) -> None:
        self._model, self._created = model, int(time.time())
        self._id = f"chatcmpl-{uuid.uuid4().hex}"

    def whole(self, text: str, finish: str, prompt_tokens: int, tokens: int) -> dict[str, Any]:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        return self._body("chat.completion", [choice]) | {"usage": _usage(prompt_tokens, tokens)}

    def first(self) -> str:
        return self._chunk({"role": "assistant", "content": ""}, None)

    def piece(self, text: str) -> str:
        return self._chunk({"content": text}, None)

    def last(self, finish: str) -> str:
        return self._chunk({}, finish)

    def usage(self, prompt_tokens: int, tokens: int) -> str:
        return event(self._body("chat.completion.chunk", []) | {"usage": _usage(prompt_tokens, tokens)})

    def _chunk(self, delta: dict[str, str], finish: str | None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event(self._body("chat.completion.chunk", [choice]))

    def _body(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._model, "choices": choices}


def event(body: dict[str, Any]) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(body, ensure_ascii=False, separators=(',', ':'))}\n\n"


END_OF_STREAM = "data: [DONE]\n\n"


def _usage(prompt_tokens: int, tokens: int) -> dict[str, int]:
    return {"prompt_tokens": prompt_tokens, "completion_tokens": tokens, "total_tokens": prompt_tokens + tokens}
