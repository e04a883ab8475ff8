"""The ingress: two replicas on two Ray nodes, before the model.

    GET  /infer?sentence=…        one prompt: a JSON array of one string, question and answer in the model's brackets
    POST /v1/chat/completions     OpenAI's, whole or streamed
    GET  /v1/models
    GET  /-/healthz, /-/routes    are Serve's own, answered by the proxies

Every answer of the model says in its headers who made it: X-Serving-Pod and X-Serving-Replica.
"""

# Without `from __future__ import annotations`: Serve pickles the routes, and FastAPI then looks for the names in vain.

import os
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from ray import serve
from ray.serve.handle import DeploymentHandle
from starlette.exceptions import HTTPException

from raydeck_serve.answer import RETRY_AFTER_S, Answer
from raydeck_serve.events import Message, Sampling
from raydeck_serve.protocol import Completion, RequestError, chat_request, error_body, models_body
from raydeck_serve.replies import begin, read_body, read_whole, served_by, stream_events
from raydeck_serve.settings import Settings

api = FastAPI(title="raydeck chat", openapi_url=None)


@api.exception_handler(RequestError)
async def on_request_error(_: Request, error: RequestError) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if error.status == 503 else None
    return JSONResponse(error_body(error.status, error.code, str(error)), error.status, headers)


@api.exception_handler(HTTPException)
async def on_http_error(_: Request, error: HTTPException) -> JSONResponse:
    body = error_body(error.status_code, "invalid_request", str(error.detail))
    return JSONResponse(body, error.status_code, error.headers)


@api.exception_handler(RequestValidationError)
async def on_validation_error(_: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    text = f"{'.'.join(str(part) for part in first['loc'][1:])}: {first['msg']}"
    return JSONResponse(error_body(400, "invalid_request", text), 400)


@serve.deployment(
    name="Ingress",
    num_replicas=2,
    max_replicas_per_node=1,
    max_ongoing_requests=64,
    max_queued_requests=64,
    health_check_period_s=5,
    health_check_timeout_s=10,
    graceful_shutdown_timeout_s=200,
    graceful_shutdown_wait_loop_s=1,
    ray_actor_options={"num_cpus": 0.5},
)
@serve.ingress(api)
class Ingress:
    def __init__(self, model: DeploymentHandle) -> None:
        self._settings = Settings.from_env(os.environ)
        self._model = model.options(stream=True)

    @api.get("/infer")
    async def infer(self, sentence: str) -> JSONResponse:
        if len(sentence.encode()) > self._settings.max_body_bytes:
            raise RequestError(413, "too_large", f"a sentence has at most {self._settings.max_body_bytes} bytes")
        answer = self._answer([Message("user", sentence)], Sampling())
        text, _ = await read_whole(answer)
        return JSONResponse([f"<s> [INST] {sentence} [/INST] {text}</s>"], headers=served_by(answer))

    @api.post("/v1/chat/completions")
    async def chat(self, http: Request) -> Any:
        request = chat_request(await read_body(http, self._settings.max_body_bytes), self._settings)
        answer = self._answer([message.message() for message in request.messages], request.sampling())
        completion = Completion(self._settings.served_name)
        if not request.stream:
            text, end = await read_whole(answer)
            body = completion.whole(text, end.finish, answer.begun.prompt_tokens, end.tokens)
            return JSONResponse(body, headers=served_by(answer))
        await begin(answer)
        # nginx would collect the events otherwise.
        headers = served_by(answer) | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            stream_events(answer, completion, request), media_type="text/event-stream", headers=headers
        )

    @api.get("/v1/models")
    async def models(self) -> dict[str, Any]:
        return models_body(self._settings)

    def _answer(self, messages: list[Message], sampling: Sampling) -> Answer:
        return Answer(self._model.generate, messages, sampling, self._settings)
